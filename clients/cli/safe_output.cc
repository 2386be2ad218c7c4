#include "clients/cli/safe_output.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "core/command/fields.h"
#include "crypto/utf8.h"

namespace votum::cli {
namespace {

constexpr char32_t kFirstOfPlane1 = 0x10000;
// The bytes of a character before its last one.
constexpr size_t kLongestBeginning = 3;

bool IsPlain(char c) { return (c >= ' ' && c <= '~') || c == '\n' || c == '\t'; }

// The length of the character that begins with `lead`; 1 for a byte that begins none.
size_t LengthOf(char lead) {
  const auto byte = static_cast<uint8_t>(lead);
  if (byte >= 0xf0 && byte <= 0xf4) return 4;
  if (byte >= 0xe0) return byte < 0xf0 ? 3 : 1;
  return byte >= 0xc2 ? 2 : 1;
}

// Whether more bytes may make a character, or CSV's line end, of `text`.
bool IsBeginning(absl::string_view text) {
  if (text == "\r") return true;
  return text.size() < LengthOf(text[0]) && std::all_of(text.begin() + 1, text.end(), [](char c) {
           return (static_cast<uint8_t>(c) & 0xc0) == 0x80;
         });
}

std::string Escaped(char32_t code) {
  if (code < kFirstOfPlane1) return absl::StrFormat("\\u%04x", static_cast<uint32_t>(code));
  const auto beyond = static_cast<uint32_t>(code - kFirstOfPlane1);
  return absl::StrFormat("\\u%04x\\u%04x", 0xd800 + (beyond >> 10), 0xdc00 + (beyond & 0x3ff));
}

// Moves the first character from `text` to `safe`.
void Take(absl::string_view& text, std::string& safe) {
  const absl::string_view before = text;
  const std::optional<char32_t> code = crypto::TakeCodePoint(&text);
  if (!code.has_value()) {
    safe += absl::StrFormat("\\x%02x", static_cast<uint8_t>(before[0]));
    text.remove_prefix(1);
    return;
  }
  // Newlines and tabs do not come here.
  const bool line_end = *code == U'\r' && !text.empty() && text[0] == '\n';
  if (!line_end && IsHidden(*code)) {
    safe += Escaped(*code);
  } else {
    absl::StrAppend(&safe, before.substr(0, before.size() - text.size()));
  }
}

}  // namespace

SafeOutput::~SafeOutput() { Write("", /*at_end=*/true); }

SafeOutput::int_type SafeOutput::overflow(int_type c) {
  if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
  const char one = traits_type::to_char_type(c);
  return Write(absl::string_view(&one, 1), /*at_end=*/false) ? c : traits_type::eof();
}

std::streamsize SafeOutput::xsputn(const char* text, std::streamsize size) {
  const bool written = Write(absl::string_view(text, static_cast<size_t>(size)), /*at_end=*/false);
  return written ? size : 0;
}

int SafeOutput::sync() { return sink_.pubsync(); }

bool SafeOutput::Write(absl::string_view text, bool at_end) {
  std::string joined = pending_ + std::string(text);
  pending_.clear();
  for (size_t size = 1; !at_end && size <= std::min(joined.size(), kLongestBeginning); ++size) {
    const size_t whole = joined.size() - size;
    if (!IsBeginning(absl::string_view(joined).substr(whole))) continue;
    pending_ = joined.substr(whole);
    joined.resize(whole);
    break;
  }
  const std::string safe = Safe(joined);
  return sink_.sputn(safe.data(), static_cast<std::streamsize>(safe.size())) ==
         static_cast<std::streamsize>(safe.size());
}

std::string Safe(absl::string_view text) {
  std::string safe;
  while (!text.empty()) {
    const auto plain =
        static_cast<size_t>(std::find_if_not(text.begin(), text.end(), IsPlain) - text.begin());
    absl::StrAppend(&safe, text.substr(0, plain));
    text.remove_prefix(plain);
    if (!text.empty()) Take(text, safe);
  }
  return safe;
}

std::string OneLine(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"\r", "\\r"}, {"\n", "\\n"}, {"\t", "\\t"}});
}

}  // namespace votum::cli
