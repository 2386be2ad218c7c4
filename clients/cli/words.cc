#include "clients/cli/words.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"

namespace votum::cli {
namespace {

constexpr absl::string_view kBlanks = " \t\r";
constexpr absl::string_view kEscapable = "\"\\$`";
// The options of `votum` itself that take a value.
constexpr absl::string_view kWithValue[] = {
    "-c", "--context", "-o", "--output", "--timeout", "--passphrase-file", "--receipt"};

bool Contains(absl::string_view set, char c) { return set.find(c) != absl::string_view::npos; }

// Takes a quoted part, whose opening mark is `mark`, off `line`.
absl::Status TakeQuoted(char mark, absl::string_view& line, std::string& word) {
  while (!line.empty()) {
    char c = line[0];
    line.remove_prefix(1);
    if (c == mark) return absl::OkStatus();
    if (mark == '"' && c == '\\' && !line.empty() && Contains(kEscapable, line[0])) {
      c = line[0];
      line.remove_prefix(1);
    }
    word += c;
  }
  return Refuse(Reason::kUsage,
                absl::StrCat("the quotation mark ", std::string(1, mark), " is never closed"));
}

absl::StatusOr<std::string> TakeWord(absl::string_view& line) {
  std::string word;
  while (!line.empty() && !Contains(kBlanks, line[0])) {
    const char c = line[0];
    line.remove_prefix(1);
    if (c == '\'' || c == '"') {
      RETURN_IF_ERROR(TakeQuoted(c, line, word));
    } else if (c == '\\' && !line.empty()) {
      word += line[0];
      line.remove_prefix(1);
    } else {
      word += c;
    }
  }
  return word;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> SplitWords(absl::string_view line) {
  std::vector<std::string> words;
  for (;;) {
    while (!line.empty() && Contains(kBlanks, line[0])) line.remove_prefix(1);
    if (line.empty() || line[0] == '#') return words;
    ASSIGN_OR_RETURN(std::string word, TakeWord(line));
    words.push_back(std::move(word));
  }
}

std::vector<std::string> WordsOf(const std::vector<std::string>& arguments) {
  std::vector<std::string> words;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (!absl::StartsWith(word, "-")) words.push_back(word);
    if (std::find(std::begin(kWithValue), std::end(kWithValue), word) != std::end(kWithValue)) ++i;
  }
  return words;
}

bool AsksForJson(const std::vector<std::string>& arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--output=json" || arguments[i] == "-ojson") return true;
    const bool output = arguments[i] == "-o" || arguments[i] == "--output";
    if (output && i + 1 < arguments.size() && arguments[i + 1] == "json") return true;
  }
  return false;
}

}  // namespace votum::cli
