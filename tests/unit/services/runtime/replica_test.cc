// The replica and those who wait for it: reads never hurt the fold, and wait in bounds.
#include "services/runtime/replica.h"

#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "base/refusal.h"
#include "base/status_matchers.h"
#include "gtest/gtest.h"
#include "services/runtime/scrub.h"
#include "services/runtime/waiting_room.h"
#include "tests/harness/await.h"
#include "tests/unit/core/fold/small_log.h"
#include "tests/unit/services/runtime/fake_ledger.h"

namespace votum {
namespace {

using testing::FakeLedger;
using testing::SmallLog;

constexpr absl::Duration kLong = absl::Seconds(60);
constexpr uint64_t kNever = uint64_t{1} << 40;

class ReplicaTest : public ::testing::Test {
 protected:
  ReplicaTest() { replica_.Start(); }
  ~ReplicaTest() override { replica_.Stop(); }

  void ShowAll() {
    ledger_.Show(log_.records());
    ASSERT_OK(replica_.WaitFor(log_.records().size() - 1, absl::Now() + kLong));
  }

  SmallLog log_;
  FakeLedger ledger_;
  SignatureCache cache_{1000};
  absl::Notification stopped_;
  absl::Status why_;  // before stopped_
  Replica replica_{DomainSet::Closure(Domain::kDirectory),
                   log_.log_key(),
                   &ledger_,
                   &cache_,
                   [this](const absl::Status& why) {
                     why_ = why;
                     stopped_.Notify();
                   },
                   nullptr,
                   1};
};

TEST_F(ReplicaTest, FoldsWhatTheLedgerShows) {
  ShowAll();
  EXPECT_EQ(replica_.next_index(), log_.records().size());
  EXPECT_THAT(replica_.WaitFor(replica_.next_index(), absl::Now()),
              IsRefused(Reason::kNotFoldedYet));
  log_.Register("carla");
  ShowAll();
  EXPECT_TRUE(replica_.WithState(
      [](const Fold& fold) { return fold.world().directory().PersonExists("carla"); }));
  EXPECT_FALSE(stopped_.HasBeenNotified());
}

TEST_F(ReplicaTest, StopsWhenTheLogIsNewerThanTheProgram) {
  const uint64_t activation = log_.Activate(2);
  log_.Register("carla");
  ledger_.Show(log_.records());
  stopped_.WaitForNotification();
  EXPECT_THAT(why_, IsRefused(Reason::kNewerLog));
  EXPECT_EQ(replica_.next_index(), activation + 1) << "nothing behind it is served";
}

TEST_F(ReplicaTest, StopsWhenTheLogIsBroken) {
  std::vector<std::string> records = log_.records();
  records.erase(records.begin() + 1);
  ledger_.Show(records);
  stopped_.WaitForNotification();
  EXPECT_THAT(why_, HasCode(absl::StatusCode::kDataLoss));
}

TEST_F(ReplicaTest, StopsWhenTheLedgersDatabaseIsDamaged) {
  ShowAll();
  ledger_.EndStreams(Refuse(Reason::kLogDamaged, "record 6 of the database is missing"));
  stopped_.WaitForNotification();
  EXPECT_THAT(why_, IsRefused(Reason::kLogDamaged));
}

TEST_F(ReplicaTest, GoesOnWhenAStreamEndsForAnyOtherReason) {
  ledger_.EndStreams(absl::UnavailableError("the ledger restarts"));
  ShowAll();
  log_.Register("carla");
  ShowAll();
  EXPECT_FALSE(stopped_.HasBeenNotified());
}

// A backlog is verified on several threads: the state and all verdicts are those of one that folds
// record after record.
TEST_F(ReplicaTest, FoldsABacklogAsItFoldsSingleRecords) {
  for (int i = 0; i < 150; ++i) log_.Register("person-" + std::to_string(i));
  log_.Register("carla");
  log_.GiveKey("carla", "bert");  // enrolled and used in the same batch
  for (int i = 0; i < 20; ++i)
    log_.Append("carla", directory::v1::RegisterPerson());  // void: she holds no office
  common::v1::SignedCommand forged = [this] {
    directory::v1::RegisterPerson command;
    command.set_person_id("dora");
    return log_.Sign("anna", &command);
  }();
  forged.mutable_signatures(0)->mutable_signature()->back() ^= 1;
  const uint64_t forgery = log_.AppendSigned(forged);
  for (int i = 150; i < 300; ++i) log_.Register("person-" + std::to_string(i));

  SignatureCache cache(1);
  Fold alone(DomainSet::Closure(Domain::kDirectory), log_.log_key(), &cache, 1);
  for (const std::string& record : log_.records()) ASSERT_OK(alone.Apply(record));
  EXPECT_THAT(alone.WhyVoid(forgery), IsRefused(Reason::kBadSignature));
  ShowAll();
  EXPECT_EQ(DifferingParts(alone, *replica_.State()), "");
  EXPECT_FALSE(replica_.State()->world().directory().PersonExists("dora"));
}

// A reader that looks for ever does not keep the fold from going on, nor does it see a change.
TEST_F(ReplicaTest, NeitherFoldNorReadersWaitForEachOther) {
  ShowAll();
  const std::shared_ptr<const Fold> held = replica_.State();
  const uint64_t size = held->next_index();
  const crypto::Digest digest = held->StateDigest(Domain::kDirectory);
  std::atomic<bool> stop{false};
  std::vector<std::thread> readers;
  for (int i = 0; i < 8; ++i) {
    readers.emplace_back([&] {
      uint64_t last = 0;
      while (!stop) {
        const std::shared_ptr<const Fold> state = replica_.State();
        EXPECT_GE(state->next_index(), last);
        last = state->next_index();
        state->StateDigest(Domain::kDirectory);
      }
    });
  }
  for (int i = 0; i < 10; ++i) {
    const std::string id = "person-" + std::to_string(i);
    log_.Register(id);
    ShowAll();
    EXPECT_TRUE(replica_.State()->world().directory().PersonExists(id));
    EXPECT_FALSE(held->world().directory().PersonExists(id));
  }
  stop = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(held->next_index(), size);
  EXPECT_EQ(held->StateDigest(Domain::kDirectory), digest);
  EXPECT_EQ(replica_.WaitsForReads().long_count, 0u);
}

// ---------------------------------------------------------------------------------------------------------------------
// The room

class WaitingRoomTest : public ReplicaTest {
 protected:
  // A read that waits; its outcome.
  struct Outcome {
    absl::Notification called;
    absl::Status status;
    std::thread::id thread;
  };
  void Wait(const std::string& caller, uint64_t index, Outcome* outcome,
            absl::Time deadline = absl::Now() + kLong) {
    room_.Wait(caller, index, deadline, [outcome](const absl::Status& status) {
      outcome->status = status;
      outcome->thread = std::this_thread::get_id();
      outcome->called.Notify();
    });
  }

