// Ties are data: the tied options, the place, the deciding rule, and whether another decision would
// have changed the winners.
#include <set>

#include "base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ranking/keep_count.h"
#include "ranking/method.h"

namespace votum::ranking {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Election ElectionOf(size_t options, const std::vector<std::pair<int, std::vector<Tier>>>& ballots,
                    int seats = 0) {
  std::vector<std::string> ids;
  for (size_t i = 0; i < options; ++i) ids.push_back(std::string(1, static_cast<char>('A' + i)));
  Election election = MakeElection(ids).value();
  election.seats = seats;
  for (const auto& [weight, groups] : ballots) EXPECT_OK(election.ranked.Add(groups, weight));
  return election;
}

// B and C tie for exclusion; the choice decides the winner.
Election Fork() { return ElectionOf(3, {{4, {{0}}}, {3, {{1}, {2}}}, {3, {{2}, {1}}}}, 1); }

TEST(Ties, OptionOrderDecidesAndSaysSo) {
  const Ranking ranking = Rank("stv.scottish-2011", {}, Fork()).value();
  ASSERT_THAT(ranking.ties, SizeIs(1));
  const TieEvent& tie = ranking.ties[0];
  EXPECT_THAT(tie.tied, ElementsAre(1, 2));
  EXPECT_EQ(tie.stage, "exclusion at stage 2");
  EXPECT_EQ(tie.rule, "option order");
  EXPECT_THAT(tie.decided, ElementsAre(1, 2));
  EXPECT_EQ(tie.changes_outcome, true);
  EXPECT_THAT(ranking.winners, ElementsAre(1));
  EXPECT_EQ(ranking.details["outcomes_of_all_lots"], Json::parse(R"([["B"],["C"]])"));
}

TEST(Ties, ARecordDecides) {
  const Ranking ranking = Rank("stv.scottish-2011", {{"tie_order", "C,B"}}, Fork()).value();
  EXPECT_THAT(ranking.winners, ElementsAre(2));
  EXPECT_EQ(ranking.ties.at(0).rule, "manual");
  EXPECT_THAT(Rank("stv.scottish-2011", {{"tie_order", "C,X"}}, Fork()).status(),
              IsRefused(Reason::kBadParam));
  EXPECT_THAT(Rank("stv.scottish-2011", {{"tie_order", "C,C"}}, Fork()).status(),
              IsRefused(Reason::kBadParam));
  EXPECT_THAT(Rank("irv", {{"tie_order", "C"}, {"tie_seed", "x"}}, Fork()).status(),
              IsRefused(Reason::kBadParam));
}

TEST(Ties, TheSeedDecidesReproduciblyAndBothWays) {
  std::set<OptionIndex> winners;
  for (const char* seed : {"1", "2", "3", "4", "5", "6", "7", "8"}) {
    const Params params = {{"tie_seed", seed}};
    const Ranking ranking = Rank("stv.scottish-2011", params, Fork()).value();
    EXPECT_EQ(ranking.ties.at(0).rule, "lot");
    EXPECT_EQ(ranking.ties.at(0).seed, seed);
    EXPECT_EQ(Rank("stv.scottish-2011", params, Fork()).value().winners, ranking.winners);
    winners.insert(ranking.winners.at(0));
  }
  EXPECT_THAT(winners, ElementsAre(1, 2));
}

TEST(Ties, HistoryGoesBeforeTheLot) {
  // B and C are tied after D's votes went to B; at the first stage C had more.
  const Election election =
      ElectionOf(4, {{10, {{0}}}, {4, {{1}}}, {5, {{2}}}, {1, {{3}, {1}}}}, 1);
  const Ranking ranking = Rank("stv.scottish-2011", {}, election).value();
  EXPECT_THAT(ranking.winners, ElementsAre(0));
  ASSERT_THAT(ranking.ties, SizeIs(1));
  EXPECT_EQ(ranking.ties[0].rule, "history");
  EXPECT_THAT(ranking.ties[0].tied, ElementsAre(1, 2));
  EXPECT_THAT(ranking.ties[0].decided, ElementsAre(1));
}

TEST(Ties, ParallelUniversesOfTheRunoff) {
  const Ranking all = Rank("irv", {}, Fork()).value();
  EXPECT_THAT(all.winners, ElementsAre(1, 2));
  EXPECT_EQ(all.ties.at(0).changes_outcome, true);
  const Ranking one = Rank("irv", {{"ties", "decide"}}, Fork()).value();
  EXPECT_THAT(one.winners, ElementsAre(1));
  // A tie of those without votes is irrelevant, and is said to be.
  const Ranking irrelevant = Rank("irv", {}, ElectionOf(4, {{3, {{0}}}, {2, {{1}}}})).value();
  EXPECT_THAT(irrelevant.winners, ElementsAre(0));
  EXPECT_EQ(irrelevant.ties.at(0).changes_outcome, false);
}

TEST(Ties, RankedPairsSayWhetherTheOrderOfEqualVictoriesMatters) {
  // A cycle of three equal victories: the skipped one decides the winner.
  const Election circle =
      ElectionOf(3, {{1, {{0}, {1}, {2}}}, {1, {{1}, {2}, {0}}}, {1, {{2}, {0}, {1}}}});
  const Ranking ranking = Rank("ranked-pairs.margin", {}, circle).value();
  EXPECT_EQ(ranking.details["winners_of_all_orders"], Json::parse(R"(["A","B","C"])"));
  ASSERT_THAT(ranking.ties, SizeIs(1));
  EXPECT_EQ(ranking.ties[0].changes_outcome, true);
  const Ranking clear =
      Rank("ranked-pairs.margin", {}, ElectionOf(3, {{2, {{0}, {1}, {2}}}})).value();
  EXPECT_THAT(clear.ties, IsEmpty());
  EXPECT_EQ(clear.details["strength_ties"], true);
}

TEST(Ties, KemenyCountsEquallyGoodOrders) {
  const Ranking ranking =
      Rank("kemeny", {{"tie_order", "B,A"}}, ElectionOf(2, {{1, {{0}, {1}}}, {1, {{1}, {0}}}}))
          .value();
  EXPECT_EQ(ranking.details["optimal_orders"], 2);
  EXPECT_THAT(ranking.winners, ElementsAre(1));
  EXPECT_EQ(ranking.ties.at(0).changes_outcome, true);
}

TEST(Ties, SharedRanksAreReported) {
  const Ranking ranking = Rank("schulze.wv_lv", {}, ElectionOf(3, {{1, {{0}, {1, 2}}}})).value();
  ASSERT_THAT(ranking.ties, SizeIs(1));
  EXPECT_EQ(ranking.ties[0].stage, "rank 2");
  EXPECT_EQ(ranking.ties[0].changes_outcome, false);
}

TEST(Warren, ManyVotesAndASmallSurplusComeToAnEndSoon) {
  // In single steps the first round takes about as many iterations as the quota has votes.
  const int n = 100000000;
  const Election election = ElectionOf(
      4, {{n + 1, {{0}, {1}, {2}}}, {n + 1, {{1}, {0}, {2}}}, {n - 1, {{2}}}, {n - 2, {{3}}}});
  const KeepResult result =
      CountKeeping(election.ranked, 3, KeepRule::kWarren,
                   [](const std::vector<OptionIndex>& tied) { return tied.back(); });
  EXPECT_TRUE(result.settled);
  EXPECT_THAT(result.elected, ElementsAre(0, 1, 2));
  int iterations = 0;
  for (const KeepRound& round : result.rounds) iterations += round.iterations;
  EXPECT_LT(iterations, 3000);
}

TEST(Irv, EqualRanksAreRefusedOrShareTheVote) {
  const Election election = ElectionOf(3, {{3, {{0, 1}}}, {2, {{2}}}});
  EXPECT_THAT(Rank("irv", {}, election).status(), IsRefused(Reason::kTiedPreferences));
  EXPECT_OK(Rank("irv", {{"equal_ranks", "approval"}}, election).status());
  EXPECT_THAT(Rank("stv.meek-prf", {{"seats", "1"}}, election).status(),
              IsRefused(Reason::kTiedPreferences));
  EXPECT_THAT(Rank("stv.meek-prf", {}, ElectionOf(2, {{1, {{0}}}})).status(),
              IsRefused(Reason::kNoSeats));
}

TEST(Unranked, ChangesWhoWins) {
  // Two voters rank A only; three rank B before A; unranked options at the bottom lose to A.
  const Election election = ElectionOf(3, {{4, {{0}}}, {3, {{1}, {0}}}, {3, {{2}}}});
  EXPECT_THAT(Rank("copeland", {}, election).value().winners, ElementsAre(0));
  EXPECT_THAT(Rank("copeland", {{"unranked", "not-compared"}}, election).value().winners,
              ElementsAre(1));
  Election said = election;
  said.unranked_not_compared = true;
  EXPECT_THAT(Rank("copeland", {}, said).value().winners, ElementsAre(1));
  EXPECT_THAT(Rank("copeland", {{"unranked", "bottom"}}, said).value().winners, ElementsAre(0));
}

TEST(Withdrawn, OptionsLeaveTheBallots) {
  Election election = ElectionOf(3, {{3, {{1}, {0}}}, {2, {{2}, {0, 1}}}});
  election.options[1].withdrawn = true;
  const Ranking ranking = Rank("schulze.wv_lv", {}, election).value();
  EXPECT_THAT(ranking.tiers, ElementsAre(ElementsAre(0), ElementsAre(2)));
  election.options[0].withdrawn = election.options[2].withdrawn = true;
  EXPECT_THAT(Rank("schulze.wv_lv", {}, election).status(), IsRefused(Reason::kNoOptions));
}

}  // namespace
}  // namespace votum::ranking
