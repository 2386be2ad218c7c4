#include "crypto/election/threshold_trustees.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/election/json.h"
#include "nlohmann/json.hpp"

namespace votum::election {
namespace {

absl::Status NotSigned() {
  return Refuse(Reason::kBadTrusteeSignature, "not signed by that trustee");
}

absl::StatusOr<Element> ElementMember(const JsonView& json, absl::string_view name) {
  ASSIGN_OR_RETURN(const std::string text, json.Text(name));
  return Element::FromDecimal(text);
}

std::string FormatMessages(absl::Span<const SignedMessage> messages) {
  const auto format = [](std::string* text, const SignedMessage& message) {
    *text += FormatSignedMessage(message);
  };
  return absl::StrCat("[", absl::StrJoin(messages, ",", format), "]");
}

absl::StatusOr<std::vector<SignedMessage>> ParseMessages(const JsonView& json,
                                                         absl::string_view name) {
  ASSIGN_OR_RETURN(const JsonView member, json.Member(name));
  ASSIGN_OR_RETURN(const std::vector<JsonView> items, member.Items(1, kMaxTrustees));
  std::vector<SignedMessage> messages;
  for (const JsonView& item : items) {
    ASSIGN_OR_RETURN(messages.emplace_back(), ParseSignedMessage(item));
  }
  return messages;
}

absl::StatusOr<CertificateContext> ParseContext(const JsonView& json) {
  RETURN_IF_ERROR(json.HasOnly({"group", "size", "threshold", "index"}));
  ASSIGN_OR_RETURN(const std::string group, json.Text("group"));
  if (group != kGroupName) return BadTrustees("the certificate is for another group");
  const auto number = [&json](absl::string_view name) -> absl::StatusOr<uint64_t> {
    ASSIGN_OR_RETURN(const JsonView member, json.Member(name));
    return member.Integer(kMaxTrustees);
  };
  CertificateContext context;
  ASSIGN_OR_RETURN(context.size, number("size"));
  ASSIGN_OR_RETURN(context.threshold, number("threshold"));
  ASSIGN_OR_RETURN(context.index, number("index"));
  return context;
}

absl::Status CheckLengths(const ThresholdTrustees& trustees) {
  const size_t size = trustees.certificates.size();
  if (trustees.polynomials.size() != size || trustees.keys.size() != size ||
      (!trustees.signatures.empty() && trustees.signatures.size() != size)) {
    return BadTrustees("not one certificate, polynomial, signature and key for each trustee");
  }
  return absl::OkStatus();
}

// Signatures of commitments appear only together with the other additions of version 3.
absl::Status CheckVersion3(const ThresholdTrustees& trustees,
                           absl::Span<const Certificate> certificates) {
  if (trustees.signatures.empty()) {
    for (size_t i = 0; i < trustees.keys.size(); ++i) {
      if (!trustees.keys[i].signature) continue;
      return OfTrustee("polynomial", i + 1,
                       Refuse(Reason::kBadTrusteeSignature,
                              "its key is signed, and the signature of the certificates is "
                              "missing"));
    }
    return absl::OkStatus();
  }
  for (size_t i = 0; i < certificates.size(); ++i) {
    if (!certificates[i].context) {
      return BadTrustees(absl::StrCat("the certificate of trustee ", i + 1, " has no context"));
    }
    if (!trustees.keys[i].signature) return OfTrustee("key", i + 1, NotSigned());
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status BadTrustees(absl::string_view why) { return Refuse(Reason::kBadTrustees, why); }

absl::Status CheckContext(const CertificateContext& context) {
  if (context.size < 1 || context.size > kMaxTrustees) {
    return BadTrustees(absl::StrCat("there may be 1 to ", kMaxTrustees, " trustees"));
  }
  if (context.threshold < 1 || context.threshold > context.size) {
    return BadTrustees("the threshold must be from 1 to the number of trustees");
  }
  if (context.index < 1 || context.index > context.size) {
    return BadTrustees("trustees are numbered from 1 to their number");
  }
  return absl::OkStatus();
}

std::string FormatCertificate(const Certificate& certificate) {
  std::string text = "{";
  if (certificate.context) {
    absl::StrAppend(&text, "\"context\":{\"group\":\"", kGroupName,
                    "\",\"size\":", certificate.context->size,
                    ",\"threshold\":", certificate.context->threshold,
                    ",\"index\":", certificate.context->index, "},");
  }
  return absl::StrCat(text, "\"verification\":\"", certificate.verification.ToDecimal(),
                      "\",\"encryption\":\"", certificate.encryption.ToDecimal(), "\"}");
}

absl::StatusOr<Certificate> ParseCertificate(absl::string_view message) {
  ASSIGN_OR_RETURN(const nlohmann::json document, ParseJson(message));
  const JsonView view(document, "certificate");
  RETURN_IF_ERROR(view.HasOnly({"context", "verification", "encryption"}));
  Certificate certificate;
  if (view.Has("context")) {
    ASSIGN_OR_RETURN(const JsonView context, view.Member("context"));
    ASSIGN_OR_RETURN(certificate.context, ParseContext(context));
  }
  ASSIGN_OR_RETURN(certificate.verification, ElementMember(view, "verification"));
  ASSIGN_OR_RETURN(certificate.encryption, ElementMember(view, "encryption"));
  return certificate;
}

absl::StatusOr<Certificate> CheckCertificate(const SignedMessage& certificate,
                                             const CertificateContext& expected) {
  RETURN_IF_ERROR(CheckContext(expected));
  absl::StatusOr<Certificate> read = ParseCertificate(certificate.message);
  if (!read.ok()) return OfTrustee("certificate", expected.index, read.status());
  if (!VerifyMessage(read->verification, certificate.message, certificate.signature)) {
    return OfTrustee("certificate", expected.index, NotSigned());
  }
  if (read->context && !(*read->context == expected)) {
    return OfTrustee("certificate", expected.index,
                     BadTrustees("it is for another ceremony, or for another trustee of it"));
  }
  return read;
}

absl::StatusOr<std::vector<Certificate>> CheckCertificates(
    absl::Span<const SignedMessage> certificates, uint64_t threshold) {
  if (certificates.empty()) return BadTrustees("there are no certificates");
  std::vector<Certificate> checked;
  for (uint64_t index = 1; index <= certificates.size(); ++index) {
    ASSIGN_OR_RETURN(
        Certificate certificate,
        CheckCertificate(certificates[index - 1], {certificates.size(), threshold, index}));
    for (size_t i = 0; i < checked.size(); ++i) {
      if (checked[i].verification == certificate.verification ||
          checked[i].encryption == certificate.encryption) {
        return OfTrustee("certificate", index,
                         BadTrustees(absl::StrCat("it has a key of trustee ", i + 1)));
      }
    }
    checked.push_back(std::move(certificate));
  }
  return checked;
}

std::string FormatPolynomial(absl::Span<const Element> powers) {
  const auto quote = [](std::string* text, const Element& power) {
    absl::StrAppend(text, "\"", power.ToDecimal(), "\"");
  };
  return absl::StrCat("{\"coefexps\":[", absl::StrJoin(powers, ",", quote), "]}");
}

absl::StatusOr<std::vector<Element>> ParsePolynomial(absl::string_view message) {
  ASSIGN_OR_RETURN(const nlohmann::json document, ParseJson(message));
  const JsonView view(document, "polynomial");
  RETURN_IF_ERROR(view.HasOnly({"coefexps"}));
  ASSIGN_OR_RETURN(const JsonView powers, view.Member("coefexps"));
  ASSIGN_OR_RETURN(const std::vector<JsonView> items, powers.Items(1, kMaxTrustees));
  std::vector<Element> polynomial;
  for (const JsonView& item : items) {
    ASSIGN_OR_RETURN(const absl::string_view text, item.String());
    ASSIGN_OR_RETURN(polynomial.emplace_back(), Element::FromDecimal(text));
  }
  return polynomial;
}

std::string CommitmentMessage(absl::Span<const SignedMessage> certificates,
                              absl::Span<const Element> polynomial) {
  return absl::StrCat("certs_sig|{\"certs\":", FormatMessages(certificates), ",",
                      absl::string_view(FormatPolynomial(polynomial)).substr(1));
}

absl::StatusOr<std::vector<Element>> CheckPolynomial(absl::Span<const SignedMessage> certificates,
                                                     const Element& verification,
                                                     uint64_t threshold,
                                                     const SignedMessage& polynomial,
                                                     const std::optional<Proof>& commitment) {
  if (!VerifyMessage(verification, polynomial.message, polynomial.signature)) return NotSigned();
  ASSIGN_OR_RETURN(std::vector<Element> powers, ParsePolynomial(polynomial.message));
  if (powers.size() != threshold) {
    return BadTrustees("it has not as many coefficients as the threshold");
  }
  if (commitment &&
      !VerifyMessage(verification, CommitmentMessage(certificates, powers), *commitment)) {
    return Refuse(Reason::kBadTrusteeSignature, "it is not signed for these certificates");
  }
  return powers;
}

Element ShareKey(absl::Span<const std::vector<Element>> polynomials, uint64_t index) {
  std::vector<Element> bases(polynomials[0].size());
  std::vector<Scalar> exponents;
  Scalar power(1);
  for (size_t k = 0; k < bases.size(); ++k) {
    for (const std::vector<Element>& polynomial : polynomials) bases[k] *= polynomial[k];
    exponents.push_back(power);
    power *= Scalar(index);
  }
  return PowerProduct(bases, exponents);
}

absl::Status CheckShareKey(absl::Span<const std::vector<Element>> polynomials,
                           const Certificate& certificate, uint64_t index, const TrusteeKey& key) {
  if (key.public_key != ShareKey(polynomials, index)) {
    return OfTrustee("key", index,
                     Refuse(Reason::kBadTrusteeKey, "it is not what the polynomials say"));
  }
  if (!VerifyKnowledge(key)) {
    return OfTrustee("key", index,
                     Refuse(Reason::kBadTrusteeProof, "no proof that its secret is known"));
  }
  if (key.signature &&
      !VerifyMessage(certificate.verification, key.public_key.ToDecimal(), *key.signature)) {
    return OfTrustee("key", index, NotSigned());
  }
  return absl::OkStatus();
}

std::string FormatThresholdTrustees(const ThresholdTrustees& trustees) {
  const auto format = [](std::string* text, const TrusteeKey& key) {
    *text += FormatTrusteeKey(key);
  };
  return absl::StrCat("{\"threshold\":", trustees.threshold,
                      ",\"certs\":", FormatMessages(trustees.certificates),
                      ",\"coefexps\":", FormatMessages(trustees.polynomials),
                      trustees.signatures.empty()
                          ? ""
                          : absl::StrCat(",\"signatures\":", FormatProofs(trustees.signatures)),
                      ",\"verification_keys\":[", absl::StrJoin(trustees.keys, ",", format), "]}");
}

absl::StatusOr<ThresholdTrustees> ParseThresholdTrustees(const JsonView& json) {
  RETURN_IF_ERROR(
      json.HasOnly({"threshold", "certs", "coefexps", "signatures", "verification_keys"}));
  ThresholdTrustees trustees;
  ASSIGN_OR_RETURN(const JsonView threshold, json.Member("threshold"));
  ASSIGN_OR_RETURN(trustees.threshold, threshold.Integer(kMaxTrustees));
  ASSIGN_OR_RETURN(trustees.certificates, ParseMessages(json, "certs"));
  ASSIGN_OR_RETURN(trustees.polynomials, ParseMessages(json, "coefexps"));
  if (json.Has("signatures")) {
    ASSIGN_OR_RETURN(const JsonView signatures, json.Member("signatures"));
    ASSIGN_OR_RETURN(trustees.signatures, ParseProofs(signatures, 1, kMaxTrustees));
  }
  ASSIGN_OR_RETURN(const JsonView keys, json.Member("verification_keys"));
  ASSIGN_OR_RETURN(const std::vector<JsonView> items, keys.Items(1, kMaxTrustees));
  for (const JsonView& item : items) {
    ASSIGN_OR_RETURN(trustees.keys.emplace_back(), ParseTrusteeKey(item));
  }
  return trustees;
}

absl::StatusOr<ThresholdTrustees> ParseThresholdTrustees(absl::string_view json) {
  ASSIGN_OR_RETURN(const nlohmann::json document, ParseJson(json));
  return ParseThresholdTrustees(JsonView(document, "trustees"));
}

absl::StatusOr<Element> CheckThresholdTrustees(const ThresholdTrustees& trustees) {
  RETURN_IF_ERROR(CheckLengths(trustees));
  ASSIGN_OR_RETURN(const std::vector<Certificate> certificates,
                   CheckCertificates(trustees.certificates, trustees.threshold));
  RETURN_IF_ERROR(CheckVersion3(trustees, certificates));
  std::vector<std::vector<Element>> polynomials;
  Element common_key;
  for (size_t i = 0; i < certificates.size(); ++i) {
    const auto commitment =
        trustees.signatures.empty() ? std::nullopt : std::optional<Proof>(trustees.signatures[i]);
    absl::StatusOr<std::vector<Element>> polynomial =
        CheckPolynomial(trustees.certificates, certificates[i].verification, trustees.threshold,
                        trustees.polynomials[i], commitment);
    if (!polynomial.ok()) return OfTrustee("polynomial", i + 1, polynomial.status());
    common_key *= polynomial->front();
    polynomials.push_back(*std::move(polynomial));
  }
  for (size_t i = 0; i < certificates.size(); ++i) {
    RETURN_IF_ERROR(CheckShareKey(polynomials, certificates[i], i + 1, trustees.keys[i]));
  }
  return common_key;
}

}  // namespace votum::election
