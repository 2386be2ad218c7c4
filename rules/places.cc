#include "rules/places.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/refusal.h"
#include "rules/majority.h"

namespace votum::rules {
namespace {

uint64_t BaseOf(const v1::ElectionRule& rule, uint32_t valid_ballots, const ElectionTally& tally) {
  const uint64_t valid = uint64_t{valid_ballots} + (rule.no_votes_valid() ? tally.no : 0);
  switch (rule.base()) {
    case v1::BASE_CAST:
      return uint64_t{valid_ballots} + tally.no + tally.abstain + tally.invalid;
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

std::string NamesOf(const std::vector<size_t>& candidates, const std::vector<std::string>& names) {
  std::vector<std::string> who;
  for (const size_t candidate : candidates) who.push_back(names[candidate]);
  return absl::StrJoin(who, ", ");
}

}  // namespace

absl::StatusOr<PlacesResult> EvaluatePlaces(const v1::ElectionRule& rule, uint32_t places,
                                            uint32_t valid_ballots, const ElectionTally& tally) {
  if (tally.votes.empty() || tally.votes.size() > kMaxCandidates || places == 0) {
    return Refuse(Reason::kBadVotes, absl::StrCat("give the votes of 1 to ", kMaxCandidates,
                                                  " candidates for at least one place"));
  }
  PlacesResult result;
  result.base = BaseOf(rule, valid_ballots, tally);
  result.needed = std::max<uint64_t>(
      1, FewestOf(rule.numerator(), rule.denominator(), rule.strict(), result.base));
  std::vector<size_t> reaching;
  for (size_t i = 0; i < tally.votes.size(); ++i) {
    if (tally.votes[i] >= result.needed) reaching.push_back(i);
  }
  std::stable_sort(reaching.begin(), reaching.end(),
                   [&](size_t a, size_t b) { return tally.votes[a] > tally.votes[b]; });
  if (reaching.size() <= places) {
    result.elected = std::move(reaching);
  } else {
    const uint32_t last = tally.votes[reaching[places - 1]];
    const bool tie = tally.votes[reaching[places]] == last;
    for (const size_t candidate : reaching) {
      if (tally.votes[candidate] > last || (!tie && tally.votes[candidate] == last)) {
        result.elected.push_back(candidate);
      } else if (tie && tally.votes[candidate] == last) {
        result.tied.push_back(candidate);
      }
    }
    if (tie) result.to_draw = places - static_cast<uint32_t>(result.elected.size());
  }
  std::sort(result.elected.begin(), result.elected.end());
  return result;
}

v1::Text ExplainPlaces(const v1::ElectionRule& rule, uint32_t places, const ElectionTally& tally,
                       const PlacesResult& result, const std::vector<std::string>& names) {
  std::vector<std::string> counts;
  for (size_t i = 0; i < tally.votes.size(); ++i)
    counts.push_back(absl::StrCat(names[i], " ", tally.votes[i]));
  const std::string joined = absl::StrJoin(counts, ", ");
  std::string de = absl::StrCat(joined, "; Plätze: ", places, "; nötig sind ", result.needed,
                                " von ", result.base, ": ");
  std::string en = absl::StrCat(joined, "; places: ", places, "; ", result.needed, " of ",
                                result.base, " are needed: ");
  const std::string elected = NamesOf(result.elected, names);
  absl::StrAppend(&de, elected.empty() ? "niemand ist sicher gewählt" : "gewählt ", elected, ". ");
  absl::StrAppend(&en, elected.empty() ? "nobody is certainly elected" : "elected ", elected, ". ");
  if (result.to_draw > 0) {
    const std::string tied = NamesOf(result.tied, names);
    absl::StrAppend(&de, "Das Los gibt ", result.to_draw, " Plätze unter ", tied, ". ");
    absl::StrAppend(&en, "The lot gives ", result.to_draw, " places among ", tied, ". ");
  } else if (result.elected.size() < places) {
    absl::StrAppend(&de, "Offen bleiben ", places - result.elected.size(),
                    " Plätze: neue Vorschläge. ");
    absl::StrAppend(&en, places - result.elected.size(), " places stay open: nominate anew. ");
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
