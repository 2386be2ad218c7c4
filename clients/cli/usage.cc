#include "clients/cli/usage.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/refusal.h"

namespace votum::cli {
namespace {

// The options of `votum` itself that take a value.
constexpr absl::string_view kWithValue[] = {
    "-c", "--context", "-o", "--output", "--timeout", "--passphrase-file", "--receipt"};
// The names that CLI11 gives to types of numbers.
constexpr absl::string_view kNumberTypes[] = {"INT", "UINT"};

const CLI::App* DeepestOf(const CLI::App& root) {
  const CLI::App* deepest = &root;
  for (auto parsed = root.get_subcommands(); !parsed.empty(); parsed = deepest->get_subcommands())
    deepest = parsed[0];
  return deepest;
}

// The words that may stand where `word` does, at `app`: subcommands, or options with those of the
// apps above.
std::vector<std::string> CandidatesFor(absl::string_view word, const CLI::App& app) {
  std::vector<std::string> candidates;
  if (!absl::StartsWith(word, "-")) {
    for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
      candidates.push_back(sub->get_name());
    return candidates;
  }
  for (const CLI::App* at = &app; at != nullptr; at = at->get_parent()) {
    for (const CLI::Option* option : at->get_options()) {
      for (const std::string& name : option->get_lnames()) candidates.push_back("--" + name);
    }
  }
  return candidates;
}

// Optimal string alignment, by bytes.
size_t DistanceOf(absl::string_view a, absl::string_view b) {
  std::vector<std::vector<size_t>> d(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, replaced});
      const bool exchanged = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (exchanged) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

const CLI::App* SubcommandOf(const CLI::App& app, const std::string& name) {
  const auto found =
      app.get_subcommands([&name](const CLI::App* sub) { return sub->get_name() == name; });
  return found.empty() ? nullptr : found[0];
}

bool TakesNumbers(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  return std::any_of(
      std::begin(kNumberTypes), std::end(kNumberTypes), [&type](absl::string_view number) {
        return absl::StartsWith(type, number) &&
               (type.size() == number.size() || !absl::ascii_isalnum(type[number.size()]));
      });
}

// CLI11's way: a complaint, or nothing.
std::string ComplainAboutNumber(const std::string& text) {
  absl::string_view digits = text;
  if (absl::StartsWith(digits, "-")) digits.remove_prefix(1);
  const bool plain = !digits.empty() &&
                     std::all_of(digits.begin(), digits.end(), absl::ascii_isdigit) &&
                     (digits.size() == 1 || digits[0] != '0');
  return plain ? "" : absl::StrCat("\"", text, "\" is no decimal number without leading zeros");
}

bool HasEmptyItem(absl::string_view list, char delimiter) {
  const std::string twice(2, delimiter);
  return list.empty() || list.front() == delimiter || list.back() == delimiter ||
         absl::StrContains(list, twice);
}

}  // namespace

std::string CommandOf(const CLI::App& root) {
  std::string command = "votum";
  const CLI::App* at = &root;
  for (auto parsed = at->get_subcommands(); !parsed.empty(); parsed = at->get_subcommands()) {
    at = parsed[0];
    absl::StrAppend(&command, " ", at->get_name());
  }
  return command;
}

std::string UsageOf(const CLI::App& root, const CLI::ParseError& error) {
  const std::string see = absl::StrCat("see ", CommandOf(root), " --help");
  const std::vector<std::string> unknown = root.remaining(/*recurse=*/true);
  if (unknown.empty()) return absl::StrCat(error.what(), "; ", see);
  const std::string word = unknown[0].substr(0, unknown[0].find('='));
  const std::string nearest = NearestOf(word, CandidatesFor(word, *DeepestOf(root)));
  const std::string guess = nearest.empty() ? "" : absl::StrCat("; did you mean ", nearest, "?");
  return absl::StrCat("there is no ", word, " here", guess, guess.empty() ? "; " : " ", see);
}

std::string NearestOf(absl::string_view word, const std::vector<std::string>& candidates) {
  const size_t letters = word.size() - std::min(word.find_first_not_of('-'), word.size());
  size_t best = std::max<size_t>(1, letters / 3) + 1;
  std::string nearest;
  for (const std::string& candidate : candidates) {
    const size_t distance = DistanceOf(word, candidate);
    if (distance >= best) continue;
    best = distance;
    nearest = candidate;
  }
  return nearest;
}

void TakeDecimalsOnly(CLI::App& root) {
  for (CLI::Option* option : root.get_options()) {
    if (TakesNumbers(*option)) option->check(CLI::Validator(ComplainAboutNumber, "", "decimal"));
  }
  for (CLI::App* sub : root.get_subcommands([](CLI::App*) { return true; })) TakeDecimalsOnly(*sub);
}

absl::Status CheckLists(const CLI::App& root, const std::vector<std::string>& arguments) {
  const CLI::App* at = &root;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (const CLI::App* sub = SubcommandOf(*at, word)) {
      at = sub;
      continue;
    }
    if (!absl::StartsWith(word, "--")) continue;
    const size_t equals = word.find('=');
    const CLI::Option* option = at->get_option_no_throw(word.substr(0, equals));
    if (option == nullptr || option->get_delimiter() == '\0') continue;
    if (equals == std::string::npos && i + 1 == arguments.size()) continue;
    const std::string list =
        equals == std::string::npos ? arguments[i + 1] : word.substr(equals + 1);
    if (!HasEmptyItem(list, option->get_delimiter())) continue;
    return Refuse(Reason::kUsage, absl::StrCat(word.substr(0, equals), ": \"", list,
                                               "\" has an empty item; write 0 where a number is "
                                               "nothing, and leave out what is not there"));
  }
  return absl::OkStatus();
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
