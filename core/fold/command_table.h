// All commands, one row each: which domain owns it, who may give it, who may see its record,
// what checks and applies it. Coarse authority stands here and nowhere else; what depends on the
// command's content (chair of that organization, member of that electorate, a second person) is
// checked by the domain.
#ifndef VOTUM_CORE_FOLD_COMMAND_TABLE_H_
#define VOTUM_CORE_FOLD_COMMAND_TABLE_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "core/command/command_context.h"
#include "core/command/reach.h"
#include "core/fold/world.h"
#include "google/protobuf/message.h"
#include "votum/common/v1/command.pb.h"

namespace votum {

// Whose signature a command needs.
enum class Signer {
  kLogKey,   // the log key, at index 0
  kNewKey,   // a key not enrolled yet (header.public_key), beside the key of a one-time code
  kAnybody,  // an enrolled person, or any key in header.public_key with an empty actor
  kPerson,   // a person with an active key
  kOffice,   // a person with an active key and one of the offices listed
};

struct Authority {
  Signer signer;
  std::vector<directory::v1::Office> offices;  // for Signer::kOffice
};

struct CommandType {
  std::string payload_type;  // "application/vnd.votum.meetings.v1.CastVote+protobuf"
  std::string name;          // "CastVote"
  Domain domain;
  Authority authority;
  const google::protobuf::Message* prototype;
  std::function<const common::v1::CommandHeader&(const google::protobuf::Message&)> header;
  // Who may see the record if it is in effect, in the state before it.
  std::function<Reach(const World&, const google::protobuf::Message&)> reach;
  std::function<absl::Status(const World&, const CommandContext&, const google::protobuf::Message&)>
      check;
  std::function<void(World&, const CommandContext&, const google::protobuf::Message&)> apply;
};

// All rows.
const std::vector<CommandType>& CommandTable();

// The row of `payload_type`; null for none.
const CommandType* FindCommandType(absl::string_view payload_type);

}  // namespace votum

#endif  // VOTUM_CORE_FOLD_COMMAND_TABLE_H_
