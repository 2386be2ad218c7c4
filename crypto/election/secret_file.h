// A file with one person's secrets, encrypted under a passphrase. Trustees and voters keep such
// files on their own machines.
#ifndef VOTUM_CRYPTO_ELECTION_SECRET_FILE_H_
#define VOTUM_CRYPTO_ELECTION_SECRET_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/reason.h"
#include "crypto/secret.h"

namespace votum::election {

// The kind of a file, which starts with the line `header`.
struct SecretFileKind {
  absl::string_view header;
  Reason reason;                // reason for refusing another kind
  absl::string_view otherwise;  // "… is not a trustee's secret file; … makes one"
};

// Writes `path` with permissions 0600: AES-256-GCM under a key derived by scrypt.
// ALREADY_EXISTS if there is such a file and `replace` is false;
// INVALID_ARGUMENT/PASSPHRASE_MISSING for an empty passphrase.
absl::Status SaveSecretFile(const std::string& path, const SecretFileKind& kind,
                            const crypto::SecretBytes& plaintext,
                            const crypto::SecretBytes& passphrase, bool replace);

// The plaintext. NOT_FOUND; INVALID_ARGUMENT/kind.reason, WRONG_PASSPHRASE (or the file was
// changed).
absl::StatusOr<crypto::SecretBytes> LoadSecretFile(const std::string& path,
                                                   const SecretFileKind& kind,
                                                   const crypto::SecretBytes& passphrase);

// The error for a file that opens but is not of this kind.
absl::Status NotOfKind(const std::string& path, const SecretFileKind& kind);

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_SECRET_FILE_H_
