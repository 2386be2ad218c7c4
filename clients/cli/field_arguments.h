// The options of one command line that give fields of a message.
#ifndef VOTUM_CLIENTS_CLI_FIELD_ARGUMENTS_H_
#define VOTUM_CLIENTS_CLI_FIELD_ARGUMENTS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clients/cli/fields.h"
#include "google/protobuf/message.h"
#include "platform/arguments/command.h"

namespace votum::cli {

struct Run;

// Lives as long as the parser that it adds options to. `prototype` outlives it.
class FieldArguments {
 public:
  FieldArguments(const google::protobuf::Message& prototype, std::vector<FieldOption> options)
      : prototype_(prototype), options_(std::move(options)), values_(options_.size()) {}

  // Adds the options; `with_file` adds --file too, for the whole message as JSON.
  void AddTo(Command verb, bool with_file);

  // Sets the fields of `message` from --file, then from the options. INVALID_ARGUMENT/USAGE,
  // INVALID_ARGUMENT/BAD_FILE.
  absl::Status Fill(const Run& run, google::protobuf::Message* message) const;

 private:
  // The values of the options, with ids in place of the names of people.
  absl::StatusOr<std::vector<std::vector<std::string>>> WithPersonIds(const Run& run) const;

  const google::protobuf::Message& prototype_;
  const std::vector<FieldOption> options_;
  std::vector<std::vector<std::string>> values_;  // one list for each option
  std::string file_;
};

// Sets `message` from the JSON in the file at `path`: the contract's names, unknown ones refused.
// INVALID_ARGUMENT/BAD_FILE.
absl::Status ReadJsonFile(const std::string& path, google::protobuf::Message* message);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_FIELD_ARGUMENTS_H_
