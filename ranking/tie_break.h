// Decides ties that a rule leaves: by an order given in a record, a seeded lot, or the order of the
// options.
//
// The lot is public arithmetic: options are sorted by SHA-256(seed bytes, 0, id bytes), the least
// digest first. The seed is drawn and published after the ballots are fixed, so anybody can compute
// the same order.
#ifndef VOTUM_RANKING_TIE_BREAK_H_
#define VOTUM_RANKING_TIE_BREAK_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ranking/method.h"

namespace votum::ranking {

// Parameters "tie_order" and "tie_seed", for methods that must decide ties.
std::vector<ParamSpec> TieParams();

class TieBreaker {
 public:
  // From the call's TieParams. BAD_PARAM for both at once, or an order that names an unknown option
  // or one twice.
  static absl::StatusOr<TieBreaker> Make(const Call& call);

  // `tied`, the favoured first.
  std::vector<OptionIndex> Order(std::vector<OptionIndex> tied) const;
  // The place of an option in the order of all options; 0 is the most favoured.
  size_t place(OptionIndex option) const { return place_[option]; }
  // The record of a tie of `tied` (any order) decided in this order.
  TieEvent Event(std::vector<OptionIndex> tied, std::string stage) const;

 private:
  std::vector<size_t> place_;
  std::string rule_;
  std::string seed_;
};

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_TIE_BREAK_H_
