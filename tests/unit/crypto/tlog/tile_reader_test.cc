#include "crypto/tlog/tile_reader.h"

#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_matchers.h"
#include "crypto/checkpoint.h"
#include "crypto/encoding.h"
#include "crypto/merkle.h"
#include "crypto/tlog/entry_bundle.h"
#include "crypto/tlog/tile.h"
#include "crypto/tlog_proof.h"
#include "gtest/gtest.h"
#include "tests/unit/crypto/known_answers.h"

namespace votum::crypto {
namespace {

class MapSource : public TileSource {
 public:
  absl::StatusOr<std::string> Fetch(const std::string& path) override {
    const auto file = files.find(path);
    if (file == files.end()) return absl::NotFoundError("no such file");
    return file->second;
  }
  std::map<std::string, std::string> files;
};

// A log of "0", "1", ... with the files for its size.
struct StaticLog {
  explicit StaticLog(int size) {
    for (int i = 0; i < size; ++i) {
      entries.push_back(absl::StrCat(i));
      tree.Append(entries.back());
    }
    for (const Tile& tile : NewTiles(0, static_cast<uint64_t>(size))) {
      source.files[TilePath(tile)] =
          tile.level == kEntriesLevel
              ? *FormatEntryBundle(absl::MakeSpan(entries).subspan(tile.index * kTileWidth,
                                                                   static_cast<size_t>(tile.width)))
              : *TileBytes(tree, tile);
    }
  }
  TileReader Reader() { return TileReader(tree.size(), tree.Root(), &source); }

