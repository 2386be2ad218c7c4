#include "clients/cli/words.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"

namespace votum::cli {
namespace {

constexpr absl::string_view kBlanks = " \t\r";
constexpr absl::string_view kEscapable = "\"\\$`";

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

}  // namespace votum::cli
