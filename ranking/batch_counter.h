// Counts ballots in batches: strict ballots over few options are compared column by column with
// vector instructions.
#ifndef VOTUM_RANKING_BATCH_COUNTER_H_
#define VOTUM_RANKING_BATCH_COUNTER_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "ranking/pairwise.h"
#include "ranking/simd.h"

namespace votum::ranking {

// Adds to `counts`, which must outlive it and is complete only after Flush() or destruction. The
// sums are the same as those of PairwiseCounts::Add.
class BatchCounter {
 public:
  explicit BatchCounter(PairwiseCounts& counts, Simd simd = BestSimd());
  ~BatchCounter() { Flush(); }
  BatchCounter(const BatchCounter&) = delete;
  BatchCounter& operator=(const BatchCounter&) = delete;

  // As PairwiseCounts::Add.
  void Add(absl::Span<const uint16_t> coded, uint64_t weight) {
    if (weight != 1 || !dense_ || coded.size() < min_length_) {
      counts_.Add(coded, weight);
      return;
    }
    AddToBatch(coded);
  }
  void Flush();

 private:
  void AddToBatch(absl::Span<const uint16_t> coded);

  PairwiseCounts& counts_;
  const bool dense_;
  const size_t min_length_;
  uint32_t (*const count_less_)(const int8_t* a, const int8_t* b);
  size_t size_ = 0;
  bool complete_ = true;  // whether each ballot of the batch ranks all options
  // Column per option: its place on each ballot of the batch, or a greater number where it is not
  // ranked.
  std::vector<int8_t> places_;
  std::vector<uint32_t> ranked_;
};

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_BATCH_COUNTER_H_
