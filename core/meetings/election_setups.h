// Sets up a secret vote on devices when its vote is opened: the election is made from the motion,
// the server's key and the key of a finished ceremony. No election and no server key is used twice.
#ifndef VOTUM_CORE_MEETINGS_ELECTION_SETUPS_H_
#define VOTUM_CORE_MEETINGS_ELECTION_SETUPS_H_

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "core/describe.h"
#include "core/directory/directory_machine.h"
#include "core/meetings/key_ceremonies.h"
#include "core/meetings/motions.h"
#include "core/meetings/secret_vote.h"
#include "core/table.h"
#include "crypto/election/election_memo.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::meetings {

// All that this machine remembers. A copy shares its entries.
struct ElectionSetupsState {
  Table<std::string, ElectionTexts> elections;  // by vote
  // Those of all votes.
  Table<std::string, std::monostate> election_uuids;
  Table<std::string, std::monostate> server_keys;
  VOTUM_FIELDS(elections, election_uuids, server_keys)
};

// How many verified ballots a process remembers at least: those between acceptance and fold.
inline constexpr size_t kRememberedBallots = 4096;

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
  absl::Status Check(const SittingEntry& sitting, const MotionEntry& motion,
                     const v1::OpenVote& command) const;
  // Only after Check was OK in the same state.
  SecretVoteEntry SetUp(const SittingEntry& sitting, const MotionEntry& motion,
                        const v1::OpenVote& command);

  // REQUIRES: the vote was set up.
  const ElectionTexts& TextsOf(absl::string_view vote_event_id) const {
    return *state_.elections.Find(vote_event_id);
  }
  std::shared_ptr<const election::ElectionSetup> SetupOf(absl::string_view vote_event_id) const {
    const ElectionTexts& texts = TextsOf(vote_event_id);
    return memo_->SetupOf(texts.election_json, texts.trustees_json);
  }

  // No part of the state: filled ahead of Check, without holding the state, and changes no result.
  const std::shared_ptr<election::ElectionMemo>& memo() const { return memo_; }
  // Remembers together with `other`, another state of the same log.
  void ShareMemo(const ElectionSetups& other) { memo_ = other.memo_; }

  const ElectionSetupsState& state() const { return state_; }
  void Restore(ElectionSetupsState state) { state_ = std::move(state); }

 private:
  const directory::DirectoryMachine& directory_;
  const KeyCeremonies& ceremonies_;
  ElectionSetupsState state_;
  std::shared_ptr<election::ElectionMemo> memo_ =
      std::make_shared<election::ElectionMemo>(kRememberedBallots);
};

}  // namespace votum::meetings

#endif  // VOTUM_CORE_MEETINGS_ELECTION_SETUPS_H_
