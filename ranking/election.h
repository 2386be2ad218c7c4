// Input of a method: options, and ballots of the kind that the method reads.
#ifndef VOTUM_RANKING_ELECTION_H_
#define VOTUM_RANKING_ELECTION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "ranking/ballots.h"
#include "ranking/rational.h"

namespace votum::ranking {

// Ballots that give each option a grade, for approval, score, STAR and Majority Judgment.
struct GradedBallots {
  static constexpr int16_t kNoGrade = -1;
  // Best grade that could be given; the worst is 0. 0..1000.
  int max_grade = 0;
  // size() * options grades, ballot by ballot.
  std::vector<int16_t> grades;
  // One per ballot.
  std::vector<uint64_t> weights;
  // Names of the grades, worst first, if the file has them; otherwise empty.
  std::vector<std::string> grade_names;
};

// "a or b?" answers, for Bradley-Terry: wins[i * options + j] is how often i was preferred to j.
struct Comparisons {
  std::vector<uint64_t> wins;
};

// A participatory budget: options are projects.
struct ProjectBudget {
  Rational budget;
  std::vector<Rational> costs;
  // Voter v's projects are projects[ends[v-1]..ends[v]); a voter may support nothing and still have
  // a share.
  std::vector<uint32_t> ends;
  std::vector<OptionIndex> projects;
  // Points parallel to `projects`; empty if votes are approvals (1 each).
  std::vector<int64_t> points;
  // `points` are the file's points times this factor (files may have decimals).
  int64_t points_scale = 1;
  // "approval", "choose-1", "cumulative", "scoring" or "ordinal", as Pabulib names them.
  std::string vote_type;
  size_t voters() const { return ends.size(); }
};

struct Election {
  std::string title;
  std::vector<Option> options;
  // Seats to fill, if the file says; otherwise 0.
  int seats = 0;
  // Are ids of the file numbers (PrefLib, BLT)? JSON then shows them as numbers.
  bool numeric_ids = false;
  // Does the file say that unranked options are not compared? Then that is the default of parameter
  // "unranked".
  bool unranked_not_compared = false;
  // Ranked ballots; empty if the file is of another kind.
  RankedBallots ranked;
  std::optional<GradedBallots> graded;
  std::optional<Comparisons> comparisons;
  std::optional<ProjectBudget> budget;
  // All that its reader noticed and people should know, a sentence each: "there is no candidate "X"; the
  // vote counts without it".
  std::vector<std::string> remarks;
  // Name of the format it was read from, e.g. "blt"; empty if it does not come from a file.
  std::string format;
};

// An election of ranked ballots over options with these ids. INVALID_ARGUMENT for no ids, too many
// or empty ids (BAD_OPTION_ID), or equal ids (OPTION_TWICE).
absl::StatusOr<Election> MakeElection(const std::vector<std::string>& ids);

// Checks that the parts of `election` fit each other (sizes, indices, limits); methods rely on it.
absl::Status CheckElection(const Election& election);

// `election` without its withdrawn options: they leave the ballots, those behind them move up.
// Index in the result -> index in `election` is `kept`.
struct Reduced {
  Election election;
  std::vector<OptionIndex> kept;
};
Reduced WithoutWithdrawn(const Election& election);

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_ELECTION_H_