  MerkleTree tree;
  std::vector<std::string> entries;
  MapSource source;
};

TEST(TileReaderTest, GivesTheTreesProofs) {
  for (const int size : {1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 513, 600, 1000}) {
    StaticLog log(size);
    const TileReader reader = log.Reader();
    for (int i = 0; i < size; i += 1 + size / 40) {
      const auto leaf = reader.InclusionProof(static_cast<uint64_t>(i));
      ASSERT_OK(leaf) << i << " of " << size;
      EXPECT_EQ(leaf->leaf_hash, HashLeaf(log.entries[static_cast<size_t>(i)]));
      EXPECT_EQ(leaf->inclusion_proof,
                *log.tree.InclusionProof(static_cast<uint64_t>(i), log.tree.size()));
    }
    for (int old = 0; old <= size; old += 1 + size / 40) {
      const auto old_size = static_cast<uint64_t>(old);
      const auto proof = reader.ConsistencyProof(old_size);
      ASSERT_OK(proof) << old << " of " << size;
      EXPECT_EQ(*proof, *log.tree.ConsistencyProof(old_size, log.tree.size()));
      EXPECT_EQ(*reader.RootAt(old_size), *log.tree.RootAt(old_size));
    }
    EXPECT_THAT(reader.InclusionProof(log.tree.size()), IsRefused(Reason::kNotInTree));
    EXPECT_THAT(reader.ConsistencyProof(log.tree.size() + 1), IsRefused(Reason::kNotInTree));
    EXPECT_THAT(reader.RootAt(log.tree.size() + 1), IsRefused(Reason::kNotInTree));
  }
}

TEST(TileReaderTest, ReachesThreeLevelsOfTiles) {
  StaticLog log(70000);
  const TileReader reader = log.Reader();
  for (const uint64_t index : {0, 255, 65535, 65536, 69887, 69888, 69999}) {
    const auto leaf = reader.InclusionProof(index);
    ASSERT_OK(leaf);
    EXPECT_EQ(leaf->inclusion_proof, *log.tree.InclusionProof(index, 70000));
  }
  for (const uint64_t old_size : {1, 65535, 65536, 65537, 69999, 70000}) {
    const auto proof = reader.ConsistencyProof(old_size);
    ASSERT_OK(proof);
    EXPECT_EQ(*proof, *log.tree.ConsistencyProof(old_size, 70000));
  }
}

TEST(TileReaderTest, GivesTheEntries) {
  StaticLog log(600);
  const TileReader reader = log.Reader();
  std::vector<std::string> entries;
  for (const uint64_t bundle : {0, 1, 2}) {
    const auto read = reader.Entries(bundle);
    ASSERT_OK(read);
    entries.insert(entries.end(), read->begin(), read->end());
  }
  EXPECT_EQ(entries, log.entries);
  EXPECT_THAT(reader.Entries(3), IsRefused(Reason::kNotInTree));
}

TEST(TileReaderTest, TakesTheFullTileWhereThePartialOneIsGone) {
  StaticLog old_log(600);
  // The log has grown since, and its old partial tiles are deleted.
  StaticLog log(900);
  const TileReader reader(600, old_log.tree.Root(), &log.source);
  EXPECT_THAT(reader.InclusionProof(0), IsRefused(Reason::kTileMissing))
      << "tile/1/000.p/2 has no full tile yet";
  log.source.files["tile/1/000.p/2"] = old_log.source.files["tile/1/000.p/2"];
  EXPECT_OK(reader.InclusionProof(0));
  EXPECT_OK(reader.InclusionProof(599));
  EXPECT_EQ(reader.Entries(2)->back(), "599");
  EXPECT_EQ(reader.Entries(2)->size(), 88u);
}

TEST(TileReaderTest, NamesAMissingTile) {
  StaticLog log(600);
  log.source.files.erase("tile/0/001");
  const auto leaf = log.Reader().InclusionProof(300);
  EXPECT_THAT(leaf, IsRefused(Reason::kTileMissing));
  EXPECT_THAT(std::string(leaf.status().message()), ::testing::HasSubstr("tile/0/001"));
}

TEST(TileReaderTest, TrustsNoTile) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    StaticLog log(600);
    auto file = log.source.files.begin();
    std::advance(file, random() % log.source.files.size());
    std::string& bytes = file->second;
    bytes[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
    const TileReader reader = log.Reader();
    bool found = false;
    for (uint64_t bundle = 0; bundle < 3; ++bundle) found |= !reader.Entries(bundle).ok();
    EXPECT_TRUE(found) << file->first;
    for (int i = 0; i < 600; i += 37) {
      const auto leaf = reader.InclusionProof(static_cast<uint64_t>(i));
      if (leaf.ok()) {
        EXPECT_EQ(leaf->leaf_hash, HashLeaf(log.entries[static_cast<size_t>(i)]));
      }
    }
  }
}

TEST(TileReaderTest, RefusesTilesOfAnotherLength) {
  for (const char* path : {"tile/0/000", "tile/0/002.p/88", "tile/1/000.p/2"}) {
    StaticLog log(600);
    log.source.files[path].pop_back();
    EXPECT_THAT(log.Reader().InclusionProof(0), IsRefused(Reason::kTilesDiffer)) << path;
    log.source.files[path] += "xy";
    EXPECT_THAT(log.Reader().InclusionProof(0), IsRefused(Reason::kTilesDiffer)) << path;
  }
}

class FolderSource : public TileSource {
 public:
  absl::StatusOr<std::string> Fetch(const std::string& path) override {
    return ReadFile(absl::StrCat(VOTUM_LOG_KNOWN_ANSWERS, "/log/", path));
  }
};

using TileReaderKnownAnswers = KnownAnswers;

TEST_F(TileReaderKnownAnswers, WeReadTheirProofsFromTheirTiles) {
  FolderSource source;
  const auto head = OpenCheckpoint(PublishedCheckpoint(kLogSize), LogVerifier(), kLogName);
  ASSERT_OK(head);
  const TileReader reader(head->size, head->root, &source);
  for (const uint64_t index : {0, 1, 255, 256, 257, 511, 512, 598, 599}) {
    const auto leaf = reader.InclusionProof(index);
    ASSERT_OK(leaf);
    EXPECT_EQ(leaf->leaf_hash, HashLeaf(Read(absl::StrCat("leaf.", index))));
    EXPECT_EQ(FormatTlogProof(
                  {std::nullopt, index, leaf->inclusion_proof, PublishedCheckpoint(kLogSize)}),
              Read(absl::StrCat("incl.", index, ".tlog-proof")));
  }
  for (const uint64_t old_size : {1, 2, 3, 4, 7, 8, 255, 256, 257, 300, 511, 512, 513, 599}) {
    const auto proof = reader.ConsistencyProof(old_size);
    ASSERT_OK(proof);
    std::string lines;
    for (const Digest& hash : *proof) absl::StrAppend(&lines, Base64Encode(AsBytes(hash)), "\n");
    EXPECT_EQ(lines, Read(absl::StrCat("cons.", old_size))) << old_size;
  }
  for (const uint64_t bundle : {0, 1, 2}) {
    const auto entries = reader.Entries(bundle);
    ASSERT_OK(entries);
    EXPECT_EQ(entries->front(), Entry(static_cast<int>(bundle) * kTileWidth));
  }
}

TEST_F(TileReaderKnownAnswers, EveryCheckpointOfTheirsHasTheTilesRoot) {
  FolderSource source;
  const auto head = OpenCheckpoint(PublishedCheckpoint(kLogSize), LogVerifier(), kLogName);
  ASSERT_OK(head);
  const TileReader reader(head->size, head->root, &source);
  const NoteSigner signer = *NoteSigner::Create(kLogName, KeyOfSeedByte(1));
  for (int size = 1; size <= kLogSize; ++size) {
    const auto root = reader.RootAt(static_cast<uint64_t>(size));
    ASSERT_OK(root);
    EXPECT_EQ(*SignCheckpoint({kLogName, static_cast<uint64_t>(size), *root, {}}, signer),
              PublishedCheckpoint(size));
  }
}

}  // namespace
}  // namespace votum::crypto
