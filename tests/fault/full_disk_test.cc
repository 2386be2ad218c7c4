// A small disk of its own for the ledger, filled and freed while the council works: one process, which
// nobody starts again.

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "gtest/gtest.h"
#include "tests/harness/await.h"
#include "tests/harness/city.h"
#include "tests/harness/command_line.h"
#include "votum/directory/v1/directory_service.pb.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::testing {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMiB = uint64_t{1} << 20;

// A disk in memory, mounted over a folder whose files it takes over.
class SmallDisk {
 public:
  ~SmallDisk() {
    if (mounted_) umount2(folder_.c_str(), MNT_DETACH);
  }
  // False if this process may not mount.
  bool MountOver(const std::string& folder) {
    const std::string kept = folder + ".kept";
    fs::copy(folder, kept, fs::copy_options::recursive);
    mounted_ = mount("none", folder.c_str(), "tmpfs", 0, "size=192m,mode=700") == 0;
    if (mounted_) fs::copy(kept, folder, fs::copy_options::recursive);
    folder_ = folder;
    return mounted_;
  }
  // Leaves this much free.
  void LeaveFree(uint64_t bytes) const {
    const std::string filler = folder_ + "/filler";
    fs::remove(filler);
    const uint64_t free = fs::space(folder_).available;
    ASSERT_GT(free, bytes);
    const int fd = open(filler.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    EXPECT_EQ(posix_fallocate(fd, 0, static_cast<off_t>(free - bytes)), 0);
    close(fd);
  }

 private:
  std::string folder_;
  bool mounted_ = false;
};

class FullDiskTest : public ::testing::Test {
 protected:
  // Skips the test if there can be no small disk here.
  void Found() {
    City::Options options;
    options.layout = City::Layout::kOneProcess;
    options.prepare = [this](const std::string& folder) {
      has_disk_ = disk_.MountOver(folder + "/ledger");
      const std::string config = folder + "/votum.textproto";
      ASSERT_OK(
          WriteFile(config, *ReadFile(config) + "disk_reserve_mib: 64\npublic_reserve_mib: 128\n"));
    };
    city_.emplace(NewTestFolder("disk"), options);
    city_->SetUpCouncil(3);
    city_->OpenMeeting(4);
    city_->OpenVote("v1");
    votum_.emplace(&*city_, NewTestFolder("people"));
    votum_->AddPeople({"karl.kanzlei"});
    votum_->Do("", absl::StrCat("context add ", votum_->Path("public.json"), " --from ",
                                city_->client_path()));
  }
  std::string Idea(const std::string& id, int code) {
    return votum_->Do("public", absl::StrCat("idea submit --id ", id, " --text Bänke"), code);
  }
  absl::Status Register(const std::string& id) {
    return city_->Send(city_->RegistrationOf(id)).status();
  }
  absl::Status Close() {
    meetings::v1::CloseVote close;
    close.set_meeting_id("sitzung-1");
    close.set_vote_event_id("v1");
    return city_->Do("maria.meister", std::move(close)).status();
  }
  absl::Status ReadSomething() {
    directory::v1::GetPersonRequest request;
    request.set_person_id("anna.amt");
    directory::v1::GetPersonResponse response;
    return city_->Read("anna.amt", "directory", "GetPerson", request, &response);
  }

  SmallDisk disk_;
  bool has_disk_ = false;
  std::optional<City> city_;
  std::optional<CommandLine> votum_;
};

TEST_F(FullDiskTest, TheCouncilGoesOnLongestAndAllGoesOnWhenThereIsSpaceAgain) {
  Found();
  if (!has_disk_) GTEST_SKIP() << "this process may not mount a small disk";
  const pid_t process = city_->ProcessOf("ledger").pid();
  Idea("first", 0);
  disk_.LeaveFree(100 * kMiB);
  EXPECT_THAT(Idea("second", 1), ::testing::HasSubstr("TOO_MANY_IDEAS"));
  EXPECT_OK(Register("carla"));
  disk_.LeaveFree(40 * kMiB);
  EXPECT_THAT(Register("dora"), IsRefused(Reason::kDiskReserve));
  EXPECT_OK(ReadSomething());
  disk_.LeaveFree(0);
  EXPECT_THAT(Close(), IsRefused(Reason::kDiskReserve));
  EXPECT_THAT(Register("dora"), IsRefused(Reason::kDiskReserve));
  EXPECT_OK(ReadSomething());
  disk_.LeaveFree(40 * kMiB);
  EXPECT_OK(Close()) << "what ends something goes on first";
  disk_.LeaveFree(150 * kMiB);
  EXPECT_OK(Register("dora"));
  Idea("third", 0);
  EXPECT_EQ(city_->ProcessOf("ledger").pid(), process);
  EXPECT_TRUE(city_->ProcessOf("ledger").Alive());
  // All that was acknowledged is there after a start, too.
  EXPECT_EQ(city_->ProcessOf("ledger").Stop(), 0);
  city_->ProcessOf("ledger").Start();
  city_->AwaitReady();
  EXPECT_THAT(votum_->Do("karl.kanzlei", "idea list"), ::testing::HasSubstr("third"));
}

}  // namespace
}  // namespace votum::testing
