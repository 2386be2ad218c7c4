// Exported logs with tiles: complete, readable with the tiles alone, and no byte of them can be
// changed unnoticed.

#include "clients/audit/tiled_log.h"

#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "clients/audit/archive.h"
#include "clients/audit/auditor.h"
#include "crypto/checkpoint.h"
#include "crypto/tlog/tile_reader.h"
#include "gtest/gtest.h"

namespace votum::audit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// `size` leaves of 32 bytes.
TiledLog LogOf(int size) {
  TiledLog log;
  for (int i = 0; i < size; ++i) {
    const crypto::Digest leaf = crypto::Sha256(absl::StrCat(i));
    log.Add(crypto::AsBytes(leaf));
  }
  return log;
}

std::vector<std::string> Faults(const TiledLog& log, const std::string& folder) {
  std::vector<std::string> faults;
  log.Compare(folder, [&faults](const std::string& fault) { faults.push_back(fault); });
  return faults;
}

TEST(TiledLogTest, WritesAllFilesOfALog) {
  for (const int size : {0, 1, 255, 256, 257, 600}) {
    const std::string folder = NewTestFolder("tiles");
    const TiledLog log = LogOf(size);
    ASSERT_OK(log.Write(folder));
    EXPECT_EQ(TiledLog::IsIn(folder), size > 0);
    if (size == 0) continue;
    EXPECT_THAT(Faults(log, folder), IsEmpty()) << size;
    EXPECT_EQ(log.Compare(folder, [](const std::string&) {}),
              crypto::NewTiles(0, static_cast<uint64_t>(size)).size());
  }
}

TEST(TiledLogTest, PartialTilesOfSmallerSizesMayBeThere) {
  const std::string folder = NewTestFolder("tiles");
  ASSERT_OK(LogOf(300).Write(folder));
  const TiledLog log = LogOf(600);
  ASSERT_OK(log.Write(folder));
  EXPECT_TRUE(std::filesystem::exists(folder + "/tile/0/001.p/44"));
  EXPECT_THAT(Faults(log, folder), IsEmpty());
}

TEST(TiledLogTest, NamesEachFileThatIsNotTheLogs) {
  const std::string folder = NewTestFolder("tiles");
  const TiledLog log = LogOf(600);
  ASSERT_OK(log.Write(folder));
  std::filesystem::remove(folder + "/tile/0/001");
  ASSERT_OK(WriteFile(folder + "/tile/entries/001", "short"));
  ASSERT_OK(WriteFile(folder + "/tile/0/003", "beyond the end"));
  ASSERT_OK(WriteFile(folder + "/tile/readme", "no tile"));
  std::filesystem::create_symlink("/nowhere", folder + "/tile/0/004");
  EXPECT_THAT(
      Faults(log, folder),
      ElementsAre("tile/0/003: the log of 600 records has no such tile",
                  "tile/0/004: the log of 600 records has no such tile",
                  "tile/entries/001: it is not what the records' leaves give, from byte 0 on",
                  "tile/readme: a log has no file of this name", "tile/0/001: it is missing"));
}

// The golden log, exported by the program as it is now.
class ExportedLogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = NewTestFolder("export") + "/log";
    auto writer = ArchiveWriter::Create(folder_);
    ASSERT_OK(writer);
    const ArchiveReader golden(GOLDEN "/log");
    ASSERT_OK(golden.ForEachEntry([&](uint64_t, const absl::StatusOr<ArchivedEntry>& entry) {
      writer->Add(*entry);
      leaves_.push_back(entry->leaf);
      return true;
    }));
    ASSERT_OK(
        golden.ForEachAttachment([&](uint64_t, const absl::StatusOr<ArchivedAttachment>& one) {
          writer->Add(*one);
          return true;
        }));
    ASSERT_OK(writer->Close(*golden.Checkpoint()));
    log_ = *crypto::NoteVerifier::FromVkey(absl::StripSuffix(*ReadFile(GOLDEN "/log.vkey"), "\n"));
  }

  // The findings of one kind for the archive in `folder`.
  std::string Audit(const std::string& folder, Finding::Kind kind) {
    std::vector<std::string> texts;
    EXPECT_OK(AuditArchive(folder, *log_, [&](const Finding& finding) {
      if (finding.kind == kind) texts.push_back(finding.text);
    }));
    return absl::StrJoin(texts, "\n");
  }

  std::string folder_;
  std::vector<std::string> leaves_;
  std::optional<crypto::NoteVerifier> log_;
};

TEST_F(ExportedLogTest, PassesTheAudit) {
  EXPECT_EQ(Audit(folder_, Finding::Kind::kFault), "");
  EXPECT_THAT(Audit(folder_, Finding::Kind::kChecked), HasSubstr("tiles: all "));
}

TEST_F(ExportedLogTest, AnArchiveWithoutTilesPassesToo) {
  std::filesystem::remove_all(folder_ + "/tile");
  EXPECT_EQ(Audit(folder_, Finding::Kind::kFault), "");
  EXPECT_THAT(Audit(folder_, Finding::Kind::kNotThere), HasSubstr("tiles"));
}

TEST_F(ExportedLogTest, AFlippedBitInAnyFileOfTheTilesIsFoundAndNamed) {
  std::mt19937 random(1);
  for (const crypto::Tile& tile : crypto::NewTiles(0, leaves_.size())) {
    const std::string path = absl::StrCat(folder_, "/", crypto::TilePath(tile));
    const std::string bytes = *ReadFile(path);
    std::string changed = bytes;
    changed[random() % changed.size()] ^= static_cast<char>(1 << random() % 8);
    ASSERT_OK(WriteFile(path, changed));
    EXPECT_THAT(Audit(folder_, Finding::Kind::kFault), HasSubstr(crypto::TilePath(tile)));
    ASSERT_OK(WriteFile(path, bytes));
  }
  EXPECT_EQ(Audit(folder_, Finding::Kind::kFault), "");
}

TEST_F(ExportedLogTest, WhoHasTheTilesAndTheKeyHasEveryLeaf) {
  class FolderSource : public crypto::TileSource {
   public:
    explicit FolderSource(std::string folder) : folder_(std::move(folder)) {}
    absl::StatusOr<std::string> Fetch(const std::string& path) override {
      return ReadFile(absl::StrCat(folder_, "/", path));
    }

   private:
    const std::string folder_;
  } source(folder_);
  const auto head = crypto::OpenCheckpoint(*ReadFile(folder_ + "/checkpoint"), *log_, log_->name());
  ASSERT_OK(head);
  const crypto::TileReader reader(head->size, head->root, &source);
  std::vector<std::string> leaves;
  for (uint64_t bundle = 0; leaves.size() < head->size; ++bundle) {
    const auto entries = reader.Entries(bundle);
    ASSERT_OK(entries);
    leaves.insert(leaves.end(), entries->begin(), entries->end());
  }
  EXPECT_EQ(leaves, leaves_);
}

}  // namespace
}  // namespace votum::audit
