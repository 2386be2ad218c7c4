#include "core/command/fields.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/normal_form.h"
#include "crypto/utf8.h"

namespace votum {

namespace {

struct Range {
  char32_t first;
  char32_t last;
};
// See IsHidden. The joiners U+200C and U+200D are not among them: words and signs need them.
constexpr Range kHidden[] = {
    {0x0, 0x1f},        {0x7f, 0x9f},      // controls
    {0x61c, 0x61c},     {0x180e, 0x180e},  // mark of direction, vowel separator
    {0x200b, 0x200b},   {0x200e, 0x200f},  // space without width, marks of direction
    {0x2028, 0x202e},                      // separators of lines, overrides of direction
    {0x2060, 0x206f},                      // invisible operators, isolates of direction
    {0xfdd0, 0xfdef},                      // no characters
    {0xfeff, 0xfeff},   {0xfff9, 0xfffb},  // byte order mark, annotations
    {0xe0000, 0xe0fff},                    // tags, which spell words that nobody sees
};

// "U+202E".
std::string CodePointName(char32_t code_point) {
  return absl::StrFormat("U+%04X", static_cast<uint32_t>(code_point));
}

bool IsPrintable(absl::string_view ascii) {
  return std::all_of(ascii.begin(), ascii.end(), [](char c) { return absl::ascii_isprint(c); });
}

// Most texts of commands are ids.
bool IsPlainAscii(absl::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isprint(c) || c == '\n' || c == '\t'; });
}

}  // namespace

absl::Status CheckId(absl::string_view field, absl::string_view value) {
  const auto allowed = [](char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-' || c == '.';
  };
  if (value.empty() || value.size() > 64 || !std::all_of(value.begin(), value.end(), allowed)) {
    return Refuse(
        Reason::kBadId,
        absl::StrCat(field, " must be 1 to 64 of a-z, 0-9, '-' and '.'; choose another id"));
  }
  return absl::OkStatus();
}

absl::Status CheckOptionalText(absl::string_view field, absl::string_view value, size_t max_bytes) {
  if (value.size() > max_bytes) {
    return Refuse(Reason::kBadText, absl::StrCat(field, " has ", value.size(), " bytes, ",
                                                 max_bytes, " are allowed; shorten it"));
  }
  if (IsPlainAscii(value)) return absl::OkStatus();
  std::u32string text;
  while (!value.empty()) {
    const std::optional<char32_t> code_point = crypto::TakeCodePoint(&value);
    if (!code_point.has_value())
      return Refuse(Reason::kBadText, absl::StrCat(field, " is not valid UTF-8"));
    if (IsHidden(*code_point) && *code_point != U'\n' && *code_point != U'\t') {
      return Refuse(Reason::kBadText,
                    absl::StrCat(field, " contains a control or invisible character, ",
                                 CodePointName(*code_point), ", as its character number ",
                                 text.size() + 1, "; remove it"));
    }
    text.push_back(*code_point);
  }
  if (IsNormalFormC(text)) return absl::OkStatus();
  return Refuse(Reason::kBadText,
                absl::StrCat(field,
                             " has letters and accents apart, which look like one character; give "
                             "it in Unicode's normal form C"));
}

absl::Status CheckText(absl::string_view field, absl::string_view value, size_t max_bytes) {
  if (value.empty()) return Refuse(Reason::kBadText, absl::StrCat(field, " is empty; give it"));
  return CheckOptionalText(field, value, max_bytes);
}

absl::Status CheckAttachmentRef(absl::string_view field, const common::v1::AttachmentRef& ref) {
  if (ref.commitment().size() != 32 || ref.subject().size() != 16 || ref.media_type().empty() ||
      ref.media_type().size() > 100 || !IsPrintable(ref.media_type())) {
    return Refuse(
        Reason::kBadAttachment,
        absl::StrCat(field, " needs a commitment of 32 bytes, a subject of 16 and a media type"));
  }
  return absl::OkStatus();
}

bool IsTextType(absl::string_view media_type) {
  return absl::StartsWithIgnoreCase(media_type, "text/");
}

absl::Status CheckContent(absl::string_view media_type, absl::string_view content) {
  if (!IsTextType(media_type)) return absl::OkStatus();
  return CheckOptionalText("the text of an attachment", content, kMaxSealedTextBytes);
}

bool IsHidden(char32_t code_point) {
  // The last two of each plane are no characters.
  if ((code_point & 0xfffe) == 0xfffe) return true;
  return std::any_of(std::begin(kHidden), std::end(kHidden), [code_point](const Range& range) {
    return code_point >= range.first && code_point <= range.last;
  });
}

bool IsUtf8(absl::string_view bytes) {
  while (!bytes.empty()) {
    if (!crypto::TakeCodePoint(&bytes).has_value()) return false;
  }
  return true;
}

}  // namespace votum
