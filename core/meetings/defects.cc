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
#include "google/protobuf/util/message_differencer.h"

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
  return kFirstCandidate + static_cast<int>(FindCandidate(motion, candidate_id));
}

// Adds a ballot to `tally`, or takes it out. False if there is none to be taken out.
bool Move(Ballot ballot, bool add, v1::Tally& tally) {
  static constexpr struct {
    uint32_t (v1::Tally::*get)() const;
    void (v1::Tally::*set)(uint32_t);
  } kCounts[] = {{&v1::Tally::yes, &v1::Tally::set_yes},
                 {&v1::Tally::no, &v1::Tally::set_no},
                 {&v1::Tally::abstain, &v1::Tally::set_abstain},
                 {&v1::Tally::invalid, &v1::Tally::set_invalid},
                 {&v1::Tally::not_voted, &v1::Tally::set_not_voted}};
  const auto moved = [add](uint32_t count) { return add ? count + 1 : count - 1; };
  if (ballot >= kFirstCandidate) {
    v1::CandidateCount& candidate = *tally.mutable_candidates(ballot - kFirstCandidate);
    if (!add && candidate.votes() == 0) return false;
    candidate.set_votes(moved(candidate.votes()));
    tally.set_yes(moved(tally.yes()));
    return true;
  }
  const auto& count = kCounts[ballot];
  const uint32_t before = (tally.*count.get)();
  if (!add && before == 0) return false;
  (tally.*count.set)(moved(before));
  return true;
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

bool InElectorate(const VoteEventEntry& event, absl::string_view person_id) {
  return std::binary_search(event.electorate.begin(), event.electorate.end(), person_id,
                            std::less<>());
}

// Whether the person belongs to the electorate no more without the error.
bool Leaves(v1::DefectKind kind) {
  return kind == v1::DEFECT_KIND_NOT_ENTITLED || kind == v1::DEFECT_KIND_IN_CONFLICT;
}

// The vote with the electorate as it should have been.
VoteEventEntry Corrected(VoteEventEntry event) {
  for (const DefectEntry& defect : event.defects) {
    const bool in = InElectorate(event, defect.person_id);
    const auto at =
        std::lower_bound(event.electorate.begin(), event.electorate.end(), defect.person_id);
    if (in && Leaves(defect.kind)) event.electorate.erase(at);
    if (defect.kind == v1::DEFECT_KIND_NOT_ENTITLED && in && event.seated_number > 0)
      --event.seated_number;
    if (defect.kind == v1::DEFECT_KIND_IN_CONFLICT) event.excluded.insert(defect.person_id);
    if (defect.kind == v1::DEFECT_KIND_KEPT_OUT && !in) {
      event.electorate.insert(at, defect.person_id);
      event.excluded.erase(defect.person_id);
    }
  }
  return event;
}

// How the defects of one person change the tally: the ballots that may have to be taken out, and
// those that may have to be put in. Empty for none.
struct Change {
  std::vector<Ballot> out;
  std::vector<Ballot> in;
};

Change ChangeOf(const VoteEventEntry& event, const MotionEntry& motion,
                const std::vector<const DefectEntry*>& defects) {
  const std::string& person_id = defects[0]->person_id;
  Change change;
  if (InElectorate(event, person_id)) change.out = PossibleBallots(event, motion, person_id);
  bool leaves = false;
  for (const DefectEntry* defect : defects) {
    leaves |= Leaves(defect->kind);
    if (defect->kind == v1::DEFECT_KIND_WRONG_CHOICE && defect->choice != v1::CHOICE_UNSPECIFIED)
      change.in = {BallotOf(motion, defect->choice, defect->candidate_id)};
    if (defect->kind == v1::DEFECT_KIND_KEPT_OUT && !change.out.empty()) change.out = {kNotVoted};
  }
  if (leaves) {
    change.in.clear();
  } else if (change.in.empty()) {
    change.in = AllBallots(event, motion);
  }
  return change;
}

// All tallies that the vote can have had without its defects. More than kMaxWays if there are too
// many to look at; none if the defects contradict each other.
Tallies RightTallies(const VoteEventEntry& event, const MotionEntry& motion) {
  VoteEventEntry counted = event;
  std::map<std::string, std::vector<const DefectEntry*>> of_person;
  for (const DefectEntry& defect : event.defects) {
    if (defect.kind == v1::DEFECT_KIND_MISCOUNTED) {
      counted.count->tally = defect.tally;
    } else {
      of_person[defect.person_id].push_back(&defect);
    }
  }
  const v1::Tally base = Count(counted, motion);
  Tallies tallies = {{base.SerializeAsString(), base}};
  for (const auto& [person_id, defects] : of_person) {
    const Change change = ChangeOf(event, motion, defects);
    tallies = Moved(tallies, change.out, change.in);
    if (tallies.size() > kMaxWays) break;
  }
  return tallies;
}

// A ballot that names several candidates can change in more ways than anybody can try.
bool OnlyMiscounted(const VoteEventEntry& event) {
  return std::all_of(event.defects.begin(), event.defects.end(), [](const DefectEntry& defect) {
    return defect.kind == v1::DEFECT_KIND_MISCOUNTED;
  });
}

// The part of a result that has consequences, as bytes.
std::string Ending(const v1::Result& result) {
  v1::Result ending;
  ending.set_outcome(result.outcome());
  ending.set_election(result.election());
  *ending.mutable_candidate_ids() = result.candidate_ids();
  *ending.mutable_seats() = result.seats();
  return ending.SerializeAsString();
}

// Whether whoever presides, or the lot, still decides how it ends.
bool IsOpen(const v1::Result& result) {
  return result.outcome() == v1::OUTCOME_UNSPECIFIED || result.to_draw() > 0;
}

enum class Effect { kNone, kCertain, kUnclear };

// The effect of the errors, if `without` is what the votes give without them. A casting vote or a
// lot would be given anew, so where one is needed, nobody knows how it ends.
Effect Compare(const v1::Result& established, const v1::Result& without) {
  const bool same = Ending(established) == Ending(without);
  if (IsOpen(established) != IsOpen(without)) return Effect::kUnclear;
  if (same) return Effect::kNone;
  return IsOpen(without) ? Effect::kUnclear : Effect::kCertain;
}

struct Words {
  absl::string_view de;
  absl::string_view en;
};

// By Decisive: if the result without the errors is known, and if several are possible.
constexpr Words kKnown[] = {
    {},
    {"Die Fehler waren nicht entscheidend.", "The errors were not decisive."},
    {"Die Fehler können entscheidend gewesen sein.", "The errors may have been decisive."},
    {"Die Fehler waren entscheidend.", "The errors were decisive."},
};
constexpr Words kUnknown[] = {
    {},
    {"Wie auch immer die Betroffenen gestimmt haben oder hätten, es wäre ebenso ausgegangen: Die "
     "Fehler waren nicht entscheidend.",
     "However those concerned voted or would have voted, it would have ended the same way: the "
     "errors were not decisive."},
    {"Ob es anders ausgegangen wäre, hängt von Stimmen ab, die geheim oder nicht öffentlich sind "
     "oder nie abgegeben wurden: Die Fehler können entscheidend gewesen sein.",
     "Whether it would have ended otherwise depends on votes that are secret, not public, or were "
     "never given: the errors may have been decisive."},
    {"Wie auch immer die Betroffenen gestimmt haben oder hätten, es wäre anders ausgegangen: Die "
     "Fehler waren entscheidend.",
     "However those concerned voted or would have voted, it would have ended otherwise: the errors "
     "were decisive."},
};
constexpr Words kTooMany = {
    "Es gibt zu viele Möglichkeiten, um sie durchzurechnen: Die Fehler können entscheidend gewesen "
    "sein.",
    "There are too many possibilities to count them all: the errors may have been decisive."};
constexpr Words kNoQuorum = {" Ohne die Fehler wäre das Gremium nicht beschlussfähig gewesen.",
                             " Without the errors there would have been no quorum."};

absl::Status BadDefect(absl::string_view what) { return Refuse(Reason::kBadDefect, what); }

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
  if (names ? FindCandidate(motion, command.candidate_id()) == motion.candidates.size()
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
  if (!command.has_tally()) return BadDefect("state the right count of the papers");
  RETURN_IF_ERROR(CheckPaperCount(motion, command.tally()));
  v1::Tally tally = command.tally();
  tally.clear_not_voted();
  if (google::protobuf::util::MessageDifferencer::Equals(tally, event.count->tally))
    return BadDefect("the papers were counted like that: no error");
  const uint64_t papers = uint64_t{tally.yes()} + tally.no() + tally.abstain() + tally.invalid();
  const uint64_t most =
      event.electorate.size() - (event.secret.has_value() ? event.secret->counted() : 0);
  if (papers <= most) return absl::OkStatus();
  return BadDefect(
      absl::StrCat(papers, " papers are more than the ", most, " members who could put one in"));
}

// The person whom an error concerns fits its kind.
absl::Status CheckConcerned(const VoteEventEntry& event, const MotionEntry& motion,
                            const v1::RecordDefect& command) {
  const std::string& person_id = command.person_id();
  if (person_id.empty()) return BadDefect("name the person whom the error concerns");
  const bool in = InElectorate(event, person_id);
  if (command.kind() == v1::DEFECT_KIND_KEPT_OUT) {
    if (!event.votes.Contains(person_id) && !event.ballots.Contains(person_id))
      return absl::OkStatus();
    return BadDefect(absl::StrCat(person_id, " took part in vote ", event.id));
  }
  if (!in) {
    return BadDefect(
        absl::StrCat(person_id, " did not belong to those who could vote in vote ", event.id));
  }
  if (command.kind() != v1::DEFECT_KIND_WRONG_CHOICE) return absl::OkStatus();
  if (event.mode == v1::VOTE_MODE_SECRET)
    return BadDefect("nobody knows single votes of a secret vote: state the right count of papers");
  return CheckRightChoice(event, motion, command);
}

}  // namespace

