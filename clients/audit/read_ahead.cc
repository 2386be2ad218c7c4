#include "clients/audit/read_ahead.h"

#include <mutex>
#include <utility>

#include "crypto/dsse.h"
#include "crypto/hash.h"
#include "crypto/record_leaf.h"
#include "votum/directory/v1/directory.pb.h"

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
    if (!record.has_value() || !record->envelope.ok()) continue;
    RememberKey(*record->envelope);
    Verify(*record->envelope);
  }
}

void ReadAhead::RememberKey(const Envelope& envelope) {
  if (envelope.command->GetDescriptor() != directory::v1::EnrolKey::descriptor()) return;
  auto key = crypto::PublicKey::FromSpkiDer(envelope.header().public_key());
  if (!key.ok()) return;
  const std::unique_lock<std::shared_mutex> lock(keys_mutex_);
  const std::string id = key->id();
  keys_.emplace(id, *std::move(key));
}

void ReadAhead::Verify(const Envelope& envelope) {
  const common::v1::Signature& signature = envelope.signatures[0];
  const crypto::PublicKey* key = nullptr;
  {
    const std::shared_lock<std::shared_mutex> lock(keys_mutex_);
    const auto found = keys_.find(signature.key_id());
    if (found == keys_.end()) return;
    key = &found->second;  // stable: keys are only added, and the map never moves them
  }
  // If a signature does not verify, the fold reports the reason.
  cache_
      .Verify(*key, crypto::PreAuthEncoding(envelope.payload_type(), envelope.payload),
              signature.signature())
      .IgnoreError();
}

}  // namespace votum::audit
