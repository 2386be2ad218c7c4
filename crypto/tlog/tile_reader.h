// Proofs from tiles: readers of a static log compute them for themselves and need to trust only the
// checkpoint.
#ifndef VOTUM_CRYPTO_TLOG_TILE_READER_H_
#define VOTUM_CRYPTO_TLOG_TILE_READER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "crypto/hash.h"

namespace votum::crypto {

// The source of a log's files: a folder, a web server, a test.
class TileSource {
 public:
  virtual ~TileSource() = default;
  // The file at `path` ("tile/..."); NOT_FOUND if there is none.
  virtual absl::StatusOr<std::string> Fetch(const std::string& path) = 0;
};

struct ProvenLeaf {
  Digest leaf_hash = {};
  std::vector<Digest> inclusion_proof;  // from the leaf's sibling up
};

// Reads the tree of one checkpoint. All results are checked against the root, so tiles need not be
// trusted:
//   DATA_LOSS/TILE_MISSING   a tile that the tree must have cannot be fetched (the message names
//                            it); a partial tile may be missing if the full one is there
//   DATA_LOSS/TILES_DIFFER   the tiles do not give the root
//   OUT_OF_RANGE/NOT_IN_TREE asked for more than the tree has
class TileReader {
 public:
  // `source` outlives the reader.
  TileReader(uint64_t size, const Digest& root, TileSource* source)
      : size_(size), root_(root), source_(*source) {}

  // Proves that leaf `index` is in the tree.
  absl::StatusOr<ProvenLeaf> InclusionProof(uint64_t index) const;
  // Proves that the tree of the first `old_size` leaves is a prefix (RFC 6962 section 2.1.2); empty
  // if old_size is 0 or the tree's size.
  absl::StatusOr<std::vector<Digest>> ConsistencyProof(uint64_t old_size) const;
  // The root of the first `old_size` leaves.
  absl::StatusOr<Digest> RootAt(uint64_t old_size) const;
  // The entries of bundle `index`, each of them checked to be a leaf of the tree.
  absl::StatusOr<std::vector<std::string>> Entries(uint64_t index) const;

 private:
  const uint64_t size_;
  const Digest root_;
  TileSource& source_;
};

}  // namespace votum::crypto

#endif  // VOTUM_CRYPTO_TLOG_TILE_READER_H_
