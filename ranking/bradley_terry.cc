#include "ranking/bradley_terry.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "ranking/families.h"
#include "ranking/method.h"

namespace votum::ranking {
namespace {

constexpr int kMaxIterations = 200;

// Symmetric positive definite systems by Cholesky factors, in place; false if the matrix is not
// positive definite.
class Cholesky {
 public:
  explicit Cholesky(size_t n) : n_(n), a_(n * n) {}
  double& at(size_t i, size_t j) { return a_[i * n_ + j]; }
  bool Factor() {
    for (size_t j = 0; j < n_; ++j) {
      double* row = &a_[j * n_];
      for (size_t k = 0; k < j; ++k) {
        double sum = row[k];
        const double* other = &a_[k * n_];
        for (size_t l = 0; l < k; ++l) sum -= row[l] * other[l];
        row[k] = sum / other[k];
      }
      double diagonal = row[j];
      for (size_t l = 0; l < j; ++l) diagonal -= row[l] * row[l];
      if (diagonal <= 0) return false;
      row[j] = std::sqrt(diagonal);
    }
    return true;
  }
  void Solve(std::vector<double>& b) const {
    for (size_t i = 0; i < n_; ++i) {
      for (size_t k = 0; k < i; ++k) b[i] -= a_[i * n_ + k] * b[k];
      b[i] /= a_[i * n_ + i];
    }
    for (size_t i = n_; i-- > 0;) {
      for (size_t k = i + 1; k < n_; ++k) b[i] -= a_[k * n_ + i] * b[k];
      b[i] /= a_[i * n_ + i];
    }
  }

 private:
  size_t n_;
  std::vector<double> a_;
};

class Newton {
 public:
  Newton(size_t n, const std::vector<uint64_t>& wins, double prior)
      : n_(n), wins_(wins), prior_(prior), information_(n) {
    fit_.theta.assign(n, 0);
  }

  Strengths Run() && {
    double likelihood = LogLikelihood(fit_.theta);
    for (fit_.iterations = 0; fit_.iterations < kMaxIterations && !fit_.converged;
         ++fit_.iterations) {
      std::vector<double> step = Gradient();
      if (!FactorInformation()) break;
      information_.Solve(step);
      likelihood = Advance(step, likelihood);
    }
    Errors();
    return std::move(fit_);
  }

 private:
  static double Probability(double difference) { return 1 / (1 + std::exp(-difference)); }
  static double LogProbability(double difference) {
    return difference > 0 ? -std::log1p(std::exp(-difference))
                          : difference - std::log1p(std::exp(difference));
  }
  double Wins(size_t i, size_t j) const { return static_cast<double>(wins_[i * n_ + j]); }

  double LogLikelihood(const std::vector<double>& theta) const {
    double sum = 0;
    for (size_t i = 0; i < n_; ++i) {
      for (size_t j = 0; j < n_; ++j) {
        if (i != j && wins_[i * n_ + j] > 0)
          sum += Wins(i, j) * LogProbability(theta[i] - theta[j]);
      }
      sum += prior_ * (LogProbability(theta[i]) + LogProbability(-theta[i]));
    }
    return sum;
  }

  std::vector<double> Gradient() const {
    std::vector<double> gradient(n_);
    for (size_t i = 0; i < n_; ++i) {
      for (size_t j = 0; j < n_; ++j) {
        const double games = Wins(i, j) + Wins(j, i);
        if (i == j || games == 0) continue;
        gradient[i] += Wins(i, j) - games * Probability(fit_.theta[i] - fit_.theta[j]);
      }
      gradient[i] += prior_ - 2 * prior_ * Probability(fit_.theta[i]);
    }
    return gradient;
  }

  bool FactorInformation() {
    // Without a prior only differences are determined; adding 1/n everywhere fixes the mean at 0.
    const double anchor = prior_ > 0 ? 0 : 1.0 / static_cast<double>(n_);
    for (size_t i = 0; i < n_; ++i) {
      double diagonal = 0;
      for (size_t j = 0; j < n_; ++j) {
        if (i == j) continue;
        const double p = Probability(fit_.theta[i] - fit_.theta[j]);
        const double weight = (Wins(i, j) + Wins(j, i)) * p * (1 - p);
        information_.at(i, j) = anchor - weight;
        diagonal += weight;
      }
      const double p = Probability(fit_.theta[i]);
      information_.at(i, i) = diagonal + anchor + 2 * prior_ * p * (1 - p);
    }
    return information_.Factor();
  }

  // Moves along `step`, halved until the likelihood does not decrease; returns the new likelihood.
  double Advance(const std::vector<double>& step, double likelihood) {
    double greatest = 0;
    for (double s : step) greatest = std::max(greatest, std::abs(s));
    std::vector<double> next(n_);
    double scale = 1, reached = likelihood;
    for (int halving = 0; halving < 40; ++halving, scale /= 2) {
      for (size_t i = 0; i < n_; ++i) next[i] = fit_.theta[i] + scale * step[i];
      reached = LogLikelihood(next);
      if (reached >= likelihood || greatest * scale < 1e-9) break;
    }
    fit_.theta = next;
    fit_.converged = greatest < 1e-12 || (greatest < 1e-9 && scale == 1);
    return reached;
  }

