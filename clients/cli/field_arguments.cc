#include "clients/cli/field_arguments.h"

#include <algorithm>
#include <iterator>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/cli.h"
#include "clients/cli/people.h"
#include "google/protobuf/util/json_util.h"

namespace votum::cli {
namespace {

// The fields of commands and requests that name people, by what their names end with.
constexpr absl::string_view kPeople[] = {"person_id", "mover_id", "trustee_ids"};

bool NamesPeople(const FieldOption& option) {
  return std::any_of(std::begin(kPeople), std::end(kPeople), [&option](absl::string_view name) {
    return absl::EndsWith(option.field, name);
  });
}

}  // namespace

void FieldArguments::AddTo(Command verb, bool with_file) {
  for (size_t i = 0; i < options_.size(); ++i) {
    const FieldOption& option = options_[i];
    std::string kind = NamesPeople(option) ? "ID|NAME" : ValueKind(FieldOf(prototype_, option));
    if (option.need == Need::kRequired) kind += " REQUIRED";
    verb->add_option(option.flag, values_[i],
                     option.need == Need::kSelf ? option.help + ", if not yourself" : option.help)
        ->option_text(kind)
        ->allow_extra_args(false);
  }
  if (with_file) {
    verb->add_option("--file", file_, "A JSON file with the fields that no option gives")
        ->option_text("FILE");
  }
}

absl::Status FieldArguments::Fill(const Run& run, google::protobuf::Message* message) const {
  if (!file_.empty()) RETURN_IF_ERROR(ReadJsonFile(file_, message));
  std::string self;
  if (std::any_of(options_.begin(), options_.end(),
                  [](const FieldOption& option) { return option.need == Need::kSelf; })) {
    ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
    self = client->context().person_id;
  }
  ASSIGN_OR_RETURN(const auto values, WithPersonIds(run));
  return FillFields(options_, values, self, message);
}

absl::StatusOr<std::vector<std::vector<std::string>>> FieldArguments::WithPersonIds(
    const Run& run) const {
  std::vector<std::vector<std::string>> values = values_;
  for (size_t i = 0; i < options_.size(); ++i) {
    if (!NamesPeople(options_[i]) || values[i].empty()) continue;
    ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
    for (std::string& value : values[i]) {
      ASSIGN_OR_RETURN(value, PersonId(*client, value));
    }
  }
  return values;
}

absl::Status ReadJsonFile(const std::string& path, google::protobuf::Message* message) {
  ASSIGN_OR_RETURN(const std::string text, TextOf(absl::StrCat("@", path)));
  const auto parsed = google::protobuf::util::JsonStringToMessage(text, message);
  if (parsed.ok()) return absl::OkStatus();
  return Refuse(Reason::kBadFile, absl::StrCat(path, ": ", std::string(parsed.message())));
}

}  // namespace votum::cli
