#include "services/gateway/log_mirror.h"

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "clients/audit/archive.h"
#include "core/command/entry_line.h"
#include "crypto/tlog/entry_bundle.h"
#include "gtest/gtest.h"
#include "tests/unit/services/gateway/growing_log.h"

namespace votum::gateway {
namespace {

TEST(LogMirrorTest, HasTheTilesOfTheTreeHoweverItGrew) {
  const auto mirror = LogMirror::Create(NewTestFolder("mirror"));
  ASSERT_OK(mirror);
  GrowingLog log;
  for (const uint64_t count : {1, 254, 1, 1, 255, 1000, 1, 65000, 300}) {
    ASSERT_OK((*mirror)->Add(log.Grow(count)));
    ASSERT_EQ((*mirror)->size(), log.tree().size());
    ASSERT_EQ((*mirror)->Root(), log.tree().Root());
  }
  for (const crypto::Tile& tile : crypto::NewTiles(0, log.tree().size())) {
    if (tile.level == crypto::kEntriesLevel) continue;
    EXPECT_EQ((*mirror)->Bytes(tile).value(), crypto::TileBytes(log.tree(), tile).value())
        << crypto::TilePath(tile);
  }
}

TEST(LogMirrorTest, HasThePartialTilesOfEverySize) {
  const auto mirror = LogMirror::Create(NewTestFolder("mirror"));
  ASSERT_OK(mirror);
  GrowingLog log;
  ASSERT_OK((*mirror)->Add(log.Grow(600)));
  for (uint64_t size = 1; size <= 600; ++size) {
    for (const crypto::Tile& tile : crypto::NewTiles(size - 1, size)) {
      const auto bytes = (*mirror)->Bytes(tile);
      ASSERT_OK(bytes) << crypto::TilePath(tile);
      if (tile.level == crypto::kEntriesLevel) {
        EXPECT_OK(crypto::ParseEntryBundle(*bytes, tile.width));
      } else {
        EXPECT_EQ(*bytes, crypto::TileBytes(log.tree(), tile).value()) << crypto::TilePath(tile);
      }
    }
  }
}

TEST(LogMirrorTest, HasTheLinesOfExportedLogs) {
  const auto mirror = LogMirror::Create(NewTestFolder("mirror"));
  ASSERT_OK(mirror);
  GrowingLog log;
  std::string expected;
  std::string first_300;
  for (const uint64_t count : {100, 200, 300}) {
    const auto entries = log.Grow(count);
    for (const ledger::v1::Entry& entry : entries) {
      absl::StrAppend(
          &expected,
          audit::FormatEntry({entry.index(), entry.leaf(), entry.salt(), entry.record()}), "\n");
    }
    ASSERT_OK((*mirror)->Add(entries));
    if (log.tree().size() == 300) first_300 = expected;
  }
  std::string lines;
  for (const auto& [index, width] : {std::pair(0, 256), {1, 256}, {2, 88}}) {
    const auto range = (*mirror)->Lines(index, width);
    ASSERT_OK(range);
    lines += (*mirror)->ReadLines(range->offset, range->size);
  }
  EXPECT_EQ(lines, expected);
  const auto full = (*mirror)->Lines(0, 256);
  const auto part = (*mirror)->Lines(1, 44);
  EXPECT_EQ((*mirror)->ReadLines(0, full->size + part->size), first_300);
}

TEST(LogMirrorTest, TheLineOfTheWorkedExampleStandsInTheProtocol) {
  const std::string salt(32, 'b');
  const crypto::Digest leaf = crypto::Sha256({salt, "record 1"});
  const auto document = ReadFile(PROTOCOL);
  ASSERT_OK(document);
  EXPECT_THAT(*document,
              ::testing::HasSubstr(absl::StrCat(
                  "\n    ", EntryLine(1, crypto::AsBytes(leaf), salt, "record 1"), "\n")));
}

TEST(LogMirrorTest, HasNoMoreThanItHas) {
  const auto mirror = LogMirror::Create(NewTestFolder("mirror"));
  ASSERT_OK(mirror);
  const auto is_beyond = HasCode(absl::StatusCode::kOutOfRange);
  EXPECT_THAT((*mirror)->Bytes({0, 0, 1}).status(), is_beyond);
  EXPECT_THAT((*mirror)->Lines(0, 1).status(), is_beyond);
  GrowingLog log;
  ASSERT_OK((*mirror)->Add(log.Grow(300)));
  const crypto::Tile kBeyond[] = {{0, 1, 45}, {0, 2, 1},       {crypto::kEntriesLevel, 1, 45},
                                  {1, 0, 2},  {1, 1, 1},       {2, 0, 1},
                                  {63, 0, 1}, {0, ~0ull, 256}, {1, ~0ull >> 8, 256}};
  for (const crypto::Tile& tile : kBeyond) {
    EXPECT_THAT((*mirror)->Bytes(tile).status(), is_beyond) << crypto::TilePath(tile);
  }
  for (const auto& [index, width] : {std::pair(1ull, 45), {2ull, 1}, {~0ull, 256}}) {
    EXPECT_THAT((*mirror)->Lines(index, width).status(), is_beyond) << index;
  }
  EXPECT_THAT((*mirror)->Fetch("tile/0/000.p/0").status(), IsRefused(Reason::kBadTilePath));
}

TEST(LogMirrorTest, TakesNothingThatDoesNotFit) {
  const auto mirror = LogMirror::Create(NewTestFolder("mirror"));
  ASSERT_OK(mirror);
  GrowingLog log;
  ASSERT_OK((*mirror)->Add(log.Grow(3)));
  const auto good = log.Grow(2);
  auto gap = good;
  gap.DeleteSubrange(0, 1);
  auto changed = good;
  changed[0].set_record("another record");
  auto short_leaf = good;
  short_leaf[1].set_leaf("short");
  for (const auto& bad : {gap, changed, short_leaf}) {
    EXPECT_THAT((*mirror)->Add(bad), IsRefused(Reason::kBadEntry));
    EXPECT_EQ((*mirror)->size(), 3u);
  }
  ASSERT_OK((*mirror)->Add(good));
  EXPECT_EQ((*mirror)->Root(), log.tree().Root());
}

TEST(LogMirrorTest, LeavesNoFile) {
  const std::string folder = NewTestFolder("mirror");
  const auto mirror = LogMirror::Create(folder);
  ASSERT_OK(mirror);
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  EXPECT_THAT(LogMirror::Create(folder + "/none").status(),
              HasCode(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace votum::gateway
