// A process that starts from a snapshot is in the state that its log gives; with a snapshot that does
// not fit it is so, too, and only later.
#include "services/runtime/snapshots.h"

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "crypto/record_leaf.h"
#include "gtest/gtest.h"
#include "services/runtime/replica.h"
#include "tests/harness/await.h"
#include "tests/unit/core/fold/small_log.h"
#include "tests/unit/services/runtime/fake_ledger.h"

namespace votum {
namespace {

using testing::FakeLedger;
using testing::kSmallDeployment;
using testing::SmallLog;

constexpr absl::Duration kLong = absl::Seconds(60);
constexpr uint64_t kNoneBetween = uint64_t{1} << 40;  // a snapshot at the stop alone

class SnapshotsTest : public ::testing::Test {
 protected:
  struct How {
    std::string build = "build 1";
    char key = 'k';
    DomainSet domains = DomainSet::Closure(Domain::kIdeas);
    uint32_t version = kProgramVersion;
    uint64_t every = kNoneBetween;
  };

  // A process that follows `ledger`.
  struct Process {
    FakeLedger* ledger;
    SignatureCache cache{1000};
    absl::Notification stopped;
    absl::Status why;  // before `stopped`
    std::unique_ptr<Replica> replica;

    // Its state, when it has folded `size` records.
    std::shared_ptr<const Fold> StateAt(uint64_t size) const {
      EXPECT_OK(replica->WaitFor(size - 1, absl::Now() + kLong));
      return replica->State();
    }
  };

  std::unique_ptr<Process> Start(const SmallLog& log, FakeLedger& ledger, const How& how) {
    auto process = std::make_unique<Process>();
    auto file = SnapshotFile::Open(folder_, crypto::SecretBytes::CopyOf(std::string(32, how.key)));
    EXPECT_OK(file);
    process->replica = std::make_unique<Replica>(
        how.domains, log.log_key(), &ledger, &process->cache,
        [one = process.get()](const absl::Status& why) {
          one->why = why;
          one->stopped.Notify();
        },
        std::make_unique<Snapshots>(*std::move(file), how.build,
                                    *crypto::NoteVerifier::Create(kSmallDeployment, log.log_key()),
                                    how.every),
        how.version);
    process->replica->Start();
    return process;
  }
  std::unique_ptr<Process> Start(const How& how) { return Start(log_, ledger_, how); }
  std::unique_ptr<Process> Start() { return Start(How()); }

  void Show() {
    ledger_.Show(log_.records());
    ledger_.SetSize(log_.records().size());
  }
  // Shows the log to a process and stops it.
  void LeaveSnapshot() { LeaveSnapshot(How()); }
  void LeaveSnapshot(const How& how) {
    Show();
    const auto process = Start(how);
    process->StateAt(log_.records().size());
    process->replica->Stop();
  }

  // The contents that the whole log gives.
  static FoldContents Folded(const SmallLog& log, const DomainSet& domains) {
    SignatureCache cache(1000);
    Fold fold(domains, log.log_key(), &cache);
    for (const std::string& record : log.records()) EXPECT_OK(fold.Apply(record));
    return fold.contents();
  }
  // `process` gets into the state of its log, from `restored` records on.
  static void ExpectStart(const Process& process, const SmallLog& log, uint64_t restored) {
    const auto state = process.StateAt(log.records().size());
    EXPECT_EQ(process.replica->restored(), restored);
    EXPECT_EQ(Differences(state->contents(), Folded(log, state->domains())), "");
  }
  void ExpectReplay(const How& how) { ExpectStart(*Start(how), log_, 0); }
  void ExpectReplay() { ExpectReplay(How()); }

  std::string path() const { return folder_ + "/sealed"; }

