// Properties that hold for all ballots: names, order and units of ballots do not matter; all ways
// of counting agree.
#include <algorithm>
#include <numeric>
#include <random>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "gtest/gtest.h"
#include "ranking/batch_counter.h"
#include "ranking/formats/formats.h"
#include "ranking/method.h"
#include "ranking/schulze.h"
#include "ranking/widest_paths.h"

namespace votum::ranking {
namespace {

constexpr Simd kAllSimd[] = {Simd::kPortable, Simd::kAvx2, Simd::kAvx512};

std::vector<uint16_t> RandomBallot(std::mt19937_64& random, size_t options, bool ties) {
  std::vector<uint16_t> order(options);
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), random);
  order.resize(random() % (options + 1));
  for (size_t i = 1; ties && i < order.size(); ++i) {
    if (random() % 4 == 0) order[i] |= kTiedWithPrevious;
  }
  return order;
}

Election RandomElection(std::mt19937_64& random, size_t options, size_t ballots, bool ties) {
  std::vector<std::string> ids;
  for (size_t i = 0; i < options; ++i) ids.push_back(absl::StrCat("o", i + 10));
  Election election = MakeElection(ids).value();
  election.seats = 2;
  for (size_t i = 0; i < ballots; ++i) {
    EXPECT_OK(election.ranked.AddCoded(RandomBallot(random, options, ties), 1 + random() % 3));
  }
  return election;
}

// Methods whose outcome on ranked ballots does not depend on the order of options (tie-breaking
// methods do depend on it).
std::vector<std::string> NeutralMethods() {
  return {"schulze.wv_lv",   "schulze.wv",     "schulze.margin", "condorcet",
          "copeland",        "minimax.wv",     "minimax.margin", "minimax.opposition",
          "borda.symmetric", "borda.modified", "approval",       "bradley-terry"};
}
std::vector<std::string> AllRankedMethods() {
  std::vector<std::string> methods = NeutralMethods();
  for (const char* method : {"ranked-pairs.margin", "ranked-pairs.wv", "kemeny", "irv",
                             "stv.scottish-2011", "stv.wigm", "stv.meek-prf", "stv.warren"}) {
    methods.emplace_back(method);
  }
  return methods;
}

std::vector<Tier> TiersOf(const std::string& method, const Election& election) {
  const absl::StatusOr<Ranking> ranking = Rank(method, {}, election);
  EXPECT_OK(ranking.status()) << method;
  std::vector<Tier> tiers = ranking.ok() ? ranking->tiers : std::vector<Tier>();
  for (Tier& tier : tiers) std::sort(tier.begin(), tier.end());
  return tiers;
}

TEST(Metamorphic, NamesOfOptionsDoNotMatter) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 40; ++round) {
    const Election election = RandomElection(random, 6, 15, round % 2 == 0);
    std::vector<uint16_t> renamed(6);
    std::iota(renamed.begin(), renamed.end(), 0);
    std::shuffle(renamed.begin(), renamed.end(), random);
    Election other = election;
    other.ranked = RankedBallots(6);
    election.ranked.ForEach([&](BallotView ballot) {
      std::vector<Tier> groups = Decode(ballot.coded);
      for (Tier& tier : groups) {
        for (OptionIndex& option : tier) option = renamed[option];
      }
      EXPECT_OK(other.ranked.Add(groups, ballot.weight));
    });
    for (const std::string& method : NeutralMethods()) {
      std::vector<Tier> expected = TiersOf(method, election);
      for (Tier& tier : expected) {
        for (OptionIndex& option : tier) option = renamed[option];
        std::sort(tier.begin(), tier.end());
      }
      EXPECT_EQ(TiersOf(method, other), expected) << method;
    }
  }
}

TEST(Metamorphic, OrderAndSplitOfBallotsDoNotMatter) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 40; ++round) {
    const Election election = RandomElection(random, 6, 15, false);
    Election other = election;
    other.ranked = RankedBallots(6);
    std::vector<BallotView> ballots;
    election.ranked.ForEach([&](BallotView ballot) {
      for (uint64_t i = 0; i < ballot.weight; ++i) ballots.push_back({ballot.coded, 1});
    });
    std::shuffle(ballots.begin(), ballots.end(), random);
    for (const BallotView& ballot : ballots) EXPECT_OK(other.ranked.AddCoded(ballot.coded, 1));
    for (const std::string& method : AllRankedMethods()) {
      EXPECT_EQ(TiersOf(method, other), TiersOf(method, election)) << method;
    }
  }
}

