// Participatory budgeting: greedy, Method of Equal Shares with its completions, sequential
// Phragmen.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "ranking/budget_problem.h"
#include "ranking/equal_shares.h"
#include "ranking/exact_sums.h"
#include "ranking/families.h"
#include "ranking/method.h"
#include "ranking/share_forecast.h"

namespace votum::ranking {
namespace {

// ---- Greedy

// The merit by which the greedy rule orders projects; compared as fractions.
std::vector<Rational> Merits(const Call& call, const BudgetProblem& problem) {
  const std::string& by = call.param("by");
  const bool per_cost = by == "votes-per-cost" || by == "points-per-cost";
  std::vector<Rational> merits;
  for (size_t p = 0; p < problem.costs.size(); ++p) {
    const int64_t value =
        by == "votes" || by == "votes-per-cost" ? problem.votes[p] : problem.points[p];
    // A free project has more merit per cost than any other.
    merits.push_back(per_cost && problem.costs[p] > 0 ? Fraction(value, problem.costs[p])
                                                      : Fraction(per_cost ? INT64_MAX : value));
  }
  return merits;
}

// Groups of projects of which at most one is funded: "a+b,c+d".
absl::StatusOr<std::vector<std::vector<OptionIndex>>> ExclusiveGroups(const Call& call) {
  std::vector<std::vector<OptionIndex>> groups;
  if (call.param("exclusive").empty()) return groups;
  for (absl::string_view group : absl::StrSplit(call.param("exclusive"), ',')) {
    groups.emplace_back();
    for (absl::string_view id : absl::StrSplit(group, '+')) {
      size_t i = 0;
      while (i < call.options() && call.election().options[i].id != id) ++i;
      if (i == call.options()) {
        return Refuse(Reason::kBadParam,
                      absl::StrCat("parameter exclusive names project \"", id,
                                   "\", which there is not; give ids as a+b,c+d"));
      }
      groups.back().push_back(static_cast<OptionIndex>(i));
    }
  }
  return groups;
}

// The parts of greedy that its parameters switch.
struct GreedyRules {
  bool skip = true;       // go on after a project that does not fit
  int64_t min_votes = 1;  // fewer are not funded
  std::vector<std::vector<OptionIndex>> exclusive;
};

// Buys from `order` what fits into `left`; a reason for each project that is not bought goes to
// `reasons`.
void BuyInOrder(const BudgetProblem& problem, const std::vector<OptionIndex>& order,
                const GreedyRules& rules, int64_t left, std::vector<OptionIndex>& bought,
                std::vector<std::string>& reasons) {
  std::vector<bool> excluded(problem.costs.size());
  for (OptionIndex project : order) {
    if (problem.votes[project] < rules.min_votes) {
      reasons[project] = absl::StrCat("fewer than ", rules.min_votes, " votes");
    } else if (excluded[project]) {
      reasons[project] = "another project of its group is funded";
    } else if (problem.costs[project] > left) {
      reasons[project] = absl::StrCat(
          "did not fit by ", ToString(problem.InCurrency(Fraction(problem.costs[project] - left))));
      if (!rules.skip) left = -1;
    } else {
      bought.push_back(project);
      left -= problem.costs[project];
      for (const std::vector<OptionIndex>& group : rules.exclusive) {
        if (std::count(group.begin(), group.end(), project) == 0) continue;
        for (OptionIndex other : group) excluded[other] = true;
      }
    }
  }
}

// Projects by merit, ties in the order of `ties`; each tie goes to `events` unless null.
std::vector<OptionIndex> MeritOrder(const std::vector<Rational>& merits, const ProjectOrder& ties,
                                    std::vector<TieEvent>* events) {
  std::vector<OptionIndex> order;
  size_t rank = 1;
  for (Tier tier : TiersByScore(merits)) {
    ties.Choose(tier, absl::StrCat("rank ", rank), events);
    std::sort(tier.begin(), tier.end(),
              [&](OptionIndex a, OptionIndex b) { return ties.Before(a, b); });
    order.insert(order.end(), tier.begin(), tier.end());
    rank += tier.size();
  }
  return order;
}

// A project's cost as its price.
std::vector<Rational> CostsOf(const BudgetProblem& problem,
                              const std::vector<OptionIndex>& projects) {
  std::vector<Rational> costs;
  for (OptionIndex project : projects)
    costs.push_back(problem.InCurrency(Fraction(problem.costs[project])));
  return costs;
}

void AddReasons(const Call& call, const std::vector<std::string>& reasons, Ranking& ranking) {
  Json object = Json::object();
  for (size_t i = 0; i < reasons.size(); ++i) {
    if (!reasons[i].empty()) object[call.election().options[i].id] = reasons[i];
  }
  ranking.details["not_funded"] = std::move(object);
}

absl::StatusOr<Ranking> RunGreedy(const Call& call) {
  ASSIGN_OR_RETURN(const BudgetProblem problem, MakeBudgetProblem(call.election()));
  ASSIGN_OR_RETURN(const ProjectOrder ties, ProjectOrder::Make(call, problem));
  GreedyRules rules;
  rules.skip = call.param("skip") == "yes";
  // At least one vote, at least as many as asked for, and the share of voters asked for (rounded
  // up).
  rules.min_votes =
      std::max<int64_t>({1, call.int_param("min_votes"),
                         (problem.people * call.int_param("threshold_percent") + 99) / 100});
  ASSIGN_OR_RETURN(rules.exclusive, ExclusiveGroups(call));
  std::vector<TieEvent> events;
  const std::vector<OptionIndex> order = MeritOrder(Merits(call, problem), ties, &events);
  Funding funding;
  std::vector<std::string> reasons(call.options());
  BuyInOrder(problem, order, rules, problem.budget, funding.funded, reasons);
  funding.prices = CostsOf(problem, funding.funded);
  Ranking ranking = FundingRanking(call, problem, funding);
  ranking.ties = std::move(events);
  if (call.explain()) AddReasons(call, reasons, ranking);
  return ranking;
}

// ---- Equal Shares

// Would any other project still fit? Considers only projects with supporters.
bool Exhaustive(const BudgetProblem& problem, const std::vector<OptionIndex>& bought,
                int64_t spent) {
  std::vector<bool> in(problem.costs.size());
  for (OptionIndex project : bought) in[project] = true;
  for (size_t p = 0; p < problem.costs.size(); ++p) {
    if (!in[p] && problem.votes[p] > 0 && spent + problem.costs[p] <= problem.budget) return false;
  }
  return true;
}

// The final share of Add1: raised by one unit of money per voter as long as the purchases stay
// within the budget and another project still fits.
class Add1 {
 public:
  Add1(const Call& call, const BudgetProblem& problem, Utility utility, const ProjectOrder& ties)
      : call_(call), problem_(problem), utility_(utility) {
    // Shares are tried in parallel; results beyond the final share are dropped.
    const size_t trials = std::clamp<size_t>(call.threads(), 1, kMaxTrials);
    for (size_t i = 0; i < trials; ++i)
      trials_.push_back(std::make_unique<EqualShares>(problem, utility, ties));
  }

