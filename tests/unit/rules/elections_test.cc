// Elections of persons, seats and lots.
#include <algorithm>
#include <fstream>
#include <numeric>
#include <random>

#include "absl/strings/escaping.h"
#include "base/status_matchers.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "rules/election.h"
#include "rules/lot.h"
#include "rules/profile.h"
#include "rules/seats.h"

namespace votum::rules {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const v1::ElectionRule& RuleOf(const char* profile) {
  static auto* const kRules = new std::map<std::string, v1::ElectionRule>();
  auto [found, added] = kRules->try_emplace(profile);
  if (added) found->second = BuiltInProfile(profile, "2026-12-01")->election();
  return found->second;
}

struct ElectionCase {
  const char* what;
  const char* profile;
  Ballot ballot;
  std::vector<uint32_t> votes;
  uint32_t no;
  ElectionOutcome outcome;
  std::vector<size_t> candidates;
};

TEST(ElectionTest, IsDecidedAsTheLawSays) {
  const ElectionCase kCases[] = {
      {"No votes are valid",
       "de-nw-rat",
       Ballot::kFirst,
       {10},
       11,
       ElectionOutcome::kNotElected,
       {}},
      {"a single candidate", "de-nw-rat", Ballot::kFirst, {11}, 10, ElectionOutcome::kElected, {0}},
      {"half is not more than half",
       "de-nw-rat",
       Ballot::kFirst,
       {10},
       10,
       ElectionOutcome::kNotElected,
       {}},
      {"more than half",
       "de-nw-rat",
       Ballot::kFirst,
       {5, 26, 20},
       0,
       ElectionOutcome::kElected,
       {1}},
      {"No votes prevent it",
       "de-nw-rat",
       Ballot::kFirst,
       {26, 20},
       7,
       ElectionOutcome::kRunoff,
       {0, 1}},
      {"two highest of three",
       "de-nw-rat",
       Ballot::kFirst,
       {15, 20, 12},
       0,
       ElectionOutcome::kRunoff,
       {0, 1}},
      {"three tied",
       "de-nw-rat",
       Ballot::kFirst,
       {10, 10, 10},
       0,
       ElectionOutcome::kRunoff,
       {0, 1, 2}},
      {"two share the highest",
       "de-nw-rat",
       Ballot::kFirst,
       {10, 4, 10},
       0,
       ElectionOutcome::kRunoff,
       {0, 2}},
      {"two share the second",
       "de-nw-rat",
       Ballot::kFirst,
       {10, 7, 7, 1},
       0,
       ElectionOutcome::kRunoff,
       {0, 1, 2}},
      {"nobody voted", "de-nw-rat", Ballot::kFirst, {0}, 0, ElectionOutcome::kNotElected, {}},
      {"plurality", "de-nw-rat", Ballot::kRunoff, {10, 9}, 30, ElectionOutcome::kElected, {0}},
      {"the lot", "de-nw-rat", Ballot::kRunoff, {10, 10}, 0, ElectionOutcome::kLot, {0, 1}},
      {"runoff of three, two tied",
       "de-nw-rat",
       Ballot::kRunoff,
       {9, 10, 10},
       0,
       ElectionOutcome::kLot,
       {1, 2}},
      {"a runoff without votes",
       "de-nw-rat",
       Ballot::kRunoff,
       {0, 0},
       3,
       ElectionOutcome::kNotElected,
       {}},
      {"of the members, not of the votes",
       "de-ni-rat",
       Ballot::kFirst,
       {22, 3},
       0,
       ElectionOutcome::kRunoff,
       {0, 1}},
      {"more than half of the members",
       "de-ni-rat",
       Ballot::kFirst,
       {23, 3},
       0,
       ElectionOutcome::kElected,
       {0}},
      {"everybody again",
       "de-ni-rat",
       Ballot::kFirst,
       {9, 3, 1},
       0,
       ElectionOutcome::kRunoff,
       {0, 1, 2}},
      {"of those present, not of the votes",
       "de-bw-rat",
       Ballot::kFirst,
       {8, 4},
       0,
       ElectionOutcome::kRunoff,
       {0, 1}},
      {"more than half of those present",
       "de-bw-rat",
       Ballot::kFirst,
       {9, 3},
       0,
       ElectionOutcome::kElected,
       {0}},
      {"alone, and put again", "de-bw-rat", Ballot::kFirst, {8}, 2, ElectionOutcome::kRunoff, {0}},
      {"alone again, by the same majority",
       "de-bw-rat",
       Ballot::kRunoff,
       {8},
       2,
       ElectionOutcome::kNotElected,
       {}},
      {"alone again, and elected",
       "de-bw-rat",
       Ballot::kRunoff,
       {9},
       8,
       ElectionOutcome::kElected,
       {0}},
      {"a runoff by the most votes",
       "de-bw-rat",
       Ballot::kRunoff,
       {5, 4},
       0,
       ElectionOutcome::kElected,
       {0}},
  };
  for (const ElectionCase& c : kCases) {
    ElectionTally tally;
    tally.votes = c.votes;
    tally.no = c.no;
    tally.statutory = 45;
    tally.present = 17;
    const auto result = EvaluateElection(RuleOf(c.profile), c.ballot, tally);
    ASSERT_OK(result);
    EXPECT_EQ(result->outcome, c.outcome) << c.what;
    EXPECT_EQ(result->candidates, c.candidates) << c.what;
  }
}

TEST(ElectionTest, AShareThatTwoReachElectsNeither) {
  v1::ElectionRule rule = RuleOf("de-nw-rat");
  rule.set_strict(false);  // half is enough
  ElectionTally tally;
  tally.votes = {10, 10};
  const ElectionResult tied = *EvaluateElection(rule, Ballot::kFirst, tally);
  EXPECT_EQ(tied.needed, 10u);
  EXPECT_EQ(tied.outcome, ElectionOutcome::kRunoff);
  EXPECT_THAT(tied.candidates, ElementsAre(0, 1));
  tally.votes = {10, 9, 1};
  const ElectionResult decided = *EvaluateElection(rule, Ballot::kFirst, tally);
  EXPECT_EQ(decided.needed, 10u);
  EXPECT_EQ(decided.outcome, ElectionOutcome::kElected);
  EXPECT_THAT(decided.candidates, ElementsAre(0));
}

TEST(ElectionTest, NeedsCandidates) {
  EXPECT_THAT(EvaluateElection(RuleOf("de-nw-rat"), Ballot::kFirst, {}),
              IsRefused(Reason::kBadVotes));
}

TEST(ElectionTest, IsExplained) {
  ElectionTally tally;
  tally.votes = {10, 10};
  tally.abstain = 2;
  const auto result = EvaluateElection(RuleOf("de-nw-rat"), Ballot::kRunoff, tally);
  const v1::Text text = ExplainElection(RuleOf("de-nw-rat"), tally, *result, {"Ada", "Ben"});
  EXPECT_EQ(text.en(),
            "Ada 10, Ben 10, no 0; the most votes decide: tie, the lot decides between Ada, Ben. "
            "Abstentions 2, invalid 0. § 50 (2) GO NRW.");
  EXPECT_THAT(text.de(), HasSubstr("das Los entscheidet zwischen Ada, Ben"));
}

TEST(ElectionTest, ASecondBallotOfASingleCandidateIsExplained) {
  ElectionTally tally;
  tally.votes = {8};
  tally.no = 7;
  tally.present = 17;
  const v1::ElectionRule rule = RuleOf("de-bw-rat");
  const auto result = EvaluateElection(rule, Ballot::kFirst, tally);
  EXPECT_EQ(ExplainElection(rule, tally, *result, {"Ada"}).de(),
            "Ada 8, Nein 7; nötig sind 9 von 17: nicht gewählt, zweiter Wahlgang mit derselben "
            "Mehrheit, frühestens 7 Tage später. § 37 (7) GemO BW.");
}

// Candidates in another order: the same persons.
TEST(ElectionTest, OrderOfCandidatesIsIrrelevant) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    ElectionTally tally;
    tally.votes.resize(1 + random() % 5);
    for (uint32_t& count : tally.votes) count = random() % 6;
    tally.no = random() % 4;
    std::vector<size_t> order(tally.votes.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::shuffle(order.begin(), order.end(), random);
    ElectionTally shuffled = tally;
    for (size_t i = 0; i < order.size(); ++i) shuffled.votes[i] = tally.votes[order[i]];
    for (const Ballot ballot : {Ballot::kFirst, Ballot::kRunoff}) {
      const auto a = EvaluateElection(RuleOf("de-nw-rat"), ballot, tally);
      const auto b = EvaluateElection(RuleOf("de-nw-rat"), ballot, shuffled);
      std::vector<size_t> back;
      for (const size_t candidate : b->candidates) back.push_back(order[candidate]);
      std::sort(back.begin(), back.end());
      EXPECT_EQ(a->outcome, b->outcome);
      EXPECT_EQ(a->candidates, back);
    }
  }
}

