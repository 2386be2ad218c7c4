// Secrets that wipe themselves, and a constant-time comparison for them.
#ifndef VOTUM_CRYPTO_SECRET_H_
#define VOTUM_CRYPTO_SECRET_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace votum::crypto {

// Bytes that are overwritten before their memory is given back. Move-only, so that each copy is
// deliberate, and without any conversion or output operator: bytes are read only through Reveal(),
// which reviewers can search for.
class SecretBytes {
 public:
  // No bytes.
  SecretBytes() = default;
  // `size` zero bytes, to be filled through MutableReveal().
  explicit SecretBytes(size_t size);
  // A copy of `bytes`; the caller must wipe the original (see TakeFrom).
  static SecretBytes CopyOf(absl::string_view bytes);
  // A copy of `*bytes`, which is wiped and emptied.
  static SecretBytes TakeFrom(std::string* bytes);

  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // Valid as long as this object.
  absl::string_view Reveal() const;
  absl::Span<uint8_t> MutableReveal();

 private:
  void Wipe();

  std::unique_ptr<uint8_t[]> bytes_;
  size_t size_ = 0;
};

// Whether a and b are equal, in a time that depends on their lengths only.
bool ConstantTimeEquals(absl::string_view a, absl::string_view b);

// Overwrites the whole capacity of `*text` and empties it.
void WipeString(std::string* text);

}  // namespace votum::crypto

#endif  // VOTUM_CRYPTO_SECRET_H_
