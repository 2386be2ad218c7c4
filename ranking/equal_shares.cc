#include "ranking/equal_shares.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"

namespace votum::ranking {
namespace {

constexpr double kUlp = 1.0 / (int64_t{1} << 52);

// A sum of money: shares * share - sum of coefficients[round] * price(round).
struct Money {
  int64_t shares = 0;
  std::vector<int128> coefficients;
};

// A purchase: its price is (cost - exhausted money) / utility of those who pay in full.
struct Round {
  OptionIndex project;
  Money exhausted;
  int128 utility = 0;
  int64_t payers = 0;
};

// State of a class of voters. The fields are adjacent because they are read together for every
// supporter.
struct Purse {
  double left = 0;    // what one voter of the class has; negative: exactly nothing
  double people = 0;  // in the class
};

struct Quote {
  double price = 0;
  double error = 0;  // bound on |price - exact price|
  bool affordable = true;
};

}  // namespace

class EqualShares::Market {
 public:
  Market(const BudgetProblem& problem, Utility utility, const ProjectOrder& order)
      : problem_(problem),
        utility_(utility),
        order_(order),
        live_(problem.costs.size()),
        purses_(problem.class_size.size()),
        quotes_(problem.costs.size()) {
    for (size_t c = 0; c < purses_.size(); ++c)
      purses_[c].people = static_cast<double>(problem.class_size[c]);
    for (OptionIndex p = 0; p < problem.costs.size(); ++p) {
      int128 total = 0;
      for (const Supporter& supporter : problem.supporters[p]) {
        total += Worth(p, supporter);
      }
      total_utility_.push_back(total);
    }
  }

  void Run(const Rational& share, std::vector<TieEvent>* events) {
    share_ = share;
    const double money = share.get_d();
    for (Purse& purse : purses_) purse.left = money;
    round_of_.assign(problem_.costs.size(), kNoRound);
    error_ = money * kUlp;
    rounds_.clear();
    bought_.clear();
    exact_prices_ = ExactSums();
    spent_ = 0;
    quotes_.assign(problem_.costs.size(), Quote());
    OpenAllProjects();
    while (true) {
      const std::vector<OptionIndex> cheapest = Cheapest();
      if (cheapest.empty()) break;
      Buy(order_.Choose(cheapest, absl::StrCat("purchase ", bought_.size() + 1), events));
    }
  }

  const std::vector<OptionIndex>& bought() const { return bought_; }
  int64_t spent() const { return spent_; }
  int64_t Payers(size_t i) const { return rounds_[i].payers; }
  size_t exact_comparisons() const { return exact_comparisons_; }

  Rational Price(size_t i) {
    while (exact_prices_.size() <= i) {
      const Round& round = rounds_[exact_prices_.size()];
      exact_prices_.Append(PriceOf(round.project, round.exhausted, round.utility));
    }
    return exact_prices_.at(i);
  }

  Rational MoneyOfSupporters(OptionIndex project) {
    Money money;
    for (const Supporter& supporter : problem_.supporters[project]) {
      if (!Spent(supporter.voters))
        AddMoneyOf(supporter.voters, problem_.class_size[supporter.voters], money);
    }
    return Exact(money);
  }

 private:
  static constexpr uint32_t kNoRound = std::numeric_limits<uint32_t>::max();

  int64_t UtilityOf(OptionIndex project, int64_t points) const {
    if (utility_ == Utility::kCost) return problem_.costs[project];
    return utility_ == Utility::kCardinality ? 1 : points;
  }
  int64_t UtilityOf(OptionIndex project, const Supporter& supporter) const {
    return UtilityOf(project, supporter.points);
  }
  // Adds the remaining money of `people` in a class that is not spent. Such a class paid in full
  // for every bought project that it supports.
  void AddMoneyOf(uint32_t voters, int64_t people, Money& money) const {
    money.shares += people;
    money.coefficients.resize(rounds_.size());
    for (const Vote& vote : problem_.VotesOf(voters)) {
      const uint32_t round = round_of_[vote.project];
      if (round == kNoRound) continue;
      money.coefficients[round] +=
          static_cast<int128>(people) * UtilityOf(vote.project, vote.points);
    }
  }
  // Has a class no money left? (Its money is then exactly 0, regardless of rounding.)
  bool Spent(uint32_t voters) const { return purses_[voters].left < 0; }

  Rational Exact(const Money& money) {
    if (!money.coefficients.empty()) Price(money.coefficients.size() - 1);
    return share_ * Fraction(money.shares) - exact_prices_.Sum(money.coefficients);
  }

  Rational PriceOf(OptionIndex project, const Money& exhausted, int128 utility) {
    if (problem_.costs[project] == 0) return Rational(0);
    return (Fraction(problem_.costs[project]) - Exact(exhausted)) / Rational(ToInteger(utility));
  }

