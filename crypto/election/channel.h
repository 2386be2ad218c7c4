// Private messages between trustees, which travel through the server: signed by the sender and
// readable only by the recipient.
//
// Source: specification of Belenios 2.0, sections 4.6.1 and 4.6.3, and the output of belenios-tool
// 2.0:
//
//   {"alpha":"g^r","beta":"recipient^r g^s","data":"…"}
//
// where data is the hexadecimal text of AES-256-CCM (RFC 3610; tag of 8 bytes, no associated data)
// with key SHA-256("key|" g^s) and, as nonce, the first 13 bytes of SHA-256("iv|" g^r), of the text
//
//   {"message":"{\"recipient\":\"…\",\"message\":\"…\"}","signature":…}
#ifndef VOTUM_CRYPTO_ELECTION_CHANNEL_H_
#define VOTUM_CRYPTO_ELECTION_CHANNEL_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/election/group.h"
#include "crypto/election/scalar.h"
#include "crypto/secret.h"

namespace votum::election {

// Seals `message`, at most some 50,000 bytes, for the owner of the encryption key `recipient`.
std::string SealForTrustee(const Scalar& signing, const Element& recipient,
                           absl::string_view message);

// OK if `sealed` has the form of such a message and its numbers are in the group; outsiders cannot
// check more. INVALID_ARGUMENT with reason BAD_JSON, NOT_IN_GROUP or BAD_CHANNEL_MESSAGE.
absl::Status CheckSealed(absl::string_view sealed);

// The message. Errors as CheckSealed; also INVALID_ARGUMENT/BAD_CHANNEL_MESSAGE if it is not
// addressed to the owner of `decryption`, was changed, or is not signed by the owner of the key
// `sender`.
absl::StatusOr<crypto::SecretBytes> OpenFromTrustee(const Scalar& decryption, const Element& sender,
                                                    absl::string_view sealed);

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_CHANNEL_H_
