// The meeting itself: attendance, quorum, conflicts of interest, motions, votes, results.
//
// Who counts (Sections 31, 49, 50 GO NRW): members of the organization with voting right who are
// present and not in conflict on the item. OpenVote freezes that electorate together with the rule
// profile, the statutory number and the number of members in office, and everything later is
// computed from what was frozen. So a member who leaves while a vote is open keeps the vote already
// cast, counts as not having voted otherwise, and counts as present for the result's quorum either
// way; one who comes while it is open does not belong to the electorate.
//
// A member votes once, electronically or on paper. A vote on paper is recorded by a clerk and
// counts when a second person has confirmed it; until then it holds the member's place, and a clerk
// may take it back (WithdrawPaperVote). An electronic vote may be corrected by the member while the
// vote is open, a confirmed one on paper may not: the way out is to close the vote and to put the
// motion again.
//
// Every organization that meets has adopted rules: the agenda convenes no meeting without
// (NO_RULES).
//
// All checks of votes take O(log n) of the members.
#ifndef VOTUM_CORE_MEETINGS_VOTING_MACHINE_H_
#define VOTUM_CORE_MEETINGS_VOTING_MACHINE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/command/audience.h"
#include "core/command/command_context.h"
#include "core/command/visitor.h"
#include "core/directory/directory_machine.h"
#include "core/meetings/agenda_machine.h"
#include "core/meetings/key_ceremonies.h"
#include "core/meetings/voting_entries.h"
#include "crypto/election/ballot_memo.h"
#include "rules/quorum.h"
#include "votum/meetings/v1/lots.pb.h"
#include "votum/meetings/v1/proceedings.pb.h"
#include "votum/meetings/v1/secret_votes.pb.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::meetings {

// How many verified ballots a process remembers, at least: those between acceptance and fold.
inline constexpr size_t kBallotMemoSize = 4096;

// Not thread-safe.
class VotingMachine {
 public:
  // All outlive this object.
  VotingMachine(const directory::DirectoryMachine& directory, const meetings::AgendaMachine& agenda,
                const KeyCeremonies& ceremonies)
      : directory_(directory), agenda_(agenda), ceremonies_(ceremonies) {}
  VotingMachine(const VotingMachine&) = delete;
  VotingMachine& operator=(const VotingMachine&) = delete;

  // Commands. Who may give each, and what it checks, stands in voting.proto.
  absl::Status Check(const CommandContext& context, const v1::OpenMeeting& command) const;
  absl::Status Check(const CommandContext& context, const v1::CloseMeeting& command) const;
  absl::Status Check(const CommandContext& context, const v1::CheckIn& command) const;
  absl::Status Check(const CommandContext& context, const v1::CheckOut& command) const;
  absl::Status Check(const CommandContext& context, const v1::DeclareConflict& command) const;
  absl::Status Check(const CommandContext& context, const v1::ProposeMotion& command) const;
  absl::Status Check(const CommandContext& context, const v1::OpenVote& command) const;
  absl::Status Check(const CommandContext& context, const v1::CastVote& command) const;
  absl::Status Check(const CommandContext& context, const v1::CorrectVote& command) const;
  absl::Status Check(const CommandContext& context, const v1::RecordPaperVote& command) const;
  absl::Status Check(const CommandContext& context, const v1::ConfirmPaperVote& command) const;
  absl::Status Check(const CommandContext& context, const v1::WithdrawPaperVote& command) const;
  absl::Status Check(const CommandContext& context, const v1::CloseVote& command) const;
  absl::Status Check(const CommandContext& context, const v1::EstablishResult& command) const;
  absl::Status Check(const CommandContext& context, const v1::RecordDisruption& command) const;
  absl::Status Check(const CommandContext& context, const v1::ChallengeQuorum& command) const;
  absl::Status Check(const CommandContext& context, const v1::CountQuorum& command) const;
  absl::Status Check(const CommandContext& context, const v1::CallItemAgain& command) const;
  absl::Status Check(const CommandContext& context, const v1::DecideConflict& command) const;
  absl::Status Check(const CommandContext& context, const v1::DemandMode& command) const;
  absl::Status Check(const CommandContext& context, const v1::MarkBallot& command) const;
  absl::Status Check(const CommandContext& context, const v1::RecordBallotCount& command) const;
  absl::Status Check(const CommandContext& context, const v1::ConfirmBallotCount& command) const;
  absl::Status Check(const CommandContext& context, const v1::RegisterCredential& command) const;
  absl::Status Check(const CommandContext& context, const v1::WithdrawCredential& command) const;
  absl::Status Check(const CommandContext& context, const v1::BeginBallots& command) const;
  absl::Status Check(const CommandContext& context, const v1::CastSecretBallot& command) const;
  absl::Status Check(const CommandContext& context, const v1::RecordParticipation& command) const;
  absl::Status Check(const CommandContext& context, const v1::SubmitDecryption& command) const;
  absl::Status Check(const CommandContext& context, const v1::OpenLot& command) const;
  absl::Status Check(const CommandContext& context, const v1::CommitToLot& command) const;
  absl::Status Check(const CommandContext& context, const v1::FixLot& command) const;
  absl::Status Check(const CommandContext& context, const v1::RevealForLot& command) const;
  absl::Status Check(const CommandContext& context, const v1::DrawLot& command) const;

