// All commands as their messages declare them (proto/votum/common/v1/options.proto).
#ifndef VOTUM_PROTO_TOOL_DECLARATIONS_H_
#define VOTUM_PROTO_TOOL_DECLARATIONS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.pb.h"
#include "votum/common/v1/options.pb.h"

namespace votum::generate {

struct Command {
  std::string name;    // "CastVote"
  std::string domain;  // "meetings"
  std::string file;    // "votum/meetings/v1/voting.proto"
  common::v1::CommandOptions options;
};

// By file, and within a file in its order. FAILED_PRECONDITION with everything that is wrong in the
// declarations.
absl::StatusOr<std::vector<Command>> ReadCommands(
    const google::protobuf::FileDescriptorSet& contracts);

}  // namespace votum::generate

#endif  // VOTUM_PROTO_TOOL_DECLARATIONS_H_
