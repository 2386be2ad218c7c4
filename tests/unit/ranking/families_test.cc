// Families of methods against plain programs for the same definition, and electorate groups.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ranking/exact_sums.h"
#include "ranking/groups.h"
#include "ranking/majority_judgment.h"

namespace votum::ranking {
namespace {

using ::testing::ElementsAre;

// The definition: take out the lower middlemost grade again and again.
std::vector<int> NaiveSequence(const Histogram& histogram) {
  std::vector<int> grades;
  for (size_t grade = 0; grade < histogram.size(); ++grade)
    grades.insert(grades.end(), histogram[grade], static_cast<int>(grade));
  std::vector<int> sequence;
  while (!grades.empty()) {
    const auto middle = grades.begin() + static_cast<std::ptrdiff_t>((grades.size() - 1) / 2);
    sequence.push_back(*middle);
    grades.erase(middle);
  }
  return sequence;
}

TEST(MajorityJudgment, RunsAreTheSequenceOfTheDefinition) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 3000; ++round) {
    const uint64_t voters = 1 + random() % 20;
    std::vector<Histogram> pair(2, Histogram(4));
    for (Histogram& histogram : pair) {
      for (uint64_t v = 0; v < voters; ++v) ++histogram[random() % 4];
    }
    const MajoritySequence a(pair[0]), b(pair[1]);
    const std::vector<int> x = NaiveSequence(pair[0]), y = NaiveSequence(pair[1]);
    EXPECT_EQ(a.majority_grade(), x.front());
    EXPECT_EQ(a < b, x < y);
    EXPECT_EQ(b < a, y < x);
    EXPECT_EQ(a == b, x == y);
  }
}

// Equal Shares as defined, in fractions only, one voter at a time.
struct NaiveShares {
  std::vector<OptionIndex> order;
  std::vector<Rational> prices;
};

NaiveShares RunNaively(const ProjectBudget& budget,
                       const std::vector<std::vector<int64_t>>& utility) {
  const size_t voters = utility.size(), projects = budget.costs.size();
  std::vector<Rational> money(
      voters, Rational(budget.budget / Rational(static_cast<unsigned long>(voters))));  // NOLINT
  std::vector<bool> bought(projects);
  NaiveShares result;
  while (true) {
    int best = -1;
    Rational least;
    for (size_t p = 0; p < projects; ++p) {
      std::vector<std::pair<Rational, size_t>> supporters;  // money per utility
      Rational sum, total;
      for (size_t v = 0; v < voters; ++v) {
        if (utility[v][p] == 0) continue;
        supporters.emplace_back(money[v] / Fraction(utility[v][p]), v);
        sum += money[v];
        total += Fraction(utility[v][p]);
      }
      if (bought[p] || supporters.empty() || sum < budget.costs[p]) continue;
      std::sort(supporters.begin(), supporters.end());
      Rational rest = budget.costs[p], price;
      for (const auto& [ratio, v] : supporters) {
        price = rest / total;
        if (price <= ratio) break;
        rest -= money[v];
        total -= Fraction(utility[v][p]);
      }
      if (best >= 0 && price >= least) continue;
      best = static_cast<int>(p);
      least = price;
    }
    if (best < 0) return result;
    const auto p = static_cast<size_t>(best);
    bought[p] = true;
    result.order.push_back(static_cast<OptionIndex>(p));
    result.prices.push_back(least);
    for (size_t v = 0; v < voters; ++v) {
      money[v] -= std::min<Rational>(money[v], Rational(least * Fraction(utility[v][p])));
    }
  }
}

TEST(EqualShares, IsTheDefinitionInFractions) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 400; ++round) {
    const size_t projects = 1 + random() % 9, voters = 1 + random() % 25;
    std::vector<std::string> ids;
    for (size_t p = 0; p < projects; ++p) ids.push_back(absl::StrCat("p", p));
    Election election = MakeElection(ids).value();
    ProjectBudget& budget = election.budget.emplace();
    budget.budget = Fraction(static_cast<int64_t>(1 + random() % 1000));
    for (size_t p = 0; p < projects; ++p) {
      budget.costs.push_back(Fraction(static_cast<int64_t>(1 + random() % 200),
                                      1 + static_cast<int64_t>(random() % 3)));
    }
    std::vector<std::vector<int64_t>> points(voters, std::vector<int64_t>(projects));
    for (size_t v = 0; v < voters; ++v) {
      for (size_t p = 0; p < projects; ++p) {
        if (random() % 2 == 0) continue;
        points[v][p] = static_cast<int64_t>(1 + random() % 4);
        budget.projects.push_back(static_cast<OptionIndex>(p));
        budget.points.push_back(points[v][p]);
      }
      budget.ends.push_back(static_cast<uint32_t>(budget.projects.size()));
    }
    const Ranking ranking = Rank("mes.score", {}, election).value();
    const NaiveShares naive = RunNaively(budget, points);
    EXPECT_EQ(ranking.winners, naive.order) << "round " << round;
    Json prices = Json::array();
    for (const Rational& price : naive.prices) prices.push_back(ToString(price));
    EXPECT_EQ(ranking.extra["prices"], prices) << "round " << round;
  }
}

