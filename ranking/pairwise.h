// Counts how often each option is ranked before each other. Condorcet methods and Borda need
// nothing else from the ballots.
//
// The accumulator keeps, per ballot, only the pairs that the ballot ranks ("ranked before" counts):
// k(k-1)/2 additions for a ballot of k preferences, whatever the number of options. Adding and
// removing a ballot are exact inverses, and sums of integers do not depend on order: any split over
// threads gives the same bits.
#ifndef VOTUM_RANKING_PAIRWISE_H_
#define VOTUM_RANKING_PAIRWISE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "ranking/ballots.h"

namespace votum::ranking {

// The meaning of not ranking an option.
enum class Unranked {
  // Options that it does not rank are tied below all ranked ones (CEF, Debian, Belenios: "implicit
  // ranking").
  kBottom,
  // It says nothing about pairs unless it ranks both options ("explicit ranking").
  kNotCompared,
};

// N[a][b]: the weight of ballots that rank a strictly before b; n x n, diagonal 0.
class PairwiseMatrix {
 public:
  explicit PairwiseMatrix(size_t options) : n_(options), counts_(options * options) {}
  size_t options() const { return n_; }
  uint64_t at(size_t a, size_t b) const { return counts_[a * n_ + b]; }
  uint64_t& at(size_t a, size_t b) { return counts_[a * n_ + b]; }
  // N[a][b] - N[b][a].
  int64_t margin(size_t a, size_t b) const {
    return static_cast<int64_t>(at(a, b)) - static_cast<int64_t>(at(b, a));
  }
  // Whether a has a strict majority over b.
  bool beats(size_t a, size_t b) const { return at(a, b) > at(b, a); }
  friend bool operator==(const PairwiseMatrix& a, const PairwiseMatrix& b) {
    return a.n_ == b.n_ && a.counts_ == b.counts_;
  }

 private:
  size_t n_;
  std::vector<uint64_t> counts_;
};

// The most options that are compared in pairs: a table of them has 16 million cells.
inline constexpr size_t kMaxComparedOptions = 4000;

// Not thread-safe: one per thread, then Merge.
class PairwiseCounts {
 public:
  explicit PairwiseCounts(size_t options);

  // Counts a ballot. `coded` must have passed CheckCoded, and the sum of weights stays within
  // kMaxTotalWeight.
  void Add(absl::Span<const uint16_t> coded, uint64_t weight = 1);
  // Takes back a ballot that was added with the same weight (a vote that its voter replaced).
  void Remove(absl::Span<const uint16_t> coded, uint64_t weight = 1);
  // Adds ballots counted elsewhere: how many (weight 1 each), how many rank each option, and how
  // many rank i before j (both ranked, none alike) in before[i * options() + j].
  void AddCounted(uint64_t ballots, const std::vector<uint32_t>& ranked,
                  const std::vector<uint32_t>& before);
  // Counts all of `ballots` with up to `threads` threads (at least 1); the same bits for any
  // number.
  void AddAll(const RankedBallots& ballots, size_t threads = 1);
  // Adds the counts of `other`, which has the same number of options, counting each of its ballots
  // `times` times.
  void Merge(const PairwiseCounts& other, uint64_t times = 1);

  size_t options() const { return n_; }
  // Ballots counted, weighted.
  uint64_t total_weight() const { return total_weight_; }
  // Weight of ballots that rank `option` at all: its approvals, if ballots rank only approved
  // options.
  uint64_t ranked(size_t option) const { return ranked_[option]; }
  // Weight of ballots that rank both and a strictly before b.
  uint64_t before(size_t a, size_t b) const {
    return wide_.empty() ? narrow_[a * n_ + b] : wide_[a * n_ + b];
  }
  // Weight of ballots that rank both, alike.
  uint64_t tied(size_t a, size_t b) const { return tied_.empty() ? 0 : tied_[a * n_ + b]; }

  PairwiseMatrix Matrix(Unranked unranked = Unranked::kBottom) const;

  friend bool operator==(const PairwiseCounts& a, const PairwiseCounts& b);

 private:
  template <typename Count>
  static void Accumulate(absl::Span<const uint16_t> coded, Count delta, size_t n, Count* before);
  void Update(absl::Span<const uint16_t> coded, uint64_t delta);
  void UpdateTied(absl::Span<const uint16_t> coded, uint64_t delta);
  void Widen();

  size_t n_;
  uint64_t total_weight_ = 0;
  std::vector<uint64_t> ranked_;
  // 4 bytes per pair as long as all weights together fit: half the cache that 8 would take.
  std::vector<uint32_t> narrow_;
  std::vector<uint64_t> wide_;
  // Allocated only once a ballot ranks options alike.
  std::vector<uint64_t> tied_;
};

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_PAIRWISE_H_
