// What a ballot may say, who stands, and secret votes on paper: the urn and its count.
#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/fields.h"
#include "core/meetings/voting_machine.h"
#include "google/protobuf/util/message_differencer.h"
#include "rules/seats.h"

namespace votum::meetings {
namespace {

constexpr int kMaxCandidates = 100;
constexpr size_t kMaxNameBytes = 400;

absl::Status BadCandidates(absl::string_view what) { return Refuse(Reason::kBadCandidates, what); }

bool Stands(const MotionEntry& motion, absl::string_view candidate_id) {
  return std::any_of(motion.candidates.begin(), motion.candidates.end(),
                     [&](const v1::Candidate& one) { return one.id() == candidate_id; });
}

// How many a ballot names, and how many are elected.
absl::Status CheckChoosing(const v1::ProposeMotion& command) {
  const auto candidates = static_cast<uint32_t>(command.candidates_size());
  const uint32_t fewest = std::max(command.choose_min(), 1u);
  const uint32_t most = std::max(command.choose_max(), 1u);
  const uint32_t places = std::max(command.places(), 1u);
  if (fewest > most || most > candidates || places > candidates) {
    return BadCandidates(absl::StrCat("a ballot cannot name ", fewest, " to ", most, " of ",
                                      candidates, " candidates for ", places, " places"));
  }
  if (most == 1 && places == 1) return absl::OkStatus();
  if (command.seats() == 0 && command.runoff_of().empty()) return absl::OkStatus();
  return BadCandidates("lists and second ballots have one choice and one place");
}

// As a tally of papers says it, without those who handed in none.
v1::Tally Papers(v1::Tally tally) {
  tally.clear_not_voted();
  return tally;
}

}  // namespace

absl::Status VotingMachine::CheckBallot(const VoteEventEntry& event, v1::Choice choice,
                                        absl::string_view candidate_id) const {
  if (event.mode == v1::VOTE_MODE_SECRET) {
    return Refuse(
        Reason::kSecretVote,
        absl::StrCat(
            "vote ", event.id, " is secret: ",
            event.secret.has_value() ? "cast an encrypted ballot (CastSecretBallot), or " : "",
            "put a ballot paper into the urn"));
  }
  if (choice == v1::CHOICE_UNSPECIFIED || !v1::Choice_IsValid(choice))
    return Refuse(Reason::kBadChoice, "choice must be yes, no or abstain");
  const MotionEntry& motion = *FindMotion(event.motion_id);
  const bool names_somebody = !motion.candidates.empty() && choice == v1::CHOICE_YES;
  if (!names_somebody && !candidate_id.empty()) {
    return Refuse(Reason::kBadChoice, "a candidate is named only with Yes, in an election");
  }
  if (names_somebody && !Stands(motion, candidate_id)) {
    return Refuse(Reason::kNoSuchCandidate,
                  absl::StrCat("\"", candidate_id, "\" does not stand in election ", motion.id,
                               "; with Yes name one of its candidates"));
  }
  return absl::OkStatus();
}

absl::Status VotingMachine::CheckCandidates(const SittingEntry& sitting,
                                            const v1::ProposeMotion& command) const {
  if (command.candidates().empty()) {
    if (command.seats() == 0 && command.runoff_of().empty() && command.choose_min() == 0 &&
        command.choose_max() == 0 && command.places() == 0) {
      return absl::OkStatus();
    }
    return BadCandidates("seats, places, choices and second ballots need candidates");
  }
  RETURN_IF_ERROR(CheckChoosing(command));
  const rules::v1::RuleProfile& profile =
      directory_.FindOrganization(sitting.organization_id)->profile;
  const bool lists = command.seats() > 0;
  if (lists ? !profile.has_committee_seats() : !profile.has_election()) {
    return Refuse(Reason::kNoElectionRule,
                  absl::StrCat("the rules ", profile.id(), " say nothing of ",
                               lists ? "committee seats" : "elections", "; adopt rules that do"));
  }
  if (!command.rule_key().empty())
    return BadCandidates("an election has the majority of the rules for elections: no rule_key");
  if (command.candidates_size() > kMaxCandidates || command.seats() > rules::kMaxSeats)
    return BadCandidates(absl::StrCat("at most ", kMaxCandidates, " candidates can stand"));
  std::set<std::string> ids;
  for (const v1::Candidate& candidate : command.candidates()) {
    RETURN_IF_ERROR(CheckId("candidates.id", candidate.id()));
    RETURN_IF_ERROR(CheckText("candidates.name", candidate.name(), kMaxNameBytes));
    if (!ids.insert(candidate.id()).second)
      return BadCandidates(absl::StrCat("candidate ", candidate.id(), " stands twice"));
  }
  if (command.runoff_of().empty()) return absl::OkStatus();
  const VoteEventEntry* first = FindVoteEvent(command.runoff_of());
  if (first == nullptr || !first->result.has_value() ||
      first->result->election() != v1::ELECTION_OUTCOME_RUNOFF) {
    return BadCandidates(
        absl::StrCat("vote ", command.runoff_of(), " has no result that asks for a second ballot"));
  }
  const auto& named = first->result->candidate_ids();
  if (ids != std::set<std::string>(named.begin(), named.end()))
    return BadCandidates(absl::StrCat("in the second ballot of ", command.runoff_of(),
                                      " stand those that its result names"));
  return absl::OkStatus();
}

absl::Status VotingMachine::Check(const CommandContext& context,
                                  const v1::MarkBallot& command) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   OpenVoteOf(command.meeting_id(), command.vote_event_id()));
  if (event->mode != v1::VOTE_MODE_SECRET) {
    return Refuse(Reason::kNotSecret,
                  absl::StrCat("vote ", event->id, " is not secret: it has no urn"));
  }
  RETURN_IF_ERROR(CheckVoter(*event, command.person_id()));
  if (event->secret.has_value() && event->secret->registered.count(command.person_id()) > 0) {
    return Refuse(
        Reason::kDeviceRegistered,
        absl::StrCat(command.person_id(), " has registered a device for vote ", event->id,
                     " and votes with it; before ballots begin a clerk can take that back "
                     "(WithdrawCredential)"));
  }
  if (event->ballots.count(command.person_id()) == 0) return absl::OkStatus();
  return Refuse(Reason::kAlreadyVoted,
                absl::StrCat(command.person_id(), " has put a paper into the urn already"));
}

