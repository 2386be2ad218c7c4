// The openings of the log as the outside sees them: which records later ones have opened, a line of
// JSON for each. Built anew at each start, like the mirror of the log; since openings follow from
// the log, in one order, every start and every gateway has the same lines.
//
// Memory: 16 bytes for each opening. Disk: its line, in a file without a name.
#ifndef VOTUM_SERVICES_GATEWAY_OPENINGS_MIRROR_H_
#define VOTUM_SERVICES_GATEWAY_OPENINGS_MIRROR_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/gateway/nameless_file.h"
#include "votum/publication/v1/log_service.pb.h"

namespace votum::gateway {

// One thread adds; any thread reads.
class OpeningsMirror {
 public:
  explicit OpeningsMirror(NamelessFile lines) : lines_(std::move(lines)) {}

  // Adds those openings of `page`, which must go on where the mirror ends, that records below
  // `log_size` made; `leaf_of` gives the leaf of such a record. INVALID_ARGUMENT/BAD_OPENING for an
  // opening out of its order, or whose salt and record do not give the leaf of the record that it
  // opens; other errors as of the file and of `leaf_of`. Then nothing is added, and the call may be
  // repeated.
  absl::Status Add(const publication::v1::ListOpeningsResponse& page, uint64_t log_size,
                   const std::function<absl::StatusOr<std::string>(uint64_t)>& leaf_of);

  // How many there are.
  uint64_t size() const;
  // All openings that records below this index made have been added.
  uint64_t complete_to() const;
  // How many of them records below `log_size` made.
  uint64_t CountBelow(uint64_t log_size) const;

  // The range of the first `width` lines of bundle `index`, each of which ends in a newline.
  // OUT_OF_RANGE/NOT_IN_TREE.
  absl::StatusOr<LineRange> Lines(uint64_t index, int width) const;
  // At most `most` bytes of the lines from `offset`; none at their end or if reading fails.
  std::string ReadLines(uint64_t offset, size_t most) const { return lines_.ReadAt(offset, most); }

 private:
  struct Row {
    uint64_t opened_by = 0;
    uint64_t end = 0;  // of its line
  };

  const NamelessFile lines_;
  mutable std::shared_mutex mutex_;
  std::vector<Row> rows_;     // guarded by mutex_
  uint64_t complete_to_ = 0;  // guarded by mutex_
  uint64_t last_index_ = 0;   // the record that the last one opens; the adding thread's
};

}  // namespace votum::gateway

#endif  // VOTUM_SERVICES_GATEWAY_OPENINGS_MIRROR_H_
