#include "crypto/tlog/tile.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "base/status_matchers.h"
#include "crypto/hash.h"
#include "crypto/tlog/entry_bundle.h"
#include "gtest/gtest.h"
#include "tests/unit/crypto/known_answers.h"

namespace votum::crypto {
namespace {

TEST(TilePathTest, IsThatOfTheSpecification) {
  const struct {
    Tile tile;
    const char* path;
  } kCases[] = {
      {{0, 0, 256}, "tile/0/000"},
      {{0, 0, 1}, "tile/0/000.p/1"},
      {{0, 273, 112}, "tile/0/273.p/112"},
      {{1, 0, 256}, "tile/1/000"},
      {{1, 1, 17}, "tile/1/001.p/17"},
      {{0, 999, 256}, "tile/0/999"},
      {{0, 1000, 256}, "tile/0/x001/000"},
      {{0, 1234067, 256}, "tile/0/x001/x234/067"},
      {{3, 1234067, 255}, "tile/3/x001/x234/067.p/255"},
      {{63, 7, 256}, "tile/63/007"},
      {{kEntriesLevel, 1234067, 8}, "tile/entries/x001/x234/067.p/8"},
      {{0, ~uint64_t{0}, 256}, "tile/0/x018/x446/x744/x073/x709/x551/615"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(TilePath(c.tile), c.path);
    const absl::StatusOr<Tile> parsed = ParseTilePath(c.path);
    ASSERT_OK(parsed) << c.path;
    EXPECT_EQ(*parsed, c.tile) << c.path;
  }
}

TEST(TilePathTest, RefusesEveryOtherText) {
  for (const char* path : {"",
                           "tile",
                           "tile/",
                           "tile/0",
                           "tile/0/",
                           "/tile/0/000",
                           "tile/0/000/",
                           "tile//000",
                           "Tile/0/000",
                           "tile/00/000",
                           "tile/64/000",
                           "tile/-1/000",
                           "tile/+1/000",
                           "tile/18446744073709551616/000",
                           "tile/data/000",
                           "tile/entries",
                           "tile/8/0/000",
                           "tile/0/0",
                           "tile/0/00",
                           "tile/0/0000",
                           "tile/0/x000",
                           "tile/0/x000/000",
                           "tile/0/x000/x001/000",
                           "tile/0/001/000",
                           "tile/0/X001/000",
                           "tile/0/x01/000",
                           "tile/0/x001/x000",
                           "tile/0/x001//000",
                           "tile/0/00a",
                           "tile/0/+01",
                           "tile/0/ 01",
                           "tile/0/x018/x446/x744/x073/x709/x551/616",
                           "tile/0/x001/x000/x000/x000/x000/x000/x000/000",
                           "tile/0/000.p",
                           "tile/0/000.p/",
                           "tile/0/000.p/0",
                           "tile/0/000.p/01",
                           "tile/0/000.p/256",
                           "tile/0/000.p/1/2",
                           "tile/0/000.p/1.p/1",
                           "tile/0/000.P/1",
                           "tile/0/000p/1",
                           "tile/0/../000"}) {
    EXPECT_THAT(ParseTilePath(path), IsRefused(Reason::kBadTilePath)) << path;
  }
  EXPECT_THAT(ParseTilePath(std::string("tile/0/000\0", 11)), IsRefused(Reason::kBadTilePath));
}

std::vector<std::string> Paths(uint64_t old_size, uint64_t new_size) {
  std::vector<std::string> paths;
  for (const Tile& tile : NewTiles(old_size, new_size)) paths.push_back(TilePath(tile));
  return paths;
}

TEST(NewTilesTest, OfSmallTrees) {
  using ::testing::ElementsAre;
  EXPECT_THAT(Paths(0, 0), ElementsAre());
  EXPECT_THAT(Paths(0, 1), ElementsAre("tile/entries/000.p/1", "tile/0/000.p/1"));
  EXPECT_THAT(Paths(0, 255), ElementsAre("tile/entries/000.p/255", "tile/0/000.p/255"));
  EXPECT_THAT(Paths(0, 256), ElementsAre("tile/entries/000", "tile/0/000", "tile/1/000.p/1"));
  EXPECT_THAT(Paths(256, 257), ElementsAre("tile/entries/001.p/1", "tile/0/001.p/1"));
  EXPECT_THAT(Paths(255, 512), ElementsAre("tile/entries/000", "tile/entries/001", "tile/0/000",
                                           "tile/0/001", "tile/1/000.p/2"));
  EXPECT_THAT(Paths(300, 300), ElementsAre());
}

TEST(NewTilesTest, TheSpecificationsExampleOf70000Entries) {
  int full[3] = {}, bundles = 0;
  std::vector<std::string> partial;
  for (const Tile& tile : NewTiles(0, 70000)) {
    if (tile.partial()) {
      partial.push_back(TilePath(tile));
    } else if (tile.level == kEntriesLevel) {
      ++bundles;
    } else {
      ++full[tile.level];
    }
  }
  EXPECT_EQ(bundles, 273);
  EXPECT_EQ(full[0], 273);
  EXPECT_EQ(full[1], 1);
  EXPECT_EQ(full[2], 0);
  EXPECT_THAT(partial, ::testing::ElementsAre("tile/entries/273.p/112", "tile/0/273.p/112",
                                              "tile/1/001.p/17", "tile/2/000.p/1"));
}

TEST(NewTilesTest, TheLargestTreeHasEightLevels) {
  const uint64_t most = ~uint64_t{0};
  std::vector<std::string> paths = Paths(most - 1, most);
  EXPECT_THAT(paths, ::testing::ElementsAre("tile/entries/x072/x057/x594/x037/x927/935.p/255",
                                            "tile/0/x072/x057/x594/x037/x927/935.p/255"));
  const Tile top = TileWith(7, 0, most);
  EXPECT_EQ(TilePath(top), "tile/7/000.p/255");
  EXPECT_EQ(NewTiles(most - 256, most).size(), 5u);
}

TEST(NewTilesTest, WhatIsPublishedAsALogGrowsIsWhatATreeNeeds) {
  std::set<std::string> published;
  for (uint64_t size = 1; size <= 1200; ++size) {
    for (const std::string& path : Paths(size - 1, size)) published.insert(path);
    for (const std::string& path : Paths(0, size)) EXPECT_TRUE(published.count(path)) << path;
  }
}

TEST(TileBytesTest, NeedsATreeThatHasTheTile) {
  MerkleTree tree;
  for (int i = 0; i < 300; ++i) tree.Append(absl::StrCat(i));
  EXPECT_OK(TileBytes(tree, {0, 1, 44}));
  EXPECT_OK(TileBytes(tree, {1, 0, 1}));
  EXPECT_THAT(TileBytes(tree, {0, 1, 45}), IsRefused(Reason::kNotInTree));
  EXPECT_THAT(TileBytes(tree, {1, 0, 2}), IsRefused(Reason::kNotInTree));
  EXPECT_THAT(TileBytes(tree, {7, 0, 1}), IsRefused(Reason::kNotInTree));
  EXPECT_THAT(TileBytes(tree, {kEntriesLevel, 0, 1}), IsRefused(Reason::kBadTile));
}

using TileKnownAnswers = KnownAnswers;

// A log that publishes after each entry: exactly the files that the other implementation wrote,
// with the same digests.
TEST_F(TileKnownAnswers, WePublishTheSameFiles) {
  std::map<std::string, std::string> theirs;
  const std::string digests = Read("log/files.sha256");
  for (const absl::string_view line : absl::StrSplit(digests, '\n', absl::SkipEmpty())) {
    const std::vector<std::string> parts = absl::StrSplit(line, "  ");
    ASSERT_EQ(parts.size(), 2u) << line;
    theirs.emplace(parts[1], parts[0]);
  }
  MerkleTree tree;
  std::vector<std::string> entries;
  std::map<std::string, std::string> ours;
  for (int size = 1; size <= kLogSize; ++size) {
    entries.push_back(Entry(size - 1));
    tree.Append(entries.back());
    for (const Tile& tile : NewTiles(size - 1, size)) {
      const std::string path = TilePath(tile);
      const auto bytes = tile.level == kEntriesLevel
                             ? FormatEntryBundle(absl::MakeSpan(entries).subspan(
                                   tile.index * kTileWidth, static_cast<size_t>(tile.width)))
                             : TileBytes(tree, tile);
      ASSERT_OK(bytes);
      EXPECT_TRUE(ours.emplace(path, ToHex(Sha256(*bytes))).second) << path << " is written twice";
    }
  }
  EXPECT_EQ(ours, theirs);
}

}  // namespace
}  // namespace votum::crypto
