#include "base/file.h"

#include <sys/stat.h>

#include <filesystem>

#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "gtest/gtest.h"

namespace votum {
namespace {

class FileTest : public ::testing::Test {
 protected:
  std::string Path(const char* name) { return (folder_ / name).string(); }
  const std::filesystem::path folder_ = NewTestFolder("files");
};

TEST_F(FileTest, ReplacesWholeAndLeavesNoTemporaryFile) {
  ASSERT_OK(WriteFile(Path("a"), "first"));
  ASSERT_OK(WriteFile(Path("a"), "second"));
  EXPECT_EQ(*ReadFile(Path("a")), "second");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST_F(FileTest, GivesTheModeAskedForWhateverTheUmask) {
  ASSERT_OK(WriteFile(Path("secret"), "x", 0600));
  struct stat info;
  ASSERT_EQ(stat(Path("secret").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(FileTest, NewFileRefusesToOverwrite) {
  ASSERT_OK(WriteNewFile(Path("a"), "first"));
  EXPECT_THAT(WriteNewFile(Path("a"), "second"), HasCode(absl::StatusCode::kAlreadyExists));
  EXPECT_EQ(*ReadFile(Path("a")), "first");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST_F(FileTest, ANewFileIsCheckedBeforeItIsWritten) {
  EXPECT_OK(CheckNewFile(Path("a")));
  ASSERT_OK(WriteFile(Path("a"), "first"));
  EXPECT_THAT(CheckNewFile(Path("a")), IsRefused(Reason::kNotWritten));
  EXPECT_THAT(CheckNewFile(folder_.string()), IsRefused(Reason::kNotWritten));
  EXPECT_THAT(CheckNewFile(Path("none/a")), IsRefused(Reason::kNotWritten));
  EXPECT_OK(CheckNewFolder(Path("b/")));
  EXPECT_THAT(CheckNewFolder(Path("a")), IsRefused(Reason::kFolderExists));
  EXPECT_THAT(CheckNewFolder(Path("none/b")), IsRefused(Reason::kNotWritten));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST_F(FileTest, AMissingFolderIsNamedAndNoTemporaryFile) {
  for (const absl::Status& status :
       {WriteFile(Path("none/a"), "x"), WriteNewFile(Path("none/a"), "x")}) {
    EXPECT_THAT(status, IsRefused(Reason::kNotWritten));
    EXPECT_EQ(status.message(), "cannot write " + Path("none/a") + ": there is no folder " +
                                    Path("none") + "; make it");
  }
}

TEST_F(FileTest, ReadsOnlyUpToTheLimit) {
  ASSERT_OK(WriteFile(Path("a"), "12345"));
  EXPECT_OK(ReadFile(Path("a"), 5));
  EXPECT_THAT(ReadFile(Path("a"), 4), HasCode(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(ReadFile(Path("missing")), HasCode(absl::StatusCode::kNotFound));
}

TEST_F(FileTest, WhatWouldMakeAReaderWaitIsNoFile) {
  ASSERT_EQ(mkfifo(Path("fifo").c_str(), 0600), 0);
  EXPECT_THAT(CheckRegularFile(Path("fifo")), IsRefused(Reason::kBadFile));
  EXPECT_THAT(CheckRegularFile("/dev/zero"), IsRefused(Reason::kBadFile));
  EXPECT_THAT(CheckRegularFile(folder_.string()), IsRefused(Reason::kBadFile));
  EXPECT_OK(CheckRegularFile(Path("nothing")));
  ASSERT_OK(WriteFile(Path("file"), "x"));
  EXPECT_OK(CheckRegularFile(Path("file")));
}

}  // namespace
}  // namespace votum
