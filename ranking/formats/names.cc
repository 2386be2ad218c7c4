#include "ranking/formats/names.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "crypto/utf8.h"

namespace votum::ranking {
namespace {

// The canonical decomposition of a character, one step; `second` is 0 where it has one part.
struct Decomposition {
  char32_t code, first, second;
};
struct CombiningClass {
  char32_t first, last;
  int value;
};
#include "ranking/formats/canonical.inc"

struct Range {
  char32_t first, last;
};
// Characters that show nothing of themselves (Unicode Default_Ignorable_Code_Point).
constexpr Range kInvisible[] = {
    {0xAD, 0xAD},       {0x34F, 0x34F},    {0x61C, 0x61C},   {0x115F, 0x1160}, {0x17B4, 0x17B5},
    {0x180B, 0x180F},   {0x200B, 0x200F},  {0x202A, 0x202E}, {0x2060, 0x206F}, {0x3164, 0x3164},
    {0xFE00, 0xFE0F},   {0xFEFF, 0xFEFF},  {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFF8}, {0x1BCA0, 0x1BCA3},
    {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF}};

bool IsInvisible(char32_t code) {
  return std::any_of(std::begin(kInvisible), std::end(kInvisible),
                     [&](const Range& range) { return range.first <= code && code <= range.last; });
}

int CombiningClassOf(char32_t code) {
  const auto* const found =
      std::lower_bound(std::begin(kCombiningClasses), std::end(kCombiningClasses), code,
                       [](const CombiningClass& row, char32_t c) { return row.last < c; });
  return found != std::end(kCombiningClasses) && found->first <= code ? found->value : 0;
}

// Appends the full canonical decomposition of `code`.
void Decompose(char32_t code, std::u32string& out) {
  constexpr char32_t kHangul = 0xAC00, kHangulEnd = 0xD7A3, kVowels = 21, kTails = 28;
  if (kHangul <= code && code <= kHangulEnd) {  // by arithmetic, Unicode chapter 3.12
    const char32_t syllable = code - kHangul;
    out += static_cast<char32_t>(0x1100 + syllable / (kVowels * kTails));
    out += static_cast<char32_t>(0x1161 + syllable % (kVowels * kTails) / kTails);
    if (syllable % kTails != 0) out += static_cast<char32_t>(0x11A7 + syllable % kTails);
    return;
  }
  const auto* const found =
      std::lower_bound(std::begin(kDecompositions), std::end(kDecompositions), code,
                       [](const Decomposition& row, char32_t c) { return row.code < c; });
  if (found == std::end(kDecompositions) || found->code != code) {
    out += code;
    return;
  }
  Decompose(found->first, out);
  if (found->second != 0) Decompose(found->second, out);
}

// Brings the combining characters behind each base character into their canonical order.
void OrderMarks(std::u32string& text) {
  for (size_t begin = 0; begin < text.size();) {
    if (CombiningClassOf(text[begin]) == 0) {
      ++begin;
      continue;
    }
    size_t end = begin;
    while (end < text.size() && CombiningClassOf(text[end]) != 0) ++end;
    std::stable_sort(text.begin() + static_cast<std::ptrdiff_t>(begin),
                     text.begin() + static_cast<std::ptrdiff_t>(end), [](char32_t a, char32_t b) {
                       return CombiningClassOf(a) < CombiningClassOf(b);
                     });
    begin = end;
  }
}

bool IsAscii(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), absl::ascii_isascii);
}

}  // namespace

absl::string_view WithoutBlanksAround(absl::string_view text) {
  if (IsAscii(text)) return absl::StripAsciiWhitespace(text);
  // The text between the first and the last code point that is not white space.
  const char *begin = nullptr, *end = text.data();
  for (absl::string_view rest = text; !rest.empty();) {
    const char* at = rest.data();
    const std::optional<char32_t> code = crypto::TakeCodePoint(&rest);
    if (!code.has_value()) return text;
    if (crypto::IsUnicodeSpace(*code)) continue;
    if (begin == nullptr) begin = at;
    end = rest.data();
  }
  if (begin == nullptr) return text.substr(0, 0);
  return {begin, static_cast<size_t>(end - begin)};
}

std::string AsSeen(absl::string_view name) {
  std::u32string seen;
  bool blank = false;
  for (absl::string_view rest = name; !rest.empty();) {
    const std::optional<char32_t> code = crypto::TakeCodePoint(&rest);
    if (!code.has_value()) return std::string(name);
    if (IsInvisible(*code)) continue;
    if (crypto::IsUnicodeSpace(*code)) {
      blank = !seen.empty();
      continue;
    }
    if (blank) seen += U' ';
    blank = false;
    Decompose(*code, seen);
  }
  OrderMarks(seen);
  // Only compared, so four bytes for each character serve as well as UTF-8.
  std::string key;
  for (const char32_t code : seen) {
    for (int shift = 0; shift < 32; shift += 8)
      key.push_back(static_cast<char>((code >> shift) & 0xFF));
  }
  return key;
}

bool StandsForNoVote(absl::string_view word) {
  constexpr absl::string_view kWords[] = {"undervote", "under vote", "undervotes",
                                          "overvote",  "over vote",  "overvotes",
                                          "skipped",   "skip",       "skipped ranking",
                                          "blank",     "blanks",     "blank vote",
                                          "uwi",       "exhausted",  "undeclared write-ins",
                                          "no vote",   "no ranking", "unranked",
                                          "n/a",       "null",       "nan"};
  const absl::string_view trimmed = WithoutBlanksAround(word);
  return std::any_of(std::begin(kWords), std::end(kWords), [&](absl::string_view known) {
    return absl::EqualsIgnoreCase(trimmed, known);
  });
}

}  // namespace votum::ranking
