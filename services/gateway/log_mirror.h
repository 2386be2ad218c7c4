// The log as the outside sees it, in files that are built anew from the followed stream at each
// start and do not depend on the ledger's files.
//
// Memory: the hashes of tile level 1 and above, 32 bytes for 256 entries. Disk: 40 bytes an entry,
// and the entry's line of JSON, in two files without names. Openings: see openings_mirror.h.
#ifndef VOTUM_SERVICES_GATEWAY_LOG_MIRROR_H_
#define VOTUM_SERVICES_GATEWAY_LOG_MIRROR_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/hash.h"
#include "crypto/merkle.h"
#include "crypto/tlog/tile.h"
#include "crypto/tlog/tile_reader.h"
#include "services/gateway/nameless_file.h"
#include "services/gateway/openings_mirror.h"
#include "votum/ledger/v1/ledger_service.pb.h"
#include "votum/publication/v1/log_service.pb.h"

namespace votum::gateway {

// One thread adds entries, and one openings; any thread reads.
class LogMirror final : public crypto::TileSource {
 public:
  // An empty one, with its files on the disk of `folder`. UNAVAILABLE if they cannot be made.
  static absl::StatusOr<std::unique_ptr<LogMirror>> Create(const std::string& folder);
  LogMirror(const LogMirror&) = delete;
  LogMirror& operator=(const LogMirror&) = delete;

  // Adds `entries`, which must go on where the mirror ends. INVALID_ARGUMENT/BAD_ENTRY for others,
  // and for one whose salt and record do not give its leaf; RESOURCE_EXHAUSTED if the disk is full:
  // then nothing is added, and the call may be repeated.
  absl::Status Add(const google::protobuf::RepeatedPtrField<ledger::v1::Entry>& entries);

  // Adds the next openings, as far as the mirror has the records that made them (OpeningsMirror).
  absl::Status AddOpenings(const publication::v1::ListOpeningsResponse& page);
  const OpeningsMirror& openings() const { return openings_; }

  uint64_t size() const;
  // The root of the tree of all added entries.
  crypto::Digest Root() const;

  // The bytes of a tile or bundle. OUT_OF_RANGE/NOT_IN_TREE for more than the mirror has.
  absl::StatusOr<std::string> Bytes(const crypto::Tile& tile) const;
  // As Bytes, by path, for crypto::TileReader.
  absl::StatusOr<std::string> Fetch(const std::string& path) override;

  // The range of the first `width` lines of bundle `index`, each of which ends in a newline.
  // OUT_OF_RANGE/NOT_IN_TREE.
  absl::StatusOr<LineRange> Lines(uint64_t index, int width) const;
  // At most `most` bytes of the lines from `offset`; none at their end or if reading fails.
  std::string ReadLines(uint64_t offset, size_t most) const;

 private:
  LogMirror(NamelessFile rows, NamelessFile lines, NamelessFile openings)
      : rows_(std::move(rows)), lines_(std::move(lines)), openings_(std::move(openings)) {}

  absl::StatusOr<std::string> Rows(uint64_t first, uint64_t count) const;
  void AddHash(size_t level, const crypto::Digest& hash);

  const NamelessFile rows_;  // for each entry its leaf, and where its line ends, 8 bytes big-endian
  const NamelessFile lines_;
  OpeningsMirror openings_;

  mutable std::shared_mutex mutex_;
  uint64_t size_ = 0;         // guarded by mutex_
  uint64_t lines_bytes_ = 0;  // the adding thread's
  crypto::CompactTree tree_;  // guarded by mutex_
  // By level of tiles, from 1: the roots of the full tiles of the level below.
  std::vector<std::vector<crypto::Digest>> levels_;  // guarded by mutex_
  // By level of tiles, from 0: the tile that is not full yet.
  std::vector<crypto::CompactTree> growing_;  // the adding thread's
};

}  // namespace votum::gateway

#endif  // VOTUM_SERVICES_GATEWAY_LOG_MIRROR_H_
