// The DSSE payload type of a command: names the message, so that a signature of one command can
// never pass for another.
#ifndef VOTUM_CORE_COMMAND_PAYLOAD_TYPE_H_
#define VOTUM_CORE_COMMAND_PAYLOAD_TYPE_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"

namespace votum {

// "application/vnd.votum.meetings.v1.CastVote+protobuf".
inline std::string PayloadType(const google::protobuf::Descriptor* command) {
  return absl::StrCat("application/vnd.", command->full_name(), "+protobuf");
}

}  // namespace votum

#endif  // VOTUM_CORE_COMMAND_PAYLOAD_TYPE_H_
