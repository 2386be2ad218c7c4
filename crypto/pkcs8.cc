#include "crypto/pkcs8.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <cstring>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"

namespace votum::crypto {
namespace {

using OwnedPkcs8 = Owned<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>;
using OwnedEncrypted = Owned<X509_SIG, X509_SIG_free>;
using OwnedAlgorithm = Owned<X509_ALGOR, X509_ALGOR_free>;

// scrypt with N = 2^14, r = 8 needs 16 MiB. OpenSSL refuses to open files that need more than 32
// MiB, so the work factor is raised by p instead: N = 2^14, r = 8, p = 5 is OWASP's equal of N =
// 2^17, p = 1 (Password Storage Cheat Sheet).
constexpr uint64_t kScryptN = 1 << 14;
constexpr uint64_t kScryptR = 8;
constexpr uint64_t kScryptP = 5;
constexpr int kScryptSaltSize = 16;

absl::Status NotAKeyFile(absl::string_view why) {
  return Refuse(Reason::kNotAKeyFile, absl::StrCat("not a PEM PKCS#8 private key: ", why));
}

// The contents of one PEM block.
class PemBlock {
 public:
  static absl::StatusOr<PemBlock> Read(absl::string_view pem) {
    const OwnedBio input = ReaderOf(pem);
    PemBlock block;
    char* name = nullptr;
    char* header = nullptr;
    unsigned char* bytes = nullptr;
    long size = 0;
    // The secure flag makes OpenSSL wipe its own intermediate copies.
    if (PEM_read_bio_ex(input.get(), &name, &header, &bytes, &size, PEM_FLAG_SECURE) != 1) {
      ERR_clear_error();
      return NotAKeyFile("there is no \"-----BEGIN PRIVATE KEY-----\" block");
    }
    block.name_ = name;
    block.bytes_ = SecretBytes::CopyOf({reinterpret_cast<char*>(bytes), static_cast<size_t>(size)});
    OPENSSL_secure_free(name);
    OPENSSL_secure_free(header);
    OPENSSL_secure_clear_free(bytes, static_cast<size_t>(size));
    return block;
  }

  const std::string& name() const { return name_; }
  absl::string_view bytes() const { return bytes_.Reveal(); }

 private:
  PemBlock() = default;
  std::string name_;
  SecretBytes bytes_;
};

absl::Status RefuseBlock(absl::string_view name) {
  if (name == "OPENSSH PRIVATE KEY") {
    return NotAKeyFile(
        "this is OpenSSH's own format; make a key with this program, or use ssh-agent");
  }
  if (absl::EndsWith(name, " PRIVATE KEY")) {
    return NotAKeyFile(absl::StrCat(
        "this is \"", name, "\"; convert it with: openssl pkcs8 -topk8 -scrypt -in OLD -out NEW"));
  }
  return NotAKeyFile(absl::StrCat("this is \"", name, "\""));
}

absl::StatusOr<OwnedPkcs8> DecodePlain(absl::string_view der) {
  const unsigned char* cursor = Data(der);
  OwnedPkcs8 info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &cursor, static_cast<long>(der.size())));
  ERR_clear_error();
  if (info == nullptr || cursor != Data(der) + der.size())
    return NotAKeyFile("its content is damaged");
  return info;
}

absl::StatusOr<OwnedPkcs8> Decrypt(absl::string_view der, const SecretBytes& passphrase) {
  const unsigned char* cursor = Data(der);
  const OwnedEncrypted encrypted(d2i_X509_SIG(nullptr, &cursor, static_cast<long>(der.size())));
  ERR_clear_error();
  if (encrypted == nullptr || cursor != Data(der) + der.size()) {
    return NotAKeyFile("its content is damaged");
  }
  OwnedPkcs8 info(PKCS8_decrypt(encrypted.get(), passphrase.Reveal().data(),
                                static_cast<int>(passphrase.size())));
  if (info == nullptr) {
    ERR_clear_error();
    return Refuse(Reason::kWrongPassphrase,
                  passphrase.empty()
                      ? "the key is encrypted; give its passphrase"
                      : "the passphrase does not open the key (or the file is damaged)");
  }
  return info;
}

