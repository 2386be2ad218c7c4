// A participatory budget, prepared for computing: whole-number costs, equal voters joined,
// supporters per project.
#ifndef VOTUM_RANKING_BUDGET_PROBLEM_H_
#define VOTUM_RANKING_BUDGET_PROBLEM_H_

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "ranking/election.h"
#include "ranking/method.h"
#include "ranking/tie_break.h"

namespace votum::ranking {

// Voters who support the same projects with the same points are a class.
struct Supporter {
  uint32_t voters;  // index of the class
  uint32_t points;  // 1 where votes are approvals; never 0
};

struct Vote {
  OptionIndex project;
  uint32_t points;  // as in Supporter
  friend auto operator<=>(const Vote&, const Vote&) = default;
};

struct BudgetProblem {
  // Money is counted in units of 1/scale of the file's currency, so that all costs are whole.
  mpz_class scale;
  int64_t budget = 0;
  std::vector<int64_t> costs;
  // People with a ballot, including blank ballots: the budget is shared among all of them.
  int64_t people = 0;
  // The number of people in each class, and their votes: a range of `votes_cast` that ends at
  // `class_ends`.
  std::vector<int64_t> class_size;
  std::vector<Vote> votes_cast;
  std::vector<size_t> class_ends;
  absl::Span<const Vote> VotesOf(uint32_t voters) const {
    const size_t begin = voters == 0 ? 0 : class_ends[voters - 1];
    return {votes_cast.data() + begin, class_ends[voters] - begin};
  }
  // The supporters of each project, without those who give it 0 points.
  std::vector<std::vector<Supporter>> supporters;
  // The number of people who support each project, and the sum of their points.
  std::vector<int64_t> votes;
  std::vector<int64_t> points;

  // `money` in the file's currency.
  Rational InCurrency(const Rational& money) const { return money / Rational(scale); }
};

// INVALID_ARGUMENT for costs that do not fit 2^53 units (BAD_COST) or points of 2^32 and more
// (BAD_POINTS).
absl::StatusOr<BudgetProblem> MakeBudgetProblem(const Election& election);

// Decides between projects that a budget rule leaves tied.
class ProjectOrder {
 public:
  // Parameters of ProjectOrder: "ties", and TieParams.
  static std::vector<ParamSpec> Params();
  static absl::StatusOr<ProjectOrder> Make(const Call& call, const BudgetProblem& problem);

  // The project favoured among `tied`. Records the tie in `events` unless that is null or there is
  // only one.
  OptionIndex Choose(const std::vector<OptionIndex>& tied, const std::string& stage,
                     std::vector<TieEvent>* events) const;
  // Does a come before b?
  bool Before(OptionIndex a, OptionIndex b) const { return place_[a] < place_[b]; }

 private:
  std::vector<size_t> place_;
  std::string rule_;
  std::string seed_;
};

// Result common to all budget methods.
struct Funding {
  std::vector<OptionIndex> funded;  // in order
  std::vector<Rational> prices;     // beside `funded`: what the method calls its price, exact
};

// The Ranking of a budget method: funded projects in order, then the others by votes.
Ranking FundingRanking(const Call& call, const BudgetProblem& problem, const Funding& funding);

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_BUDGET_PROBLEM_H_
