#include "core/fold/rights.h"

#include <functional>
#include <set>
#include <string>
#include <utility>

namespace votum {

bool HoldsOffice(const directory::DirectoryMachine& directory, absl::string_view person_id) {
  return directory.HasAnyOffice(person_id,
                                {common::v1::OFFICE_ADMINISTRATOR, common::v1::OFFICE_CLERK,
                                 common::v1::OFFICE_SECRETARY, common::v1::OFFICE_MAYOR});
}

Rights RightsOf(const directory::DirectoryMachine& directory, absl::string_view person_id) {
  if (directory.HasOffice(person_id, common::v1::OFFICE_AUDITOR)) return Audience::kAuditor;
  if (HoldsOffice(directory, person_id)) return Audience::kCouncil;
  std::set<std::string, std::less<>> own;
  const auto* const organizations = directory.state().organizations_of.Find(person_id);
  if (organizations == nullptr) return Audience::kPublic;
  for (const auto& [id, active] : *organizations) own.insert(id);
  return Rights::OfMember(std::move(own));
}

}  // namespace votum
