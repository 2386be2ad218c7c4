// Numbers as bytes, the most significant first: the order of SSH, TLS, PostgreSQL and C2SP notes.
#ifndef VOTUM_BASE_BIG_ENDIAN_H_
#define VOTUM_BASE_BIG_ENDIAN_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace votum {

// 4 bytes.
inline std::string BigEndian32(uint32_t number) {
  std::string bytes(4, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(number >> (24 - 8 * i));
  return bytes;
}

// 8 bytes.
inline std::string BigEndian64(uint64_t number) {
  std::string bytes(8, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(number >> (56 - 8 * i));
  return bytes;
}

// The number of all these bytes, at most 8; 0 for none.
inline uint64_t FromBigEndian(absl::string_view bytes) {
  uint64_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<uint8_t>(byte);
  return number;
}

}  // namespace votum

#endif  // VOTUM_BASE_BIG_ENDIAN_H_
