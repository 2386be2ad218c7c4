#include "crypto/encoding.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/escaping.h"
#include "base/refusal.h"

namespace votum::crypto {
namespace {

constexpr absl::string_view kBase64Alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr absl::string_view kHexAlphabet = "0123456789abcdef";

// Takes `text` symbol by symbol, each worth `bits_per_symbol` bits, into bytes. False if a symbol
// is not in the alphabet or if bits are left over that are not zero.
bool Unpack(absl::string_view text, absl::string_view alphabet, int bits_per_symbol,
            std::string* bytes) {
  uint32_t buffer = 0;
  int buffered_bits = 0;
  for (char symbol : text) {
    const size_t value = alphabet.find(symbol);
    if (value == absl::string_view::npos) return false;
    buffer = (buffer << bits_per_symbol) | static_cast<uint32_t>(value);
    buffered_bits += bits_per_symbol;
    if (buffered_bits >= 8) {
      buffered_bits -= 8;
      bytes->push_back(static_cast<char>(buffer >> buffered_bits));
      buffer &= (1u << buffered_bits) - 1;
    }
  }
  return buffer == 0;
}

}  // namespace

std::string Base64Encode(absl::string_view bytes) { return absl::Base64Escape(bytes); }

absl::StatusOr<std::string> Base64Decode(absl::string_view text) {
  const absl::Status refusal =
      RefuseArgument("BAD_BASE64", "not the Base64 of RFC 4648 section 4 with its padding");
  if (text.size() % 4 != 0) return refusal;
  absl::string_view symbols = text;
  for (int padding = 0; padding < 2 && !symbols.empty() && symbols.back() == '='; ++padding) {
    symbols.remove_suffix(1);
  }
  std::string bytes;
  bytes.reserve(symbols.size() * 3 / 4);
  if (!Unpack(symbols, kBase64Alphabet, 6, &bytes)) return refusal;
  return bytes;
}

std::string HexEncode(absl::string_view bytes) { return absl::BytesToHexString(bytes); }

absl::StatusOr<std::string> HexDecode(absl::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() / 2);
  if (text.size() % 2 != 0 || !Unpack(text, kHexAlphabet, 4, &bytes)) {
    return RefuseArgument("BAD_HEX", "not an even number of lower-case hexadecimal digits");
  }
  return bytes;
}

}  // namespace votum::crypto
