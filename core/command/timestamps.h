// Protobuf timestamps to and from absl::Time. Records and the state have whole microseconds.
#ifndef VOTUM_CORE_COMMAND_TIMESTAMPS_H_
#define VOTUM_CORE_COMMAND_TIMESTAMPS_H_

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace votum {

// `time` cut to whole microseconds.
google::protobuf::Timestamp ToTimestamp(absl::Time time);

// The time that `timestamp` gives, cut to whole microseconds: so that what a command states can be
// kept as state (core/describe.h).
absl::Time FromTimestamp(const google::protobuf::Timestamp& timestamp);

}  // namespace votum

#endif  // VOTUM_CORE_COMMAND_TIMESTAMPS_H_
