// The rights of a person to read, by the person's present offices and memberships.
#ifndef VOTUM_CORE_FOLD_RIGHTS_H_
#define VOTUM_CORE_FOLD_RIGHTS_H_

#include "absl/strings/string_view.h"
#include "core/command/audience.h"
#include "core/directory/directory_machine.h"

namespace votum {

// Whether the person holds one of the offices that see what is for offices, and for all bodies.
bool HoldsOffice(const directory::DirectoryMachine& directory, absl::string_view person_id);

// Auditors read everything, holders of an office what all bodies read, members what their own do;
// everybody else, and the public without an id, what is public.
Rights RightsOf(const directory::DirectoryMachine& directory, absl::string_view person_id);

}  // namespace votum

#endif  // VOTUM_CORE_FOLD_RIGHTS_H_
