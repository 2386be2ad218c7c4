#include "ranking/batch_counter.h"

#include <algorithm>
#include <utility>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace votum::ranking {
namespace {

constexpr size_t kBatch = 512;
// Places fit a byte, with room for "not ranked".
constexpr size_t kMaxDenseOptions = 120;
constexpr int8_t kNotRanked = 127;

// The number of ballots of the batch that rank a before b.
uint32_t CountLessPortable(const int8_t* a, const int8_t* b) {
  uint32_t count = 0;
  for (size_t i = 0; i < kBatch; ++i) count += a[i] < b[i] ? 1 : 0;
  return count;
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) uint32_t CountLessAvx2(const int8_t* a, const int8_t* b) {
  __m256i sums = _mm256_setzero_si256();
  for (size_t i = 0; i < kBatch; i += 32) {
    const __m256i x = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(a + i));
    const __m256i y = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(b + i));
    // Each byte counts to at most kBatch / 32 = 16.
    sums = _mm256_sub_epi8(sums, _mm256_cmpgt_epi8(y, x));
  }
  const __m256i wide = _mm256_sad_epu8(sums, _mm256_setzero_si256());
  return static_cast<uint32_t>(_mm256_extract_epi64(wide, 0) + _mm256_extract_epi64(wide, 1) +
                               _mm256_extract_epi64(wide, 2) + _mm256_extract_epi64(wide, 3));
}

__attribute__((target("avx512bw,popcnt"))) uint32_t CountLessAvx512(const int8_t* a,
                                                                    const int8_t* b) {
  uint32_t count = 0;
  for (size_t i = 0; i < kBatch; i += 64) {
    const __m512i x = _mm512_loadu_si512(a + i);
    const __m512i y = _mm512_loadu_si512(b + i);
    count += static_cast<uint32_t>(_mm_popcnt_u64(_mm512_cmplt_epi8_mask(x, y)));
  }
  return count;
}
#endif

auto CountLess(Simd simd) -> uint32_t (*)(const int8_t*, const int8_t*) {
#if defined(__x86_64__)
  if (simd == Simd::kAvx512) return CountLessAvx512;
  if (simd == Simd::kAvx2) return CountLessAvx2;
#endif
  return CountLessPortable;
}

}  // namespace

BatchCounter::BatchCounter(PairwiseCounts& counts, Simd simd)
    : counts_(counts),
      dense_(counts.options() <= kMaxDenseOptions),
      // Short ballots are cheaper to count pair by pair.
      min_length_(std::max<size_t>(2, counts.options() / 6)),
      count_less_(CountLess(simd)) {
  if (!dense_) return;
  places_.assign(counts.options() * kBatch, kNotRanked);
  ranked_.resize(counts.options());
}

void BatchCounter::AddToBatch(absl::Span<const uint16_t> coded) {
  for (uint16_t code : coded) {
    if ((code & kTiedWithPrevious) == 0) continue;
    counts_.Add(coded, 1);
    return;
  }
  int8_t* row = places_.data() + size_;
  for (size_t place = 0; place < coded.size(); ++place) {
    row[coded[place] * kBatch] = static_cast<int8_t>(place);
    ++ranked_[coded[place]];
  }
  complete_ &= coded.size() == counts_.options();
  if (++size_ == kBatch) Flush();
}

void BatchCounter::Flush() {
  if (size_ == 0) return;
  const size_t n = counts_.options();
  std::vector<uint32_t> before(n * n);
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = i + 1; j < n; ++j) {
      const int8_t* a = &places_[i * kBatch];
      const int8_t* b = &places_[j * kBatch];
      const uint32_t less = count_less_(a, b);
      const uint32_t greater = complete_ ? static_cast<uint32_t>(size_) - less : count_less_(b, a);
      // A ballot that ranks j, but neither puts j before i nor omits i, ranks i before j; and vice
      // versa.
      before[i * n + j] = ranked_[j] - greater;
      before[j * n + i] = ranked_[i] - less;
    }
  }
  counts_.AddCounted(size_, ranked_, before);
  std::fill(places_.begin(), places_.end(), kNotRanked);
  std::fill(ranked_.begin(), ranked_.end(), 0);
  size_ = 0;
  complete_ = true;
}

}  // namespace votum::ranking