absl::Status CheckPair(EVP_PKEY* key) {
  const OwnedPkeyCtx context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  CheckOpenSsl(context != nullptr, "make a key context");
  const bool sound = EVP_PKEY_pairwise_check(context.get()) == 1;
  ERR_clear_error();
  return sound ? absl::OkStatus()
               : NotAKeyFile("its public and private halves do not belong together");
}

absl::StatusOr<OwnedPkcs8> ToPkcs8(EVP_PKEY* key) {
  OwnedPkcs8 info(EVP_PKEY2PKCS8(key));
  if (info == nullptr) return OpenSslError("encode a private key");
  return info;
}

OwnedBio NewMemory() {
  // Secure memory BIOs wipe their contents.
  OwnedBio memory(BIO_new(BIO_s_secmem()));
  CheckOpenSsl(memory != nullptr, "make a buffer");
  return memory;
}

SecretBytes ContentOf(BIO* memory) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory, &text);
  return SecretBytes::CopyOf({text, static_cast<size_t>(size)});
}

}  // namespace

absl::StatusOr<OwnedPkey> DecodePkcs8Pem(absl::string_view pem, const SecretBytes& passphrase) {
  ASSIGN_OR_RETURN(const PemBlock block, PemBlock::Read(pem));
  absl::StatusOr<OwnedPkcs8> info = block.name() == PEM_STRING_PKCS8INF ? DecodePlain(block.bytes())
                                    : block.name() == PEM_STRING_PKCS8
                                        ? Decrypt(block.bytes(), passphrase)
                                        : RefuseBlock(block.name());
  RETURN_IF_ERROR(info.status());
  OwnedPkey key(EVP_PKCS82PKEY(info->get()));
  if (key == nullptr) {
    ERR_clear_error();
    return Refuse(Reason::kUnsupportedKey,
                  "the key's algorithm is not supported; use Ed25519 or P-256");
  }
  RETURN_IF_ERROR(CheckPair(key.get()));
  return key;
}

absl::StatusOr<SecretBytes> EncodePkcs8Pem(EVP_PKEY* key) {
  ASSIGN_OR_RETURN(const OwnedPkcs8 info, ToPkcs8(key));
  const OwnedBio memory = NewMemory();
  if (PEM_write_bio_PKCS8_PRIV_KEY_INFO(memory.get(), info.get()) != 1) {
    return OpenSslError("write a private key");
  }
  return ContentOf(memory.get());
}

absl::StatusOr<SecretBytes> EncodeEncryptedPkcs8Pem(EVP_PKEY* key, const SecretBytes& passphrase) {
  if (passphrase.empty()) {
    return Refuse(Reason::kPassphraseMissing, "a key is encrypted under a passphrase; give one");
  }
  ASSIGN_OR_RETURN(const OwnedPkcs8 info, ToPkcs8(key));
  OwnedAlgorithm algorithm(PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), nullptr, kScryptSaltSize,
                                                 nullptr, kScryptN, kScryptR, kScryptP));
  if (algorithm == nullptr) return OpenSslError("choose the encryption of a private key");
  const OwnedEncrypted encrypted(PKCS8_set0_pbe(passphrase.Reveal().data(),
                                                static_cast<int>(passphrase.size()), info.get(),
                                                algorithm.get()));
  if (encrypted == nullptr) return OpenSslError("encrypt a private key");
  algorithm.release();  // owned by `encrypted` now
  const OwnedBio memory = NewMemory();
  if (PEM_write_bio_PKCS8(memory.get(), encrypted.get()) != 1) {
    return OpenSslError("write a private key");
  }
  return ContentOf(memory.get());
}

}  // namespace votum::crypto
