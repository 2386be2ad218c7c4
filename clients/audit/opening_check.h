// Compares the openings that came with a log with the log itself: each must hash to the leaf that
// has been there from the beginning, and must be one that the fold says its record makes.
#ifndef VOTUM_CLIENTS_AUDIT_OPENING_CHECK_H_
#define VOTUM_CLIENTS_AUDIT_OPENING_CHECK_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "clients/audit/archive.h"
#include "core/fold/fold.h"
#include "crypto/merkle.h"

namespace votum::audit {

class OpeningCheck {
 public:
  using Report = std::function<void(std::string)>;

  // A line of the openings; `line` counts from 1. `tree` has all leaves, and `fold` all records up
  // to the last that can be folded. Reports each fault; returns whether there was none.
  bool Add(uint64_t line, const absl::StatusOr<ArchivedOpening>& opening,
           const crypto::MerkleTree& tree, const Fold& fold, const Report& fault);
  // Reports each opening that the log gives beyond the last one added.
  void Finish(const Fold& fold, const Report& fault) const;

  uint64_t count() const { return count_; }
  // Those that records beyond the fold made: they give their leaves, and no more can be said.
  uint64_t unjudged() const { return unjudged_; }

 private:
  uint64_t next_ = 0;  // the number wanted
  uint64_t count_ = 0;
  uint64_t unjudged_ = 0;
};

}  // namespace votum::audit

#endif  // VOTUM_CLIENTS_AUDIT_OPENING_CHECK_H_
