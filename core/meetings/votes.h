// Votes: each member's vote, the electorate and the rules for it, and the result.
//
// OpenVote freezes the electorate (electorate.h) together with the statutory number and the number
// of members in office, and everything later is computed from these and the meeting's rules. So a
// member who leaves while a vote is open keeps the vote already cast, counts as not having voted
// otherwise, and counts as present for the result's quorum either way; a member who comes while it
// is open does not belong to the electorate.
//
// A member votes once, electronically or on paper. A vote on paper is recorded by a clerk and
// counts when a second person has confirmed it; until then it holds the member's place, and a clerk
// may take it back (WithdrawPaperVote). An electronic vote may be corrected by the member while the
// vote is open, a confirmed one on paper may not: the way out is to close the vote and to put the
// motion again.
//
// All checks of votes take O(log n) of the members.
#ifndef VOTUM_CORE_MEETINGS_VOTES_H_
#define VOTUM_CORE_MEETINGS_VOTES_H_

#include <cstddef>
#include <cstdint>
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
#include "core/meetings/election_setups.h"
#include "core/meetings/key_ceremonies.h"
#include "core/meetings/motions.h"
#include "core/meetings/sittings.h"
#include "core/meetings/vote_event.h"
#include "core/table.h"
#include "votum/meetings/v1/corrections.pb.h"
#include "votum/meetings/v1/proceedings.pb.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::meetings {

// All that this machine remembers. A copy shares its entries.
struct VotesState {
  Table<std::string, VoteEventEntry> vote_events;  // by id
  // The index of the last record that changed a vote, by meeting.
  Table<std::string, uint64_t> revisions;
  VOTUM_FIELDS(vote_events, revisions)
};

// Not thread-safe.
class Votes {
 public:
  // All outlive this object. It reports the course of each vote to `sittings` and `motions`, and
  // changes nothing else in them.
  Votes(const directory::DirectoryMachine& directory, const AgendaMachine& agenda,
        const KeyCeremonies& ceremonies, Sittings& sittings, Motions& motions)
      : directory_(directory),
        agenda_(agenda),
        sittings_(sittings),
        motions_(motions),
        setups_(directory, ceremonies) {}
  Votes(const Votes&) = delete;
  Votes& operator=(const Votes&) = delete;

  // Commands. voting.proto and proceedings.proto say who may give each, and what it checks.
  absl::Status Check(const CommandContext& context, const v1::OpenVote& command) const;
  absl::Status Check(const CommandContext& context, const v1::CastVote& command) const;
  absl::Status Check(const CommandContext& context, const v1::CorrectVote& command) const;
  absl::Status Check(const CommandContext& context, const v1::RecordPaperVote& command) const;
  absl::Status Check(const CommandContext& context, const v1::ConfirmPaperVote& command) const;
  absl::Status Check(const CommandContext& context, const v1::WithdrawPaperVote& command) const;
  absl::Status Check(const CommandContext& context, const v1::MarkBallot& command) const;
  absl::Status Check(const CommandContext& context, const v1::CloseVote& command) const;
  absl::Status Check(const CommandContext& context, const v1::RecordBallotCount& command) const;
  absl::Status Check(const CommandContext& context, const v1::ConfirmBallotCount& command) const;
  absl::Status Check(const CommandContext& context, const v1::EstablishResult& command) const;
  absl::Status Check(const CommandContext& context, const v1::DecideConflict& command) const;
  absl::Status Check(const CommandContext& context, const v1::RecordDefect& command) const;

  // The effects; only after Check was OK in the same state.
  void Apply(const CommandContext& context, const v1::OpenVote& command);
  void Apply(const CommandContext& context, const v1::CastVote& command);
  void Apply(const CommandContext& context, const v1::CorrectVote& command);
  void Apply(const CommandContext& context, const v1::RecordPaperVote& command);
  void Apply(const CommandContext& context, const v1::ConfirmPaperVote& command);
  void Apply(const CommandContext& context, const v1::WithdrawPaperVote& command);
  void Apply(const CommandContext& context, const v1::MarkBallot& command);
  void Apply(const CommandContext& context, const v1::CloseVote& command);
  void Apply(const CommandContext& context, const v1::RecordBallotCount& command);
  void Apply(const CommandContext& context, const v1::ConfirmBallotCount& command);
  void Apply(const CommandContext& context, const v1::EstablishResult& command);
  void Apply(const CommandContext& context, const v1::DecideConflict& command);
  void Apply(const CommandContext& context, const v1::RecordDefect& command);

