// A vote (Popolo: VoteEvent), from its opening on, and how it is shown. Plain data and pure
// functions; the commands are in votes.h.
#ifndef VOTUM_CORE_MEETINGS_VOTE_EVENT_H_
#define VOTUM_CORE_MEETINGS_VOTE_EVENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/describe.h"
#include "core/meetings/correction.h"
#include "core/meetings/secret_vote.h"
#include "core/meetings/sitting.h"
#include "core/table.h"
#include "votum/meetings/v1/corrections.pb.h"
#include "votum/meetings/v1/secret_votes.pb.h"
#include "votum/meetings/v1/voting.pb.h"
#include "votum/rules/v1/rule_profile.pb.h"

namespace votum::meetings {

struct MotionEntry;

// The vote of one member that counts.
struct VoteEntry {
  v1::Choice choice = v1::CHOICE_UNSPECIFIED;
  bool paper = false;
  std::string command_id;       // of the record that decides; a correction must name it
  uint64_t index = 0;           // of the same record
  std::string candidate_id;     // in an election, with Yes
  uint64_t recorded_index = 0;  // on paper: of the first record; `index` is the confirmation's
  std::string recorder_id;      // on paper
  std::string confirmer_id;     // on paper
  VOTUM_FIELDS(choice, paper, command_id, index, candidate_id, recorded_index, recorder_id,
               confirmer_id)
};

// A vote on paper that waits for the second person.
struct PendingPaperEntry {
  v1::Choice choice = v1::CHOICE_UNSPECIFIED;
  std::string recorder_id;
  uint64_t index = 0;
  std::string candidate_id;
  VOTUM_FIELDS(choice, recorder_id, index, candidate_id)
};

// A count of ballot papers.
struct BallotCountEntry {
  v1::Tally tally;
  std::string recorder_id;
  bool confirmed = false;
  VOTUM_FIELDS(tally, recorder_id, confirmed)
};

// A proven error (defects.h).
struct DefectEntry {
  CorrectionEntry correction;
  v1::DefectKind kind = v1::DEFECT_KIND_UNSPECIFIED;
  std::string person_id;  // empty for papers counted wrongly
  v1::Choice choice = v1::CHOICE_UNSPECIFIED;
  std::string candidate_id;
  v1::Tally tally;
  VOTUM_FIELDS(correction, kind, person_id, choice, candidate_id, tally)
};

// A vote. Its rule profile stands in the directory, so that a ballot does not copy it.
struct VoteEventEntry {
  std::string id;
  std::string meeting_id;
  std::string motion_id;
  v1::VoteMode mode = v1::VOTE_MODE_UNSPECIFIED;
  v1::VoteEventState state = v1::VOTE_EVENT_STATE_UNSPECIFIED;

  // Frozen by OpenVote.
  std::vector<std::string> electorate;  // ascending
  PersonSet excluded;                   // members in conflict on the item
  uint32_t statutory_number = 0;        // base of the quorum
  uint32_t seated_number = 0;           // members in office with voting right
  uint64_t profile_index = 0;           // of the record that adopted the meeting's rules
  absl::Time opened;
  bool second_call = false;          // of an item that was postponed for want of a quorum
  bool second_call_noticed = false;  // and the second invitation said so

  // Grow while the vote is open.
  Table<std::string, VoteEntry> votes;                   // by person
  Table<std::string, PendingPaperEntry> pending_papers;  // by person
  Table<std::string, std::string> ballots;  // secret votes: who recorded it, by who put in a paper

  std::optional<BallotCountEntry> count;  // secret votes, after closing

  std::optional<SecretVoteEntry> secret;  // secret votes on devices

  std::optional<absl::Time> closed;
  uint64_t close_index = 0;
  std::optional<v1::Result> result;  // once established
  absl::Time established_time;       // of the record that established it; 1970 before
  std::vector<DefectEntry> defects;  // in the order of being recorded
  VOTUM_FIELDS(id, meeting_id, motion_id, mode, state, electorate, excluded, statutory_number,
               seated_number, profile_index, opened, second_call, second_call_noticed, votes,
               pending_papers, ballots, count, secret, closed, close_index, result,
               established_time, defects)
};

// The vote as a resource, without computed_result.
v1::VoteEvent ToVoteEvent(const VoteEventEntry& event, const MotionEntry& motion,
                          const rules::v1::RuleProfile& profile);
// The part of the vote on devices, which it must have, without trackers.
v1::SecretVote ToSecretVote(const VoteEventEntry& event, const MotionEntry& motion);

}  // namespace votum::meetings

#endif  // VOTUM_CORE_MEETINGS_VOTE_EVENT_H_
