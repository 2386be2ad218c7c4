#include "ledger/command_index.h"

#include <cstring>

#include "crypto/hash.h"
#include "crypto/random.h"

namespace votum::ledger {
namespace {
constexpr size_t kSaltBytes = 16;
}  // namespace

CommandIndex::CommandIndex() : salt_(crypto::RandomBytes(kSaltBytes)) {}

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

std::vector<uint64_t> CommandIndex::Candidates(uint64_t hash) const {
  const Shard& shard = shards_[ShardOf(hash)];
  std::vector<uint64_t> found;
  for (auto at = shard.find(hash); at != shard.end(); at = shard.find(++hash))
    found.push_back(at->second);
  return found;
}

}  // namespace votum::ledger
