#include "clients/cli/passphrase.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <set>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/refusal.h"
#include "crypto/secret.h"

namespace votum::cli {
namespace {

constexpr size_t kMinCharacters = 12;
constexpr size_t kMinDifferent = 6;
constexpr size_t kMinLettersBeside = 6;
// Shorter names are parts of too many words.
constexpr size_t kMinName = 4;
// Neighbouring characters in one of these lines, in either direction, form a row.
constexpr absl::string_view kRows[] = {"abcdefghijklmnopqrstuvwxyz",
                                       "01234567890",
                                       "qwertzuiop",
                                       "qwertyuiop",
                                       "asdfghjkl",
                                       "yxcvbnm",
                                       "zxcvbnm",
                                       "1qaz",
                                       "1qay",
                                       "2wsx",
                                       "3edc",
                                       "4rfv",
                                       "5tgb",
                                       "6yhn",
                                       "6zhn",
                                       "7ujm"};
// Words that an attacker tries first.
constexpr absl::string_view kTriedFirst[] = {
    "passphrase",  "passwort",  "password", "passwd",   "kennwort",    "schluessel",
    "schlüssel",   "geheimnis", "geheim",   "secret",   "votum",       "willkommen",
    "welcome",     "letmein",   "admin",    "stadtrat", "gemeinderat", "ratsmitglied",
    "musterstadt", "rathaus",   "hallo",    "sommer",   "winter",      "herbst",
    "frühling",    "iloveyou",  "dragon",   "monkey",   "changeme",    "default",
    "test"};
constexpr absl::string_view kRule =
    ". A passphrase has at least 12 characters, 6 of them different; it repeats no part of itself, "
    "is not mostly a row, and has 6 letters beside the words that everybody tries first and your "
    "own name. Four words that have nothing to do with each other are easy to keep and hard to "
    "guess";

// The number of characters of a text in UTF-8.
size_t CharactersIn(absl::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

bool AreNeighbours(char a, char b) {
  const std::string forth = {a, b};
  const std::string back = {b, a};
  return a == b || std::any_of(std::begin(kRows), std::end(kRows), [&](absl::string_view row) {
           return absl::StrContains(row, forth) || absl::StrContains(row, back);
         });
}

// Whether more than half of the steps from one character to the next are to a neighbour.
bool IsMostlyARow(absl::string_view text) {
  size_t steps = 0;
  for (size_t i = 1; i < text.size(); ++i) steps += AreNeighbours(text[i - 1], text[i]) ? 1 : 0;
  return 2 * steps > text.size();
}

// Whether the text is a part of at most half its length, said again and again.
bool RepeatsItself(absl::string_view text) {
  for (size_t part = 1; 2 * part <= text.size(); ++part) {
    if (text.substr(part) == text.substr(0, text.size() - part)) return true;
  }
  return false;
}

// The letter that a digit or sign is written for: "p4ssw0rt".
char LetterFor(char c) {
  constexpr absl::string_view kSigns = "0134578@$!";
  constexpr absl::string_view kLetters = "oieastbasi";
  const size_t at = kSigns.find(c);
  return at == absl::string_view::npos ? c : kLetters[at];
}

// Marks where `word` stands in `text`; whether it does.
bool Mark(absl::string_view text, absl::string_view word, std::string* marks) {
  bool found = false;
  for (size_t at = text.find(word); at != absl::string_view::npos; at = text.find(word, at + 1)) {
    marks->replace(at, word.size(), word.size(), 'x');
    found = true;
  }
  return found;
}

// Whether little is left of the text beside the words that are tried first and `names`: digits and
// signs around a word are tried with it.
bool IsLittleMoreThanAWord(const std::string& text, const std::vector<std::string>& names) {
  std::string letters = text;
  std::transform(letters.begin(), letters.end(), letters.begin(), LetterFor);
  const auto wipe = absl::MakeCleanup([&letters] { crypto::WipeString(&letters); });
  std::string marks(text.size(), ' ');
  bool found = false;
  for (const absl::string_view word : kTriedFirst) found |= Mark(letters, word, &marks);
  for (const std::string& name : names) {
    // A name may have digits of its own.
    found |= Mark(text, name, &marks) || Mark(letters, name, &marks);
  }
  size_t left = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool letter = absl::ascii_isalpha(byte) || byte >= 0xC0;  // the first byte beyond ASCII
    left += letter && marks[i] == ' ' ? 1 : 0;
  }
  return found && left < kMinLettersBeside;
}

}  // namespace

absl::Status CheckPassphrase(absl::string_view passphrase, const std::vector<std::string>& names) {
  const auto refuse = [](absl::string_view what) {
    return Refuse(Reason::kPassphraseWeak, absl::StrCat("the passphrase ", what, kRule));
  };
  if (CharactersIn(passphrase) < kMinCharacters)
    return refuse(absl::StrCat("has fewer than ", kMinCharacters, " characters"));
  std::string lower = absl::AsciiStrToLower(passphrase);
  const auto wipe = absl::MakeCleanup([&lower] { crypto::WipeString(&lower); });
  if (std::set<char>(lower.begin(), lower.end()).size() < kMinDifferent)
    return refuse(absl::StrCat("has fewer than ", kMinDifferent, " different characters"));
  if (RepeatsItself(lower)) return refuse("repeats a part of itself");
  if (IsLittleMoreThanAWord(lower, names))
    return refuse("is little more than a word that is tried first, or a name");
  if (IsMostlyARow(lower)) return refuse("is mostly a row of letters, digits or keys");
  return absl::OkStatus();
}

std::vector<std::string> NamesAround(const std::string& path) {
  std::string text = std::filesystem::path(path).stem().string();
  for (const char* variable : {"USER", "LOGNAME"}) {
    if (const char* user = std::getenv(variable)) absl::StrAppend(&text, " ", user);
  }
  absl::AsciiStrToLower(&text);
  std::vector<std::string> names;
  for (const absl::string_view word : absl::StrSplit(text, absl::ByAnyChar(" .-_@"))) {
    if (word.size() >= kMinName) names.emplace_back(word);
  }
  return names;
}

}  // namespace votum::cli
