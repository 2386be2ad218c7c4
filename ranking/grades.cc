// Methods on approvals and grades: approval, score, STAR, Majority Judgment.
#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "ranking/families.h"
#include "ranking/majority_judgment.h"
#include "ranking/method.h"
#include "ranking/tie_break.h"

namespace votum::ranking {
namespace {

// Approvals of each option, from any kind of ballot: votes for a project, grades from the threshold
// upwards, or being ranked at all.
std::vector<int64_t> Approvals(const Call& call) {
  const Election& election = call.election();
  std::vector<int64_t> approvals(call.options());
  if (election.budget) {
    for (OptionIndex project : election.budget->projects) ++approvals[project];
    return approvals;
  }
  if (election.graded) {
    const int64_t threshold = call.int_param("threshold");
    for (size_t i = 0; i < election.graded->grades.size(); ++i) {
      if (election.graded->grades[i] >= threshold) {
        approvals[i % call.options()] +=
            static_cast<int64_t>(election.graded->weights[i / call.options()]);
      }
    }
    return approvals;
  }
  election.ranked.ForEach([&](BallotView ballot) {
    for (uint16_t code : ballot.coded) {
      approvals[code & ~kTiedWithPrevious] += static_cast<int64_t>(ballot.weight);
    }
  });
  return approvals;
}

absl::StatusOr<Ranking> RunApproval(const Call& call) {
  const std::vector<int64_t> approvals = Approvals(call);
  Ranking ranking = RankingOf(TiersByScore(approvals));
  ranking.details["scores"] = call.PerOption([&](size_t i) { return approvals[i]; });
  return ranking;
}

// Weight of ballots per option and grade; missing grades apart.
struct Histograms {
  std::vector<Histogram> given;
  std::vector<uint64_t> missing;
};

Histograms CountGrades(const Call& call) {
  const GradedBallots& graded = *call.election().graded;
  Histograms counts{
      std::vector<Histogram>(call.options(), Histogram(static_cast<size_t>(graded.max_grade) + 1)),
      std::vector<uint64_t>(call.options())};
  for (size_t i = 0; i < graded.grades.size(); ++i) {
    const size_t option = i % call.options();
    const uint64_t weight = graded.weights[i / call.options()];
    if (graded.grades[i] == GradedBallots::kNoGrade) {
      counts.missing[option] += weight;
    } else {
      counts.given[option][static_cast<size_t>(graded.grades[i])] += weight;
    }
  }
  return counts;
}

int64_t TotalOf(const Histogram& histogram) {
  int64_t total = 0;
  for (size_t grade = 0; grade < histogram.size(); ++grade) {
    total += static_cast<int64_t>(grade) * static_cast<int64_t>(histogram[grade]);
  }
  return total;
}

void ExplainGrades(const Call& call, const Histograms& counts, Ranking& ranking) {
  if (!call.explain()) return;
  ranking.details["histograms"] = call.PerOption([&](size_t i) { return counts.given[i]; });
  ranking.details["missing"] = call.PerOption([&](size_t i) { return counts.missing[i]; });
  if (!call.election().graded->grade_names.empty()) {
    ranking.details["grades"] = call.election().graded->grade_names;
  }
}

absl::StatusOr<Ranking> RunScore(const Call& call) {
  const Histograms counts = CountGrades(call);
  const bool mean = call.param("missing") == "ignore";
  std::vector<Rational> scores;
  for (size_t i = 0; i < call.options(); ++i) {
    int64_t graders = 0;
    for (uint64_t count : counts.given[i]) graders += static_cast<int64_t>(count);
    scores.push_back(Fraction(TotalOf(counts.given[i]), mean ? std::max<int64_t>(graders, 1) : 1));
  }
  Ranking ranking = RankingOf(TiersByScore(scores));
  ranking.details["scores"] = call.PerOption([&](size_t i) -> Json {
    if (!mean) return TotalOf(counts.given[i]);
    return ToString(scores[i]);
  });
  ExplainGrades(call, counts, ranking);
  return ranking;
}

absl::StatusOr<Ranking> RunMajorityJudgment(const Call& call) {
  Histograms counts = CountGrades(call);
  std::vector<MajoritySequence> sequences;
  for (size_t i = 0; i < call.options(); ++i) {
    // All options must have the same number of grades: an option that a ballot does not grade gets
    // the worst grade.
    counts.given[i][0] += counts.missing[i];
    sequences.emplace_back(counts.given[i]);
  }
  Ranking ranking = RankingOf(TiersByScore(sequences));
  ranking.details["majority_grades"] =
      call.PerOption([&](size_t i) { return sequences[i].majority_grade(); });
  if (call.explain()) {
    // Runs as [grade, grade, number of pairs]: the grades taken out, from the middle outwards.
    ranking.details["sequences"] = call.PerOption([&](size_t i) {
      Json runs = Json::array();
      if (sequences[i].odd()) runs.push_back(Json::array({sequences[i].majority_grade()}));
      for (const GradeRun& run : sequences[i].runs()) {
        runs.push_back(Json::array({run.first, run.second, run.times}));
      }
      return runs;
    });
  }
  ExplainGrades(call, counts, ranking);
  return ranking;
}

// ---- STAR: score, then automatic runoff between the two highest.

class Star {
 public:
  explicit Star(const Call& call) : counts_(CountGrades(call)), preferred_(call.options()) {
    const GradedBallots& graded = *call.election().graded;
    const size_t n = call.options();
    for (size_t i = 0; i < n; ++i) {
      totals_.push_back(TotalOf(counts_.given[i]));
      top_grades_.push_back(static_cast<int64_t>(counts_.given[i].back()));
    }
    for (size_t b = 0; b < graded.weights.size(); ++b) {
      const int16_t* grades = &graded.grades[b * n];
      for (size_t i = 0; i < n; ++i) {
        for (size_t j = 0; j < n; ++j) {
          // A missing grade counts as the worst.
          if (std::max<int>(grades[i], 0) > std::max<int>(grades[j], 0))
            preferred_.at(i, j) += graded.weights[b];
        }
      }
    }
  }

