#include "crypto/election/trustees.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/election/json.h"

namespace votum::election {
namespace {

std::string KeyPrefix(const Element& public_key) {
  return absl::StrCat("pok|", kGroupName, "|", public_key.ToDecimal(), "|");
}

std::string MessagePrefix(absl::string_view message) {
  return absl::StrCat("sigmsg|", message, "|");
}

absl::Status BadTrustees(absl::string_view why) { return RefuseArgument("BAD_TRUSTEES", why); }

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

// The signatures and keys of threshold trustees, checked one by one.
class ThresholdChecker {
 public:
  explicit ThresholdChecker(const ThresholdTrustees& trustees) : trustees_(trustees) {}

  absl::StatusOr<Element> PublicKey() {
    const size_t size = trustees_.certificates.size();
    const bool version3 = !trustees_.signatures.empty();
    if (trustees_.polynomials.size() != size || trustees_.keys.size() != size ||
        (version3 && trustees_.signatures.size() != size)) {
      return BadTrustees("not one certificate, polynomial, signature and key for each trustee");
    }
    if (trustees_.threshold < 1 || trustees_.threshold > size) {
      return BadTrustees("the threshold is not between 1 and the number of trustees");
    }
    for (size_t i = 0; i < size; ++i) RETURN_IF_ERROR(CheckCertificate(i, version3));
    for (size_t i = 0; i < size; ++i) RETURN_IF_ERROR(CheckPolynomial(i, version3));
    for (size_t i = 0; i < size; ++i) RETURN_IF_ERROR(CheckKey(i, version3));
    Element product;
    for (const std::vector<Element>& polynomial : polynomials_) product *= polynomial[0];
    return product;
  }

 private:
  static absl::Status BadSignature(absl::string_view what, size_t i) {
    return RefuseArgument("BAD_TRUSTEE_SIGNATURE",
                          absl::StrCat("the ", what, " of threshold trustee ", i + 1,
                                       " is not signed by that trustee"));
  }

  absl::Status CheckCertificate(size_t i, bool version3) {
    const SignedMessage& signed_message = trustees_.certificates[i];
    ASSIGN_OR_RETURN(Certificate certificate, ParseCertificate(signed_message.message));
    if (!VerifyMessage(certificate.verification, signed_message.message,
                       signed_message.signature)) {
      return BadSignature("certificate", i);
    }
    const auto& context = certificate.context;
    if (context.has_value() != version3 ||
        (context && (context->size != trustees_.certificates.size() || context->index != i + 1 ||
                     context->threshold != trustees_.threshold))) {
      return BadTrustees(
          absl::StrCat("the certificate of threshold trustee ", i + 1, " is for another ceremony"));
    }
    signing_keys_.push_back(std::move(certificate.verification));
    return absl::OkStatus();
  }

  absl::Status CheckPolynomial(size_t i, bool version3) {
    const SignedMessage& signed_message = trustees_.polynomials[i];
    if (!VerifyMessage(signing_keys_[i], signed_message.message, signed_message.signature)) {
      return BadSignature("polynomial", i);
    }
    ASSIGN_OR_RETURN(std::vector<Element> polynomial, ParsePolynomial(signed_message.message));
    if (polynomial.size() != trustees_.threshold) {
      return BadTrustees(absl::StrCat("the polynomial of threshold trustee ", i + 1,
                                      " has not as many coefficients as the threshold"));
    }
    if (version3 &&
        !VerifyMessage(signing_keys_[i], CommitmentMessage(trustees_.certificates, polynomial),
                       trustees_.signatures[i])) {
      return BadSignature("commitment", i);
    }
    polynomials_.push_back(std::move(polynomial));
    return absl::OkStatus();
  }

  absl::Status CheckKey(size_t i, bool version3) const {
    const TrusteeKey& key = trustees_.keys[i];
    if (key.public_key != ShareKey(polynomials_, i + 1)) {
      return RefuseArgument("BAD_TRUSTEE_KEY", absl::StrCat("the key of threshold trustee ", i + 1,
                                                            " is not what the polynomials say"));
    }
    if (key.signature.has_value() != version3 ||
        (version3 &&
         !VerifyMessage(signing_keys_[i], key.public_key.ToDecimal(), *key.signature))) {
      return BadSignature("key", i);
    }
    return absl::OkStatus();
  }

