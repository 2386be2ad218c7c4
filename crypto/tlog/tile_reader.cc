#include "crypto/tlog/tile_reader.h"

#include <algorithm>
#include <bit>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/merkle.h"
#include "crypto/tlog/entry_bundle.h"
#include "crypto/tlog/tile.h"

namespace votum::crypto {
namespace {

absl::Status NotInTree(absl::string_view what, uint64_t size) {
  return Refuse(Reason::kNotInTree, absl::StrCat(what, " is not in the tree of ", size, " leaves"));
}

absl::Status TilesDiffer(const absl::Status& why) {
  return Refuse(Reason::kTilesDiffer,
                absl::StrCat("the tiles do not give the checkpoint's root: ", why.message()));
}

// The file of `tile`. If a partial tile is gone, the beginning of the full tile, because a log may
// delete partial tiles once the full one exists.
absl::StatusOr<std::pair<Tile, std::string>> FetchTile(TileSource& source, const Tile& tile) {
  Tile found = tile;
  absl::StatusOr<std::string> bytes = source.Fetch(TilePath(found));
  if (tile.partial() && absl::IsNotFound(bytes.status())) {
    found.width = kTileWidth;
    bytes = source.Fetch(TilePath(found));
  }
  if (!bytes.ok()) {
    return Refuse(Reason::kTileMissing,
                  absl::StrCat("cannot fetch ", TilePath(tile), ": ", bytes.status().message()));
  }
  return std::make_pair(found, *std::move(bytes));
}

// A range of leaves [begin, end) that is a node of some tree: RFC 6962's D[begin:end].
struct Range {
  uint64_t begin;
  uint64_t end;
};

// The nodes of the tree of `size` leaves, read from its tiles. Fetches each tile once.
class Nodes {
 public:
  Nodes(uint64_t size, TileSource& source) : size_(size), source_(source) {}

  // The root over `range`, hashed together from complete subtrees.
  absl::StatusOr<Digest> Root(Range range) {
    int level = std::countr_zero(range.end - range.begin);
    uint64_t right = range.end - (uint64_t{1} << level);
    ASSIGN_OR_RETURN(Digest root, CompleteNode(level, right >> level));
    while (right > range.begin) {
      level = std::countr_zero(right - range.begin);
      right -= uint64_t{1} << level;
      ASSIGN_OR_RETURN(const Digest left, CompleteNode(level, right >> level));
      root = HashChildren(left, root);
    }
    return root;
  }

  absl::StatusOr<std::vector<Digest>> Roots(const std::vector<Range>& ranges) {
    std::vector<Digest> roots;
    for (const Range& range : ranges) {
      ASSIGN_OR_RETURN(const Digest root, Root(range));
      roots.push_back(root);
    }
    return roots;
  }

 private:
  // Node `index` of the tree's level `level`: 2^(level % 8) neighbours within one tile, hashed
  // together.
  absl::StatusOr<Digest> CompleteNode(int level, uint64_t index) {
    const int within = level % kTileHeight;
    const uint64_t first = index << within;
    ASSIGN_OR_RETURN(const std::string* tile, Load(TileWith(level / kTileHeight, first, size_)));
    CompactTree subtree;
    for (uint64_t i = first; i < first + (uint64_t{1} << within); ++i) {
      const absl::string_view hash =
          absl::string_view(*tile).substr(i % kTileWidth * kDigestSize, kDigestSize);
      subtree.AppendHash(*DigestFromBytes(hash));
    }
    return subtree.Root();
  }

  absl::StatusOr<const std::string*> Load(const Tile& tile) {
    std::string path = TilePath(tile);
    const auto loaded = tiles_.find(path);
    if (loaded != tiles_.end()) return &loaded->second;
    ASSIGN_OR_RETURN(auto fetched, FetchTile(source_, tile));
    if (fetched.second.size() != static_cast<size_t>(fetched.first.width) * kDigestSize) {
      return TilesDiffer(
          Refuse(Reason::kBadTile, absl::StrCat(path, " has ", fetched.second.size(), " bytes")));
    }
    return &tiles_.emplace(std::move(path), std::move(fetched.second)).first->second;
  }

