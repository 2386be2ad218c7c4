#include "ranking/budget_problem.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"

namespace votum::ranking {
namespace {

constexpr int64_t kMaxMoney = int64_t{1} << 53;

absl::StatusOr<int64_t> WholeMoney(const Rational& money, const mpz_class& scale) {
  const Rational scaled = money * Rational(scale);
  if (scaled.get_num() > mpz_class(static_cast<long>(kMaxMoney))) {  // NOLINT: GNU MP speaks long
    return Refuse(Reason::kBadCost,
                  absl::StrCat("an amount of ", ToString(money),
                               " is too large to be counted; use larger units of money"));
  }
  return scaled.get_num().get_si();
}

// Nearly all ballots name a handful of projects: sorted by insertion, without std::sort's calls.
void Sort(std::vector<Vote>& votes) {
  if (votes.size() > 16) return std::sort(votes.begin(), votes.end());
  for (size_t i = 1; i < votes.size(); ++i) {
    const Vote vote = votes[i];
    size_t place = i;
    for (; place > 0 && vote < votes[place - 1]; --place) votes[place] = votes[place - 1];
    votes[place] = vote;
  }
}

uint64_t HashOf(const std::vector<Vote>& votes) {
  uint64_t hash = 0x9e3779b97f4a7c15;
  for (const Vote& vote : votes) {
    hash = (hash ^ (static_cast<uint64_t>(vote.project) << 40) ^ vote.points) * 0xff51afd7ed558ccd;
    hash ^= hash >> 32;
  }
  return hash;
}

// Joins equal voters: an open hash table of the classes of `problem`. It is kept small enough to
// stay in the cache, because many voters are alike.
class Classes {
 public:
  explicit Classes(BudgetProblem& problem) : problem_(problem), slots_(1024) {}

  // Adds a voter to the class of `votes` (sorted), new or known.
  void Add(const std::vector<Vote>& votes) {
    const uint64_t hash = HashOf(votes);
    size_t at = hash & (slots_.size() - 1);
    for (; slots_[at] != 0; at = (at + 1) & (slots_.size() - 1)) {
      const uint32_t known = slots_[at] - 1;
      if (hashes_[known] != hash || problem_.VotesOf(known) != absl::MakeConstSpan(votes)) continue;
      ++problem_.class_size[known];
      return;
    }
    problem_.votes_cast.insert(problem_.votes_cast.end(), votes.begin(), votes.end());
    problem_.class_ends.push_back(problem_.votes_cast.size());
    problem_.class_size.push_back(1);
    hashes_.push_back(hash);
    slots_[at] = static_cast<uint32_t>(hashes_.size());
    if (2 * hashes_.size() > slots_.size()) Grow();
  }

 private:
  void Grow() {
    slots_.assign(2 * slots_.size(), 0);
    for (uint32_t known = 0; known < hashes_.size(); ++known) {
      size_t at = hashes_[known] & (slots_.size() - 1);
      while (slots_[at] != 0) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = known + 1;
    }
  }