  const ThresholdTrustees& trustees_;
  std::vector<Element> signing_keys_;
  std::vector<std::vector<Element>> polynomials_;
};

}  // namespace

TrusteeKey PublicPartOf(const Scalar& secret) {
  TrusteeKey key;
  key.public_key = PowerTable::OfGenerator().SecretPower(secret);
  key.proof = ProveLog(KeyPrefix(key.public_key), secret);
  return key;
}

TrusteeKeyPair MakeTrusteeKey() {
  const Scalar secret = Scalar::Random();
  return {secret, PublicPartOf(secret)};
}

std::string FormatTrusteeKey(const TrusteeKey& key) {
  return absl::StrCat(
      "{\"pok\":", FormatProof(key.proof), ",\"public_key\":\"", key.public_key.ToDecimal(), "\"",
      key.signature ? absl::StrCat(",\"signature\":", FormatProof(*key.signature)) : "", "}");
}

absl::StatusOr<TrusteeKey> ParseTrusteeKey(const JsonView& json) {
  RETURN_IF_ERROR(json.HasOnly({"pok", "public_key", "signature", "name"}));
  TrusteeKey key;
  ASSIGN_OR_RETURN(key.public_key, ElementMember(json, "public_key"));
  ASSIGN_OR_RETURN(const JsonView proof, json.Member("pok"));
  ASSIGN_OR_RETURN(key.proof, ParseProof(proof));
  if (json.Has("signature")) {
    ASSIGN_OR_RETURN(const JsonView signature, json.Member("signature"));
    ASSIGN_OR_RETURN(key.signature, ParseProof(signature));
  }
  if (!VerifyLog(KeyPrefix(key.public_key), key.public_key, key.proof)) {
    return RefuseArgument("BAD_TRUSTEE_PROOF",
                          absl::StrCat(json.place(), " does not prove that it knows its secret"));
  }
  return key;
}

std::string FormatSignedMessage(const SignedMessage& message) {
  return absl::StrCat("{\"message\":", JsonString(message.message),
                      ",\"signature\":", FormatProof(message.signature), "}");
}

absl::StatusOr<SignedMessage> ParseSignedMessage(const JsonView& json) {
  RETURN_IF_ERROR(json.HasOnly({"message", "signature"}));
  SignedMessage message;
  ASSIGN_OR_RETURN(message.message, json.Text("message"));
  ASSIGN_OR_RETURN(const JsonView signature, json.Member("signature"));
  ASSIGN_OR_RETURN(message.signature, ParseProof(signature));
  return message;
}

SignedMessage SignMessage(const Scalar& key, std::string message) {
  Proof signature = ProveLog(MessagePrefix(message), key);
  return {std::move(message), std::move(signature)};
}

bool VerifyMessage(const Element& key, absl::string_view message, const Proof& signature) {
  return VerifyLog(MessagePrefix(message), key, signature);
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
    RETURN_IF_ERROR(context.HasOnly({"group", "size", "threshold", "index"}));
    ASSIGN_OR_RETURN(const std::string group, context.Text("group"));
    if (group != kGroupName) return BadTrustees("a certificate is for another group");
    const auto number = [&context](absl::string_view name) -> absl::StatusOr<uint64_t> {
      ASSIGN_OR_RETURN(const JsonView member, context.Member(name));
      return member.Integer(kMaxTrustees);
    };
    CertificateContext& read = certificate.context.emplace();
    ASSIGN_OR_RETURN(read.size, number("size"));
    ASSIGN_OR_RETURN(read.threshold, number("threshold"));
    ASSIGN_OR_RETURN(read.index, number("index"));
  }
  ASSIGN_OR_RETURN(certificate.verification, ElementMember(view, "verification"));
  ASSIGN_OR_RETURN(certificate.encryption, ElementMember(view, "encryption"));
  return certificate;
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

std::string Trustees::Format(absl::Span<const TrusteeKey> singles,
                             absl::Span<const ThresholdTrustees> thresholds) {
  std::vector<std::string> items;
  for (const TrusteeKey& single : singles) {
    items.push_back(absl::StrCat("[\"Single\",", FormatTrusteeKey(single), "]"));
  }
  for (const ThresholdTrustees& threshold : thresholds) {
    items.push_back(absl::StrCat("[\"Pedersen\",", FormatThresholdTrustees(threshold), "]"));
  }
  return absl::StrCat("[", absl::StrJoin(items, ","), "]");
}

absl::Status Trustees::AddGroup(const JsonView& json) {
  ASSIGN_OR_RETURN(const std::vector<JsonView> parts, json.Items(2, 2));
  ASSIGN_OR_RETURN(const absl::string_view kind, parts[0].String());
  Group group;
  group.first_owner = count() + 1;
  if (kind == "Single") {
    ASSIGN_OR_RETURN(const TrusteeKey key, ParseTrusteeKey(parts[1]));
    group.keys = {key.public_key};
    group.public_key = key.public_key;
  } else if (kind == "Pedersen") {
    ASSIGN_OR_RETURN(const ThresholdTrustees trustees, ParseThresholdTrustees(parts[1]));
    ASSIGN_OR_RETURN(group.public_key, ThresholdChecker(trustees).PublicKey());
    group.single = false;
    group.threshold = trustees.threshold;
    for (const TrusteeKey& key : trustees.keys) group.keys.push_back(key.public_key);
  } else {
    return BadTrustees(absl::StrCat(json.place(), " is neither Single nor Pedersen"));
  }
  owners_.insert(owners_.end(), group.keys.begin(), group.keys.end());
  public_key_ *= group.public_key;
  groups_.push_back(std::move(group));
  return absl::OkStatus();
}

absl::StatusOr<Trustees> Trustees::Parse(absl::string_view json) {
  ASSIGN_OR_RETURN(const nlohmann::json document, ParseJson(json));
  ASSIGN_OR_RETURN(const std::vector<JsonView> items,
                   JsonView(document, "trustees").Items(1, kMaxTrustees));
  Trustees trustees;
  for (const JsonView& item : items) RETURN_IF_ERROR(trustees.AddGroup(item));
  return trustees;
}

}  // namespace votum::election
