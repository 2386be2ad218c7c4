#include "clients/audit/bundle_attestation.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/audit/command_of.h"
#include "core/describe.h"
#include "core/fold/authorize.h"
#include "core/fold/objects.h"
#include "core/table_proof.h"
#include "crypto/checkpoint.h"
#include "rules/calendar.h"
#include "votum/projects/v1/attestations.pb.h"

namespace votum::audit {
namespace {

absl::Status Bad(absl::string_view what) { return Refuse(Reason::kBadBundle, what); }

}  // namespace

void AddKeysOf(const Envelope& envelope, std::set<std::string>* key_ids) {
  if (envelope.type->domain == Domain::kDirectory || envelope.header().actor().empty()) return;
  for (const common::v1::Signature& signature : envelope.signatures)
    key_ids->insert(signature.key_id());
}

std::set<std::string> ObjectsOfBundle(const decisions::v1::Decision& decision, const World& world,
                                      const std::set<std::string>& key_ids) {
  std::set<std::string> objects = {
      absl::StrCat("decision/", decision.id()), absl::StrCat("vote/", decision.vote_event_id()),
      absl::StrCat("item/", decision.item_id()), absl::StrCat("meeting/", decision.meeting_id())};
  const meetings::VoteEventEntry* event = world.votes().Find(decision.vote_event_id());
  if (event != nullptr) objects.insert(absl::StrCat("motion/", event->motion_id));
  for (const std::string& key_id : key_ids) objects.insert(absl::StrCat("key/", key_id));
  return objects;
}

absl::StatusOr<Attester> AttesterOf(const BundleEntry& entry, const Fold& fold) {
  const std::optional<OpenedRecord> record = OpenRecord(entry.record);
  if (!record.has_value() || record->index != entry.index || !record->envelope.ok())
    return Bad(absl::StrCat("record ", entry.index, " is no attestation"));
  const auto* attest = As<projects::v1::AttestObjects>(*record->envelope);
  if (attest == nullptr || record->service != DomainName(Domain::kProjects))
    return Bad(absl::StrCat("record ", entry.index, " is no attestation of histories"));
  if (attest->header().seen_size() != entry.index) {
    return Bad(absl::StrCat("record ", entry.index, " attests the log with ",
                            attest->header().seen_size(), " records: it is void"));
  }
  SignatureCache cache(1);
  ASSIGN_OR_RETURN(
      const CommandContext context,
      Authorize(fold.world(), *record->envelope, entry.index, record->time, fold.log_key(), cache));
  ASSIGN_OR_RETURN(const crypto::Digest root, crypto::DigestFromBytes(attest->sha256()));
  return Attester{entry.index, record->time, context.actor, root};
}

absl::Status CheckHistories(const BundleAttestation& attestation, const Attester& attester,
                            const std::set<std::string>& objects, const std::set<uint64_t>& shown) {
  std::set<std::string> missing = objects;
  std::set<uint64_t> all = shown;
  for (const BundleEntry& other : attestation.others) all.insert(other.index);
  for (const BundleHistory& history : attestation.histories) {
    missing.erase(history.object);
    const auto proven = VerifyTableProof(history.proof, history.object, attester.root);
    if (!proven.has_value()) {
      return Bad(absl::StrCat("the history of ", history.object,
                              " is not proved by the attestation of record ", attester.record));
    }
    const ObjectHistory stated = HistoryOf(history.records);
    if (proven->present != !history.records.empty() ||
        (proven->present && proven->value != Encode(stated))) {
      return Bad(absl::StrCat("the history of ", history.object, " is another one: records ",
                              "about it may be missing; ask for a new bundle"));
    }
    for (const uint64_t record : history.records) {
      if (all.count(record) > 0) continue;
      return Bad(absl::StrCat("record ", record, " concerns ", history.object,
                              " and is not shown; ask for a new bundle"));
    }
  }
  if (missing.empty()) return absl::OkStatus();
  return Bad(absl::StrCat("the attestation lacks the history of ", absl::StrJoin(missing, ", ")));
}

absl::Status CheckInEffect(const std::vector<BundleHistory>& histories, uint64_t attester,
                           const std::map<uint64_t, std::vector<std::string>>& public_objects) {
  std::map<absl::string_view, const BundleHistory*> history_of;
  for (const BundleHistory& history : histories) history_of[history.object] = &history;
  for (const auto& [record, objects] : public_objects) {
    if (record >= attester) break;
    for (const std::string& object : objects) {
      const auto history = history_of.find(object);
      if (history == history_of.end()) continue;
      const std::vector<uint64_t>& records = history->second->records;
      if (std::count(records.begin(), records.end(), record) > 0) continue;
      return Bad(
          absl::StrCat("record ", record, " concerns ", object,
                       " and is not in its history: it is void in the log, and what makes it "
                       "so was left out"));
    }
  }
  return absl::OkStatus();
}

bool Covers(const BundleAttestation& attestation, const std::string& decision_id) {
  const std::string object = absl::StrCat("decision/", decision_id);
  return std::any_of(attestation.histories.begin(), attestation.histories.end(),
                     [&](const BundleHistory& history) {
                       return history.object == object && !history.records.empty();
                     });
}

absl::StatusOr<std::string> DescribeNewest(const AskNewest& ask,
                                           const std::set<std::string>& objects,
                                           const std::set<uint64_t>& shown, const Fold& fold,
                                           const crypto::NoteVerifier& log) {
  const std::vector<std::string> all(objects.begin(), objects.end());
  ASSIGN_OR_RETURN(const NewestAttestation newest, ask(all));
  if (newest.record.index == 0)
    return "whether anything newer concerns it is not stated: no machine has attested that yet";
  ASSIGN_OR_RETURN(const crypto::Checkpoint checkpoint,
                   crypto::OpenCheckpoint(newest.checkpoint, log, log.name()));
  if (!IsInLog(newest.record, checkpoint))
    return Bad(absl::StrCat("the attestation of record ", newest.record.index,
                            " is not in the log of its checkpoint"));
  ASSIGN_OR_RETURN(const Attester attester, AttesterOf(newest.record, fold));
  if (newest.proofs.size() != all.size()) return Bad("not all objects have a proof");
  std::vector<std::string> newer;
  for (size_t i = 0; i < all.size(); ++i) {
    const auto proven = VerifyTableProof(newest.proofs[i], all[i], attester.root);
    ObjectHistory history;
    if (!proven.has_value() || (proven->present && !Decode(proven->value, history)))
      return Bad(absl::StrCat("the history of ", all[i], " is not proved"));
    if (proven->present && shown.count(history.last) == 0)
      newer.push_back(absl::StrCat(all[i], " (record ", history.last, ")"));
  }
  const std::string until =
      absl::StrCat("up to record ", attester.record, " of ", rules::TimeText(attester.time),
                   ", by the machine ", attester.machine, ", ");
  if (newer.empty()) return absl::StrCat(until, "nothing newer that is public concerns it");
  return absl::StrCat(until, "NEWER RECORDS than those of this bundle concern ",
                      absl::StrJoin(newer, ", "), ": ask for a new bundle");
}

}  // namespace votum::audit
