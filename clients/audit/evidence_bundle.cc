#include "clients/audit/evidence_bundle.h"

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/audit/bundle_attestation.h"
#include "clients/audit/bundle_format.h"
#include "clients/audit/standing.h"
#include "core/fold/objects.h"
#include "crypto/checkpoint.h"
#include "crypto/hash.h"
#include "crypto/merkle.h"
#include "rules/calendar.h"

namespace votum::audit {
namespace {

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

Wanted WantedFor(const decisions::v1::Decision& decision, const World& world) {
  Wanted wanted{decision.id(), decision.meeting_id(), {}};
  for (const std::string& item : world.agenda().FindMeeting(decision.meeting_id())->item_ids) {
    const std::string& proposal = world.agenda().FindItem(item)->content.proposal_id();
    if (!proposal.empty()) wanted.proposal_ids.insert(proposal);
  }
  return wanted;
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

  void ExpectInLog(const BundleEntry& entry, const crypto::Checkpoint& checkpoint) {
    ++summary_.records;
    if (IsInLog(entry, checkpoint)) return;
    Fault(absl::StrCat("record ", entry.index,
                       ": it is not in the log that the checkpoint stands for"));
  }

  void AddEntry(const BundleEntry& entry, const crypto::Checkpoint& checkpoint) {
    ExpectInLog(entry, checkpoint);
    if (broken_) return;
    shown_.insert(entry.index);
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
    if (outcome->status.ok()) {
      AddKeysOf(*record->envelope, &key_ids_);
      if (outcome->reach.is_public())
        public_objects_[entry.index] = ObjectsNamedBy(*record->envelope);
      return standing_.Add(outcome->index, *record->envelope);
    }
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

  const std::set<std::string>& key_ids() const { return key_ids_; }
  const std::set<uint64_t>& shown() const { return shown_; }
  // The objects of each record that is in effect and public here, by its index.
  const std::map<uint64_t, std::vector<std::string>>& public_objects() const {
    return public_objects_;
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
  std::set<std::string> key_ids_;  // that have signed records in effect
  std::set<uint64_t> shown_;
  std::map<uint64_t, std::vector<std::string>> public_objects_;
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

// What the attestation of a bundle says of records that the bundle does not show.
class AttestationChecker {
 public:
  AttestationChecker(const std::optional<BundleAttestation>* attestation, Checker* checker)
      : attestation_(*attestation), checker_(*checker) {}

  // Before the record at `index` is added: the attesting one is judged in its turn.
  void Pass(uint64_t index) {
    if (!attestation_.has_value() || attester_.has_value() || index < attestation_->record.index)
      return;
    attester_ = AttesterOf(attestation_->record, checker_.fold());
  }

  // After all records. Returns what follows from it for what was not there to be checked.
  std::string Finish(const std::string& decision_id, const crypto::Checkpoint& checkpoint) {
    Pass(checkpoint.size);
    if (!attestation_.has_value() || !Covers(*attestation_, decision_id)) {
      checker_.Say(
          Finding::Kind::kStanding,
          "whether all public records that concern it are here is not stated: no attestation "
          "by a machine since then is with this bundle");
      return Missing("", checkpoint.size);
    }
    checker_.ExpectInLog(attestation_->record, checkpoint);
    for (const BundleEntry& other : attestation_->others) checker_.ExpectInLog(other, checkpoint);
    const absl::Status held = CheckHistoriesOf(decision_id);
    if (!held.ok()) {
      checker_.Fault(
          absl::StrCat("attestation of record ", attestation_->record.index, ": ", held.message()));
      return Missing("", checkpoint.size);
    }
    const Attester& attester = **attester_;
    checker_.Say(
        Finding::Kind::kStanding,
        absl::StrCat("up to record ", attester.record, " of ", rules::TimeText(attester.time),
                     " nothing else that is public concerns it, says the machine ",
                     attester.machine,
                     " in that record; an audit of the whole log refutes that if it is "
                     "not so"));
    SayOthers();
    return Missing("not public and ", attester.record);
  }

  // After all records: what a service says of the time since.
  void Ask(const std::string& decision_id, const AskNewest& ask, const crypto::NoteVerifier& log) {
    const absl::StatusOr<std::string> newest = Newest(decision_id, ask, log);
    if (newest.ok()) return checker_.Say(Finding::Kind::kStanding, *newest);
    checker_.Say(Finding::Kind::kNotCheckable,
                 absl::StrCat("whether newer records concern it: ", newest.status().message()));
  }

 private:
  absl::StatusOr<decisions::v1::Decision> DecisionOf(const std::string& decision_id) const {
    return checker_.fold().world().decisions().GetDecision(decision_id, Audience::kAuditor);
  }

  std::set<std::string> Objects(const decisions::v1::Decision& decision) const {
    return ObjectsOfBundle(decision, checker_.fold().world(), checker_.key_ids());
  }

  absl::Status CheckHistoriesOf(const std::string& decision_id) {
    RETURN_IF_ERROR(attester_->status());
    ASSIGN_OR_RETURN(const decisions::v1::Decision decision, DecisionOf(decision_id));
    RETURN_IF_ERROR(
        CheckHistories(*attestation_, **attester_, Objects(decision), checker_.shown()));
    RETURN_IF_ERROR(CheckOthers(WantedFor(decision, checker_.fold().world())));
    return CheckInEffect(attestation_->histories, (*attester_)->record, checker_.public_objects());
  }

  // The others are records that the decision does not rest on: whatever it rests on is judged.
  absl::Status CheckOthers(const Wanted& wanted) {
    for (const BundleEntry& other : attestation_->others) {
      const std::optional<OpenedRecord> record = OpenRecord(other.record);
      if (!record.has_value() || record->index != other.index || !record->envelope.ok() ||
          wanted.Wants(*record->envelope)) {
        return BadBundle(absl::StrCat("record ", other.index,
                                      " is shown as one of another matter, and is none"));
      }
      others_.push_back(absl::StrCat(other.index, " (", record->envelope->type->name, ")"));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> Newest(const std::string& decision_id, const AskNewest& ask,
                                     const crypto::NoteVerifier& log) const {
    ASSIGN_OR_RETURN(const decisions::v1::Decision decision, DecisionOf(decision_id));
    std::set<uint64_t> shown = checker_.shown();
    if (attestation_.has_value()) {
      for (const BundleEntry& other : attestation_->others) shown.insert(other.index);
    }
    return DescribeNewest(ask, Objects(decision), shown, checker_.fold(), log);
  }

  void SayOthers() const {
    if (others_.empty()) return;
    checker_.Say(Finding::Kind::kStanding,
                 absl::StrCat("records of other matters that concern it too, shown here and not "
                              "judged: ",
                              absl::StrJoin(others_, ", ")));
  }

  static std::string Missing(absl::string_view kind, uint64_t size) {
    return absl::StrCat("records that are ", kind,
                        "left out (an objection, a revoked key), or that came after the first ",
                        size, ": the whole log shows them (votum audit)");
  }

  const std::optional<BundleAttestation>& attestation_;
  Checker& checker_;
  std::optional<absl::StatusOr<Attester>> attester_;
  std::vector<std::string> others_;  // each with its command
};

// The log as the maker of a bundle sees it: the whole of it.
class WholeLog {
 public:
  explicit WholeLog(const crypto::PublicKey& log_key) : fold_(DomainSet::All(), log_key, &cache_) {}

  absl::Status Add(const ArchivedEntry& entry) {
    tree_.Append(entry.leaf);
    if (entry.record.empty()) {
      return Refuse(Reason::kNotShown, absl::StrCat("record ", entry.index,
                                                    " is not shown to you; make the bundle as an "
                                                    "auditor, and while no vote is open"));
    }
    std::optional<OpenedRecord> opened = OpenRecord(entry.record);
    ASSIGN_OR_RETURN(const RecordOutcome outcome, fold_.Apply(opened));
    records_.push_back({std::move(opened->envelope), outcome.status.ok(), outcome.listed});
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<BundleEntry>> Show(const std::vector<ArchivedEntry>& entries,
                                                const std::set<uint64_t>& indexes,
                                                uint64_t size) const {
    std::vector<BundleEntry> shown;
    for (const uint64_t index : indexes) {
      BundleEntry entry{index, entries[index].salt, entries[index].record, {}};
      ASSIGN_OR_RETURN(entry.proof, tree_.InclusionProof(index, size));
      shown.push_back(std::move(entry));
    }
    return shown;
  }

  // The records that `wanted` wants, and the keys that signed those in effect.
  std::set<uint64_t> IndexesOf(const Wanted& wanted, std::set<std::string>* key_ids) const {
    std::set<uint64_t> indexes;
    for (uint64_t i = 0; i < records_.size(); ++i) {
      const Judged& record = records_[i];
      if (!record.envelope.ok() || !wanted.Wants(*record.envelope)) continue;
      indexes.insert(i);
      if (record.in_effect) AddKeysOf(*record.envelope, key_ids);
    }
    return indexes;
  }

  // Of each of `objects`, as it was attested last.
  std::vector<BundleHistory> Histories(const std::set<std::string>& objects) const {
    const AttestationsState& state = fold_.world().attestations().state();
    std::map<std::string, std::vector<uint64_t>> records;
    for (uint64_t i = 0; i < state.attested_by; ++i) {
      if (!records_[i].listed) continue;
      for (const std::string& object :
           fold_.world().attestations().ObjectsOf(*records_[i].envelope)) {
        if (objects.count(object) > 0) records[object].push_back(i);
      }
    }
    std::vector<BundleHistory> histories;
    histories.reserve(objects.size());
    for (const std::string& object : objects)
      histories.push_back({object, std::move(records[object]), state.attested.Prove(object)});
    return histories;
  }

  const Fold& fold() const { return fold_; }

 private:
  struct Judged {
    absl::StatusOr<Envelope> envelope;
    bool in_effect;
    bool listed;
  };
  SignatureCache cache_{1};
  Fold fold_;
  crypto::MerkleTree tree_;
  std::vector<Judged> records_;
};

}  // namespace

absl::StatusOr<std::string> MakeEvidenceBundle(const std::vector<ArchivedEntry>& entries,
                                               absl::string_view checkpoint_note,
                                               const crypto::NoteVerifier& log,
                                               absl::string_view decision_id) {
  ASSIGN_OR_RETURN(const crypto::Checkpoint checkpoint,
                   crypto::OpenCheckpoint(checkpoint_note, log, log.name()));
  WholeLog whole(log.key());
  for (const ArchivedEntry& entry : entries) RETURN_IF_ERROR(whole.Add(entry));
  const World& world = whole.fold().world();
  ASSIGN_OR_RETURN(const decisions::v1::Decision decision,
                   world.decisions().GetDecision(decision_id, Audience::kAuditor));
  Bundle bundle;
  bundle.decision_id = std::string(decision_id);
  bundle.checkpoint = std::string(checkpoint_note);
  std::set<std::string> key_ids;
  const std::set<uint64_t> shown = whole.IndexesOf(WantedFor(decision, world), &key_ids);
  ASSIGN_OR_RETURN(bundle.entries, whole.Show(entries, shown, checkpoint.size));
  ASSIGN_OR_RETURN(bundle.document, world.decisions().GetDocument(decision_id, Audience::kAuditor));

  BundleAttestation attestation;
  attestation.histories = whole.Histories(ObjectsOfBundle(decision, world, key_ids));
  if (!Covers(attestation, bundle.decision_id)) return FormatBundle(bundle);
  std::set<uint64_t> others;
  for (const BundleHistory& history : attestation.histories) {
    for (const uint64_t record : history.records) {
      if (shown.count(record) == 0) others.insert(record);
    }
  }
  const uint64_t attested_by = world.attestations().state().attested_by;
  ASSIGN_OR_RETURN(std::vector<BundleEntry> record,
                   whole.Show(entries, {attested_by}, checkpoint.size));
  attestation.record = std::move(record.front());
  ASSIGN_OR_RETURN(attestation.others, whole.Show(entries, others, checkpoint.size));
  bundle.attestation = std::move(attestation);
  return FormatBundle(bundle);
}

Summary VerifyEvidenceBundle(absl::string_view text, const crypto::NoteVerifier& log,
                             const Report& report, absl::Time now, const AskNewest& ask) {
  Checker checker(log, report);
  const auto bundle = ParseBundle(text);
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
  AttestationChecker attestation(&bundle->attestation, &checker);
  for (const BundleEntry& entry : bundle->entries) {
    attestation.Pass(entry.index);
    checker.AddEntry(entry, *checkpoint);
  }
  if (!checker.checkable()) return checker.summary();
  if (checker.summary().faults == 0) {
    checker.Checked(absl::StrCat("records: each of the ", bundle->entries.size(),
                                 " shown is in that log, its signatures "
                                 "verified at its own position"));
  }
  CheckDecision(*bundle, checkpoint->size, now, &checker);
  std::string missing = attestation.Finish(bundle->decision_id, *checkpoint);
  if (ask != nullptr) attestation.Ask(bundle->decision_id, ask, log);
  checker.Say(Finding::Kind::kStanding, UncheckedCosignatures(bundle->checkpoint));
  checker.Say(Finding::Kind::kNotThere, std::move(missing));
  return checker.summary();
}

absl::StatusOr<std::string> CheckpointOfBundle(absl::string_view text,
                                               const crypto::NoteVerifier& log) {
  ASSIGN_OR_RETURN(Bundle bundle, ParseBundle(text));
  ASSIGN_OR_RETURN(const crypto::Checkpoint checkpoint,
                   crypto::OpenCheckpoint(bundle.checkpoint, log, log.name()));
  std::vector<BundleEntry> entries = std::move(bundle.entries);
  if (bundle.attestation.has_value()) {
    entries.push_back(bundle.attestation->record);
    entries.insert(entries.end(), bundle.attestation->others.begin(),
                   bundle.attestation->others.end());
  }
  for (const BundleEntry& entry : entries) {
    if (!IsInLog(entry, checkpoint))
      return BadBundle(
          absl::StrCat("record ", entry.index, " is not in the log of its checkpoint"));
  }
  return std::move(bundle.checkpoint);
}

}  // namespace votum::audit
