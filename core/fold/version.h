// The version of the log's meaning: one integer, which two administrators raise (ActivateVersion
// and a Confirm, core/fold/acts.h), in force from the record after the Confirm.
//
// core/VERSIONS.md lists what each version changed. A record is judged by the version in force at
// its own position, for ever: so a newer program folds an older log as the older program did.
#ifndef VOTUM_CORE_FOLD_VERSION_H_
#define VOTUM_CORE_FOLD_VERSION_H_

#include <cstdint>

#include "absl/status/status.h"
#include "core/fold/acts.h"
#include "core/fold/envelope.h"

namespace votum {

// The newest version that this program knows. It folds logs of all versions up to this one. Defined
// in an object of its own (program_version.cc), so that a test can link the same program with a
// later version.
extern const uint32_t kProgramVersion;

// OK if `type` may be given in `version`, else FAILED_PRECONDITION/VERSION_NOT_ACTIVE or
// COMMAND_RETIRED.
absl::Status CheckVersion(const CommandType& type, uint32_t version);

// A service does not let in the activation of a version that its own program does not know, nor a
// Confirm of one that is pending in `acts`, for it would stop; nor an attestation in another layout
// than its own, which it cannot compare: FAILED_PRECONDITION/VERSION_UNKNOWN. The fold does not ask this: it follows what other programs let in.
absl::Status CheckIsKnown(const Acts& acts, const Envelope& envelope, uint32_t program_version);

// FAILED_PRECONDITION/NEWER_LOG: record `index` is of version `version`, and must not be judged by
// a program of `program_version`.
absl::Status NewerLog(uint64_t index, uint32_t version, uint32_t program_version);

}  // namespace votum

#endif  // VOTUM_CORE_FOLD_VERSION_H_
