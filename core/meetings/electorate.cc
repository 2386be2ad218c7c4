#include "core/meetings/electorate.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"

namespace votum::meetings {
namespace {

constexpr size_t kMostOrganizations = 1000;

// Members of the electorate who belong to no council: expert citizens (sachkundige Bürger).
uint32_t Experts(const directory::DirectoryMachine& directory,
                 const std::vector<std::string>& electorate) {
  std::vector<std::string> councils;
  for (const directory::v1::Organization& one :
       directory.ListOrganizations("", kMostOrganizations)) {
    if (one.kind() == directory::v1::ORGANIZATION_KIND_COUNCIL) councils.push_back(one.id());
  }
  return static_cast<uint32_t>(
      std::count_if(electorate.begin(), electorate.end(), [&](const std::string& person_id) {
        return std::none_of(councils.begin(), councils.end(), [&](const std::string& council) {
          return directory.ActiveMembership(person_id, council) != nullptr;
        });
      }));
}

// Whether the mayor, being a member, does not vote under `norm`.
bool LeavesOutMayor(const directory::DirectoryMachine& directory, const SittingEntry& sitting,
                    absl::string_view norm) {
  if (norm.empty()) return false;
  const auto& norms = directory.ProfileOf(sitting.profile_index).mayor().no_vote_norms();
  if (std::find(norms.begin(), norms.end(), norm) == norms.end()) return false;
  for (const directory::MembershipEntry* member :
       directory.ActiveMembers(sitting.organization_id)) {
    if (member->voting_right && directory.HasOffice(member->person_id, common::v1::OFFICE_MAYOR)) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::vector<std::string> Electorate(const directory::DirectoryMachine& directory,
                                    const SittingEntry& sitting, absl::string_view item_id,
                                    absl::string_view norm) {
  const auto conflicts = sitting.conflicts.find(item_id);
  const bool without_mayor = LeavesOutMayor(directory, sitting, norm);
  const auto excluded = [&](const std::string& person_id) {
    if (conflicts != sitting.conflicts.end() && conflicts->second.count(person_id) > 0) return true;
    return without_mayor && directory.HasOffice(person_id, common::v1::OFFICE_MAYOR);
  };
  std::vector<std::string> electorate;
  for (const auto& [person_id, number] : sitting.present) {
    const auto* membership = directory.ActiveMembership(person_id, sitting.organization_id);
    if (membership != nullptr && membership->voting_right && !excluded(person_id)) {
      electorate.push_back(person_id);
    }
  }
  return electorate;
}

rules::Attendance AttendanceOn(const directory::DirectoryMachine& directory,
                               const SittingEntry& sitting, absl::string_view item_id,
                               absl::string_view norm) {
  const std::vector<std::string> electorate = Electorate(directory, sitting, item_id, norm);
  rules::Attendance attendance;
  attendance.statutory = directory.FindOrganization(sitting.organization_id)->statutory_number;
  if (attendance.statutory > 0 && LeavesOutMayor(directory, sitting, norm)) --attendance.statutory;
  attendance.present = static_cast<uint32_t>(electorate.size());
  if (const auto conflicts = sitting.conflicts.find(item_id); conflicts != sitting.conflicts.end())
    attendance.excluded = static_cast<uint32_t>(conflicts->second.size());
  if (directory.ProfileOf(sitting.profile_index).quorum().members_outnumber_experts())
    attendance.experts = Experts(directory, electorate);
  if (const auto quorum = sitting.quorums.find(item_id); quorum != sitting.quorums.end()) {
    attendance.second_call = quorum->second.second_call;
    attendance.second_call_noticed = quorum->second.noticed;
  }
  return attendance;
}

uint32_t SeatedNumber(const directory::DirectoryMachine& directory,
                      absl::string_view organization_id) {
  uint32_t seated = 0;
  for (const directory::MembershipEntry* member : directory.ActiveMembers(organization_id)) {
    if (member->voting_right) ++seated;
  }
  return seated;
}

absl::Status CheckMember(const directory::DirectoryMachine& directory, absl::string_view person_id,
                         const SittingEntry& sitting) {
  if (directory.ActiveMembership(person_id, sitting.organization_id) != nullptr) {
    return absl::OkStatus();
  }
  return Refuse(Reason::kNotAMember,
                absl::StrCat(person_id, " is not a member of ", sitting.organization_id,
                             "; an administrator enters memberships"));
}

absl::Status CheckPresentVoter(const directory::DirectoryMachine& directory,
                               const SittingEntry& sitting, absl::string_view person_id) {
  const auto* membership = directory.ActiveMembership(person_id, sitting.organization_id);
  if (membership == nullptr || !membership->voting_right) {
    return Refuse(Reason::kNotEntitled,
                  absl::StrCat(person_id, " has no voting right in ", sitting.organization_id));
  }
  if (sitting.present.Contains(person_id)) return absl::OkStatus();
  return Refuse(Reason::kNotPresent, absl::StrCat(person_id, " is not present in meeting ",
                                                  sitting.meeting_id, "; check in before"));
}

}  // namespace votum::meetings
