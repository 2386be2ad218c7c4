#include "platform/arguments/usage.h"

#include <algorithm>
#include <cstddef>
#include <iostream>
#include <iterator>

#include "CLI/CLI.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "base/nearest.h"
#include "base/refusal.h"

namespace votum {
namespace {

constexpr int kUsage = 2;
// More commands than these are not listed in an error.
constexpr size_t kCommandsShown = 25;
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
  if (!absl::StartsWith(word, "-")) return SubcommandsOf(app);
  std::vector<std::string> candidates;
  for (const CLI::App* at = &app; at != nullptr; at = at->get_parent()) {
    for (const CLI::Option* option : at->get_options()) {
      for (const std::string& name : option->get_lnames()) candidates.push_back("--" + name);
    }
  }
  return candidates;
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
  return plain ? "" : absl::StrCat("\"", text, "\" is not a decimal number without leading zeros");
}

bool HasEmptyItem(absl::string_view list, char delimiter) {
  const std::string twice(2, delimiter);
  return list.empty() || list.front() == delimiter || list.back() == delimiter ||
         absl::StrContains(list, twice);
}

// The parts of `text` before and after `mark`; the whole text twice if it is not there.
std::pair<std::string, std::string> SplitAt(const std::string& text, absl::string_view mark) {
  const size_t at = text.find(std::string(mark));
  if (at == std::string::npos) return {text, text};
  return {text.substr(0, at), text.substr(at + mark.size())};
}

// "--id is required"; "A subcommand is required".
std::string Missing(const CLI::App& at, const std::string& what) {
  const std::string name = SplitAt(what, " is required").first;
  const CLI::Option* option = at.get_option_no_throw(name);
  if (option != nullptr) return absl::StrCat(name, " is missing: ", option->get_description());
  const std::vector<std::string> commands = SubcommandsOf(at);
  if (commands.empty()) return absl::StrCat(name, " is missing");
  return commands.size() > kCommandsShown
             ? "a command is missing"
             : absl::StrCat("a command is missing: ", absl::StrJoin(commands, ", "));
}

// "--output: xml not in {table,json}"; "--jobs: Value 0 not in range 1 to 256"; "--x: " and what
// one of our own checks complains about.
std::string WrongValue(const CLI::App& /*at*/, const std::string& what) {
  const auto [name, complaint] = SplitAt(what, ": ");
  absl::string_view rest = complaint;
  if (absl::ConsumePrefix(&rest, "Value ") && absl::StrContains(rest, " not in range ")) {
    const auto [value, range] = SplitAt(std::string(rest), " not in range ");
    return absl::StrCat(name, ": \"", value, "\" is not a number from ", range);
  }
  if (absl::StrContains(complaint, " not in {")) {
    auto [value, list] = SplitAt(complaint, " not in {");
    list.resize(std::min(list.find('}'), list.size()));
    return absl::StrCat(name, ": \"", value, "\" is none of ",
                        absl::StrReplaceAll(list, {{",", ", "}}));
  }
  return what;
}

// "--id: 1 required TEXT missing"; "--id: At Most 1 required but received 2"; "--yes was given a
// disallowed flag override".
std::string WrongCount(const CLI::App& /*at*/, const std::string& what) {
  if (absl::StrContains(what, " was given a disallowed"))
    return absl::StrCat(SplitAt(what, " was given").first, " takes no value");
  const std::string name = SplitAt(what, ": ").first;
  if (!absl::StrContains(what, "At Most")) return absl::StrCat(name, " needs a value");
  return absl::StrCat(name, " is given ", SplitAt(what, "received ").second,
                      " times; give it once");
}

// "Could not convert: --count = 99999999999"; "--yes: Should be true/false or a number".
std::string Unreadable(const CLI::App& /*at*/, const std::string& what) {
  if (!absl::StartsWith(what, "Could not convert: "))
    return absl::StrCat(SplitAt(what, ": ").first, " takes no value");
  const auto [name, value] = SplitAt(SplitAt(what, "convert: ").second, " = ");
  return absl::StrCat(name, ": \"", value, "\" is too large, or not a number");
}

// "--date requires --profile".
std::string Lonely(const CLI::App& /*at*/, const std::string& what) {
  const auto [name, other] = SplitAt(what, " requires ");
  return absl::StrCat(name, " needs ", other, " beside it");
}

// "--part excludes --remote".
std::string Contrary(const CLI::App& /*at*/, const std::string& what) {
  const auto [name, other] = SplitAt(what, " excludes ");
  return absl::StrCat(name, " and ", other, " do not go together; give one of them");
}

// By the names that CLI11 gives to its errors.
struct ErrorRow {
  absl::string_view name;
  std::string (*explain)(const CLI::App& at, const std::string& what);
};
constexpr ErrorRow kErrors[] = {{"RequiredError", Missing},       {"ValidationError", WrongValue},
                                {"ArgumentMismatch", WrongCount}, {"ConversionError", Unreadable},
                                {"RequiresError", Lonely},        {"ExcludesError", Contrary}};

std::string Explain(const CLI::App& at, const CLI::ParseError& error) {
  for (const ErrorRow& row : kErrors) {
    if (error.get_name() == row.name) return row.explain(at, error.what());
  }
  return error.what();
}

}  // namespace

std::vector<std::string> SubcommandsOf(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(sub->get_name());
  return names;
}

const CLI::App* SubcommandOf(const CLI::App& app, const std::string& name) {
  const auto found =
      app.get_subcommands([&name](const CLI::App* sub) { return sub->get_name() == name; });
  return found.empty() ? nullptr : found[0];
}

std::string CommandOf(const CLI::App& root) {
  std::string command = root.get_name();
  const CLI::App* at = &root;
  for (auto parsed = at->get_subcommands(); !parsed.empty(); parsed = at->get_subcommands()) {
    at = parsed[0];
    absl::StrAppend(&command, " ", at->get_name());
  }
  return command;
}

std::string UsageOf(const CLI::App& root, const CLI::ParseError& error) {
  const std::string see = absl::StrCat("see ", CommandOf(root), " --help");
  const CLI::App& at = *DeepestOf(root);
  const std::vector<std::string> unknown = root.remaining(/*recurse=*/true);
  if (unknown.empty()) return absl::StrCat(Explain(at, error), "; ", see);
  const std::string word = unknown[0].substr(0, unknown[0].find('='));
  const std::string nearest = NearestOf(word, CandidatesFor(word, at));
  const std::string guess = nearest.empty() ? "" : absl::StrCat("; did you mean ", nearest, "?");
  return absl::StrCat("there is no ", word, " here", guess, guess.empty() ? "; " : " ", see);
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

std::optional<int> ParseOrExplain(CLI::App& root, int argc, const char* const* argv) {
  TakeDecimalsOnly(root);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (const absl::Status lists = CheckLists(root, arguments); !lists.ok()) {
    std::cerr << root.get_name() << ": USAGE: " << lists.message() << "\n";
    return kUsage;
  }
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    root.parse(reversed);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return root.exit(error);
    std::cerr << CommandOf(root) << ": USAGE: " << UsageOf(root, error) << "\n";
    return kUsage;
  }
  return std::nullopt;
}

}  // namespace votum
