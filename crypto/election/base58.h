// The alphabet of ids and credentials (Bitcoin's Base58): digits and letters that are not mistaken for
// each other.
#ifndef VOTUM_CRYPTO_ELECTION_BASE58_H_
#define VOTUM_CRYPTO_ELECTION_BASE58_H_

#include "absl/strings/string_view.h"

namespace votum::election {

inline constexpr absl::string_view kBase58 =
    "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_BASE58_H_
