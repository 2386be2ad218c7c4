// Where in the log a command id may stand: what makes an id count once.
//
// Kept in memory and made anew from the records at each start, for ids are random: an index of them
// on disk has a page of its own for nearly each command of a batch. Ids are kept as 64 bits of a
// hash with a salt of this process, so nobody can choose ids that collide; still they may, and
// therefore the index only says where to look. Who asks compares the record there.
//
// 19 to 39 bytes an entry. It grows in shards, one after the other, so that no append waits for a
// copy of all of it.
#ifndef VOTUM_LEDGER_COMMAND_INDEX_H_
#define VOTUM_LEDGER_COMMAND_INDEX_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace votum::ledger {

// HashOf from any thread; Add and Candidates from one at a time.
class CommandIndex {
 public:
  CommandIndex();

  uint64_t HashOf(absl::string_view command_id) const;
  // A command whose id has this hash is record `index`.
  void Add(uint64_t hash, uint64_t index);
  // The records whose ids may have this hash, in the order in which they were added: all that do,
  // and seldom another one.
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
