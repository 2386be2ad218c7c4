// Information that a state machine has about a command besides the command message itself.
#ifndef VOTUM_CORE_COMMAND_COMMAND_CONTEXT_H_
#define VOTUM_CORE_COMMAND_COMMAND_CONTEXT_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "crypto/keys.h"

namespace votum {

struct CommandContext {
  // Position in the log. When a service checks a command before appending it: the next position.
  uint64_t index = 0;
  // The record's time; never before that of an earlier record, unless an AcceptTime lies between
  // them. Before appending: the current time of the sequencer's clock.
  absl::Time time;
  // The first record from which on all records up to this one bear `time`; a record that could not
  // be seen is taken to bear it.
  uint64_t time_since = 0;
  // The version of the log in force at this position: see core/VERSIONS.md.
  uint32_t version = 1;
  // UUID; unique in the log.
  std::string command_id;
  // The person who acts: the owner of the signing key, which was active at this position. Empty for
  // commands that anybody may give. For EnrolKey: the claimed owner.
  std::string actor;
  // The key of the first signature. Verified.
  std::string key_id;
  // For an act of two persons that takes effect (core/fold/acts.h): the second person, and the
  // index of the record that confirms it. All ids above are then those of the act's own record,
  // and `time` and `version` those of the confirmation. Otherwise empty and 0.
  std::string second;
  uint64_t effect_index = 0;
  // The key that signs the log's checkpoints; null only in tests of domains that do not look at it.
  const crypto::PublicKey* log_key = nullptr;
};

}  // namespace votum

#endif  // VOTUM_CORE_COMMAND_COMMAND_CONTEXT_H_