  BudgetProblem& problem_;
  std::vector<uint64_t> hashes_;  // of each class
  std::vector<uint32_t> slots_;   // class + 1
};

absl::Status JoinVoters(const ProjectBudget& from, BudgetProblem& problem) {
  Classes classes(problem);
  std::vector<Vote> votes;
  uint32_t begin = 0;
  for (uint32_t end : from.ends) {
    votes.clear();
    for (uint32_t i = begin; i < end; ++i) {
      const int64_t points = from.points.empty() ? 1 : from.points[i];
      if (points > std::numeric_limits<uint32_t>::max()) {
        return Refuse(Reason::kBadPoints,
                      absl::StrCat(points,
                                   " points for a project are more "
                                   "than can be counted; a vote gives less than 2^32"));
      }
      if (points > 0) votes.push_back({from.projects[i], static_cast<uint32_t>(points)});
    }
    Sort(votes);
    classes.Add(votes);
    begin = end;
  }
  std::vector<size_t> counts(problem.supporters.size());
  for (const Vote& vote : problem.votes_cast) ++counts[vote.project];
  for (size_t p = 0; p < counts.size(); ++p) problem.supporters[p].reserve(counts[p]);
  for (uint32_t c = 0; c < problem.class_size.size(); ++c) {
    for (const Vote& vote : problem.VotesOf(c)) {
      problem.supporters[vote.project].push_back({c, vote.points});
      problem.votes[vote.project] += problem.class_size[c];
      problem.points[vote.project] += problem.class_size[c] * vote.points;
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<BudgetProblem> MakeBudgetProblem(const Election& election) {
  const ProjectBudget& from = *election.budget;
  BudgetProblem problem;
  problem.scale = from.budget.get_den();
  for (const Rational& cost : from.costs) {
    mpz_lcm(problem.scale.get_mpz_t(), problem.scale.get_mpz_t(), cost.get_den_mpz_t());
  }
  ASSIGN_OR_RETURN(problem.budget, WholeMoney(from.budget, problem.scale));
  for (const Rational& cost : from.costs) {
    ASSIGN_OR_RETURN(const int64_t whole, WholeMoney(cost, problem.scale));
    problem.costs.push_back(whole);
  }
  problem.people = static_cast<int64_t>(from.voters());
  problem.supporters.resize(election.options.size());
  problem.votes.resize(election.options.size());
  problem.points.resize(election.options.size());
  RETURN_IF_ERROR(JoinVoters(from, problem));
  return problem;
}

std::vector<ParamSpec> ProjectOrder::Params() {
  std::vector<ParamSpec> params = TieParams();
  params.insert(params.begin(),
                {"ties", "id", "id|votes",
                 "tied projects: least id (as text), or most votes and then least id; tie_seed and "
                 "tie_order go before it"});
  return params;
}

absl::StatusOr<ProjectOrder> ProjectOrder::Make(const Call& call, const BudgetProblem& problem) {
  ASSIGN_OR_RETURN(const TieBreaker breaker, TieBreaker::Make(call));
  ProjectOrder result;
  std::vector<OptionIndex> order(call.options());
  std::iota(order.begin(), order.end(), 0);
  if (!call.param("tie_seed").empty() || !call.param("tie_order").empty()) {
    order = breaker.Order(order);
    result.rule_ = call.param("tie_order").empty() ? "lot" : "manual";
    result.seed_ = call.param("tie_seed");
  } else {
    const bool by_votes = call.param("ties") == "votes";
    result.rule_ = by_votes ? "most votes, then least id" : "least id";
    std::sort(order.begin(), order.end(), [&](OptionIndex a, OptionIndex b) {
      if (by_votes && problem.votes[a] != problem.votes[b])
        return problem.votes[a] > problem.votes[b];
      return call.election().options[a].id < call.election().options[b].id;
    });
  }
  result.place_.resize(call.options());
  for (size_t i = 0; i < order.size(); ++i) result.place_[order[i]] = i;
  return result;
}

OptionIndex ProjectOrder::Choose(const std::vector<OptionIndex>& tied, const std::string& stage,
                                 std::vector<TieEvent>* events) const {
  std::vector<OptionIndex> order = tied;
  std::sort(order.begin(), order.end(), [&](OptionIndex a, OptionIndex b) { return Before(a, b); });
  if (tied.size() > 1 && events != nullptr) {
    TieEvent event{tied, stage, rule_, order, seed_};
    std::sort(event.tied.begin(), event.tied.end());
    events->push_back(std::move(event));
  }
  return order.front();
}

Ranking FundingRanking(const Call& call, const BudgetProblem& problem, const Funding& funding) {
  Ranking ranking;
  std::vector<bool> funded(call.options());
  Rational spent;
  Json prices = Json::array();
  for (size_t i = 0; i < funding.funded.size(); ++i) {
    const OptionIndex project = funding.funded[i];
    funded[project] = true;
    ranking.tiers.push_back({project});
    spent += Fraction(problem.costs[project]);
    prices.push_back(ToString(funding.prices[i]));
  }
  ranking.winners = funding.funded;
  for (const Tier& tier : TiersByScore(problem.votes)) {
    Tier rest;
    for (OptionIndex project : tier) {
      if (!funded[project]) rest.push_back(project);
    }
    if (!rest.empty()) ranking.tiers.push_back(std::move(rest));
  }
  ranking.extra["funded"] = call.Ids(funding.funded);
  ranking.extra["prices"] = std::move(prices);
  ranking.details["budget"] = ToString(problem.InCurrency(Fraction(problem.budget)));
  ranking.details["spent"] = ToString(problem.InCurrency(spent));
  ranking.details["voters"] = problem.people;
  if (call.explain()) {
    ranking.details["votes"] = call.PerOption([&](size_t i) { return problem.votes[i]; });
    ranking.details["costs"] = call.PerOption(
        [&](size_t i) { return ToString(problem.InCurrency(Fraction(problem.costs[i]))); });
  }
  return ranking;
}

}  // namespace votum::ranking