  const Histograms& counts() const { return counts_; }
  const std::vector<int64_t>& totals() const { return totals_; }
  const PairwiseMatrix& preferred() const { return preferred_; }

  // All options that win under some lots, if only lots decide ties.
  std::vector<OptionIndex> AllWinners() const {
    std::set<OptionIndex> winners;
    const std::vector<Tier> tiers = TiersByScore(totals_);
    const Tier& first = tiers[0];
    if (totals_.size() == 1) return first;
    const Tier& second = first.size() > 1 ? first : tiers[1];
    for (OptionIndex a : first) {
      for (OptionIndex b : second) {
        if (a == b) continue;
        if (!preferred_.beats(b, a)) winners.insert(a);
        if (!preferred_.beats(a, b)) winners.insert(b);
      }
    }
    return {winners.begin(), winners.end()};
  }

  // `tied` by the official ladder: victories over others of the tied set, then ballots with the
  // best grade. Each tier holds options that only a lot can separate.
  std::vector<Tier> Ladder(const Tier& tied) const {
    std::vector<std::pair<int64_t, int64_t>> keys;
    for (OptionIndex a : tied) {
      int64_t wins = 0;
      for (OptionIndex b : tied) wins += preferred_.beats(a, b) ? 1 : 0;
      keys.push_back({wins, top_grades_[a]});
    }
    std::vector<Tier> tiers = TiersByScore(keys);
    for (Tier& tier : tiers) {
      for (OptionIndex& option : tier) option = tied[option];
    }
    return tiers;
  }

  int64_t top_grades(OptionIndex option) const { return top_grades_[option]; }

 private:
  Histograms counts_;
  PairwiseMatrix preferred_;
  std::vector<int64_t> totals_;
  std::vector<int64_t> top_grades_;
};

// Picks finalists and winner by the ladder, recording each lot.
class StarCount {
 public:
  StarCount(const Star& star, const TieBreaker& breaker, Ranking& ranking)
      : star_(star), breaker_(breaker), ranking_(ranking) {}

  std::vector<OptionIndex> Finalists() {
    std::vector<OptionIndex> finalists;
    for (const Tier& tier : TiersByScore(star_.totals())) {
      for (const Tier& part : tier.size() > 1 ? star_.Ladder(tier) : std::vector<Tier>{tier}) {
        if (finalists.size() + part.size() > 2 && finalists.size() < 2) {
          ranking_.ties.push_back(breaker_.Event(part, "choice of the finalists"));
        }
        for (OptionIndex option : breaker_.Order(part)) {
          if (finalists.size() < 2) finalists.push_back(option);
        }
      }
    }
    return finalists;
  }

