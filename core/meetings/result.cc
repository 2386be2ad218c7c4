#include "core/meetings/result.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "google/protobuf/util/message_differencer.h"
#include "rules/election.h"
#include "rules/explain.h"
#include "rules/majority.h"
#include "rules/places.h"
#include "rules/profile.h"
#include "rules/quorum.h"
#include "rules/seats.h"

namespace votum::meetings {
namespace {

struct OutcomeRow {
  v1::Outcome outcome;
  absl::string_view de;
  absl::string_view en;
};

// By rules::MotionOutcome.
constexpr OutcomeRow kOutcomes[] = {
    {v1::OUTCOME_REJECTED, "abgelehnt", "rejected"},
    {v1::OUTCOME_ADOPTED, "angenommen", "adopted"},
    {v1::OUTCOME_UNSPECIFIED, "offen", "for whoever presides to decide"},
    {v1::OUTCOME_UNSPECIFIED, "offen", "for the lot to decide"},
};

const OutcomeRow& RowOf(v1::Outcome outcome) {
  for (const OutcomeRow& row : kOutcomes) {
    if (row.outcome == outcome) return row;
  }
  return kOutcomes[2];
}

bool SameTally(const v1::Tally& a, const v1::Tally& b) {
  return google::protobuf::util::MessageDifferencer::Equals(a, b);
}

// "13 yes, 10 no, 1 abstained, 0 not voted"
std::string Words(const v1::Tally& tally) {
  return absl::StrCat(tally.yes(), " yes, ", tally.no(), " no, ", tally.abstain(), " abstained, ",
                      tally.not_voted(), " not voted");
}

rules::Tally ToRules(const VoteEventEntry& event, const v1::Tally& counted) {
  rules::Tally tally;
  tally.yes = counted.yes();
  tally.no = counted.no();
  tally.abstain = counted.abstain();
  tally.invalid = counted.invalid();
  tally.present = static_cast<uint32_t>(event.electorate.size());
  tally.seated = event.seated_number;
  tally.statutory = event.statutory_number;
  return tally;
}

rules::Attendance AttendanceOf(const VoteEventEntry& event) {
  rules::Attendance attendance;
  attendance.statutory = event.statutory_number;
  attendance.present = static_cast<uint32_t>(event.electorate.size());
  attendance.excluded = static_cast<uint32_t>(event.excluded.size());
  attendance.second_call = event.second_call;
  attendance.second_call_noticed = event.second_call_noticed;
  return attendance;
}

void AddTrace(std::vector<rules::v1::TraceStep> steps, v1::Result& result) {
  for (rules::v1::TraceStep& step : steps) *result.add_trace() = std::move(step);
}

// A question of Yes and No. The motion's rule was checked when the vote was opened, and the profile
// is frozen since.
rules::v1::Text ComputeMotion(const VoteEventEntry& event, const rules::v1::MotionRule& rule,
                              v1::Result& result) {
  const rules::Tally tally = ToRules(event, result.tally());
  const rules::MotionResult motion = rules::EvaluateMotion(rule, tally);
  result.set_outcome(kOutcomes[static_cast<int>(motion.outcome)].outcome);
  if (motion.outcome == rules::MotionOutcome::kTieForLot) {
    result.set_election(v1::ELECTION_OUTCOME_LOT);
    result.add_candidate_ids("adopted");
    result.add_candidate_ids("rejected");
    result.set_to_draw(1);
  }
  AddTrace(rules::TraceMotion(rule, tally, motion), result);
  return rules::ExplainMotion(rule, tally, motion);
}

// By rules::ElectionOutcome.
constexpr struct {
  v1::ElectionOutcome election;
  v1::Outcome outcome;
} kElections[] = {{v1::ELECTION_OUTCOME_ELECTED, v1::OUTCOME_ADOPTED},
                  {v1::ELECTION_OUTCOME_RUNOFF, v1::OUTCOME_REJECTED},
                  {v1::ELECTION_OUTCOME_LOT, v1::OUTCOME_UNSPECIFIED},
                  {v1::ELECTION_OUTCOME_NOT_ELECTED, v1::OUTCOME_REJECTED}};

rules::ElectionTally ToElection(const VoteEventEntry& event, const v1::Tally& counted) {
  rules::ElectionTally tally;
  for (const v1::CandidateCount& candidate : counted.candidates())
    tally.votes.push_back(candidate.votes());
  tally.no = counted.no();
  tally.abstain = counted.abstain();
  tally.invalid = counted.invalid();
  tally.present = static_cast<uint32_t>(event.electorate.size());
  tally.seated = event.seated_number;
  tally.statutory = event.statutory_number;
  return tally;
}

// Adds `more` to `tally`; both count the same candidates.
void Add(const v1::Tally& more, v1::Tally& tally) {
  tally.set_yes(tally.yes() + more.yes());
  tally.set_no(tally.no() + more.no());
  tally.set_abstain(tally.abstain() + more.abstain());
  tally.set_invalid(tally.invalid() + more.invalid());
  for (int i = 0; i < more.candidates_size(); ++i) {
    v1::CandidateCount& candidate = *tally.mutable_candidates(i);
    candidate.set_votes(candidate.votes() + more.candidates(i).votes());
  }
}

rules::v1::Text ComputeElection(const VoteEventEntry& event, const MotionEntry& motion,
                                const rules::v1::ElectionRule& rule, v1::Result& result) {
  const rules::ElectionTally tally = ToElection(event, result.tally());
  std::vector<std::string> names;
  for (const v1::Candidate& candidate : motion.candidates) names.push_back(candidate.name());
  const rules::Ballot ballot =
      motion.runoff_of.empty() ? rules::Ballot::kFirst : rules::Ballot::kRunoff;
  // Candidates were checked when the election was proposed.
  const rules::ElectionResult election = *rules::EvaluateElection(rule, ballot, tally);
  result.set_election(kElections[static_cast<int>(election.outcome)].election);
  result.set_outcome(kElections[static_cast<int>(election.outcome)].outcome);
  for (const size_t candidate : election.candidates)
    result.add_candidate_ids(motion.candidates[candidate].id());
  if (election.outcome == rules::ElectionOutcome::kLot) result.set_to_draw(1);
  return rules::ExplainElection(rule, tally, election, names);
}

// Several places at once.
rules::v1::Text ComputePlaces(const VoteEventEntry& event, const MotionEntry& motion,
                              const rules::v1::ElectionRule& rule, v1::Result& result) {
  rules::ElectionTally tally = ToElection(event, result.tally());
  std::vector<std::string> names;
  for (const v1::Candidate& candidate : motion.candidates) names.push_back(candidate.name());
  // Candidates were checked when the election was proposed.
  const rules::PlacesResult places =
      *rules::EvaluatePlaces(rule, std::max(motion.places, 1u), result.tally().yes(), tally);
  for (const size_t candidate : places.elected) {
    v1::SeatShare& share = *result.add_seats();
    share.set_candidate_id(motion.candidates[candidate].id());
    share.set_seats(1);
  }
  for (const size_t candidate : places.tied) {
    // Each drawn candidate gets one place, which the lot adds to this share.
    v1::SeatShare& share = *result.add_seats();
    share.set_candidate_id(motion.candidates[candidate].id());
    result.add_candidate_ids(motion.candidates[candidate].id());
  }
  result.set_to_draw(places.to_draw);
  const bool nobody = places.elected.empty() && places.tied.empty();
  result.set_election(places.to_draw > 0 ? v1::ELECTION_OUTCOME_LOT
                      : nobody           ? v1::ELECTION_OUTCOME_NOT_ELECTED
                                         : v1::ELECTION_OUTCOME_ELECTED);
  result.set_outcome(places.to_draw > 0 ? v1::OUTCOME_UNSPECIFIED
                     : nobody           ? v1::OUTCOME_REJECTED
                                        : v1::OUTCOME_ADOPTED);
  if (places.to_draw == 0) {
    for (const size_t candidate : places.elected)
      result.add_candidate_ids(motion.candidates[candidate].id());
  }
  return rules::ExplainPlaces(rule, std::max(motion.places, 1u), tally, places, names);
}

rules::v1::Text ComputeSeats(const MotionEntry& motion, rules::v1::SeatMethod method,
                             v1::Result& result) {
  std::vector<uint64_t> votes;
  for (const v1::CandidateCount& count : result.tally().candidates())
    votes.push_back(count.votes());
  const auto allocation = rules::AllocateSeats(method, motion.seats, votes);
  if (!allocation.ok()) {
    // Nobody voted for any list.
    result.set_election(v1::ELECTION_OUTCOME_NOT_ELECTED);
    result.set_outcome(v1::OUTCOME_REJECTED);
    rules::v1::Text text;
    text.set_de("Keine Liste hat eine Stimme: keine Sitze verteilt.");
    text.set_en("No list has a vote: no seats are shared out.");
    return text;
  }
  for (size_t i = 0; i < motion.candidates.size(); ++i) {
    v1::SeatShare& share = *result.add_seats();
    share.set_candidate_id(motion.candidates[i].id());
    share.set_seats(allocation->seats[i]);
  }
  for (const size_t list : allocation->tied) result.add_candidate_ids(motion.candidates[list].id());
  result.set_to_draw(allocation->to_draw);
  const bool tie = allocation->to_draw > 0;
  result.set_election(tie ? v1::ELECTION_OUTCOME_LOT : v1::ELECTION_OUTCOME_ELECTED);
  result.set_outcome(tie ? v1::OUTCOME_UNSPECIFIED : v1::OUTCOME_ADOPTED);
  return rules::ExplainSeats(method, votes, *allocation);
}

}  // namespace

v1::Result ResultOf(const VoteEventEntry& event, const MotionEntry& motion,
                    const rules::v1::RuleProfile& profile, v1::Tally tally) {
  v1::Result result;
  *result.mutable_tally() = std::move(tally);
  const rules::v1::QuorumRule& quorum_rule = profile.quorum();
  const rules::QuorumResult quorum_result = rules::EvaluateQuorum(quorum_rule, AttendanceOf(event));
  const rules::v1::Text quorum = rules::ExplainQuorum(quorum_rule, quorum_result);
  AddTrace(rules::TraceQuorum(quorum_rule, quorum_result), result);
  const rules::v1::Text what =
      motion.seats > 0 ? ComputeSeats(motion, profile.committee_seats().method(), result)
      : motion.places > 1 || motion.choose_max > 1
          ? ComputePlaces(event, motion, profile.election(), result)
      : motion.candidates.empty()
          ? ComputeMotion(event, *rules::FindMotionRule(profile, motion.rule_key), result)
          : ComputeElection(event, motion, profile.election(), result);
  result.mutable_explanation()->set_de(absl::StrCat(quorum.de(), " ", what.de()));
  result.mutable_explanation()->set_en(absl::StrCat(quorum.en(), " ", what.en()));
  if (event.secret.has_value() && IsUnanimous(result.tally())) {
    absl::StrAppend(result.mutable_explanation()->mutable_de(),
                    " Alle haben gleich gestimmt: Das Ergebnis zeigt, wie jedes Mitglied gestimmt "
                    "hat, das teilgenommen hat.");
    absl::StrAppend(result.mutable_explanation()->mutable_en(),
                    " All voted alike: the result shows how each member voted who took part.");
  }
  return result;
}

v1::Tally Count(const VoteEventEntry& event, const MotionEntry& motion) {
  const auto electorate = static_cast<uint32_t>(event.electorate.size());
  v1::Tally tally;
  if (event.mode == v1::VOTE_MODE_SECRET) {
    if (event.count.has_value()) tally = event.count->tally;
    tally.set_not_voted(electorate - static_cast<uint32_t>(event.ballots.size()));
    if (!event.secret.has_value()) return tally;
    v1::Tally opened = CountedOf(*event.secret, motion);
    if (event.count.has_value()) Add(event.count->tally, opened);
    opened.set_not_voted(tally.not_voted() - event.secret->counted());
    return opened;
  }
  std::map<std::string, uint32_t, std::less<>> by_candidate;
  for (const auto& [person_id, vote] : event.votes) {
    if (vote.choice == v1::CHOICE_YES) tally.set_yes(tally.yes() + 1);
    if (vote.choice == v1::CHOICE_NO) tally.set_no(tally.no() + 1);
    if (vote.choice == v1::CHOICE_ABSTAIN) tally.set_abstain(tally.abstain() + 1);
    if (!vote.candidate_id.empty()) ++by_candidate[vote.candidate_id];
  }
  tally.set_not_voted(electorate - static_cast<uint32_t>(event.votes.size()));
  for (const v1::Candidate& candidate : motion.candidates) {
    v1::CandidateCount& count = *tally.add_candidates();
    count.set_candidate_id(candidate.id());
    count.set_votes(by_candidate[candidate.id()]);
  }
  return tally;
}

absl::StatusOr<v1::Result> ComputeResult(const VoteEventEntry& event, const MotionEntry& motion,
                                         const rules::v1::RuleProfile& profile) {
  if (event.state == v1::VOTE_EVENT_STATE_OPEN) {
    return Refuse(Reason::kVoteOpen,
                  absl::StrCat("vote ", event.id, " is still open; close it before"));
  }
  bool counted = event.count.has_value() && event.count->confirmed;
  if (event.secret.has_value()) {
    RETURN_IF_ERROR(CheckClosed(event));
    if (!event.secret->result.has_value()) {
      return Refuse(Reason::kNotDecrypted,
                    absl::StrCat("the urn of vote ", event.id,
                                 " is not open yet: the server's and enough trustees' "
                                 "parts of the decryption are needed"));
    }
    // Papers are counted before the urn is opened.
    counted = true;
  }
  if (event.mode == v1::VOTE_MODE_SECRET && !counted) {
    return Refuse(
        Reason::kCountMissing,
        absl::StrCat(
            "the papers of vote ", event.id,
            " are not counted yet: a clerk records the count, a second person confirms it"));
  }
  return ResultOf(event, motion, profile, Count(event, motion));
}

bool IsQuorate(const VoteEventEntry& event, const rules::v1::RuleProfile& profile) {
  return rules::EvaluateQuorum(profile.quorum(), AttendanceOf(event)).quorate;
}

absl::Status CheckPaperCount(const MotionEntry& motion, const v1::Tally& tally) {
  uint64_t for_somebody = 0;
  bool in_order = tally.candidates_size() == static_cast<int>(motion.candidates.size());
  for (int i = 0; i < tally.candidates_size() && in_order; ++i) {
    in_order = tally.candidates(i).candidate_id() == motion.candidates[i].id();
    for_somebody += tally.candidates(i).votes();
  }
  if (!in_order)
    return Refuse(Reason::kBadCandidates,
                  "give a count for each candidate, in the order of the motion");
  if (std::any_of(tally.candidates().begin(), tally.candidates().end(),
                  [&](const auto& one) { return one.votes() > tally.yes(); })) {
    return Refuse(Reason::kBadCandidates,
                  "a paper names nobody twice: no candidate has more votes than there are "
                  "papers that name somebody");
  }
  const uint64_t fewest = std::max(motion.choose_min, 1u);
  const uint64_t most = std::max(motion.choose_max, 1u);
  if (!motion.candidates.empty() &&
      (for_somebody < fewest * tally.yes() || for_somebody > most * tally.yes())) {
    return Refuse(Reason::kBadCandidates,
                  most == 1
                      ? std::string("yes must be the sum of the candidates' votes")
                      : absl::StrCat("yes must be the number of papers that name somebody, each ",
                                     fewest, " to ", most));
  }
  return absl::OkStatus();
}

absl::Status CheckStated(const v1::Result& computed, const v1::EstablishResult& stated) {
  const bool casting_vote = computed.outcome() == v1::OUTCOME_UNSPECIFIED &&
                            computed.election() != v1::ELECTION_OUTCOME_LOT;
  const bool outcome_holds = casting_vote ? stated.outcome() == v1::OUTCOME_ADOPTED ||
                                                stated.outcome() == v1::OUTCOME_REJECTED
                                          : stated.outcome() == computed.outcome();
  if (SameTally(stated.tally(), computed.tally()) && outcome_holds) return absl::OkStatus();
  return Refuse(Reason::kResultDiffers,
                absl::StrCat("the votes give ", Words(computed.tally()), ": ",
                             RowOf(computed.outcome()).en, "; the command says ",
                             Words(stated.tally()), ": ", v1::Outcome_Name(stated.outcome()),
                             ". Look at the vote again and state what it gives"));
}

v1::Result Establish(const CommandContext& context, v1::Result computed,
                     const v1::EstablishResult& stated) {
  if (computed.outcome() == v1::OUTCOME_UNSPECIFIED &&
      computed.election() != v1::ELECTION_OUTCOME_LOT) {
    const OutcomeRow& row = RowOf(stated.outcome());
    absl::StrAppend(computed.mutable_explanation()->mutable_de(), " Stichentscheid von ",
                    context.actor, ": ", row.de, ".");
    absl::StrAppend(computed.mutable_explanation()->mutable_en(), " Casting vote of ",
                    context.actor, ": ", row.en, ".");
    computed.set_outcome(row.outcome);
  }
  computed.set_index(context.index);
  return computed;
}

}  // namespace votum::meetings
