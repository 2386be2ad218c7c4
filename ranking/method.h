// The methods: one table row each, with every parameter explicit.
//
//   ASSIGN_OR_RETURN(Ranking ranking, Rank("schulze.wv_lv", {}, election));
//   ASSIGN_OR_RETURN(Ranking live, RankPairwise("schulze.wv_lv", {}, counts, options));
#ifndef VOTUM_RANKING_METHOD_H_
#define VOTUM_RANKING_METHOD_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ranking/election.h"
#include "ranking/pairwise.h"
#include "ranking/result.h"

namespace votum::ranking {

// Parameters of a method by name. Those not given take the method's default.
using Params = std::map<std::string, std::string>;

// A parameter that a method knows.
struct ParamSpec {
  std::string name;
  std::string default_value;
  // "a|b|c" (one of these words), "text", "ids" (option ids joined by commas), "int LOW HIGH", or
  // "fraction".
  std::string domain;
  std::string description;
};

// The ballots that a method reads.
enum class Needs { kPairwise, kRanked, kGrades, kApprovals, kComparisons, kBudget };

// The id of an option as the output shows it: a number where the file's ids are numbers.
Json IdOf(const Election& election, OptionIndex option);

// The input of one run of a method.
class Call {
 public:
  // `counts` stands for ballots that are known only by their pairwise counts; otherwise null. All
  // must outlive the Call.
  Call(const Election& election, const PairwiseCounts* counts, const Params& params, bool explain,
       size_t threads);

  const Election& election() const { return election_; }
  size_t options() const { return election_.options.size(); }
  bool explain() const { return explain_; }
  size_t threads() const { return threads_; }
  // Ids of options that are withdrawn and therefore not in election(); parameters may name them.
  const std::vector<std::string>& withdrawn() const { return withdrawn_; }
  void set_withdrawn(std::vector<std::string> ids) { withdrawn_ = std::move(ids); }
  // The value of a parameter from the method's table row.
  const std::string& param(const std::string& name) const { return params_.at(name); }
  int64_t int_param(const std::string& name) const;
  // Counted at the first call.
  const PairwiseCounts& counts() const;
  // N, as parameter "unranked" says.
  const PairwiseMatrix& matrix() const;
  Json Id(OptionIndex option) const { return IdOf(election_, option); }
  Json Ids(absl::Span<const OptionIndex> options) const;
  Json Tiers(absl::Span<const Tier> tiers) const;
  // An n x n table of numbers cell(i, j).
  template <typename F>
  Json Table(F&& cell) const {
    Json rows = Json::array();
    for (size_t i = 0; i < options(); ++i) {
      Json row = Json::array();
      for (size_t j = 0; j < options(); ++j) row.push_back(cell(i, j));
      rows.push_back(std::move(row));
    }
    return rows;
  }
  // {id: cell(i)} for each option.
  template <typename F>
  Json PerOption(F&& cell) const {
    Json object = Json::object();
    for (size_t i = 0; i < options(); ++i) object[election_.options[i].id] = cell(i);
    return object;
  }

 private:
  const Election& election_;
  const Params& params_;
  bool explain_;
  size_t threads_;
  const PairwiseCounts* given_counts_;
  std::vector<std::string> withdrawn_;
  mutable std::optional<PairwiseCounts> counts_;
  mutable std::optional<PairwiseMatrix> matrix_;
};

struct Method {
  std::string id;
  // Raised when the outcome for the same input may change.
  int version = 1;
  Needs needs;
  // One line each.
  std::string description;
  std::string source;
  std::vector<ParamSpec> params;
  absl::StatusOr<Ranking> (*run)(const Call& call);
  // Up to how many options it gives a ranking whatever the ballots say.
  size_t sure_options = kMaxOptions;
};

// All methods, by family.
absl::Span<const Method> Methods();
// The method of this id, with or without its version ("copeland", "copeland.v1"); null if there is
// none.
const Method* FindMethod(absl::string_view id);
// `id` with its version, for what must mean the same for ever: "copeland" is "copeland.v1", whatever
// versions come later; "copeland.v2" is itself.
std::string PinnedId(absl::string_view id);

struct RankOptions {
  // Fill Ranking::details with the whole explanation (matrices, paths, tables) instead of the
  // scores only.
  bool explain = false;
  // Threads for counting and for trying shares (Add1); does not change any result.
  size_t threads = 1;
};

// All parameters of `method`: those of `given`, and defaults. INVALID_ARGUMENT for a name that the
// method does not know (UNKNOWN_PARAM) or a value outside its domain (BAD_PARAM).
absl::StatusOr<Params> ResolveParams(const Method& method, const Params& given);

// `given`, completed with the parameters that the file of `election` states.
Params DefaultsOf(const Election& election, const Method& method, Params given);

// Ranks `election`. INVALID_ARGUMENT for an unknown method (UNKNOWN_METHOD), parameters (see
// above), or ballots of a kind that the method does not read (WRONG_BALLOTS). Withdrawn options do
// not take part; indices are those of `election`.
absl::StatusOr<Ranking> Rank(absl::string_view method, const Params& params,
                             const Election& election, const RankOptions& options = {});

// Ranks from pairwise counts alone, for methods that need nothing else (Needs::kPairwise);
// WRONG_BALLOTS for others.
absl::StatusOr<Ranking> RankPairwise(absl::string_view method, const Params& params,
                                     const PairwiseCounts& counts,
                                     const std::vector<Option>& options,
                                     const RankOptions& rank_options = {},
                                     bool numeric_ids = false);

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_METHOD_H_