TEST(SeatsTest, TiesAreLeftToTheLot) {
  const std::vector<uint64_t> equal = {100, 100, 100};
  for (const char* method : {"hare-niemeyer", "dhondt", "sainte-lague", "rock"}) {
    const auto allocation = AllocateSeats(SeatMethodOf(method), 4, equal);
    ASSERT_OK(allocation);
    EXPECT_THAT(allocation->seats, ElementsAre(1, 1, 1)) << method;
    EXPECT_THAT(allocation->tied, ElementsAre(0, 1, 2)) << method;
    EXPECT_EQ(allocation->to_draw, 1u) << method;
  }
}

TEST(SeatsTest, RockFavoursTheLargerShare) {
  // Shares of 10 seats: 8.4, 0.9, 0.7. Hare/Niemeyer: rests .4, .9, .7. Rock: 8.4/9, 0.9/1, 0.7/1.
  const std::vector<uint64_t> votes = {84, 9, 7};
  EXPECT_THAT(AllocateSeats(v1::SEAT_METHOD_HARE_NIEMEYER, 10, votes)->seats, ElementsAre(8, 1, 1));
  EXPECT_THAT(AllocateSeats(v1::SEAT_METHOD_ROCK, 10, votes)->seats, ElementsAre(9, 1, 0));
}

