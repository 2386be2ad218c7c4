#include "crypto/commitment.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/big_endian.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/random.h"

namespace votum::crypto {
namespace {

constexpr absl::string_view kCommitmentDomain("votum/commit/v1\0", 16);

}  // namespace

Salt NewSalt() { return *SaltFromBytes(RandomBytes(std::tuple_size<Salt>::value)); }

absl::StatusOr<Salt> SaltFromBytes(absl::string_view bytes) {
  Salt salt;
  if (bytes.size() != salt.size()) {
    return Refuse(Reason::kBadSalt, absl::StrCat("a salt has 32 bytes, not ", bytes.size()));
  }
  std::copy(bytes.begin(), bytes.end(), salt.begin());
  return salt;
}

Digest Commit(const Salt& salt, absl::string_view content) {
  return Sha256({kCommitmentDomain, AsBytes(salt), BigEndian64(content.size()), content});
}

absl::Status VerifyCommitment(absl::string_view commitment, absl::string_view salt,
                              absl::string_view content) {
  ASSIGN_OR_RETURN(const Digest expected, DigestFromBytes(commitment));
  ASSIGN_OR_RETURN(const Salt valid_salt, SaltFromBytes(salt));
  if (Commit(valid_salt, content) == expected) return absl::OkStatus();
  return Refuse(Reason::kBadCommitment,
                absl::StrCat("salt and content are not those that commitment ", ToHex(expected),
                             " commits to"));
}

}  // namespace votum::crypto
