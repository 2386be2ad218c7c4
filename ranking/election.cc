#include "ranking/election.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"

namespace votum::ranking {
namespace {

absl::Status Misfit(absl::string_view what) {
  return Refuse(Reason::kBadBallots,
                absl::StrCat(what, "; read the file again or build the election anew"));
}

absl::Status CheckOptions(const std::vector<Option>& options) {
  if (options.empty() || options.size() > kMaxOptions) {
    return Refuse(Reason::kBadOptionCount,
                  absl::StrCat(options.size(), " options; there must be 1 to ", kMaxOptions));
  }
  std::set<absl::string_view> seen;
  for (const Option& option : options) {
    if (option.id.empty())
      return Refuse(Reason::kBadOptionId, "an option has an empty id; name it");
    if (!seen.insert(option.id).second) {
      return Refuse(Reason::kOptionTwice,
                    absl::StrCat("option id \"", option.id, "\" stands twice"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckGrades(const GradedBallots& graded, size_t options) {
  if (graded.max_grade < 0 || graded.max_grade > 1000)
    return Misfit("the best grade must be 0 to 1000");
  if (graded.grades.size() != graded.weights.size() * options)
    return Misfit("grades do not fit the options");
  for (int16_t grade : graded.grades) {
    if (grade < GradedBallots::kNoGrade || grade > graded.max_grade)
      return Misfit("a grade is out of range");
  }
  uint64_t total = 0;
  for (uint64_t weight : graded.weights) {
    if (weight > kMaxTotalWeight || (total += weight) > kMaxTotalWeight)
      return Misfit("too many ballots");
  }
  return absl::OkStatus();
}

absl::Status CheckBudget(const ProjectBudget& budget, size_t options) {
  if (budget.costs.size() != options) return Misfit("costs do not fit the projects");
  if (sgn(budget.budget) < 0) return Misfit("the budget is negative");
  for (const Rational& cost : budget.costs) {
    if (sgn(cost) < 0) return Misfit("a cost is negative");
  }
  const size_t votes = budget.ends.empty() ? 0 : budget.ends.back();
  if (budget.projects.size() != votes) return Misfit("votes do not fit the voters");
  if (!budget.points.empty() && budget.points.size() != votes)
    return Misfit("points do not fit the votes");
  for (OptionIndex project : budget.projects) {
    if (project >= options) return Misfit("a vote names a project that does not exist");
  }
  for (int64_t points : budget.points) {
    if (points < 0 || points > int64_t{1000000000})
      return Misfit("points must be 0 to 1,000,000,000");
  }
  return absl::OkStatus();
}

void KeepRanked(const RankedBallots& from, const std::vector<int>& new_index, RankedBallots& to) {
  std::vector<uint16_t> coded;
  from.ForEach([&](BallotView ballot) {
    coded.clear();
    bool group_started = false;
    for (uint16_t code : ballot.coded) {
      if ((code & kTiedWithPrevious) == 0) group_started = false;
      const int index = new_index[code & ~kTiedWithPrevious];
      if (index < 0) continue;
      coded.push_back(static_cast<uint16_t>(index | (group_started ? kTiedWithPrevious : 0)));
      group_started = true;
    }
    // A part of ballots that were already checked, so this cannot fail.
    to.AddChecked(coded, ballot.weight).IgnoreError();
  });
}

}  // namespace

absl::StatusOr<Election> MakeElection(const std::vector<std::string>& ids) {
  Election election;
  for (const std::string& id : ids) election.options.push_back({id, ""});
  RETURN_IF_ERROR(CheckOptions(election.options));
  election.ranked = RankedBallots(ids.size());
  return election;
}

absl::Status CheckElection(const Election& election) {
  RETURN_IF_ERROR(CheckOptions(election.options));
  const size_t options = election.options.size();
  if (election.ranked.options() != options) return Misfit("ranked ballots do not fit the options");
  if (election.seats < 0) return Misfit("the number of seats is negative");
  if (election.graded) RETURN_IF_ERROR(CheckGrades(*election.graded, options));
  if (election.comparisons && election.comparisons->wins.size() != options * options) {
    return Misfit("comparisons do not fit the options");
  }
  if (election.budget) RETURN_IF_ERROR(CheckBudget(*election.budget, options));
  return absl::OkStatus();
}

Reduced WithoutWithdrawn(const Election& election) {
  Reduced reduced;
  std::vector<int> new_index(election.options.size(), -1);
  for (size_t i = 0; i < election.options.size(); ++i) {
    if (election.options[i].withdrawn) continue;
    new_index[i] = static_cast<int>(reduced.kept.size());
    reduced.kept.push_back(static_cast<OptionIndex>(i));
    reduced.election.options.push_back(election.options[i]);
  }
  const size_t left = reduced.kept.size();
  Election& to = reduced.election;
  to.title = election.title;
  to.seats = election.seats;
  to.numeric_ids = election.numeric_ids;
  to.unranked_not_compared = election.unranked_not_compared;
  to.format = election.format;
  to.remarks = election.remarks;
  to.ranked = RankedBallots(left);
  KeepRanked(election.ranked, new_index, to.ranked);
  if (election.graded) {
    to.graded = *election.graded;
    to.graded->grades.clear();
    for (size_t i = 0; i < election.graded->grades.size(); ++i) {
      if (new_index[i % election.options.size()] >= 0) {
        to.graded->grades.push_back(election.graded->grades[i]);
      }
    }
  }
  if (election.comparisons) {
    to.comparisons.emplace();
    for (OptionIndex a : reduced.kept) {
      for (OptionIndex b : reduced.kept) {
        to.comparisons->wins.push_back(election.comparisons->wins[a * election.options.size() + b]);
      }
    }
  }
  return reduced;
}

}  // namespace votum::ranking
