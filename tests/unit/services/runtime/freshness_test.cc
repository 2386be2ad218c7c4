// Checks when a process is ready, what it answers before, and how answers tell that a state is old.
#include "services/runtime/freshness.h"

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/clock.h"
#include "base/status_matchers.h"
#include "core/command/timestamps.h"
#include "core/fold/signature_cache.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"
#include "platform/grpc/status.h"
#include "services/runtime/command_executor.h"
#include "services/runtime/host.h"
#include "services/runtime/read_access.h"
#include "services/runtime/runtime_service.h"
#include "tests/harness/await.h"
#include "tests/unit/core/fold/small_log.h"
#include "tests/unit/services/runtime/fake_ledger.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/runtime/v1/runtime_service.grpc.pb.h"

namespace votum {
namespace {

using testing::FakeLedger;
using testing::SmallLog;

constexpr absl::Duration kOld = absl::Seconds(30);

// A process whose ledger does not answer yet; time passes when a test says so.
class FreshnessTest : public ::testing::Test {
 protected:
  FreshnessTest() {
    ledger_.SetSize(absl::UnavailableError("away"));
    std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> gates;
    gates.push_back(freshness_.ForServer());
    host_ = *Host::Start({}, nullptr, {{"votum.runtime.v1.RuntimeService", &service_}},
                         std::move(gates));
    stub_ = runtime::v1::RuntimeService::NewStub(host_->InProcessChannel());
    replica_.Start();
    freshness_.Start();
  }
  ~FreshnessTest() override {
    host_->Stop(absl::Seconds(1));
    freshness_.Stop();
    replica_.Stop();
  }

  // The ledger answers, and has the whole log.
  void ReachLedger() {
    ledger_.Show(log_.records());
    ledger_.SetSize(log_.records().size());
  }
  bool AwaitReady() {
    return testing::Await([this] { return freshness_.CheckReady().ok(); });
  }

  // The answer to a read, and the age that it tells.
  absl::Status Read(std::string* age = nullptr, const std::string& session = "") {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(30)));
    if (!session.empty()) context.AddMetadata(kSessionMetadata, session);
    runtime::v1::GetProjectionResponse response;
    const absl::Status status =
        FromGrpc(stub_->GetProjection(&context, runtime::v1::GetProjectionRequest(), &response));
    const auto& metadata = context.GetServerInitialMetadata();
    const auto found = metadata.find(kStateAgeMetadata);
    if (age != nullptr) {
      *age = found == metadata.end() ? "" : std::string(found->second.data(), found->second.size());
    }
    return status;
  }

  SmallLog log_;
  FakeLedger ledger_;
  SignatureCache cache_{1000};
  Metrics metrics_;
  SystemClock clock_;
  std::atomic<int64_t> seconds_{1000};  // of uptime
  Replica replica_{DomainSet::Closure(Domain::kDirectory), log_.log_key(), &ledger_, &cache_,
                   [](const absl::Status& why) { ADD_FAILURE() << why; }};
  Freshness freshness_{&replica_, &ledger_, &metrics_,
                       Freshness::Settings{.every = absl::Milliseconds(5), .old = kOld},
                       [this] { return absl::Seconds(seconds_.load()); }};
  ReadAccess access_{&replica_, &cache_, &metrics_, "runtime", &freshness_};
  RuntimeServiceImpl service_{&access_};
  std::unique_ptr<Host> host_;
  std::unique_ptr<runtime::v1::RuntimeService::Stub> stub_;
};

// Otherwise the reader would see a city without people, and the session would be refused because its
// deployment is not known yet.
TEST_F(FreshnessTest, BeforeTheFirstStateReadsAreRefusedAsNotReady) {
  directory::v1::ReadSession session;
  *session.mutable_expire_time() = ToTimestamp(absl::Now() + absl::Minutes(10));
  session.set_service("runtime");
  const std::string signed_session = log_.Sign("anna", &session).SerializeAsString();
  ledger_.AwaitSizeAsked(2);
  EXPECT_THAT(Read(), IsRefused(Reason::kServiceNotReady));
  EXPECT_THAT(Read(nullptr, signed_session), IsRefused(Reason::kServiceNotReady));
  EXPECT_TRUE(absl::IsUnavailable(Read())) << "clients ask again, and other processes";

  // All but the last record: that would be an older state than the log's.
  std::vector<std::string> most = log_.records();
  most.pop_back();
  ledger_.Show(most);
  ledger_.SetSize(log_.records().size());
  ASSERT_OK(replica_.WaitFor(most.size() - 1, absl::Now() + absl::Seconds(30)));
  EXPECT_THAT(Read(), IsRefused(Reason::kServiceNotReady));

  ReachLedger();
  ASSERT_TRUE(AwaitReady());
  EXPECT_OK(Read());
  EXPECT_OK(Read(nullptr, signed_session));
}

