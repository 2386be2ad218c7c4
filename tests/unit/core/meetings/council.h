// A small council for tests: seven seats, so that four are a quorum.
//
//   vera (chair), dora (deputy chair), m1 ... m5: members with voting right
//   eva: expert member without voting right; zoe: a person of the city, no member
//   kai, kim: clerks; sam: secretary
//
// Meeting "sitzung" with the public item "top-1" and the non-public item "top-2".
#ifndef VOTUM_TESTS_UNIT_CORE_MEETINGS_COUNCIL_H_
#define VOTUM_TESTS_UNIT_CORE_MEETINGS_COUNCIL_H_

#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/status_matchers.h"
#include "core/directory/directory_machine.h"
#include "core/ideas/ideas_machine.h"
#include "core/meetings/agenda_machine.h"
#include "core/meetings/key_ceremonies.h"
#include "core/meetings/lots.h"
#include "core/meetings/motions.h"
#include "core/meetings/secret_votes.h"
#include "core/meetings/sittings.h"
#include "core/meetings/votes.h"
#include "core/papers/papers_machine.h"
#include "crypto/keys.h"
#include "google/protobuf/message.h"

namespace votum::meetings {

class Council {
 public:
  static constexpr char kMeeting[] = "sitzung";

  // The meeting is convened and its time has come, but it is not open. `profile` is adopted by the
  // council.
  explicit Council(const rules::v1::RuleProfile& profile);
  Council();

  // Gives `command` as `actor` in its own record: Check, and Apply if that passes.
  template <typename Command>
  absl::Status Give(absl::string_view actor, const Command& command) {
    const CommandContext context = Next(actor);
    absl::Status status = GiveTo(MachineOf(command), context, command);
    if (status.ok())
      given_.push_back({context.actor, context.time, std::make_shared<Command>(command)});
    return status;
  }
  // As Give; a refusal fails the test.
  template <typename Command>
  void Must(absl::string_view actor, const Command& command) {
    EXPECT_OK(Give(actor, command)) << actor << ": " << command.ShortDebugString();
  }

  // The way to a vote, each step including those before: opened, with `present` checked in, with
  // motion "motion" on `item`, with vote "vote" open.
  void Open();
  void CheckIn(std::initializer_list<absl::string_view> present);
  void Propose(absl::string_view item = "top-1", absl::string_view rule_key = "",
               absl::string_view motion_id = "motion",
               v1::Polarity polarity = v1::POLARITY_ADOPTS_ITEM);
  void OpenVote(v1::VoteMode mode = v1::VOTE_MODE_ROLL_CALL, absl::string_view motion_id = "motion",
                absl::string_view vote_event_id = "vote");
  // All of it, with vera, m1, m2, m3, m4 present.
  void UpToVote();

  // The commands that were in effect, in order, without headers.
  struct Given {
    std::string actor;
    absl::Time time;
    std::shared_ptr<const google::protobuf::Message> command;
  };
  const std::vector<Given>& given() const { return given_; }

  // The command id of the last record.
  std::string last_command_id() const { return absl::StrCat("command-", index_); }
  uint64_t last_index() const { return index_; }
  absl::Time now() const { return time_; }

  const Sittings& sittings() const { return sittings_; }
  const Motions& motions() const { return motions_; }
  const Votes& votes() const { return votes_; }
  const SecretVotes& secret_votes() const { return secret_votes_; }
  const Lots& lots() const { return lots_; }
  const KeyCeremonies& ceremonies() const { return ceremonies_; }
  const directory::DirectoryMachine& directory() const { return directory_; }
  const papers::PapersMachine& papers() const { return papers_; }
  const AgendaMachine& agenda() const { return agenda_; }
  // Equal if and only if sittings, motions, votes and lots are in the same state.
  std::vector<crypto::Digest> State() const;