  const std::string folder_ = NewTestFolder("snapshots") + "/ideas-0";
  SmallLog log_;
  FakeLedger ledger_;
};

TEST_F(SnapshotsTest, AStartGoesOnFromTheSnapshotOfTheStop) {
  LeaveSnapshot();
  const uint64_t size = log_.records().size();
  log_.Register("carla");
  log_.Append("anna", directory::v1::IssueEnrolmentCode());  // void
  Show();
  const auto process = Start();
  ExpectStart(*process, log_, size);
  log_.Register("dora");
  Show();
  ExpectStart(*process, log_, size);
  process->replica->Stop();
  ExpectStart(*Start(), log_, log_.records().size());
}

TEST_F(SnapshotsTest, ListenersLearnOfTheRestoredState) {
  LeaveSnapshot();
  ledger_.SetSize(absl::UnavailableError("it starts"));
  const auto process = Start();
  std::atomic<uint64_t> seen{0};
  const uint64_t listener =
      process->replica->AddListener([&] { seen = process->replica->State()->next_index(); });
  ledger_.SetSize(log_.records().size());
  EXPECT_TRUE(testing::Await([&] { return seen == log_.records().size(); }));
  EXPECT_EQ(process->replica->restored(), log_.records().size());
  process->replica->RemoveListener(listener);
}

TEST_F(SnapshotsTest, OneIsWrittenWhileTheProcessServes) {
  How how;
  how.every = 3;
  Show();
  const auto process = Start(how);
  process->StateAt(log_.records().size());
  const auto index_of_file = [&]() -> uint64_t {
    const auto file =
        SnapshotFile::Open(folder_ + "-copy", crypto::SecretBytes::CopyOf(std::string(32, 'k')));
    std::error_code error;
    std::filesystem::copy_file(path(), file->path(),
                               std::filesystem::copy_options::overwrite_existing, error);
    const auto bytes = file->Read();
    if (!bytes.ok()) return 0;
    const auto snapshot = DecodeSnapshot(
        *bytes, SnapshotKindOf(how.build, kSmallDeployment, *process->replica->State()));
    return snapshot.ok() ? snapshot->tree.size() : 0;
  };
  EXPECT_TRUE(testing::Await([&] { return index_of_file() == log_.records().size(); }));
  // The next one is due three records later, or when the first is done.
  const uint64_t first = log_.records().size();
  EXPECT_TRUE(testing::Await([&] {
    log_.Register(absl::StrCat("person-", log_.records().size()));
    Show();
    process->StateAt(log_.records().size());
    return index_of_file() > first;
  }));
  EXPECT_GE(index_of_file(), first + 3);
}

// While a long log is folded, each snapshot is worth its bytes.
TEST_F(SnapshotsTest, ALongLogIsNotWrittenAgainAndAgain) {
  for (int i = 0; i < 60; ++i) log_.Register(absl::StrCat("person-", i));
  const uint64_t size = log_.records().size();
  SignatureCache cache(1000);
  Fold fold(DomainSet::Closure(Domain::kIdeas), log_.log_key(), &cache);
  crypto::CompactTree tree;
  auto file = SnapshotFile::Open(folder_, crypto::SecretBytes::CopyOf(std::string(32, 'k')));
  ASSERT_OK(file);
  Snapshots snapshots(*std::move(file), "build 1",
                      *crypto::NoteVerifier::Create(kSmallDeployment, log_.log_key()), 10);
  ledger_.SetSize(size);
  EXPECT_FALSE(snapshots.Load(fold, ledger_, [](absl::Duration) { return false; }).has_value());
  std::vector<uint64_t> written;
  for (const std::string& record : log_.records()) {
    ASSERT_OK(fold.Apply(record));
    const crypto::Digest leaf = crypto::RecordLeaf(FakeLedger::Salt(), record);
    tree.Append(crypto::AsBytes(leaf));
    if (!snapshots.Offer(std::make_shared<const Fold>(fold), tree)) continue;
    written.push_back(fold.next_index());
    ASSERT_TRUE(testing::Await([&] { return !snapshots.writing(); }));
  }
  EXPECT_EQ(written, (std::vector<uint64_t>{10, 20, 40, size}));
}

TEST_F(SnapshotsTest, OfAnotherProgramIsNotUsed) {
  LeaveSnapshot();
  How how;
  how.build = "build 2";
  ExpectReplay(how);
  ExpectReplay();  // the file is of build 2 now
  how.build = "build 1";
  how.domains = DomainSet::All();
  ExpectReplay(how);
  how.domains = How().domains;
  how.version = kProgramVersion + 1;
  ExpectReplay(how);
}

TEST_F(SnapshotsTest, OfALostKeyIsNotUsed) {
  LeaveSnapshot();
  How how;
  how.key = 'l';
  ExpectReplay(how);
  ExpectStart(*Start(how), log_, log_.records().size());
}

TEST_F(SnapshotsTest, OfAnotherLogIsNotUsed) {
  log_.Register("carla");
  LeaveSnapshot();
  SmallLog other;
  other.Register("dora");
  ASSERT_EQ(other.records().size(), log_.records().size());
  FakeLedger ledger;
  ledger.Show(other.records());
  ledger.SetSize(other.records().size());
  ExpectStart(*Start(other, ledger, How()), other, 0);
}

// An old copy of the ledger's database: what it has lost is lost here, too.
TEST_F(SnapshotsTest, AheadOfTheLedgerIsNotUsed) {
  const SmallLog shorter;  // has the same records, as far as it goes
  log_.Register("carla");
  LeaveSnapshot();
  FakeLedger ledger;
  ledger.Show(shorter.records());
  ledger.SetSize(shorter.records().size());
  ExpectStart(*Start(shorter, ledger, How()), shorter, 0);
}

TEST_F(SnapshotsTest, TornIsNotUsed) {
  LeaveSnapshot();
  const std::string whole = *ReadFile(path());
  for (const size_t size :
       std::vector<size_t>{0, 1, 59, 60, 61, whole.size() / 2, whole.size() - 1}) {
    ASSERT_OK(WriteFile(path(), whole.substr(0, size)));
    ExpectReplay();
  }
  ASSERT_OK(WriteFile(path(), whole + "x"));
  ExpectReplay();
  ASSERT_OK(WriteFile(path(), whole));
  ExpectStart(*Start(), log_, log_.records().size());
}

TEST_F(SnapshotsTest, WaitsForALedgerThatIsAway) {
  LeaveSnapshot();
  ledger_.SetSize(absl::UnavailableError("it starts"));
  const auto process = Start();
  ledger_.AwaitSizeAsked(3);
  EXPECT_EQ(process->replica->next_index(), 0u) << "nothing is believed before it is proved";
  ledger_.SetSize(log_.records().size());
  ExpectStart(*process, log_, log_.records().size());
}

TEST_F(SnapshotsTest, AStopDoesNotWaitForALedgerThatIsAway) {
  LeaveSnapshot();
  const std::string before = *ReadFile(path());
  ledger_.SetSize(absl::UnavailableError("it is away"));
  Start()->replica->Stop();
  EXPECT_EQ(*ReadFile(path()), before) << "what was not used is kept";
}

// Else the next start would take the state for the newest that there is.
TEST_F(SnapshotsTest, NoneIsWrittenOfALogThatIsNewerThanTheProgram) {
  How how;
  how.version = 1;
  LeaveSnapshot(how);
  const uint64_t size = log_.records().size();
  log_.Activate(2);
  Show();
  for (int start = 0; start < 2; ++start) {
    const auto process = Start(how);
    process->stopped.WaitForNotification();
    EXPECT_THAT(process->why, IsRefused(Reason::kNewerLog));
    EXPECT_EQ(process->replica->restored(), size);
    process->replica->Stop();
  }
}

TEST_F(SnapshotsTest, AFolderThatIsGoneCostsNothingButTheSnapshot) {
  Show();
  const auto process = Start();
  process->StateAt(log_.records().size());
  std::filesystem::remove_all(folder_);
  process->replica->Stop();
  EXPECT_FALSE(std::filesystem::exists(path()));
  ExpectReplay();
}

}  // namespace
}  // namespace votum
