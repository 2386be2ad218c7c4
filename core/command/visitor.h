// How a state machine shows its whole state: as resources in a fixed order.
//
// Two machines are in the same state iff they visit the same messages in the same order. The fold
// hashes the visited messages to compare projections; `votum audit` compares its own hashes with
// those that services report.
#ifndef VOTUM_CORE_COMMAND_VISITOR_H_
#define VOTUM_CORE_COMMAND_VISITOR_H_

#include <functional>

#include "google/protobuf/message.h"

namespace votum {

using ResourceVisitor = std::function<void(const google::protobuf::Message& resource)>;

}  // namespace votum

#endif  // VOTUM_CORE_COMMAND_VISITOR_H_