  void Errors() {
    double mean = 0;
    for (double theta : fit_.theta) mean += theta / static_cast<double>(n_);
    if (!FactorInformation()) {
      fit_.standard_errors.assign(n_, 0);
      return;
    }
    fit_.standard_errors.resize(n_);
    for (size_t i = 0; i < n_; ++i) {
      std::vector<double> unit(n_);
      unit[i] = 1;
      information_.Solve(unit);
      // Without prior the anchored inverse is the pseudo-inverse plus 1/n everywhere (the mean,
      // which is known).
      const double variance = unit[i] - (prior_ > 0 ? 0 : 1.0 / static_cast<double>(n_));
      fit_.standard_errors[i] = std::sqrt(std::max(variance, 0.0));
    }
    for (double& theta : fit_.theta) theta -= mean;
  }

  const size_t n_;
  const std::vector<uint64_t>& wins_;
  const double prior_;
  Cholesky information_;
  Strengths fit_;
};

// Tarjan's algorithm, iterative; components come out last first.
class Tarjan {
 public:
  Tarjan(size_t n, const std::vector<uint64_t>& wins)
      : n_(n), wins_(wins), index_(n, 0), low_(n, 0), on_(n, false) {}

  std::vector<Tier> Run() && {
    for (size_t v = 0; v < n_; ++v) {
      if (index_[v] == 0) Visit(v);
    }
    std::reverse(components_.begin(), components_.end());
    return std::move(components_);
  }

 private:
  void Enter(size_t v) {
    index_[v] = low_[v] = ++next_;
    stack_.push_back(v);
    on_[v] = true;
    path_.push_back({v, 0});
  }
  void Visit(size_t root) {
    Enter(root);
    while (!path_.empty()) {
      auto& [v, w] = path_.back();
      if (w == n_) {
        Leave(v);
        continue;
      }
      const size_t to = w++;
      if (to == v || wins_[v * n_ + to] == 0) continue;
      if (index_[to] == 0) {
        Enter(to);
      } else if (on_[to]) {
        low_[v] = std::min(low_[v], index_[to]);
      }
    }
  }
  void Leave(size_t v) {
    path_.pop_back();
    if (!path_.empty()) low_[path_.back().first] = std::min(low_[path_.back().first], low_[v]);
    if (low_[v] != index_[v]) return;
    Tier component;
    size_t member;
    do {
      member = stack_.back();
      stack_.pop_back();
      on_[member] = false;
      component.push_back(static_cast<OptionIndex>(member));
    } while (member != v);
    std::sort(component.begin(), component.end());
    components_.push_back(std::move(component));
  }

  const size_t n_;
  const std::vector<uint64_t>& wins_;
  std::vector<size_t> index_, low_;
  std::vector<bool> on_;
  std::vector<size_t> stack_;
  std::vector<std::pair<size_t, size_t>> path_;
  size_t next_ = 0;
  std::vector<Tier> components_;
};

// Comparisons of the election; for ranked ballots, each pair that a ballot ranks is one comparison.
std::vector<uint64_t> WinsOf(const Call& call) {
  if (call.election().comparisons) return call.election().comparisons->wins;
  std::vector<uint64_t> wins(call.options() * call.options());
  for (size_t a = 0; a < call.options(); ++a) {
    for (size_t b = 0; b < call.options(); ++b)
      wins[a * call.options() + b] = call.counts().before(a, b);
  }
  return wins;
}

absl::StatusOr<Ranking> RunBradleyTerry(const Call& call) {
  const std::vector<uint64_t> wins = WinsOf(call);
  const std::vector<absl::string_view> parts = absl::StrSplit(call.param("prior"), '/');
  Rational prior = *ParseRational(parts[0]);
  if (parts.size() == 2) prior /= *ParseRational(parts[1]);
  const std::vector<Tier> components = Components(call.options(), wins);
  if (sgn(prior) == 0 && components.size() > 1) {
    return Refuse(
        Reason::kNotConnected,
        "without prior there is no estimate: some options never lost to the others or never met "
        "them; give --param prior=1/2 or more comparisons");
  }
  const Strengths fit = FitBradleyTerry(call.options(), wins, prior.get_d());
  // Estimates that differ only by rounding are tied.
  std::vector<int64_t> rounded;
  for (double theta : fit.theta) rounded.push_back(static_cast<int64_t>(std::llround(theta * 1e9)));
  Ranking ranking = RankingOf(TiersByScore(rounded));
  ranking.details["strengths"] = call.PerOption([&](size_t i) { return fit.theta[i]; });
  ranking.details["standard_errors"] =
      call.PerOption([&](size_t i) { return fit.standard_errors[i]; });
  ranking.details["components"] = call.Tiers(components);
  ranking.details["strongly_connected"] = components.size() == 1;
  ranking.details["converged"] = fit.converged;
  ranking.details["iterations"] = fit.iterations;
  if (call.explain()) {
    ranking.details["comparisons"] =
        call.Table([&](size_t i, size_t j) { return wins[i * call.options() + j]; });
  }
  return ranking;
}

}  // namespace

Strengths FitBradleyTerry(size_t n, const std::vector<uint64_t>& wins, double prior) {
  return Newton(n, wins, prior).Run();
}

std::vector<Tier> Components(size_t n, const std::vector<uint64_t>& wins) {
  return Tarjan(n, wins).Run();
}

std::vector<Method> BradleyTerryMethods() {
  return {{"bradley-terry",
           1,
           Needs::kComparisons,
           "Strengths that make the answers to \"a or b?\" likeliest, with standard errors; a "
           "prior keeps them finite.",
           "R. A. Bradley, M. E. Terry, Biometrika 39 (1952); L. R. Ford (1957)",
           {{"prior", "1/2", "fraction",
             "wins and losses of each option against a reference, added; 0: none"}},
           RunBradleyTerry}};
}

}  // namespace votum::ranking