TEST(Metamorphic, UnitOfWeightsDoesNotMatter) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 40; ++round) {
    const Election election = RandomElection(random, 6, 15, round % 2 == 0);
    Election other = election;
    other.ranked = RankedBallots(6);
    // So large that counts no longer fit 32 bits.
    election.ranked.ForEach([&](BallotView ballot) {
      EXPECT_OK(other.ranked.AddCoded(ballot.coded, ballot.weight * 1000000007));
    });
    for (const std::string& method : AllRankedMethods()) {
      // Quotas and rounding count in single votes, and a prior weighs less beside more comparisons.
      if (absl::StartsWith(method, "stv.") || method == "bradley-terry") continue;
      if (election.ranked.has_ties() && method == "irv") continue;
      EXPECT_EQ(TiersOf(method, other), TiersOf(method, election)) << method;
    }
  }
}

// A clone is next to its original on every ballot; methods that promise clone independence must
// keep the winner.
TEST(Metamorphic, ClonesDoNotChangeTheWinner) {
  std::mt19937_64 random(4);
  for (int round = 0; round < 60; ++round) {
    const Election election = RandomElection(random, 5, 101, false);
    Election cloned = election;
    cloned.options.push_back({"clone", ""});
    cloned.ranked = RankedBallots(6);
    election.ranked.ForEach([&](BallotView ballot) {
      std::vector<uint16_t> coded;
      for (uint16_t option : ballot.coded) {
        if (option != 0) {
          coded.push_back(option);
          continue;
        }
        const bool clone_first = random() % 2 == 0;
        coded.push_back(clone_first ? 5 : 0);
        coded.push_back(clone_first ? 0 : 5);
      }
      EXPECT_OK(cloned.ranked.AddCoded(coded, ballot.weight));
    });
    for (const char* method : {"schulze.wv_lv", "schulze.margin", "ranked-pairs.margin", "irv"}) {
      const Ranking before = Rank(method, {}, election).value();
      const Ranking after = Rank(method, {}, cloned).value();
      if (!before.ties.empty() || !after.ties.empty()) continue;
      const OptionIndex winner = after.winners.at(0) == 5 ? 0 : after.winners.at(0);
      EXPECT_EQ(winner, before.winners.at(0)) << method;
    }
  }
}

TEST(Counting, IsTheSameInAnyWay) {
  std::mt19937_64 random(5);
  for (size_t options : {1, 2, 5, 10, 64, 119, 120, 130}) {
    RankedBallots ballots(options);
    for (int i = 0; i < 40000; ++i) {
      EXPECT_OK(ballots.AddCoded(RandomBallot(random, std::min<size_t>(options, 12), i % 50 == 0),
                                 i % 90 == 0 ? 3 : 1));
    }
    PairwiseCounts expected(options);
    ballots.ForEach([&](BallotView ballot) { expected.Add(ballot.coded, ballot.weight); });
    for (size_t threads : {1, 2, 3, 7}) {
      PairwiseCounts counts(options);
      counts.AddAll(ballots, threads);
      EXPECT_TRUE(counts == expected) << options << " options, " << threads << " threads";
    }
    for (Simd simd : kAllSimd) {
      if (simd > BestSimd()) continue;
      PairwiseCounts counts(options);
      {
        BatchCounter batch(counts, simd);
        ballots.ForEach([&](BallotView ballot) { batch.Add(ballot.coded, ballot.weight); });
      }
      EXPECT_TRUE(counts == expected) << options << " options";
    }
  }
}

TEST(Counting, CompleteBallotsInBatches) {
  std::mt19937_64 random(6);
  PairwiseCounts expected(9), counts(9);
  BatchCounter batch(counts);
  std::vector<uint16_t> order(9);
  std::iota(order.begin(), order.end(), 0);
  for (int i = 0; i < 1500; ++i) {
    std::shuffle(order.begin(), order.end(), random);
    expected.Add(order, 1);
    batch.Add(order, 1);
  }
  batch.Flush();
  EXPECT_TRUE(counts == expected);
}

