// Machines: registered like people, with an office that takes two administrators, and nothing else.
#include <string>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/directory/directory_machine.h"

namespace votum::directory {
namespace {

bool IsMachinesOffice(common::v1::Office office) { return office == common::v1::OFFICE_ATTESTER; }

}  // namespace

bool DirectoryMachine::IsMachine(absl::string_view person_id) const {
  return HasOffice(person_id, common::v1::OFFICE_ATTESTER);
}

absl::Status DirectoryMachine::CheckPersonsOffice(common::v1::Office office) {
  if (!IsMachinesOffice(office)) return absl::OkStatus();
  return Refuse(Reason::kBadOffice, absl::StrCat(common::v1::Office_Name(office),
                                                 " is the office of machines, which "
                                                 "AppointMachine gives with two administrators"));
}

absl::Status DirectoryMachine::CheckNoMachine(absl::string_view person_id) const {
  if (!IsMachine(person_id)) return absl::OkStatus();
  return Refuse(Reason::kMachine, absl::StrCat(person_id,
                                               " is a machine: it holds no other office and is no "
                                               "member"));
}

absl::Status DirectoryMachine::Check(const CommandContext&,
                                     const v1::AppointMachine& command) const {
  const PersonEntry* person = state_.persons.Find(command.person_id());
  if (person == nullptr) {
    return Refuse(Reason::kNoSuchPerson,
                  absl::StrCat("person ", command.person_id(), " is not in the directory"));
  }
  if (!IsMachinesOffice(command.office()))
    return Refuse(Reason::kBadOffice, "office must name one of machines");
  if (HasOffice(command.person_id(), command.office())) {
    return Refuse(Reason::kOfficeHeld, absl::StrCat(command.person_id(), " holds ",
                                                    common::v1::Office_Name(command.office())));
  }
  if (!person->offices.empty() || state_.organizations_of.Contains(command.person_id())) {
    return Refuse(Reason::kMachine,
                  absl::StrCat(command.person_id(),
                               " holds an office or is a member, as people do; register the "
                               "machine by itself"));
  }
  return absl::OkStatus();
}

void DirectoryMachine::Apply(const CommandContext&, const v1::AppointMachine& command) {
  AddOffice(command.person_id(), command.office());
}

}  // namespace votum::directory