TEST(SeatsTest, TheExplanationIsThatOfTheMethod) {
  const std::vector<uint64_t> votes = {22, 14, 9};
  const auto explained = [&votes](v1::SeatMethod method) {
    return ExplainSeats(method, votes, *AllocateSeats(method, 15, votes));
  };
  EXPECT_EQ(explained(v1::SEAT_METHOD_DHONDT).de(),
            "d'Hondt, 15 Sitze, 45 gültige Stimmen. "
            "Liste 1: 7 Sitze, der letzte für 22/7, der nächste wäre für 22/8. "
            "Liste 2: 5 Sitze, der letzte für 14/5, der nächste wäre für 14/6. "
            "Liste 3: 3 Sitze, der letzte für 9/3, der nächste wäre für 9/4.");
  EXPECT_EQ(explained(v1::SEAT_METHOD_SAINTE_LAGUE).en(),
            "Sainte-Laguë/Schepers, 15 seats, 45 valid votes. "
            "List 1: 7 seats, the last for 22/13, the next would be for 22/15. "
            "List 2: 5 seats, the last for 14/9, the next would be for 14/11. "
            "List 3: 3 seats, the last for 9/5, the next would be for 9/7.");
  EXPECT_EQ(explained(v1::SEAT_METHOD_HARE_NIEMEYER).en(),
            "Hare/Niemeyer, 15 seats, 45 valid votes. "
            "List 1: 22 * 15 / 45 = 7 + 15/45, 7 seats. "
            "List 2: 14 * 15 / 45 = 4 + 30/45, 5 seats. "
            "List 3: 9 * 15 / 45 = 3 + 0/45, 3 seats.");
  EXPECT_EQ(explained(v1::SEAT_METHOD_ROCK).en(),
            "Rock's quota method, 15 seats, 45 valid votes. "
            "List 1: 22 * 15 / 45 = 7 + 15/45, (7 + 15/45) / 8, 7 seats. "
            "List 2: 14 * 15 / 45 = 4 + 30/45, (4 + 30/45) / 5, 5 seats. "
            "List 3: 9 * 15 / 45 = 3 + 0/45, 3 seats.");
}

