// The meeting itself: its opening and closing, attendance, conflicts of interest, disruptions, and
// doubts about its quorum.
//
// A sitting begins when the person who presides opens a convened meeting, and ends for good when it
// is closed. In between members come and go; each stretch of presence is kept. A member in conflict
// on an item (Befangenheit, Section 31 GO NRW) does not count there. A conflict has to be declared
// before the item is voted on, so a sitting knows which of its votes is open and which have settled
// their item: Votes (votes.h) tells it.
//
// A quorum is presumed until somebody doubts it (Section 49 GO NRW); then the members present are
// counted, and an item that was postponed for want of a quorum can be called again in another
// meeting.
//
// Every organization that meets has adopted rules: the agenda convenes no meeting without
// (NO_RULES).
#ifndef VOTUM_CORE_MEETINGS_SITTINGS_H_
#define VOTUM_CORE_MEETINGS_SITTINGS_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/command/command_context.h"
#include "core/describe.h"
#include "core/directory/directory_machine.h"
#include "core/meetings/agenda_machine.h"
#include "core/meetings/sitting.h"
#include "core/table.h"
#include "votum/meetings/v1/corrections.pb.h"
#include "votum/meetings/v1/proceedings.pb.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::meetings {

// All that this machine remembers. A copy shares its entries.
struct SittingsState {
  Table<std::string, SittingEntry> sittings;  // by meeting
  VOTUM_FIELDS(sittings)
};

// Not thread-safe.
class Sittings {
 public:
  // Both outlive this object.
  Sittings(const directory::DirectoryMachine& directory, const AgendaMachine& agenda)
      : directory_(directory), agenda_(agenda) {}
  Sittings(const Sittings&) = delete;
  Sittings& operator=(const Sittings&) = delete;

  // Commands. voting.proto and proceedings.proto say who may give each, and what it checks.
  absl::Status Check(const CommandContext& context, const v1::OpenMeeting& command) const;
  absl::Status Check(const CommandContext& context, const v1::CloseMeeting& command) const;
  absl::Status Check(const CommandContext& context, const v1::CheckIn& command) const;
  absl::Status Check(const CommandContext& context, const v1::CheckOut& command) const;
  absl::Status Check(const CommandContext& context, const v1::DeclareConflict& command) const;
  absl::Status Check(const CommandContext& context, const v1::WithdrawConflict& command) const;
  absl::Status Check(const CommandContext& context, const v1::RecordDisruption& command) const;
  absl::Status Check(const CommandContext& context, const v1::ChallengeQuorum& command) const;
  absl::Status Check(const CommandContext& context, const v1::CountQuorum& command) const;
  absl::Status Check(const CommandContext& context, const v1::CallItemAgain& command) const;

  // The effects; only after Check was OK in the same state.
  void Apply(const CommandContext& context, const v1::OpenMeeting& command);
  void Apply(const CommandContext& context, const v1::CloseMeeting& command);
  void Apply(const CommandContext& context, const v1::CheckIn& command);
  void Apply(const CommandContext& context, const v1::CheckOut& command);
  void Apply(const CommandContext& context, const v1::DeclareConflict& command);
  void Apply(const CommandContext& context, const v1::WithdrawConflict& command);
  void Apply(const CommandContext& context, const v1::RecordDisruption& command);
  void Apply(const CommandContext& context, const v1::ChallengeQuorum& command);
  void Apply(const CommandContext& context, const v1::CountQuorum& command);
  void Apply(const CommandContext& context, const v1::CallItemAgain& command);

  // Null before the meeting was opened.
  const SittingEntry* Find(absl::string_view meeting_id) const;
  // The meeting's sitting. NOT_FOUND/NO_SUCH_MEETING; FAILED_PRECONDITION/MEETING_NOT_OPEN,
  // MEETING_CLOSED.
  absl::StatusOr<const SittingEntry*> FindOpen(absl::string_view meeting_id) const;
  // Conflicts on the item can be stated now: FAILED_PRECONDITION/VOTE_OPENED.
  static absl::Status CheckItemUndecided(const SittingEntry& sitting, absl::string_view item_id);

  // Shows everything; ForReader (redaction.h) takes out what a reader may not see.
  // NOT_FOUND/NO_SUCH_MEETING.
  absl::StatusOr<v1::Attendance> GetAttendance(absl::string_view meeting_id) const;

  const SittingsState& state() const { return state_; }
  void Restore(SittingsState state) { state_ = std::move(state); }

  // Only for Votes, which reports the course of a vote. The sitting and the vote exist.
  void VoteOpened(absl::string_view meeting_id, absl::string_view vote_event_id,
                  absl::string_view item_id);
  void VoteClosed(absl::string_view meeting_id);
  void ItemSettled(absl::string_view meeting_id, absl::string_view vote_event_id);
  // The council has decided that the member is in conflict.
  void ConflictDecided(const CommandContext& context, absl::string_view meeting_id,
                       absl::string_view item_id, absl::string_view person_id);

 private:
  // The part of the attendance that is this machine's own state.
  v1::Attendance Recorded(const SittingEntry& sitting) const;
  SittingEntry& Mutable(absl::string_view meeting_id);
  // The same, for a change of the attendance.
  SittingEntry& Touch(const CommandContext& context, absl::string_view meeting_id);

  const directory::DirectoryMachine& directory_;
  const AgendaMachine& agenda_;
  SittingsState state_;
};

}  // namespace votum::meetings

#endif  // VOTUM_CORE_MEETINGS_SITTINGS_H_
