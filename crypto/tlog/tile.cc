#include "crypto/tlog/tile.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/numbers.h"
#include "base/refusal.h"
#include "base/status_macros.h"

namespace votum::crypto {
namespace {

constexpr absl::string_view kRoot = "tile/";
constexpr absl::string_view kEntries = "entries";
constexpr absl::string_view kPartial = ".p/";
constexpr size_t kGroupDigits = 3;
// 2^64 has 20 digits.
constexpr size_t kMaxGroups = 7;

absl::Status BadTilePath(absl::string_view path) {
  // The path may come from the network and be of any length, so errors quote only its beginning.
  return Refuse(Reason::kBadTilePath,
                absl::StrCat("not the path of a tile: ", path.substr(0, 100)));
}

std::string IndexPath(uint64_t index) {
  std::string path = absl::StrFormat("%03u", index % 1000);
  for (index /= 1000; index > 0; index /= 1000) {
    path = absl::StrFormat("x%03u/%s", index % 1000, path);
  }
  return path;
}

// Reverses IndexPath; also accepts some texts that IndexPath would write differently.
std::optional<uint64_t> ParseIndex(absl::string_view path) {
  const std::vector<absl::string_view> groups =
      absl::StrSplit(path, absl::MaxSplits('/', kMaxGroups));
  if (groups.size() > kMaxGroups) return std::nullopt;
  std::string digits;
  for (size_t i = 0; i < groups.size(); ++i) {
    absl::string_view group = groups[i];
    if (i + 1 < groups.size() && !absl::ConsumePrefix(&group, "x")) return std::nullopt;
    if (group.size() != kGroupDigits) return std::nullopt;
    absl::StrAppend(&digits, group);
  }
  const size_t first = digits.find_first_not_of('0');
  if (first == std::string::npos) return 0;
  return ParseDecimal(absl::string_view(digits).substr(first));
}

std::optional<int> ParseLevel(absl::string_view text) {
  if (text == kEntries) return kEntriesLevel;
  const std::optional<uint64_t> level = ParseDecimal(text);
  if (!level.has_value() || *level > kMaxTileLevel) return std::nullopt;
  return static_cast<int>(*level);
}

// The number of nodes of a tree of `size` leaves at tile level `level`. Entries are counted like
// leaves.
uint64_t NodesAt(int level, uint64_t size) {
  const int shift = level == kEntriesLevel ? 0 : level * kTileHeight;
  return shift >= 64 ? 0 : size >> shift;
}

}  // namespace

std::string TilePath(const Tile& tile) {
  const std::string level =
      tile.level == kEntriesLevel ? std::string(kEntries) : absl::StrCat(tile.level);
  std::string path = absl::StrCat(kRoot, level, "/", IndexPath(tile.index));
  if (tile.partial()) absl::StrAppend(&path, kPartial, tile.width);
  return path;
}

absl::StatusOr<Tile> ParseTilePath(absl::string_view path) {
  absl::string_view rest = path;
  if (!absl::ConsumePrefix(&rest, kRoot)) return BadTilePath(path);
  const size_t slash = rest.find('/');
  if (slash == absl::string_view::npos) return BadTilePath(path);
  Tile tile;
  const std::optional<int> level = ParseLevel(rest.substr(0, slash));
  if (!level.has_value()) return BadTilePath(path);
  tile.level = *level;
  rest.remove_prefix(slash + 1);
  const size_t partial = rest.find(kPartial);
  if (partial != absl::string_view::npos) {
    const std::optional<uint64_t> width = ParseDecimal(rest.substr(partial + kPartial.size()));
    if (!width.has_value() || *width == 0 || *width >= kTileWidth) return BadTilePath(path);
    tile.width = static_cast<int>(*width);
    rest = rest.substr(0, partial);
  }
  const std::optional<uint64_t> index = ParseIndex(rest);
  if (!index.has_value()) return BadTilePath(path);
  tile.index = *index;
  if (TilePath(tile) != path) return BadTilePath(path);
  return tile;
}

std::vector<Tile> NewTiles(uint64_t old_size, uint64_t new_size) {
  std::vector<Tile> tiles;
  for (int level = kEntriesLevel;; ++level) {
    const uint64_t old_nodes = NodesAt(level, old_size);
    const uint64_t new_nodes = NodesAt(level, new_size);
    if (new_nodes == 0) return tiles;
    if (new_nodes == old_nodes) continue;
    for (uint64_t index = old_nodes / kTileWidth; index < new_nodes / kTileWidth; ++index) {
      tiles.push_back({level, index, kTileWidth});
    }
    const int width = static_cast<int>(new_nodes % kTileWidth);
    if (width > 0) tiles.push_back({level, new_nodes / kTileWidth, width});
  }
}

Tile TileWith(int level, uint64_t index, uint64_t size) {
  const uint64_t nodes = NodesAt(level, size);
  const uint64_t tile = index / kTileWidth;
  const bool full = tile < nodes / kTileWidth;
  return {level, tile, full ? kTileWidth : static_cast<int>(nodes % kTileWidth)};
}

absl::StatusOr<std::string> TileBytes(const MerkleTree& tree, const Tile& tile) {
  if (tile.level == kEntriesLevel) {
    return Refuse(Reason::kBadTile, "an entry bundle is not made of hashes");
  }
  std::string bytes;
  bytes.reserve(static_cast<size_t>(tile.width) * kDigestSize);
  for (int i = 0; i < tile.width; ++i) {
    ASSIGN_OR_RETURN(const Digest hash,
                     tree.CompleteNode(tile.level * kTileHeight,
                                       tile.index * kTileWidth + static_cast<uint64_t>(i)));
    absl::StrAppend(&bytes, AsBytes(hash));
  }
  return bytes;
}

}  // namespace votum::crypto
