#include "crypto/utf8.h"

#include <cstddef>
#include <cstdint>

namespace votum::crypto {
namespace {

// The form of a sequence of a given length: its first byte, and the smallest code point that needs
// that length.
struct SequenceForm {
  uint8_t mask;
  uint8_t lead;
  size_t length;
  char32_t least;
};
constexpr SequenceForm kForms[] = {
    {0x80, 0x00, 1, 0x0}, {0xe0, 0xc0, 2, 0x80}, {0xf0, 0xe0, 3, 0x800}, {0xf8, 0xf0, 4, 0x10000}};

struct Range {
  char32_t first;
  char32_t last;
};
constexpr Range kSpaces[] = {{0x09, 0x0d},     {0x20, 0x20},     {0x85, 0x85},     {0xa0, 0xa0},
                             {0x1680, 0x1680}, {0x2000, 0x200a}, {0x2028, 0x2029}, {0x202f, 0x202f},
                             {0x205f, 0x205f}, {0x3000, 0x3000}};

bool IsScalarValue(char32_t code_point) {
  return code_point <= 0x10ffff && !(code_point >= 0xd800 && code_point <= 0xdfff);
}

}  // namespace

std::optional<char32_t> TakeCodePoint(absl::string_view* text) {
  const uint8_t lead = static_cast<uint8_t>(text->front());
  for (const SequenceForm& form : kForms) {
    if ((lead & form.mask) != form.lead) continue;
    if (text->size() < form.length) return std::nullopt;
    char32_t code_point = lead & static_cast<uint8_t>(~form.mask);
    for (size_t i = 1; i < form.length; ++i) {
      const uint8_t next = static_cast<uint8_t>((*text)[i]);
      if ((next & 0xc0) != 0x80) return std::nullopt;
      code_point = (code_point << 6) | (next & 0x3f);
    }
    if (code_point < form.least || !IsScalarValue(code_point)) return std::nullopt;
    text->remove_prefix(form.length);
    return code_point;
  }
  return std::nullopt;
}

bool IsUnicodeSpace(char32_t code_point) {
  for (const Range& range : kSpaces) {
    if (code_point >= range.first && code_point <= range.last) return true;
  }
  return false;
}

}  // namespace votum::crypto
