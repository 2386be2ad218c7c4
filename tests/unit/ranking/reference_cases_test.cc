// Small random cases whose exact outcomes were computed by independent programs.
#include <algorithm>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "gtest/gtest.h"
#include "ranking/condorcet.h"
#include "ranking/method.h"
#include "tests/unit/ranking/reference_data.h"

namespace votum::ranking {
namespace {

Ranking MustRank(const std::string& method, const Election& election, const Params& params = {}) {
  absl::StatusOr<Ranking> ranking = Rank(method, params, election, {.explain = true});
  EXPECT_OK(ranking.status()) << method;
  return ranking.value_or(Ranking());
}

const std::map<std::string, std::string>& TierMethods() {
  static const auto* const methods = new std::map<std::string, std::string>{
      {"schulze_wv", "schulze.wv"},         {"schulze_margin", "schulze.margin"},
      {"schulze_wv_lv", "schulze.wv_lv"},   {"minimax_wv", "minimax.wv"},
      {"minimax_margin", "minimax.margin"}, {"minimax_opposition", "minimax.opposition"},
      {"borda", "borda.symmetric"},         {"copeland", "copeland"}};
  return *methods;
}

void CheckRankedPairs(const Json& expected, const std::string& method, const Election& election) {
  const Ranking ranking = MustRank(method, election);
  EXPECT_EQ(Numbered(ranking.tiers), expected["ranking"]) << method;
  EXPECT_EQ(ranking.details["strength_ties"], expected["ties"]) << method;
  Json locked = Json::array();
  for (const Json& row : ranking.details["locked"]) {
    locked.push_back({std::stoi(row["pair"][0].get<std::string>()),
                      std::stoi(row["pair"][1].get<std::string>())});
  }
  EXPECT_EQ(locked, expected["locked"]) << method;
}

TEST(ReferenceCases, PairwiseMethods) {
  const Json data = ReadReference("expected/fuzz_ordinal.json");
  ASSERT_GT(data["cases"].size(), 100u);
  for (size_t c = 0; c < data["cases"].size(); ++c) {
    SCOPED_TRACE(absl::StrCat("case ", c));
    const Json& one = data["cases"][c];
    const Election election = RankedCase(one);
    for (const auto& [name, method] : TierMethods()) {
      const Ranking ranking = MustRank(method, election);
      EXPECT_EQ(Numbered(ranking.tiers), one[name]) << method;
      if (name == "schulze_wv") EXPECT_EQ(ranking.details["pairwise"], one["pairwise"]);
    }
    const Ranking condorcet = MustRank("condorcet", election);
    EXPECT_EQ(Numbered(condorcet.winners), one["smith"]);
    if (one["condorcet_winner"].is_null()) {
      EXPECT_TRUE(condorcet.details["condorcet_winner"].is_null());
    } else {
      EXPECT_EQ(condorcet.details["condorcet_winner"],
                absl::StrCat(one["condorcet_winner"].get<int>()));
    }
    CheckRankedPairs(one["ranked_pairs_lex_wv"], "ranked-pairs.wv", election);
    CheckRankedPairs(one["ranked_pairs_lex_margin"], "ranked-pairs.margin", election);
    if (!one.contains("kemeny")) continue;
    const Ranking kemeny = MustRank("kemeny", election);
    EXPECT_EQ(kemeny.details["min_disagreement"], one["kemeny"]["min"]);
    EXPECT_EQ(kemeny.details["optimal_orders"], one["kemeny"]["n_optimal"]);
    std::vector<OptionIndex> order;
    for (const Tier& tier : kemeny.tiers) order.push_back(tier.at(0));
    EXPECT_EQ(Numbered(order), one["kemeny"]["lex_first"]);
  }
}

// All sets of winners, as the count reports them.
Json Outcomes(const Ranking& ranking) {
  if (!ranking.details.contains("outcomes_of_all_lots")) {
    std::vector<OptionIndex> winners = ranking.winners;
    std::sort(winners.begin(), winners.end());
    return Json::array({Numbered(winners)});
  }
  Json outcomes = Json::array();
  for (const Json& outcome : ranking.details["outcomes_of_all_lots"]) {
    Json set = Json::array();
    for (const Json& id : outcome) set.push_back(std::stoi(id.get<std::string>()));
    outcomes.push_back(set);
  }
  return outcomes;
}

void CheckStages(const Ranking& ranking, const Json& rounds) {
  ASSERT_EQ(ranking.extra["stages"].size(), rounds.size());
  for (size_t i = 0; i < rounds.size(); ++i) {
    const Json& stage = ranking.extra["stages"][i];
    EXPECT_EQ(stage["action"], rounds[i]["action"]);
    for (const auto& [id, votes] : rounds[i]["votes"].items()) {
      std::string digits = stage["votes"][id].get<std::string>();
      std::erase(digits, '.');
      EXPECT_EQ(std::stoll(digits), votes.get<int64_t>())
          << "stage " << i + 1 << " candidate " << id;
    }
  }
}

TEST(ReferenceCases, ScottishStv) {
  const Json data = ReadReference("expected/fuzz_stv.json");
  ASSERT_GT(data["cases"].size(), 100u);
  size_t lots = 0, complete = 0;
  for (size_t c = 0; c < data["cases"].size(); ++c) {
    SCOPED_TRACE(absl::StrCat("case ", c));
    const Json& one = data["cases"][c];
    const Ranking ranking = MustRank("stv.scottish-2011", RankedCase(one));
    EXPECT_EQ(ranking.extra["quota"], one["quota"]);
    std::vector<OptionIndex> winners = ranking.winners;
    std::sort(winners.begin(), winners.end());
    const Json& all = one["all_outcomes"];
    EXPECT_TRUE(std::count(all.begin(), all.end(), Numbered(winners)) == 1)
        << Numbered(winners) << all;
    if (one["lots"].empty()) {
      CheckStages(ranking, one["rounds_votes_1e5"]);
      continue;
    }
    ++lots;
    if (one["capped"] || !ranking.details.contains("outcomes_of_all_lots")) continue;
    ++complete;
    EXPECT_EQ(Outcomes(ranking), all);
  }
  EXPECT_GT(lots, 50u);
  EXPECT_GT(complete, 50u);
}

Election GradedCase(const Json& one) {
  std::vector<std::string> ids;
  for (int i = 1; i <= one["m"]; ++i) ids.push_back(absl::StrCat(i));
  Election election = MakeElection(ids).value();
  election.graded.emplace();
  election.graded->max_grade = 5;
  for (const Json& ballot : one["ballots"]) {
    for (const Json& grade : ballot) election.graded->grades.push_back(grade.get<int16_t>());
    election.graded->weights.push_back(1);
  }
  return election;
}

// Numbered from 0, as the grade cases are.
Json FromZero(const std::vector<Tier>& tiers) {
  Json list = Json::array();
  for (const Tier& tier : tiers) list.push_back(tier);
  return list;
}

TEST(ReferenceCases, Grades) {
  const Json data = ReadReference("expected/grades.json");
  ASSERT_GT(data["cases"].size(), 100u);
  for (size_t c = 0; c < data["cases"].size(); ++c) {
    SCOPED_TRACE(absl::StrCat("case ", c));
    const Json& one = data["cases"][c];
    const Election election = GradedCase(one);
    const Ranking score = MustRank("score", election);
    EXPECT_EQ(FromZero(score.tiers), one["score_ranking"]);
    EXPECT_EQ(FromZero(MustRank("majority-judgment", election).tiers),
              one["mj_ranking_lower_middlemost"]);
    const Ranking star = MustRank("star", election);
    Json put = Json::array();
    for (const Json& id : star.details["winners_of_all_lots"])
      put.push_back(std::stoi(id.get<std::string>()) - 1);
    EXPECT_EQ(put, one["star_put_winners"]);
    EXPECT_EQ(star.details["needs_lot"], one["star_official_needs_lot"]);
    if (!one["star_official_winner"].is_null())
      EXPECT_EQ(star.winners.at(0), one["star_official_winner"]);
  }
}

Election BudgetCase(const Json& one) {
  std::vector<std::string> ids;
  for (const auto& [id, cost] : one["costs"].items()) ids.push_back(id);
  Election election = MakeElection(ids).value();
  ProjectBudget& budget = election.budget.emplace();
  budget.budget = *ParseRational(one["budget"].get<std::string>());
  for (const auto& [id, cost] : one["costs"].items()) {
    budget.costs.push_back(*ParseRational(cost.get<std::string>()));
  }
  for (const Json& ballot : one["ballots"]) {
    for (const Json& id : ballot) {
      const auto at = std::find(ids.begin(), ids.end(), id.get<std::string>()) - ids.begin();
      budget.projects.push_back(static_cast<OptionIndex>(at));
    }
    budget.ends.push_back(static_cast<uint32_t>(budget.projects.size()));
  }
  return election;
}

Json Sorted(Json list) {
  std::sort(list.begin(), list.end());
  return list;
}

void CheckEqualShares(const Json& one, const std::string& name, const std::string& method,
                      const Election& election) {
  const Ranking plain = MustRank(method, election);
  EXPECT_EQ(plain.extra["funded"], one[name]["order"]) << method;
  EXPECT_EQ(plain.extra["prices"], one[name]["rho"]) << method;
  EXPECT_EQ(plain.ties.size(), one[name]["tie_rounds"]) << method;
  const Ranking add1 = MustRank(method, election, {{"completion", "add1"}});
  EXPECT_EQ(Sorted(add1.extra["funded"]), one[name + "_add1"]) << method;
  const Ranking add1u = MustRank(method, election, {{"completion", "add1u"}});
  EXPECT_EQ(Sorted(add1u.extra["funded"]), one[name + "_add1u"]) << method;
}

TEST(ReferenceCases, Budgets) {
  const Json data = ReadReference("expected/fuzz_pb.json");
  ASSERT_GT(data["cases"].size(), 100u);
  for (size_t c = 0; c < data["cases"].size(); ++c) {
    SCOPED_TRACE(absl::StrCat("case ", c));
    const Json& one = data["cases"][c];
    const Election election = BudgetCase(one);
    CheckEqualShares(one, "mes_cost", "mes.cost", election);
    CheckEqualShares(one, "mes_cardinality", "mes.cardinality", election);
    const Ranking phragmen = MustRank("phragmen", election);
    EXPECT_EQ(Sorted(phragmen.extra["funded"]), one["seq_phragmen"]);
    EXPECT_EQ(phragmen.ties.size(), one["phragmen_tie_rounds"]);
    EXPECT_EQ(Sorted(MustRank("pb.greedy", election).extra["funded"]), one["greedy_votes"]);
  }
}

TEST(ReferenceCases, BradleyTerry) {
  const Json data = ReadReference("expected/bradley_terry.json");
  ASSERT_GT(data["cases"].size(), 20u);
  for (size_t c = 0; c < data["cases"].size(); ++c) {
    SCOPED_TRACE(absl::StrCat("case ", c));
    const Json& one = data["cases"][c];
    std::vector<std::string> ids;
    for (int i = 1; i <= one["n"]; ++i) ids.push_back(absl::StrCat(i));
    Election election = MakeElection(ids).value();
    election.comparisons.emplace();
    for (const Json& row : one["wins"]) {
      for (const Json& wins : row) election.comparisons->wins.push_back(wins);
    }
    const auto ranking = Rank("bradley-terry", {{"prior", "0"}}, election);
    if (!one["strongly_connected"]) {
      EXPECT_THAT(ranking, IsRefused(Reason::kNotConnected));
      EXPECT_OK(Rank("bradley-terry", {}, election));
      continue;
    }
    ASSERT_OK(ranking);
    for (size_t i = 0; i < ids.size(); ++i) {
      EXPECT_NEAR(ranking->details["strengths"][ids[i]], one["theta"][i].get<double>(), 1e-8);
    }
  }
}

}  // namespace
}  // namespace votum::ranking
