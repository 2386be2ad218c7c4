#include "crypto/election/trustee_key.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/election/json.h"
#include "crypto/secret.h"
#include "nlohmann/json.hpp"

namespace votum::election {
namespace {

std::string KeyPrefix(const Element& public_key) {
  return absl::StrCat("pok|", kGroupName, "|", public_key.ToDecimal(), "|");
}

std::string MessagePrefix(absl::string_view message) {
  return absl::StrCat("sigmsg|", message, "|");
}

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

bool VerifyKnowledge(const TrusteeKey& key) {
  return VerifyLog(KeyPrefix(key.public_key), key.public_key, key.proof);
}

std::string FormatTrusteeKey(const TrusteeKey& key) {
  return absl::StrCat(
      "{\"pok\":", FormatProof(key.proof), ",\"public_key\":\"", key.public_key.ToDecimal(), "\"",
      key.signature ? absl::StrCat(",\"signature\":", FormatProof(*key.signature)) : "", "}");
}

absl::StatusOr<TrusteeKey> ParseTrusteeKey(const JsonView& json) {
  RETURN_IF_ERROR(json.HasOnly({"pok", "public_key", "signature", "name"}));
  TrusteeKey key;
  ASSIGN_OR_RETURN(const std::string public_key, json.Text("public_key"));
  ASSIGN_OR_RETURN(key.public_key, Element::FromDecimal(public_key));
  ASSIGN_OR_RETURN(const JsonView proof, json.Member("pok"));
  ASSIGN_OR_RETURN(key.proof, ParseProof(proof));
  if (json.Has("signature")) {
    ASSIGN_OR_RETURN(const JsonView signature, json.Member("signature"));
    ASSIGN_OR_RETURN(key.signature, ParseProof(signature));
  }
  if (!VerifyKnowledge(key)) {
    return Refuse(Reason::kBadTrusteeProof,
                  absl::StrCat(json.place(), " does not prove that it knows its secret"));
  }
  return key;
}

absl::StatusOr<TrusteeKey> ParseTrusteeKey(absl::string_view json) {
  ASSIGN_OR_RETURN(const nlohmann::json document, ParseJson(json));
  return ParseTrusteeKey(JsonView(document, "key"));
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

absl::StatusOr<SignedMessage> ParseSignedMessage(absl::string_view json) {
  ASSIGN_OR_RETURN(const nlohmann::json document, ParseJson(json));
  return ParseSignedMessage(JsonView(document, "signed message"));
}

SignedMessage SignMessage(const Scalar& key, std::string message) {
  Proof signature = SignatureOf(key, message);
  return {std::move(message), std::move(signature)};
}

Proof SignatureOf(const Scalar& key, absl::string_view message) {
  std::string prefix = MessagePrefix(message);
  Proof signature = ProveLog(prefix, key);
  crypto::WipeString(&prefix);
  return signature;
}

bool VerifyMessage(const Element& key, absl::string_view message, const Proof& signature) {
  std::string prefix = MessagePrefix(message);
  const bool holds = VerifyLog(prefix, key, signature);
  crypto::WipeString(&prefix);
  return holds;
}

absl::Status OfTrustee(absl::string_view what, uint64_t index, const absl::Status& status) {
  if (status.ok()) return status;
  return Reworded(status,
                  absl::StrCat("the ", what, " of trustee ", index, ": ", status.message()));
}

}  // namespace votum::election
