// Checks who may do something in a meeting, where that depends on the organization or on the person
// named. The command table has the coarser authority.
#ifndef VOTUM_CORE_MEETINGS_ROLES_H_
#define VOTUM_CORE_MEETINGS_ROLES_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "core/directory/directory_machine.h"

namespace votum::meetings {

// The chair or deputy chair, or a clerk: PERMISSION_DENIED/NOT_PRESIDING.
absl::Status CheckPresides(const directory::DirectoryMachine& directory, absl::string_view actor,
                           absl::string_view organization_id);
// By `person_id`, or a clerk: PERMISSION_DENIED/NOT_THE_MEMBER.
absl::Status CheckMemberOrClerk(const directory::DirectoryMachine& directory,
                                absl::string_view actor, absl::string_view person_id);
// By the person who presides, a clerk, or a secretary: PERMISSION_DENIED/NOT_PRESIDING.
absl::Status CheckSecondPerson(const directory::DirectoryMachine& directory,
                               absl::string_view actor, absl::string_view organization_id);

}  // namespace votum::meetings

#endif  // VOTUM_CORE_MEETINGS_ROLES_H_
