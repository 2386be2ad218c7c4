#include "clients/audit/evidence_bundle.h"

#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/audit/standing.h"
#include "crypto/checkpoint.h"
#include "crypto/commitment.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "crypto/merkle.h"
#include "crypto/record_leaf.h"
#include "nlohmann/json.hpp"

namespace votum::audit {
namespace {

using nlohmann::ordered_json;

constexpr char kFormat[] = "votum-evidence/v1";
constexpr size_t kMaxBundleBytes = size_t{256} << 20;

struct BundleEntry {
  uint64_t index = 0;
  std::string salt;
  std::string record;
  std::vector<crypto::Digest> proof;
};

struct Bundle {
  std::string decision_id;
  std::string checkpoint;
  std::vector<BundleEntry> entries;
  std::string document;
};

// The text of field `name` of a command; empty if there is none.
std::string FieldOf(const google::protobuf::Message& command, const char* name) {
  const auto* field = command.GetDescriptor()->FindFieldByName(name);
  return field == nullptr ? "" : command.GetReflection()->GetString(command, field);
}

// The ids on which a decision depends.
struct Wanted {
  std::string decision_id;
  std::string meeting_id;
  std::set<std::string> proposal_ids;  // of all items of the meeting: its agenda names them

  bool Wants(const Envelope& envelope) const {
    const google::protobuf::Message& command = *envelope.command;
    switch (envelope.type->domain) {
      case Domain::kDirectory:
        return true;
      case Domain::kPapers:
        // A bundle has no ideas, which HandOverIdeas is checked against.
        return envelope.type->name != "HandOverIdeas" &&
               proposal_ids.count(FieldOf(command, "proposal_id")) > 0;
      case Domain::kMeetings:
        return FieldOf(command, "meeting_id") == meeting_id;
      case Domain::kDecisions:
        return FieldOf(command, "decision_id") == decision_id;
      default:
        return false;
    }
  }
};

std::string Format(const Bundle& bundle) {
  ordered_json json;
  json["format"] = kFormat;
  json["decision_id"] = bundle.decision_id;
  json["checkpoint"] = bundle.checkpoint;
  json["entries"] = ordered_json::array();
  for (const BundleEntry& entry : bundle.entries) {
    ordered_json row;
    row["index"] = entry.index;
    row["salt"] = crypto::Base64Encode(entry.salt);
    row["record"] = crypto::Base64Encode(entry.record);
    row["proof"] = ordered_json::array();
    for (const crypto::Digest& hash : entry.proof)
      row["proof"].push_back(crypto::Base64Encode(crypto::AsBytes(hash)));
    json["entries"].push_back(std::move(row));
  }
  json["document"] = crypto::Base64Encode(bundle.document);
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

absl::Status Bad(absl::string_view what) {
  return Refuse(Reason::kBadBundle, absl::StrCat("the bundle: ", what));
}

absl::StatusOr<std::string> Text(const ordered_json& object, const char* name) {
  const auto field = object.find(name);
  if (field == object.end() || !field->is_string())
    return Bad(absl::StrCat("\"", name, "\" is missing"));
  return field->get<std::string>();
}

absl::StatusOr<std::string> Bytes(const ordered_json& object, const char* name) {
  ASSIGN_OR_RETURN(const std::string text, Text(object, name));
  auto bytes = crypto::Base64Decode(text);
  if (!bytes.ok()) return Bad(absl::StrCat("\"", name, "\" is not Base64"));
  return bytes;
}

absl::StatusOr<BundleEntry> ParseBundleEntry(const ordered_json& row) {
  if (!row.is_object() || !row.contains("index") || !row["index"].is_number_unsigned() ||
      !row.contains("proof") || !row["proof"].is_array()) {
    return Bad("an entry is not complete");
  }
  BundleEntry entry;
  entry.index = row["index"].get<uint64_t>();
  ASSIGN_OR_RETURN(entry.salt, Bytes(row, "salt"));
  // With a salt of any length, one leaf would stand for two records.
  if (!crypto::SaltFromBytes(entry.salt).ok()) return Bad("a salt has not 32 bytes");
  ASSIGN_OR_RETURN(entry.record, Bytes(row, "record"));
  for (const ordered_json& hash : row["proof"]) {
    if (!hash.is_string()) return Bad("a hash of a proof is not a text");
    const auto bytes = crypto::Base64Decode(hash.get_ref<const std::string&>());
    if (!bytes.ok()) return Bad("a hash of a proof is not Base64");
    ASSIGN_OR_RETURN(const crypto::Digest digest, crypto::DigestFromBytes(*bytes));
    entry.proof.push_back(digest);
  }
  return entry;
}

absl::StatusOr<Bundle> Parse(absl::string_view text) {
  if (text.size() > kMaxBundleBytes) return Bad("it is too large");
  const ordered_json json =
      ordered_json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Bad("it is not a JSON object");
  ASSIGN_OR_RETURN(const std::string format, Text(json, "format"));
  if (format != kFormat) return Bad(absl::StrCat("its format is ", format, ", not ", kFormat));
  Bundle bundle;
  ASSIGN_OR_RETURN(bundle.decision_id, Text(json, "decision_id"));
  ASSIGN_OR_RETURN(bundle.checkpoint, Text(json, "checkpoint"));
  if (!json.contains("entries") || !json["entries"].is_array())
    return Bad("\"entries\" is missing");
  for (const ordered_json& row : json["entries"]) {
    ASSIGN_OR_RETURN(BundleEntry entry, ParseBundleEntry(row));
    bundle.entries.push_back(std::move(entry));
  }
  ASSIGN_OR_RETURN(bundle.document, Bytes(json, "document"));
  if (Format(bundle) != text) return Bad("it is not in its one form: a byte was changed");
  return bundle;
}

bool IsInLog(const BundleEntry& entry, const crypto::Checkpoint& checkpoint) {
  const crypto::Digest leaf = crypto::RecordLeaf(entry.salt, entry.record);
  return crypto::VerifyInclusion(crypto::HashLeaf(crypto::AsBytes(leaf)), entry.index,
                                 checkpoint.size, entry.proof, checkpoint.root)
      .ok();
}

// Collects faults and folds the bundle's records.
class Checker {
 public:
  Checker(const crypto::NoteVerifier& log, const Report& report)
      : report_(report), fold_(DomainSet::Closure(Domain::kDecisions), log.key(), &cache_) {}

  void Fault(std::string text) {
    ++summary_.faults;
    Say(Finding::Kind::kFault, std::move(text));
  }
  void Checked(std::string text) { Say(Finding::Kind::kChecked, std::move(text)); }
  void Say(Finding::Kind kind, std::string text) { report_({kind, std::move(text)}); }

  void AddEntry(const BundleEntry& entry, const crypto::Checkpoint& checkpoint) {
    ++summary_.records;
    if (!IsInLog(entry, checkpoint)) {
      Fault(absl::StrCat("record ", entry.index,
                         ": it is not in the log that the checkpoint stands for"));
    }
    if (broken_) return;
    const std::optional<OpenedRecord> record = OpenRecord(entry.record);
    const auto outcome = fold_.Apply(record, Gaps::kAllowed);
    if (ReasonOf(outcome.status()) == Reason::kNewerLog) {
      broken_ = true;
      checkable_ = false;
      return report_(
          {Finding::Kind::kNotCheckable,
           absl::StrCat("not checkable with this version: ", outcome.status().message())});
    }
    if (!outcome.ok() || outcome->index != entry.index) {
      broken_ = true;
      return Fault(absl::StrCat(
          "record ", entry.index, ": ",
          outcome.ok() ? "it says that it is another one" : outcome.status().message()));
    }
    last_time_ = record->time;
    if (outcome->status.ok()) return standing_.Add(outcome->index, *record->envelope);
    ++summary_.voids;
    const std::string why =
        absl::StrCat("record ", entry.index, " is void: ", ReasonTextOf(outcome->status), ": ",
                     outcome->status.message());
    if (IsIntegrityFault(outcome->status)) return Fault(why);
    Say(Finding::Kind::kNote,
        absl::StrCat(why, "; if not by a race, then a record on which it rests was left out"));
  }

  // Where the decision stands, by the records that are shown.
  void SayStanding(const decisions::v1::Decision& decision, uint64_t size, absl::Time now) {
    Say(Finding::Kind::kStanding, standing_.Of(decision, fold_.world()));
    Say(Finding::Kind::kStanding,
        absl::StrCat("so it was by the records that this bundle shows of a log of ",
                     SizeAndAge(size, last_time_, now)));
  }

  const Fold& fold() const { return fold_; }
  const Summary& summary() const { return summary_; }
  // Whether this program knows the version of all records added.
  bool checkable() const { return checkable_; }

 private:
  const Report& report_;
  SignatureCache cache_{1};
  Fold fold_;
  Standing standing_;
  absl::Time last_time_ = absl::UnixEpoch();
  Summary summary_;
  bool broken_ = false;
  bool checkable_ = true;
};

void CheckDecision(const Bundle& bundle, uint64_t size, absl::Time now, Checker* checker) {
  const World& world = checker->fold().world();
  const auto decision = world.decisions().GetDecision(bundle.decision_id, Audience::kAuditor);
  if (!decision.ok()) {
    return checker->Fault(
        absl::StrCat("decision ", bundle.decision_id, ": the records do not give such a decision"));
  }
  checker->SayStanding(*decision, size, now);
  const auto event = world.votes().Get(decision->vote_event_id());
  if (event.ok()) checker->Checked(DescribeVote(*event));
  const auto document = world.decisions().GetDocument(bundle.decision_id, Audience::kAuditor);
  if (!document.ok() || *document != bundle.document) {
    return checker->Fault(absl::StrCat("decision ", bundle.decision_id,
                                       ": its document is not what the records give"));
  }
  const crypto::Digest digest = crypto::Sha256(bundle.document);
  if (decision->document_sha256() != crypto::AsBytes(digest)) {
    return checker->Fault(absl::StrCat("decision ", bundle.decision_id,
                                       ": this document was not published by record"));
  }
  checker->Checked(absl::StrCat("decision ", bundle.decision_id, ": signed by ",
                                decision->signatures_size(), " persons, item ",
                                decision->item_adopted() ? "adopted" : "not adopted", ", document ",
                                crypto::ToHex(digest), " published by record"));
}

}  // namespace

absl::StatusOr<std::string> MakeEvidenceBundle(const std::vector<ArchivedEntry>& entries,
                                               absl::string_view checkpoint_note,
                                               const crypto::NoteVerifier& log,
                                               absl::string_view decision_id) {
  ASSIGN_OR_RETURN(const crypto::Checkpoint checkpoint,
                   crypto::OpenCheckpoint(checkpoint_note, log, log.name()));
  SignatureCache cache(1);
  Fold fold(DomainSet::Closure(Domain::kDecisions), log.key(), &cache);
  crypto::MerkleTree tree;
  std::vector<absl::StatusOr<Envelope>> envelopes;
  for (const ArchivedEntry& entry : entries) {
    tree.Append(entry.leaf);
    if (entry.record.empty()) {
      return Refuse(Reason::kNotShown, absl::StrCat("record ", entry.index,
                                                    " is not shown to you; make the bundle as an "
                                                    "auditor, and while no vote is open"));
    }
    RETURN_IF_ERROR(fold.Apply(entry.record).status());
    common::v1::Record record;
    record.ParseFromString(entry.record);
    envelopes.push_back(OpenEnvelope(record.payload_type(), record.payload(), record.signatures()));
  }
  ASSIGN_OR_RETURN(const decisions::v1::Decision decision,
                   fold.world().decisions().GetDecision(decision_id, Audience::kAuditor));
  Wanted wanted{std::string(decision_id), decision.meeting_id(), {}};
  for (const std::string& item :
       fold.world().agenda().FindMeeting(decision.meeting_id())->item_ids) {
    const std::string& proposal = fold.world().agenda().FindItem(item)->content.proposal_id();
    if (!proposal.empty()) wanted.proposal_ids.insert(proposal);
  }
  Bundle bundle;
  bundle.decision_id = std::string(decision_id);
  bundle.checkpoint = std::string(checkpoint_note);
  for (size_t i = 0; i < entries.size(); ++i) {
    if (!envelopes[i].ok() || !wanted.Wants(*envelopes[i])) continue;
    BundleEntry entry{entries[i].index, entries[i].salt, entries[i].record, {}};
    ASSIGN_OR_RETURN(entry.proof, tree.InclusionProof(entry.index, checkpoint.size));
    bundle.entries.push_back(std::move(entry));
  }
  ASSIGN_OR_RETURN(bundle.document,
                   fold.world().decisions().GetDocument(decision_id, Audience::kAuditor));
  return Format(bundle);
}

Summary VerifyEvidenceBundle(absl::string_view text, const crypto::NoteVerifier& log,
                             const Report& report, absl::Time now) {
  Checker checker(log, report);
  const auto bundle = Parse(text);
  if (!bundle.ok()) {
    checker.Fault(std::string(bundle.status().message()));
    return checker.summary();
  }
  const auto checkpoint = crypto::OpenCheckpoint(bundle->checkpoint, log, log.name());
  if (!checkpoint.ok()) {
    checker.Fault(absl::StrCat("checkpoint: ", checkpoint.status().message()));
    return checker.summary();
  }
  checker.Checked(absl::StrCat("checkpoint: signed by the trusted log key ", log.name(), ", for ",
                               checkpoint->size, " records"));
  for (const BundleEntry& entry : bundle->entries) checker.AddEntry(entry, *checkpoint);
  if (!checker.checkable()) return checker.summary();
  if (checker.summary().faults == 0) {
    checker.Checked(absl::StrCat("records: each of the ", bundle->entries.size(),
                                 " shown is in that log, its signatures "
                                 "verified at its own position"));
  }
  CheckDecision(*bundle, checkpoint->size, now, &checker);
  checker.Say(Finding::Kind::kStanding, UncheckedCosignatures(bundle->checkpoint));
  checker.Say(Finding::Kind::kNotThere,
              absl::StrCat("records that were left out (an objection, a revoked key), or that came "
                           "after the first ",
                           checkpoint->size, ": the whole log shows them (votum audit)"));
  return checker.summary();
}

absl::StatusOr<std::string> CheckpointOfBundle(absl::string_view text,
                                               const crypto::NoteVerifier& log) {
  ASSIGN_OR_RETURN(Bundle bundle, Parse(text));
  ASSIGN_OR_RETURN(const crypto::Checkpoint checkpoint,
                   crypto::OpenCheckpoint(bundle.checkpoint, log, log.name()));
  for (const BundleEntry& entry : bundle.entries) {
    if (!IsInLog(entry, checkpoint))
      return Bad(absl::StrCat("record ", entry.index, " is not in the log of its checkpoint"));
  }
  return std::move(bundle.checkpoint);
}

}  // namespace votum::audit
