#include "ranking/pairwise.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <thread>

#include "ranking/batch_counter.h"

namespace votum::ranking {
namespace {

size_t IndexOf(uint16_t code) { return code & ~kTiedWithPrevious; }

// Calls f(begin, end) for each run of options of `coded` that are ranked alike.
template <typename F>
void ForEachGroup(absl::Span<const uint16_t> coded, F&& f) {
  for (size_t begin = 0; begin < coded.size();) {
    size_t end = begin + 1;
    while (end < coded.size() && (coded[end] & kTiedWithPrevious) != 0) ++end;
    f(begin, end);
    begin = end;
  }
}

}  // namespace

PairwiseCounts::PairwiseCounts(size_t options)
    : n_(options), ranked_(options), narrow_(options * options) {}

template <typename Count>
void PairwiseCounts::Accumulate(absl::Span<const uint16_t> coded, Count delta, size_t n,
                                Count* before) {
  size_t group_end = 0;
  for (size_t i = 0; i < coded.size(); ++i) {
    if (group_end <= i) {
      group_end = i + 1;
      while (group_end < coded.size() && (coded[group_end] & kTiedWithPrevious) != 0) ++group_end;
    }
    Count* row = before + IndexOf(coded[i]) * n;
    for (size_t j = group_end; j < coded.size(); ++j) row[IndexOf(coded[j])] += delta;
  }
}

void PairwiseCounts::Update(absl::Span<const uint16_t> coded, uint64_t delta) {
  // Subtraction is addition of the two's complement, in either width.
  for (uint16_t code : coded) ranked_[IndexOf(code)] += delta;
  if (wide_.empty()) {
    Accumulate(coded, static_cast<uint32_t>(delta), n_, narrow_.data());
  } else {
    Accumulate(coded, delta, n_, wide_.data());
  }
  UpdateTied(coded, delta);
}

void PairwiseCounts::UpdateTied(absl::Span<const uint16_t> coded, uint64_t delta) {
  ForEachGroup(coded, [&](size_t begin, size_t end) {
    if (end - begin < 2) return;
    if (tied_.empty()) tied_.resize(n_ * n_);
    for (size_t i = begin; i < end; ++i) {
      for (size_t j = begin; j < end; ++j) {
        if (i != j) tied_[IndexOf(coded[i]) * n_ + IndexOf(coded[j])] += delta;
      }
    }
  });
}

void PairwiseCounts::Widen() {
  wide_.assign(narrow_.begin(), narrow_.end());
  narrow_ = {};
}

void PairwiseCounts::Add(absl::Span<const uint16_t> coded, uint64_t weight) {
  total_weight_ += weight;
  if (wide_.empty() && total_weight_ > std::numeric_limits<uint32_t>::max()) Widen();
  Update(coded, weight);
}

void PairwiseCounts::Remove(absl::Span<const uint16_t> coded, uint64_t weight) {
  total_weight_ -= weight;
  Update(coded, ~weight + 1);
}

void PairwiseCounts::AddCounted(uint64_t ballots, const std::vector<uint32_t>& ranked,
                                const std::vector<uint32_t>& before) {
  total_weight_ += ballots;
  if (wide_.empty() && total_weight_ > std::numeric_limits<uint32_t>::max()) Widen();
  for (size_t i = 0; i < n_; ++i) ranked_[i] += ranked[i];
  if (wide_.empty()) {
    for (size_t i = 0; i < before.size(); ++i) narrow_[i] += before[i];
  } else {
    for (size_t i = 0; i < before.size(); ++i) wide_[i] += before[i];
  }
}

void PairwiseCounts::AddAll(const RankedBallots& ballots, size_t threads) {
  std::atomic<size_t> next{0};
  auto work = [&](PairwiseCounts& counts) {
    BatchCounter batch(counts);
    for (size_t block; (block = next.fetch_add(1)) < ballots.blocks();) {
      ballots.ForEachOfBlock(block,
                             [&](BallotView ballot) { batch.Add(ballot.coded, ballot.weight); });
    }
  };
  threads = std::clamp<size_t>(threads, 1, std::max<size_t>(ballots.blocks(), 1));
  std::vector<PairwiseCounts> own(threads - 1, PairwiseCounts(n_));
  std::vector<std::thread> workers;
  for (PairwiseCounts& counts : own) workers.emplace_back([&] { work(counts); });
  work(*this);
  for (std::thread& worker : workers) worker.join();
  for (const PairwiseCounts& counts : own) Merge(counts);
}

void PairwiseCounts::Merge(const PairwiseCounts& other, uint64_t times) {
  total_weight_ += other.total_weight_ * times;
  if (wide_.empty() && total_weight_ > std::numeric_limits<uint32_t>::max()) Widen();
  for (size_t i = 0; i < n_; ++i) ranked_[i] += other.ranked_[i] * times;
  for (size_t i = 0; i < n_ * n_; ++i) {
    const uint64_t count = (other.wide_.empty() ? other.narrow_[i] : other.wide_[i]) * times;
    if (wide_.empty()) {
      narrow_[i] += static_cast<uint32_t>(count);
    } else {
      wide_[i] += count;
    }
  }
  if (other.tied_.empty()) return;
  tied_.resize(n_ * n_);
  for (size_t i = 0; i < tied_.size(); ++i) tied_[i] += other.tied_[i] * times;
}

PairwiseMatrix PairwiseCounts::Matrix(Unranked unranked) const {
  PairwiseMatrix matrix(n_);
  for (size_t a = 0; a < n_; ++a) {
    for (size_t b = 0; b < n_; ++b) {
      if (a == b) continue;
      // A ballot that ranks a and neither puts b before it nor beside it has b below, whether
      // ranked or not.
      matrix.at(a, b) = unranked == Unranked::kNotCompared ? before(a, b)
                                                           : ranked_[a] - before(b, a) - tied(a, b);
    }
  }
  return matrix;
}

bool operator==(const PairwiseCounts& a, const PairwiseCounts& b) {
  if (a.n_ != b.n_ || a.total_weight_ != b.total_weight_ || a.ranked_ != b.ranked_) return false;
  for (size_t i = 0; i < a.n_; ++i) {
    for (size_t j = 0; j < a.n_; ++j) {
      if (a.before(i, j) != b.before(i, j) || a.tied(i, j) != b.tied(i, j)) return false;
    }
  }
  return true;
}

}  // namespace votum::ranking
