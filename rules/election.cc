#include "rules/election.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/refusal.h"
#include "rules/majority.h"

namespace votum::rules {
namespace {

uint64_t BaseOf(const v1::ElectionRule& rule, const ElectionTally& tally) {
  const uint64_t for_somebody =
      std::accumulate(tally.votes.begin(), tally.votes.end(), uint64_t{0});
  const uint64_t valid = for_somebody + (rule.no_votes_valid() ? tally.no : 0);
  switch (rule.base()) {
    case v1::BASE_CAST:
      return for_somebody + tally.no + tally.abstain + tally.invalid;
    case v1::BASE_PRESENT:
      return tally.present;
    case v1::BASE_SEATED:
      return tally.seated;
    case v1::BASE_STATUTORY:
      return tally.statutory;
    default:
      return valid;
  }
}

std::vector<size_t> WithCount(const std::vector<uint32_t>& votes, uint32_t count) {
  std::vector<size_t> candidates;
  for (size_t i = 0; i < votes.size(); ++i) {
    if (votes[i] == count) candidates.push_back(i);
  }
  return candidates;
}

// Those with the two highest counts.
std::vector<size_t> TwoHighest(const std::vector<uint32_t>& votes) {
  std::vector<uint32_t> counts = votes;
  std::sort(counts.rbegin(), counts.rend());
  // The two highest counts are counts[0] and counts[1], which are equal if several candidates share
  // the highest.
  std::vector<size_t> candidates = WithCount(votes, counts[0]);
  if (counts[1] != counts[0]) {
    for (const size_t candidate : WithCount(votes, counts[1])) candidates.push_back(candidate);
  }
  std::sort(candidates.begin(), candidates.end());
  return candidates;
}

// Whether a candidate stands alone, and the rule puts such a one to the vote a second time.
bool StandsAloneTwice(const v1::ElectionRule& rule, const ElectionTally& tally) {
  return tally.votes.size() == 1 && rule.single_again_days() > 0;
}

// Who has the required share; the outcome of the others is left open.
ElectionResult ByShare(const v1::ElectionRule& rule, const ElectionTally& tally) {
  ElectionResult result;
  result.base = BaseOf(rule, tally);
  result.needed = std::max<uint64_t>(
      1, FewestOf(rule.numerator(), rule.denominator(), rule.strict(), result.base));
  const uint32_t most = *std::max_element(tally.votes.begin(), tally.votes.end());
  std::vector<size_t> leading = WithCount(tally.votes, most);
  if (most >= result.needed && leading.size() == 1) {
    result.outcome = ElectionOutcome::kElected;
    result.candidates = std::move(leading);
  }
  return result;
}

ElectionResult FirstBallot(const v1::ElectionRule& rule, const ElectionTally& tally) {
  ElectionResult result = ByShare(rule, tally);
  if (result.outcome == ElectionOutcome::kElected) return result;
  if (StandsAloneTwice(rule, tally)) {
    result.outcome = ElectionOutcome::kRunoff;
    result.candidates = {0};
  } else if (tally.votes.size() > 1 && rule.runoff() == v1::RUNOFF_TWO_HIGHEST) {
    result.outcome = ElectionOutcome::kRunoff;
    result.candidates = TwoHighest(tally.votes);
  } else if (rule.runoff() == v1::RUNOFF_ALL) {
    result.outcome = ElectionOutcome::kRunoff;
    result.candidates.resize(tally.votes.size());
    std::iota(result.candidates.begin(), result.candidates.end(), size_t{0});
  }
  return result;
}

ElectionResult SecondBallot(const v1::ElectionRule& rule, const ElectionTally& tally) {
  if (StandsAloneTwice(rule, tally)) return ByShare(rule, tally);
  ElectionResult result;
  const uint32_t most = *std::max_element(tally.votes.begin(), tally.votes.end());
  if (most == 0) return result;  // no lot if nobody got votes
  result.candidates = WithCount(tally.votes, most);
  result.outcome =
      result.candidates.size() == 1 ? ElectionOutcome::kElected : ElectionOutcome::kLot;
  return result;
}

struct ElectionOutcomeWords {
  absl::string_view de;
  absl::string_view en;
};
// Indexed by ElectionOutcome.
constexpr std::array<ElectionOutcomeWords, 4> kElectionOutcomes = {
    {{"gewählt", "elected"},
     {"Stichwahl zwischen", "second ballot between"},
     {"Stimmengleichheit, das Los entscheidet zwischen", "tie, the lot decides between"},
     {"niemand gewählt, neue Vorschläge", "nobody elected, nominate anew"}}};

}  // namespace

absl::StatusOr<ElectionResult> EvaluateElection(const v1::ElectionRule& rule, Ballot ballot,
                                                const ElectionTally& tally) {
  if (tally.votes.empty() || tally.votes.size() > kMaxCandidates) {
    return Refuse(Reason::kBadVotes,
                  absl::StrCat("give the votes of 1 to ", kMaxCandidates, " candidates"));
  }
  return ballot == Ballot::kFirst ? FirstBallot(rule, tally) : SecondBallot(rule, tally);
}

v1::Text ExplainElection(const v1::ElectionRule& rule, const ElectionTally& tally,
                         const ElectionResult& result, const std::vector<std::string>& names) {
  std::vector<std::string> counts;
  for (size_t i = 0; i < tally.votes.size(); ++i)
    counts.push_back(absl::StrCat(names[i], " ", tally.votes[i]));
  std::vector<std::string> who;
  for (const size_t candidate : result.candidates) who.push_back(names[candidate]);
  const ElectionOutcomeWords& outcome = kElectionOutcomes[static_cast<size_t>(result.outcome)];
  const std::string persons = absl::StrJoin(who, ", ");
  const absl::string_view gap = persons.empty() ? "" : " ";
  const std::string joined = absl::StrJoin(counts, ", ");
  std::string de = absl::StrCat(joined, ", Nein ", tally.no);
  std::string en = absl::StrCat(joined, ", no ", tally.no);
  if (result.needed > 0) {
    absl::StrAppend(&de, "; nötig sind ", result.needed, " von ", result.base);
    absl::StrAppend(&en, "; ", result.needed, " of ", result.base, " are needed");
  } else {
    absl::StrAppend(&de, "; die meisten Stimmen entscheiden");
    absl::StrAppend(&en, "; the most votes decide");
  }
  if (result.outcome == ElectionOutcome::kRunoff && StandsAloneTwice(rule, tally)) {
    const uint32_t days = rule.single_again_days();
    absl::StrAppend(&de, ": nicht gewählt, zweiter Wahlgang mit derselben Mehrheit, frühestens ",
                    days, days == 1 ? " Tag" : " Tage", " später. ");
    absl::StrAppend(&en, ": not elected, second ballot with the same majority, at the earliest ",
                    days, days == 1 ? " day" : " days", " later. ");
  } else {
    absl::StrAppend(&de, ": ", outcome.de, gap, persons, ". ");
    absl::StrAppend(&en, ": ", outcome.en, gap, persons, ". ");
  }
  if (tally.abstain + tally.invalid > 0) {
    absl::StrAppend(&de, "Enthaltungen ", tally.abstain, ", ungültig ", tally.invalid, ". ");
    absl::StrAppend(&en, "Abstentions ", tally.abstain, ", invalid ", tally.invalid, ". ");
  }
  v1::Text text;
  text.set_de(absl::StrCat(de, rule.provenance().norm(), "."));
  text.set_en(absl::StrCat(en, rule.provenance().norm(), "."));
  return text;
}

}  // namespace votum::rules
