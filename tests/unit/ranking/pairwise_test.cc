#include "ranking/pairwise.h"

#include "base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ranking/method.h"

namespace votum::ranking {
namespace {

using ::testing::ElementsAre;

// Schulze's example (2011, section 3): five options, 45 ballots; E > A > C > B > D.
Election SchulzeExample() {
  Election election = MakeElection({"A", "B", "C", "D", "E"}).value();
  const std::vector<std::pair<int, std::string>> rows = {{5, "ACBED"}, {5, "ADECB"}, {8, "BEDAC"},
                                                         {3, "CABED"}, {7, "CAEBD"}, {2, "CBADE"},
                                                         {7, "DCEBA"}, {8, "EBADC"}};
  for (const auto& [weight, order] : rows) {
    std::vector<Tier> groups;
    for (char c : order) groups.push_back({static_cast<OptionIndex>(c - 'A')});
    EXPECT_OK(election.ranked.Add(groups, weight));
  }
  return election;
}

TEST(Schulze, KnownAnswer) {
  for (const char* method : {"schulze.wv_lv", "schulze.wv", "schulze.margin"}) {
    const auto ranking = Rank(method, {}, SchulzeExample(), {.explain = true});
    ASSERT_OK(ranking);
    EXPECT_THAT(ranking->tiers, ElementsAre(ElementsAre(4), ElementsAre(0), ElementsAre(2),
                                            ElementsAre(1), ElementsAre(3)));
    EXPECT_THAT(ranking->winners, ElementsAre(4));
    EXPECT_TRUE(ranking->ties.empty());
  }
}

TEST(Schulze, WitnessPathHasTheStrengthItShows) {
  const auto ranking = Rank("schulze.wv", {}, SchulzeExample(), {.explain = true});
  ASSERT_OK(ranking);
  // Wikipedia and the paper: the strongest path from A to B is A-D-C-B, with 28.
  const Json expected = {
      {"from", "A"}, {"to", "B"}, {"strength", 28}, {"path", {"A", "D", "C", "B"}}};
  EXPECT_THAT(ranking->details["paths"], ::testing::Contains(expected));
}

TEST(PairwiseCounts, AddThenRemoveLeavesNothing) {
  PairwiseCounts counts(4);
  const std::vector<uint16_t> ballot = Encode(std::vector<Tier>{{2}, {0, 1}});
  counts.Add(ballot, 3);
  EXPECT_EQ(counts.before(2, 0), 3u);
  EXPECT_EQ(counts.tied(0, 1), 3u);
  EXPECT_EQ(counts.Matrix().at(0, 3), 3u);
  EXPECT_EQ(counts.Matrix(Unranked::kNotCompared).at(0, 3), 0u);
  EXPECT_EQ(counts.Matrix().at(0, 1), 0u);
  counts.Remove(ballot, 3);
  EXPECT_TRUE(counts == PairwiseCounts(4));
}

TEST(RankedBallots, RefusesWhatIsNotABallot) {
  RankedBallots ballots(3);
  EXPECT_THAT(ballots.Add(std::vector<Tier>{{0}, {3}}), IsRefused(Reason::kUnknownOption));
  EXPECT_THAT(ballots.Add(std::vector<Tier>{{0}, {1, 0}}), IsRefused(Reason::kOptionTwice));
  EXPECT_THAT(ballots.Add(std::vector<Tier>{{0}}, kMaxTotalWeight + 1),
              IsRefused(Reason::kTooManyBallots));
  EXPECT_OK(ballots.Add(std::vector<Tier>{}));
  EXPECT_EQ(ballots.total_weight(), 1u);
}

TEST(Rank, RefusesWhatItDoesNotKnow) {
  EXPECT_THAT(Rank("schulze", {}, SchulzeExample()), IsRefused(Reason::kUnknownMethod));
  EXPECT_THAT(Rank("schulze.wv", {{"unranked", "top"}}, SchulzeExample()),
              IsRefused(Reason::kBadParam));
  EXPECT_THAT(Rank("schulze.wv", {{"seats", "2"}}, SchulzeExample()),
              IsRefused(Reason::kUnknownParam));
  EXPECT_OK(Rank("schulze.wv.v1", {}, SchulzeExample()));
}

}  // namespace
}  // namespace votum::ranking
