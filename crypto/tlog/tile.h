// Tiles (https://c2sp.org/tlog-tiles): a log's tree cut into static files that never change.
//
// A tile of level L holds up to 256 neighbouring nodes of the tree's level 8 * L; the next level's
// nodes are the roots of full tiles:
//
//   level 1                 [r0 r1 ...]               r0 = root over the 256 hashes of tile 0/0
//   level 0     [h0 .. h255] [h256 .. h511] [h512 ..] the last one may be partial
//   entries     [e0 .. e255] [e256 .. e511] [e512 ..] "entry bundles", cut in the same way
//
// Paths below the log's address: tile/<level>/<index>, tile/entries/<index>, with ".p/<width>" for
// a partial one. The index is written in groups of three digits, all but the last one after an 'x':
// 1234067 is x001/x234/067.
#ifndef VOTUM_CRYPTO_TLOG_TILE_H_
#define VOTUM_CRYPTO_TLOG_TILE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/merkle.h"

namespace votum::crypto {

// The log2 of the width of a full tile, and the width.
inline constexpr int kTileHeight = 8;
inline constexpr int kTileWidth = 1 << kTileHeight;
// Used as a level, this denotes a bundle of entries.
inline constexpr int kEntriesLevel = -1;
// The highest level that a path may name. A tree of 2^64 - 1 leaves has tiles to level 7 only.
inline constexpr int kMaxTileLevel = 63;

struct Tile {
  int level = 0;  // kEntriesLevel, or 0 to kMaxTileLevel
  uint64_t index = 0;
  int width = kTileWidth;  // 1 to kTileWidth

  bool partial() const { return width < kTileWidth; }

  friend bool operator==(const Tile&, const Tile&) = default;
};

// The path of `tile`, from "tile/" on.
std::string TilePath(const Tile& tile);

// INVALID_ARGUMENT/BAD_TILE_PATH unless `path` is what TilePath gives for some tile.
absl::StatusOr<Tile> ParseTilePath(absl::string_view path);

// All tiles and entry bundles of the tree of `new_size` leaves that the tree of `old_size` <=
// `new_size` leaves lacked, from the entries up, each level in order. A growing log must publish
// them before its checkpoint. From old_size 0, they are all files of the log. Partial tiles of
// `old_size` are not included; they stay valid for that size. The list has about (new_size -
// old_size) / 128 elements.
std::vector<Tile> NewTiles(uint64_t old_size, uint64_t new_size);

// The tile in which a tree of `size` leaves has node `index` of tile level `level` (which has such
// a node: index < size / 256^level; for kEntriesLevel, entry `index`), with its width in that tree.
Tile TileWith(int level, uint64_t index, uint64_t size);

// The bytes of a tile of hashes: 32 for each node. OUT_OF_RANGE/NOT_IN_TREE if part of it is not in
// `tree`; INVALID_ARGUMENT/BAD_TILE for an entry bundle, which a tree of hashes does not contain.
absl::StatusOr<std::string> TileBytes(const MerkleTree& tree, const Tile& tile);

}  // namespace votum::crypto

#endif  // VOTUM_CRYPTO_TLOG_TILE_H_