  // Projects that may still be bought, by a lower bound of their price. Money only decreases, so
  // prices only rise, and a project that is too dear stays too dear.
  void OpenAllProjects() {
    open_.clear();
    for (OptionIndex p = 0; p < problem_.costs.size(); ++p) {
      live_[p] = problem_.supporters[p];
      if (live_[p].empty()) continue;
      const double cost = static_cast<double>(problem_.costs[p]);
      const double bound = cost == 0 ? 0 : cost / static_cast<double>(total_utility_[p]);
      open_.push_back({bound * (1 - 4 * kUlp), p});
    }
    std::make_heap(open_.begin(), open_.end(), std::greater<>());
  }

  // All projects of the least price; none if nothing can be bought any more.
  std::vector<OptionIndex> Cheapest() {
    std::vector<std::pair<Quote, OptionIndex>> quoted;
    double limit = std::numeric_limits<double>::infinity();
    while (!open_.empty() && open_.front().first <= limit) {
      std::pop_heap(open_.begin(), open_.end(), std::greater<>());
      const OptionIndex project = open_.back().second;
      open_.pop_back();
      const Quote quote = QuoteFor(project);
      if (!quote.affordable) continue;
      quotes_[project] = quote;
      limit = std::min(limit, quote.price + quote.error);
      quoted.emplace_back(quote, project);
    }
    std::vector<OptionIndex> near;
    for (const auto& [quote, project] : quoted) {
      open_.emplace_back(quote.price - quote.error, project);
      std::push_heap(open_.begin(), open_.end(), std::greater<>());
      if (quote.price - quote.error <= limit) near.push_back(project);
    }
    return near.size() > 1 ? ExactlyCheapest(near) : near;
  }

  std::vector<OptionIndex> ExactlyCheapest(const std::vector<OptionIndex>& near) {
    ++exact_comparisons_;
    std::vector<OptionIndex> cheapest;
    Rational least;
    for (OptionIndex project : near) {
      const Round round = ExactRound(project);
      const Rational price = PriceOf(project, round.exhausted, round.utility);
      if (cheapest.empty() || price < least) {
        least = price;
        cheapest.clear();
      }
      if (price == least) cheapest.push_back(project);
    }
    std::sort(cheapest.begin(), cheapest.end());
    return cheapest;
  }

  // The price in floating point, raised until all who cannot pay it in full give all that they
  // have.
  Quote QuoteFor(OptionIndex project) {
    std::vector<Supporter>& live = live_[project];
    double money = 0, people = 0;
    size_t kept = 0;
    purses_of_live_.resize(live.size());
    // This loop and Raise are branch-free: to a processor, the set of supporters with money left,
    // or who pay in full, looks random.
    for (const Supporter& supporter : live) {
      const Purse& purse = purses_[supporter.voters];
      live[kept] = supporter;
      purses_of_live_[kept] = purse;
      const bool has = purse.left >= 0;
      money += purse.people * std::max(purse.left, 0.0);
      people += purse.people * static_cast<double>(has);
      kept += static_cast<size_t>(has);
    }
    const double rounding =
        (static_cast<double>(problem_.supporters[project].size()) + 8) * 2 * kUlp;
    live.resize(kept);
    const double cost = static_cast<double>(problem_.costs[project]);
    if (cost == 0) return {};
    const double doubt = people * error_ + (money + cost) * rounding;
    if (money < cost - doubt) return {0, 0, false};
    if (money < cost + doubt && MoneyOfSupporters(project) < Fraction(problem_.costs[project]))
      return {0, 0, false};
    return Raise(project, cost, doubt);
  }

  Quote Raise(OptionIndex project, double cost, double doubt) const {
    // Prices only rise as money decreases, so the previous lower bound is a valid start.
    const Quote& last = quotes_[project];
    double price = std::isfinite(last.error) ? std::max(0.0, last.price - last.error) : 0;
    const std::vector<Supporter>& live = live_[project];
    for (double last_utility = -1;;) {
      double rest = cost, utility = 0;
      for (size_t i = 0; i < live.size(); ++i) {
        const Purse& purse = purses_of_live_[i];
        const double worth = static_cast<double>(UtilityOf(project, live[i]));
        const auto in_full = static_cast<double>(purse.left >= price * worth);
        rest -= purse.people * purse.left * (1 - in_full);
        utility += purse.people * worth * in_full;
      }
      // All supporters give everything: the project is barely affordable, and the price depends on
      // rounding.
      if (utility <= 0 || rest <= 0) return {price, std::numeric_limits<double>::infinity()};
      if (utility == last_utility) return {price, 4 * (doubt / utility + price * 64 * kUlp)};
      last_utility = utility;
      price = std::max(price, rest / utility);
    }
  }