  // The effects; only after Check was OK in the same state.
  void Apply(const CommandContext& context, const v1::OpenMeeting& command);
  void Apply(const CommandContext& context, const v1::CloseMeeting& command);
  void Apply(const CommandContext& context, const v1::CheckIn& command);
  void Apply(const CommandContext& context, const v1::CheckOut& command);
  void Apply(const CommandContext& context, const v1::DeclareConflict& command);
  void Apply(const CommandContext& context, const v1::ProposeMotion& command);
  void Apply(const CommandContext& context, const v1::OpenVote& command);
  void Apply(const CommandContext& context, const v1::CastVote& command);
  void Apply(const CommandContext& context, const v1::CorrectVote& command);
  void Apply(const CommandContext& context, const v1::RecordPaperVote& command);
  void Apply(const CommandContext& context, const v1::ConfirmPaperVote& command);
  void Apply(const CommandContext& context, const v1::WithdrawPaperVote& command);
  void Apply(const CommandContext& context, const v1::CloseVote& command);
  void Apply(const CommandContext& context, const v1::EstablishResult& command);
  void Apply(const CommandContext& context, const v1::RecordDisruption& command);
  void Apply(const CommandContext& context, const v1::ChallengeQuorum& command);
  void Apply(const CommandContext& context, const v1::CountQuorum& command);
  void Apply(const CommandContext& context, const v1::CallItemAgain& command);
  void Apply(const CommandContext& context, const v1::DecideConflict& command);
  void Apply(const CommandContext& context, const v1::DemandMode& command);
  void Apply(const CommandContext& context, const v1::MarkBallot& command);
  void Apply(const CommandContext& context, const v1::RecordBallotCount& command);
  void Apply(const CommandContext& context, const v1::ConfirmBallotCount& command);
  void Apply(const CommandContext& context, const v1::RegisterCredential& command);
  void Apply(const CommandContext& context, const v1::WithdrawCredential& command);
  void Apply(const CommandContext& context, const v1::BeginBallots& command);
  void Apply(const CommandContext& context, const v1::CastSecretBallot& command);
  void Apply(const CommandContext& context, const v1::RecordParticipation& command);
  void Apply(const CommandContext& context, const v1::SubmitDecryption& command);
  void Apply(const CommandContext& context, const v1::OpenLot& command);
  void Apply(const CommandContext& context, const v1::CommitToLot& command);
  void Apply(const CommandContext& context, const v1::FixLot& command);
  void Apply(const CommandContext& context, const v1::RevealForLot& command);
  void Apply(const CommandContext& context, const v1::DrawLot& command);

  // For other domains; null where there is none.
  const SittingEntry* FindSitting(absl::string_view meeting_id) const;
  const MotionEntry* FindMotion(absl::string_view id) const;
  const VoteEventEntry* FindVoteEvent(absl::string_view id) const;

