// The electorate, those who count (Sections 31, 49, 50 GO NRW): members of the organization with
// voting right who are present and not in conflict on the item.
#ifndef VOTUM_CORE_MEETINGS_ELECTORATE_H_
#define VOTUM_CORE_MEETINGS_ELECTORATE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "core/directory/directory_machine.h"
#include "core/meetings/sitting.h"
#include "rules/quorum.h"

namespace votum::meetings {

// Members who count on `item_id` now, ascending; without the mayor where `norm` says so.
std::vector<std::string> Electorate(const directory::DirectoryMachine& directory,
                                    const SittingEntry& sitting, absl::string_view item_id,
                                    absl::string_view norm = "");
// The attendance on `item_id`, and whether the item is called for the second time.
rules::Attendance AttendanceOn(const directory::DirectoryMachine& directory,
                               const SittingEntry& sitting, absl::string_view item_id,
                               absl::string_view norm);
// Members of the organization in office with voting right.
uint32_t SeatedNumber(const directory::DirectoryMachine& directory,
                      absl::string_view organization_id);

// `person_id` is a member of the organization now: FAILED_PRECONDITION/NOT_A_MEMBER.
absl::Status CheckMember(const directory::DirectoryMachine& directory, absl::string_view person_id,
                         const SittingEntry& sitting);
// `person_id` is present with voting right: FAILED_PRECONDITION/NOT_PRESENT;
// PERMISSION_DENIED/NOT_ENTITLED.
absl::Status CheckPresentVoter(const directory::DirectoryMachine& directory,
                               const SittingEntry& sitting, absl::string_view person_id);

}  // namespace votum::meetings

#endif  // VOTUM_CORE_MEETINGS_ELECTORATE_H_