  // `equal` is the budget's equal share. Adds the number of raises to `steps`.
  Rational Share(const Rational& equal, size_t& steps) {
    Rational share = equal;
    if (Done(share)) return share;
    if (call_.param("add1_start") == "floor") {
      const mpz_class units = equal.get_num() / (equal.get_den() * problem_.scale);
      share = Rational(units * problem_.scale);
      if (Done(share)) return share;
    }
    const Rational step = Rational(problem_.scale) * Fraction(call_.int_param("add1_step"));
    size_t until_jump = kFirstJump, wait = kFirstJump;
    while (true) {
      if (until_jump == 0) {
        const size_t jumped = Jump(share, step);
        if (jumped == kForEver) return share;
        steps += jumped;
        wait = jumped > kFirstJump ? kFirstJump : std::min(2 * wait, kMostBetweenJumps);
        until_jump = wait;
      }
      RunTrials(share, step);
      for (const std::unique_ptr<EqualShares>& trial : trials_) {
        if (trial->spent() > problem_.budget) return share;
        share += step;
        ++steps;
        if (until_jump > 0) --until_jump;
        if (Exhaustive(problem_, trial->bought(), trial->spent())) return share;
      }
    }
  }

 private:
  static constexpr size_t kMaxTrials = 16;
  // Raises that are tried one by one before a jump is, because most counts need few; and at most
  // so many where jumps turn out short.
  static constexpr size_t kFirstJump = 32, kMostBetweenJumps = 4096;
  static constexpr size_t kForEver = SIZE_MAX;