  // A secret vote on devices. NOT_FOUND/NO_SUCH_VOTE; FAILED_PRECONDITION/NOT_ON_DEVICES.
  absl::StatusOr<const VoteEventEntry*> FindSecretVote(absl::string_view vote_event_id) const;
  // The ids of all of them, ascending.
  std::vector<std::string> ListSecretVotes() const;
  // The vote can be decrypted now: FAILED_PRECONDITION/VOTE_OPEN, VOTE_ABANDONED, COUNT_MISSING,
  // TALLY_OPENED.
  absl::Status CheckDecryptable(const VoteEventEntry& event) const;
  // The vote is closed and was not abandoned: FAILED_PRECONDITION/VOTE_OPEN, VOTE_ABANDONED.
  absl::Status CheckClosed(const VoteEventEntry& event) const;
  // Secret votes of the meeting can be opened with that ceremony's key: NOT_FOUND/NO_SUCH_CEREMONY;
  // FAILED_PRECONDITION/CEREMONY_NOT_FINISHED.
  absl::Status CheckCeremony(absl::string_view ceremony_id, absl::string_view meeting_id) const;
  // The chair or deputy chair, or a clerk: PERMISSION_DENIED/NOT_PRESIDING.
  absl::Status CheckPresides(const CommandContext& context,
                             absl::string_view organization_id) const;
  // The archive of a closed secret vote in Belenios' format (secret_vote.h). Errors as
  // FindSecretVote and CheckClosed.
  absl::StatusOr<std::string> ElectionArchive(absl::string_view vote_event_id) const;
  // Whether `person_id` may be shown the archive of a vote: the council, auditors, its trustees.
  bool MayReadArchive(absl::string_view vote_event_id, Audience audience,
                      absl::string_view person_id) const;
  // Remembers verified ballots; to be filled ahead of Check, without holding the state.
  const std::shared_ptr<election::BallotMemo>& ballot_memo() const { return ballot_memo_; }

  // Reads show everything; ForReader (redaction.h) takes out what a reader may not see.
  // NOT_FOUND/NO_SUCH_MEETING, NO_SUCH_MOTION, NO_SUCH_VOTE, NO_SUCH_LOT.
  absl::StatusOr<v1::Attendance> GetAttendance(absl::string_view meeting_id) const;
  absl::StatusOr<v1::Motion> GetMotion(absl::string_view id) const;
  absl::StatusOr<v1::VoteEvent> GetVoteEvent(absl::string_view id) const;
  absl::StatusOr<v1::Lot> GetLot(absl::string_view id) const;
  // Errors as FindSecretVote.
  absl::StatusOr<v1::SecretVote> GetSecretVote(absl::string_view vote_event_id) const;
  // At most `limit` votes of a meeting in the order of opening, after the one with the id
  // `after_id` (empty: from the first). INVALID_ARGUMENT/BAD_PAGE where the meeting has no such
  // vote.
  absl::StatusOr<std::vector<v1::VoteEvent>> ListVoteEvents(absl::string_view meeting_id,
                                                            absl::string_view after_id,
                                                            size_t limit) const;

  // The result that the votes and the frozen rules give, with its arithmetic; index 0. Where the
  // rules leave a tie to whoever presides, the outcome is unspecified.
  // FAILED_PRECONDITION/VOTE_OPEN while the vote is open, COUNT_MISSING before the count of a
  // secret vote is confirmed.
  absl::StatusOr<v1::Result> ComputeResult(absl::string_view vote_event_id) const;

  // The whole state: each sitting by meeting id, then its motions and votes in their order.
  void Visit(const ResourceVisitor& visitor) const;

 private:
  // The meeting's sitting. NOT_FOUND/NO_SUCH_MEETING; FAILED_PRECONDITION/MEETING_NOT_OPEN,
  // MEETING_CLOSED.
  absl::StatusOr<const SittingEntry*> OpenSitting(absl::string_view meeting_id) const;
  // By `person_id`, or a clerk: PERMISSION_DENIED/NOT_THE_MEMBER.
  absl::Status CheckMemberOrClerk(const CommandContext& context, absl::string_view person_id) const;
  // `person_id` is a member of the organization now: FAILED_PRECONDITION/NOT_A_MEMBER.
  absl::Status CheckMember(absl::string_view person_id, const SittingEntry& sitting) const;
  // The item is on the meeting's agenda: NOT_FOUND/NO_SUCH_ITEM.
  absl::Status CheckItem(absl::string_view item_id, absl::string_view meeting_id) const;
  // Conflicts can be declared now: FAILED_PRECONDITION/VOTE_OPENED.
  absl::Status CheckItemUndecided(const SittingEntry& sitting, absl::string_view item_id) const;

