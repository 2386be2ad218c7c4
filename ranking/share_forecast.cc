#include "ranking/share_forecast.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace votum::ranking {
namespace {

using Real = long double;

constexpr Real kNever = std::numeric_limits<Real>::infinity();
// Beside the greatest sum of money; rounding is below 10^-18 for each of some thousand additions.
constexpr Real kMargin = 1e-14L;

// A linear function of the raise: value + slope * raise.
struct Linear {
  Real value = 0;
  Real slope = 0;
};

// The raise up to which a function that is at least 0 now stays so.
Real StaysPositive(const Linear& function) {
  if (function.slope >= 0) return kNever;
  return std::max<Real>(function.value, 0) / -function.slope;
}

class Forecast {
 public:
  Forecast(const BudgetProblem& problem, Utility utility, Real share)
      : problem_(problem), utility_(utility), purses_(problem.class_size.size(), {share, 1}) {
    for (OptionIndex p = 0; p < problem.costs.size(); ++p) {
      if (!problem.supporters[p].empty()) open_.push_back(p);
    }
  }

  // The raise up to which `bought` stays what is bought.
  Real Limit(const std::vector<OptionIndex>& bought) {
    for (const OptionIndex project : bought) {
      std::erase(open_, project);
      const std::optional<Linear> price = PriceOf(project);
      if (!price) return 0;
      CompareOthers(*price);
      Pay(project, *price);
      if (limit_ <= 0) return 0;
    }
    CompareOthers(std::nullopt);
    return limit_;
  }

 private:
  Real Worth(OptionIndex project, const Supporter& supporter) const {
    if (utility_ == Utility::kCost) return static_cast<Real>(problem_.costs[project]);
    return utility_ == Utility::kCardinality ? 1 : static_cast<Real>(supporter.points);
  }
  Real People(const Supporter& supporter) const {
    return static_cast<Real>(problem_.class_size[supporter.voters]);
  }

  // The price of a project and its tangent; nullopt if its supporters cannot pay, and then the
  // raise from which they could limits the forecast.
  std::optional<Linear> PriceOf(OptionIndex project) {
    const auto cost = static_cast<Real>(problem_.costs[project]);
    Linear money;
    for (const Supporter& supporter : problem_.supporters[project]) {
      money.value += People(supporter) * purses_[supporter.voters].value;
      money.slope += People(supporter) * purses_[supporter.voters].slope;
    }
    if (money.value < cost) {
      limit_ = std::min(limit_, StaysPositive({cost - money.value, -money.slope}));
      return std::nullopt;
    }
    Linear price;
    for (Real last_utility = -1;;) {
      Linear rest{cost, 0};
      Real in_full = 0;
      for (const Supporter& supporter : problem_.supporters[project]) {
        const Linear& purse = purses_[supporter.voters];
        const Real worth = Worth(project, supporter);
        if (purse.value >= price.value * worth) {
          in_full += People(supporter) * worth;
        } else {
          rest.value -= People(supporter) * purse.value;
          rest.slope -= People(supporter) * purse.slope;
        }
      }
      if (in_full <= 0) {  // everybody gives everything: the next raise changes who pays in full
        limit_ = 0;
        return std::nullopt;
      }
      if (in_full == last_utility) return price;
      last_utility = in_full;
      price = {rest.value / in_full, rest.slope / in_full};
    }
  }

  // Limits the forecast by the raise at which an open project could be bought instead of one at
  // `price`, or at all. Drops those that cannot be paid, because money only decreases.
  void CompareOthers(const std::optional<Linear>& price) {
    std::erase_if(open_, [&](OptionIndex project) {
      const std::optional<Linear> other = PriceOf(project);
      if (!other) return true;
      const Linear ahead =
          price ? Linear{other->value - price->value, other->slope - price->slope} : Linear{0, -1};
      limit_ = std::min(limit_, StaysPositive(ahead));
      return false;
    });
  }

  void Pay(OptionIndex project, const Linear& price) {
    for (const Supporter& supporter : problem_.supporters[project]) {
      Linear& purse = purses_[supporter.voters];
      const Real worth = Worth(project, supporter);
      const Linear left{purse.value - price.value * worth, purse.slope - price.slope * worth};
      if (left.value >= 0) {
        limit_ = std::min(limit_, StaysPositive(left));
        purse = left;
      } else {
        limit_ = std::min(limit_, StaysPositive({-left.value, -left.slope}));
        purse = {0, 0};
      }
    }
  }

  const BudgetProblem& problem_;
  const Utility utility_;
  std::vector<Linear> purses_;     // of each class
  std::vector<OptionIndex> open_;  // projects that may still be bought
  Real limit_ = kNever;
};

}  // namespace

int64_t RaisesWithoutChange(const BudgetProblem& problem, Utility utility, const Rational& share,
                            const Rational& step, const std::vector<OptionIndex>& bought) {
  const Real limit = Forecast(problem, utility, share.get_d()).Limit(bought);
  if (limit == kNever) return std::numeric_limits<int64_t>::max();
  Real money = share.get_d();
  for (const int64_t cost : problem.costs) money = std::max(money, static_cast<Real>(cost));
  const Real raises = std::floor((limit - money * kMargin) / step.get_d()) - 1;
  constexpr Real kMost = 1e18L;
  return raises < 1 ? 0 : static_cast<int64_t>(std::min(raises, kMost));
}

}  // namespace votum::ranking
