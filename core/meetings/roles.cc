#include "core/meetings/roles.h"

#include "absl/strings/str_cat.h"
#include "base/refusal.h"

namespace votum::meetings {

absl::Status CheckPresides(const directory::DirectoryMachine& directory, absl::string_view actor,
                           absl::string_view organization_id) {
  if (directory.PresidesOver(actor, organization_id) ||
      directory.HasOffice(actor, common::v1::OFFICE_CLERK)) {
    return absl::OkStatus();
  }
  return Refuse(Reason::kNotPresiding,
                absl::StrCat(actor, " is neither chair nor deputy chair of ", organization_id,
                             " nor a clerk; ask one of them"));
}

absl::Status CheckMemberOrClerk(const directory::DirectoryMachine& directory,
                                absl::string_view actor, absl::string_view person_id) {
  if (actor == person_id || directory.HasOffice(actor, common::v1::OFFICE_CLERK)) {
    return absl::OkStatus();
  }
  return Refuse(Reason::kNotTheMember,
                absl::StrCat(actor, " may not act for ", person_id, "; a clerk may"));
}

absl::Status CheckSecondPerson(const directory::DirectoryMachine& directory,
                               absl::string_view actor, absl::string_view organization_id) {
  if (directory.HasOffice(actor, common::v1::OFFICE_SECRETARY)) return absl::OkStatus();
  return CheckPresides(directory, actor, organization_id);
}

}  // namespace votum::meetings
