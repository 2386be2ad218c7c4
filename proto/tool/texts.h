// The texts that derive from the declarations of commands, and their places in committed files.
#ifndef VOTUM_PROTO_TOOL_TEXTS_H_
#define VOTUM_PROTO_TOOL_TEXTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/tool/declarations.h"

namespace votum::generate {

// "votum/commands.h": includes the messages of all commands and lists them as
// VOTUM_COMMANDS(X), X(meetings::v1::CastVote) for each.
std::string CommandsHeader(const std::vector<Command>& commands);

// A generated part of a committed file, between a line that contains "generated: NAME" and the next
// one that contains "end of what is generated".
struct Section {
  std::string path;  // from the root of the repository
  std::string name;
  std::string text;
};

// The RPCs in the service contracts, the tables in the services' READMEs and in docs/protocol.md.
std::vector<Section> Sections(const std::vector<Command>& commands);

// `file` with the text of `section` in its place. NOT_FOUND if it has no such place.
absl::StatusOr<std::string> WithSection(absl::string_view file, const Section& section);

}  // namespace votum::generate

#endif  // VOTUM_PROTO_TOOL_TEXTS_H_
