// Index of the records that may hold a command id, so that each id counts only once.
//
// The index is kept in memory and filled from the chapters at each start (chapter.h): ids are random,
// so an index on disk would touch a separate page for nearly each command of a batch. Ids are kept as
// 64 bits of a hash with a secret salt, so nobody can choose ids that collide. Collisions are still
// possible, so the index only says where to look, and callers compare the record there.
//
// 19 to 39 bytes an entry. Its shards grow one after the other, so that no append waits for a copy
// of the whole index.
#ifndef VOTUM_LEDGER_COMMAND_INDEX_H_
#define VOTUM_LEDGER_COMMAND_INDEX_H_

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace votum::ledger {

// HashOf may be called from any thread; Add and Candidates from one thread at a time.
class CommandIndex {
 public:
  explicit CommandIndex(std::string salt) : salt_(std::move(salt)) {}

  uint64_t HashOf(absl::string_view command_id) const;
  // Adds record `index`, a command whose id has this hash.
  void Add(uint64_t hash, uint64_t index);
  // Makes room for about `count` more, so that adding them moves none.
  void Reserve(uint64_t count);
  void Clear();
  // The records whose ids may have this hash, in the order of adding: all that have it, and rarely
  // another one.
  std::vector<uint64_t> Candidates(uint64_t hash) const;

 private:
  using Shard = absl::flat_hash_map<uint64_t, uint64_t>;  // index by hash, or by the next free one
  static constexpr size_t kShards = 256;

  static size_t ShardOf(uint64_t hash) { return static_cast<size_t>(hash >> 56); }

  const std::string salt_;
  std::array<Shard, kShards> shards_;
};

}  // namespace votum::ledger

#endif  // VOTUM_LEDGER_COMMAND_INDEX_H_
