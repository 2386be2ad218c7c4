// How trustees make a common key of which any `threshold` of them can open a tally, and fewer learn
// nothing, without anybody ever knowing the whole (Pedersen, EUROCRYPT '91). One ceremony serves
// for as long as the trustees stay the same; elections add a fresh single key of the server.
//
// Source: specification of Belenios 2.0, section 4.6. The messages are those of Debian's
// belenios-tool, so that each trustee may use our program or that one (docs/trustees.md). Ours say
// more, as version 3 does, and belenios-tool does not mind: certificates name the ceremony that
// they are for, contributions sign all certificates, keys are signed.
//
// Three rounds; what each makes is public and may travel through the server, which learns nothing.
// Everybody must compare the certificates with the people they stand for before the second round.
//
//   1. Each:   identity = MakeTrusteeIdentity();
//              certificate = MakeCertificate(identity, {size, threshold, index});
//      Server: CheckCertificate(certificate, {size, threshold, index});
//   2. Each:   contribution = Contribute(identity, index, all certificates, threshold);
//      Server: CheckContribution(all certificates, threshold, index, contribution);
//   3. Each:   share = FinishShare(identity, index, all certificates, threshold, all
//   contributions);
//      Server: CheckShareKey(all polynomials, certificate, index, share.message.key);
//              trustees = AssembleTrustees(all certificates, threshold, all contributions, all
//              keys);
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

// What a trustee keeps secret during the ceremony.
struct TrusteeIdentity {
  Scalar signing;
  Scalar decryption;  // of what others send him
};
TrusteeIdentity MakeTrusteeIdentity();

// For trustee `context.index` of `context.size`; sent as FormatSignedMessage gives it.
// INVALID_ARGUMENT/BAD_TRUSTEES for numbers that do not fit.
absl::StatusOr<SignedMessage> MakeCertificate(const TrusteeIdentity& identity,
                                              const CertificateContext& context);

// A trustee's polynomial, hidden in exponents, and one value of it for each trustee. Sealed texts
// are those of channel.h.
struct Contribution {
  std::string sealed_polynomial;    // its coefficients, for himself
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

// All of trustee `index`'s contribution that can be checked from outside; `certificates` are
// checked already. INVALID_ARGUMENT/BAD_CONTRIBUTION, naming the trustee. Whether the shares are
// values of the polynomial only their recipients can tell, in FinishShare.
absl::Status CheckContribution(absl::Span<const SignedMessage> certificates, uint64_t threshold,
                               uint64_t index, const Contribution& contribution);

// What belenios-tool calls vinput: what trustee `index` needs for the third round.
std::string FormatShareInput(absl::Span<const Contribution> contributions, uint64_t index);

// What a trustee sends in the third round ("voutput").
struct ShareMessage {
  // His share, sealed for himself. belenios-tool keeps it in ID.dkey and needs it to decrypt; our
  // trustees have it in their own file.
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

// Errors as Contribute; INVALID_ARGUMENT/BAD_CONTRIBUTION, naming the trustee, if somebody's
// contribution is not signed by him, or the share in it is not a value of his polynomial: then the
// ceremony must be done again without that trustee.
absl::StatusOr<TrusteeShare> FinishShare(const TrusteeIdentity& identity, uint64_t index,
                                         absl::Span<const SignedMessage> certificates,
                                         uint64_t threshold,
                                         absl::Span<const Contribution> contributions);

// What the election publishes of them. The signatures of version 3 are among it only if all have
// made theirs. Errors as CheckThresholdTrustees.
absl::StatusOr<ThresholdTrustees> AssembleTrustees(absl::Span<const SignedMessage> certificates,
                                                   uint64_t threshold,
                                                   absl::Span<const Contribution> contributions,
                                                   absl::Span<const TrusteeKey> keys);

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_CEREMONY_H_
