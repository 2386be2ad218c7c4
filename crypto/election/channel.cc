#include "crypto/election/channel.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/election/json.h"
#include "crypto/election/trustee_key.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "crypto/openssl.h"
#include "nlohmann/json.hpp"

namespace votum::election {
namespace {

using crypto::Data;
using crypto::SecretBytes;
using OwnedCipherCtx = crypto::Owned<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;

constexpr size_t kTagSize = 8;
constexpr size_t kNonceSize = 13;
// CCM counts the bytes of a text in the 15 - 13 bytes that the nonce leaves.
constexpr size_t kMaxText = 65535;

absl::Status BadMessage(absl::string_view why) { return Refuse(Reason::kBadChannelMessage, why); }

SecretBytes KeyOf(const Element& shared) {
  std::string text = shared.ToDecimal();
  const crypto::Digest digest = crypto::Sha256({"key|", text});
  crypto::WipeString(&text);
  return SecretBytes::CopyOf(crypto::AsBytes(digest));
}

// A context with key and nonce and, for opening, the expected tag.
OwnedCipherCtx StartCcm(bool encrypt, const SecretBytes& key, const Element& alpha,
                        std::string tag) {
  static EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-CCM", nullptr);
  const crypto::Digest nonce = crypto::Sha256({"iv|", alpha.ToDecimal()});
  OwnedCipherCtx context(EVP_CIPHER_CTX_new());
  crypto::CheckOpenSsl(
      cipher != nullptr && context != nullptr &&
          EVP_CipherInit_ex2(context.get(), cipher, nullptr, nullptr, encrypt ? 1 : 0, nullptr) ==
              1 &&
          EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_IVLEN, kNonceSize, nullptr) == 1 &&
          EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kTagSize,
                              encrypt ? nullptr : tag.data()) == 1 &&
          EVP_CipherInit_ex2(context.get(), nullptr, Data(key.Reveal()), nonce.data(),
                             encrypt ? 1 : 0, nullptr) == 1,
      "start AES-256-CCM");
  return context;
}

std::string EncryptCcm(const SecretBytes& key, const Element& alpha, absl::string_view text) {
  std::string data(text.size() + kTagSize, '\0');
  auto* output = reinterpret_cast<unsigned char*>(data.data());
  const OwnedCipherCtx context = StartCcm(true, key, alpha, "");
  int written = 0;
  crypto::CheckOpenSsl(text.size() <= kMaxText &&
                           EVP_CipherUpdate(context.get(), output, &written, Data(text),
                                            static_cast<int>(text.size())) == 1 &&
                           EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTagSize,
                                               output + text.size()) == 1,
                       "encrypt with AES-256-CCM");
  return data;
}

std::optional<SecretBytes> DecryptCcm(const SecretBytes& key, const Element& alpha,
                                      absl::string_view data) {
  const absl::string_view text = data.substr(0, data.size() - kTagSize);
  std::string tag(data.substr(text.size()));
  const OwnedCipherCtx context = StartCcm(false, key, alpha, std::move(tag));
  SecretBytes plain(text.size());
  int written = 0;
  // CCM checks the tag within the single update.
  if (EVP_CipherUpdate(context.get(), plain.MutableReveal().data(), &written, Data(text),
                       static_cast<int>(text.size())) == 1) {
    return plain;
  }
  ERR_clear_error();
  return std::nullopt;
}

struct Sealed {
  Element alpha;
  Element beta;
  std::string data;
};

absl::StatusOr<Sealed> ParseSealed(absl::string_view json) {
  ASSIGN_OR_RETURN(const nlohmann::json document, ParseJson(json));
  const JsonView view(document, "sealed message");
  RETURN_IF_ERROR(view.HasOnly({"alpha", "beta", "data"}));
  Sealed sealed;
  ASSIGN_OR_RETURN(const std::string alpha, view.Text("alpha"));
  ASSIGN_OR_RETURN(sealed.alpha, Element::FromDecimal(alpha));
  ASSIGN_OR_RETURN(const std::string beta, view.Text("beta"));
  ASSIGN_OR_RETURN(sealed.beta, Element::FromDecimal(beta));
  ASSIGN_OR_RETURN(const std::string data, view.Text("data"));
  const absl::StatusOr<std::string> bytes = crypto::HexDecode(data);
  if (!bytes.ok() || bytes->size() <= kTagSize || bytes->size() > kMaxText + kTagSize) {
    return BadMessage("its data are not the hexadecimal text of a sealed message");
  }
  sealed.data = *bytes;
  return sealed;
}

