#include "crypto/election/proofs.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"

namespace votum::election {
namespace {

// a if `choose_a` is 1, b if it is 0, in constant time.
Scalar Choose(uint64_t choose_a, const Scalar& a, const Scalar& b) {
  return b + Scalar(choose_a) * (a - b);
}

}  // namespace

std::string FormatProof(const Proof& proof) {
  return absl::StrCat("{\"challenge\":\"", proof.challenge.ToDecimal(), "\",\"response\":\"",
                      proof.response.ToDecimal(), "\"}");
}

absl::StatusOr<Proof> ParseProof(const JsonView& json) {
  RETURN_IF_ERROR(json.HasOnly({"challenge", "response"}));
  ASSIGN_OR_RETURN(const std::string challenge, json.Text("challenge"));
  ASSIGN_OR_RETURN(const std::string response, json.Text("response"));
  Proof proof;
  ASSIGN_OR_RETURN(proof.challenge, Scalar::FromDecimal(challenge));
  ASSIGN_OR_RETURN(proof.response, Scalar::FromDecimal(response));
  return proof;
}

std::string FormatProofs(absl::Span<const Proof> proofs) {
  const auto format = [](std::string* text, const Proof& proof) { *text += FormatProof(proof); };
  return absl::StrCat("[", absl::StrJoin(proofs, ",", format), "]");
}

absl::StatusOr<std::vector<Proof>> ParseProofs(const JsonView& json, size_t min, size_t max) {
  ASSIGN_OR_RETURN(const std::vector<JsonView> items, json.Items(min, max));
  std::vector<Proof> proofs;
  for (const JsonView& item : items) {
    ASSIGN_OR_RETURN(proofs.emplace_back(), ParseProof(item));
  }
  return proofs;
}

Ciphertext Encrypt(const PowerTable& key, const Scalar& message, const Scalar& randomness) {
  return {G().SecretPower(randomness), key.SecretPower(randomness) * G().SecretPower(message)};
}

Ciphertext operator*(const Ciphertext& a, const Ciphertext& b) {
  return {a.alpha * b.alpha, a.beta * b.beta};
}

std::string FormatCiphertext(const Ciphertext& ciphertext) {
  return absl::StrCat("{\"alpha\":\"", ciphertext.alpha.ToDecimal(), "\",\"beta\":\"",
                      ciphertext.beta.ToDecimal(), "\"}");
}

absl::StatusOr<Ciphertext> ParseCiphertextUnchecked(const JsonView& json) {
  RETURN_IF_ERROR(json.HasOnly({"alpha", "beta"}));
  ASSIGN_OR_RETURN(const std::string alpha, json.Text("alpha"));
  ASSIGN_OR_RETURN(const std::string beta, json.Text("beta"));
  Ciphertext ciphertext;
  ASSIGN_OR_RETURN(ciphertext.alpha, Element::FromDecimalUnchecked(alpha));
  ASSIGN_OR_RETURN(ciphertext.beta, Element::FromDecimalUnchecked(beta));
  return ciphertext;
}

Proof ProveLog(absl::string_view prefix, const Scalar& x) {
  const Scalar w = Scalar::Random();
  Proof proof;
  proof.challenge = HashToScalar({prefix, G().SecretPower(w).ToDecimal()});
  proof.response = w - x * proof.challenge;
  return proof;
}

bool VerifyLog(absl::string_view prefix, const Comb& big_x, const Proof& proof) {
  const Element commitment = G().Power(proof.response) * big_x.Power(proof.challenge);
  return HashToScalar({prefix, commitment.ToDecimal()}) == proof.challenge;
}

bool VerifyLog(absl::string_view prefix, const Element& big_x, const Proof& proof) {
  return VerifyLog(prefix, Comb(big_x), proof);
}

Proof ProveEqualLogs(absl::string_view prefix, const Element& alpha, const Scalar& x) {
  const Scalar w = Scalar::Random();
  Proof proof;
  proof.challenge =
      HashToScalar({prefix, G().SecretPower(w).ToDecimal(), ",", alpha.SecretPower(w).ToDecimal()});
  proof.response = w - x * proof.challenge;
  return proof;
}

bool VerifyEqualLogs(absl::string_view prefix, const Element& big_x, const Element& alpha,
                     const Element& factor, const Proof& proof) {
  const Element a = G().Power(proof.response) * big_x.Power(proof.challenge);
  const Element b = PowerProduct({alpha, factor}, {proof.response, proof.challenge});
  return HashToScalar({prefix, a.ToDecimal(), ",", b.ToDecimal()}) == proof.challenge;
}

// For each statement, a random commitment (g^w, y^w g^((m - target) c)) under a random challenge c.
// The response is w - r c whether or not the statement is true. For a true statement, the second
// number does not depend on c, so its challenge can still be chosen after hashing.
std::vector<Proof> ProveOneOf(absl::string_view prefix, const PowerTable& key,
                              absl::Span<const SecretStatement> statements) {
  std::vector<Proof> proofs(statements.size());
  std::vector<Scalar> commitments;
  std::string hashed(prefix);
  Scalar sum;
  for (size_t i = 0; i < statements.size(); ++i) {
    const Scalar w = Scalar::Random();
    proofs[i].challenge = Scalar::Random();
    const Scalar shift =
        (statements[i].message - Scalar(statements[i].target)) * proofs[i].challenge;
    absl::StrAppend(&hashed, i == 0 ? "" : ",", G().SecretPower(w).ToDecimal(), ",",
                    (key.SecretPower(w) * G().SecretPower(shift)).ToDecimal());
    sum += proofs[i].challenge;
    commitments.push_back(w);
  }
  const Scalar missing = HashToScalar({hashed}) - sum;
  uint64_t open = 1;  // 1 until the first true statement
  for (size_t i = 0; i < statements.size(); ++i) {
    const uint64_t first_true =
        open & static_cast<uint64_t>(statements[i].message == Scalar(statements[i].target));
    open ^= first_true;
    proofs[i].challenge += Choose(first_true, missing, Scalar());
    proofs[i].response = commitments[i] - statements[i].randomness * proofs[i].challenge;
  }
  return proofs;
}

bool VerifyOneOf(absl::string_view prefix, const PowerTable& key,
                 absl::Span<const Statement> statements, absl::Span<const Proof> proofs) {
  if (proofs.size() != statements.size()) return false;
  std::string hashed(prefix);
  Scalar sum;
  for (size_t i = 0; i < statements.size(); ++i) {
    const auto& [challenge, response] = proofs[i];
    const CiphertextCombs& ciphertext = *statements[i].ciphertext;
    const Element a = G().Power(response) * ciphertext.alpha.Power(challenge);
    Element b = key.Power(response) * ciphertext.beta.Power(challenge);
    if (statements[i].target != 0) {
      b *= G().Power(Scalar() - Scalar(statements[i].target) * challenge);
    }
    absl::StrAppend(&hashed, i == 0 ? "" : ",", a.ToDecimal(), ",", b.ToDecimal());
    sum += challenge;
  }
  return HashToScalar({hashed}) == sum;
}

}  // namespace votum::election
