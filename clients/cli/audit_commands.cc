// Commands for auditors: export, audit, evidence, verification.

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/audit/archive.h"
#include "clients/audit/auditor.h"
#include "clients/audit/evidence_bundle.h"
#include "clients/audit/witness_check.h"
#include "clients/cli/cli.h"
#include "clients/cli/safe_output.h"
#include "clients/cli/terminal.h"
#include "clients/cli/trust.h"
#include "core/fold/audit_view.h"
#include "core/fold/envelope.h"
#include "crypto/checkpoint.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "nlohmann/json.hpp"
#include "votum/ledger/v1/ledger_service.pb.h"
#include "votum/publication/v1/log_service.pb.h"
#include "votum/runtime/v1/runtime_service.pb.h"

namespace votum::cli {
namespace {

constexpr int kPage = 2000;
constexpr int kAttachmentsAtOnce = 200;
constexpr absl::Duration kPatience = absl::Seconds(10);
constexpr absl::Duration kPause = absl::Milliseconds(200);
constexpr size_t kMaxBundleBytes = size_t{256} << 20;

struct Options {
  std::string folder;
  std::string file;
  TrustOptions trust;
  std::string decision;
  std::string out;
  bool remote = false;
  bool sealed = false;
  bool part = false;
};

struct Log {
  std::string checkpoint;
  uint64_t size = 0;
  std::vector<audit::ArchivedEntry> entries;
  std::vector<audit::ArchivedOpening> openings;  // by the entries
};

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

absl::Status FetchAttachments(client::Client& client, const Log& log,
                              audit::ArchiveWriter* writer) {
  std::vector<std::string> wanted;
  for (const audit::ArchivedEntry& entry : log.entries) {
    for (std::string& commitment : CommitmentsOf(entry)) wanted.push_back(std::move(commitment));
  }
  for (size_t start = 0; start < wanted.size(); start += kAttachmentsAtOnce) {
    ledger::v1::GetAttachmentsRequest request;
    for (size_t i = start; i < std::min(start + kAttachmentsAtOnce, wanted.size()); ++i)
      request.add_commitments(wanted[i]);
    ledger::v1::GetAttachmentsResponse response;
    RETURN_IF_ERROR(client.Read("publication", "GetAttachments", request, &response));
    for (const common::v1::Attachment& attachment : response.attachments()) {
      writer->Add(
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
  if (!sealed) RETURN_IF_ERROR(FetchAttachments(client, log, &writer));
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

struct Reporter {
  Run& run;
  nlohmann::ordered_json findings = nlohmann::ordered_json::array();
  std::string not_checkable;  // why, if something was not

  void operator()(const audit::Finding& finding) {
    static constexpr const char* kWords[] = {"ok   ", "note ", "FAULT", "STOP "};
    static constexpr const char* kNames[] = {"checked", "note", "fault", "not_checkable"};
    const int kind = static_cast<int>(finding.kind);
    if (finding.kind == audit::Finding::Kind::kNotCheckable) not_checkable = finding.text;
    if (run.json()) {
      findings.push_back({{"kind", kNames[kind]}, {"text", finding.text}});
    } else {
      *run.out << kWords[kind] << " " << OneLine(finding.text) << "\n";
    }
  }
};

absl::Status NotCheckable(const char* what, const Reporter& reporter) {
  return Refuse(
      Reason::kNotCheckable,
      absl::StrCat(what, ": no faults, but not all was checked: ", reporter.not_checkable));
}

absl::Status Verdict(Run& run, const char* what, uint64_t faults, uint64_t records,
                     uint64_t withheld, Reporter& reporter) {
  const bool checkable = reporter.not_checkable.empty();
  if (run.json()) {
    nlohmann::ordered_json json = {{"passed", faults == 0 && checkable},
                                   {"records", records},
                                   {"withheld", withheld},
                                   {"findings", reporter.findings}};
    *run.out << json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n";
  } else if (faults == 0 && checkable) {
    *run.out << what << ": all checks passed (" << records << " records";
    if (withheld > 0) *run.out << ", " << withheld << " of them withheld while a vote is open";
    *run.out << ")\n";
  }
  if (faults > 0) {
    return Refuse(Reason::kFaultsFound,
                  absl::StrCat(what, ": ", faults, faults == 1 ? " fault" : " faults", " in ",
                               records, " records"));
  }
  if (!checkable) return NotCheckable(what, reporter);
  if (withheld > 0) run.exit_code = kStillOpen;
  return absl::OkStatus();
}

// Compares the services' states with those derived by the auditor, both as auditors see them.
absl::Status CompareProjections(client::Client& client, const Fold& fold, Reporter& reporter,
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
        reporter({audit::Finding::Kind::kNote,
                  absl::StrCat("service ", service, " has moved on to record ",
                               projection.next_index())});
      } else if (projection.layout() != kStateLayout) {
        reporter({audit::Finding::Kind::kNote,
                  absl::StrCat("service ", service,
                               ": its program describes the state in another way (layout ",
                               projection.layout(), ", here ", kStateLayout,
                               "), so digests cannot be compared")});
      } else if (view.HasOpenUrn(domain)) {
        reporter({audit::Finding::Kind::kNote,
                  absl::StrCat("service ", service,
                               ": its state cannot be compared while a vote or a round is open, "
                               "whose ballots are counted there and withheld here")});
      } else if (state.state_sha256() == crypto::AsBytes(derived)) {
        reporter({audit::Finding::Kind::kChecked,
                  absl::StrCat("service ", service, ": its state is the one derived here")});
      } else {
        ++*faults;
        reporter({audit::Finding::Kind::kFault,
                  absl::StrCat("service ", service, ": its state is not the one derived here")});
      }
    }
  }
  return absl::OkStatus();
}

// The number of faults that the policy finds in the checkpoint.
uint64_t CheckPolicy(const Trust& trust, absl::string_view checkpoint, Reporter& reporter) {
  if (!trust.policy.has_value()) return 0;
  const audit::Finding finding = audit::CheckWitnesses(*trust.policy, checkpoint);
  reporter(finding);
  return finding.kind == audit::Finding::Kind::kFault ? 1 : 0;
}

absl::Status AuditRemote(Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const Trust trust, TrustOf(run, options.trust));
  ASSIGN_OR_RETURN(const Log log, FetchLog(*client));
  Reporter reporter{run};
  audit::Auditor auditor(trust.log,
                         [&reporter](const audit::Finding& finding) { reporter(finding); });
  for (size_t i = 0; i < log.entries.size(); ++i) auditor.AddEntry(i + 1, log.entries[i]);
  const uint64_t again = auditor.again();
  for (uint64_t i = 0; i < again; ++i) auditor.AddAgain(log.entries[i].record);
  auditor.ExpectOpenings();
  for (size_t i = 0; i < log.openings.size(); ++i) auditor.AddOpening(i + 1, log.openings[i]);
  std::vector<std::string> wanted;
  for (const audit::ArchivedEntry& entry : log.entries) {
    for (std::string& commitment : CommitmentsOf(entry)) wanted.push_back(std::move(commitment));
  }
  for (size_t start = 0; start < wanted.size(); start += kAttachmentsAtOnce) {
    ledger::v1::GetAttachmentsRequest request;
    for (size_t i = start; i < std::min(start + kAttachmentsAtOnce, wanted.size()); ++i)
      request.add_commitments(wanted[i]);
    ledger::v1::GetAttachmentsResponse response;
    RETURN_IF_ERROR(client->Read("publication", "GetAttachments", request, &response));
    for (const common::v1::Attachment& attachment : response.attachments()) {
      auditor.AddAttachment(start,
                            audit::ArchivedAttachment{attachment.commitment(), attachment.subject(),
                                                      attachment.salt(), attachment.content()});
    }
  }
  auditor.Finish(log.checkpoint);
  uint64_t faults = auditor.faults() + CheckPolicy(trust, log.checkpoint, reporter);
  if (auditor.not_checkable_from().has_value()) {
    reporter({audit::Finding::Kind::kNote,
              "the services are not compared with a log that could not be checked to its end"});
    return Verdict(run, "audit", faults, auditor.records(), auditor.withheld(), reporter);
  }
  if (auditor.withheld() == 0) {
    RETURN_IF_ERROR(CompareProjections(*client, auditor.fold(), reporter, &faults));
  } else {
    reporter({audit::Finding::Kind::kNote,
              "the services' states are not compared while ballots are withheld"});
  }
  return Verdict(run, "audit", faults, auditor.records(), auditor.withheld(), reporter);
}

absl::Status Audit(Run& run, const Options& options) {
  if (options.remote) return AuditRemote(run, options);
  if (options.folder.empty())
    return Refuse(Reason::kUsage, "name the folder of an exported log, or give --remote");
  ASSIGN_OR_RETURN(const Trust trust, TrustOf(run, options.trust));
  Reporter reporter{run};
  uint64_t records = 0;
  uint64_t withheld = 0;
  ASSIGN_OR_RETURN(uint64_t faults,
                   audit::AuditArchive(
                       options.folder, trust.log,
                       [&reporter](const audit::Finding& finding) { reporter(finding); },
                       [](double done) { ShowProgress("auditing", done); }, &records, &withheld,
                       options.part ? audit::Extent::kPart : audit::Extent::kWhole));
  ASSIGN_OR_RETURN(const std::string checkpoint, audit::ArchiveReader(options.folder).Checkpoint());
  faults += CheckPolicy(trust, checkpoint, reporter);
  return Verdict(run, "audit", faults, records, withheld, reporter);
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

absl::Status Verify(Run& run, const Options& options) {
  ASSIGN_OR_RETURN(const crypto::NoteVerifier key, LogKeyOf(run, options.trust.log_key));
  auto bundle = ReadFile(options.file, kMaxBundleBytes);
  if (!bundle.ok()) return Refuse(Reason::kBadFile, bundle.status().message());
  Reporter reporter{run};
  const uint64_t faults = audit::VerifyEvidenceBundle(
      *bundle, key, [&reporter](const audit::Finding& finding) { reporter(finding); });
  if (faults > 0) {
    return Refuse(
        Reason::kFaultsFound,
        absl::StrCat("verify: ", faults, faults == 1 ? " fault" : " faults", " in ", options.file));
  }
  if (!reporter.not_checkable.empty()) return NotCheckable("verify", reporter);
  *run.out << "verify: all checks passed\n";
  return absl::OkStatus();
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
      "too.\nExample: votum audit export/ --log-key @log.vkey");
  audit->add_option("FOLDER", options->folder, "An exported log");
  const CommandOption remote =
      audit->add_flag("--remote", options->remote,
                      "Audit the log of the running services, as somebody to whom all its records "
                      "are shown: an auditor,\nor anybody where no record is reserved");
  audit
      ->add_flag("--part", options->part,
                 "The log was exported by somebody who is not shown every record: check those that "
                 "are there,\nand count votes by roll call again")
      ->excludes(remote);
  AddTrustOptions(audit, &options->trust);
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
  verify->callback([&run, options] { run.Report(Verify(run, *options)); });
}

}  // namespace votum::cli
