// Reads never hurt commands: beside a meeting hang reads that wait for a record that never comes,
// and the public reads the state as fast as it may.

#include <algorithm>
#include <atomic>
#include <iostream>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/refusal.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "clients/lib/unary_call.h"
#include "core/command/timestamps.h"
#include "gtest/gtest.h"
#include "tests/harness/await.h"
#include "tests/harness/city.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/meetings/v1/meetings_service.grpc.pb.h"

namespace votum::testing {
namespace {

namespace mv1 = meetings::v1;

constexpr int kMembers = 9;
constexpr int kOfEach = 16;  // waiting reads that a caller may have (services/runtime/read_gate.cc)
constexpr int kPublicReads = 1000;
constexpr int kCommands = 60;

// Reads of the meeting that ask for a record far ahead, without a thread each.
class WaitingReads {
 public:
  explicit WaitingReads(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(mv1::MeetingsService::NewStub(channel)) {}
  ~WaitingReads() {
    for (Call& call : calls_) call.context.TryCancel();
    // Their callbacks use this object.
    Await([this] { return pending_ == 0; }, absl::InfiniteDuration());
  }

  // Starts one more read, by the signer of `session`, or by the public.
  void Start(const std::string& session) {
    Call& call = calls_.emplace_back();
    call.context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Minutes(2)));
    call.context.AddMetadata("votum-min-index", "1000000000");
    if (!session.empty()) call.context.AddMetadata("votum-session-bin", session);
    call.request.set_meeting_id("sitzung-1");
    ++pending_;
    stub_->async()->GetMeeting(&call.context, &call.request, &call.response,
                               [this](const grpc::Status& status) {
                                 const absl::Status why = client::StatusOfService(status);
                                 if (ReasonOf(why) == Reason::kTooManyWaitingReads) ++too_many_;
                                 if (absl::IsResourceExhausted(why)) ++refused_;
                                 --pending_;
                               });
  }
  int pending() const { return pending_; }
  // Refused since too many wait already, or since more came in one instant than the server has
  // threads to look at them.
  int refused() const { return refused_; }
  // Those of them for which too many wait already.
  int too_many() const { return too_many_; }

 private:
  struct Call {
    grpc::ClientContext context;
    mv1::GetMeetingRequest request;
    mv1::GetMeetingResponse response;
  };
  const std::unique_ptr<mv1::MeetingsService::Stub> stub_;
  std::list<Call> calls_;
  std::atomic<int> pending_{0};
  std::atomic<int> refused_{0};
  std::atomic<int> too_many_{0};
};

// The public, which reads the attendance again and again.
class PublicReaders {
 public:
  PublicReaders(const std::shared_ptr<grpc::Channel>& channel, int threads) {
    for (int i = 0; i < threads; ++i) {
      threads_.emplace_back([this, channel] {
        const auto stub = mv1::MeetingsService::NewStub(channel);
        mv1::GetAttendanceRequest request;
        request.set_meeting_id("sitzung-1");
        while (!stop_) {
          grpc::ClientContext context;
          mv1::GetAttendanceResponse response;
          if (stub->GetAttendance(&context, request, &response).ok()) ++reads_;
        }
      });
    }
  }
  ~PublicReaders() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
  }
  int reads() const { return reads_; }

 private:
  std::atomic<bool> stop_{false};
  std::atomic<int> reads_{0};
  std::vector<std::thread> threads_;
};

class ReadsBesideCommandsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    city_ = new City(NewTestFolder("reads"), City::Layout::kOneProcess);
    city_->SetUpCouncil(kMembers);
    city_->OpenMeeting(kMembers + 1);
  }
  static void TearDownTestSuite() {
    delete city_;
    city_ = nullptr;
  }

  // Members come and go. None is refused; the slowest but one percent.
  static absl::Duration CommandTime() {
    std::vector<absl::Duration> times;
    for (int i = 0; i < kCommands; ++i) {
      const std::string& member = city_->members()[static_cast<size_t>(i / 2) % kMembers];
      const absl::Time start = absl::Now();
      if (i % 2 == 0) {
        mv1::CheckOut out;
        out.set_meeting_id("sitzung-1");
        out.set_person_id(member);
        EXPECT_OK(city_->Do(member, std::move(out)));
      } else {
        mv1::CheckIn in;
        in.set_meeting_id("sitzung-1");
        in.set_person_id(member);
        EXPECT_OK(city_->Do(member, std::move(in)));
      }
      times.push_back(absl::Now() - start);
    }
    std::sort(times.begin(), times.end());
    return times[times.size() * 99 / 100];
  }
  static std::string SessionOf(const std::string& person) {
    directory::v1::ReadSession session;
    *session.mutable_expire_time() = ToTimestamp(absl::Now() + absl::Minutes(10));
    session.set_service("meetings");
    return city_->Sign(person, &session).SerializeAsString();
  }
  // A measured ratio depends on what else the machine does: it is printed, and only refusals fail.
  static void Tell(const char* what, absl::Duration quiet, absl::Duration beside) {
    std::cout << what << ": p99 of a command " << beside << ", quiet " << quiet << ", ratio "
              << absl::FDivDuration(beside, quiet) << "\n";
  }

  static City* city_;
};

City* ReadsBesideCommandsTest::city_ = nullptr;

TEST_F(ReadsBesideCommandsTest, WaitingReadsHoldNoThreadAndNoCommand) {
  const absl::Duration quiet = CommandTime();
  WaitingReads of_public(city_->ChannelTo("meetings"));
  for (int i = 0; i < kPublicReads; ++i) of_public.Start("");
  ASSERT_TRUE(Await([&] { return of_public.pending() == kOfEach; }, absl::Seconds(30)))
      << of_public.pending() << " wait, all from one address";
  EXPECT_EQ(of_public.refused(), kPublicReads - kOfEach);
  EXPECT_GT(of_public.too_many(), 0);

  // More than the server has threads: were each to hold one, no command would be answered.
  WaitingReads of_members(city_->ChannelTo("meetings"));
  for (const std::string& member : city_->members()) {
    const std::string session = SessionOf(member);
    for (int i = 0; i < kOfEach; ++i) of_members.Start(session);
  }
  const absl::Duration beside = CommandTime();
  Tell("beside waiting reads", quiet, beside);
  EXPECT_EQ(of_members.too_many(), 0) << "the public takes nobody's place";
}

TEST_F(ReadsBesideCommandsTest, ReadersOfTheStateRefuseNoCommand) {
  const absl::Duration quiet = CommandTime();
  const PublicReaders readers(city_->ChannelTo("meetings"), 2);
  const absl::Duration beside = CommandTime();
  Tell("beside readers of the state", quiet, beside);
  EXPECT_GT(readers.reads(), 0);
}

TEST_F(ReadsBesideCommandsTest, TheServerStopsAlthoughReadsWait) {
  WaitingReads reads(city_->ChannelTo("meetings"));
  for (int i = 0; i < kOfEach; ++i) reads.Start(SessionOf("karl.kanzlei"));
  const absl::Time start = absl::Now();
  EXPECT_EQ(city_->ProcessOf("meetings").Stop(), 0);
  EXPECT_LT(absl::Now() - start, absl::Seconds(9)) << "it does not wait for their ten seconds";
}

}  // namespace
}  // namespace votum::testing