TEST(Counting, RevotesLeaveNoTrace) {
  std::mt19937_64 random(7);
  PairwiseCounts revoted(20), last_only(20);
  for (int voter = 0; voter < 500; ++voter) {
    const std::vector<uint16_t> first = RandomBallot(random, 20, true),
                                second = RandomBallot(random, 20, true);
    revoted.Add(first);
    revoted.Remove(first);
    revoted.Add(second);
    last_only.Add(second);
  }
  EXPECT_TRUE(revoted == last_only);
}

std::vector<uint32_t> NaivePaths(size_t n, std::vector<uint32_t> p) {
  for (size_t k = 0; k < n; ++k) {
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = 0; j < n; ++j)
        p[i * n + j] = std::max(p[i * n + j], std::min(p[i * n + k], p[k * n + j]));
    }
  }
  for (size_t i = 0; i < n; ++i) p[i * n + i] = 0;
  return p;
}

TEST(WidestPaths, AllKernelsAgreeWithTheDefinition) {
  std::mt19937_64 random(8);
  for (size_t n : {1, 2, 24, 25, 63, 64, 65, 130, 300}) {
    for (uint32_t width : {3u, 1000u, 0xffffu, 0x10000u, 0xfffffff0u}) {
      std::vector<uint32_t> links(n * n);
      for (size_t i = 0; i < links.size(); ++i) {
        if (i / n != i % n && random() % 3 != 0)
          links[i] = static_cast<uint32_t>(random() % width) + 1;
      }
      const std::vector<uint32_t> expected = NaivePaths(n, links);
      for (Simd simd : kAllSimd) {
        if (simd > BestSimd()) continue;
        for (size_t threads : {1, 2, 5}) {
          std::vector<uint32_t> paths = links;
          WidestPaths(n, width, paths, threads, simd);
          EXPECT_EQ(paths, expected) << n << " options, width " << width << ", " << threads;
        }
      }
    }
  }
}

// Strengths of small counts are sorted differently from those of large ones.
TEST(StrongestPaths, ManyBallotsGiveTheSameLevelsAsFew) {
  std::mt19937_64 random(10);
  for (int round = 0; round < 20; ++round) {
    const size_t n = 2 + random() % 30;
    PairwiseMatrix few(n), many(n);
    for (size_t a = 0; a < n; ++a) {
      for (size_t b = 0; b < n; ++b) {
        if (a == b) continue;
        few.at(a, b) = random() % 20;
        many.at(a, b) = few.at(a, b) << 40;
      }
    }
    for (Strength strength :
         {Strength::kWinningVotesLosingVotes, Strength::kWinningVotes, Strength::kMargin}) {
      const StrongestPaths of_few(few, strength), of_many(many, strength);
      for (size_t a = 0; a < n; ++a) {
        for (size_t b = 0; b < n; ++b) {
          EXPECT_EQ(of_few.level(a, b), of_many.level(a, b)) << n << " options, " << a << ", " << b;
          EXPECT_EQ(of_few.strength(a, b).first << 40, of_many.strength(a, b).first);
          EXPECT_EQ(of_few.strength(a, b).second * (int64_t{1} << 40),
                    of_many.strength(a, b).second);
        }
      }
    }
  }
}

TEST(Formats, RoundTripsKeepElectionsAndResults) {
  std::mt19937_64 random(9);
  for (int round = 0; round < 50; ++round) {
    const Election election = RandomElection(random, 1 + random() % 9, 20, round % 2 == 0);
    for (Format format :
         {Format::kPreflib, Format::kBlt, Format::kScottishCsv, Format::kCef, Format::kCsv}) {
      const absl::StatusOr<std::string> text = WriteElection(format, election);
      if (!text.ok()) {
        EXPECT_THAT(text.status(), IsRefused(Reason::kFormatCannot));
        continue;
      }
      const absl::StatusOr<Election> again = ReadElection(format, *text);
      ASSERT_OK(again.status()) << *text;
      EXPECT_EQ(WriteElection(format, *again).value_or(""), *text);
      EXPECT_EQ(TiersOf("schulze.wv_lv", *again), TiersOf("schulze.wv_lv", election));
      EXPECT_EQ(TiersOf("borda.modified", *again), TiersOf("borda.modified", election));
    }
  }
}

}  // namespace
}  // namespace votum::ranking