  // The vote, if it belongs to that meeting: NOT_FOUND/NO_SUCH_VOTE.
  absl::StatusOr<const VoteEventEntry*> VoteOf(absl::string_view meeting_id,
                                               absl::string_view vote_event_id) const;
  // As VoteOf, and it takes votes: FAILED_PRECONDITION/VOTE_CLOSED.
  absl::StatusOr<const VoteEventEntry*> OpenVoteOf(absl::string_view meeting_id,
                                                   absl::string_view vote_event_id) const;
  // The organization's rules have that majority: INVALID_ARGUMENT/UNKNOWN_RULE.
  absl::Status CheckRule(const directory::OrganizationEntry& organization,
                         absl::string_view rule_key) const;
  // Enough members count on the motion's item now: FAILED_PRECONDITION/NOT_QUORATE.
  absl::Status CheckQuorate(const directory::OrganizationEntry& organization,
                            const SittingEntry& sitting, const MotionEntry& motion) const;
  // `person_id` may vote in `event` now: PERMISSION_DENIED/EXCLUDED_BY_CONFLICT, NOT_ENTITLED;
  // FAILED_PRECONDITION/NOT_PRESENT.
  absl::Status CheckVoter(const VoteEventEntry& event, absl::string_view person_id) const;
  // `person_id` has neither voted nor a paper that waits: ALREADY_EXISTS/ALREADY_VOTED,
  // FAILED_PRECONDITION/PAPER_RECORDED.
  absl::Status CheckNotVoted(const VoteEventEntry& event, absl::string_view person_id) const;