  OptionIndex Winner(OptionIndex a, OptionIndex b) {
    const PairwiseMatrix& preferred = star_.preferred();
    if (preferred.beats(a, b)) return a;
    if (preferred.beats(b, a)) return b;
    if (star_.totals()[a] != star_.totals()[b])
      return star_.totals()[a] > star_.totals()[b] ? a : b;
    if (star_.top_grades(a) != star_.top_grades(b))
      return star_.top_grades(a) > star_.top_grades(b) ? a : b;
    ranking_.ties.push_back(breaker_.Event({a, b}, "runoff"));
    ranking_.ties.back().changes_outcome = true;
    return breaker_.Order({a, b}).front();
  }

 private:
  const Star& star_;
  const TieBreaker& breaker_;
  Ranking& ranking_;
};

absl::StatusOr<Ranking> RunStar(const Call& call) {
  ASSIGN_OR_RETURN(const TieBreaker breaker, TieBreaker::Make(call));
  const Star star(call);
  Ranking ranking;
  StarCount count(star, breaker, ranking);
  const std::vector<OptionIndex> finalists = count.Finalists();
  const OptionIndex winner =
      finalists.size() == 1 ? finalists[0] : count.Winner(finalists[0], finalists[1]);
  ranking.winners = {winner};
  ranking.tiers = {{winner}};
  for (OptionIndex finalist : finalists) {
    if (finalist != winner) ranking.tiers.push_back({finalist});
  }
  for (Tier tier : TiersByScore(star.totals())) {
    std::erase_if(tier, [&](OptionIndex option) {
      return std::count(finalists.begin(), finalists.end(), option) > 0;
    });
    if (!tier.empty()) ranking.tiers.push_back(std::move(tier));
  }
  ranking.details["scores"] = call.PerOption([&](size_t i) { return star.totals()[i]; });
  ranking.details["finalists"] = call.Ids(finalists);
  ranking.details["winners_of_all_lots"] = call.Ids(star.AllWinners());
  ranking.details["needs_lot"] = !ranking.ties.empty();
  if (finalists.size() == 2) {
    ranking.details["runoff"] = {
        {call.election().options[finalists[0]].id, star.preferred().at(finalists[0], finalists[1])},
        {call.election().options[finalists[1]].id,
         star.preferred().at(finalists[1], finalists[0])}};
  }
  if (call.explain()) {
    ranking.details["pairwise"] =
        call.Table([&](size_t a, size_t b) { return star.preferred().at(a, b); });
  }
  ExplainGrades(call, star.counts(), ranking);
  return ranking;
}

}  // namespace

std::vector<Method> GradeMethods() {
  return {
      {"approval",
       1,
       Needs::kApprovals,
       "Ballots that approve of the option: vote for it, grade it at least `threshold`, or rank it "
       "at all.",
       "S. J. Brams, P. C. Fishburn, American Political Science Review 72 (1978)",
       {{"threshold", "1", "int 0 1000",
         "least grade that approves, where ballots grade (worst is 0)"}},
       RunApproval},
      {"score",
       1,
       Needs::kGrades,
       "Sum of grades (worst is 0), or their mean over the ballots that grade the option.",
       "W. D. Smith, Range Voting (2000)",
       {{"missing", "zero", "zero|ignore",
         "options that a ballot does not grade: grade 0, or the mean of the others"}},
       RunScore},
      {"star", 1, Needs::kGrades,
       "The two highest totals meet in a runoff; ties: victories within the tied, most best "
       "grades, then lot.",
       "Equal Vote Coalition, STAR Voting and its tie-breaking protocol (2023)", TieParams(),
       RunStar},
      {"majority-judgment",
       1,
       Needs::kGrades,
       "Lower middlemost grade, then the full sequence of majority grades; a missing grade is the "
       "worst.",
       "M. Balinski, R. Laraki, Majority Judgment, MIT Press (2011)",
       {},
       RunMajorityJudgment},
  };
}

}  // namespace votum::ranking
