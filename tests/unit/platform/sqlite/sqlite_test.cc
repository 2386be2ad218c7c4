#include "platform/sqlite/sqlite.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>

#include "base/refusal.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "gtest/gtest.h"

namespace votum::sqlite {
namespace {

constexpr const char* kSchema[] = {"CREATE TABLE word(text TEXT)"};

// The part of the file that every connection locks for reading (SQLite's file format, SHARED lock).
constexpr off_t kSharedFirst = 0x40000002;
constexpr off_t kSharedSize = 510;

// Another process, which knows nothing of this one's connections: it is forked before there are any,
// for SQLite remembers the files that its process has open.
class Foreigner {
 public:
  explicit Foreigner(std::string path) : path_(std::move(path)) {
    EXPECT_EQ(pipe(orders_), 0);
    EXPECT_EQ(pipe(answers_), 0);
    pid_ = fork();
    if (pid_ == 0) Obey();
  }
  ~Foreigner() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    for (const int fd : {orders_[0], orders_[1], answers_[0], answers_[1]}) close(fd);
  }
  Foreigner(const Foreigner&) = delete;
  Foreigner& operator=(const Foreigner&) = delete;

  // The type of the lock that keeps it from locking the file.
  int LockSeen() const { return Ask('l'); }
  // Opens the database as any other program would, counts the words, and closes it.
  int CountWords() const { return Ask('c'); }

 private:
  int Ask(char order) const {
    int answer = -1;
    EXPECT_EQ(write(orders_[1], &order, 1), 1);
    EXPECT_EQ(read(answers_[0], &answer, sizeof(answer)), static_cast<ssize_t>(sizeof(answer)));
    return answer;
  }

  [[noreturn]] void Obey() const {
    char order = 0;
    while (read(orders_[0], &order, 1) == 1) {
      const int answer = order == 'l' ? FindLock() : Count();
      if (write(answers_[1], &answer, sizeof(answer)) < 0) break;
    }
    _exit(0);
  }

  int FindLock() const {
    const int fd = open(path_.c_str(), O_RDWR | O_CLOEXEC);
    struct flock lock = {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = kSharedFirst;
    lock.l_len = kSharedSize;
    const int type = fcntl(fd, F_GETLK, &lock) == 0 ? lock.l_type : -1;
    close(fd);
    return type;
  }

  int Count() const {
    sqlite3* database = nullptr;
    int count = -1;
    const auto keep = [](void* out, int, char** values, char**) {
      *static_cast<int*>(out) = std::atoi(values[0]);
      return 0;
    };
    if (sqlite3_open(path_.c_str(), &database) == SQLITE_OK)
      sqlite3_exec(database, "SELECT count(*) FROM word", keep, &count, nullptr);
    sqlite3_close(database);
    return count;
  }

  const std::string path_;
  int orders_[2] = {-1, -1};
  int answers_[2] = {-1, -1};
  pid_t pid_ = 0;
};

class SqliteTest : public ::testing::Test {
 protected:
  absl::StatusOr<Database> Open(IfMissing if_missing = IfMissing::kMake) {
    return Database::Open(path_, kSchema, if_missing);
  }

  const std::string path_ = NewTestFolder("sqlite") + "/words.db";
  const Foreigner foreigner_{path_};
};

TEST_F(SqliteTest, OtherProcessesSeeThatItIsInUse) {
  auto writer = Open();
  ASSERT_OK(writer);
  EXPECT_EQ(foreigner_.LockSeen(), F_RDLCK);
  {
    const auto reader = Open();
    ASSERT_OK(reader);
    EXPECT_EQ(foreigner_.LockSeen(), F_RDLCK) << "opening it again keeps the first one's lock";
  }
  EXPECT_EQ(foreigner_.LockSeen(), F_RDLCK) << "and so does closing one of the two";
}

TEST_F(SqliteTest, AForeignReaderTakesNothingAway) {
  auto writer = Open();
  const auto reader = Open();
  ASSERT_OK(writer);
  ASSERT_OK(reader);
  ASSERT_OK(writer->Execute("INSERT INTO word VALUES('before')"));
  EXPECT_EQ(foreigner_.CountWords(), 1);
  ASSERT_OK(writer->Execute("INSERT INTO word VALUES('after')"));
  EXPECT_OK(writer->CheckPlace());
  EXPECT_TRUE(std::filesystem::exists(path_ + "-wal"));
  EXPECT_EQ(foreigner_.CountWords(), 2) << "what a process that is killed now leaves behind";
}

TEST_F(SqliteTest, ANewFileIsItsOwnersAlone) {
  ASSERT_OK(Open());
  struct stat made;
  ASSERT_EQ(stat(path_.c_str(), &made), 0);
  EXPECT_EQ(made.st_mode & 0777, 0600u);
}

TEST_F(SqliteTest, AMissingOrEmptyFileIsMadeOnlyForWhoAsksForIt) {
  EXPECT_THAT(Open(IfMissing::kRefuse), IsRefused(Reason::kFileMissing));
  EXPECT_FALSE(std::filesystem::exists(path_));
  ASSERT_OK(Open());
  EXPECT_OK(Open(IfMissing::kRefuse));
  std::filesystem::resize_file(path_, 0);
  EXPECT_THAT(Open(IfMissing::kRefuse), IsRefused(Reason::kFileMissing));
}

TEST_F(SqliteTest, ARemovedWriteAheadLogIsNoticedAndKept) {
  auto writer = Open();
  ASSERT_OK(writer);
  std::filesystem::remove(path_ + "-wal");
  ASSERT_OK(writer->Execute("INSERT INTO word VALUES('unlinked')"));
  EXPECT_THAT(writer->CheckPlace(), IsRefused(Reason::kDatabaseReplaced));
  EXPECT_EQ(foreigner_.CountWords(), 1) << "it was copied to the database";
}

TEST_F(SqliteTest, AReplacedWriteAheadLogIsNoticed) {
  auto writer = Open();
  ASSERT_OK(writer);
  std::filesystem::rename(path_ + "-wal", path_ + "-old");
  std::filesystem::copy_file(path_ + "-old", path_ + "-wal");
  EXPECT_THAT(writer->CheckPlace(), IsRefused(Reason::kDatabaseReplaced));
}

TEST_F(SqliteTest, ADatabaseOnAnotherDiskMayBeASymbolicLink) {
  ASSERT_OK(Open());
  const std::string elsewhere = path_ + ".elsewhere";
  std::filesystem::rename(path_, elsewhere);
  std::filesystem::create_symlink(elsewhere, path_);
  auto writer = Open();
  ASSERT_OK(writer);
  ASSERT_OK(writer->Execute("INSERT INTO word VALUES('there')"));
  EXPECT_OK(writer->CheckPlace());
  std::filesystem::remove(elsewhere + "-wal");
  EXPECT_THAT(writer->CheckPlace(), IsRefused(Reason::kDatabaseReplaced));
}

TEST_F(SqliteTest, AReplacedDatabaseIsNoticed) {
  auto writer = Open();
  ASSERT_OK(writer);
  EXPECT_OK(writer->CheckPlace());
  std::filesystem::rename(path_, path_ + ".old");
  EXPECT_THAT(writer->CheckPlace(), IsRefused(Reason::kDatabaseReplaced));
  std::filesystem::copy_file(path_ + ".old", path_);
  EXPECT_THAT(writer->CheckPlace(), IsRefused(Reason::kDatabaseReplaced));
}

}  // namespace
}  // namespace votum::sqlite
