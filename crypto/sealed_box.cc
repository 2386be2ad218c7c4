#include "crypto/sealed_box.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <climits>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/openssl.h"
#include "crypto/random.h"

namespace votum::crypto {
namespace {

using OwnedCipherCtx = Owned<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;

absl::Status CheckSizes(const SecretBytes& key, absl::string_view text,
                        absl::string_view associated_data) {
  if (key.size() != kSealingKeyBytes) {
    return Refuse(Reason::kBadSealingKey,
                  absl::StrCat("a sealing key has 32 bytes, not ", key.size()));
  }
  // OpenSSL counts in int.
  if (text.size() > INT_MAX || associated_data.size() > INT_MAX) {
    return Refuse(Reason::kTooLarge, "at most 2 GiB can be sealed at once");
  }
  return absl::OkStatus();
}

// A context initialized with the key, the nonce and the associated data.
OwnedCipherCtx Start(bool encrypt, const SecretBytes& key, absl::string_view nonce,
                     absl::string_view associated_data) {
  static EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  OwnedCipherCtx context(EVP_CIPHER_CTX_new());
  int ignored = 0;
  CheckOpenSsl(cipher != nullptr && context != nullptr &&
                   EVP_CipherInit_ex2(context.get(), cipher, Data(key.Reveal()), Data(nonce),
                                      encrypt ? 1 : 0, nullptr) == 1 &&
                   EVP_CipherUpdate(context.get(), nullptr, &ignored, Data(associated_data),
                                    static_cast<int>(associated_data.size())) == 1,
               "start AES-256-GCM");
  return context;
}

}  // namespace

SecretBytes NewSealingKey() { return RandomSecret(kSealingKeyBytes); }

absl::StatusOr<std::string> SealBox(const SecretBytes& key, absl::string_view plaintext,
                                    absl::string_view associated_data) {
  RETURN_IF_ERROR(CheckSizes(key, plaintext, associated_data));
  std::string box = RandomBytes(kBoxNonceBytes);
  const OwnedCipherCtx context = Start(true, key, box, associated_data);
  box.resize(kBoxNonceBytes + plaintext.size() + kBoxTagBytes);
  unsigned char* output = reinterpret_cast<unsigned char*>(box.data()) + kBoxNonceBytes;
  unsigned char* tag = output + plaintext.size();
  int written = 0;
  CheckOpenSsl(EVP_CipherUpdate(context.get(), output, &written, Data(plaintext),
                                static_cast<int>(plaintext.size())) == 1 &&
                   EVP_CipherFinal_ex(context.get(), tag, &written) == 1 &&
                   EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG,
                                       static_cast<int>(kBoxTagBytes), tag) == 1,
               "seal with AES-256-GCM");
  return box;
}

absl::StatusOr<SecretBytes> OpenBox(const SecretBytes& key, absl::string_view box,
                                    absl::string_view associated_data) {
  RETURN_IF_ERROR(CheckSizes(key, box, associated_data));
  const absl::Status refusal =
      Refuse(Reason::kCannotOpen,
             "the key, the place and the sealed content do not belong together, or it was changed");
  if (box.size() < kBoxBytes) return refusal;
  const absl::string_view nonce = box.substr(0, kBoxNonceBytes);
  const absl::string_view ciphertext =
      box.substr(kBoxNonceBytes, box.size() - kBoxNonceBytes - kBoxTagBytes);
  std::string tag(box.substr(box.size() - kBoxTagBytes));
  const OwnedCipherCtx context = Start(false, key, nonce, associated_data);
  SecretBytes plaintext(ciphertext.size());
  unsigned char* output = plaintext.MutableReveal().data();
  int written = 0;
  CheckOpenSsl(EVP_CipherUpdate(context.get(), output, &written, Data(ciphertext),
                                static_cast<int>(ciphertext.size())) == 1 &&
                   EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG,
                                       static_cast<int>(kBoxTagBytes), tag.data()) == 1,
               "open with AES-256-GCM");
  if (EVP_CipherFinal_ex(context.get(), output + written, &written) != 1) {
    ERR_clear_error();
    return refusal;
  }
  return plaintext;
}

}  // namespace votum::crypto