absl::Status CheckDefect(const VoteEventEntry& event, const MotionEntry& motion,
                         const v1::RecordDefect& command) {
  const v1::DefectKind kind = command.kind();
  if (kind == v1::DEFECT_KIND_UNSPECIFIED || !v1::DefectKind_IsValid(kind))
    return BadDefect("name the kind of the error");
  const bool miscounted = kind == v1::DEFECT_KIND_MISCOUNTED;
  if (!miscounted && command.has_tally())
    return BadDefect("a count goes with papers counted wrongly, and with no other error");
  if (kind != v1::DEFECT_KIND_WRONG_CHOICE &&
      (command.choice() != v1::CHOICE_UNSPECIFIED || !command.candidate_id().empty()))
    return BadDefect("a choice goes with a vote recorded wrongly, and with no other error");
  RETURN_IF_ERROR(miscounted ? CheckMiscount(event, motion, command)
                             : CheckConcerned(event, motion, command));
  if (event.defects.size() >= kMaxDefects) {
    return Refuse(Reason::kDefectRecorded, absl::StrCat("vote ", event.id, " has ", kMaxDefects,
                                                        " defects, the most there can be"));
  }
  for (const DefectEntry& defect : event.defects) {
    if (defect.person_id != command.person_id() || defect.kind != kind) continue;
    return Refuse(
        Reason::kDefectRecorded,
        absl::StrCat("record ", defect.correction.index, " states this error of vote ", event.id,
                     miscounted ? "" : absl::StrCat(" about ", defect.person_id), " already"));
  }
  return absl::OkStatus();
}

