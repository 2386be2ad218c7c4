// Measures the ranking engine next to naive programs for the same task in the same run, so that
// ratios are meaningful on a noisy machine. Each time is the least of several runs. Real elections
// and budgets are read from the folder that the environment variable VOTUM_RANKING_DATA names.
//
//   ranking_bench [--large]      --large adds 10 million ballots over 1,000 ideas (half a minute)
#include <malloc.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/ideas/round_count.h"
#include "ranking/formats/formats.h"
#include "ranking/formats/mapped_file.h"
#include "ranking/method.h"
#include "ranking/schulze.h"

namespace votum::ranking {
namespace {

constexpr size_t kThreads = 2;

double MillisecondsOf(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

// The shortest of several runs, in milliseconds of processor time, so that other load does not
// count. Tasks on several threads are measured in wall-clock milliseconds.
double Milliseconds(const std::function<void()>& task, int runs, size_t threads = 1) {
  const clockid_t clock = threads == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC;
  double least = std::numeric_limits<double>::infinity();
  for (int i = 0; i < runs; ++i) {
    const double begin = MillisecondsOf(clock);
    task();
    least = std::min(least, MillisecondsOf(clock) - begin);
  }
  return least;
}

void Line(const std::string& task, double ours, double target, double baseline) {
  std::printf("%-58s %10.3f ms  target %8.1f %s", task.c_str(), ours, target,
              ours <= target ? "ok  " : "MISS");
  if (baseline > 0) std::printf("  naive %10.2f ms  %7.1f x", baseline, baseline / ours);
  std::printf("\n");
  std::fflush(stdout);
}

// Text of a BLT file of `ballots` random ballots of `length` preferences over `options`.
std::string RandomBlt(size_t options, size_t ballots, size_t length) {
  std::mt19937_64 random(42);
  std::vector<int> order(options);
  std::iota(order.begin(), order.end(), 1);
  std::string text = absl::StrCat(options, " 1\n");
  for (size_t i = 0; i < ballots; ++i) {
    text += "1";
    for (size_t k = 0; k < length; ++k) {
      std::swap(order[k], order[k + random() % (options - k)]);
      absl::StrAppend(&text, " ", order[k]);
    }
    text += " 0\n";
  }
  return text + "0\n";
}

// A simple implementation: split lines, compare every pair of every ballot.
std::vector<std::vector<uint64_t>> NaivePairwise(const std::string& text) {
  std::vector<std::vector<uint64_t>> counts;
  size_t options = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    const std::vector<absl::string_view> parts = absl::StrSplit(line, ' ');
    if (parts.size() < 2) continue;
    if (options == 0) {
      (void)absl::SimpleAtoi(parts[0], &options);
      counts.assign(options, std::vector<uint64_t>(options));
      continue;
    }
    std::vector<size_t> place(options, options);
    for (size_t i = 1; i + 1 < parts.size(); ++i) {
      size_t option = 0;
      (void)absl::SimpleAtoi(parts[i], &option);
      place[option - 1] = i;
    }
    for (size_t a = 0; a < options; ++a) {
      for (size_t b = 0; b < options; ++b) counts[a][b] += place[a] < place[b] ? 1 : 0;
    }
  }
  return counts;
}

PairwiseMatrix RandomMatrix(size_t n) {
  std::mt19937_64 random(7);
  PairwiseMatrix matrix(n);
  for (size_t a = 0; a < n; ++a) {
    for (size_t b = 0; b < a; ++b) {
      matrix.at(a, b) = random() % 1000001;
      matrix.at(b, a) = 1000000 - matrix.at(a, b);
    }
  }
  return matrix;
}

size_t NaiveSchulze(const PairwiseMatrix& matrix) {
  const size_t n = matrix.options();
  std::vector<std::vector<uint64_t>> p(n, std::vector<uint64_t>(n));
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < n; ++j) p[i][j] = matrix.beats(i, j) ? matrix.at(i, j) : 0;
  }
  for (size_t k = 0; k < n; ++k) {
    for (size_t i = 0; i < n; ++i) {
      if (i == k) continue;
      for (size_t j = 0; j < n; ++j) {
        if (j != i && j != k) p[i][j] = std::max(p[i][j], std::min(p[i][k], p[k][j]));
      }
    }
  }
  size_t winners = 0;
  for (size_t i = 0; i < n; ++i) {
    bool wins = true;
    for (size_t j = 0; j < n; ++j) wins &= p[i][j] >= p[j][i];
    winners += wins ? 1 : 0;
  }
  return winners;
}