  // Raises `share` as often as surely changes nothing; how often, or kForEver if no raise would
  // change anything. The purchases after the jump are computed exactly and must be the same;
  // otherwise nothing is raised.
  size_t Jump(Rational& share, const Rational& step) {
    trials_[0]->Run(share, nullptr);
    const std::vector<OptionIndex> bought = trials_[0]->bought();
    const int64_t raises = RaisesWithoutChange(problem_, utility_, share, step, bought);
    if (raises == std::numeric_limits<int64_t>::max()) return kForEver;
    if (raises == 0) return 0;
    const Rational raised = share + step * Fraction(raises);
    trials_[0]->Run(raised, nullptr);
    if (trials_[0]->bought() != bought) return 0;
    share = raised;
    return static_cast<size_t>(raises);
  }

  bool Done(const Rational& share) {
    trials_[0]->Run(share, nullptr);
    return Exhaustive(problem_, trials_[0]->bought(), trials_[0]->spent());
  }
  // Runs with share + step, share + 2 steps, and so on.
  void RunTrials(const Rational& share, const Rational& step) {
    std::vector<std::thread> others;
    for (size_t i = 1; i < trials_.size(); ++i) {
      const Rational next = share + step * Fraction(static_cast<int64_t>(i) + 1);
      others.emplace_back([this, i, next] { trials_[i]->Run(next, nullptr); });
    }
    trials_[0]->Run(share + step, nullptr);
    for (std::thread& other : others) other.join();
  }

  const Call& call_;
  const BudgetProblem& problem_;
  const Utility utility_;
  std::vector<std::unique_ptr<EqualShares>> trials_;
};

Json PurchaseTable(const Call& call, const BudgetProblem& problem, const EqualShares& shares,
                   const Funding& funding, const Rational& share) {
  Json rounds = Json::array();
  int64_t spent = 0;
  const std::vector<OptionIndex>& bought = shares.bought();
  for (size_t i = 0; i < bought.size(); ++i) {
    spent += problem.costs[bought[i]];
    const Rational left = share * Fraction(problem.people) - Fraction(spent);
    rounds.push_back({{"project", call.Id(bought[i])},
                      {"price", ToString(funding.prices[i])},
                      {"cost", ToString(problem.InCurrency(Fraction(problem.costs[bought[i]])))},
                      {"payers", shares.Payers(i)},
                      {"money_left", ToString(problem.InCurrency(left))}});
  }
  return rounds;
}

// The shortfall of each project that was not bought: the additional money that its supporters would
// have needed.
Json LoserTable(const Call& call, const BudgetProblem& problem, const EqualShares& shares,
                const std::vector<OptionIndex>& funded) {
  Json losers = Json::array();
  for (size_t p = 0; p < problem.costs.size(); ++p) {
    const auto project = static_cast<OptionIndex>(p);
    if (std::count(funded.begin(), funded.end(), project) > 0) continue;
    const Rational money = shares.MoneyOfSupporters(project);
    losers.push_back(
        {{"project", call.Id(project)},
         {"votes", problem.votes[p]},
         {"money_of_supporters", ToString(problem.InCurrency(money))},
         {"needed_on_top", ToString(problem.InCurrency(Fraction(problem.costs[p]) - money))}});
  }
  return losers;
}

template <Utility utility>
absl::StatusOr<Ranking> RunEqualShares(const Call& call) {
  ASSIGN_OR_RETURN(const BudgetProblem problem, MakeBudgetProblem(call.election()));
  ASSIGN_OR_RETURN(const ProjectOrder ties, ProjectOrder::Make(call, problem));
  EqualShares shares(problem, utility, ties);
  Rational share = problem.people == 0 ? Rational(0) : Fraction(problem.budget, problem.people);
  size_t steps = 0;
  const std::string& completion = call.param("completion");
  if (completion != "none") share = Add1(call, problem, utility, ties).Share(share, steps);
  std::vector<TieEvent> events;
  shares.Run(share, &events);
  Funding funding{shares.bought(), {}};
  for (size_t i = 0; i < funding.funded.size(); ++i) {
    const Rational price = shares.Price(i);
    funding.prices.push_back(utility == Utility::kCost ? price : problem.InCurrency(price));
  }
  const size_t by_shares = funding.funded.size();
  std::vector<std::string> reasons(call.options());
  if (completion == "add1u") {
    std::vector<OptionIndex> rest;
    std::vector<Rational> votes;
    for (int64_t count : problem.votes) votes.push_back(Fraction(count));
    for (OptionIndex project : MeritOrder(votes, ties, nullptr)) {
      if (std::count(funding.funded.begin(), funding.funded.end(), project) == 0)
        rest.push_back(project);
    }
    BuyInOrder(problem, rest, {}, problem.budget - shares.spent(), funding.funded, reasons);
  }
  for (size_t i = by_shares; i < funding.funded.size(); ++i) {
    funding.prices.push_back(problem.InCurrency(Fraction(problem.costs[funding.funded[i]])));
  }
  Ranking ranking = FundingRanking(call, problem, funding);
  ranking.ties = std::move(events);
  ranking.details["share"] = ToString(problem.InCurrency(share));
  if (completion != "none") ranking.details["add1_steps"] = steps;
  ranking.details["funded_by_shares"] = by_shares;
  if (call.explain()) {
    ranking.details["rounds"] = PurchaseTable(call, problem, shares, funding, share);
    ranking.details["not_funded"] = LoserTable(call, problem, shares, funding.funded);
  }
  return ranking;
}

// ---- Phragmen

// Loads that supporters carry: funding a project spreads its cost so that all its supporters end
// with the same load.
class Phragmen {
 public:
  explicit Phragmen(const BudgetProblem& problem)
      : problem_(problem), level_(problem.class_size.size(), -1), approximate_(1, 0.0) {}