v1::Reconsideration Reconsider(const VoteEventEntry& event, const MotionEntry& motion,
                               const rules::v1::RuleProfile& profile) {
  v1::Reconsideration reconsidered;
  const bool tried = !NamesSeveral(motion) || OnlyMiscounted(event);
  const Tallies tallies = tried ? RightTallies(event, motion) : Tallies();
  // Sharing out many seats takes time for each of them.
  const size_t most = motion.seats > kManySeats ? 1 : kMaxWays;
  const bool countable = !tallies.empty() && tallies.size() <= most;
  const bool known = countable && tallies.size() == 1;
  const VoteEventEntry corrected = Corrected(event);
  size_t without_effect = 0, with_effect = 0;
  if (countable) {
    for (const auto& [bytes, tally] : tallies) {
      v1::Result result = ResultOf(corrected, motion, profile, tally);
      const Effect effect = Compare(*event.result, result);
      without_effect += effect == Effect::kNone;
      with_effect += effect == Effect::kCertain;
      if (known) *reconsidered.mutable_result() = std::move(result);
    }
  }
  v1::Decisive decisive = countable && without_effect == tallies.size() ? v1::DECISIVE_NO
                          : countable && with_effect == tallies.size()  ? v1::DECISIVE_YES
                                                                        : v1::DECISIVE_POSSIBLE;
  const bool quorum_lost = IsQuorate(event, profile) && !IsQuorate(corrected, profile);
  // Where the law presumes a quorum until somebody doubts it, nobody knows whether somebody had.
  if (quorum_lost && decisive != v1::DECISIVE_YES)
    decisive = profile.quorum().presumed() ? v1::DECISIVE_POSSIBLE : v1::DECISIVE_YES;
  reconsidered.set_decisive(decisive);
  const Words& words = known                      ? kKnown[decisive]
                       : countable || quorum_lost ? kUnknown[decisive]
                                                  : kTooMany;
  v1::Explanation& text = *reconsidered.mutable_explanation();
  const v1::Explanation& result = reconsidered.result().explanation();
  text.set_de(absl::StrCat(known ? absl::StrCat("Ohne die Fehler: ", result.de(), " ") : "",
                           words.de, quorum_lost ? kNoQuorum.de : ""));
  text.set_en(absl::StrCat(known ? absl::StrCat("Without the errors: ", result.en(), " ") : "",
                           words.en, quorum_lost ? kNoQuorum.en : ""));
  return reconsidered;
}

}  // namespace votum::meetings
