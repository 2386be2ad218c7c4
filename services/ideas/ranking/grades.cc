// Methods on approvals and grades: approval, score, STAR, Majority Judgment.
#include <algorithm>
#include <vector>

#include "services/ideas/ranking/families.h"
#include "services/ideas/ranking/method.h"

namespace votum::ranking {
namespace {

// Approvals of each option, from whatever the election has: votes for a project, grades from the
// threshold upwards, or being ranked at all.
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
    for (uint16_t code : ballot.coded)
      approvals[code & ~kTiedWithPrevious] += static_cast<int64_t>(ballot.weight);
  });
  return approvals;
}

absl::StatusOr<Ranking> RunApproval(const Call& call) {
  const std::vector<int64_t> approvals = Approvals(call);
  Ranking ranking = RankingOf(TiersByScore(approvals));
  ranking.details["scores"] = call.PerOption([&](size_t i) { return approvals[i]; });
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
  };
}

}  // namespace votum::ranking