Election Projects(const std::vector<int64_t>& costs, int64_t money,
                  const std::vector<std::vector<OptionIndex>>& votes) {
  std::vector<std::string> ids;
  for (size_t p = 0; p < costs.size(); ++p) ids.push_back(absl::StrCat("p", p));
  Election election = MakeElection(ids).value();
  ProjectBudget& budget = election.budget.emplace();
  budget.budget = Fraction(money);
  for (int64_t cost : costs) budget.costs.push_back(Fraction(cost));
  for (const std::vector<OptionIndex>& vote : votes) {
    budget.projects.insert(budget.projects.end(), vote.begin(), vote.end());
    budget.ends.push_back(static_cast<uint32_t>(budget.projects.size()));
  }
  return election;
}

TEST(Greedy, ParametersDoWhatTheySay) {
  const Election election = Projects({6, 5, 3, 1}, 10, {{0, 1}, {0, 1}, {0, 2}, {3}});
  EXPECT_THAT(Rank("pb.greedy", {}, election).value().winners, ElementsAre(0, 2, 3));
  EXPECT_THAT(Rank("pb.greedy", {{"skip", "no"}}, election).value().winners, ElementsAre(0));
  EXPECT_THAT(Rank("pb.greedy", {{"min_votes", "2"}}, election).value().winners, ElementsAre(0));
  EXPECT_THAT(Rank("pb.greedy", {{"threshold_percent", "50"}}, election).value().winners,
              ElementsAre(0));
  EXPECT_THAT(Rank("pb.greedy", {{"exclusive", "p0+p2"}}, election).value().winners,
              ElementsAre(0, 3));
  EXPECT_THAT(Rank("pb.greedy", {{"exclusive", "p0+p9"}}, election).status(),
              IsRefused(Reason::kBadParam));
  EXPECT_THAT(Rank("pb.greedy", {{"by", "votes-per-cost"}}, election).value().winners,
              ElementsAre(3, 0, 2));
}

TEST(EqualShares, ABudgetSpentToTheLastCentIsAffordable) {
  // One project for the whole budget, approved by all: rounding must not exclude it.
  std::vector<std::vector<OptionIndex>> votes(61, {0});
  const Ranking ranking = Rank("mes.cost", {}, Projects({150000}, 150000, votes)).value();
  EXPECT_THAT(ranking.winners, ElementsAre(0));
  EXPECT_EQ(ranking.extra["prices"], Json::parse(R"(["1/61"])"));
}

TEST(EqualShares, LosersLearnWhatWasMissing) {
  const Ranking ranking =
      Rank("mes.cost", {}, Projects({8, 6}, 10, {{0}, {0}, {1}, {1}}), {.explain = true}).value();
  EXPECT_THAT(ranking.winners, ::testing::IsEmpty());
  EXPECT_EQ(ranking.details["not_funded"][0]["needed_on_top"], "3");
  EXPECT_EQ(ranking.details["not_funded"][1]["needed_on_top"], "1");
}

TEST(BradleyTerry, PriorKeepsStrengthsFiniteAndErrorsShrinkWithData) {
  Election election = MakeElection({"A", "B"}).value();
  election.comparisons = Comparisons{{0, 4, 0, 0}};
  EXPECT_THAT(Rank("bradley-terry", {{"prior", "0"}}, election).status(),
              IsRefused(Reason::kNotConnected));
  const Ranking few = Rank("bradley-terry", {}, election).value();
  EXPECT_THAT(few.tiers, ElementsAre(ElementsAre(0), ElementsAre(1)));
  election.comparisons = Comparisons{{0, 400, 100, 0}};
  const Ranking many = Rank("bradley-terry", {{"prior", "0"}}, election).value();
  // Two options: the difference of strengths is the log odds, and each stands half of it from the
  // mean.
  EXPECT_NEAR(many.details["strengths"]["A"].get<double>(), std::log(4.0) / 2, 1e-9);
  // Its variance is 1/400 + 1/100; each strength has a quarter of that.
  EXPECT_NEAR(many.details["standard_errors"]["A"].get<double>(),
              std::sqrt(1.0 / 400 + 1.0 / 100) / 2, 1e-9);
  EXPECT_LT(many.details["standard_errors"]["A"], few.details["standard_errors"]["A"]);
}

