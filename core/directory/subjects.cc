// Owners of subjects and commitments: identifiers that clients choose, and that must not join one
// matter to another.
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "core/command/sealed_text.h"
#include "core/describe.h"
#include "core/directory/directory_machine.h"
#include "crypto/hash.h"

namespace votum::directory {
namespace {

using SubjectKey = DirectoryState::SubjectKey;
static_assert(std::tuple_size_v<SubjectKey> == kSubjectBytes);

// Nothing if the bytes are not as many as those of a subject.
std::optional<SubjectKey> KeyOf(absl::string_view subject) {
  SubjectKey key = {};
  if (subject.size() != key.size()) return std::nullopt;
  std::copy(subject.begin(), subject.end(), key.begin());
  return key;
}

// Stands for the command type and the key of a record in its subjects' entries.
std::array<uint8_t, 16> OwnerOf(const Sealing& sealing) {
  const crypto::Digest digest = DigestOf(std::pair(sealing.payload_type, sealing.key_id));
  std::array<uint8_t, 16> owner = {};
  std::copy_n(digest.begin(), owner.size(), owner.begin());
  return owner;
}

}  // namespace

const SubjectEntry* DirectoryMachine::FindSubject(absl::string_view subject) const {
  const std::optional<SubjectKey> key = KeyOf(subject);
  return key.has_value() ? state_.sealed_under.Find(*key) : nullptr;
}

const AttachmentPlace* DirectoryMachine::FindAttachment(absl::string_view commitment) const {
  const auto digest = crypto::DigestFromBytes(commitment);
  return digest.ok() ? state_.commitments.Find(*digest) : nullptr;
}

absl::Status DirectoryMachine::CheckOwned(const Sealing& sealing) const {
  std::set<absl::string_view> commitments;
  for (const auto& [ref, audience, joins] : sealing.parts) {
    const AttachmentPlace* known = FindAttachment(ref.commitment());
    if (known != nullptr || !commitments.insert(ref.commitment()).second) {
      return Refuse(
          Reason::kCommitmentKnown,
          absl::StrCat("the commitment ", absl::BytesToHexString(ref.commitment()),
                       known == nullptr ? " comes twice in this command"
                                        : absl::StrCat(" is that of record ", known->index)));
    }
    const SubjectEntry* owner = FindSubject(ref.subject());
    if (owner == nullptr || joins || state_.subjects.Contains(ref.subject())) continue;
    if (owner->owner == OwnerOf(sealing)) continue;
    return Refuse(
        Reason::kSubjectTaken,
        absl::StrCat("the subject ", absl::BytesToHexString(ref.subject()), " is that of record ",
                     owner->record, ", and an erasure would take both"));
  }
  return absl::OkStatus();
}

void DirectoryMachine::Own(const Sealing& sealing) {
  for (const auto& [ref, audience, joins] : sealing.parts) {
    if (FindAttachment(ref.commitment()) == nullptr) {
      state_.commitments.InsertOrAssign(*crypto::DigestFromBytes(ref.commitment()),
                                        {sealing.index, audience});
    }
    if (FindSubject(ref.subject()) == nullptr)
      state_.sealed_under.InsertOrAssign(*KeyOf(ref.subject()), {OwnerOf(sealing), sealing.index});
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
