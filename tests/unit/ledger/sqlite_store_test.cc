// Tests beyond those shared by all stores: interrupted erasing, and the bytes of SQLite's own
// files.
#include "ledger/sqlite_store.h"

#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <string>

#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "gtest/gtest.h"

namespace votum::ledger {
namespace {

constexpr char kBox[] = "a box that must not be left anywhere";

class SqliteStoreTest : public ::testing::Test {
 protected:
  SqliteStoreTest() : store_(*SqliteStore::Open(folder_ + "/entries.db")) {
    NewEntry entry;
    entry.entry = {0, std::string(32, 'l'), std::string(32, 's'), "record"};
    entry.attachments = {{std::string(32, 'c'), kSubject, kBox}};
    entry.subject_keys = {{kSubject, "a sealed key"}};
    EXPECT_OK(store_->AppendBatch({entry}));
  }

  // Whether the box is in a file of `folder`.
  static bool Has(const std::string& folder) {
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
      if (ReadFile(file.path().string())->find(kBox) != std::string::npos) return true;
    }
    return false;
  }

  const std::string kSubject = std::string(16, 'a');
  const std::string folder_ = NewTestFolder("sqlite");
  std::unique_ptr<SqliteStore> store_;
};

// An open read of another connection, which keeps the write-ahead log from being emptied.
class OtherReader {
 public:
  explicit OtherReader(const std::string& folder) {
    EXPECT_EQ(sqlite3_open((folder + "/entries.db").c_str(), &database_), SQLITE_OK);
    EXPECT_EQ(
        sqlite3_exec(database_, "BEGIN; SELECT count(*) FROM entry", nullptr, nullptr, nullptr),
        SQLITE_OK);
  }
  ~OtherReader() { sqlite3_close(database_); }
  OtherReader(const OtherReader&) = delete;
  OtherReader& operator=(const OtherReader&) = delete;

 private:
  sqlite3* database_ = nullptr;
};

TEST_F(SqliteStoreTest, ErasingThatSomebodyHoldsUpIsFinishedWhenItIsCalledAgain) {
  {
    const OtherReader reader(folder_);
    EXPECT_TRUE(absl::IsUnavailable(store_->EraseSubject(kSubject).status()));
    EXPECT_TRUE(Has(folder_)) << "the test looks at the right bytes";
  }
  EXPECT_OK(store_->EraseSubject(kSubject));
  EXPECT_FALSE(Has(folder_));
}

TEST_F(SqliteStoreTest, ErasingThatWasKilledInTheMiddleIsFinishedByTheNextStart) {
  const std::string killed = NewTestFolder("killed");
  {
    const OtherReader reader(folder_);
    EXPECT_TRUE(absl::IsUnavailable(store_->EraseSubject(kSubject).status()));
    // The files as left by a process killed at this point: the rows are deleted.
    for (const char* name : {"/entries.db", "/entries.db-wal"}) {
      std::filesystem::copy(folder_ + name, killed + name);
    }
  }
  ASSERT_TRUE(Has(killed));
  const auto next = SqliteStore::Open(killed + "/entries.db");
  ASSERT_OK(next);
  const auto erased = (*next)->EraseSubject(kSubject);
  ASSERT_OK(erased);
  EXPECT_FALSE(*erased) << "no row was left";
  EXPECT_FALSE(Has(killed));
}

}  // namespace
}  // namespace votum::ledger
