// Subscriptions over gRPC within the process, of callers who read and of one who does not.
#include "services/runtime/subscription.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "base/status_matchers.h"
#include "gtest/gtest.h"
#include "platform/grpc/status.h"
#include "services/runtime/host.h"
#include "tests/harness/await.h"
#include "votum/ledger/v1/ledger_service.grpc.pb.h"

namespace votum {
namespace {

namespace lv1 = ledger::v1;

// A log with an entry of 1 MiB at every index, to the end of time.
absl::Status ReadEndless(uint64_t* next, lv1::SubscribeResponse* stretch) {
  stretch->Clear();
  lv1::Entry* entry = stretch->add_entries();
  entry->set_index((*next)++);
  entry->set_record(std::string(size_t{1} << 20, 'r'));
  return absl::OkStatus();
}

// Whoever calls from a start below 100 is "a", others are "b".
class Streams final
    : public lv1::LedgerService::WithCallbackMethod_Subscribe<lv1::LedgerService::Service> {
 public:
  explicit Streams(SubscriptionHub* hub) : hub_(*hub) {}
  grpc::ServerWriteReactor<lv1::SubscribeResponse>* Subscribe(
      grpc::CallbackServerContext* context, const lv1::SubscribeRequest* request) override {
    auto* const reactor =
        hub_.Subscribe(context, request->start_index() < 100 ? "a" : "b", request->start_index());
    ++opened_;
    return reactor;
  }
  int opened() const { return opened_; }

 private:
  SubscriptionHub& hub_;
  std::atomic<int> opened_{0};
};

// A subscription that is read when the test says so.
struct Stream {
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReader<lv1::SubscribeResponse>> reader;
  lv1::SubscribeResponse newest;

  static std::unique_ptr<Stream> Open(lv1::LedgerService::Stub& stub, uint64_t start,
                                      absl::Time deadline = absl::InfiniteFuture()) {
    auto stream = std::make_unique<Stream>();
    stream->context.set_deadline(absl::ToChronoTime(deadline));
    lv1::SubscribeRequest request;
    request.set_start_index(start);
    stream->reader = stub.Subscribe(&stream->context, request);
    return stream;
  }
  bool Read() { return reader->Read(&newest); }
  absl::Status End() { return FromGrpc(reader->Finish()); }
};

class SubscriptionTest : public ::testing::Test {
 protected:
  ~SubscriptionTest() override {
    hub_.Stop();
    host_->Stop(absl::ZeroDuration());
  }

  std::unique_ptr<Stream> Open(uint64_t start) { return Stream::Open(*stub_, start); }

  SubscriptionHub hub_{ReadEndless, {2, 3}};
  Streams streams_{&hub_};
  std::unique_ptr<Host> host_ =
      *Host::Start({}, nullptr, {{"votum.ledger.v1.LedgerService", &streams_}});
  std::unique_ptr<lv1::LedgerService::Stub> stub_ =
      lv1::LedgerService::NewStub(host_->InProcessChannel());
};

TEST_F(SubscriptionTest, WhoDoesNotReadHoldsUpNoEnd) {
  const std::unique_ptr<Stream> idle = Open(0);
  ASSERT_TRUE(idle->Read());  // so that it is open, and the next write is on its way
  const absl::Time start = absl::Now();
  hub_.Stop(absl::Milliseconds(200));
  EXPECT_LT(absl::Now() - start, absl::Seconds(30));
  while (idle->Read()) {
  }
  EXPECT_FALSE(idle->End().ok());
}

TEST_F(SubscriptionTest, EachCallerHasItsShareAndGetsItBack) {
  std::vector<std::unique_ptr<Stream>> open;
  for (const uint64_t start : {0, 1, 100}) {
    open.push_back(Open(start));
    ASSERT_TRUE(open.back()->Read());
    EXPECT_EQ(open.back()->newest.entries(0).index(), start);
  }
  for (const uint64_t start : {2, 101}) {
    const std::unique_ptr<Stream> refused = Open(start);
    EXPECT_FALSE(refused->Read());
    EXPECT_THAT(refused->End(), IsRefused(Reason::kTooManyWaitingReads));
  }
  open[0]->context.TryCancel();
  while (open[0]->Read()) {
  }
  EXPECT_FALSE(open[0]->End().ok());
  // The server hears of it a moment later.
  for (const absl::Time give_up = absl::Now() + absl::Seconds(30);;) {
    const std::unique_ptr<Stream> again = Open(2);
    if (again->Read()) {
      again->context.TryCancel();
      while (again->Read()) {
      }
      EXPECT_FALSE(again->End().ok());
      break;
    }
    ASSERT_THAT(again->End(), IsRefused(Reason::kTooManyWaitingReads));
    ASSERT_LT(absl::Now(), give_up);
  }
  hub_.Stop(absl::ZeroDuration());
  for (size_t i = 1; i < open.size(); ++i) {
    while (open[i]->Read()) {
    }
    EXPECT_FALSE(open[i]->End().ok());
  }
}

// A log whose first two reads wait until they are let go.
class SlowLog {
 public:
  absl::Status Read(uint64_t* next, lv1::SubscribeResponse* stretch) {
    const int number = ++reads_;
    if (number == 1) first_.WaitForNotification();
    if (number == 2) second_.WaitForNotification();
    stretch->Clear();
    stretch->add_entries()->set_index((*next)++);
    return absl::OkStatus();
  }
  int reads() const { return reads_; }
  void LetFirstGo() { first_.Notify(); }
  void LetSecondGo() { second_.Notify(); }

