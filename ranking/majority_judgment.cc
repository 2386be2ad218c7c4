#include "ranking/majority_judgment.h"

#include <algorithm>
#include <cstddef>

namespace votum::ranking {
namespace {

// Reads grades from a place in the sorted list of all grades, up or down, run by run.
class Reader {
 public:
  // `position` counts from 0 at the worst; may be -1 (nothing to read).
  Reader(const Histogram& histogram, int64_t position, int step)
      : histogram_(histogram), step_(step) {
    if (position < 0) return;
    auto before = static_cast<uint64_t>(position);
    while (before >= histogram_[static_cast<size_t>(grade_)])
      before -= histogram_[static_cast<size_t>(grade_++)];
    left_ = step_ > 0 ? histogram_[static_cast<size_t>(grade_)] - before : before + 1;
  }
  int grade() const { return grade_; }
  // Grades left in this run.
  uint64_t left() const { return left_; }
  void Take(uint64_t count) {
    left_ -= count;
    while (left_ == 0) {
      grade_ += step_;
      if (grade_ < 0 || grade_ >= static_cast<int>(histogram_.size())) return;
      left_ = histogram_[static_cast<size_t>(grade_)];
    }
  }

 private:
  const Histogram& histogram_;
  int step_;
  int grade_ = 0;
  uint64_t left_ = 0;
};

}  // namespace

MajoritySequence::MajoritySequence(const Histogram& histogram) {
  uint64_t total = 0;
  for (uint64_t count : histogram) total += count;
  if (total == 0) return;
  odd_ = total % 2 == 1;
  const auto middle = static_cast<int64_t>((total - 1) / 2);
  majority_grade_ = Reader(histogram, middle, 1).grade();
  Reader low(histogram, odd_ ? middle - 1 : middle, -1);
  Reader high(histogram, std::min<int64_t>(middle + 1, static_cast<int64_t>(total) - 1), 1);
  for (uint64_t pairs = total / 2; pairs > 0;) {
    const uint64_t times = std::min({low.left(), high.left(), pairs});
    runs_.push_back({low.grade(), high.grade(), times});
    low.Take(times);
    high.Take(times);
    pairs -= times;
  }
}

int MajoritySequence::Compare(const MajoritySequence& other) const {
  if (majority_grade_ != other.majority_grade_)
    return majority_grade_ < other.majority_grade_ ? -1 : 1;
  uint64_t left_a = runs_.empty() ? 0 : runs_[0].times,
           left_b = other.runs_.empty() ? 0 : other.runs_[0].times;
  for (size_t a = 0, b = 0; a < runs_.size() && b < other.runs_.size();) {
    const GradeRun& mine = runs_[a];
    const GradeRun& theirs = other.runs_[b];
    if (mine.first != theirs.first) return mine.first < theirs.first ? -1 : 1;
    if (mine.second != theirs.second) return mine.second < theirs.second ? -1 : 1;
    const uint64_t both = std::min(left_a, left_b);
    if ((left_a -= both) == 0 && ++a < runs_.size()) left_a = runs_[a].times;
    if ((left_b -= both) == 0 && ++b < other.runs_.size()) left_b = other.runs_[b].times;
  }
  return 0;
}

}  // namespace votum::ranking
