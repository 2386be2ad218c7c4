// Majority Judgment (M. Balinski, R. Laraki, Majority Judgment, MIT Press 2011): options compare by
// their majority grade, the lower middlemost; if equal, by the majority grades that are left when
// one such grade is taken out of each, and so on through the full sequence.
#ifndef VOTUM_RANKING_MAJORITY_JUDGMENT_H_
#define VOTUM_RANKING_MAJORITY_JUDGMENT_H_

#include <cstdint>
#include <vector>

namespace votum::ranking {

// How often each grade was given, worst first.
using Histogram = std::vector<uint64_t>;

// A run of the majority sequence in which two grades alternate.
struct GradeRun {
  int first;
  int second;
  uint64_t times;  // of the pair
  friend bool operator==(const GradeRun& a, const GradeRun& b) {
    return a.first == b.first && a.second == b.second && a.times == b.times;
  }
};

// The sequence of majority grades: from the middle outwards, lower neighbour and upper neighbour in
// turn. It is computed from the histogram in runs; ballots are never expanded.
class MajoritySequence {
 public:
  explicit MajoritySequence(const Histogram& histogram);
  // The majority grade; -1 if there are no grades.
  int majority_grade() const { return majority_grade_; }
  // If the number of grades is odd, the sequence starts with the single middle grade; the runs
  // follow.
  bool odd() const { return odd_; }
  const std::vector<GradeRun>& runs() const { return runs_; }

  // Both must come from histograms with the same number of grades. Better means greater.
  friend bool operator<(const MajoritySequence& a, const MajoritySequence& b) {
    return a.Compare(b) < 0;
  }
  friend bool operator==(const MajoritySequence& a, const MajoritySequence& b) {
    return a.Compare(b) == 0;
  }

 private:
  int Compare(const MajoritySequence& other) const;

  int majority_grade_ = -1;
  bool odd_ = false;
  std::vector<GradeRun> runs_;
};

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_MAJORITY_JUDGMENT_H_