  const uint64_t size_;
  TileSource& source_;
  std::map<std::string, std::string> tiles_;
};

// The left child's share of [begin, end), which has at least 2 leaves.
uint64_t Middle(Range range) { return range.begin + std::bit_floor(range.end - range.begin - 1); }

// PATH of RFC 6962 section 2.1.1, from the leaf's sibling up.
std::vector<Range> InclusionPath(uint64_t index, uint64_t size) {
  std::vector<Range> path;
  Range range{0, size};
  while (range.end - range.begin > 1) {
    const uint64_t middle = Middle(range);
    if (index < middle) {
      path.push_back({middle, range.end});
      range.end = middle;
    } else {
      path.push_back({range.begin, middle});
      range.begin = middle;
    }
  }
  std::reverse(path.begin(), path.end());
  return path;
}

// PROOF of RFC 6962 section 2.1.2, 0 < old_size <= size.
std::vector<Range> ConsistencyPath(uint64_t old_size, uint64_t size) {
  std::vector<Range> path;
  Range range{0, size};
  while (old_size < range.end) {
    const uint64_t middle = Middle(range);
    if (old_size <= middle) {
      path.push_back({middle, range.end});
      range.end = middle;
    } else {
      path.push_back({range.begin, middle});
      range.begin = middle;
    }
  }
  // The verifier already has the root of the whole old tree.
  if (range.begin != 0) path.push_back(range);
  std::reverse(path.begin(), path.end());
  return path;
}

struct ProvenRoot {
  Digest root = {};
  std::vector<Digest> consistency_proof;
};

// The tree of the first `old_size` > 0 leaves. Root and proof use the same fetched tiles, because a
// source may answer differently the next time.
absl::StatusOr<ProvenRoot> ProvePrefix(uint64_t old_size, uint64_t size, const Digest& root,
                                       TileSource& source) {
  if (old_size > size) return NotInTree(absl::StrCat("size ", old_size), size);
  Nodes nodes(size, source);
  ProvenRoot old_tree;
  ASSIGN_OR_RETURN(old_tree.root, nodes.Root({0, old_size}));
  ASSIGN_OR_RETURN(old_tree.consistency_proof, nodes.Roots(ConsistencyPath(old_size, size)));
  const absl::Status verified =
      VerifyConsistency(old_size, size, old_tree.consistency_proof, old_tree.root, root);
  if (!verified.ok()) return TilesDiffer(verified);
  return old_tree;
}

}  // namespace

absl::StatusOr<ProvenLeaf> TileReader::InclusionProof(uint64_t index) const {
  if (index >= size_) return NotInTree(absl::StrCat("leaf ", index), size_);
  Nodes nodes(size_, source_);
  ProvenLeaf leaf;
  ASSIGN_OR_RETURN(leaf.leaf_hash, nodes.Root({index, index + 1}));
  ASSIGN_OR_RETURN(leaf.inclusion_proof, nodes.Roots(InclusionPath(index, size_)));
  const absl::Status verified =
      VerifyInclusion(leaf.leaf_hash, index, size_, leaf.inclusion_proof, root_);
  if (!verified.ok()) return TilesDiffer(verified);
  return leaf;
}

absl::StatusOr<std::vector<Digest>> TileReader::ConsistencyProof(uint64_t old_size) const {
  if (old_size == 0) return std::vector<Digest>();
  ASSIGN_OR_RETURN(ProvenRoot old_tree, ProvePrefix(old_size, size_, root_, source_));
  return std::move(old_tree.consistency_proof);
}

absl::StatusOr<Digest> TileReader::RootAt(uint64_t old_size) const {
  if (old_size == 0) return EmptyRoot();
  ASSIGN_OR_RETURN(const ProvenRoot old_tree, ProvePrefix(old_size, size_, root_, source_));
  return old_tree.root;
}

absl::StatusOr<std::vector<std::string>> TileReader::Entries(uint64_t index) const {
  const uint64_t bundles = size_ / kTileWidth + (size_ % kTileWidth != 0 ? 1 : 0);
  if (index >= bundles) return NotInTree(absl::StrCat("entry bundle ", index), size_);
  const uint64_t first = index * kTileWidth;
  const Tile bundle = TileWith(kEntriesLevel, first, size_);
  ASSIGN_OR_RETURN(const auto fetched, FetchTile(source_, bundle));
  ASSIGN_OR_RETURN(std::vector<std::string> entries,
                   ParseEntryBundle(fetched.second, fetched.first.width));
  entries.resize(static_cast<size_t>(bundle.width));
  // One proof for the bundle's tile is enough, because it starts from the tile's hashes.
  Nodes nodes(size_, source_);
  for (size_t i = 0; i < entries.size(); ++i) {
    ASSIGN_OR_RETURN(const Digest hash, nodes.Root({first + i, first + i + 1}));
    if (hash != HashLeaf(entries[i])) {
      return TilesDiffer(
          Refuse(Reason::kBadEntry,
                 absl::StrCat("entry ", first + i, " is not what its hash stands for")));
    }
  }
  ASSIGN_OR_RETURN(const std::vector<Digest> rest, nodes.Roots(InclusionPath(first, size_)));
  const Digest leaf = HashLeaf(entries[0]);
  const absl::Status verified = VerifyInclusion(leaf, first, size_, rest, root_);
  if (!verified.ok()) return TilesDiffer(verified);
  return entries;
}

}  // namespace votum::crypto
