#include "clients/audit/read_ahead.h"

#include <utility>

#include "crypto/hash.h"
#include "crypto/record_leaf.h"

namespace votum::audit {

ReadEntry Read(absl::StatusOr<ArchivedEntry> entry) {
  ReadEntry read{std::move(entry), false, std::nullopt};
  if (!read.entry.ok() || read.entry->record.empty()) return read;
  const crypto::Digest leaf = crypto::RecordLeaf(read.entry->salt, read.entry->record);
  read.gives_leaf = crypto::AsBytes(leaf) == read.entry->leaf;
  read.record = OpenRecord(read.entry->record);
  return read;
}

void ReadAhead::Begin(std::vector<std::string> lines) {
  lines_ = std::move(lines);
  entries_ = std::vector<ReadEntry>(lines_.size());
  next_ = 0;
  for (unsigned i = 0; i < threads_; ++i)
    running_.push_back(std::async(std::launch::async, [this] { ReadSome(); }));
}

std::vector<ReadEntry> ReadAhead::Take() {
  Wait();
  return std::exchange(entries_, {});
}

void ReadAhead::Wait() {
  for (std::future<void>& one : running_) one.get();
  running_.clear();
}

void ReadAhead::ReadSome() {
  for (size_t i = next_++; i < lines_.size(); i = next_++) {
    entries_[i] = Read(ParseEntryLine(lines_[i]));
    const std::optional<OpenedRecord>& record = entries_[i].record;
    if (record.has_value() && record->envelope.ok()) signatures_.Verify(*record->envelope);
  }
}

}  // namespace votum::audit
