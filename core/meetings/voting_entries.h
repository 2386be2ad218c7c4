// What the voting machine keeps: sittings, motions, votes. Plain structs; resources are made of
// them when somebody reads.
#ifndef VOTUM_CORE_MEETINGS_VOTING_ENTRIES_H_
#define VOTUM_CORE_MEETINGS_VOTING_ENTRIES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/meetings/secret_vote.h"
#include "rules/quorum.h"
#include "votum/meetings/v1/voting.pb.h"
#include "votum/rules/v1/rule_profile.pb.h"

namespace votum::meetings {

// Person ids, ascending.
using PersonSet = std::set<std::string, std::less<>>;

// One stretch of a member's presence.
struct PresenceEntry {
  std::string person_id;
  absl::Time start;
  std::optional<absl::Time> end;  // unset while present
  std::string recorder_id;        // who recorded the coming; empty where it was the member
  bool remote = false;
};

// Where an item stands with its quorum, once somebody doubted, counted or called it again.
struct ItemQuorumEntry {
  rules::QuorumState state = rules::QuorumState::kPresumed;
  bool second_call = false;
  bool noticed = false;
  std::optional<rules::v1::Text> count;  // the newest, in words
};

// Something that kept members from taking part.
struct DisruptionEntry {
  std::string person_id;  // empty for everybody
  std::string text;
  absl::Time time;
  std::string recorder_id;
};

// A meeting in session, or one that was.
struct SittingEntry {
  std::string meeting_id;
  std::string organization_id;
  v1::SittingState state = v1::SITTING_STATE_UNSPECIFIED;
  std::vector<PresenceEntry> presences;  // in the order of coming
  // Who is present now: position of the running stretch in `presences`.
  std::map<std::string, size_t, std::less<>> present;
  // Members in conflict (Befangenheit), by item.
  std::map<std::string, PersonSet, std::less<>> conflicts;
  std::vector<std::string> motion_ids;      // in the order of being put
  std::vector<std::string> vote_event_ids;  // in the order of opening
  std::string open_vote_event_id;           // the vote that is open; empty for none
  uint64_t revision = 0;                    // index of the last record that changed the sitting
  std::map<std::string, ItemQuorumEntry, std::less<>> quorums;  // by item
  std::vector<DisruptionEntry> disruptions;
  std::vector<std::string> lot_ids;  // in the order of opening
};

// A demand for a mode.
struct DemandEntry {
  v1::VoteMode mode = v1::VOTE_MODE_UNSPECIFIED;
  std::string person_id;
  std::string faction_id;
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
  // Elections by secret ballot: how many candidates a ballot names, and how many are elected; 0
  // means 1.
  uint32_t choose_min = 0;
  uint32_t choose_max = 0;
  uint32_t places = 0;
};

// The vote of one member that counts.
struct VoteEntry {
  v1::Choice choice = v1::CHOICE_UNSPECIFIED;
  bool paper = false;
  std::string command_id;       // of the record that decides: what a correction must name
  uint64_t index = 0;           // of the same record
  std::string candidate_id;     // in an election, with Yes
  uint64_t recorded_index = 0;  // on paper: of the first record; `index` is the confirmation's
};

// A vote on paper that waits for the second person.
struct PendingPaperEntry {
  v1::Choice choice = v1::CHOICE_UNSPECIFIED;
  std::string recorder_id;
  uint64_t index = 0;
  std::string candidate_id;
};

// A count of ballot papers.
struct BallotCountEntry {
  v1::Tally tally;
  std::string recorder_id;
  bool confirmed = false;
};

// A lot that decides a tie.
struct LotEntry {
  struct Contribution {
    std::string commitment;
    std::string contribution;  // empty until revealed
  };
  std::string id;
  std::string meeting_id;
  std::string vote_event_id;
  std::vector<std::string> items;
  uint32_t draw = 1;
  uint64_t newest_index = 0;  // of the opening or the newest commitment
  std::map<std::string, Contribution, std::less<>> contributions;  // by person
  std::string checkpoint;                                          // empty until fixed
  absl::Time fixed;
  std::string seed;                // empty until drawn
  std::vector<std::string> drawn;  // in this order
};

// A vote.
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
  rules::v1::RuleProfile profile;
  absl::Time opened;
  bool second_call = false;          // of an item that was postponed for want of a quorum
  bool second_call_noticed = false;  // and the second invitation said so

  // Grow while the vote is open.
  std::map<std::string, VoteEntry, std::less<>> votes;  // by person
  std::map<std::string, PendingPaperEntry, std::less<>> pending_papers;
  PersonSet ballots;  // secret votes: who has put a paper into the urn

  std::optional<BallotCountEntry> count;  // secret votes, after closing

  std::optional<SecretVoteEntry> secret;  // secret votes on devices

  std::optional<absl::Time> closed;
  uint64_t close_index = 0;
  std::optional<v1::Result> result;  // once established
  absl::Time established_time;       // of the record that established it; meaningless before
};

}  // namespace votum::meetings

#endif  // VOTUM_CORE_MEETINGS_VOTING_ENTRIES_H_
