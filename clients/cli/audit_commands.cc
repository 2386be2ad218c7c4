// Commands for auditors: export, audit, evidence, verification.

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/audit/archive.h"
#include "clients/audit/auditor.h"
#include "clients/audit/evidence_bundle.h"
#include "clients/audit/published_log.h"
#include "clients/cli/cli.h"
#include "clients/cli/kept.h"
#include "clients/cli/terminal.h"
#include "clients/cli/trust.h"
#include "clients/cli/verdict.h"
#include "clients/lib/unary_call.h"
#include "core/fold/audit_view.h"
#include "core/fold/envelope.h"
#include "crypto/checkpoint.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "crypto/merkle.h"
#include "platform/http/client.h"
#include "votum/ledger/v1/ledger_service.pb.h"
#include "votum/publication/v1/log_service.pb.h"
#include "votum/runtime/v1/runtime_service.pb.h"

namespace votum::cli {
namespace {

constexpr int kPage = 2000;
// 256 lines of the longest records.
constexpr size_t kMaxPublishedBytes = size_t{512} << 20;
constexpr int kAttachmentsAtOnce = 200;
constexpr size_t kObjectsAtOnce = 256;
constexpr absl::Duration kPatience = absl::Seconds(10);
constexpr absl::Duration kPause = absl::Milliseconds(200);

struct Options {
  std::string folder;
  std::string ca_file;
  std::string file;
  TrustOptions trust;
  std::string decision;
  std::string out;
  bool remote = false;
  bool sealed = false;
  bool newest = false;
  KnownOptions known;
};

using Log = audit::FetchedLog;

absl::StatusOr<uint64_t> SizeOf(const client::Client& client, absl::string_view checkpoint) {
  if (checkpoint.empty()) return 0;
  ASSIGN_OR_RETURN(const crypto::Checkpoint opened,
                   crypto::OpenCheckpoint(checkpoint, client.log(), client.log().name()));
  return opened.size;
}

// The newest checkpoint. If the log has witnesses, waits for the cosignatures of a quorum; if they
// do not come, returns the last cosigned checkpoint if only that one is accepted, otherwise the
// newest as it is.
absl::StatusOr<std::string> FetchCheckpoint(client::Client& client) {
  ledger::v1::GetCheckpointResponse newest;
  const absl::Time deadline = absl::Now() + kPatience;
  std::optional<uint64_t> wanted;
  for (;;) {
    ASSIGN_OR_RETURN(newest, client.NewestCheckpoint());
    if (!wanted.has_value()) {
      ASSIGN_OR_RETURN(wanted, SizeOf(client, newest.checkpoint()));
    }
    const bool witnesses = newest.witnesses_required() || !newest.witnessed_checkpoint().empty();
    if (!witnesses) return newest.checkpoint();
    ASSIGN_OR_RETURN(const uint64_t cosigned, SizeOf(client, newest.witnessed_checkpoint()));
    if (cosigned >= *wanted) return newest.witnessed_checkpoint();
    if (absl::Now() > deadline) break;
    absl::SleepFor(kPause);
  }
  if (!newest.witnesses_required()) return newest.checkpoint();
  if (!newest.witnessed_checkpoint().empty()) return newest.witnessed_checkpoint();
  return Refuse(Reason::kNotWitnessedYet,
                "no checkpoint of this log has been cosigned yet, and it requires that; try again "
                "when its witnesses answer");
}

// Records that were withheld when their page came may be shown by now, because a later page has the
// record that closed the vote.
absl::Status FetchAgain(client::Client& client, Log* log) {
  ledger::v1::ListEntriesRequest request;
  request.set_page_size(kPage);
  for (size_t next = 0; next < log->entries.size();) {
    if (!log->entries[next].record.empty()) {
      ++next;
      continue;
    }
    request.set_start_index(next);
    ledger::v1::ListEntriesResponse page;
    RETURN_IF_ERROR(client.Read("publication", "ListEntries", request, &page));
    if (page.entries().empty()) return absl::OkStatus();
    for (ledger::v1::Entry& entry : *page.mutable_entries()) {
      if (next == log->entries.size()) break;
      audit::ArchivedEntry& known = log->entries[next++];
      if (!known.record.empty() || known.index != entry.index()) continue;
      known.salt = std::move(*entry.mutable_salt());
      known.record = std::move(*entry.mutable_record());
    }
  }
  return absl::OkStatus();
}

// All openings that the records covered by the checkpoint made.
absl::Status FetchOpenings(client::Client& client, Log* log) {
  publication::v1::ListOpeningsRequest request;
  const absl::Time deadline = absl::Now() + kPatience;
  for (;;) {
    request.set_start_number(log->openings.size());
    publication::v1::ListOpeningsResponse page;
    RETURN_IF_ERROR(client.Read("publication", "ListOpenings", request, &page));
    for (publication::v1::Opening& opening : *page.mutable_openings()) {
      // The log may have grown since the checkpoint.
      if (opening.opened_by() >= log->size) return absl::OkStatus();
      ledger::v1::Entry& entry = *opening.mutable_entry();
      log->openings.push_back({opening.number(), opening.opened_by(), entry.index(),
                               std::move(*entry.mutable_salt()),
                               std::move(*entry.mutable_record())});
    }
    if (log->openings.size() >= page.total() && page.size() >= log->size) return absl::OkStatus();
    if (!page.openings().empty()) continue;
    // Another process answers than the one that gave the checkpoint, and it is behind.
    if (absl::Now() > deadline) {
      return Refuse(Reason::kNotFoldedYet,
                    "the publication service does not list all openings yet; try again");
    }
    absl::SleepFor(kPause);
  }
}

// All entries covered by the checkpoint, as far as they are shown to the caller.
absl::StatusOr<Log> FetchLog(client::Client& client) {
  Log log;
  ASSIGN_OR_RETURN(log.checkpoint, FetchCheckpoint(client));
  ASSIGN_OR_RETURN(log.size, SizeOf(client, log.checkpoint));
  ledger::v1::ListEntriesRequest request;
  request.set_page_size(kPage);
  while (log.entries.size() < log.size) {
    ledger::v1::ListEntriesResponse page;
    RETURN_IF_ERROR(client.Read("publication", "ListEntries", request, &page));
    for (ledger::v1::Entry& entry : *page.mutable_entries()) {
      // The log may have grown since the checkpoint.
      if (log.entries.size() == log.size) break;
      log.entries.push_back({entry.index(), std::move(*entry.mutable_leaf()),
                             std::move(*entry.mutable_salt()), std::move(*entry.mutable_record())});
    }
    ShowProgress("fetching",
                 static_cast<double>(log.entries.size()) / static_cast<double>(log.size));
    if (page.next_page_token().empty()) break;
    request.set_page_token(page.next_page_token());
  }
  RETURN_IF_ERROR(FetchAgain(client, &log));
  RETURN_IF_ERROR(FetchOpenings(client, &log));
  return log;
}

std::vector<std::string> CommitmentsOf(const audit::ArchivedEntry& entry) {
  std::vector<std::string> commitments;
  common::v1::Record record;
  if (!record.ParseFromString(entry.record)) return commitments;
  const auto envelope = OpenEnvelope(record.payload_type(), record.payload(), record.signatures());
  if (!envelope.ok()) return commitments;
  for (const common::v1::AttachmentRef& ref : AttachmentRefsOf(*envelope->command))
    commitments.push_back(ref.commitment());
  return commitments;
}

// All that the records commit to, each once: where two were sent at the same time under one commitment,
// the void one names it, too.
std::vector<std::string> CommitmentsOf(const Log& log) {
  std::vector<std::string> commitments;
  std::set<std::string> seen;
  for (const audit::ArchivedEntry& entry : log.entries) {
    for (std::string& commitment : CommitmentsOf(entry)) {
      if (seen.insert(commitment).second) commitments.push_back(std::move(commitment));
    }
  }
  return commitments;
}

// The sealed contents that the records commit to, as far as they are shown to the caller.
absl::Status ForEachAttachment(client::Client& client, const Log& log,
                               const std::function<void(audit::ArchivedAttachment)>& each) {
  const std::vector<std::string> wanted = CommitmentsOf(log);
  for (size_t start = 0; start < wanted.size(); start += kAttachmentsAtOnce) {
    ledger::v1::GetAttachmentsRequest request;
    for (size_t i = start; i < std::min(start + kAttachmentsAtOnce, wanted.size()); ++i)
      request.add_commitments(wanted[i]);
    ledger::v1::GetAttachmentsResponse response;
    RETURN_IF_ERROR(client.Read("publication", "GetAttachments", request, &response));
    for (const common::v1::Attachment& attachment : response.attachments()) {
      each(
          {attachment.commitment(), attachment.subject(), attachment.salt(), attachment.content()});
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> Export(client::Client& client, const std::string& folder, bool sealed) {
  using Attachments = audit::ArchiveWriter::Attachments;
  ASSIGN_OR_RETURN(const Log log, FetchLog(client));
  ASSIGN_OR_RETURN(
      audit::ArchiveWriter writer,
      audit::ArchiveWriter::Create(folder, sealed ? Attachments::kSealed : Attachments::kOpen));
  for (const audit::ArchivedEntry& entry : log.entries) writer.Add(entry);
  writer.AddOpenings(log.openings);
  if (!sealed) {
    RETURN_IF_ERROR(ForEachAttachment(
        client, log,
        [&writer](const audit::ArchivedAttachment& attachment) { writer.Add(attachment); }));
  }
  RETURN_IF_ERROR(writer.Close(log.checkpoint));
  return log.entries.size();
}

absl::Status ExportLog(Run& run, const Options& options) {
  RETURN_IF_ERROR(CheckNewFolder(options.folder));
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const uint64_t records, Export(*client, options.folder, options.sealed));
  *run.out << records << " records exported to " << options.folder << "\n";
  return absl::OkStatus();
}

// Compares the services' states with those derived by the auditor, both as auditors see them.
absl::Status CompareProjections(client::Client& client, const Fold& fold, Verdict& verdict,
                                uint64_t* faults) {
  const AuditView view = AuditViewOf(fold.world().state());
  for (const Domain domain : kAllDomains) {
    runtime::v1::GetProjectionResponse projection;
    const std::string service(DomainName(domain));
    RETURN_IF_ERROR(client.ReadRuntime(service, &projection));
    for (const runtime::v1::DomainState& state : projection.domains()) {
      if (state.domain() != service) continue;
      const crypto::Digest derived = view.Digest(domain);
      if (projection.next_index() != fold.next_index()) {
        verdict.Add({audit::Finding::Kind::kNote,
                     absl::StrCat("service ", service, " has moved on to record ",
                                  projection.next_index())});
      } else if (projection.layout() != kStateLayout) {
        verdict.Add({audit::Finding::Kind::kNote,
                     absl::StrCat("service ", service,
                                  ": its program describes the state in another way (layout ",
                                  projection.layout(), ", here ", kStateLayout,
                                  "), so digests cannot be compared")});
      } else if (view.HasOpenUrn(domain)) {
        verdict.Add({audit::Finding::Kind::kNote,
                     absl::StrCat("service ", service,
                                  ": its state cannot be compared while a vote or a round is open, "
                                  "whose ballots are counted there and withheld here")});
      } else if (state.state_sha256() == crypto::AsBytes(derived)) {
        verdict.Add({audit::Finding::Kind::kChecked,
                     absl::StrCat("service ", service, ": its state is the one derived here")});
      } else {
        ++*faults;
        verdict.Add({audit::Finding::Kind::kFault,
                     absl::StrCat("service ", service, ": its state is not the one derived here")});
      }
    }
  }
  return absl::OkStatus();
}

// All that the auditor brings along.
absl::StatusOr<audit::Context> ContextOf(const Trust& trust, const Options& options) {
  audit::Context context;
  context.policy = trust.policy;
  ASSIGN_OR_RETURN(context.known, LoadKnown(options.known, trust.log));
  ASSIGN_OR_RETURN(context.documents, LoadKnownDocuments(options.known));
  return context;
}

absl::Status AddAttachments(client::Client& client, const Log& log, audit::Auditor* auditor) {
  uint64_t line = 0;
  return ForEachAttachment(client, log, [&](audit::ArchivedAttachment attachment) {
    auditor->AddAttachment(++line, std::move(attachment));
  });
}

// Adds a log that was fetched to `auditor`, save its attachments.
void AddFetched(const Log& log, audit::Auditor* auditor) {
  for (size_t i = 0; i < log.entries.size(); ++i) auditor->AddEntry(i + 1, log.entries[i]);
  const uint64_t again = auditor->again();
  for (uint64_t i = 0; i < again; ++i) auditor->AddAgain(log.entries[i].record);
  auditor->ExpectOpenings();
  for (size_t i = 0; i < log.openings.size(); ++i) auditor->AddOpening(i + 1, log.openings[i]);
}

absl::Status AuditRemote(Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const Trust trust, TrustOf(run, options.trust));
  ASSIGN_OR_RETURN(audit::Context context, ContextOf(trust, options));
  ASSIGN_OR_RETURN(const Log log, FetchLog(*client));
  Verdict verdict("audit");
  audit::Auditor auditor(trust.log, verdict.report(), std::move(context));
  AddFetched(log, &auditor);
  RETURN_IF_ERROR(AddAttachments(*client, log, &auditor));
  auditor.Finish(log.checkpoint);
  audit::Summary summary = auditor.summary();
  if (auditor.not_checkable_from().has_value() || summary.not_shown > 0) {
    verdict.Add({audit::Finding::Kind::kNotThere,
                 "the services' states, which cannot be compared with a log that could not be "
                 "folded to its end"});
  } else if (summary.withheld > 0) {
    verdict.Add({audit::Finding::Kind::kNotThere,
                 "the services' states, which cannot be compared while ballots are withheld"});
  } else {
    RETURN_IF_ERROR(CompareProjections(*client, auditor.fold(), verdict, &summary.faults));
  }
  return verdict.Print(run, summary);
}

bool IsUrl(absl::string_view text) {
  return absl::StartsWith(text, "https://") || absl::StartsWith(text, "http://");
}

// The contents below `url`, "https://votum.musterstadt.example/log" for example.
audit::Fetch FetchFrom(const Run& run, absl::string_view url, const std::string& ca_file) {
  http::ClientLimits limits;
  limits.whole = absl::Seconds(run.timeout_seconds);
  limits.answer_bytes = kMaxPublishedBytes;
  std::string base(absl::StripSuffix(url, "/"));
  if (!absl::EndsWith(base, "/log")) base += "/log";
  return [base, get = http::Connect(limits, {ca_file, ""})](
             const std::string& path) -> absl::StatusOr<std::string> {
    const std::string whole = absl::StrCat(base, "/", path);
    const auto answer = get(whole, /*post=*/false, "");
    if (answer.ok() && answer->status == 200) return answer->body;
    const std::string why = answer.ok()
                                ? absl::StrCat(whole, " answers with status ", answer->status)
                                : std::string(answer.status().message());
    return client::StatusOfService(grpc::Status(grpc::StatusCode::UNAVAILABLE, why));
  };
}

absl::Status AuditUrl(Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const Trust trust, TrustOf(run, options.trust));
  ASSIGN_OR_RETURN(audit::Context context, ContextOf(trust, options));
  ASSIGN_OR_RETURN(const Log log,
                   audit::FetchPublished(FetchFrom(run, options.folder, options.ca_file), trust.log,
                                         [](double done) { ShowProgress("fetching", done); }));
  Verdict verdict("audit");
  audit::Auditor auditor(trust.log, verdict.report(), std::move(context));
  AddFetched(log, &auditor);
  auditor.LeaveSealed();
  auditor.Finish(log.checkpoint);
  return verdict.Print(run, auditor.summary());
}

absl::Status Audit(Run& run, const Options& options) {
  if (options.remote) return AuditRemote(run, options);
  if (options.folder.empty())
    return Refuse(Reason::kUsage,
                  "name the folder of an exported log or the address of a published one, or give "
                  "--remote");
  if (IsUrl(options.folder)) return AuditUrl(run, options);
  ASSIGN_OR_RETURN(const Trust trust, TrustOf(run, options.trust));
  ASSIGN_OR_RETURN(audit::Context context, ContextOf(trust, options));
  Verdict verdict("audit");
  ASSIGN_OR_RETURN(
      const audit::Summary summary,
      audit::AuditArchive(options.folder, trust.log, verdict.report(), std::move(context),
                          [](double done) { ShowProgress("auditing", done); }));
  return verdict.Print(run, summary);
}

absl::Status Evidence(Run& run, const Options& options) {
  RETURN_IF_ERROR(CheckNewFile(options.out));
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const Log log, FetchLog(*client));
  ASSIGN_OR_RETURN(
      const std::string bundle,
      audit::MakeEvidenceBundle(log.entries, log.checkpoint, client->log(), options.decision));
  RETURN_IF_ERROR(Deliver(run, options.out, bundle));
  *run.out << "evidence of decision " << options.decision << " is in " << options.out << " ("
           << bundle.size() << " bytes)\n";
  return absl::OkStatus();
}

absl::StatusOr<audit::NewestAttestation> FetchNewest(client::Client& client,
                                                     const std::vector<std::string>& objects) {
  audit::NewestAttestation newest;
  publication::v1::ProveObjectsRequest request;
  publication::v1::ProveObjectsResponse proved;
  for (size_t i = 0; i < objects.size(); i += kObjectsAtOnce) {
    request.clear_objects();
    for (size_t j = i; j < std::min(objects.size(), i + kObjectsAtOnce); ++j)
      request.add_objects(objects[j]);
    RETURN_IF_ERROR(client.Read("publication", "ProveObjects", request, &proved));
    // Another attestation came meanwhile.
    if (i > 0 && proved.record() != newest.record.index)
      return Refuse(Reason::kLogMovedOn, "a machine attests histories just now; ask again");
    newest.record.index = proved.record();
    newest.proofs.insert(newest.proofs.end(), proved.proofs().begin(), proved.proofs().end());
  }
  if (newest.record.index == 0) return newest;
  ledger::v1::GetReceiptRequest receipt_request;
  receipt_request.set_index(newest.record.index);
  ledger::v1::GetReceiptResponse response;
  RETURN_IF_ERROR(client.Read("publication", "GetReceipt", receipt_request, &response));
  const common::v1::Receipt& receipt = response.receipt();
  newest.checkpoint = receipt.checkpoint();
  newest.record.salt = receipt.salt();
  newest.record.record = receipt.record();
  ASSIGN_OR_RETURN(newest.record.proof, crypto::ProofFromBytes(receipt.inclusion_proof()));
  return newest;
}

absl::Status Verify(Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const crypto::NoteVerifier key, LogKeyOf(run, options.trust.log_key));
  ASSIGN_OR_RETURN(const std::string bundle, LoadBundle(options.file));
  audit::AskNewest ask;
  if (options.newest) {
    ask = [&run](
              const std::vector<std::string>& objects) -> absl::StatusOr<audit::NewestAttestation> {
      ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
      return FetchNewest(*client, objects);
    };
  }
  Verdict verdict("verify");
  return verdict.Print(
      run, audit::VerifyEvidenceBundle(bundle, key, verdict.report(), absl::Now(), ask));
}

}  // namespace

