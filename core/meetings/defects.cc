#include "core/meetings/defects.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/meetings/result.h"

namespace votum::meetings {
namespace {

// A ballot as it counts: an index into the words of kPlain, or, after those, into the candidates.
using Ballot = int;
constexpr Ballot kYes = 0, kNo = 1, kAbstain = 2, kInvalid = 3, kNotVoted = 4, kFirstCandidate = 5;

// Tallies that can be the right one, each once: by its serialized bytes.
using Tallies = std::map<std::string, v1::Tally>;

Ballot BallotOf(const MotionEntry& motion, v1::Choice choice, absl::string_view candidate_id) {
  if (choice == v1::CHOICE_NO) return kNo;
  if (choice == v1::CHOICE_ABSTAIN) return kAbstain;
  if (motion.candidates.empty()) return kYes;
  const auto stands = std::find_if(motion.candidates.begin(), motion.candidates.end(),
                                   [&](const auto& one) { return one.id() == candidate_id; });
  return kFirstCandidate + static_cast<int>(stands - motion.candidates.begin());
}

// Adds a ballot to `tally`, or takes it out. False if there is none to be taken out.
bool Move(Ballot ballot, bool add, v1::Tally& tally) {
  const auto move = [add](uint32_t count) { return add ? count + 1 : count - 1; };
  switch (ballot) {
    case kYes:
      if (!add && tally.yes() == 0) return false;
      tally.set_yes(move(tally.yes()));
      return true;
    case kNo:
      if (!add && tally.no() == 0) return false;
      tally.set_no(move(tally.no()));
      return true;
    case kAbstain:
      if (!add && tally.abstain() == 0) return false;
      tally.set_abstain(move(tally.abstain()));
      return true;
    case kInvalid:
      if (!add && tally.invalid() == 0) return false;
      tally.set_invalid(move(tally.invalid()));
      return true;
    case kNotVoted:
      if (!add && tally.not_voted() == 0) return false;
      tally.set_not_voted(move(tally.not_voted()));
      return true;
    default:
      v1::CandidateCount& candidate = *tally.mutable_candidates(ballot - kFirstCandidate);
      if (!add && candidate.votes() == 0) return false;
      candidate.set_votes(move(candidate.votes()));
      tally.set_yes(move(tally.yes()));
      return true;
  }
}

// Every ballot that the vote offered, and none.
std::vector<Ballot> AllBallots(const VoteEventEntry& event, const MotionEntry& motion) {
  std::vector<Ballot> ballots = {kNo, kAbstain, kNotVoted};
  if (event.mode == v1::VOTE_MODE_SECRET) ballots.push_back(kInvalid);
  if (motion.candidates.empty()) ballots.push_back(kYes);
  for (size_t i = 0; i < motion.candidates.size(); ++i)
    ballots.push_back(kFirstCandidate + static_cast<int>(i));
  return ballots;
}

// The ballot of a member, as far as everybody may know it; else all that it can be.
std::vector<Ballot> PossibleBallots(const VoteEventEntry& event, const MotionEntry& motion,
                                    absl::string_view person_id) {
  if (event.mode != v1::VOTE_MODE_ROLL_CALL) return AllBallots(event, motion);
  const VoteEntry* vote = event.votes.Find(person_id);
  if (vote == nullptr) return {kNotVoted};
  return {BallotOf(motion, vote->choice, vote->candidate_id)};
}

// All tallies that come of one ballot of `out` taken out of one of `tallies` and one of `in` added;
// empty lists stand for no such ballot.
Tallies Moved(const Tallies& tallies, const std::vector<Ballot>& out,
              const std::vector<Ballot>& in) {
  constexpr Ballot kNone = -1;
  const std::vector<Ballot> none = {kNone};
  Tallies moved;
  for (const auto& [bytes, tally] : tallies) {
    for (const Ballot from : out.empty() ? none : out) {
      for (const Ballot to : in.empty() ? none : in) {
        v1::Tally other = tally;
        if (from != kNone && !Move(from, /*add=*/false, other)) continue;
        if (to != kNone) Move(to, /*add=*/true, other);
        std::string key = other.SerializeAsString();
        moved.emplace(std::move(key), std::move(other));
        if (moved.size() > kMaxWays) return moved;
      }
    }
  }
  return moved;
}

// The vote with the electorate as it should have been, and with the right count of papers.
VoteEventEntry Corrected(VoteEventEntry event) {
  for (const DefectEntry& defect : event.defects) {
    const auto at =
        std::lower_bound(event.electorate.begin(), event.electorate.end(), defect.person_id);
    switch (defect.kind) {
      case v1::DEFECT_KIND_NOT_ENTITLED:
        event.electorate.erase(at);
        if (event.seated_number > 0) --event.seated_number;
        break;
      case v1::DEFECT_KIND_IN_CONFLICT:
        event.electorate.erase(at);
        event.excluded.insert(defect.person_id);
        break;
      case v1::DEFECT_KIND_KEPT_OUT:
        event.electorate.insert(at, defect.person_id);
        event.excluded.erase(defect.person_id);
        break;
      default:
        break;
    }
  }
  return event;
}

// All tallies that the vote can have had without its defects. More than kMaxWays if there are too
// many to look at.
Tallies RightTallies(const VoteEventEntry& event, const MotionEntry& motion) {
  VoteEventEntry counted = event;
  for (const DefectEntry& defect : event.defects) {
    if (defect.kind == v1::DEFECT_KIND_MISCOUNTED) counted.count->tally = defect.tally;
  }
  const v1::Tally base = Count(counted, motion);
  Tallies tallies = {{base.SerializeAsString(), base}};
  for (const DefectEntry& defect : event.defects) {
    if (defect.kind == v1::DEFECT_KIND_MISCOUNTED) continue;
    const bool was_in = defect.kind != v1::DEFECT_KIND_KEPT_OUT;
    const bool stays =
        defect.kind == v1::DEFECT_KIND_KEPT_OUT || defect.kind == v1::DEFECT_KIND_WRONG_CHOICE;
    const std::vector<Ballot> right =
        defect.choice == v1::CHOICE_UNSPECIFIED
            ? AllBallots(event, motion)
            : std::vector<Ballot>{BallotOf(motion, defect.choice, defect.candidate_id)};
    tallies = Moved(
        tallies, was_in ? PossibleBallots(event, motion, defect.person_id) : std::vector<Ballot>(),
        stays ? right : std::vector<Ballot>());
    if (tallies.size() > kMaxWays) break;
  }
  return tallies;
}

// A ballot that names several candidates can change in more ways than anybody can try.
bool NamesSeveral(const MotionEntry& motion) { return motion.choose_max > 1; }

bool OnlyMiscounted(const VoteEventEntry& event) {
  return std::all_of(event.defects.begin(), event.defects.end(), [](const DefectEntry& defect) {
    return defect.kind == v1::DEFECT_KIND_MISCOUNTED;
  });
}

// The part of a result that has consequences.
std::string Ending(const v1::Result& result) {
  v1::Result ending;
  ending.set_outcome(result.outcome());
  ending.set_election(result.election());
  *ending.mutable_candidate_ids() = result.candidate_ids();
  *ending.mutable_seats() = result.seats();
  ending.set_to_draw(result.to_draw());
  return ending.SerializeAsString();
}

struct Words {
  absl::string_view de;
  absl::string_view en;
};

// By Decisive: if the result without the errors is known, and if it is not.
constexpr Words kKnown[] = {
    {},
    {"Die Fehler waren nicht entscheidend.", "The errors were not decisive."},
    {},
    {"Die Fehler waren entscheidend.", "The errors were decisive."},
};
constexpr Words kUnknown[] = {
    {},
    {"Wie auch immer die betroffenen Mitglieder gestimmt hätten, wäre es ebenso ausgegangen: Die "
     "Fehler waren nicht entscheidend.",
     "However the members concerned had voted, it would have ended the same way: the errors were "
     "not decisive."},
    {"Ob es anders ausgegangen wäre, hängt von Stimmen ab, die geheim, nicht öffentlich oder nie "
     "abgegeben sind: Die Fehler können entscheidend gewesen sein.",
     "Whether it would have ended otherwise depends on votes that are secret, not public, or were "
     "never given: the errors may have been decisive."},
    {"Wie auch immer die betroffenen Mitglieder gestimmt hätten, wäre es anders ausgegangen: Die "
     "Fehler waren entscheidend.",
     "However the members concerned had voted, it would have ended otherwise: the errors were "
     "decisive."},
};

absl::Status BadDefect(absl::string_view what) { return Refuse(Reason::kBadDefect, what); }

bool InElectorate(const VoteEventEntry& event, absl::string_view person_id) {
  return std::binary_search(event.electorate.begin(), event.electorate.end(), person_id,
                            std::less<>());
}

// The right choice that a defect of the kind WRONG_CHOICE states, if it may state one.
absl::Status CheckRightChoice(const VoteEventEntry& event, const MotionEntry& motion,
                              const v1::RecordDefect& command) {
  if (event.mode != v1::VOTE_MODE_ROLL_CALL) {
    if (command.choice() == v1::CHOICE_UNSPECIFIED && command.candidate_id().empty())
      return absl::OkStatus();
    return BadDefect(absl::StrCat("vote ", event.id,
                                  " was no roll call: leave the right choice out, because it would "
                                  "show how a member voted"));
  }
  if (command.choice() == v1::CHOICE_UNSPECIFIED || !v1::Choice_IsValid(command.choice()))
    return BadDefect("name the right choice: yes, no or abstain");
  const bool names = command.choice() == v1::CHOICE_YES && !motion.candidates.empty();
  const Ballot right = BallotOf(motion, command.choice(), command.candidate_id());
  if (names ? right == kFirstCandidate + static_cast<int>(motion.candidates.size())
            : !command.candidate_id().empty())
    return BadDefect("a candidate of the election is named with yes, and only then");
  const VoteEntry* vote = event.votes.Find(command.person_id());
  if (vote == nullptr || BallotOf(motion, vote->choice, vote->candidate_id) != right)
    return absl::OkStatus();
  return BadDefect(
      absl::StrCat("the vote of ", command.person_id(), " was recorded like that: no error"));
}

absl::Status CheckMiscount(const VoteEventEntry& event, const MotionEntry& motion,
                           const v1::RecordDefect& command) {
  if (!command.person_id().empty()) return BadDefect("papers counted wrongly concern no person");
  if (!event.count.has_value())
    return BadDefect(absl::StrCat("no ballot papers were counted in vote ", event.id));
  RETURN_IF_ERROR(CheckPaperCount(motion, command.tally()));
  const v1::Tally& tally = command.tally();
  const uint64_t papers = uint64_t{tally.yes()} + tally.no() + tally.abstain() + tally.invalid();
  if (papers <= event.electorate.size()) return absl::OkStatus();
  return BadDefect(absl::StrCat(papers, " papers are more than the ", event.electorate.size(),
                                " who could vote"));
}

}  // namespace

absl::Status CheckDefect(const VoteEventEntry& event, const MotionEntry& motion,
                         const v1::RecordDefect& command) {
  const v1::DefectKind kind = command.kind();
  if (kind == v1::DEFECT_KIND_UNSPECIFIED || !v1::DefectKind_IsValid(kind))
    return BadDefect("name the kind of the error");
  if (event.defects.size() >= kMaxDefects)
    return BadDefect(
        absl::StrCat("vote ", event.id, " has ", kMaxDefects, " defects, the most there can be"));
  const bool miscounted = kind == v1::DEFECT_KIND_MISCOUNTED;
  if (!miscounted && command.has_tally())
    return BadDefect("a count goes with papers counted wrongly, and with no other error");
  if (kind != v1::DEFECT_KIND_WRONG_CHOICE &&
      (command.choice() != v1::CHOICE_UNSPECIFIED || !command.candidate_id().empty()))
    return BadDefect("a choice goes with a vote recorded wrongly, and with no other error");
  for (const DefectEntry& defect : event.defects) {
    if (defect.person_id != command.person_id()) continue;
    return Refuse(
        Reason::kDefectRecorded,
        absl::StrCat("record ", defect.correction.index, " states an error of vote ", event.id,
                     " about ", miscounted ? "its papers" : defect.person_id, " already"));
  }
  if (miscounted) return CheckMiscount(event, motion, command);
  if (event.mode == v1::VOTE_MODE_SECRET && kind == v1::DEFECT_KIND_WRONG_CHOICE)
    return BadDefect("nobody knows single votes of a secret vote: state the right count of papers");
  const bool kept_out = kind == v1::DEFECT_KIND_KEPT_OUT;
  if (InElectorate(event, command.person_id()) == kept_out) {
    return BadDefect(absl::StrCat(command.person_id(), kept_out ? " could" : " could not",
                                  " take part in vote ", event.id));
  }
  return kind == v1::DEFECT_KIND_WRONG_CHOICE ? CheckRightChoice(event, motion, command)
                                              : absl::OkStatus();
}

v1::Reconsideration Reconsider(const VoteEventEntry& event, const MotionEntry& motion,
                               const rules::v1::RuleProfile& profile) {
  v1::Reconsideration reconsidered;
  const Tallies tallies = RightTallies(event, motion);
  const bool countable =
      tallies.size() <= kMaxWays && (!NamesSeveral(motion) || OnlyMiscounted(event));
  const bool known = countable && tallies.size() == 1;
  size_t same = 0;
  if (countable) {
    const VoteEventEntry corrected = Corrected(event);
    const std::string as_it_was = Ending(ResultOf(event, motion, profile, Count(event, motion)));
    for (const auto& [bytes, tally] : tallies) {
      v1::Result result = ResultOf(corrected, motion, profile, tally);
      if (Ending(result) == as_it_was) ++same;
      if (known) *reconsidered.mutable_result() = std::move(result);
    }
  }
  reconsidered.set_decisive(countable && same == tallies.size() ? v1::DECISIVE_NO
                            : countable && same == 0            ? v1::DECISIVE_YES
                                                                : v1::DECISIVE_POSSIBLE);
  const Words& words = (known ? kKnown : kUnknown)[reconsidered.decisive()];
  v1::Explanation& text = *reconsidered.mutable_explanation();
  const v1::Explanation& result = reconsidered.result().explanation();
  text.set_de(known ? absl::StrCat("Ohne die Fehler: ", result.de(), " ", words.de)
                    : std::string(words.de));
  text.set_en(known ? absl::StrCat("Without the errors: ", result.en(), " ", words.en)
                    : std::string(words.en));
  return reconsidered;
}

}  // namespace votum::meetings
