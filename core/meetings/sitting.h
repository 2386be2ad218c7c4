// A meeting in session, or one that has ended: the members' presence, conflicts of interest, and
// the state of each item. Plain data.
#ifndef VOTUM_CORE_MEETINGS_SITTING_H_
#define VOTUM_CORE_MEETINGS_SITTING_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/describe.h"
#include "core/meetings/correction.h"
#include "core/table.h"
#include "rules/quorum.h"
#include "votum/meetings/v1/proceedings.pb.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::meetings {

// Person ids, ascending.
using PersonSet = std::set<std::string, std::less<>>;

// One stretch of a member's presence.
struct PresenceEntry {
  std::string person_id;
  absl::Time start;
  std::optional<absl::Time> end;  // unset while present
  std::string recorder_id;        // who recorded the coming; empty where it was the member
  std::string confirmer_id;       // who confirmed that; empty where it was the member
  bool remote = false;
  std::string end_recorder_id;  // who recorded the going; empty where nobody but the member did
  VOTUM_FIELDS(person_id, start, end, recorder_id, confirmer_id, remote, end_recorder_id)
};

// The state of an item's quorum, once somebody doubted, counted or called it again.
struct ItemQuorumEntry {
  rules::QuorumState state = rules::QuorumState::kPresumed;
  bool second_call = false;
  bool noticed = false;
  std::optional<rules::v1::Text> count;  // the newest, in words
  VOTUM_FIELDS(state, second_call, noticed, count)
};

// Why a member takes no part in an item.
struct ConflictEntry {
  uint64_t votes_before =
      0;                    // how many votes of the meeting had been opened before it was declared
  bool resolved = false;    // whether the council resolved on it
  bool counted = false;     // whether the quorum of the item was counted since, without the member
  std::string recorder_id;  // who recorded it; empty where it was the member
  VOTUM_FIELDS(votes_before, resolved, counted, recorder_id)
};

// A declaration that was taken back.
struct WithdrawnConflictEntry {
  std::string item_id;
  std::string person_id;
  CorrectionEntry correction;
  std::string recorder_id;  // of the declaration; empty where it was the member
  VOTUM_FIELDS(item_id, person_id, correction, recorder_id)
};

// Something that kept members from taking part.
struct DisruptionEntry {
  std::string person_id;           // empty for everybody
  common::v1::AttachmentRef text;  // without commitment: none
  absl::Time time;
  std::string recorder_id;
  VOTUM_FIELDS(person_id, text, time, recorder_id)
};

// A vote, as far as the sitting needs to know it.
struct SittingVote {
  std::string vote_event_id;
  std::string item_id;
  bool settled = false;  // has an established result that settles the item
  VOTUM_FIELDS(vote_event_id, item_id, settled)
};

struct SittingEntry {
  std::string meeting_id;
  std::string organization_id;
  uint64_t profile_index = 0;  // of the record that adopted the meeting's rules
  v1::SittingState state = v1::SITTING_STATE_UNSPECIFIED;
  Table<uint32_t, PresenceEntry> presences;  // by number, in the order of coming
  Table<std::string, uint32_t> present;      // the members present now: their current stretch
  Table<std::string, uint64_t> moved;        // person: the last record by which they came or left
  // Members in conflict (Befangenheit), by item and person.
  std::map<std::string, std::map<std::string, ConflictEntry, std::less<>>, std::less<>> conflicts;
  std::vector<WithdrawnConflictEntry> withdrawn_conflicts;
  std::map<std::string, ItemQuorumEntry, std::less<>> quorums;  // by item
  std::vector<DisruptionEntry> disruptions;
  std::vector<SittingVote> votes;  // in the order of opening
  std::string open_vote_event_id;  // the vote that is open; empty for none
  uint64_t revision = 0;           // index of the last record that changed the attendance
  VOTUM_FIELDS(meeting_id, organization_id, profile_index, state, presences, present, moved,
               conflicts, withdrawn_conflicts, quorums, disruptions, votes, open_vote_event_id,
               revision)
};

}  // namespace votum::meetings

#endif  // VOTUM_CORE_MEETINGS_SITTING_H_