void BenchSchulze() {
  for (size_t n : {100, 1000}) {
    const PairwiseMatrix matrix = RandomMatrix(n);
    const size_t threads = n > 500 ? kThreads : 1;
    size_t tiers = 0;
    const double ours = Milliseconds(
        [&] {
          tiers =
              StrongestPaths(matrix, Strength::kWinningVotesLosingVotes, threads).Tiers().size();
        },
        n > 500 ? 5 : 50, threads);
    const double naive = Milliseconds([&] { tiers += NaiveSchulze(matrix); }, 1);
    Line(absl::StrCat("Schulze wv_lv, ", n, " options, matrix to ranking"), ours,
         n > 500 ? 60 : 0.3, naive);
  }
}

void BenchPairwise() {
  const std::string text = RandomBlt(10, 1000000, 10);
  uint64_t sum = 0;
  const double ours = Milliseconds(
      [&] { sum += CountElection(Format::kBlt, text, kThreads, nullptr)->counts.before(0, 1); }, 5,
      kThreads);
  const double naive = Milliseconds([&] { sum += NaivePairwise(text)[0][1]; }, 1);
  Line("pairwise counts, 1 M ballots x 10, from BLT text", ours, 40, naive);
}

void BenchKemeny() {
  Election election;
  std::mt19937_64 random(3);
  // A circle of majorities, so that nothing decomposes.
  std::vector<std::string> ids;
  for (int i = 0; i < 16; ++i) ids.push_back(absl::StrCat(i));
  election = *MakeElection(ids);
  for (uint16_t i = 0; i < 16; ++i) {
    std::vector<uint16_t> order;
    for (uint16_t k = 0; k < 16; ++k) order.push_back(static_cast<uint16_t>((i + k) % 16));
    (void)election.ranked.AddCoded(order, 10 + random() % 5);
  }
  Line("Kemeny, 16 options in one circle",
       Milliseconds([&] { (void)Rank("kemeny", {}, election); }, 5), 50, 0);
}

// The largest round that there may be, counted as whoever asks for it first does.
void BenchLargestRound() {
  constexpr uint16_t kIdeas = 2000, kGroups = 20, kBallots = 100, kRanked = 100;
  std::mt19937_64 random(5);
  ideas::RoundUrn urn;
  ideas::v1::Round round;
  std::vector<OptionIndex> order(kIdeas);
  std::iota(order.begin(), order.end(), OptionIndex{0});
  for (int i = 0; i < kIdeas; ++i) round.add_idea_ids(absl::StrCat("idee-", i));
  for (int g = 0; g < kGroups; ++g) {
    ideas::v1::RoundGroup& group = *round.add_groups();
    group.set_group_id(absl::StrCat("gruppe-", g));
    group.set_weight(1);
    for (int b = 0; b < kBallots; ++b) {
      std::vector<Tier> tiers;
      for (size_t k = 0; k < kRanked; ++k) {
        std::swap(order[k], order[k + random() % (order.size() - k)]);
        tiers.push_back({order[k]});
      }
      urn.ballots.MutableOrNew(group.group_id()).InsertOrAssign(absl::StrCat(b), Encode(tiers));
    }
  }
  for (const Method& method : Methods()) {
    if (method.needs != Needs::kPairwise || method.sure_options < kIdeas) continue;
    ideas::v1::Round counted = round;
    counted.set_method(PinnedId(method.id));
    const double ours = Milliseconds(
        [&] {
          counted.clear_rankings();
          if (!ideas::CountBallots(urn, counted).ok()) std::abort();
        },
        1);
    Line(absl::StrCat("round of 2,000 ideas, 20 groups, ", method.id), ours, 15000, 0);
  }
}

void BenchFile(const std::string& name, const std::string& method, const Params& params,
               double target) {
  const char* const folder = std::getenv("VOTUM_RANKING_DATA");
  if (folder == nullptr) {
    std::printf("%-58s not run: VOTUM_RANKING_DATA names no folder\n", name.c_str());
    return;
  }
  const absl::StatusOr<MappedFile> file = MappedFile::Open(absl::StrCat(folder, "/files/", name));
  if (!file.ok()) {
    std::printf("%-58s not run: %s\n", name.c_str(), file.status().ToString().c_str());
    return;
  }
  const Format format = *FormatOf(name, file->text());
  const double parse = Milliseconds([&] { (void)ReadElection(format, file->text()); }, 5);
  const Election election = *ReadElection(format, file->text());
  const double both = Milliseconds(
      [&] {
        const Election read = *ReadElection(format, file->text());
        (void)Rank(method, params, read);
      },
      5);
  std::string task =
      absl::StrCat(method, params.empty() ? "" : " " + params.begin()->second, ", ", name);
  if (task.size() > 57) task.resize(57);
  Line(task, both, target, 0);
  std::printf("%-58s %10.3f ms\n", "    of which parsing", parse);
}