  // Decides exactly which supporters pay in full and which give the rest of their money: out_[i]
  // means that the i-th supporter has less than the price. The project must be affordable and
  // quoted since the last purchase.
  Round ExactRound(OptionIndex project) {
    Round round{project, {}, 0};
    const std::vector<Supporter>& supporters = live_[project];
    // Supporters who cannot pay the lower bound of the price are out; the exact loop decides the
    // others.
    const Quote& quote = quotes_[project];
    double sure = std::max(0.0, (quote.price - quote.error) * (1 - 8 * kUlp));
    if (!std::isfinite(sure)) sure = 0;
    out_.assign(supporters.size(), 0);
    for (size_t i = 0; i < supporters.size(); ++i) {
      const uint32_t voters = supporters[i].voters;
      round.payers += problem_.class_size[voters];
      round.utility += Worth(project, supporters[i]);
      const double due = sure * static_cast<double>(UtilityOf(project, supporters[i]));
      if (purses_[voters].left < due - 2 * error_) TakeOut(project, i, round);
    }
    if (problem_.costs[project] == 0) return round;
    for (bool changed = true; changed;) {
      changed = false;
      const Rational price = PriceOf(project, round.exhausted, round.utility);
      const double approximate = price.get_d();
      for (size_t i = 0; i < supporters.size(); ++i) {
        if (out_[i] != 0 || Afford(supporters[i].voters, price, approximate,
                                   UtilityOf(project, supporters[i])) >= 0) {
          continue;
        }
        changed = true;
        TakeOut(project, i, round);
      }
    }
    return round;
  }

  // The i-th live supporter gives all that it has.
  void TakeOut(OptionIndex project, size_t i, Round& round) {
    const Supporter& supporter = live_[project][i];
    out_[i] = 1;
    round.utility -= Worth(project, supporter);
    AddMoneyOf(supporter.voters, problem_.class_size[supporter.voters], round.exhausted);
  }

  int128 Worth(OptionIndex project, const Supporter& supporter) const {
    return static_cast<int128>(UtilityOf(project, supporter)) *
           problem_.class_size[supporter.voters];
  }

  // Has a voter of the class less (-1) than, exactly (0) or more (1) than price * utility?
  // `approximate` is price in floating point.
  int Afford(uint32_t voters, const Rational& price, double approximate, int64_t utility) {
    const double due = approximate * static_cast<double>(utility);
    const double doubt = 2 * error_ + 8 * kUlp * due;
    if (purses_[voters].left < due - doubt) return -1;
    if (purses_[voters].left > due + doubt) return 1;
    return AffordExactly(voters, price, utility);
  }
  int AffordExactly(uint32_t voters, const Rational& price, int64_t utility) {
    Money money;
    AddMoneyOf(voters, 1, money);
    return sgn(Rational(Exact(money) - price * Fraction(utility)));
  }

  void Buy(OptionIndex project) {
    std::erase_if(open_, [&](const auto& entry) { return entry.second == project; });
    std::make_heap(open_.begin(), open_.end(), std::greater<>());
    rounds_.push_back(ExactRound(project));
    bought_.push_back(project);
    spent_ += problem_.costs[project];
    const auto number = static_cast<uint32_t>(rounds_.size() - 1);
    const Rational price = Price(number);
    const double approximate = price.get_d();
    double most = 0;
    const std::vector<Supporter>& supporters = live_[project];
    for (size_t i = 0; i < supporters.size(); ++i) {
      const Supporter& supporter = supporters[i];
      const int64_t utility = UtilityOf(project, supporter);
      const double due = approximate * static_cast<double>(utility);
      if (out_[i] != 0 || Afford(supporter.voters, price, approximate, utility) == 0) {
        purses_[supporter.voters].left = -1;
        continue;
      }
      most = std::max(most, due);
      purses_[supporter.voters].left = std::max(0.0, purses_[supporter.voters].left - due);
    }
    round_of_[project] = number;
    error_ += (most + share_.get_d()) * 4 * kUlp;
  }

  const BudgetProblem& problem_;
  const Utility utility_;
  const ProjectOrder& order_;
  std::vector<int128> total_utility_;  // of all supporters of a project

  Rational share_;
  // For each project, the supporters that had money left when it was last quoted, in order.
  std::vector<std::vector<Supporter>> live_;
  std::vector<Purse> purses_;          // of each class
  std::vector<Purse> purses_of_live_;  // of the project being quoted, adjacent for the cache
  std::vector<char> out_;              // beside the live supporters of the project of ExactRound
  double error_ = 0;                   // bound on the error of each `Purse::left`
  std::vector<uint32_t> round_of_;     // in which each project was bought
  std::vector<Quote> quotes_;          // the last of each project
  std::vector<std::pair<double, OptionIndex>> open_;  // heap, the least first
  std::vector<Round> rounds_;
  std::vector<OptionIndex> bought_;
  int64_t spent_ = 0;
  ExactSums exact_prices_;
  size_t exact_comparisons_ = 0;
};

EqualShares::EqualShares(const BudgetProblem& problem, Utility utility, const ProjectOrder& order)
    : market_(std::make_unique<Market>(problem, utility, order)) {}
EqualShares::~EqualShares() = default;

void EqualShares::Run(const Rational& share, std::vector<TieEvent>* events) {
  market_->Run(share, events);
}
const std::vector<OptionIndex>& EqualShares::bought() const { return market_->bought(); }
int64_t EqualShares::spent() const { return market_->spent(); }
Rational EqualShares::Price(size_t i) const { return market_->Price(i); }
int64_t EqualShares::Payers(size_t i) const { return market_->Payers(i); }
Rational EqualShares::MoneyOfSupporters(OptionIndex project) const {
  return market_->MoneyOfSupporters(project);
}
size_t EqualShares::exact_comparisons() const { return market_->exact_comparisons(); }

}  // namespace votum::ranking