  // The context of the next record.
  CommandContext Next(absl::string_view actor);
  // A checkpoint of the log with `size` records, as the log signs it.
  std::string CheckpointOf(uint64_t size) const;
  // Lets time pass.
  void Wait(absl::Duration duration) { time_ += duration; }
  // Another meeting of the council, opened, with the public item `item_id`.
  void OpenAnother(const std::string& meeting_id, const std::string& item_id);

 private:
  template <typename Machine, typename Command>
  static absl::Status GiveTo(Machine& machine, const CommandContext& context,
                             const Command& command) {
    absl::Status status = machine.Check(context, command);
    if (status.ok()) machine.Apply(context, command);
    return status;
  }

  template <typename Machine, typename Command>
  static constexpr bool kTakes = requires(Machine& machine, const CommandContext& context,
                                          const Command& command) {
    machine.Apply(context, command);
  };

  template <typename Command>
  auto& MachineOf(const Command&) {
    if constexpr (kTakes<directory::DirectoryMachine, Command>) {
      return directory_;
    } else if constexpr (kTakes<papers::PapersMachine, Command>) {
      return papers_;
    } else if constexpr (kTakes<AgendaMachine, Command>) {
      return agenda_;
    } else if constexpr (kTakes<KeyCeremonies, Command>) {
      return ceremonies_;
    } else if constexpr (kTakes<Sittings, Command>) {
      return sittings_;
    } else if constexpr (kTakes<Motions, Command>) {
      return motions_;
    } else if constexpr (kTakes<Votes, Command>) {
      return votes_;
    } else if constexpr (kTakes<SecretVotes, Command>) {
      return secret_votes_;
    } else {
      return lots_;
    }
  }

  static crypto::PrivateKey LogKey();
  void Settle(const rules::v1::RuleProfile& profile);
  void Convene();

  const crypto::PublicKey log_public_key_ = LogKey().public_key();
  uint64_t index_ = 0;
  absl::Time time_;
  std::vector<Given> given_;
  directory::DirectoryMachine directory_;
  ideas::IdeasMachine ideas_{directory_};
  papers::PapersMachine papers_{directory_, ideas_};
  AgendaMachine agenda_{directory_, papers_};
  KeyCeremonies ceremonies_{directory_};
  Sittings sittings_{directory_, agenda_};
  Motions motions_{directory_, agenda_, sittings_};
  Votes votes_{directory_, agenda_, ceremonies_, sittings_, motions_};
  SecretVotes secret_votes_{directory_, ceremonies_, sittings_, motions_, votes_};
  Lots lots_{directory_, sittings_, motions_, votes_};
};

// Commands of the council's meeting, without header: the machine knows the actor from the context.
v1::CheckIn CheckInOf(absl::string_view person_id);
v1::CheckOut CheckOutOf(absl::string_view person_id);
v1::DeclareConflict ConflictOf(absl::string_view person_id, absl::string_view item_id = "top-1");
v1::CastVote Cast(v1::Choice choice, absl::string_view vote_event_id = "vote");
// vera, m1, m2, m3, m4 vote as `votes` says, "YYNA-": Yes, No, Abstention, - for none.
void CastAll(Council& council, absl::string_view votes);
v1::CorrectVote Correct(v1::Choice choice, absl::string_view replaces_command_id);
v1::RecordPaperVote Paper(absl::string_view person_id, v1::Choice choice);
v1::ConfirmPaperVote ConfirmPaper(absl::string_view person_id, v1::Choice choice);
v1::WithdrawPaperVote WithdrawPaper(absl::string_view person_id);
v1::CloseVote Close(absl::string_view vote_event_id = "vote");
v1::EstablishResult Establish(uint32_t yes, uint32_t no, uint32_t abstain, uint32_t not_voted,
                              v1::Outcome outcome, absl::string_view vote_event_id = "vote");
// A command that names only its meeting.
template <typename Command>
Command OfMeeting(absl::string_view meeting_id = Council::kMeeting) {
  Command command;
  command.set_meeting_id(std::string(meeting_id));
  return command;
}

}  // namespace votum::meetings

#endif  // VOTUM_TESTS_UNIT_CORE_MEETINGS_COUNCIL_H_