  WaitingRoom room_{&replica_, {2, 3, 2}};
};

TEST_F(WaitingRoomTest, LetsGoWhenTheRecordIsFoldedOnAThreadOfItsOwn) {
  std::atomic<std::thread::id> folding{};
  const uint64_t listener =
      replica_.AddListener([&folding] { folding = std::this_thread::get_id(); });
  ShowAll();
  Outcome folded;
  Wait("a", 0, &folded);
  ASSERT_TRUE(folded.called.HasBeenNotified()) << "there is nothing to wait for";
  EXPECT_OK(folded.status);

  Outcome next;
  Wait("a", log_.records().size(), &next);
  EXPECT_FALSE(next.called.HasBeenNotified());
  log_.Register("carla");
  ShowAll();
  next.called.WaitForNotification();
  EXPECT_OK(next.status);
  EXPECT_NE(next.thread, folding.load()) << "a read must not hold up the fold";
  EXPECT_NE(next.thread, std::this_thread::get_id());
  EXPECT_EQ(room_.waiting(), 0u);
  replica_.RemoveListener(listener);
}

TEST_F(WaitingRoomTest, WhoEntersGoesOnOnAThreadOfTheRoomInAnyCase) {
  ShowAll();
  Outcome folded;
  room_.Enter("a", 0, absl::Now() + kLong, [&folded](const absl::Status& status) {
    folded.status = status;
    folded.thread = std::this_thread::get_id();
    folded.called.Notify();
  });
  folded.called.WaitForNotification();
  EXPECT_OK(folded.status);
  EXPECT_NE(folded.thread, std::this_thread::get_id());
}

TEST_F(WaitingRoomTest, HasAnEnd) {
  Outcome outcome;
  Wait("a", kNever, &outcome, absl::Now() + absl::Milliseconds(20));
  outcome.called.WaitForNotification();
  EXPECT_THAT(outcome.status, IsRefused(Reason::kNotFoldedYet));
  EXPECT_EQ(room_.waiting(), 0u);
}

TEST_F(WaitingRoomTest, HoldsSoManyOfACallerAndSoManyInAll) {
  Outcome a1, a2, a3, b1, b2;
  Wait("a", kNever, &a1);
  Wait("a", kNever, &a2);
  Wait("a", kNever, &a3);
  ASSERT_TRUE(a3.called.HasBeenNotified()) << "refused at once";
  EXPECT_THAT(a3.status, IsRefused(Reason::kTooManyWaitingReads));
  EXPECT_THAT(a3.status, HasCode(absl::StatusCode::kResourceExhausted));
  Wait("b", kNever, &b1);
  EXPECT_FALSE(b1.called.HasBeenNotified()) << "others still have places";
  Wait("b", kNever, &b2);
  EXPECT_THAT(b2.status, IsRefused(Reason::kTooManyWaitingReads));
  EXPECT_EQ(room_.waiting(), 3u);
  room_.Close();
  for (Outcome* outcome : {&a1, &a2, &b1}) {
    outcome->called.WaitForNotification();
    EXPECT_THAT(outcome->status, HasCode(absl::StatusCode::kUnavailable));
  }
  Outcome late;
  Wait("c", kNever, &late);
  EXPECT_THAT(late.status, HasCode(absl::StatusCode::kUnavailable));
}

TEST_F(WaitingRoomTest, TheNamelessCallerHasOnlyTheLimitOfAll) {
  Outcome first[3], another;
  for (Outcome& outcome : first) Wait("", kNever, &outcome);
  EXPECT_EQ(room_.waiting(), 3u);
  Wait("", kNever, &another);
  ASSERT_TRUE(another.called.HasBeenNotified());
  EXPECT_THAT(another.status, IsRefused(Reason::kTooManyWaitingReads));
  room_.Close();
}

TEST_F(WaitingRoomTest, SlowReadsOfOneCallerKeepThreadsForOthers) {
  ShowAll();
  constexpr size_t kSlow = 1 + WaitingRoom::kGoingOn;
  // Before the room, whose threads use them until it is closed.
  absl::Notification may_end;
  std::atomic<size_t> slow{0};
  WaitingRoom room(&replica_, {1, 20, 8});
  for (size_t i = 0; i < kSlow; ++i) {
    room.Enter("a", 0, absl::Now() + kLong, [&](const absl::Status& status) {
      EXPECT_OK(status);
      ++slow;
      may_end.WaitForNotification();
    });
    ASSERT_TRUE(testing::Await([&] { return slow == i + 1; }));
  }
  Outcome more, other;
  const auto enter = [&room](const std::string& caller, Outcome* outcome) {
    room.Enter(caller, 0, absl::Now() + kLong, [outcome](const absl::Status& status) {
      outcome->status = status;
      outcome->called.Notify();
    });
  };
  enter("a", &more);
  more.called.WaitForNotification();
  EXPECT_THAT(more.status, IsRefused(Reason::kTooManyWaitingReads));
  enter("b", &other);
  other.called.WaitForNotification();
  EXPECT_OK(other.status);
  may_end.Notify();
  room.Close();
}

TEST_F(WaitingRoomTest, PlacesAreFreeAgainAfterwards) {
  Outcome first[2];
  for (Outcome& outcome : first) Wait("a", kNever, &outcome, absl::Now() + absl::Milliseconds(5));
  for (Outcome& outcome : first) outcome.called.WaitForNotification();
  Outcome again;
  Wait("a", kNever, &again);
  EXPECT_FALSE(again.called.HasBeenNotified());
  room_.Close();
}

}  // namespace
}  // namespace votum