TEST(Kemeny, IsTheBestOfAllOrders) {
  std::mt19937_64 random(4);
  for (int round = 0; round < 30; ++round) {
    Election election = MakeElection({"A", "B", "C", "D", "E", "F"}).value();
    std::vector<uint16_t> order(6);
    std::iota(order.begin(), order.end(), 0);
    for (int i = 0; i < 7; ++i) {
      std::shuffle(order.begin(), order.end(), random);
      EXPECT_OK(election.ranked.AddCoded(order));
    }
    PairwiseCounts counts(6);
    counts.AddAll(election.ranked);
    const PairwiseMatrix matrix = counts.Matrix();
    std::iota(order.begin(), order.end(), 0);
    uint64_t best = UINT64_MAX, orders = 0;
    do {
      uint64_t against = 0;
      for (size_t i = 0; i < 6; ++i) {
        for (size_t j = i + 1; j < 6; ++j) against += matrix.at(order[j], order[i]);
      }
      orders = against < best ? 1 : orders + (against == best ? 1 : 0);
      best = std::min(best, against);
    } while (std::next_permutation(order.begin(), order.end()));
    const Ranking ranking = Rank("kemeny", {}, election).value();
    EXPECT_EQ(ranking.details["min_disagreement"], best);
    EXPECT_EQ(ranking.details["optimal_orders"], orders);
  }
}

std::vector<ElectorateGroup> TwoGroups(uint64_t council_weight) {
  std::vector<ElectorateGroup> groups = {{"citizens", 1, RankedBallots(2)},
                                         {"council", council_weight, RankedBallots(2)}};
  EXPECT_OK(groups[0].ballots.Add(std::vector<Tier>{{0}, {1}}, 10));
  EXPECT_OK(groups[1].ballots.Add(std::vector<Tier>{{1}, {0}}, 3));
  return groups;
}

TEST(Groups, RankApartAndTogetherByWeight) {
  const std::vector<Option> options = {{"A", ""}, {"B", ""}};
  const auto light = RankGroups("schulze.wv_lv", {}, options, TwoGroups(1));
  ASSERT_OK(light.status());
  EXPECT_THAT(light->groups[0].second->winners, ElementsAre(0));
  EXPECT_THAT(light->groups[1].second->winners, ElementsAre(1));
  EXPECT_THAT(light->combined.winners, ElementsAre(0));
  const auto heavy = RankGroups("schulze.wv_lv", {}, options, TwoGroups(4));
  EXPECT_THAT(heavy->combined.winners, ElementsAre(1));
  // Live counts give the same.
  std::vector<PairwiseCounts> counts(2, PairwiseCounts(2));
  const std::vector<ElectorateGroup> groups = TwoGroups(4);
  for (size_t g = 0; g < 2; ++g) counts[g].AddAll(groups[g].ballots);
  const PairwiseCounts combined = CombinedCounts({{1, &counts[0]}, {4, &counts[1]}}, 2);
  EXPECT_THAT(RankPairwise("schulze.wv_lv", {}, combined, options)->winners, ElementsAre(1));
  EXPECT_EQ(combined.total_weight(), 22u);
}

TEST(Methods, AreNamedWithTheirVersion) {
  EXPECT_EQ(PinnedId("schulze.wv_lv"), "schulze.wv_lv.v1");
  EXPECT_EQ(PinnedId("copeland"), "copeland.v1");
  EXPECT_EQ(PinnedId("copeland.v2"), "copeland.v2");
  EXPECT_EQ(FindMethod("copeland.v2"), nullptr) << "there is no such version";
  for (const Method& method : Methods())
    EXPECT_EQ(FindMethod(PinnedId(method.id)), &method) << method.id << " is not version 1";
}

TEST(Groups, RefuseWhatIsNoElectorate) {
  const std::vector<Option> options = {{"A", ""}, {"B", ""}};
  std::vector<ElectorateGroup> groups = TwoGroups(0);
  EXPECT_OK(RankGroups("copeland", {}, options, groups).status());
  groups[0].weight = 0;
  EXPECT_THAT(RankGroups("copeland", {}, options, groups).status(), IsRefused(Reason::kBadGroup));
  groups[0].weight = 1;
  groups[1].id = "citizens";
  EXPECT_THAT(RankGroups("copeland", {}, options, groups).status(), IsRefused(Reason::kBadGroup));
}

TEST(StatusQuo, MustBeBeatenByTheMajorityAskedFor) {
  PairwiseCounts counts(3);
  counts.Add(Encode(std::vector<Tier>{{0}, {2}}), 6);
  counts.Add(Encode(std::vector<Tier>{{2}, {1}}), 4);
  const PairwiseMatrix matrix = counts.Matrix();
  EXPECT_THAT(BeatStatusQuo(matrix, 2), ElementsAre(0));
  EXPECT_THAT(BeatStatusQuo(matrix, 2, 2, 3), ::testing::IsEmpty());
  EXPECT_THAT(BeatStatusQuo(matrix, 2, 59, 100), ElementsAre(0));
}

}  // namespace
}  // namespace votum::ranking
