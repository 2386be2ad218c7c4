// Tells programs apart that may judge a record differently, or write its state differently.
//
// A version number does not: it is the same for each build on the way to a release, and with the
// next security update of the cryptographic library. The linker's build ID does (a SHA-1 over all
// that the file holds: ELF notes, NT_GNU_BUILD_ID), it is there without reading the file, and the
// distribution's libraries have one, too.
#ifndef VOTUM_SERVICES_RUNTIME_BUILD_IDENTITY_H_
#define VOTUM_SERVICES_RUNTIME_BUILD_IDENTITY_H_

#include <string>

#include "absl/status/statusor.h"

namespace votum {

// The digest, in hexadecimal, of the build IDs of this program and of all libraries that are loaded
// now. Ask for it once, early: a library that is loaded later would count. FAILED_PRECONDITION,
// naming the file, if one has no build ID.
absl::StatusOr<std::string> BuildIdentity();

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_BUILD_IDENTITY_H_
