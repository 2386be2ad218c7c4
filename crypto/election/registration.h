// A public credential on its way to the registry: encrypted for the registry's key of one vote, so
// that storing it reveals nothing, and a copy under another vote or another voter's name does not
// open. This is not part of Belenios, whose archive does not show how credentials were registered.
//
//   {"alpha":"g^r","data":"…"}
//
// data is the hexadecimal text of a box (sealed_box.h) of the credential's decimal text, under the
// key SHA-256("votum/registration/v1" 0x00 alpha "|" registry_key^r), with the associated data
// uuid "|" voter.
#ifndef VOTUM_CRYPTO_ELECTION_REGISTRATION_H_
#define VOTUM_CRYPTO_ELECTION_REGISTRATION_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/election/group.h"
#include "crypto/election/scalar.h"

namespace votum::election {

// Seals `credential` of `voter` in the election `uuid` for the owner of `registry_key`.
std::string SealCredential(const Element& registry_key, absl::string_view uuid,
                           absl::string_view voter, const Element& credential);

// The credential. INVALID_ARGUMENT/BAD_CREDENTIAL if it was not sealed in this way for this
// registry, election and voter, or is not a member of the group.
absl::StatusOr<Element> OpenCredential(const Scalar& registry_secret, absl::string_view uuid,
                                       absl::string_view voter, absl::string_view sealed);

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_REGISTRATION_H_