  // Null where there is none.
  const VoteEventEntry* Find(absl::string_view id) const;
  // The vote, if it belongs to that meeting: NOT_FOUND/NO_SUCH_VOTE.
  absl::StatusOr<const VoteEventEntry*> FindIn(absl::string_view meeting_id,
                                               absl::string_view vote_event_id) const;
  // As FindIn, and it takes votes: FAILED_PRECONDITION/VOTE_CLOSED.
  absl::StatusOr<const VoteEventEntry*> FindOpen(absl::string_view meeting_id,
                                                 absl::string_view vote_event_id) const;
  // The rules by which the vote is taken: those of its meeting.
  const rules::v1::RuleProfile& ProfileOf(const VoteEventEntry& event) const {
    return directory_.ProfileOf(event.profile_index);
  }
  // The elections of secret votes on devices.
  const ElectionSetups& setups() const { return setups_; }
  // Remembers together with `other`, another state of the same log.
  void ShareElectionMemo(const Votes& other) { setups_.ShareMemo(other.setups_); }
  // Index of the last record that changed a vote of the meeting; 0 for none.
  uint64_t RevisionOf(absl::string_view meeting_id) const;
  // `person_id` may vote in `event` now: PERMISSION_DENIED/EXCLUDED_BY_CONFLICT, NOT_ENTITLED;
  // FAILED_PRECONDITION/NOT_PRESENT.
  absl::Status CheckVoter(const VoteEventEntry& event, absl::string_view person_id) const;

  // Reads show everything; ForReader (redaction.h) takes out what a reader may not see.
  // NOT_FOUND/NO_SUCH_VOTE.
  absl::StatusOr<v1::VoteEvent> Get(absl::string_view id) const;
  // At most `limit` votes of a meeting in the order of opening, after the one with the id
  // `after_id` (empty: from the first). NOT_FOUND/NO_SUCH_MEETING; INVALID_ARGUMENT/BAD_PAGE where
  // the meeting has no such vote.
  absl::StatusOr<std::vector<v1::VoteEvent>> List(absl::string_view meeting_id,
                                                  absl::string_view after_id, size_t limit) const;
  // As in result.h; NOT_FOUND/NO_SUCH_VOTE.
  absl::StatusOr<v1::Result> ComputeResult(absl::string_view vote_event_id) const;

  const VotesState& state() const { return state_; }
  void Restore(VotesState state, ElectionSetupsState setups) {
    state_ = std::move(state);
    setups_.Restore(std::move(setups));
  }

  // Only for SecretVotes: the part on devices of a vote that has one.
  SecretVoteEntry& MutableSecret(const CommandContext& context, absl::string_view vote_event_id);
  // Only for Lots: the established result of the vote, after its tie was decided.
  void CompleteByLot(const CommandContext& context, absl::string_view vote_event_id,
                     v1::Result result);

 private:
  // `person_id` has neither voted nor a paper that waits for confirmation:
  // ALREADY_EXISTS/ALREADY_VOTED, FAILED_PRECONDITION/PAPER_RECORDED.
  absl::Status CheckNotVoted(const VoteEventEntry& event, absl::string_view person_id) const;
  // `choice` and `candidate_id` fit the motion of `event`: INVALID_ARGUMENT/BAD_CHOICE,
  // NO_SUCH_CANDIDATE; and the vote is not secret: FAILED_PRECONDITION/SECRET_VOTE.
  absl::Status CheckBallot(const VoteEventEntry& event, v1::Choice choice,
                           absl::string_view candidate_id) const;
  // A tally of ballot papers fits the vote: FAILED_PRECONDITION/COUNT_DIFFERS;
  // INVALID_ARGUMENT/BAD_CANDIDATES.
  absl::Status CheckBallotCount(const VoteEventEntry& event, const v1::Tally& tally) const;
  // The vote, to be changed by the record of `context`.
  VoteEventEntry& Mutable(const CommandContext& context, absl::string_view vote_event_id);

  const directory::DirectoryMachine& directory_;
  const AgendaMachine& agenda_;
  Sittings& sittings_;
  Motions& motions_;
  ElectionSetups setups_;
  VotesState state_;
};

}  // namespace votum::meetings

#endif  // VOTUM_CORE_MEETINGS_VOTES_H_
