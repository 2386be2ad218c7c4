// A program of some version, which folds a small log.
#ifndef VOTUM_TESTS_UNIT_CORE_FOLD_PROGRAM_H_
#define VOTUM_TESTS_UNIT_CORE_FOLD_PROGRAM_H_

#include <cstdint>
#include <optional>

#include "base/refusal.h"
#include "core/fold/fold.h"
#include "tests/unit/core/fold/small_log.h"

namespace votum::testing {

class Program {
 public:
  explicit Program(const SmallLog& log, uint32_t version = kProgramVersion)
      : log_(log), fold_(DomainSet::All(), log.log_key(), &cache_, version) {}

  // Folds all records that are new; OK, or why the fold stopped.
  absl::Status FoldAll() {
    while (fold_.next_index() < log_.records().size()) {
      const auto outcome = fold_.Apply(log_.records()[fold_.next_index()]);
      if (!outcome.ok()) return outcome.status();
    }
    return absl::OkStatus();
  }
  // Why the record at `index` is void; nothing if it is in effect.
  std::optional<Reason> VoidReason(uint64_t index) const { return ReasonOf(fold_.WhyVoid(index)); }
  const Fold& fold() const { return fold_; }

 private:
  const SmallLog& log_;
  SignatureCache cache_{1000};
  Fold fold_;
};

}  // namespace votum::testing

#endif  // VOTUM_TESTS_UNIT_CORE_FOLD_PROGRAM_H_
