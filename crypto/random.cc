#include "crypto/random.h"

#include <openssl/rand.h>

#include "absl/strings/str_cat.h"
#include "crypto/encoding.h"
#include "crypto/openssl.h"

namespace votum::crypto {

std::string RandomBytes(size_t size) {
  std::string bytes(size, '\0');
  CheckOpenSsl(RAND_bytes_ex(nullptr, reinterpret_cast<unsigned char*>(bytes.data()), size, 0) == 1,
               "draw random bytes");
  return bytes;
}

SecretBytes RandomSecret(size_t size) {
  SecretBytes secret(size);
  CheckOpenSsl(RAND_priv_bytes_ex(nullptr, secret.MutableReveal().data(), size, 0) == 1,
               "draw secret random bytes");
  return secret;
}

std::string NewUuid() {
  std::string bytes = RandomBytes(16);
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);  // version 4
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);  // variant of RFC 9562
  const std::string hex = HexEncode(bytes);
  const absl::string_view view = hex;
  return absl::StrCat(view.substr(0, 8), "-", view.substr(8, 4), "-", view.substr(12, 4), "-",
                      view.substr(16, 4), "-", view.substr(20));
}

std::string NewShortId(absl::string_view prefix) {
  constexpr absl::string_view kLetters = "abcdefghijklmnopqrstuvwxyz234567";
  std::string id = absl::StrCat(prefix, "-");
  for (const char byte : RandomBytes(16)) id += kLetters[static_cast<unsigned char>(byte) % 32];
  return id;
}

}  // namespace votum::crypto
