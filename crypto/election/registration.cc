#include "crypto/election/registration.h"

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/election/json.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "crypto/sealed_box.h"
#include "nlohmann/json.hpp"

namespace votum::election {
namespace {

using crypto::SecretBytes;

constexpr absl::string_view kPurpose("votum/registration/v1\0", 22);
constexpr size_t kMaxSealedBytes = 4096;

SecretBytes KeyOf(absl::string_view alpha, const Element& shared) {
  std::string text = shared.ToDecimal();
  crypto::Digest digest = crypto::Sha256({kPurpose, alpha, "|", text});
  crypto::WipeString(&text);
  SecretBytes key = SecretBytes::CopyOf(crypto::AsBytes(digest));
  // The volatile reference keeps the compiler from removing the overwrite.
  for (volatile uint8_t& byte : digest) byte = 0;
  return key;
}

std::string Place(absl::string_view uuid, absl::string_view voter) {
  return absl::StrCat(uuid, "|", voter);
}

absl::Status Bad() {
  return Refuse(Reason::kBadCredential,
                "what is registered is not a credential sealed for this vote and voter; "
                "make a new one for it");
}

absl::StatusOr<Element> Open(const Scalar& registry_secret, absl::string_view uuid,
                             absl::string_view voter, absl::string_view sealed) {
  ASSIGN_OR_RETURN(const nlohmann::json document, ParseJson(sealed, kMaxSealedBytes));
  const JsonView view(document, "registration");
  RETURN_IF_ERROR(view.HasOnly({"alpha", "data"}));
  ASSIGN_OR_RETURN(const std::string alpha, view.Text("alpha"));
  ASSIGN_OR_RETURN(const Element point, Element::FromDecimal(alpha));
  ASSIGN_OR_RETURN(const std::string data, view.Text("data"));
  ASSIGN_OR_RETURN(const std::string box, crypto::HexDecode(data));
  ASSIGN_OR_RETURN(
      const SecretBytes plain,
      crypto::OpenBox(KeyOf(alpha, point.SecretPower(registry_secret)), box, Place(uuid, voter)));
  return Element::FromDecimal(plain.Reveal());
}

}  // namespace

std::string SealCredential(const Element& registry_key, absl::string_view uuid,
                           absl::string_view voter, const Element& credential) {
  const Scalar random = Scalar::Random();
  const std::string alpha = PowerTable::OfGenerator().SecretPower(random).ToDecimal();
  // The key has the length that SealBox requires.
  const std::string box = *crypto::SealBox(KeyOf(alpha, registry_key.SecretPower(random)),
                                           credential.ToDecimal(), Place(uuid, voter));
  return absl::StrCat("{\"alpha\":\"", alpha, "\",\"data\":\"", crypto::HexEncode(box), "\"}");
}

absl::StatusOr<Element> OpenCredential(const Scalar& registry_secret, absl::string_view uuid,
                                       absl::string_view voter, absl::string_view sealed) {
  auto credential = Open(registry_secret, uuid, voter, sealed);
  // The sender must not learn from the registry's secret which step failed.
  if (!credential.ok()) return Bad();
  return credential;
}

}  // namespace votum::election
