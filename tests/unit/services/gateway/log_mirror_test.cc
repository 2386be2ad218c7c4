#include "services/gateway/log_mirror.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

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
  // The same bytes, so the same leaf, for another record.
  auto moved_byte = good;
  ASSERT_TRUE(GrowingLog::IsShown(good[0].index()));
  moved_byte[0].set_salt(good[0].salt() + good[0].record().substr(0, 1));
  moved_byte[0].set_record(good[0].record().substr(1));
  auto only_salt = good;
  only_salt[0].clear_record();
  for (const auto& bad : {gap, changed, short_leaf, moved_byte, only_salt}) {
    EXPECT_THAT((*mirror)->Add(bad), IsRefused(Reason::kBadEntry));
    EXPECT_EQ((*mirror)->size(), 3u);
  }
  ASSERT_OK((*mirror)->Add(good));
  EXPECT_EQ((*mirror)->Root(), log.tree().Root());
}

publication::v1::ListOpeningsResponse PageOf(const std::vector<publication::v1::Opening>& openings,
                                             uint64_t total, uint64_t size) {
  publication::v1::ListOpeningsResponse page;
  for (const publication::v1::Opening& opening : openings) *page.add_openings() = opening;
  page.set_total(total);
  page.set_size(size);
  return page;
}

TEST(LogMirrorTest, EveryStartGivesTheSameOpeningsWhateverThePages) {
  std::vector<publication::v1::Opening> all;
  for (uint64_t index = 2; all.size() < 90; index += 3)
    all.push_back(GrowingLog::OpeningOf(all.size(), all.size() < 40 ? 280 : 290, index));
  std::vector<std::string> mirrored;
  for (const size_t at_once : {1, 7, 90}) {
    const auto mirror = LogMirror::Create(NewTestFolder("mirror"));
    ASSERT_OK(mirror);
    GrowingLog log;
    ASSERT_OK((*mirror)->Add(log.Grow(300)));
    for (size_t start = 0; start < all.size(); start += at_once) {
      EXPECT_EQ((*mirror)->openings().complete_to(), 0u) << "before the last page";
      const size_t end = std::min(start + at_once, all.size());
      const auto at = [&](size_t i) { return all.begin() + static_cast<std::ptrdiff_t>(i); };
      ASSERT_OK((*mirror)->AddOpenings(PageOf({at(start), at(end)}, all.size(), 300)));
    }
    EXPECT_EQ((*mirror)->openings().complete_to(), 300u);
    EXPECT_EQ((*mirror)->openings().CountBelow(280), 0u);
    EXPECT_EQ((*mirror)->openings().CountBelow(281), 40u);
    EXPECT_EQ((*mirror)->openings().CountBelow(300), 90u);
    const auto range = (*mirror)->openings().Lines(0, 90);
    ASSERT_OK(range);
    mirrored.push_back((*mirror)->openings().ReadLines(range->offset, range->size));
    EXPECT_THAT((*mirror)->openings().Lines(0, 91).status(),
                HasCode(absl::StatusCode::kOutOfRange));
  }
  EXPECT_EQ(mirrored[1], mirrored[0]);
  EXPECT_EQ(mirrored[2], mirrored[0]);
}

TEST(LogMirrorTest, OpeningsWaitForTheRecordsThatMadeThem) {
  const auto mirror = LogMirror::Create(NewTestFolder("mirror"));
  ASSERT_OK(mirror);
  GrowingLog log;
  ASSERT_OK((*mirror)->Add(log.Grow(10)));
  const std::vector<publication::v1::Opening> all = {GrowingLog::OpeningOf(0, 6, 2),
                                                     GrowingLog::OpeningOf(1, 12, 5)};
  ASSERT_OK((*mirror)->AddOpenings(PageOf(all, 2, 20)));
  EXPECT_EQ((*mirror)->openings().size(), 1u);
  EXPECT_EQ((*mirror)->openings().complete_to(), 10u);
  ASSERT_OK((*mirror)->Add(log.Grow(10)));
  ASSERT_OK((*mirror)->AddOpenings(PageOf({all[1]}, 2, 20)));
  EXPECT_EQ((*mirror)->openings().size(), 2u);
  EXPECT_EQ((*mirror)->openings().complete_to(), 20u);
}

TEST(LogMirrorTest, TakesNoOpeningThatDoesNotFit) {
  const auto mirror = LogMirror::Create(NewTestFolder("mirror"));
  ASSERT_OK(mirror);
  GrowingLog log;
  ASSERT_OK((*mirror)->Add(log.Grow(300)));
  ASSERT_OK((*mirror)->AddOpenings(PageOf({GrowingLog::OpeningOf(0, 20, 5)}, 9, 300)));
  publication::v1::Opening changed = GrowingLog::OpeningOf(1, 20, 8);
  changed.mutable_entry()->set_record("another record");
  publication::v1::Opening short_salt = GrowingLog::OpeningOf(1, 20, 8);
  short_salt.mutable_entry()->set_salt("short");
  publication::v1::Opening nothing = GrowingLog::OpeningOf(1, 20, 8);
  nothing.clear_entry();
  for (const publication::v1::Opening& bad :
       {changed, short_salt, nothing, GrowingLog::OpeningOf(2, 20, 8),
        GrowingLog::OpeningOf(0, 20, 8), GrowingLog::OpeningOf(1, 20, 5),
        GrowingLog::OpeningOf(1, 19, 8), GrowingLog::OpeningOf(1, 20, 20),
        GrowingLog::OpeningOf(1, 20, 200)}) {
    // The good one after it is not taken either.
    EXPECT_THAT((*mirror)->AddOpenings(PageOf({bad, GrowingLog::OpeningOf(2, 20, 11)}, 3, 300)),
                IsRefused(Reason::kBadOpening))
        << bad.ShortDebugString();
    EXPECT_EQ((*mirror)->openings().size(), 1u);
    EXPECT_EQ((*mirror)->openings().complete_to(), 0u);
  }
  EXPECT_OK((*mirror)->AddOpenings(PageOf({GrowingLog::OpeningOf(1, 20, 8)}, 2, 300)));
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
