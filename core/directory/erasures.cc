// Erases the sealed data of a subject: two persons, a legal ground, a record.
#include <set>

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

absl::Status DirectoryMachine::Check(const CommandContext&,
                                     const v1::ProposeErasure& command) const {
  RETURN_IF_ERROR(CheckId("erasure_id", command.erasure_id()));
  RETURN_IF_ERROR(CheckText("legal_ground", command.legal_ground(), kMaxGroundBytes));
  if (erasures_.find(command.erasure_id()) != erasures_.end()) {
    return Refuse(Reason::kErasureExists,
                  absl::StrCat("erasure ", command.erasure_id(), " exists; choose another id"));
  }
  if (command.subjects().empty() || command.subjects_size() > kMaxSubjects)
    return Refuse(Reason::kBadSubject, absl::StrCat("name 1 to ", kMaxSubjects, " subjects"));
  std::set<absl::string_view> seen;
  for (const std::string& subject : command.subjects()) {
    if (subject.size() != kSubjectBytes || !seen.insert(subject).second)
      return Refuse(Reason::kBadSubject, "a subject has 16 bytes, and each is named once");
    if (IsErased(subject))
      return Refuse(Reason::kAlreadyErased, "one of the subjects was erased before");
  }
  return absl::OkStatus();
}

void DirectoryMachine::Apply(const CommandContext& context, const v1::ProposeErasure& command) {
  v1::Erasure& erasure = erasures_[command.erasure_id()];
  erasure.set_id(command.erasure_id());
  *erasure.mutable_subjects() = command.subjects();
  erasure.set_legal_ground(command.legal_ground());
  erasure.set_proposer_id(context.actor);
}

absl::Status DirectoryMachine::Check(const CommandContext& context,
                                     const v1::ConfirmErasure& command) const {
  const auto found = erasures_.find(command.erasure_id());
  if (found == erasures_.end()) {
    return Refuse(Reason::kNoSuchErasure,
                  absl::StrCat("no erasure ", command.erasure_id(), " was proposed"));
  }
  if (!found->second.confirmer_id().empty()) {
    return Refuse(Reason::kAlreadyConfirmed,
                  absl::StrCat("erasure ", command.erasure_id(), " is confirmed"));
  }
  if (found->second.proposer_id() != context.actor) return absl::OkStatus();
  return Refuse(Reason::kSamePerson,
                absl::StrCat(context.actor, " proposed erasure ", command.erasure_id(),
                             "; another person must confirm it"));
}

void DirectoryMachine::Apply(const CommandContext& context, const v1::ConfirmErasure& command) {
  v1::Erasure& erasure = erasures_.find(command.erasure_id())->second;
  erasure.set_confirmer_id(context.actor);
  *erasure.mutable_confirm_time() = ToTimestamp(context.time);
  erasure.set_confirm_index(context.index);
  for (const std::string& subject : erasure.subjects()) {
    // An earlier proposal may have named it too.
    if (erased_.insert(subject).second) erased_subjects_.push_back(subject);
  }
}

bool DirectoryMachine::IsErased(absl::string_view subject) const {
  return erased_.find(subject) != erased_.end();
}

const std::string& DirectoryMachine::SubjectOf(absl::string_view person_id) const {
  return persons_.find(person_id)->second.name.subject();
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

std::vector<v1::Erasure> DirectoryMachine::ListErasures(absl::string_view after_id,
                                                        size_t limit) const {
  std::vector<v1::Erasure> erasures;
  for (auto it = erasures_.upper_bound(after_id); it != erasures_.end() && erasures.size() < limit;
       ++it) {
    erasures.push_back(it->second);
  }
  return erasures;
}

}  // namespace votum::directory
