// A command before it is signed, and its signing: as an honest device does it, or with a fault.
#ifndef VOTUM_TESTS_SIMULATOR_DRAFT_H_
#define VOTUM_TESTS_SIMULATOR_DRAFT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/fold/command_table.h"
#include "google/protobuf/message.h"
#include "tests/simulator/dice.h"
#include "tests/simulator/scene.h"
#include "votum/common/v1/command.pb.h"

namespace votum::simulator {

struct Draft {
  const CommandType* type = nullptr;
  std::unique_ptr<google::protobuf::Message> command;  // its header names the author
  Ids key_ids;                                         // that sign, all in the wallet

  explicit operator bool() const { return type != nullptr; }
  Draft Copy() const;
};

// The header of a command.
common::v1::CommandHeader& HeaderOf(google::protobuf::Message& command);

// Adds to a draft what an honest device does: a new command id, the deployment, a time until which the
// command is good, the newest head of the log that it has seen.
common::v1::SignedCommand Sign(Scene& scene, const Draft& draft);

// A draft signed with one of the faults of an envelope or a signature, drawn at random. No such
// command may ever be in effect.
common::v1::SignedCommand SignWithFault(Scene& scene, const Draft& draft);

// A UUID of version 4.
std::string NewCommandId(Dice& dice);

}  // namespace votum::simulator

#endif  // VOTUM_TESTS_SIMULATOR_DRAFT_H_
