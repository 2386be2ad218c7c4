#include "crypto/election/ceremony.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/election/election.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "crypto/sealed_box.h"
#include "crypto/secret.h"

namespace votum::election {
namespace {

const PowerTable& G() { return PowerTable::OfGenerator(); }

absl::Status Bad(absl::string_view why) { return RefuseArgument("BAD_TRUSTEES", why); }

absl::Status BadContribution(uint64_t sender, absl::string_view why) {
  return RefuseArgument("BAD_CONTRIBUTION",
                        absl::StrCat("the contribution of trustee ", sender, " ", why));
}

absl::Status CheckContext(const CertificateContext& context) {
  if (context.size < 1 || context.size > kMaxTrustees) {
    return Bad(absl::StrCat("there may be 1 to ", kMaxTrustees, " trustees"));
  }
  if (context.threshold < 1 || context.threshold > context.size) {
    return Bad("the threshold must be from 1 to the number of trustees");
  }
  if (context.index < 1 || context.index > context.size) {
    return Bad("trustees are numbered from 1 to their number");
  }
  return absl::OkStatus();
}

// The certificates of a ceremony, and which of them is ours.
struct Participant {
  std::vector<Certificate> certificates;
  std::string all;  // hash of all certificates
  uint64_t index = 0;

  size_t size() const { return certificates.size(); }
  uint64_t threshold() const { return certificates[0].context->threshold; }
};

absl::StatusOr<Participant> Participate(const TrusteeIdentity& identity, uint64_t index,
                                        absl::Span<const SignedMessage> certificates) {
  Participant participant;
  ASSIGN_OR_RETURN(participant.certificates, CheckCertificates(certificates));
  participant.index = index;
  if (index < 1 || index > certificates.size() ||
      participant.certificates[index - 1].verification != G().SecretPower(identity.signing) ||
      participant.certificates[index - 1].encryption != G().SecretPower(identity.decryption)) {
    return RefuseArgument("WRONG_IDENTITY",
                          absl::StrCat("certificate ", index, " is not of this secret file"));
  }
  for (const SignedMessage& certificate : certificates) {
    participant.all = HashBase64(participant.all + FormatSignedMessage(certificate));
  }
  return participant;
}

// What ties the box of a share to its ceremony, sender and recipient.
std::string BoxContext(const Participant& participant, uint64_t sender, uint64_t recipient) {
  return absl::StrCat("votum trustee share|", participant.all, "|", sender, "|", recipient);
}

crypto::SecretBytes BoxKey(const Element& alpha, const Element& shared) {
  std::string secret = shared.ToDecimal();
  const crypto::Digest digest =
      crypto::Sha256({"votum trustee share key|", alpha.ToDecimal(), "|", secret});
  crypto::WipeString(&secret);
  return crypto::SecretBytes::CopyOf(crypto::AsBytes(digest));
}

// The share under a key that only the recipient can compute: "g^r:box".
absl::StatusOr<std::string> SealShare(const Participant& participant, uint64_t recipient,
                                      const Scalar& share) {
  const Scalar r = Scalar::Random();
  const Element alpha = G().SecretPower(r);
  const Element& key = participant.certificates[recipient - 1].encryption;
  std::string text = share.ToDecimal();
  const absl::StatusOr<std::string> box =
      crypto::SealBox(BoxKey(alpha, key.SecretPower(r)), text,
                      BoxContext(participant, participant.index, recipient));
  crypto::WipeString(&text);
  RETURN_IF_ERROR(box.status());
  return absl::StrCat(alpha.ToDecimal(), ":", crypto::Base64Encode(*box));
}

absl::StatusOr<Scalar> OpenShare(const TrusteeIdentity& identity, const Participant& participant,
                                 uint64_t sender, absl::string_view sealed) {
  const size_t colon = sealed.find(':');
  if (colon == absl::string_view::npos) return BadContribution(sender, "has a malformed share");
  ASSIGN_OR_RETURN(const Element alpha, Element::FromDecimal(sealed.substr(0, colon)));
  ASSIGN_OR_RETURN(const std::string box, crypto::Base64Decode(sealed.substr(colon + 1)));
  ASSIGN_OR_RETURN(const crypto::SecretBytes text,
                   crypto::OpenBox(BoxKey(alpha, alpha.SecretPower(identity.decryption)), box,
                                   BoxContext(participant, sender, participant.index)));
  return Scalar::FromDecimal(text.Reveal());
}

Scalar ValueAt(const std::vector<Scalar>& polynomial, uint64_t x) {
  Scalar value;
  for (size_t k = polynomial.size(); k-- > 0;) value = value * Scalar(x) + polynomial[k];
  return value;
}

// The sender's polynomial in exponents, and his share for us, both checked.
absl::StatusOr<Scalar> TakeContribution(const TrusteeIdentity& identity,
                                        const Participant& participant,
                                        absl::Span<const SignedMessage> certificates,
                                        uint64_t sender, const Contribution& contribution) {
  const Element& key = participant.certificates[sender - 1].verification;
  const absl::StatusOr<std::vector<Element>> powers =
      ParsePolynomial(contribution.polynomial.message);
  if (!powers.ok() || powers->size() != participant.threshold() ||
      contribution.shares.size() != participant.size()) {
    return BadContribution(sender, "has not the form that the ceremony asks for");
  }
  if (!VerifyMessage(key, contribution.polynomial.message, contribution.polynomial.signature) ||
      !VerifyMessage(key, CommitmentMessage(certificates, *powers), contribution.signature)) {
    return BadContribution(sender, "is not signed by that trustee for these certificates");
  }
  const absl::StatusOr<Scalar> share =
      OpenShare(identity, participant, sender, contribution.shares[participant.index - 1]);
  if (!share.ok() || G().SecretPower(*share) != ShareKey({*powers}, participant.index)) {
    return BadContribution(sender, "has a share that is not a value of its polynomial");
  }
  return *share;
}

}  // namespace

TrusteeIdentity MakeTrusteeIdentity() { return {Scalar::Random(), Scalar::Random()}; }

absl::StatusOr<SignedMessage> MakeCertificate(const TrusteeIdentity& identity,
                                              const CertificateContext& context) {
  RETURN_IF_ERROR(CheckContext(context));
  const Certificate certificate{context, G().SecretPower(identity.signing),
                                G().SecretPower(identity.decryption)};
  return SignMessage(identity.signing, FormatCertificate(certificate));
}

absl::StatusOr<std::vector<Certificate>> CheckCertificates(
    absl::Span<const SignedMessage> certificates) {
  std::vector<Certificate> checked;
  for (const SignedMessage& signed_message : certificates) {
    ASSIGN_OR_RETURN(Certificate certificate, ParseCertificate(signed_message.message));
    if (!VerifyMessage(certificate.verification, signed_message.message,
                       signed_message.signature)) {
      return RefuseArgument("BAD_TRUSTEE_SIGNATURE",
                            absl::StrCat("certificate ", checked.size() + 1, " is not signed"));
    }
    const auto& context = certificate.context;
    if (!context || context->size != certificates.size() || context->index != checked.size() + 1 ||
        (!checked.empty() && context->threshold != checked[0].context->threshold)) {
      return Bad(absl::StrCat("certificate ", checked.size() + 1,
                              " is not that of this trustee in this ceremony"));
    }
    RETURN_IF_ERROR(CheckContext(*context));
    checked.push_back(std::move(certificate));
  }
  return checked.empty() ? Bad("there are no certificates")
                         : absl::StatusOr<std::vector<Certificate>>(std::move(checked));
}

std::string FormatContribution(const Contribution& contribution) {
  const auto quote = [](std::string* text, const std::string& share) {
    *text += JsonString(share);
  };
  return absl::StrCat("{\"coefexps\":", FormatSignedMessage(contribution.polynomial),
                      ",\"signature\":", FormatProof(contribution.signature), ",\"shares\":[",
                      absl::StrJoin(contribution.shares, ",", quote), "]}");
}

absl::StatusOr<Contribution> ParseContribution(const JsonView& json) {
  RETURN_IF_ERROR(json.HasOnly({"coefexps", "signature", "shares"}));
  Contribution contribution;
  ASSIGN_OR_RETURN(const JsonView polynomial, json.Member("coefexps"));
  ASSIGN_OR_RETURN(contribution.polynomial, ParseSignedMessage(polynomial));
  ASSIGN_OR_RETURN(const JsonView signature, json.Member("signature"));
  ASSIGN_OR_RETURN(contribution.signature, ParseProof(signature));
  ASSIGN_OR_RETURN(const JsonView shares, json.Member("shares"));
  ASSIGN_OR_RETURN(const std::vector<JsonView> items, shares.Items(1, kMaxTrustees));
  for (const JsonView& item : items) {
    ASSIGN_OR_RETURN(const absl::string_view share, item.String());
    contribution.shares.emplace_back(share);
  }
  return contribution;
}

absl::StatusOr<Contribution> Contribute(const TrusteeIdentity& identity, uint64_t index,
                                        absl::Span<const SignedMessage> certificates) {
  ASSIGN_OR_RETURN(const Participant participant, Participate(identity, index, certificates));
  std::vector<Scalar> polynomial;
  std::vector<Element> powers;
  for (uint64_t k = 0; k < participant.threshold(); ++k) {
    polynomial.push_back(Scalar::Random());
    powers.push_back(G().SecretPower(polynomial.back()));
  }
  Contribution contribution;
  contribution.polynomial = SignMessage(identity.signing, FormatPolynomial(powers));
  contribution.signature =
      SignMessage(identity.signing, CommitmentMessage(certificates, powers)).signature;
  for (uint64_t recipient = 1; recipient <= participant.size(); ++recipient) {
    ASSIGN_OR_RETURN(contribution.shares.emplace_back(),
                     SealShare(participant, recipient, ValueAt(polynomial, recipient)));
  }
  return contribution;
}

absl::StatusOr<TrusteeShare> FinishShare(const TrusteeIdentity& identity, uint64_t index,
                                         absl::Span<const SignedMessage> certificates,
                                         absl::Span<const Contribution> contributions) {
  ASSIGN_OR_RETURN(const Participant participant, Participate(identity, index, certificates));
  if (contributions.size() != participant.size()) {
    return Bad(absl::StrCat("there are ", contributions.size(), " contributions of ",
                            participant.size(), " trustees"));
  }
  TrusteeShare share;
  for (size_t i = 0; i < contributions.size(); ++i) {
    ASSIGN_OR_RETURN(const Scalar part, TakeContribution(identity, participant, certificates, i + 1,
                                                         contributions[i]));
    share.secret += part;
  }
  share.public_part = PublicPartOf(share.secret);
  share.public_part.signature =
      SignMessage(identity.signing, share.public_part.public_key.ToDecimal()).signature;
  return share;
}

absl::StatusOr<ThresholdTrustees> AssembleTrustees(absl::Span<const SignedMessage> certificates,
                                                   absl::Span<const Contribution> contributions,
                                                   absl::Span<const TrusteeKey> keys) {
  ASSIGN_OR_RETURN(const std::vector<Certificate> checked, CheckCertificates(certificates));
  ThresholdTrustees trustees;
  trustees.threshold = checked[0].context->threshold;
  trustees.certificates.assign(certificates.begin(), certificates.end());
  for (const Contribution& contribution : contributions) {
    trustees.polynomials.push_back(contribution.polynomial);
    trustees.signatures.push_back(contribution.signature);
  }
  trustees.keys.assign(keys.begin(), keys.end());
  RETURN_IF_ERROR(Trustees::Parse(Trustees::Format({}, {trustees})).status());
  return trustees;
}

}  // namespace votum::election