TEST_F(FreshnessTest, ALogWithoutRecordsMakesNobodyReady) {
  const size_t asked = 3;
  ledger_.SetSize(0);
  ledger_.AwaitSizeAsked(asked);
  EXPECT_THAT(Read(), IsRefused(Reason::kServiceNotReady));
}

TEST_F(FreshnessTest, BeforeTheFirstStateCommandsAreRefusedAsNotReady) {
  CommandExecutor executor(&replica_, &clock_, &metrics_, kCommandLimits, &freshness_);
  absl::StatusOr<common::v1::Receipt> answer;
  CommandCall call{.expected = directory::v1::RegisterPerson::descriptor(),
                   .ledger = &ledger_,
                   .hooks = nullptr,
                   .request = {},
                   .deadline = absl::Now() + absl::Seconds(30),
                   .cancelled = [] { return false; },
                   .then = [&answer](const auto& status) { answer = status; }};
  executor.Execute(std::move(call));
  EXPECT_THAT(answer, IsRefused(Reason::kServiceNotReady));
}

TEST_F(FreshnessTest, AnswersTellTheAgeOfAStateThatIsOld) {
  ReachLedger();
  ASSERT_TRUE(AwaitReady());
  std::string age;
  ASSERT_OK(Read(&age));
  EXPECT_EQ(age, "");

  ledger_.SetSize(absl::UnavailableError("away"));
  seconds_ += 30;
  ASSERT_OK(Read(&age));
  EXPECT_EQ(age, "") << "not older than the setting";
  seconds_ += 12;
  ASSERT_OK(Read(&age)) << "reads go on";
  EXPECT_EQ(age, "42");

  // Nothing new: the ledger only answers again.
  ReachLedger();
  EXPECT_TRUE(testing::Await([&] {
    EXPECT_OK(Read(&age));
    return age.empty();
  }));
}

// A stream that stands still while the ledger goes on is as good as none.
TEST_F(FreshnessTest, AFoldThatLagsMakesTheStateOld) {
  ReachLedger();
  ASSERT_TRUE(AwaitReady());
  ledger_.SetSize(log_.records().size() + 1);
  seconds_ += 100;
  std::string age;
  EXPECT_TRUE(testing::Await([&] {
    EXPECT_OK(Read(&age));
    return age == "100";
  }));
}

// grpc.health.v1.HealthCheckResponse with its one field.
const std::string kServing("\x08\x01", 2);
const std::string kNotServing("\x08\x02", 2);

// The answer of Health/Check about the service `name`, or about the process, as its bytes.
std::string HealthOf(const std::shared_ptr<grpc::Channel>& channel, const std::string& name) {
  std::string request;
  if (!name.empty())
    request = absl::StrCat("\x0a", std::string(1, static_cast<char>(name.size())), name);
  const grpc::Slice slice(request);
  const grpc::ByteBuffer sent(&slice, 1);
  grpc::ByteBuffer received;
  grpc::ClientContext context;
  grpc::GenericStub stub(channel);
  std::promise<grpc::Status> done;
  stub.UnaryCall(&context, "/grpc.health.v1.Health/Check", grpc::StubOptions(), &sent, &received,
                 [&done](grpc::Status status) { done.set_value(std::move(status)); });
  EXPECT_OK(FromGrpc(done.get_future().get()));
  grpc::Slice answer;
  EXPECT_TRUE(received.DumpToSingleSlice(&answer).ok());
  return std::string(reinterpret_cast<const char*>(answer.begin()), answer.size());
}

// Load balancers look at nothing else.
TEST(HostTest, HealthChecksSayNotServingUntilTheProcessIsReady) {
  runtime::v1::RuntimeService::Service service;
  const std::string name = "votum.runtime.v1.RuntimeService";
  const auto host = *Host::Start({}, nullptr, {{name, &service}});
  for (const std::string& of : {std::string(), name})
    EXPECT_EQ(HealthOf(host->InProcessChannel(), of), kNotServing) << of;
  host->SetServing(true);
  for (const std::string& of : {std::string(), name})
    EXPECT_EQ(HealthOf(host->InProcessChannel(), of), kServing) << of;
}

}  // namespace
}  // namespace votum
