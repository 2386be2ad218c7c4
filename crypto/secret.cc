#include "crypto/secret.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <utility>

namespace votum::crypto {

SecretBytes::SecretBytes(size_t size) : bytes_(std::make_unique<uint8_t[]>(size)), size_(size) {}

SecretBytes SecretBytes::CopyOf(absl::string_view bytes) {
  SecretBytes secret(bytes.size());
  std::copy(bytes.begin(), bytes.end(), secret.bytes_.get());
  return secret;
}

SecretBytes SecretBytes::TakeFrom(std::string* bytes) {
  SecretBytes secret = CopyOf(*bytes);
  WipeString(bytes);
  return secret;
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this != &other) {
    Wipe();
    bytes_ = std::move(other.bytes_);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

SecretBytes::~SecretBytes() { Wipe(); }

absl::string_view SecretBytes::Reveal() const {
  return {reinterpret_cast<const char*>(bytes_.get()), size_};
}

absl::Span<uint8_t> SecretBytes::MutableReveal() { return {bytes_.get(), size_}; }

void SecretBytes::Wipe() { OPENSSL_cleanse(bytes_.get(), size_); }

bool ConstantTimeEquals(absl::string_view a, absl::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void WipeString(std::string* text) {
  // Wipes up to the capacity, because a longer earlier content may remain behind the end.
  text->resize(text->capacity());
  OPENSSL_cleanse(text->data(), text->size());
  text->clear();
}

}  // namespace votum::crypto