// `text` without the required prefix and suffix. Secrets are parsed like this because a JSON
// library leaves copies in memory; all versions of Belenios write them in this one form.
std::optional<absl::string_view> Between(absl::string_view text, absl::string_view before,
                                         absl::string_view after) {
  if (!absl::ConsumePrefix(&text, before) || !absl::ConsumeSuffix(&text, after)) {
    return std::nullopt;
  }
  return text;
}

// Unescapes the inside of a JSON string. In these texts, only quotes and backslashes are ever
// escaped.
SecretBytes Unescape(absl::string_view escaped) {
  std::string text;
  text.reserve(escaped.size());
  for (size_t i = 0; i < escaped.size(); ++i) {
    if (escaped[i] == '\\' && i + 1 < escaped.size()) ++i;
    text += escaped[i];
  }
  return SecretBytes::TakeFrom(&text);
}

constexpr absl::string_view kSignature = "\",\"signature\":";

absl::StatusOr<SecretBytes> TakeMessage(absl::string_view text, const Element& recipient,
                                        const Element& sender) {
  const size_t end = text.rfind(kSignature);
  const auto channel = Between(text.substr(0, end), "{\"message\":\"", "");
  if (end == absl::string_view::npos || !channel) return BadMessage("it is not a signed message");
  absl::string_view rest = text.substr(end + kSignature.size());
  if (!absl::ConsumeSuffix(&rest, "}")) return BadMessage("it is not a signed message");
  ASSIGN_OR_RETURN(const nlohmann::json document, ParseJson(rest));
  ASSIGN_OR_RETURN(const Proof signature, ParseProof(JsonView(document, "signature")));
  const SecretBytes signed_text = Unescape(*channel);
  if (!VerifyMessage(sender, signed_text.Reveal(), signature))
    return BadMessage("the sender has not signed it");
  const auto message =
      Between(signed_text.Reveal(),
              absl::StrCat("{\"recipient\":\"", recipient.ToDecimal(), "\",\"message\":\""), "\"}");
  if (!message) return BadMessage("it was signed for somebody else");
  return Unescape(*message);
}

}  // namespace

std::string SealForTrustee(const Scalar& signing, const Element& recipient,
                           absl::string_view message) {
  std::string quoted = JsonString(message);
  std::string channel =
      absl::StrCat("{\"recipient\":\"", recipient.ToDecimal(), "\",\"message\":", quoted, "}");
  std::string quoted_channel = JsonString(channel);
  std::string text =
      absl::StrCat("{\"message\":", quoted_channel,
                   ",\"signature\":", FormatProof(SignatureOf(signing, channel)), "}");
  const Scalar r = Scalar::Random();
  const Element alpha = G().SecretPower(r);
  const Element shared = G().SecretPower(Scalar::Random());
  const std::string data = EncryptCcm(KeyOf(shared), alpha, text);
  for (std::string* secret : {&quoted, &channel, &quoted_channel, &text}) {
    crypto::WipeString(secret);
  }
  return absl::StrCat("{\"alpha\":\"", alpha.ToDecimal(), "\",\"beta\":\"",
                      (recipient.SecretPower(r) * shared).ToDecimal(), "\",\"data\":\"",
                      crypto::HexEncode(data), "\"}");
}

absl::Status CheckSealed(absl::string_view sealed) { return ParseSealed(sealed).status(); }

absl::StatusOr<SecretBytes> OpenFromTrustee(const Scalar& decryption, const Element& sender,
                                            absl::string_view sealed) {
  ASSIGN_OR_RETURN(const Sealed read, ParseSealed(sealed));
  const Element shared = read.beta * read.alpha.SecretPower(decryption).Inverse();
  const std::optional<SecretBytes> text = DecryptCcm(KeyOf(shared), read.alpha, read.data);
  if (!text) return BadMessage("it is sealed for somebody else, or was changed");
  return TakeMessage(text->Reveal(), G().SecretPower(decryption), sender);
}

}  // namespace votum::election