  // The load after funding `project`, in floating point (all terms are positive, so its relative
  // error stays tiny).
  double Approximate(OptionIndex project) const {
    double sum = static_cast<double>(problem_.costs[project]);
    for (const Supporter& supporter : problem_.supporters[project]) {
      sum += static_cast<double>(problem_.class_size[supporter.voters]) *
             approximate_[static_cast<size_t>(level_[supporter.voters] + 1)];
    }
    return sum / static_cast<double>(problem_.votes[project]);
  }
  Rational Exact(OptionIndex project) const {
    std::vector<int128> people(loads_.size());
    for (const Supporter& supporter : problem_.supporters[project]) {
      if (level_[supporter.voters] >= 0) {
        people[static_cast<size_t>(level_[supporter.voters])] +=
            problem_.class_size[supporter.voters];
      }
    }
    return (Fraction(problem_.costs[project]) + loads_.Sum(people)) /
           Fraction(problem_.votes[project]);
  }
  void Fund(OptionIndex project, const Rational& load) {
    loads_.Append(load);
    approximate_.push_back(load.get_d());
    for (const Supporter& supporter : problem_.supporters[project]) {
      level_[supporter.voters] = static_cast<int>(loads_.size()) - 1;
    }
  }
  // Projects of `open` with the least load after funding.
  std::vector<OptionIndex> Least(const std::vector<OptionIndex>& open) const {
    std::vector<double> loads;
    double least = 0;
    for (OptionIndex project : open) {
      loads.push_back(Approximate(project));
      if (loads.size() == 1 || loads.back() < least) least = loads.back();
    }
    std::vector<OptionIndex> near;
    for (size_t i = 0; i < open.size(); ++i) {
      if (loads[i] <= least * (1 + 1e-6)) near.push_back(open[i]);
    }
    if (near.size() == 1) return near;
    std::vector<Rational> exact;
    for (OptionIndex project : near) exact.push_back(-Exact(project));
    std::vector<OptionIndex> first;
    const std::vector<Tier> tiers = TiersByScore(exact);
    for (OptionIndex i : tiers.front()) first.push_back(near[i]);
    return first;
  }