void AddAuditCommands(Command root, Run& run) {
  const auto options = std::make_shared<Options>();
  const Command log_export =
      AddVerb(root, run, "log", "export",
              "Export the log to a new folder: checkpoint and tiles, which any client of C2SP "
              "tile logs reads, the records\nand attachments that you may see (auditors: all), and "
              "the records that later ones opened to everybody.\nExample: votum log export log/",
              [&run, options] { return ExportLog(run, *options); });
  log_export->add_option("FOLDER", options->folder, "New folder")->required();
  log_export->add_flag(
      "--sealed", options->sealed,
      "Leave out the contents of sealed attachments, which not every reader needs");

  const Command audit = root->add_subcommand(
      "audit",
      "Check a log from the first record to the last and derive every result again: an exported "
      "one, offline,\nor with --remote that of the running services, whose states are compared "
      "too. Begins with where each\ndecision stands. Records that are not shown to you are "
      "counted; "
      "votes by roll call are then counted again.\n"
      "Example: votum audit export/ --log-key @log.vkey --old last-year/ --receipt "
      "my-vote.receipt");
  audit->add_option("FOLDER", options->folder,
                    "An exported log, or the address where one is published: https://HOST");
  audit->add_option("--ca", options->ca_file,
                    "Certificate authority (PEM) of that address, instead of the system's");
  audit->add_flag("--remote", options->remote,
                  "Audit the log of the running services, as far as its records are shown to you");
  AddTrustOptions(audit, &options->trust);
  AddKnownOptions(audit, &options->known);
  audit->callback([&run, options] { run.Report(Audit(run, *options)); });

  const Command evidence =
      AddVerb(root, run, "decision", "evidence",
              "Make the evidence bundle of a decision, for which all records must be "
              "shown to you: as to auditors,\nor to anybody where no record is "
              "reserved.\n"
              "Example: votum decision evidence --id b-117 --out "
              "b-117.evidence.json",
              [&run, options] { return Evidence(run, *options); });
  evidence->add_option("--id", options->decision, "The decision")->required();
  evidence->add_option("--out", options->out, "The bundle's file")->required();

  const Command verify = root->add_subcommand(
      "verify",
      "Check one evidence bundle with nothing but the file and the log key.\nExample: "
      "votum verify beschluss.evidence.json --log-key @log.vkey");
  verify->add_option("FILE", options->file, "The bundle")->required();
  verify->add_option("--log-key", options->trust.log_key, kLogKeyHelp);
  verify->add_flag("--newest", options->newest,
                   "Also ask the services whether newer records concern the decision, as a machine "
                   "has attested last");
  verify->callback([&run, options] { run.Report(Verify(run, *options)); });
}

}  // namespace votum::cli