void VotingMachine::Apply(const CommandContext& context, const v1::MarkBallot& command) {
  Touch(context, command.meeting_id());
  MutableVote(command.vote_event_id()).ballots.insert(command.person_id());
}

absl::Status VotingMachine::CheckBallotCount(const VoteEventEntry& event,
                                             const v1::Tally& tally) const {
  if (event.mode != v1::VOTE_MODE_SECRET) {
    return Refuse(Reason::kNotSecret,
                  absl::StrCat("vote ", event.id, " is not secret: it has no urn"));
  }
  if (event.state == v1::VOTE_EVENT_STATE_OPEN) {
    return Refuse(Reason::kVoteOpen,
                  absl::StrCat("vote ", event.id, " is still open; close it before"));
  }
  if (event.state == v1::VOTE_EVENT_STATE_ESTABLISHED) {
    return Refuse(Reason::kResultEstablished,
                  absl::StrCat("the result of vote ", event.id, " is established"));
  }
  if (event.secret.has_value()) RETURN_IF_ERROR(CheckClosed(event));
  const MotionEntry& motion = *FindMotion(event.motion_id);
  uint64_t for_somebody = 0;
  bool in_order = tally.candidates_size() == static_cast<int>(motion.candidates.size());
  for (int i = 0; i < tally.candidates_size() && in_order; ++i) {
    in_order = tally.candidates(i).candidate_id() == motion.candidates[i].id();
    for_somebody += tally.candidates(i).votes();
  }
  if (!in_order)
    return BadCandidates("give a count for each candidate, in the order of the motion");
  if (std::any_of(tally.candidates().begin(), tally.candidates().end(),
                  [&](const auto& one) { return one.votes() > tally.yes(); })) {
    return BadCandidates(
        "a paper names nobody twice: no candidate has more votes than there are "
        "papers that name somebody");
  }
  const uint64_t fewest = std::max(motion.choose_min, 1u);
  const uint64_t most = std::max(motion.choose_max, 1u);
  if (!motion.candidates.empty() &&
      (for_somebody < fewest * tally.yes() || for_somebody > most * tally.yes())) {
    return BadCandidates(
        most == 1 ? std::string("yes must be the sum of the candidates' votes")
                  : absl::StrCat("yes must be the number of papers that name somebody, each ",
                                 fewest, " to ", most));
  }
  const uint64_t papers = uint64_t{tally.yes()} + tally.no() + tally.abstain() + tally.invalid();
  if (papers == event.ballots.size()) return absl::OkStatus();
  return Refuse(
      Reason::kCountDiffers,
      absl::StrCat(papers, " papers were counted, but ", event.ballots.size(),
                   " members have put one into the urn; count again, and if it stays so close "
                   "this vote without a result and put the motion again"));
}

absl::Status VotingMachine::Check(const CommandContext& context,
                                  const v1::RecordBallotCount& command) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   VoteOf(command.meeting_id(), command.vote_event_id()));
  if (event->count.has_value() && event->count->confirmed) {
    return Refuse(Reason::kCountConfirmed,
                  absl::StrCat("the count of vote ", event->id, " is confirmed"));
  }
  return CheckBallotCount(*event, command.tally());
}

void VotingMachine::Apply(const CommandContext& context, const v1::RecordBallotCount& command) {
  Touch(context, command.meeting_id());
  MutableVote(command.vote_event_id()).count =
      BallotCountEntry{Papers(command.tally()), context.actor, false};
}

absl::Status VotingMachine::Check(const CommandContext& context,
                                  const v1::ConfirmBallotCount& command) const {
  ASSIGN_OR_RETURN(const VoteEventEntry* event,
                   VoteOf(command.meeting_id(), command.vote_event_id()));
  if (!directory_.HasOffice(context.actor, directory::v1::OFFICE_SECRETARY)) {
    RETURN_IF_ERROR(CheckPresides(context, FindSitting(event->meeting_id)->organization_id));
  }
  RETURN_IF_ERROR(CheckBallotCount(*event, command.tally()));
  if (!event->count.has_value() || event->count->confirmed) {
    return Refuse(Reason::kNoCount,
                  absl::StrCat("no count of vote ", event->id, " waits for a second person"));
  }
  if (event->count->recorder_id == context.actor) {
    return Refuse(Reason::kSamePerson, absl::StrCat(context.actor, " recorded the count of vote ",
                                                    event->id, "; another person must confirm it"));
  }
  if (google::protobuf::util::MessageDifferencer::Equals(event->count->tally,
                                                         Papers(command.tally()))) {
    return absl::OkStatus();
  }
  return Refuse(Reason::kCountDiffers,
                absl::StrCat("the two counts of vote ", event->id,
                             " differ; count again together, and let a clerk record it "
                             "anew if need be"));
}

void VotingMachine::Apply(const CommandContext& context, const v1::ConfirmBallotCount& command) {
  Touch(context, command.meeting_id());
  MutableVote(command.vote_event_id()).count->confirmed = true;
}

}  // namespace votum::meetings
