#include "crypto/election/ceremony.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/election/channel.h"
#include "crypto/election/json.h"
#include "crypto/secret.h"
#include "nlohmann/json.hpp"

namespace votum::election {
namespace {

absl::Status BadContribution(uint64_t sender, absl::string_view why) {
  return Refuse(Reason::kBadContribution,
                absl::StrCat("the contribution of trustee ", sender, ": ", why));
}

// The certificates of a ceremony, and which of them is ours.
struct Participant {
  const TrusteeIdentity* identity = nullptr;
  std::vector<Certificate> certificates;
  uint64_t index = 0;

  std::string Seal(uint64_t recipient, absl::string_view message) const {
    return SealForTrustee(identity->signing, certificates[recipient - 1].encryption, message);
  }
  absl::StatusOr<crypto::SecretBytes> Open(uint64_t sender, absl::string_view sealed) const {
    return OpenFromTrustee(identity->decryption, certificates[sender - 1].verification, sealed);
  }
};

absl::StatusOr<Participant> Participate(const TrusteeIdentity& identity, uint64_t index,
                                        absl::Span<const SignedMessage> certificates,
                                        uint64_t threshold) {
  Participant participant{&identity, {}, index};
  ASSIGN_OR_RETURN(participant.certificates, CheckCertificates(certificates, threshold));
  if (index < 1 || index > certificates.size() ||
      participant.certificates[index - 1].verification != G().SecretPower(identity.signing) ||
      participant.certificates[index - 1].encryption != G().SecretPower(identity.decryption)) {
    return Refuse(Reason::kWrongIdentity,
                  absl::StrCat("certificate ", index, " is not of this secret file"));
  }
  return participant;
}

// {"NAME":"…"}, sealed.
std::string SealNumber(const Participant& participant, uint64_t recipient, absl::string_view name,
                       const Scalar& number) {
  std::string digits = number.ToDecimal();
  std::string text = absl::StrCat("{\"", name, "\":\"", digits, "\"}");
  std::string sealed = participant.Seal(recipient, text);
  crypto::WipeString(&digits);
  crypto::WipeString(&text);
  return sealed;
}

std::string SealPolynomial(const Participant& participant, absl::Span<const Scalar> polynomial) {
  std::vector<std::string> digits;
  for (const Scalar& coefficient : polynomial) digits.push_back(coefficient.ToDecimal());
  std::string text = absl::StrCat("{\"polynomial\":[\"", absl::StrJoin(digits, "\",\""), "\"]}");
  std::string sealed = participant.Seal(participant.index, text);
  for (std::string& coefficient : digits) crypto::WipeString(&coefficient);
  crypto::WipeString(&text);
  return sealed;
}

Scalar ValueAt(absl::Span<const Scalar> polynomial, uint64_t x) {
  Scalar value;
  for (size_t k = polynomial.size(); k-- > 0;) value = value * Scalar(x) + polynomial[k];
  return value;
}

// The share addressed to us.
absl::StatusOr<Scalar> OpenShare(const Participant& participant, uint64_t sender,
                                 absl::string_view sealed) {
  ASSIGN_OR_RETURN(const crypto::SecretBytes opened, participant.Open(sender, sealed));
  absl::string_view text = opened.Reveal();
  if (!absl::ConsumePrefix(&text, "{\"secret\":\"") || !absl::ConsumeSuffix(&text, "\"}")) {
    return BadContribution(sender, "its share is not a number");
  }
  return Scalar::FromAnyDecimal(text);
}

// Whether the polynomial that we sealed for ourselves is the one that we published; false if
// somebody changed it.
bool IsOurPolynomial(const Participant& participant, absl::string_view sealed,
                     absl::Span<const Element> powers) {
  const auto opened = participant.Open(participant.index, sealed);
  if (!opened.ok()) return false;
  absl::string_view text = opened->Reveal();
  if (!absl::ConsumePrefix(&text, "{\"polynomial\":[\"") || !absl::ConsumeSuffix(&text, "\"]}")) {
    return false;
  }
  const std::vector<absl::string_view> coefficients = absl::StrSplit(text, "\",\"");
  return std::equal(coefficients.begin(), coefficients.end(), powers.begin(), powers.end(),
                    [](absl::string_view digits, const Element& power) {
                      const absl::StatusOr<Scalar> coefficient = Scalar::FromAnyDecimal(digits);
                      return coefficient.ok() && G().SecretPower(*coefficient) == power;
                    });
}

// The sender's polynomial in exponents, after checking it.
absl::StatusOr<std::vector<Element>> PolynomialOf(absl::Span<const SignedMessage> certificates,
                                                  const Element& verification, uint64_t threshold,
                                                  uint64_t sender,
                                                  const Contribution& contribution) {
  absl::StatusOr<std::vector<Element>> powers = CheckPolynomial(
      certificates, verification, threshold, contribution.polynomial, contribution.signature);
  if (!powers.ok()) return BadContribution(sender, powers.status().message());
  if (contribution.shares.size() != certificates.size()) {
    return BadContribution(sender, "it has not one share for each trustee");
  }
  return powers;
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

std::string FormatContribution(const Contribution& contribution) {
  const auto quote = [](std::string* text, const std::string& share) {
    *text += JsonString(share);
  };
  return absl::StrCat("{\"polynomial\":", JsonString(contribution.sealed_polynomial),
                      ",\"secrets\":[", absl::StrJoin(contribution.shares, ",", quote),
                      "],\"coefexps\":", FormatSignedMessage(contribution.polynomial),
                      contribution.signature
                          ? absl::StrCat(",\"signature\":", FormatProof(*contribution.signature))
                          : "",
                      "}");
}

absl::StatusOr<Contribution> ParseContribution(absl::string_view json) {
  ASSIGN_OR_RETURN(const nlohmann::json document, ParseJson(json));
  const JsonView view(document, "contribution");
  RETURN_IF_ERROR(view.HasOnly({"polynomial", "secrets", "coefexps", "signature"}));
  Contribution contribution;
  ASSIGN_OR_RETURN(contribution.sealed_polynomial, view.Text("polynomial"));
  ASSIGN_OR_RETURN(const JsonView shares, view.Member("secrets"));
  ASSIGN_OR_RETURN(const std::vector<JsonView> items, shares.Items(1, kMaxTrustees));
  for (const JsonView& item : items) {
    ASSIGN_OR_RETURN(const absl::string_view share, item.String());
    contribution.shares.emplace_back(share);
  }
  ASSIGN_OR_RETURN(const JsonView polynomial, view.Member("coefexps"));
  ASSIGN_OR_RETURN(contribution.polynomial, ParseSignedMessage(polynomial));
  if (view.Has("signature")) {
    ASSIGN_OR_RETURN(const JsonView signature, view.Member("signature"));
    ASSIGN_OR_RETURN(contribution.signature, ParseProof(signature));
  }
  return contribution;
}

absl::StatusOr<Contribution> Contribute(const TrusteeIdentity& identity, uint64_t index,
                                        absl::Span<const SignedMessage> certificates,
                                        uint64_t threshold) {
  ASSIGN_OR_RETURN(const Participant participant,
                   Participate(identity, index, certificates, threshold));
  std::vector<Scalar> polynomial;
  std::vector<Element> powers;
  for (uint64_t k = 0; k < threshold; ++k) {
    polynomial.push_back(Scalar::Random());
    powers.push_back(G().SecretPower(polynomial.back()));
  }
  Contribution contribution;
  contribution.sealed_polynomial = SealPolynomial(participant, polynomial);
  for (uint64_t recipient = 1; recipient <= certificates.size(); ++recipient) {
    contribution.shares.push_back(
        SealNumber(participant, recipient, "secret", ValueAt(polynomial, recipient)));
  }
  contribution.polynomial = SignMessage(identity.signing, FormatPolynomial(powers));
  contribution.signature = SignatureOf(identity.signing, CommitmentMessage(certificates, powers));
  return contribution;
}

absl::Status CheckContribution(absl::Span<const SignedMessage> certificates, uint64_t threshold,
                               uint64_t index, const Contribution& contribution) {
  if (index < 1 || index > certificates.size()) return BadTrustees("there is no such trustee");
  ASSIGN_OR_RETURN(const Certificate certificate,
                   ParseCertificate(certificates[index - 1].message));
  RETURN_IF_ERROR(
      PolynomialOf(certificates, certificate.verification, threshold, index, contribution)
          .status());
  const absl::Status polynomial = CheckSealed(contribution.sealed_polynomial);
  if (!polynomial.ok()) {
    return BadContribution(index, absl::StrCat("its own polynomial: ", polynomial.message()));
  }
  for (size_t i = 0; i < contribution.shares.size(); ++i) {
    const absl::Status share = CheckSealed(contribution.shares[i]);
    if (share.ok()) continue;
    return BadContribution(index, absl::StrCat("share ", i + 1, ": ", share.message()));
  }
  return absl::OkStatus();
}

std::string FormatShareInput(absl::Span<const Contribution> contributions, uint64_t index) {
  const auto share = [index](std::string* text, const Contribution& contribution) {
    *text += JsonString(contribution.shares[index - 1]);
  };
  const auto polynomial = [](std::string* text, const Contribution& contribution) {
    *text += FormatSignedMessage(contribution.polynomial);
  };
  return absl::StrCat("{\"polynomial\":", JsonString(contributions[index - 1].sealed_polynomial),
                      ",\"secrets\":[", absl::StrJoin(contributions, ",", share),
                      "],\"coefexps\":[", absl::StrJoin(contributions, ",", polynomial), "]}");
}

std::string FormatShareMessage(const ShareMessage& message) {
  return absl::StrCat("{\"private_key\":", JsonString(message.sealed_secret),
                      ",\"public_key\":", FormatTrusteeKey(message.key), "}");
}

absl::StatusOr<ShareMessage> ParseShareMessage(absl::string_view json) {
  ASSIGN_OR_RETURN(const nlohmann::json document, ParseJson(json));
  const JsonView view(document, "share");
  RETURN_IF_ERROR(view.HasOnly({"private_key", "public_key"}));
  ShareMessage message;
  ASSIGN_OR_RETURN(message.sealed_secret, view.Text("private_key"));
  ASSIGN_OR_RETURN(const JsonView key, view.Member("public_key"));
  ASSIGN_OR_RETURN(message.key, ParseTrusteeKey(key));
  return message;
}

absl::StatusOr<TrusteeShare> FinishShare(const TrusteeIdentity& identity, uint64_t index,
                                         absl::Span<const SignedMessage> certificates,
                                         uint64_t threshold,
                                         absl::Span<const Contribution> contributions) {
  ASSIGN_OR_RETURN(const Participant participant,
                   Participate(identity, index, certificates, threshold));
  if (contributions.size() != certificates.size()) {
    return BadTrustees(absl::StrCat("there are ", contributions.size(), " contributions of ",
                                    certificates.size(), " trustees"));
  }
  TrusteeShare share;
  for (uint64_t sender = 1; sender <= contributions.size(); ++sender) {
    const Contribution& contribution = contributions[sender - 1];
    ASSIGN_OR_RETURN(const std::vector<Element> powers,
                     PolynomialOf(certificates, participant.certificates[sender - 1].verification,
                                  threshold, sender, contribution));
    const absl::StatusOr<Scalar> part =
        OpenShare(participant, sender, contribution.shares[index - 1]);
    if (!part.ok() || G().SecretPower(*part) != ShareKey({powers}, index)) {
      return BadContribution(sender, "its share is not a value of its polynomial");
    }
    if (sender == index && !IsOurPolynomial(participant, contribution.sealed_polynomial, powers)) {
      return BadContribution(sender, "this is another polynomial than we published");
    }
    share.secret += *part;
  }
  share.message.sealed_secret = SealNumber(participant, index, "decryption_key", share.secret);
  share.message.key = PublicPartOf(share.secret);
  share.message.key.signature =
      SignatureOf(identity.signing, share.message.key.public_key.ToDecimal());
  return share;
}

absl::StatusOr<ThresholdTrustees> AssembleTrustees(absl::Span<const SignedMessage> certificates,
                                                   uint64_t threshold,
                                                   absl::Span<const Contribution> contributions,
                                                   absl::Span<const TrusteeKey> keys) {
  ASSIGN_OR_RETURN(const std::vector<Certificate> checked,
                   CheckCertificates(certificates, threshold));
  const bool version3 =
      std::all_of(checked.begin(), checked.end(),
                  [](const Certificate& certificate) { return certificate.context.has_value(); }) &&
      std::all_of(contributions.begin(), contributions.end(),
                  [](const Contribution& each) { return each.signature.has_value(); }) &&
      std::all_of(keys.begin(), keys.end(),
                  [](const TrusteeKey& key) { return key.signature.has_value(); });
  ThresholdTrustees trustees;
  trustees.threshold = threshold;
  trustees.certificates.assign(certificates.begin(), certificates.end());
  for (const Contribution& contribution : contributions) {
    trustees.polynomials.push_back(contribution.polynomial);
    if (version3) trustees.signatures.push_back(*contribution.signature);
  }
  trustees.keys.assign(keys.begin(), keys.end());
  for (TrusteeKey& key : trustees.keys) {
    if (!version3) key.signature.reset();
  }
  RETURN_IF_ERROR(CheckThresholdTrustees(trustees).status());
  return trustees;
}

}  // namespace votum::election