 private:
  std::atomic<int> reads_{0};
  absl::Notification first_;
  absl::Notification second_;
};

// Whoever follows tells by the code whether to subscribe again.
TEST(SubscriptionHubTest, ADamagedLogIsCalledDamaged) {
  SubscriptionHub hub(
      [](uint64_t* next, lv1::SubscribeResponse*) {
        return *next == 0 ? Refuse(Reason::kLogDamaged, "record 0 of the database is missing")
                          : absl::InternalError("the disk is away");
      },
      {2, 3});
  Streams streams(&hub);
  const std::unique_ptr<Host> host =
      *Host::Start({}, nullptr, {{"votum.ledger.v1.LedgerService", &streams}});
  const auto stub = lv1::LedgerService::NewStub(host->InProcessChannel());
  const std::unique_ptr<Stream> damaged = Stream::Open(*stub, 0);
  EXPECT_FALSE(damaged->Read());
  EXPECT_THAT(damaged->End(), IsRefused(Reason::kLogDamaged));
  const std::unique_ptr<Stream> away = Stream::Open(*stub, 1);
  EXPECT_FALSE(away->Read());
  EXPECT_THAT(away->End(), HasCode(absl::StatusCode::kUnavailable));
  hub.Stop();
  host->Stop(absl::ZeroDuration());
}

TEST(SubscriptionHubTest, StoppingWaitsForOneReadAndTakesNobodyIn) {
  SlowLog log;
  SubscriptionHub hub(
      [&log](uint64_t* next, lv1::SubscribeResponse* stretch) { return log.Read(next, stretch); });
  Streams streams(&hub);
  const auto host = *Host::Start({}, nullptr, {{"votum.ledger.v1.LedgerService", &streams}});
  const auto stub = lv1::LedgerService::NewStub(host->InProcessChannel());
  std::vector<std::unique_ptr<Stream>> open;
  open.push_back(Stream::Open(*stub, 0));
  ASSERT_TRUE(testing::Await([&] { return log.reads() == 1; }));
  // These come while the pump reads for the first, and have their turn together after it.
  for (const uint64_t start : {1, 2, 3}) open.push_back(Stream::Open(*stub, start));
  ASSERT_TRUE(testing::Await([&] { return streams.opened() == 4; }));
  log.LetFirstGo();
  ASSERT_TRUE(testing::Await([&] { return log.reads() == 2; }));

  std::thread stopping([&hub] { hub.Stop(absl::ZeroDuration()); });
  EXPECT_TRUE(testing::Await([&] {
    // Whoever comes before the end has begun waits for the pump, which is in its second read.
    const auto late = Stream::Open(*stub, 4, absl::Now() + absl::Milliseconds(100));
    EXPECT_FALSE(late->Read());
    return absl::IsUnavailable(late->End());
  }));
  log.LetSecondGo();
  stopping.join();
  EXPECT_EQ(log.reads(), 2) << "nothing is read for the others any more";
  for (const auto& stream : open) {
    while (stream->Read()) {
    }
    EXPECT_FALSE(stream->End().ok());
  }
  host->Stop(absl::ZeroDuration());
}

}  // namespace
}  // namespace votum
