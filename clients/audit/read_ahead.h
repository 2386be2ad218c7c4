// Reads ahead of the fold, on all processors.
//
// The fold processes one record after the other. Everything that needs no state is computed
// beforehand, in any order: the parts of the line, whether they give the leaf, the command in it,
// and its signature (core/fold/signatures_ahead.h).
#ifndef VOTUM_CLIENTS_AUDIT_READ_AHEAD_H_
#define VOTUM_CLIENTS_AUDIT_READ_AHEAD_H_

#include <atomic>
#include <cstddef>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/audit/archive.h"
#include "core/fold/fold.h"
#include "core/fold/signature_cache.h"
#include "core/fold/signatures_ahead.h"

namespace votum::audit {

// A line of the records, with the results that need no other line.
struct ReadEntry {
  absl::StatusOr<ArchivedEntry> entry;
  bool gives_leaf = false;             // leaf = SHA-256(salt || record)
  std::optional<OpenedRecord> record;  // nothing if it does not parse, or is not shown
};

ReadEntry Read(absl::StatusOr<ArchivedEntry> entry);

// Used by one thread.
class ReadAhead {
 public:
  // `cache` outlives this object and remembers at least the signatures of two chunks. `threads` is
  // at least 1.
  ReadAhead(SignatureCache* cache, unsigned threads) : signatures_(cache), threads_(threads) {}
  ~ReadAhead() { Wait(); }
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  // Starts reading `lines`, the next of the log, each with its newline. Results of the previous
  // call must have been taken.
  void Begin(std::vector<std::string> lines);
  // Returns the results in order, when all are done.
  std::vector<ReadEntry> Take();

 private:
  void Wait();
  // Reads lines that no other thread has taken, until none are left.
  void ReadSome();

  SignaturesAhead signatures_;
  const unsigned threads_;
  std::vector<std::string> lines_;
  std::vector<ReadEntry> entries_;  // of lines_; each written by the thread that took the line
  std::atomic<size_t> next_{0};     // the first line that no thread has taken
  std::vector<std::future<void>> running_;
};

}  // namespace votum::audit

#endif  // VOTUM_CLIENTS_AUDIT_READ_AHEAD_H_
