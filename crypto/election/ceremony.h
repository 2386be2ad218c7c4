// Distributed generation of the trustees' common key (Pedersen, EUROCRYPT '91): any `threshold`
// trustees can open a tally, fewer learn nothing, and nobody ever knows the whole secret. One
// ceremony serves as long as the trustees stay the same; each election adds a fresh single key of
// the server.
//
// Source: specification of Belenios 2.0, section 4.6. The messages are those of Debian's
// belenios-tool, so that each trustee may use our program or that one (docs/trustees.md). Ours
// carry more, as in version 3, and belenios-tool accepts them: certificates name their ceremony,
// contributions sign all certificates, and keys are signed.
//
// There are three rounds. Their messages are public and may travel through the server, which learns
// nothing. Before the second round, all trustees must check in person that each certificate belongs
// to its trustee.
//
//   1. Each:   identity = MakeTrusteeIdentity();
//              certificate = MakeCertificate(identity, {size, threshold, index});
//      Server: CheckCertificate(certificate, {size, threshold, index});
//   2. Each:   contribution = Contribute(identity, index, all certificates, threshold);
//      Server: CheckContribution(all certificates, threshold, index, contribution);
//   3. Each:   share = FinishShare(identity, index, all certificates, threshold,
//                                  all contributions);
//      Server: CheckShareKey(all polynomials, certificate, index, share.message.key);
//              trustees = AssembleTrustees(all certificates, threshold, all contributions,
//                                          all keys);
#ifndef VOTUM_CRYPTO_ELECTION_CEREMONY_H_
#define VOTUM_CRYPTO_ELECTION_CEREMONY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "crypto/election/threshold_trustees.h"
#include "crypto/election/trustee_key.h"

namespace votum::election {

// A trustee's secrets during the ceremony.
struct TrusteeIdentity {
  Scalar signing;
  Scalar decryption;  // opens messages from other trustees
};
TrusteeIdentity MakeTrusteeIdentity();

// The certificate of trustee `context.index` of `context.size`, to be sent in the form of
// FormatSignedMessage. INVALID_ARGUMENT/BAD_TRUSTEES for numbers that do not fit.
absl::StatusOr<SignedMessage> MakeCertificate(const TrusteeIdentity& identity,
                                              const CertificateContext& context);

// A trustee's polynomial, hidden in exponents, and one value of it for each trustee. Texts are
// sealed as channel.h describes.
struct Contribution {
  std::string sealed_polynomial;    // its coefficients, sealed for the sender
  std::vector<std::string> shares;  // item j is for trustee j + 1
  SignedMessage polynomial;         // see FormatPolynomial
  std::optional<Proof> signature;   // of CommitmentMessage; absent if belenios-tool made it
};

// {"polynomial":"…","secrets":["…",…],"coefexps":…}, and perhaps ,"signature":…
std::string FormatContribution(const Contribution& contribution);
absl::StatusOr<Contribution> ParseContribution(absl::string_view json);

// Errors as CheckCertificates; INVALID_ARGUMENT/WRONG_IDENTITY if certificate `index` is not the
// identity's.
absl::StatusOr<Contribution> Contribute(const TrusteeIdentity& identity, uint64_t index,
                                        absl::Span<const SignedMessage> certificates,
                                        uint64_t threshold);

// Checks everything in trustee `index`'s contribution that outsiders can check; `certificates` must
// have been checked. INVALID_ARGUMENT/BAD_CONTRIBUTION, naming the trustee. Only the recipients can
// tell whether the shares are values of the polynomial, in FinishShare.
absl::Status CheckContribution(absl::Span<const SignedMessage> certificates, uint64_t threshold,
                               uint64_t index, const Contribution& contribution);

// The input of trustee `index` to the third round ("vinput" in belenios-tool).
std::string FormatShareInput(absl::Span<const Contribution> contributions, uint64_t index);

// A trustee's message in the third round ("voutput").
struct ShareMessage {
  // The trustee's share, sealed for that trustee. belenios-tool keeps it in ID.dkey and needs it to
  // decrypt; our trustees have it in their own file.
  std::string sealed_secret;
  TrusteeKey key;
};

// {"private_key":"…","public_key":…}
std::string FormatShareMessage(const ShareMessage& message);
// Checks the proof of knowledge. Errors as ParseTrusteeKey.
absl::StatusOr<ShareMessage> ParseShareMessage(absl::string_view json);

// A trustee's part of the common key. The secret decrypts (tally.h).
struct TrusteeShare {
  Scalar secret;
  ShareMessage message;
};

// Errors as Contribute; INVALID_ARGUMENT/BAD_CONTRIBUTION, naming the trustee, if a contribution is
// not signed by its trustee, or the share in it is not a value of that trustee's polynomial. The
// ceremony must then be repeated without that trustee.
absl::StatusOr<TrusteeShare> FinishShare(const TrusteeIdentity& identity, uint64_t index,
                                         absl::Span<const SignedMessage> certificates,
                                         uint64_t threshold,
                                         absl::Span<const Contribution> contributions);

// The public data of the trustees that the election publishes. It includes the signatures of
// version 3 only if all trustees made theirs. Errors as CheckThresholdTrustees.
absl::StatusOr<ThresholdTrustees> AssembleTrustees(absl::Span<const SignedMessage> certificates,
                                                   uint64_t threshold,
                                                   absl::Span<const Contribution> contributions,
                                                   absl::Span<const TrusteeKey> keys);

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_CEREMONY_H_
