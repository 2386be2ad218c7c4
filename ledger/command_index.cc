#include "ledger/command_index.h"

#include <cstring>

#include "crypto/hash.h"

namespace votum::ledger {

uint64_t CommandIndex::HashOf(absl::string_view command_id) const {
  const crypto::Digest digest = crypto::Sha256({salt_, command_id});
  uint64_t hash = 0;
  static_assert(sizeof(hash) <= sizeof(digest));
  std::memcpy(&hash, digest.data(), sizeof(hash));
  return hash;
}

void CommandIndex::Add(uint64_t hash, uint64_t index) {
  Shard& shard = shards_[ShardOf(hash)];
  while (!shard.try_emplace(hash, index).second) ++hash;
}

// Hashes spread evenly over the shards, up to their square root.
void CommandIndex::Reserve(uint64_t count) {
  for (Shard& shard : shards_) shard.reserve(shard.size() + count / kShards + count / kShards / 8);
}

void CommandIndex::Clear() {
  for (Shard& shard : shards_) shard.clear();
}

std::vector<uint64_t> CommandIndex::Candidates(uint64_t hash) const {
  const Shard& shard = shards_[ShardOf(hash)];
  std::vector<uint64_t> found;
  for (auto at = shard.find(hash); at != shard.end(); at = shard.find(++hash))
    found.push_back(at->second);
  return found;
}

}  // namespace votum::ledger
