// What the declarations of commands (proto/votum/common/v1/options.proto) say about the command
// line.
#ifndef VOTUM_CLIENTS_CLI_DECLARED_COMMANDS_H_
#define VOTUM_CLIENTS_CLI_DECLARED_COMMANDS_H_

#include <string>
#include <vector>

#include "clients/cli/fields.h"
#include "google/protobuf/descriptor.h"

namespace votum::cli {

// The help of the command that declares `verb`, "motion demand". Ends the program if there is none:
// then a verb has neither a help of its own nor one that is declared.
const std::string& DeclaredHelp(const std::string& verb);

// The options that the fields of `command` declare, in their order; those of a message in it stand
// in its place.
std::vector<FieldOption> DeclaredOptions(const google::protobuf::Descriptor& command);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_DECLARED_COMMANDS_H_
