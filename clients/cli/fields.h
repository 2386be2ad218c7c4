// Options of a command line into fields of a message, by the message's own description.
#ifndef VOTUM_CLIENTS_CLI_FIELDS_H_
#define VOTUM_CLIENTS_CLI_FIELDS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace votum::cli {

// Sets the field at `path` ("text.title") of `message` from `values` (several for a repeated
// field):
//   text                 as given; "@FILE" for a file's content
//   numbers              decimal
//   enums                the word without its prefix, in lower case: "roll-call" for
//   VOTE_MODE_ROLL_CALL times                RFC 3339, "2026-12-01T17:00:00+01:00" bytes
//   hexadecimal
// INVALID_ARGUMENT/USAGE, saying what is expected.
absl::Status SetField(google::protobuf::Message* message, const std::string& path,
                      const std::vector<std::string>& values);

// The value of the field at `path` as text, for tables.
std::string FieldText(const google::protobuf::Message& message, const std::string& path);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_FIELDS_H_