  // Members who count on `item_id` now, ascending; without the mayor where `norm` says so.
  std::vector<std::string> Electorate(const SittingEntry& sitting, absl::string_view item_id,
                                      absl::string_view norm = "") const;
  // Whether the mayor, being a member, does not vote under `norm`.
  bool LeavesOutMayor(const directory::OrganizationEntry& organization,
                      absl::string_view norm) const;
  // Who is there for `item_id`, and whether it is called for the second time.
  rules::Attendance AttendanceOn(const directory::OrganizationEntry& organization,
                                 const SittingEntry& sitting, absl::string_view item_id,
                                 absl::string_view norm) const;
  // The rules hold on the day: FAILED_PRECONDITION/RULES_NOT_IN_FORCE.
  absl::Status CheckInForce(const directory::OrganizationEntry& organization,
                            absl::Time time) const;
  // `mode` is allowed, and no other is demanded by enough: FAILED_PRECONDITION/MODE_DEMANDED,
  // MODE_NOT_ALLOWED.
  absl::Status CheckMode(const directory::OrganizationEntry& organization,
                         const SittingEntry& sitting, const MotionEntry& motion,
                         v1::VoteMode mode) const;
  // Nobody's doubt waits for a count: FAILED_PRECONDITION/QUORUM_CHALLENGED, ITEM_POSTPONED.
  absl::Status CheckQuorumCourse(const SittingEntry& sitting, absl::string_view item_id) const;
  // What `choice` and `candidate_id` say fits the motion of `event`: INVALID_ARGUMENT/BAD_CHOICE,
  // NO_SUCH_CANDIDATE; and it is no secret vote: FAILED_PRECONDITION/SECRET_VOTE.
  absl::Status CheckBallot(const VoteEventEntry& event, v1::Choice choice,
                           absl::string_view candidate_id) const;
  // The candidates of an election: INVALID_ARGUMENT/BAD_CANDIDATES.
  absl::Status CheckCandidates(const SittingEntry& sitting, const v1::ProposeMotion& command) const;
  // A tally of ballot papers fits the vote: FAILED_PRECONDITION/COUNT_DIFFERS;
  // INVALID_ARGUMENT/BAD_CANDIDATES.
  absl::Status CheckBallotCount(const VoteEventEntry& event, const v1::Tally& tally) const;
  // The lot, if it belongs to that meeting and is not drawn: NOT_FOUND/NO_SUCH_LOT;
  // FAILED_PRECONDITION/LOT_DRAWN.
  absl::StatusOr<const LotEntry*> RunningLot(absl::string_view meeting_id,
                                             absl::string_view lot_id) const;
  // `person_id` is present with voting right: FAILED_PRECONDITION/NOT_PRESENT;
  // PERMISSION_DENIED/NOT_ENTITLED.
  absl::Status CheckPresentVoter(const SittingEntry& sitting, absl::string_view person_id) const;
  // A secret vote on devices that belongs to that meeting; and it is open. Errors as VoteOf,
  // OpenVoteOf; FAILED_PRECONDITION/NOT_ON_DEVICES.
  absl::StatusOr<const VoteEventEntry*> SecretVoteOf(absl::string_view meeting_id,
                                                     absl::string_view vote_event_id) const;
  absl::StatusOr<const VoteEventEntry*> OpenSecretVoteOf(absl::string_view meeting_id,
                                                         absl::string_view vote_event_id) const;
  // Enough are entitled for a secret vote: FAILED_PRECONDITION/TOO_FEW_VOTERS.
  absl::Status CheckSecrecy(const rules::v1::RuleProfile& profile, size_t electorate,
                            bool on_devices) const;
  // What OpenVote says of electronic ballots holds.
  absl::Status CheckElectronic(const directory::OrganizationEntry& organization,
                               const MotionEntry& motion, const v1::OpenVote& command) const;
  void OpenOnDevices(const CommandContext& context,
                     const directory::OrganizationEntry& organization, const MotionEntry& motion,
                     const v1::OpenVote& command, VoteEventEntry& event);
  // FAILED_PRECONDITION/BALLOTS_NOT_BEGUN, TOO_FEW_BALLOTS, NOT_ON_DEVICES.
  absl::Status CheckMayClose(const VoteEventEntry& event, bool abandon) const;
  void CloseOnDevices(bool abandon, VoteEventEntry& event);
  // The actor may hand in the part of `owner`: INVALID_ARGUMENT/UNKNOWN_TRUSTEE;
  // PERMISSION_DENIED/NOT_THE_TRUSTEE, NOT_PRESIDING.
  absl::Status CheckMayDecrypt(const CommandContext& context, const VoteEventEntry& event,
                               uint32_t owner) const;
  v1::Tally Count(const VoteEventEntry& event) const;
  // Members of the organization in office with voting right.
  uint32_t SeatedNumber(absl::string_view organization_id) const;
  // The part of the attendance that is this domain's own state.
  v1::Attendance Recorded(const SittingEntry& sitting) const;
  v1::VoteEvent ToResource(const VoteEventEntry& event) const;
  // Without trackers.
  v1::SecretVote ToSecretVote(const VoteEventEntry& event) const;

  SittingEntry& Touch(const CommandContext& context, absl::string_view meeting_id);
  VoteEventEntry& MutableVote(absl::string_view vote_event_id);

  const directory::DirectoryMachine& directory_;
  const meetings::AgendaMachine& agenda_;
  const KeyCeremonies& ceremonies_;

  std::map<std::string, SittingEntry, std::less<>> sittings_;  // by meeting
  std::map<std::string, MotionEntry, std::less<>> motions_;
  std::map<std::string, VoteEventEntry, std::less<>> vote_events_;
  std::map<std::string, LotEntry, std::less<>> lots_;
  // Of all secret votes on devices: none is used twice.
  std::set<std::string, std::less<>> election_uuids_;
  std::set<std::string, std::less<>> server_keys_;

  // Changes no result: see there.
  const std::shared_ptr<election::BallotMemo> ballot_memo_ =
      std::make_shared<election::BallotMemo>(kBallotMemoSize);
};

}  // namespace votum::meetings

#endif  // VOTUM_CORE_MEETINGS_VOTING_MACHINE_H_
