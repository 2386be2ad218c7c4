#include "crypto/encoding.h"

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/strings/escaping.h"
#include "base/refusal.h"

namespace votum::crypto {
namespace {

// The value of each symbol of an alphabet, by its byte; kNoSymbol for all other bytes.
using Alphabet = std::array<uint8_t, 256>;
constexpr uint8_t kNoSymbol = 0xff;

constexpr Alphabet MakeAlphabet(absl::string_view symbols) {
  Alphabet alphabet = {};
  for (uint8_t& value : alphabet) value = kNoSymbol;
  for (size_t i = 0; i < symbols.size(); ++i)
    alphabet[static_cast<uint8_t>(symbols[i])] = static_cast<uint8_t>(i);
  return alphabet;
}

constexpr Alphabet kBase64Alphabet =
    MakeAlphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
constexpr Alphabet kHexAlphabet = MakeAlphabet("0123456789abcdef");

// Decodes `text`, whose symbols hold `bits_per_symbol` bits each, into bytes. False if a symbol is
// not in the alphabet or if bits are left over that are not zero.
bool Unpack(absl::string_view text, const Alphabet& alphabet, int bits_per_symbol,
            std::string* bytes) {
  bytes->resize(text.size() * static_cast<size_t>(bits_per_symbol) / 8);
  char* next = bytes->data();
  uint32_t buffer = 0;
  int buffered_bits = 0;
  for (const char symbol : text) {
    const uint8_t value = alphabet[static_cast<uint8_t>(symbol)];
    if (value == kNoSymbol) return false;
    buffer = (buffer << bits_per_symbol) | value;
    buffered_bits += bits_per_symbol;
    if (buffered_bits >= 8) {
      buffered_bits -= 8;
      *next++ = static_cast<char>(buffer >> buffered_bits);
      buffer &= (1u << buffered_bits) - 1;
    }
  }
  return buffer == 0;
}

}  // namespace

std::string Base64Encode(absl::string_view bytes) { return absl::Base64Escape(bytes); }

absl::StatusOr<std::string> Base64Decode(absl::string_view text) {
  const auto refuse = [] {
    return Refuse(Reason::kBadBase64, "not the Base64 of RFC 4648 section 4 with its padding");
  };
  if (text.size() % 4 != 0) return refuse();
  absl::string_view symbols = text;
  for (int padding = 0; padding < 2 && !symbols.empty() && symbols.back() == '='; ++padding) {
    symbols.remove_suffix(1);
  }
  std::string bytes;
  if (!Unpack(symbols, kBase64Alphabet, 6, &bytes)) return refuse();
  return bytes;
}

std::string HexEncode(absl::string_view bytes) { return absl::BytesToHexString(bytes); }

absl::StatusOr<std::string> HexDecode(absl::string_view text) {
  std::string bytes;
  if (text.size() % 2 != 0 || !Unpack(text, kHexAlphabet, 4, &bytes)) {
    return Refuse(Reason::kBadHex, "not an even number of lower-case hexadecimal digits");
  }
  return bytes;
}

}  // namespace votum::crypto
