// The newest entries, in memory. Followers of the log mostly read entries written a moment ago and
// get them without a read of the store.
#ifndef VOTUM_LEDGER_NEWEST_ENTRIES_H_
#define VOTUM_LEDGER_NEWEST_ENTRIES_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "ledger/store.h"

namespace votum::ledger {

// Thread-safe.
class NewestEntries {
 public:
  // Keeps the last entries with up to `capacity` bytes of records.
  explicit NewestEntries(size_t capacity) : capacity_(capacity) {}

  // `entry` follows the last one added.
  void Add(const StoredEntry& entry);

  // As EntryStore::Read; empty if the entry at `start` is not, or no longer, in memory.
  std::vector<StoredEntry> Read(uint64_t start, size_t limit, size_t max_bytes) const;

 private:
  const size_t capacity_;
  mutable std::mutex mutex_;
  std::deque<StoredEntry> entries_;  // guarded by mutex_
  size_t bytes_ = 0;                 // guarded by mutex_; of their records
};

}  // namespace votum::ledger

#endif  // VOTUM_LEDGER_NEWEST_ENTRIES_H_
