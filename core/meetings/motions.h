// Motions: the questions put to a meeting, elections among them, and demands how to vote on them.
//
// A motion is put once. One that was entered wrongly is taken back before its vote is opened; a vote
// that went wrong is not repaired: the motion is proposed again under another id. Votes reports the course of a motion's vote.
#ifndef VOTUM_CORE_MEETINGS_MOTIONS_H_
#define VOTUM_CORE_MEETINGS_MOTIONS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/command/command_context.h"
#include "core/describe.h"
#include "core/directory/directory_machine.h"
#include "core/meetings/agenda_machine.h"
#include "core/meetings/correction.h"
#include "core/meetings/sittings.h"
#include "core/table.h"
#include "votum/meetings/v1/corrections.pb.h"
#include "votum/meetings/v1/proceedings.pb.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::meetings {

// A demand for a mode.
struct DemandEntry {
  v1::VoteMode mode = v1::VOTE_MODE_UNSPECIFIED;
  std::string person_id;
  std::string faction_id;
  VOTUM_FIELDS(mode, person_id, faction_id)
};

// A question put to a meeting.
struct MotionEntry {
  std::string id;
  std::string meeting_id;
  std::string item_id;
  std::string proposition;
  v1::Polarity polarity = v1::POLARITY_UNSPECIFIED;
  std::string rule_key;                   // as given; empty for the ordinary majority
  std::string mover_id;                   // empty for the chair
  std::string vote_event_id;              // the vote on it; empty before
  bool is_public = false;                 // whether the item was public when the motion was put
  std::string norm;                       // under which it is decided; may be empty
  std::vector<v1::Candidate> candidates;  // empty for a motion
  std::string runoff_of;                  // the vote before; empty for none
  uint32_t seats = 0;                     // above 0: candidates are lists
  std::vector<DemandEntry> demands;
  std::optional<CorrectionEntry> withdrawn;
  // Elections by secret ballot: how many candidates a ballot names, and how many are elected; 0
  // means 1.
  uint32_t choose_min = 0;
  uint32_t choose_max = 0;
  uint32_t places = 0;
  VOTUM_FIELDS(id, meeting_id, item_id, proposition, polarity, rule_key, mover_id, vote_event_id,
               is_public, norm, candidates, runoff_of, seats, demands, withdrawn, choose_min,
               choose_max, places)
};

// All that this machine remembers. A copy shares its entries.
struct MotionsState {
  Table<std::string, MotionEntry> motions;  // by id
  // The candidates of the second ballot, by the vote whose result asks for it.
  Table<std::string, std::set<std::string>> runoffs;
  VOTUM_FIELDS(motions, runoffs)
};

// Not thread-safe.
class Motions {
 public:
  // All outlive this object.
  Motions(const directory::DirectoryMachine& directory, const AgendaMachine& agenda,
          const Sittings& sittings)
      : directory_(directory), agenda_(agenda), sittings_(sittings) {}
  Motions(const Motions&) = delete;
  Motions& operator=(const Motions&) = delete;

  // Commands. voting.proto and proceedings.proto say who may give each, and what it checks.
  absl::Status Check(const CommandContext& context, const v1::ProposeMotion& command) const;
  absl::Status Check(const CommandContext& context, const v1::DemandMode& command) const;
  absl::Status Check(const CommandContext& context, const v1::WithdrawMotion& command) const;

  // The effects; only after Check was OK in the same state.
  void Apply(const CommandContext& context, const v1::ProposeMotion& command);
  void Apply(const CommandContext& context, const v1::DemandMode& command);
  void Apply(const CommandContext& context, const v1::WithdrawMotion& command);

  // Null where there is none.
  const MotionEntry* Find(absl::string_view id) const;
  // The motion, if it belongs to that meeting and stands: NOT_FOUND/NO_SUCH_MOTION;
  // FAILED_PRECONDITION/MOTION_WITHDRAWN.
  absl::StatusOr<const MotionEntry*> FindStanding(absl::string_view meeting_id,
                                                  absl::string_view motion_id) const;
  // Shows everything; ForReader (redaction.h) takes out what a reader may not see.
  // NOT_FOUND/NO_SUCH_MOTION.
  absl::StatusOr<v1::Motion> Get(absl::string_view id) const;

  const MotionsState& state() const { return state_; }
  void Restore(MotionsState state) { state_ = std::move(state); }

  // Only for Votes: the motion is put to the vote, or a vote ended with the call for a second
  // ballot between these candidates.
  void PutToVote(absl::string_view motion_id, absl::string_view vote_event_id);
  void RunoffCalled(absl::string_view vote_event_id, std::set<std::string> candidate_ids);

 private:
  // The candidates of an election: INVALID_ARGUMENT/BAD_CANDIDATES;
  // FAILED_PRECONDITION/NO_ELECTION_RULE.
  absl::Status CheckCandidates(const SittingEntry& sitting, const v1::ProposeMotion& command) const;

  const directory::DirectoryMachine& directory_;
  const AgendaMachine& agenda_;
  const Sittings& sittings_;
  MotionsState state_;
};

// Whether a ballot may name several candidates.
inline bool NamesSeveral(const MotionEntry& motion) { return motion.choose_max > 1; }

// The position of the candidate with that id, in the motion's order; the number of candidates if none
// stands under it.
size_t FindCandidate(const MotionEntry& motion, absl::string_view candidate_id);

// The rules have that majority: INVALID_ARGUMENT/UNKNOWN_RULE.
absl::Status CheckRule(const rules::v1::RuleProfile& profile, absl::string_view rule_key);

}  // namespace votum::meetings

#endif  // VOTUM_CORE_MEETINGS_MOTIONS_H_
