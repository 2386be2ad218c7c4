#include "ranking/sensitivity.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "ranking/report.h"

namespace votum::ranking {
namespace {

// Beyond this, an explanation would take minutes.
constexpr size_t kMaxOptionsCompared = 64;
constexpr size_t kMaxRivals = 8;

std::vector<OptionIndex> Sorted(std::vector<OptionIndex> options) {
  std::sort(options.begin(), options.end());
  return options;
}

// Methods of the same purpose: committees by STV, budgets, and all that pick one option.
int Purpose(const Method& method) {
  if (absl::StartsWith(method.id, "stv.")) return 1;
  return method.needs == Needs::kBudget ? 2 : 3;
}

// `election` with `count` more ballots for `option` alone.
Election With(const Election& election, OptionIndex option, uint64_t count) {
  Election more = election;
  const uint16_t coded[] = {option};
  if (more.graded) {
    std::vector<int16_t> grades(more.options.size(), 0);
    grades[option] = static_cast<int16_t>(more.graded->max_grade);
    more.graded->grades.insert(more.graded->grades.end(), grades.begin(), grades.end());
    more.graded->weights.push_back(count);
  }
  // Cannot fail: FewestAdded keeps the sum within the limit.
  if (!more.ranked.empty()) more.ranked.AddChecked(coded, count).IgnoreError();
  return more;
}

class AddedBallots {
 public:
  AddedBallots(const Method& method, const Params& params, const Election& election,
               const Ranking& ranking)
      : method_(method), params_(params), election_(election), winners_(Sorted(ranking.winners)) {}

  // The fewest ballots for `option` that change the winners, up to `most`.
  std::optional<uint64_t> Fewest(OptionIndex option, uint64_t most) const {
    if (!Changes(option, most)) return std::nullopt;
    uint64_t low = 0, high = most;
    while (high - low > 1) {
      const uint64_t middle = low + (high - low) / 2;
      (Changes(option, middle) ? high : low) = middle;
    }
    return high;
  }

 private:
  bool Changes(OptionIndex option, uint64_t count) const {
    const absl::StatusOr<Ranking> ranking =
        Rank(method_.id, params_, With(election_, option, count));
    return ranking.ok() && Sorted(ranking->winners) != winners_;
  }

  const Method& method_;
  const Params& params_;
  const Election& election_;
  const std::vector<OptionIndex> winners_;
};

Json OtherMethods(const Method& method, const Params& params, const Election& election,
                  const Ranking& ranking) {
  Json list = Json::array();
  for (const Method& other : Methods()) {
    if (other.id == method.id || Purpose(other) != Purpose(method)) continue;
    Params shared;
    const auto seats = params.find("seats");
    if (seats != params.end() && Purpose(other) == 1) shared.insert(*seats);
    const absl::StatusOr<Ranking> outcome = Rank(other.id, shared, election);
    if (!outcome.ok()) continue;  // it reads another kind of ballots
    Json winners = Json::array();
    for (OptionIndex option : outcome->winners) winners.push_back(IdOf(election, option));
    list.push_back({{"method", other.id},
                    {"winners", std::move(winners)},
                    {"same", Sorted(outcome->winners) == Sorted(ranking.winners)}});
  }
  return list;
}

Json FewestAdded(const Method& method, const Params& params, const Election& election,
                 const Ranking& ranking) {
  const AddedBallots added(method, params, election, ranking);
  // The sum of weights, so that it does not matter how equal ballots are written.
  const uint64_t ballots = BallotsOf(election);
  const uint64_t most = std::min(2 * ballots + 2, kMaxTotalWeight - ballots);
  std::optional<uint64_t> fewest;
  OptionIndex whom = 0;
  size_t rivals = 0;
  for (const Tier& tier : ranking.tiers) {
    for (OptionIndex option : tier) {
      const auto& winners = ranking.winners;
      if (std::count(winners.begin(), winners.end(), option) > 0 && winners.size() == 1) continue;
      if (rivals++ == kMaxRivals) break;
      const std::optional<uint64_t> count = added.Fewest(option, fewest ? *fewest : most);
      if (count && (!fewest || *count < *fewest)) {
        fewest = count;
        whom = option;
      }
    }
  }
  if (!fewest) return Json();
  return {{"for", IdOf(election, whom)}, {"ballots", *fewest}};
}

}  // namespace

Json Sensitivity(const Method& method, const Params& params, const Election& election,
                 const Ranking& ranking) {
  Json json = Json::object();
  if (election.options.size() > kMaxOptionsCompared) return json;
  json["other_methods"] = OtherMethods(method, params, election, ranking);
  const bool has_ballots = election.graded || !election.ranked.empty();
  if (has_ballots && election.ranked.size() <= 20000 && !election.budget && !election.comparisons) {
    const Json fewest = FewestAdded(method, params, election, ranking);
    if (!fewest.is_null()) json["added_ballots"] = fewest;
  }
  return json;
}

}  // namespace votum::ranking