// A city: voters who approve of 3 to 8 of the projects, some much more popular than others. Among
// 100 voters, `alike` copy an earlier ballot; nearly all other ballots differ.
Election City(size_t voters, size_t projects, size_t alike) {
  std::mt19937_64 random(11);
  std::vector<std::string> ids;
  for (size_t p = 0; p < projects; ++p) ids.push_back(absl::StrCat("p", p));
  Election election = *MakeElection(ids);
  ProjectBudget& budget = election.budget.emplace();
  budget.budget = Fraction(10000000);
  for (size_t p = 0; p < projects; ++p) {
    budget.costs.push_back(Fraction(10000 + static_cast<int64_t>(random() % 500000)));
  }
  for (size_t v = 0; v < voters; ++v) {
    if (v > 0 && random() % 100 < alike) {
      const size_t of = random() % v;
      for (size_t i = of == 0 ? 0 : budget.ends[of - 1]; i < budget.ends[of]; ++i)
        budget.projects.push_back(OptionIndex{budget.projects[i]});
      budget.ends.push_back(static_cast<uint32_t>(budget.projects.size()));
      continue;
    }
    const size_t begin = budget.projects.size(), count = 3 + random() % 6;
    while (budget.projects.size() < begin + count) {
      const size_t x = random() % projects, y = random() % projects;
      const auto project = static_cast<OptionIndex>(x * y / projects);
      const auto first = budget.projects.begin() + static_cast<std::ptrdiff_t>(begin);
      if (std::find(first, budget.projects.end(), project) == budget.projects.end()) {
        budget.projects.push_back(project);
      }
    }
    budget.ends.push_back(static_cast<uint32_t>(budget.projects.size()));
  }
  return election;
}

// The 90,494 voters of Lodz in 2022 cast 23,571 different ballots.
void BenchCity() {
  for (size_t alike : {74, 0}) {
    const Election city = City(90000, 160, alike);
    const std::string text = *WriteElection(Format::kPabulib, city);
    const std::string what =
        absl::StrCat(", 90,000 voters", alike == 0 ? ", none alike" : ", as alike as in Lodz");
    Line(absl::StrCat("mes.cost", what, ", read"),
         Milliseconds([&] { (void)Rank("mes.cost", {}, city); }, 5), 10, 0);
    std::printf("%-58s %10.3f ms\n", "    parsing",
                Milliseconds([&] { (void)ReadElection(Format::kPabulib, text); }, 3));
    Line(absl::StrCat("mes.cost add1u", what),
         Milliseconds(
             [&] {
               (void)Rank("mes.cost", {{"completion", "add1u"}}, city, {.threads = kThreads});
             },
             1, kThreads),
         1000, 0);
  }
}

void BenchLarge() {
  // 10 million ballots of 10 among 1,000 ideas, made and counted block by block.
  std::mt19937_64 random(5);
  std::vector<uint16_t> ballots;
  RankedBallots stored(1000);
  for (size_t i = 0; i < 10000000; ++i) {
    uint16_t coded[10];
    for (size_t k = 0; k < 10; ++k) {
      do {
        coded[k] = static_cast<uint16_t>(random() % 1000);
      } while (std::count(coded, coded + k, coded[k]) > 0);
    }
    (void)stored.AddChecked(coded, 1);
  }
  uint64_t sum = 0;
  const double ours = Milliseconds(
      [&] {
        PairwiseCounts counts(1000);
        counts.AddAll(stored, kThreads);
        sum += counts.before(1, 2);
      },
      2, kThreads);
  Line("count 10 M stored ballots of 10 among 1,000 ideas", ours, 2000, 0);
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  std::printf("%-58s %10ld MB (promise: 500)\n", "    peak memory", usage.ru_maxrss / 1024);
}

}  // namespace

void Main(bool large) {
  if (large) BenchLarge();
  BenchSchulze();
  BenchPairwise();
  BenchKemeny();
  BenchLargestRound();
  BenchCity();
  BenchFile("scottish/blt/aberdeen_2017_ward10.blt", "stv.scottish-2011", {}, 0.2);
  BenchFile("pabulib/Poland_Lodz_2022_Chojny.pb", "mes.cost", {}, 10);
  BenchFile("pabulib/Poland_Lodz_2022_Chojny.pb", "mes.cost", {{"completion", "add1u"}}, 1000);
  BenchFile("pabulib/Poland_Poznan_2023_3_-_Piatkowo_Polnoc_Piatkowo.pb", "mes.cost",
            {{"completion", "add1u"}}, 1000);
}

}  // namespace votum::ranking

int main(int argc, char** argv) {
  // Keeps memory once it was touched. On some virtual machines a fresh page takes 12 us, which
  // would dominate the measurement; a running service has touched its pages already.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  votum::ranking::Main(argc > 1 && std::strcmp(argv[1], "--large") == 0);
  return 0;
}
