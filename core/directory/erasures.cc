// Erases the sealed data of a subject: two persons, a legal ground, two records.
#include <set>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/fields.h"
#include "core/command/sealed_text.h"
#include "core/command/timestamps.h"
#include "core/directory/directory_machine.h"

namespace votum::directory {
namespace {

constexpr int kMaxSubjects = 1000;
constexpr size_t kMaxGroundBytes = 500;

}  // namespace

absl::Status DirectoryMachine::Check(const CommandContext& context,
                                     const v1::EraseSubjects& command) const {
  RETURN_IF_ERROR(CheckText("legal_ground", command.legal_ground(), kMaxGroundBytes));
  if (command.subjects().empty() || command.subjects_size() > kMaxSubjects)
    return Refuse(Reason::kBadSubject, absl::StrCat("name 1 to ", kMaxSubjects, " subjects"));
  std::set<absl::string_view> seen;
  for (const std::string& subject : command.subjects()) {
    if (subject.size() != kSubjectBytes || !seen.insert(subject).second)
      return Refuse(Reason::kBadSubject, "a subject has 16 bytes, and each is named once");
    if (IsErased(subject))
      return Refuse(Reason::kAlreadyErased, "one of the subjects was erased before");
    if (FindSubject(subject) == nullptr) {
      return Refuse(Reason::kNoSuchSubject,
                    absl::StrCat("no record names the subject ", absl::BytesToHexString(subject)));
    }
    if (IsKept(subject, context.time)) {
      return Refuse(Reason::kKeysNeeded,
                    absl::StrCat("the keys of a vote that has no result yet lie under the subject ",
                                 absl::BytesToHexString(subject)));
    }
  }
  return absl::OkStatus();
}

void DirectoryMachine::Apply(const CommandContext& context, const v1::EraseSubjects& command) {
  v1::Erasure& erasure = state_.erasures.MutableOrNew(context.index);
  erasure.set_record(context.index);
  *erasure.mutable_subjects() = command.subjects();
  erasure.set_legal_ground(command.legal_ground());
  erasure.set_actor_id(context.actor);
  erasure.set_confirmer_id(context.second);
  *erasure.mutable_confirm_time() = ToTimestamp(context.time);
  erasure.set_confirm_record(context.effect_index);
  for (const std::string& subject : erasure.subjects()) {
    state_.erased.InsertOrAssign(subject, {});
    state_.erased_subjects.InsertOrAssign(state_.erased_subjects.size(), subject);
  }
}

bool DirectoryMachine::IsErased(absl::string_view subject) const {
  return state_.erased.Contains(subject);
}

const std::string& DirectoryMachine::SubjectOf(absl::string_view person_id) const {
  return state_.persons.Find(person_id)->name.subject();
}

absl::Status DirectoryMachine::CheckSealedApart(absl::string_view field,
                                                const common::v1::AttachmentRef& ref) const {
  RETURN_IF_ERROR(CheckAttachmentRef(field, ref));
  return CheckSubjectIsFree(field, ref);
}

absl::Status DirectoryMachine::CheckSubjectIsFree(absl::string_view field,
                                                  const common::v1::AttachmentRef& ref) const {
  if (!state_.subjects.Contains(ref.subject())) return absl::OkStatus();
  return Refuse(Reason::kSubjectTaken,
                absl::StrCat(field,
                             ": a person has this subject, and an erasure would take both; "
                             "draw a new one"));
}

absl::Status DirectoryMachine::CheckSealedAbout(absl::string_view person_id,
                                                absl::string_view field,
                                                const common::v1::AttachmentRef& ref) const {
  const std::string& subject = SubjectOf(person_id);
  if (IsErased(subject)) {
    if (ref.ByteSizeLong() == 0) return absl::OkStatus();
    return Refuse(Reason::kSubjectErased, absl::StrCat(field, ": what is sealed about ", person_id,
                                                       " was erased; leave the field out"));
  }
  RETURN_IF_ERROR(CheckAttachmentRef(field, ref));
  if (ref.subject() == subject) return absl::OkStatus();
  return Refuse(Reason::kBadAttachment,
                absl::StrCat(field, " must be sealed under the subject of ", person_id,
                             ", which the person's sealed_name tells"));
}

std::vector<v1::Erasure> DirectoryMachine::ListErasures(uint64_t from, size_t limit) const {
  std::vector<v1::Erasure> erasures;
  const auto end = state_.erasures.end();
  for (auto it = state_.erasures.lower_bound(from); it != end && erasures.size() < limit; ++it)
    erasures.push_back(it->second);
  return erasures;
}

}  // namespace votum::directory
