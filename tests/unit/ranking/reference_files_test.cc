// Election files as cities and collections write them, with expected results of other programs.
#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "crypto/hash.h"
#include "gtest/gtest.h"
#include "ranking/formats/formats.h"
#include "ranking/method.h"
#include "tests/unit/ranking/reference_data.h"

namespace votum::ranking {
namespace {

Election ReadFile(const std::string& name) {
  const absl::StatusOr<std::string> text =
      votum::ReadFile(ReferencePath(absl::StrCat("files/", name)));
  EXPECT_OK(text);
  const absl::StatusOr<Format> format = FormatOf(name, *text);
  EXPECT_OK(format);
  absl::StatusOr<Election> election = ReadElection(*format, *text);
  EXPECT_OK(election.status()) << name;
  return election.value_or(Election());
}

Ranking MustRank(const std::string& method, const Election& election, const Params& params = {}) {
  absl::StatusOr<Ranking> ranking = Rank(method, params, election);
  EXPECT_OK(ranking.status()) << method;
  return ranking.value_or(Ranking());
}

Json Sorted(Json list) {
  std::sort(list.begin(), list.end());
  return list;
}

struct NamedMethod {
  const char* name;
  const char* method;
};
constexpr NamedMethod kTierMethods[] = {
    {"schulze_wv", "schulze.wv"},
    {"schulze_margin", "schulze.margin"},
    {"schulze_wv_lv", "schulze.wv_lv"},
    {"ranked_pairs_margin", "ranked-pairs.margin"},
    {"ranked_pairs_wv", "ranked-pairs.wv"},
    {"borda", "borda.symmetric"},
    {"borda_mbc", "borda.modified"},
    {"copeland", "copeland"},
    {"minimax_wv", "minimax.wv"},
    {"minimax_margin", "minimax.margin"},
    {"minimax_opposition", "minimax.opposition"},
    {"kemeny", "kemeny"},
};

void CheckIrv(const Json& expected, const Election& election) {
  if (election.ranked.has_ties()) return;
  const Ranking ranking = MustRank("irv", election);
  if (!expected["put_winners"].is_null() && !ranking.details["winners_of_all_lots"].is_null()) {
    EXPECT_EQ(Numbered(ranking.winners), expected["put_winners"]);
  }
  const Ranking decided = MustRank("irv", election, {{"ties", "decide"}});
  EXPECT_EQ(decided.winners.at(0) + 1, expected["winner_tb_highest_id_out"]);
  EXPECT_EQ(decided.details["elimination_order"], expected["elimination_order_tb"]);
}

TEST(ReferenceFiles, RankedBallots) {
  const Json index = ReadReference("INDEX.json");
  size_t checked = 0;
  for (const Json& entry : index["ordinal"]) {
    SCOPED_TRACE(entry["file"].get<std::string>());
    const Json expected = ReadReference(entry["expected"]);
    if (!expected.contains("methods")) continue;
    const Election election = ReadFile(entry["file"]);
    for (const NamedMethod& row : kTierMethods) {
      if (!expected["methods"].contains(row.name)) continue;
      const Ranking ranking = MustRank(row.method, election);
      EXPECT_EQ(Numbered(ranking.tiers), expected["methods"][row.name]["ranking"]) << row.method;
      ++checked;
    }
    if (expected["methods"].contains("irv")) CheckIrv(expected["methods"]["irv"], election);
  }
  EXPECT_GT(checked, 500u);
}

std::string Stage(const std::string& decimal) {
  std::string digits = decimal;
  std::erase(digits, '.');
  return digits;
}

TEST(ReferenceFiles, TransferableVotes) {
  const Json index = ReadReference("INDEX.json");
  ASSERT_GT(index["stv"].size(), 30u);
  for (const Json& entry : index["stv"]) {
    SCOPED_TRACE(entry["file"].get<std::string>());
    const Json expected = ReadReference(entry["expected"]);
    const Election election = ReadFile(entry["file"]);
    EXPECT_EQ(election.seats, entry["seats"]);
    const Ranking scottish = MustRank("stv.scottish-2011", election);
    EXPECT_EQ(Numbered(scottish.winners), expected["scottish"]["elected_in_order"]);
    EXPECT_EQ(scottish.extra["quota"], expected["scottish"]["quota"]);
    const Json& rounds = expected["scottish"]["rounds_votes_1e5"];
    ASSERT_EQ(scottish.extra["stages"].size(), rounds.size());
    for (size_t i = 0; i < rounds.size(); ++i) {
      const Json& stage = scottish.extra["stages"][i];
      EXPECT_EQ(stage["action"], rounds[i]["action"]);
      EXPECT_EQ(std::stoll(Stage(stage["nontransferable"])), rounds[i]["nontransferable"]);
      for (const auto& [id, votes] : rounds[i]["votes"].items()) {
        EXPECT_EQ(std::stoll(Stage(stage["votes"][id])), votes)
            << "stage " << i + 1 << " candidate " << id;
      }
    }
    const Ranking meek = MustRank("stv.meek-prf", election);
    EXPECT_EQ(Sorted(Numbered(meek.winners)), expected["meek"]["elected"]);
    const Ranking wigm = MustRank("stv.wigm", election);
    EXPECT_EQ(Sorted(Numbered(wigm.winners)), expected["wigm_prf_droop"]["elected"]);
    EXPECT_EQ(MustRank("stv.warren", election).winners.size(), meek.winners.size());
  }
}

struct BudgetMethod {
  const char* name;
  const char* method;
  Params params;
};

const std::vector<BudgetMethod>& BudgetMethods() {
  static const auto* const methods = new std::vector<BudgetMethod>{
      {"mes_cost", "mes.cost", {}},
      {"mes_cardinality", "mes.cardinality", {}},
      {"mes_score", "mes.score", {}},
      {"mes_borda_len_minus_pos", "mes.score", {}},
      {"mes_cost_add1", "mes.cost", {{"completion", "add1"}}},
      {"mes_cardinality_add1", "mes.cardinality", {{"completion", "add1"}}},
      {"mes_cost_add1u", "mes.cost", {{"completion", "add1u"}}},
      {"mes_cardinality_add1u", "mes.cardinality", {{"completion", "add1u"}}},
      {"greedy_votes", "pb.greedy", {}},
      {"greedy_votes_per_cost", "pb.greedy", {{"by", "votes-per-cost"}}},
      {"greedy_score", "pb.greedy", {{"by", "points"}}},
      {"greedy_borda", "pb.greedy", {{"by", "points"}}},
      {"seq_phragmen", "phragmen", {}},
  };
  return *methods;
}

TEST(ReferenceFiles, Budgets) {
  const Json index = ReadReference("INDEX.json");
  std::set<std::string> seen;
  for (const Json& entry : index["pb"]) {
    SCOPED_TRACE(entry["file"].get<std::string>());
    const Json expected = ReadReference(entry["expected"]);
    const Election election = ReadFile(entry["file"]);
    EXPECT_EQ(election.options.size(), expected["n_projects"]);
    EXPECT_EQ(election.budget->voters(), expected["n_votes"]);
    for (const BudgetMethod& row : BudgetMethods()) {
      if (!expected["methods"].contains(row.name)) continue;
      seen.insert(row.name);
      const Json& one = expected["methods"][row.name];
      const Ranking ranking = MustRank(row.method, election, row.params);
      EXPECT_EQ(Sorted(ranking.extra["funded"]), one["funded"]) << row.name;
      EXPECT_EQ(ranking.details["spent"], one["cost"]) << row.name;
      if (!one.contains("order")) continue;
      EXPECT_EQ(ranking.extra["funded"], one["order"]) << row.name;
      EXPECT_EQ(ranking.extra["prices"], one["rho"]) << row.name;
      EXPECT_EQ(ranking.ties.size(), one["tie_rounds"]) << row.name;
    }
  }
  EXPECT_EQ(seen.size(), BudgetMethods().size());
}

}  // namespace
}  // namespace votum::ranking