TEST(SeatsTest, RefusesWhatCannotBeSharedOut) {
  const auto refused = [](uint32_t seats, const std::vector<uint64_t>& votes) {
    return AllocateSeats(v1::SEAT_METHOD_DHONDT, seats, votes);
  };
  EXPECT_THAT(refused(0, {1}), IsRefused(Reason::kBadSeats));
  EXPECT_THAT(refused(kMaxSeats + 1, {1}), IsRefused(Reason::kBadSeats));
  EXPECT_THAT(refused(3, {}), IsRefused(Reason::kBadSeats));
  EXPECT_THAT(refused(3, {0, 0}), IsRefused(Reason::kBadSeats));
  EXPECT_THAT(refused(3, {UINT64_MAX, UINT64_MAX}), IsRefused(Reason::kBadSeats));
  EXPECT_THAT(AllocateSeats(v1::SEAT_METHOD_UNSPECIFIED, 3, {1}), IsRefused(Reason::kBadSeats));
}

// Requirements of any method: all seats are given, none to lists without votes, and more votes
// never get fewer seats.
TEST(SeatsTest, EveryMethodIsFair) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 3000; ++round) {
    std::vector<uint64_t> votes(1 + random() % 9);
    for (uint64_t& count : votes) count = random() % (round % 2 == 0 ? 12 : 1'000'000'000'000);
    votes[0] += 1;
    const auto seats = static_cast<uint32_t>(1 + random() % 60);
    for (const char* method : {"hare-niemeyer", "dhondt", "sainte-lague", "rock"}) {
      const auto allocation = *AllocateSeats(SeatMethodOf(method), seats, votes);
      uint64_t sum = allocation.to_draw;
      for (const uint32_t count : allocation.seats) sum += count;
      ASSERT_EQ(sum, seats) << method;
      ASSERT_TRUE(allocation.tied.empty() ? allocation.to_draw == 0
                                          : allocation.to_draw < allocation.tied.size());
      for (size_t a = 0; a < votes.size(); ++a) {
        if (votes[a] == 0) ASSERT_EQ(allocation.seats[a], 0u);
        for (size_t b = 0; b < votes.size(); ++b) {
          if (votes[a] > votes[b]) ASSERT_GE(allocation.seats[a], allocation.seats[b]) << method;
          if (votes[a] == votes[b]) ASSERT_EQ(allocation.seats[a], allocation.seats[b]) << method;
        }
      }
    }
  }
}

TEST(SeatsTest, AgreesWithTheReference) {
  std::ifstream file(VOTUM_SOURCE_DIR "/tests/data/ranking/expected/apportionment.json");
  ASSERT_TRUE(file);
  const nlohmann::json cases = nlohmann::json::parse(file)["cases"];
  const std::pair<const char*, const char*> kMethods[] = {
      {"dhondt", "dhondt"}, {"sainte_lague", "sainte-lague"}, {"hare_niemeyer", "hare-niemeyer"}};
  for (const nlohmann::json& one : cases) {
    for (const auto& [key, method] : kMethods) {
      const auto allocation = *AllocateSeats(SeatMethodOf(method), one["seats"].get<uint32_t>(),
                                             one["votes"].get<std::vector<uint64_t>>());
      EXPECT_EQ(allocation.seats, one[key]["seats"].get<std::vector<uint32_t>>());
      EXPECT_EQ(allocation.tied, one[key]["tied_parties"].get<std::vector<size_t>>());
      EXPECT_EQ(allocation.to_draw, one[key]["seats_to_be_drawn"].get<uint32_t>());
    }
  }
}

