#include "core/command/normal_form.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

namespace votum {
namespace {

struct Replaced {
  char32_t first;
  char32_t last;
};
constexpr Replaced kReplaced[] = {
#define VOTUM_REPLACED(first, last) {first, last},
#define VOTUM_CLASS(first, last, value)
#define VOTUM_COMPOSED(composed, first, second)
#include "core/command/normal_form_table.inc"
#undef VOTUM_REPLACED
#undef VOTUM_CLASS
};

struct Class {
  char32_t first;
  char32_t last;
  uint8_t value;
};
constexpr Class kClasses[] = {
#define VOTUM_REPLACED(first, last)
#define VOTUM_CLASS(first, last, value) {first, last, value},
#include "core/command/normal_form_table.inc"
#undef VOTUM_CLASS
#undef VOTUM_COMPOSED
};

struct Composed {
  char32_t composed;
  char32_t first;
  char32_t second;
};
constexpr Composed kComposed[] = {
#define VOTUM_CLASS(first, last, value)
#define VOTUM_COMPOSED(composed, first, second) {composed, first, second},
#include "core/command/normal_form_table.inc"
#undef VOTUM_REPLACED
#undef VOTUM_CLASS
#undef VOTUM_COMPOSED
};

// Below this every character is its own normal form and combines with none before it.
constexpr char32_t kFirstCombining = 0x300;

// Unicode 3.12, "Conjoining Jamo Behavior".
constexpr char32_t kSyllables = 0xac00;
constexpr char32_t kLeads = 0x1100;
constexpr char32_t kVowels = 0x1161;
constexpr char32_t kTails = 0x11a7;
constexpr char32_t kLeadCount = 19;
constexpr char32_t kVowelCount = 21;
constexpr char32_t kTailCount = 28;
constexpr char32_t kSyllableCount = kLeadCount * kVowelCount * kTailCount;

bool IsIn(char32_t code, char32_t first, char32_t count) {
  return code >= first && code < first + count;
}

// The range of `ranges`, which are in order, that has `code`; null if none does.
template <typename Range, size_t size>
const Range* FindRange(const Range (&ranges)[size], char32_t code) {
  const Range* const found =
      std::lower_bound(std::begin(ranges), std::end(ranges), code,
                       [](const Range& range, char32_t value) { return range.last < value; });
  return found != std::end(ranges) && found->first <= code ? found : nullptr;
}

uint8_t ClassOf(char32_t code) {
  if (code < kFirstCombining) return 0;
  const Class* const found = FindRange(kClasses, code);
  return found == nullptr ? 0 : found->value;
}

// The one character for `first` and `second`.
std::optional<char32_t> Compose(char32_t first, char32_t second) {
  if (IsIn(first, kLeads, kLeadCount) && IsIn(second, kVowels, kVowelCount))
    return kSyllables + ((first - kLeads) * kVowelCount + (second - kVowels)) * kTailCount;
  if (IsIn(first, kSyllables, kSyllableCount) && (first - kSyllables) % kTailCount == 0 &&
      IsIn(second, kTails + 1, kTailCount - 1)) {
    return first + (second - kTails);
  }
  static const auto* const kByParts = [] {
    auto* const by_parts = new std::map<std::pair<char32_t, char32_t>, char32_t>;
    for (const Composed& one : kComposed)
      by_parts->emplace(std::pair(one.first, one.second), one.composed);
    return by_parts;
  }();
  const auto found = kByParts->find({first, second});
  if (found == kByParts->end()) return std::nullopt;
  return found->second;
}

// Appends what `code` stands for. Syllables of Hangul stay whole: what could be added to one is
// found by Compose.
void AppendDecomposed(char32_t code, std::u32string& text) {
  static const auto* const kByWhole = [] {
    auto* const by_whole = new std::map<char32_t, std::pair<char32_t, char32_t>>;
    for (const Composed& one : kComposed)
      by_whole->emplace(one.composed, std::pair(one.first, one.second));
    return by_whole;
  }();
  const auto found = kByWhole->find(code);
  if (found == kByWhole->end()) {
    text.push_back(code);
    return;
  }
  AppendDecomposed(found->second.first, text);
  text.push_back(found->second.second);
}

// Marks in the order of their classes.
void Order(std::u32string& text) {
  for (auto begin = text.begin(); begin != text.end();) {
    const auto is_mark = [](char32_t code) { return ClassOf(code) != 0; };
    const auto first = std::find_if(begin, text.end(), is_mark);
    const auto last = std::find_if_not(first, text.end(), is_mark);
    std::stable_sort(first, last, [](char32_t a, char32_t b) { return ClassOf(a) < ClassOf(b); });
    begin = last;
  }
}

std::u32string Composition(const std::u32string& text) {
  std::u32string composed;
  std::optional<size_t> starter;  // the last character of class 0, as a place in `composed`
  uint8_t last_class = 0;         // of the character before
  for (const char32_t code : text) {
    const uint8_t own_class = ClassOf(code);
    const bool adjacent = starter.has_value() && *starter + 1 == composed.size();
    // A mark is blocked by one of the same class, or a starter, between.
    const bool blocked = !adjacent && (own_class == 0 || last_class >= own_class);
    if (starter.has_value() && !blocked) {
      if (const auto one = Compose(composed[*starter], code); one.has_value()) {
        composed[*starter] = *one;
        continue;
      }
    }
    if (own_class == 0) starter = composed.size();
    last_class = own_class;
    composed.push_back(code);
  }
  return composed;
}

}  // namespace

bool IsNormalFormC(const std::u32string& text) {
  const bool plain =
      std::all_of(text.begin(), text.end(), [](char32_t code) { return code < kFirstCombining; });
  if (plain) return true;
  std::u32string decomposed;
  for (const char32_t code : text) {
    if (FindRange(kReplaced, code) != nullptr) return false;
    AppendDecomposed(code, decomposed);
  }
  Order(decomposed);
  return Composition(decomposed) == text;
}

}  // namespace votum
