// The command line's part of the declarations of commands (proto/votum/common/v1/options.proto).
#ifndef VOTUM_CLIENTS_CLI_DECLARED_COMMANDS_H_
#define VOTUM_CLIENTS_CLI_DECLARED_COMMANDS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "clients/cli/fields.h"
#include "core/fold/domains.h"
#include "google/protobuf/descriptor.h"

namespace votum::cli {

// How acts of two persons of a domain are confirmed and contradicted at the command line.
struct SecondVerbs {
  absl::string_view confirm;     // "votum meeting confirm"
  absl::string_view contradict;  // empty where nobody is concerned
  absl::string_view scope;  // the field of the command that both name with --id; empty for none
};
SecondVerbs SecondVerbsOf(Domain domain);

// The help of the command that declares `verb`, "motion demand". Ends the program if there is none:
// then the verb has neither its own help nor a declared one.
std::string DeclaredHelp(const std::string& verb);

// The options that the fields of `command` declare, in their order; the options of a message field
// stand in its place.
std::vector<FieldOption> DeclaredOptions(const google::protobuf::Descriptor& command);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_DECLARED_COMMANDS_H_
