// All commands, one row each, made from their declarations (proto/votum/common/v1/options.proto)
// and from the machine that has Check and Apply for them. No row is written by hand: a new message
// with the option votum.common.v1.command is a row, and does not compile before a machine knows it.
#ifndef VOTUM_CORE_FOLD_COMMAND_TABLE_H_
#define VOTUM_CORE_FOLD_COMMAND_TABLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/command/command_context.h"
#include "core/command/reach.h"
#include "core/fold/world.h"
#include "google/protobuf/message.h"
#include "votum/common/v1/command.pb.h"
#include "votum/common/v1/options.pb.h"

namespace votum {

struct CommandType {
  std::string payload_type;  // "application/vnd.votum.meetings.v1.CastVote+protobuf"
  std::string name;          // "CastVote"
  Domain domain;             // by the message's package
  // The declaration: whose signature is needed, with which office.
  const common::v1::CommandOptions* options;
  const google::protobuf::Message* prototype;
  const common::v1::CommandHeader& (*header)(const google::protobuf::Message&);
  absl::Status (*check)(const World&, const CommandContext&, const google::protobuf::Message&);
  void (*apply)(World&, const CommandContext&, const google::protobuf::Message&);

  // The reach of the record of `command` if it is in effect, in the state before it.
  Reach ReachOf(const World& world, const google::protobuf::Message& command) const;
  // The longest time by which header.not_after may exceed the record's time.
  absl::Duration LongestValidity() const;
  // Whether a record of it waits for a second person: see core/fold/acts.h.
  bool NeedsSecond() const { return !options->second().empty(); }
  // The first and the last version of the log in which it may be given: see core/VERSIONS.md.
  uint32_t Since() const;
  uint32_t Until() const;
};

// The longest validity of commands that declare none: they are sent at once, possibly over a bad
// network and by a clock that is slightly off.
inline constexpr absl::Duration kLongestValidity = absl::Minutes(15);

// All rows.
const std::vector<CommandType>& CommandTable();

// The row of `payload_type`; null if there is none.
const CommandType* FindCommandType(absl::string_view payload_type);

}  // namespace votum

#endif  // VOTUM_CORE_FOLD_COMMAND_TABLE_H_
