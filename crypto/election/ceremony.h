// How trustees make a common key of which any `threshold` of them can open a tally, and fewer learn
// nothing, without anybody ever knowing the whole (Pedersen, EUROCRYPT '91). One ceremony serves
// for as long as the trustees stay the same; elections add a fresh single key of the server.
//
// Source: specification of Belenios 3, section 4.6; polynomial shares travel in boxes of our own,
// which are not part of the archive.
//
// Three rounds; what each makes is public and may travel through the server, which learns nothing.
// Everybody must compare the certificates with the people they stand for before the second round.
//
//   1. Each:  identity = MakeTrusteeIdentity();
//             certificate = MakeCertificate(identity, {size, threshold, index});
//   2. Each:  contribution = Contribute(identity, index, all certificates);
//   3. Each:  share = FinishShare(identity, index, all certificates, all contributions);
//      Server: trustees = AssembleTrustees(all certificates, all contributions, all share keys);
#ifndef VOTUM_CRYPTO_ELECTION_CEREMONY_H_
#define VOTUM_CRYPTO_ELECTION_CEREMONY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "crypto/election/json.h"
#include "crypto/election/trustees.h"

namespace votum::election {

// What a trustee keeps secret during the ceremony.
struct TrusteeIdentity {
  Scalar signing;
  Scalar decryption;  // of what others send him
};
TrusteeIdentity MakeTrusteeIdentity();

// For trustee `context.index` of `context.size`. INVALID_ARGUMENT/BAD_TRUSTEES for numbers that do
// not fit: 1 <= threshold <= size <= kMaxTrustees, 1 <= index <= size.
absl::StatusOr<SignedMessage> MakeCertificate(const TrusteeIdentity& identity,
                                              const CertificateContext& context);

// All certificates of a ceremony, in the order of their indices. INVALID_ARGUMENT with reason
// BAD_JSON, NOT_IN_GROUP, BAD_TRUSTEES or BAD_TRUSTEE_SIGNATURE.
absl::StatusOr<std::vector<Certificate>> CheckCertificates(
    absl::Span<const SignedMessage> certificates);

// A trustee's polynomial, hidden in exponents, and one value of it for each trustee.
struct Contribution {
  SignedMessage polynomial;
  Proof signature;
  std::vector<std::string> shares;  // item j can be opened by trustee j + 1 only
};

// {"coefexps":…,"signature":…,"shares":["…",…]}
std::string FormatContribution(const Contribution& contribution);
absl::StatusOr<Contribution> ParseContribution(const JsonView& json);

// Errors as CheckCertificates; INVALID_ARGUMENT/WRONG_IDENTITY if certificate `index` is not the
// identity's.
absl::StatusOr<Contribution> Contribute(const TrusteeIdentity& identity, uint64_t index,
                                        absl::Span<const SignedMessage> certificates);

// A trustee's part of the common key. The secret decrypts (tally.h).
struct TrusteeShare {
  Scalar secret;
  TrusteeKey public_part;
};

// Errors as Contribute; INVALID_ARGUMENT/BAD_CONTRIBUTION, naming the trustee, if somebody's
// contribution is not signed by him, or the share in it is not a value of his polynomial: then the
// ceremony must be done again without that trustee.
absl::StatusOr<TrusteeShare> FinishShare(const TrusteeIdentity& identity, uint64_t index,
                                         absl::Span<const SignedMessage> certificates,
                                         absl::Span<const Contribution> contributions);

// Errors as Trustees::Parse.
absl::StatusOr<ThresholdTrustees> AssembleTrustees(absl::Span<const SignedMessage> certificates,
                                                   absl::Span<const Contribution> contributions,
                                                   absl::Span<const TrusteeKey> keys);

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_CEREMONY_H_
