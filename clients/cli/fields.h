// Converts command-line options to fields of a message, and fields to words, by the message's
// descriptor.
#ifndef VOTUM_CLIENTS_CLI_FIELDS_H_
#define VOTUM_CLIENTS_CLI_FIELDS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace votum::cli {

enum class Need {
  kRequired,
  kOptional,
  kSelf,  // defaults to the acting person
};

// An option that sets a field.
struct FieldOption {
  std::string flag;   // "--id"
  std::string field;  // path in the message: "text.title"
  std::string help;
  Need need = Need::kRequired;
};

// The field that `option` gives in messages like `prototype`.
const google::protobuf::FieldDescriptor* FieldOf(const google::protobuf::Message& prototype,
                                                 const FieldOption& option);

// The kind of value that `field` takes, for a help text: "TEXT", "NUMBER", "yes|no|abstain".
std::string ValueKind(const google::protobuf::FieldDescriptor* field);

// Sets the fields of `message` from the options of a command line, with one list of values for each
// option. INVALID_ARGUMENT/USAGE for a required field that is neither given nor already set, and
// for an option given twice whose field takes one value.
absl::Status FillFields(const std::vector<FieldOption>& options,
                        const std::vector<std::vector<std::string>>& values,
                        const std::string& self, google::protobuf::Message* message);

// Sets the field at `path` ("text.title") of `message` from `values` (several for a repeated
// field):
//   text                 as given; "@FILE" for a file's content, "@-" for standard input
//   numbers              decimal
//   yes or no            of booleans
//   enums                the word without its prefix, in lower case: "roll-call" for
//                        VOTE_MODE_ROLL_CALL
//   times                RFC 3339, "2026-12-01T17:00:00+01:00"
//   bytes                hexadecimal
// INVALID_ARGUMENT/USAGE, with a message that names the expected form and `option`, which gave the
// values; without an option, the path.
absl::Status SetField(google::protobuf::Message* message, const std::string& path,
                      const std::vector<std::string>& values, absl::string_view option = {});

// One value of `field` in words; `index` selects the value of a repeated field. Messages have no
// words, except times (rules/calendar.h, TimeText).
std::string ValueText(const google::protobuf::Message& message,
                      const google::protobuf::FieldDescriptor* field, int index);

// The value of the field at `path` for a cell of a table: the first line of a text, all texts of a
// repeated field, or the number of messages in it. Along the path, the last message of a repeated
// field is used.
std::string FieldText(const google::protobuf::Message& message, const std::string& path);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_FIELDS_H_
