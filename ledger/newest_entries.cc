#include "ledger/newest_entries.h"

namespace votum::ledger {

void NewestEntries::Add(const StoredEntry& entry) {
  const std::lock_guard<std::mutex> lock(mutex_);
  entries_.push_back(entry);
  bytes_ += entry.record.size();
  while (bytes_ > capacity_) {
    bytes_ -= entries_.front().record.size();
    entries_.pop_front();
  }
}

std::vector<StoredEntry> NewestEntries::Read(uint64_t start, size_t limit, size_t max_bytes) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<StoredEntry> entries;
  if (entries_.empty() || start < entries_.front().index) return entries;
  size_t bytes = 0;
  for (size_t at = start - entries_.front().index;
       at < entries_.size() && entries.size() < limit && (entries.empty() || bytes < max_bytes);
       ++at) {
    entries.push_back(entries_[at]);
    bytes += entries_[at].record.size();
  }
  return entries;
}

}  // namespace votum::ledger
