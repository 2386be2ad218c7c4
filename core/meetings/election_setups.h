// Sets up a secret vote on devices when its vote is opened: the election is made from the motion,
// the server's key and the key of a finished ceremony. No election and no server key is used twice.
#ifndef VOTUM_CORE_MEETINGS_ELECTION_SETUPS_H_
#define VOTUM_CORE_MEETINGS_ELECTION_SETUPS_H_

#include <functional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "core/command/command_context.h"
#include "core/directory/directory_machine.h"
#include "core/meetings/key_ceremonies.h"
#include "core/meetings/motions.h"
#include "core/meetings/secret_vote.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::meetings {

// Not thread-safe.
class ElectionSetups {
 public:
  // Both outlive this object.
  ElectionSetups(const directory::DirectoryMachine& directory, const KeyCeremonies& ceremonies)
      : directory_(directory), ceremonies_(ceremonies) {}
  ElectionSetups(const ElectionSetups&) = delete;
  ElectionSetups& operator=(const ElectionSetups&) = delete;

  // The electronic ballots of `command` are valid: INVALID_ARGUMENT/BAD_MODE,
  // BAD_ELECTRONIC_BALLOTS and the errors of its keys; as KeyCeremonies::CheckFinished.
  absl::Status Check(const directory::OrganizationEntry& organization, const MotionEntry& motion,
                     const v1::OpenVote& command) const;
  // Only after Check was OK in the same state.
  SecretVoteEntry SetUp(const CommandContext& context,
                        const directory::OrganizationEntry& organization, const MotionEntry& motion,
                        const v1::OpenVote& command);

 private:
  const directory::DirectoryMachine& directory_;
  const KeyCeremonies& ceremonies_;
  std::set<std::string, std::less<>> election_uuids_;
  std::set<std::string, std::less<>> server_keys_;
};

}  // namespace votum::meetings

#endif  // VOTUM_CORE_MEETINGS_ELECTION_SETUPS_H_
