#include "clients/audit/standing.h"

#include "absl/strings/str_cat.h"
#include "clients/audit/command_of.h"
#include "core/command/timestamps.h"
#include "crypto/note.h"
#include "rules/calendar.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum::audit {
namespace {

namespace dv1 = decisions::v1;

std::string StateInWords(const dv1::Decision& decision) {
  const std::string release = rules::TimeText(FromTimestamp(decision.release_allowed_time()));
  switch (decision.state()) {
    case dv1::DECISION_STATE_DRAFTED:
      return "NOT SIGNED by both: it is a draft";
    case dv1::DECISION_STATE_SIGNED:
      return decision.item_adopted()
                 ? absl::StrCat("signed, NOT RELEASED; if nobody objects it can be from ", release)
                 : "signed; the item was rejected, so there is nothing to release";
    case dv1::DECISION_STATE_OBJECTED:
      return absl::StrCat("SUSPENDED: the mayor ",
                          decision.objection_unlawful() ? "calls it unlawful" : "objected", " on ",
                          rules::TimeText(FromTimestamp(decision.objection_time())),
                          "; it must not be carried out unless it is decided anew");
    case dv1::DECISION_STATE_RELEASED:
      return absl::StrCat("released on ", rules::TimeText(FromTimestamp(decision.release_time())));
    case dv1::DECISION_STATE_DECIDED_ANEW:
      return "DECIDED ANEW after an objection: another decision has taken its place";
    default:
      return "in no state that this program knows";
  }
}

std::string AgeInWords(absl::Duration age) {
  if (age < absl::ZeroDuration()) return "which is still to come by the clock here";
  const int64_t hours = absl::ToInt64Hours(age);
  if (hours >= 48) return absl::StrCat(hours / 24, " days before this check");
  if (hours >= 2) return absl::StrCat(hours, " hours before this check");
  return absl::StrCat(absl::ToInt64Minutes(age), " minutes before this check");
}

}  // namespace

void Standing::Add(uint64_t index, const Envelope& envelope) {
  if (const auto* sign = As<dv1::SignDecision>(envelope); sign != nullptr) {
    signings_[sign->decision_id()].push_back(
        {envelope.header().actor(), envelope.signatures[0].key_id()});
  } else if (const auto* revoke = As<directory::v1::RevokeKey>(envelope); revoke != nullptr) {
    revocations_[revoke->key_id()].push_back(index);
  } else if (const auto* object = As<dv1::ObjectToDecision>(envelope); object != nullptr) {
    absl::StrAppend(&seen_[object->decision_id()], "; record ", index, " OBJECTS to it");
  } else if (const auto* release = As<dv1::ReleaseDecision>(envelope); release != nullptr) {
    absl::StrAppend(&seen_[release->decision_id()], "; record ", index, " releases it");
  } else if (const auto* draft = As<dv1::DraftDecision>(envelope); draft != nullptr) {
    absl::StrAppend(&seen_[draft->decision_id()], "; record ", index, " drafts it");
    if (!draft->decides_anew_id().empty()) {
      absl::StrAppend(&seen_[draft->decides_anew_id()], "; record ", index, " DECIDES IT ANEW as ",
                      draft->decision_id());
    }
  }
}

std::string Standing::RevokedBy(const std::string& key_id, const World& world) const {
  const auto found = revocations_.find(key_id);
  if (found == revocations_.end()) return "";
  for (const uint64_t record : found->second) {
    const ActEntry* act = world.acts().state().acts.Find(record);
    // One that needed no second person, or had one.
    if (act == nullptr || act->act.state() == directory::v1::ACT_STATE_CONFIRMED)
      return absl::StrCat(", by record ", record);
  }
  return "";
}

std::vector<std::string> Standing::Seen() const {
  std::vector<std::string> all;
  for (const auto& [decision, acts] : seen_)
    all.push_back(
        absl::StrCat("decision ", decision, ", by the records that are shown to you", acts));
  return all;
}

std::string Standing::Of(const dv1::Decision& decision, const World& world) const {
  std::string text =
      absl::StrCat("decision ", decision.id(), ": item ",
                   decision.item_adopted() ? "adopted" : "rejected", "; ", StateInWords(decision));
  for (const auto& [id, other] : world.decisions().state().decisions) {
    if (other.decides_anew_id() == decision.id()) absl::StrAppend(&text, ": ", id);
  }
  const auto signings = signings_.find(decision.id());
  if (signings != signings_.end()) {
    for (const Signing& signing : signings->second) {
      const auto* key = world.directory().FindKey(signing.key_id);
      if (key == nullptr || key->state != directory::v1::KEY_STATE_REVOKED) continue;
      absl::StrAppend(&text, "; the key with which ", signing.person_id,
                      " signed it was REVOKED SINCE", RevokedBy(signing.key_id, world));
    }
  }
  const auto* vote = world.votes().Find(decision.vote_event_id());
  if (vote != nullptr && !vote->defects.empty()) {
    absl::StrAppend(&text, "; ERRORS PROVEN SINCE in vote ", vote->id, ": ", vote->defects.size());
  }
  return text;
}

std::vector<std::string> Standing::OfAll(const World& world) const {
  std::vector<std::string> all;
  for (const auto& [id, decision] : world.decisions().state().decisions)
    all.push_back(Of(decision, world));
  return all;
}

std::string SizeAndAge(uint64_t records, absl::Time last, absl::Time now) {
  return absl::StrCat(records, " records, the last of ", rules::TimeText(last), ", ",
                      AgeInWords(now - last));
}

std::string UncheckedCosignatures(absl::string_view checkpoint_note) {
  const auto note = crypto::ParseNote(checkpoint_note);
  if (!note.ok() || note->signatures.size() <= 1)
    return "no cosignature: nobody but whoever runs the log says that this is all of it";
  return absl::StrCat(note->signatures.size() - 1,
                      note->signatures.size() == 2 ? " cosignature" : " cosignatures",
                      ", not checked: give the --policy that names the witnesses");
}

}  // namespace votum::audit
