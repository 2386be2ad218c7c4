// Owners of subjects and commitments: identifiers that clients choose, and that must not join one
// matter to another.
#include <algorithm>
#include <set>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "core/directory/directory_machine.h"

namespace votum::directory {

absl::Status DirectoryMachine::CheckOwned(const Sealing& sealing) const {
  std::set<absl::string_view> commitments;
  for (const auto& [ref, joins] : sealing.parts) {
    const uint64_t* known = state_.commitments.Find(ref.commitment());
    if (known != nullptr || !commitments.insert(ref.commitment()).second) {
      return Refuse(Reason::kCommitmentKnown,
                    absl::StrCat("the commitment ", absl::BytesToHexString(ref.commitment()),
                                 known == nullptr ? " comes twice in this command"
                                                  : absl::StrCat(" is that of record ", *known)));
    }
    const SubjectEntry* owner = FindSubject(ref.subject());
    if (owner == nullptr || joins || state_.subjects.Contains(ref.subject())) continue;
    if (owner->payload_type == sealing.payload_type && owner->key_id == sealing.key_id) continue;
    return Refuse(
        Reason::kSubjectTaken,
        absl::StrCat("the subject ", absl::BytesToHexString(ref.subject()), " is that of record ",
                     owner->records.begin()->first, ", and an erasure would take both"));
  }
  return absl::OkStatus();
}

void DirectoryMachine::Own(const Sealing& sealing) {
  for (const auto& [ref, joins] : sealing.parts) {
    if (!state_.commitments.Contains(ref.commitment()))
      state_.commitments.InsertOrAssign(ref.commitment(), sealing.index);
    SubjectEntry& owner = state_.sealed_under.MutableOrNew(ref.subject());
    if (owner.records.empty()) {
      owner.payload_type = sealing.payload_type;
      owner.key_id = sealing.key_id;
    }
    owner.records.InsertOrAssign(sealing.index, {});
    if (!sealing.keeps.empty())
      state_.kept.MutableOrNew(sealing.keeps)
          .InsertOrAssign(ref.subject(), sealing.time + kKeysKept);
  }
  if (!sealing.releases.empty() && state_.kept.Contains(sealing.releases))
    state_.kept.Erase(sealing.releases);
}

bool DirectoryMachine::IsKept(absl::string_view subject, absl::Time time) const {
  return std::any_of(state_.kept.begin(), state_.kept.end(), [&](const auto& vote) {
    const absl::Time* until = vote.second.Find(subject);
    return until != nullptr && time < *until;
  });
}

}  // namespace votum::directory