 private:
  const BudgetProblem& problem_;
  std::vector<int> level_;           // of each class: index into loads_, -1 for none
  std::vector<double> approximate_;  // loads_, shifted by one
  ExactSums loads_;
};

absl::StatusOr<Ranking> RunPhragmen(const Call& call) {
  ASSIGN_OR_RETURN(const BudgetProblem problem, MakeBudgetProblem(call.election()));
  ASSIGN_OR_RETURN(const ProjectOrder ties, ProjectOrder::Make(call, problem));
  Phragmen phragmen(problem);
  std::vector<OptionIndex> open;
  for (size_t p = 0; p < problem.costs.size(); ++p) {
    // A project dearer than the whole budget could never be funded and must not end the count.
    if (problem.votes[p] > 0 && problem.costs[p] <= problem.budget)
      open.push_back(static_cast<OptionIndex>(p));
  }
  std::vector<TieEvent> events;
  Funding funding;
  int64_t left = problem.budget;
  const bool skip = call.param("unaffordable") == "skip";
  while (!open.empty()) {
    const OptionIndex project = ties.Choose(
        phragmen.Least(open), absl::StrCat("purchase ", funding.funded.size() + 1), &events);
    std::erase(open, project);
    if (problem.costs[project] > left) {
      if (skip) continue;
      break;
    }
    const Rational load = phragmen.Exact(project);
    phragmen.Fund(project, load);
    funding.funded.push_back(project);
    funding.prices.push_back(problem.InCurrency(load));
    left -= problem.costs[project];
  }
  Ranking ranking = FundingRanking(call, problem, funding);
  ranking.ties = std::move(events);
  return ranking;
}

std::vector<ParamSpec> With(std::vector<ParamSpec> params) {
  const std::vector<ParamSpec> ties = ProjectOrder::Params();
  params.insert(params.end(), ties.begin(), ties.end());
  return params;
}

}  // namespace

std::vector<Method> BudgetMethods() {
  const std::vector<ParamSpec> shares =
      With({{"completion", "none", "none|add1|add1u",
             "none; add1: raise shares until nothing fits or the budget would burst; add1u: then "
             "fill by votes"},
            {"add1_start", "exact", "exact|floor",
             "add1 starts from the exact share, or from whole units of money"},
            {"add1_step", "1", "int 1 1000000", "units of money by which add1 raises each share"}});
  const std::string source =
      "D. Peters, M. Skowron, EC 2020; D. Peters, G. Pierczynski, P. Skowron, NeurIPS 2021; "
      "completion: "
      "equalshares.net";
  return {
      {"pb.greedy", 1, Needs::kBudget,
       "Most votes first; what no longer fits is skipped; nobody's project is not funded.",
       "Pabulib rules greedy, greedy-no-skip, greedy-threshold, greedy-exclusive",
       With({{"by", "votes", "votes|points|votes-per-cost|points-per-cost",
              "what orders the projects"},
             {"skip", "yes", "yes|no", "no: stop at the first project that does not fit"},
             {"min_votes", "1", "int 0 1000000000", "votes that a project needs"},
             {"threshold_percent", "0", "int 0 100", "share of voters that must support a project"},
             {"exclusive", "", "text",
              "groups of projects of which one at the most is funded, as a+b,c+d"}}),
       RunGreedy},
      {"mes.cost", 1, Needs::kBudget,
       "Equal Shares; a project is worth its cost; price: money per unit of cost.", source, shares,
       RunEqualShares<Utility::kCost>},
      {"mes.cardinality", 1, Needs::kBudget,
       "Equal Shares; every project is worth the same; price: money per supporter.", source, shares,
       RunEqualShares<Utility::kCardinality>},
      {"mes.score", 1, Needs::kBudget,
       "Equal Shares; a project is worth its points; price: money per point.", source, shares,
       RunEqualShares<Utility::kScore>},
      {"phragmen", 1, Needs::kBudget,
       "Each project's cost is spread over its supporters; the least greatest load is funded "
       "first; price: that load.",
       "E. Phragmen (1894); M. Brill et al., AAAI 2017; M. Los, Z. Christoff, D. Grossi, IJCAI "
       "2022",
       With({{"unaffordable", "stop", "stop|skip", "when the next project does not fit"}}),
       RunPhragmen},
  };
}

}  // namespace votum::ranking
