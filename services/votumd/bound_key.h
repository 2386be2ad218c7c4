// Files of secret keys that know which log they belong to.
//
// Such a file has 64 bytes: a key of 32 bytes, drawn at random, and a check value, the SHA-256 of the
// key's purpose, the log's verifier key and the key itself. A key of another deployment, or a file in
// the place of another, would seal what nobody can open later; it is refused at the start instead.
// The check value tells nothing about the key, and is as secret as the file.
#ifndef VOTUM_SERVICES_VOTUMD_BOUND_KEY_H_
#define VOTUM_SERVICES_VOTUMD_BOUND_KEY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/secret.h"

namespace votum {

// Makes the file, with a new key. ALREADY_EXISTS if there is one.
absl::Status MakeBoundKey(const std::string& path, absl::string_view purpose,
                          absl::string_view log_vkey);

//   DATA_LOSS/FILE_MISSING             the file is missing or empty
//   FAILED_PRECONDITION/FOREIGN_FILE   it is not of this purpose and log, or was changed
absl::StatusOr<crypto::SecretBytes> LoadBoundKey(const std::string& path, absl::string_view purpose,
                                                 absl::string_view log_vkey);

}  // namespace votum

#endif  // VOTUM_SERVICES_VOTUMD_BOUND_KEY_H_