TEST(SeatsTest, UnanimityBreaksByNo) {
  v1::SeatsRule rule;
  EXPECT_TRUE(IsUnanimous(rule, 40, 0, 3));
  EXPECT_FALSE(IsUnanimous(rule, 40, 1, 0));
  EXPECT_FALSE(IsUnanimous(rule, 0, 0, 40));
  rule.set_abstention_breaks_unanimity(true);
  EXPECT_FALSE(IsUnanimous(rule, 40, 0, 3));
}

TEST(LotTest, IsDrawnAgainFromItsSeed) {
  const std::string a(32, 'a');
  const std::string b(32, 'b');
  const crypto::Digest seed = LotSeed("los-1", "checkpoint", {{"m01", a}, {"m02", b}});
  // Computed with another program from the definition in the header.
  EXPECT_EQ(crypto::ToHex(seed),
            "53b86cafcff2857bb028f2d01ed4d8c49d5b490360ce2c6e98eab8354b2f2895");
  EXPECT_THAT(*DrawLot(seed, {"list-1", "list-2", "list-3"}, 2), ElementsAre("list-3", "list-2"));
}

TEST(LotTest, OrderOfItemsIsIrrelevantEverythingElseMatters) {
  const crypto::Digest seed = LotSeed("los-1", "checkpoint", {{"m01", std::string(32, 'a')}});
  EXPECT_EQ(*DrawLot(seed, {"a", "b", "c"}, 3), *DrawLot(seed, {"c", "a", "b"}, 3));
  EXPECT_NE(seed, LotSeed("los-2", "checkpoint", {{"m01", std::string(32, 'a')}}));
  EXPECT_NE(seed, LotSeed("los-1", "checkpoin", {{"m01", std::string(32, 'a')}}));
  EXPECT_NE(seed, LotSeed("los-1", "checkpoint", {{"m02", std::string(32, 'a')}}));
  EXPECT_NE(seed, LotSeed("los-1", "checkpoint", {}));
}

TEST(LotTest, EachItemHasItsChance) {
  std::map<std::string, int> drawn;
  for (int i = 0; i < 6000; ++i) {
    const crypto::Digest seed = LotSeed(std::to_string(i), "", {});
    const std::vector<std::string> two = *DrawLot(seed, {"a", "b", "c"}, 2);
    for (const std::string& item : two) ++drawn[item];
  }
  // 4000 each; six standard deviations are about 220.
  for (const auto& [item, count] : drawn) EXPECT_NEAR(count, 4000, 220) << item;
}

TEST(LotTest, RefusesWhatIsNoLot) {
  const crypto::Digest seed = {};
  EXPECT_THAT(DrawLot(seed, {"a", "a"}, 1), IsRefused(Reason::kBadLot));
  EXPECT_THAT(DrawLot(seed, {"a", "b"}, 0), IsRefused(Reason::kBadLot));
  EXPECT_THAT(DrawLot(seed, {"a", "b"}, 3), IsRefused(Reason::kBadLot));
  const std::string value(32, 'v');
  EXPECT_OK(CheckContribution(CommitContribution(value), value));
  EXPECT_THAT(CheckContribution(CommitContribution(value), std::string(32, 'w')),
              IsRefused(Reason::kBadLotContribution));
  EXPECT_THAT(CheckContribution(CommitContribution("short"), "short"),
              IsRefused(Reason::kBadLotContribution));
}

}  // namespace
}  // namespace votum::rules
