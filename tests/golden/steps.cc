#include "tests/golden/steps.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "core/fold/command_table.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"

namespace votum::testing {
namespace {

using google::protobuf::Message;

struct Step {
  std::string text;
  int line = 0;  // of the file, from 1
};

std::vector<Step> StepsIn(absl::string_view file) {
  std::vector<Step> steps;
  int number = 0;
  for (const absl::string_view line : absl::StrSplit(file, '\n')) {
    ++number;
    if (absl::StripAsciiWhitespace(line).empty() || line[0] == '#') continue;
    if (line[0] == ' ' && !steps.empty()) {
      absl::StrAppend(&steps.back().text, line);
    } else {
      steps.push_back({std::string(line), number});
    }
  }
  return steps;
}

// Gathers what the parser says.
class Complaints final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int, int column, const std::string& message) override {
    absl::StrAppend(&text_, text_.empty() ? "" : "; ", "column ", column + 1, ": ", message);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// "CastVote meeting_id: ..."
absl::StatusOr<std::unique_ptr<Message>> ParseCommand(absl::string_view text) {
  const std::pair<std::string, std::string> parts =
      absl::StrSplit(absl::StripAsciiWhitespace(text), absl::MaxSplits(' ', 1));
  for (const CommandType& type : CommandTable()) {
    if (type.name != parts.first) continue;
    std::unique_ptr<Message> command(type.prototype->New());
    Complaints complaints;
    google::protobuf::TextFormat::Parser parser;
    parser.RecordErrorsTo(&complaints);
    if (parser.ParseFromString(parts.second, command.get())) return command;
    return absl::InvalidArgumentError(complaints.text());
  }
  return absl::InvalidArgumentError(absl::StrCat("there is no command ", parts.first));
}

absl::StatusOr<std::string> FillIn(std::string text, const Values& values) {
  for (size_t begin = text.find("${"); begin != std::string::npos; begin = text.find("${")) {
    const size_t end = text.find('}', begin);
    if (end == std::string::npos) return absl::InvalidArgumentError("a ${ has no }");
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(text.substr(begin + 2, end - begin - 2), absl::MaxSplits(' ', 1));
    const auto value = values.find(parts.first);
    if (value == values.end())
      return absl::InvalidArgumentError(absl::StrCat("there is no value ", parts.first));
    ASSIGN_OR_RETURN(const std::string filled, value->second(parts.second));
    text.replace(begin, end - begin + 1, filled);
  }
  return text;
}

absl::Status GiveOne(const std::string& author, bool too_late, const std::string& text,
                     const Values& values, Chronicle* chronicle) {
  ASSIGN_OR_RETURN(const std::string filled, FillIn(text, values));
  ASSIGN_OR_RETURN(const std::unique_ptr<Message> command, ParseCommand(filled));
  return too_late ? chronicle->Hold(author, command.get()) : chronicle->Give(author, command.get());
}

// As `author`, or as "FIRST+SECOND", who gives the act and who confirms it.
absl::Status TakeOne(const std::string& author, bool too_late, const std::string& text,
                     const Values& values, Chronicle* chronicle) {
  const std::vector<std::string> persons = absl::StrSplit(author, '+');
  RETURN_IF_ERROR(GiveOne(persons[0], too_late, text, values, chronicle));
  if (persons.size() == 1) return absl::OkStatus();
  const std::string name = text.substr(0, text.find(' '));
  const std::string acts = absl::StrCat(" acts { ${act ", name, " ", persons[0], "} }");
  std::string confirm = absl::StrCat("Confirm", acts);
  // An act of a meeting or a round begins with the name of that.
  constexpr std::pair<absl::string_view, absl::string_view> kScopes[] = {
      {" meeting_id: \"", "ConfirmMeetingActs"}, {" round_id: \"", "ConfirmVoters"}};
  for (const auto& [field, command] : kScopes) {
    absl::string_view rest(text);
    if (absl::ConsumePrefix(&rest, absl::StrCat(name, field)))
      confirm = absl::StrCat(command, field, rest.substr(0, rest.find('"')), "\"", acts);
  }
  return GiveOne(persons[1], too_late, confirm, values, chronicle);
}

// "5m", or "until 2026-11-01T22:58:00Z"
absl::StatusOr<absl::Duration> HowLong(absl::string_view text, absl::Time now) {
  absl::Duration duration;
  if (absl::ParseDuration(text, &duration)) return duration;
  absl::Time time;
  std::string error;
  if (absl::ConsumePrefix(&text, "until ") &&
      absl::ParseTime(absl::RFC3339_sec, text, &time, &error))
    return time - now;
  return absl::InvalidArgumentError(absl::StrCat(text, " is neither a duration nor a time"));
}

// "stops at 2h", or "starts at 2h"
absl::Status SetClock(absl::string_view text, Chronicle* chronicle) {
  const bool stops = absl::ConsumePrefix(&text, "stops at ");
  if (!stops && !absl::ConsumePrefix(&text, "starts at "))
    return absl::InvalidArgumentError("a clock stops at DURATION, or starts at DURATION");
  const absl::Time now = chronicle->log().time();
  ASSIGN_OR_RETURN(const absl::Duration duration, HowLong(text, now));
  if (stops) {
    chronicle->log().StopClock(now + duration);
  } else {
    chronicle->log().StartClock(now + duration);
  }
  return absl::OkStatus();
}

absl::Status Take(absl::string_view step, const Values& values, Chronicle* chronicle) {
  if (absl::ConsumePrefix(&step, "wait ")) {
    ASSIGN_OR_RETURN(const absl::Duration duration, HowLong(step, chronicle->log().time()));
    return chronicle->Wait(duration);
  }
  if (absl::ConsumePrefix(&step, "clock ")) return SetClock(step, chronicle);
  const size_t colon = step.find(": ");
  if (colon == absl::string_view::npos)
    return absl::InvalidArgumentError(
        "a step is PERSON: COMMAND FIELDS, wait DURATION, or clock stops|starts at DURATION");
  absl::string_view persons = step.substr(0, colon);
  const absl::string_view command = step.substr(colon + 2);
  const bool too_late = absl::ConsumeSuffix(&persons, "?");
  const size_t bar = persons.find(" | ");
  const std::string giver(bar == absl::string_view::npos ? "" : persons.substr(0, bar));
  if (!giver.empty()) persons.remove_prefix(bar + 3);
  for (const absl::string_view each : absl::StrSplit(persons, ' ')) {
    const std::string author = giver.empty() ? std::string(each) : giver;
    const std::string text = absl::StrReplaceAll(command, {{"$each", each}});
    RETURN_IF_ERROR(TakeOne(author, too_late, text, values, chronicle));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status TakeSteps(const std::string& path, const Values& values, Chronicle* chronicle) {
  ASSIGN_OR_RETURN(const std::string file, ReadFile(path));
  for (const Step& step : StepsIn(file)) {
    const absl::Status taken = Take(step.text, values, chronicle);
    if (taken.ok()) continue;
    return absl::Status(taken.code(), absl::StrCat(path, ":", step.line, ": ", step.text, "\n  ",
                                                   taken.ToString()));
  }
  return absl::OkStatus();
}

}  // namespace votum::testing
