// The RPCs of commands, over gRPC within the process: beside the methods of a synchronous service.
#include "services/runtime/command_methods.h"

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "base/status_matchers.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"
#include "platform/grpc/status.h"
#include "services/runtime/call_bytes.h"
#include "services/runtime/host.h"
#include "tests/unit/core/fold/small_log.h"
#include "tests/unit/services/runtime/fake_ledger.h"
#include "votum/common/v1/options.pb.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/directory/v1/directory_service.grpc.pb.h"

namespace votum {
namespace {

namespace dv1 = directory::v1;
using common::v1::Receipt;
using common::v1::SignedCommand;
using testing::FakeLedger;
using testing::FixedClock;
using testing::SmallLog;

constexpr absl::Duration kLong = absl::Seconds(60);
constexpr char kService[] = "votum.directory.v1.DirectoryService";

// Commands are not written here, and one read is.
class Directory final : public WithoutCommands<dv1::DirectoryService> {
 public:
  grpc::Status GetBody(grpc::ServerContext*, const dv1::GetBodyRequest*,
                       dv1::GetBodyResponse* response) override {
    response->mutable_body()->set_name("Kleinstadt");
    return grpc::Status::OK;
  }
};

class CommandMethodsTest : public ::testing::Test {
 protected:
  CommandMethodsTest() {
    replica_.Start();
    ShowAll();
  }
  ~CommandMethodsTest() override {
    host_->Stop(absl::ZeroDuration());
    executor_.Close();
    replica_.Stop();
  }

  void ShowAll() {
    ledger_.Show(log_.records());
    ledger_.SetSize(log_.records().size());
    ASSERT_OK(replica_.WaitFor(log_.records().size() - 1, absl::Now() + kLong));
  }
  SignedCommand Council(const std::string& id) {
    dv1::CreateOrganization council;
    council.set_organization_id(id);
    council.set_name("Rat");
    council.set_kind(dv1::ORGANIZATION_KIND_COUNCIL);
    council.set_statutory_number(3);
    return log_.Sign("anna", &council);
  }
  // The ledger records the next command that is appended, and it is folded.
  uint64_t RecordNext() {
    const FakeLedger::Appending appending = ledger_.TakeAppending();
    Receipt receipt;
    receipt.set_index(log_.AppendSigned(appending.command));
    receipt.set_record(log_.records().back());
    appending.then(receipt);
    ShowAll();
    return receipt.index();
  }

  SmallLog log_;
  FakeLedger ledger_;
  SignatureCache cache_{1000};
  FixedClock clock_{log_.time()};
  Metrics metrics_;
  Replica replica_{DomainSet::Closure(Domain::kDirectory), log_.log_key(), &ledger_, &cache_,
                   [](const absl::Status& why) { ADD_FAILURE() << why; }};
  CommandExecutor executor_{&replica_, &clock_, &metrics_};
  Directory directory_;
  std::unique_ptr<Host> host_ =
      *Host::Start({}, nullptr, {{kService, &directory_, CommandsOf{&executor_, &ledger_}}});
  std::unique_ptr<dv1::DirectoryService::Stub> stub_ =
      dv1::DirectoryService::NewStub(host_->InProcessChannel());
};

TEST_F(CommandMethodsTest, ACommandGoesToTheExecutorAndAReadToTheService) {
  Receipt receipt;
  grpc::Status status;
  std::thread caller([&] {
    grpc::ClientContext context;
    status = stub_->CreateOrganization(&context, Council("rat"), &receipt);
  });
  const uint64_t index = RecordNext();
  caller.join();
  ASSERT_OK(FromGrpc(status));
  EXPECT_EQ(receipt.index(), index);
  EXPECT_EQ(receipt.record(), log_.records()[index]);

  dv1::GetBodyResponse body;
  grpc::ClientContext context;
  ASSERT_OK(FromGrpc(stub_->GetBody(&context, {}, &body)));
  EXPECT_EQ(body.body().name(), "Kleinstadt");
}

TEST_F(CommandMethodsTest, ARefusalComesWithItsReason) {
  Receipt receipt;
  grpc::ClientContext other_method;
  EXPECT_THAT(FromGrpc(stub_->GrantOffice(&other_method, Council("rat"), &receipt)),
              IsRefused(Reason::kWrongMethod));
  grpc::ClientContext empty;
  EXPECT_FALSE(stub_->GrantOffice(&empty, {}, &receipt).ok());
  EXPECT_EQ(ledger_.appends(), 0u);
}

TEST_F(CommandMethodsTest, BytesThatAreNoCommandAndMethodsThatNobodyHasAreRefused) {
  grpc::GenericStub stub(host_->InProcessChannel());
  const auto call = [&stub](const std::string& method) {
    const grpc::Slice slice(std::string("\xff\xff\xff"));
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    grpc::ClientContext context;
    absl::Notification ended;
    grpc::Status status;
    stub.UnaryCall(&context, method, {}, &request, &response, [&](const grpc::Status& got) {
      status = got;
      ended.Notify();
    });
    ended.WaitForNotification();
    return FromGrpc(status);
  };
  EXPECT_THAT(call(absl::StrCat("/", kService, "/CreateOrganization")),
              IsRefused(Reason::kBadCommand));
  EXPECT_THAT(call(absl::StrCat("/", kService, "/NoSuchMethod")),
              HasCode(absl::StatusCode::kUnimplemented));
  EXPECT_THAT(call("/votum.meetings.v1.MeetingsService/CastVote"),
              HasCode(absl::StatusCode::kUnimplemented))
      << "of a service that this server has not";
}

// Each of these is small on the wire and would be large in memory, or is no command.
TEST(CommandBytes, AreCheckedBeforeAnythingIsMadeOfThem) {
  SignedCommand sound;
  sound.set_payload_type("application/vnd.votum.directory.v1.CreateOrganization+protobuf");
  sound.set_payload("payload");
  for (int i = 0; i < kMaxSignatures; ++i) {
    sound.add_signatures()->set_key_id("key");
    sound.mutable_signatures(i)->set_signature("signature");
  }
  for (int i = 0; i < kMostAttachments; ++i) sound.add_attachments()->set_content("content");
  EXPECT_OK(CheckCommandBytes(sound.SerializeAsString()));
  EXPECT_OK(CheckCommandBytes(""));

  SignedCommand signatures = sound;
  signatures.add_signatures();
  EXPECT_THAT(CheckCommandBytes(signatures.SerializeAsString()), IsRefused(Reason::kUnsigned));
  SignedCommand attachments = sound;
  attachments.add_attachments();
  EXPECT_THAT(CheckCommandBytes(attachments.SerializeAsString()),
              IsRefused(Reason::kBadAttachment));
  SignedCommand payload = sound;
  payload.set_payload(std::string(kMaxPayloadBytes + 1, 'p'));
  EXPECT_THAT(CheckCommandBytes(payload.SerializeAsString()), IsRefused(Reason::kTooLarge));

  const std::string unknown_field("\x2a\x00", 2);           // field 5, empty
  const std::string in_a_signature("\x1a\x02\x1a\x00", 4);  // field 3 of a signature
  const std::string in_an_attachment("\x22\x02\x2a\x00", 4);
  for (const std::string& bytes : {unknown_field, in_a_signature, in_an_attachment})
    EXPECT_THAT(CheckCommandBytes(bytes), IsRefused(Reason::kUnknownField));
  const std::string a_number("\x08\x01", 2);
  const std::string too_short("\x12\x05pay", 5);
  const std::string a_group("\x1b\x1c", 2);
  const std::string cut = sound.SerializeAsString().substr(0, 100);
  for (const std::string& bytes : {a_number, too_short, a_group, cut})
    EXPECT_THAT(CheckCommandBytes(bytes), IsRefused(Reason::kBadCommand));
}

TEST_F(CommandMethodsTest, ManyCallsWaitAtATimeAndNoneForAThread) {
  constexpr size_t kMany = kMaxThreads + 32;
  struct Call {
    grpc::ClientContext context;
    SignedCommand command;
    Receipt receipt;
    absl::Notification ended;
    grpc::Status status;
  };
  std::vector<std::unique_ptr<Call>> calls;
  for (size_t i = 0; i < kMany; ++i) {
    Call& call = *calls.emplace_back(std::make_unique<Call>());
    call.command = Council(absl::StrCat("rat-", i));
    stub_->async()->CreateOrganization(&call.context, &call.command, &call.receipt,
                                       [&call](const grpc::Status& status) {
                                         call.status = status;
                                         call.ended.Notify();
                                       });
  }
  ledger_.AwaitAppends(kMany);
  for (size_t i = 0; i < kMany; ++i) RecordNext();
  for (const auto& call : calls) {
    call->ended.WaitForNotification();
    EXPECT_OK(FromGrpc(call->status));
  }
}

TEST_F(CommandMethodsTest, ACallerWhoCancelsIsForgottenAndItsRecordStays) {
  SignedCommand command = Council("rat");
  grpc::ClientContext context;
  Receipt receipt;
  grpc::Status status;
  absl::Notification ended;
  stub_->async()->CreateOrganization(&context, &command, &receipt, [&](const grpc::Status& got) {
    status = got;
    ended.Notify();
  });
  ledger_.AwaitAppends(1);
  context.TryCancel();
  ended.WaitForNotification();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::CANCELLED);
  const uint64_t index = RecordNext();

  grpc::ClientContext again;
  ASSERT_OK(FromGrpc(stub_->CreateOrganization(&again, command, &receipt)));
  EXPECT_EQ(receipt.index(), index) << "it is in the log, and counts once";
}

// The contracts are generated from the declarations (script/generate), and methods are found by the
// contracts: neither may know a command that the other does not.
TEST(CommandMethods, EveryDeclaredCommandHasAMethodAndEveryMethodACommand) {
  using google::protobuf::DescriptorPool;
  size_t with_method = 0;
  for (const CommandType& type : CommandTable()) {
    const auto* const message = type.prototype->GetDescriptor();
    std::string domain(DomainName(type.domain));
    domain[0] = static_cast<char>(domain[0] - 'a' + 'A');
    const std::string name =
        absl::StrCat(message->file()->package(), ".", domain, "Service.", message->name());
    // A service in the pool only if it is linked: this test has the directory's.
    if (type.domain != Domain::kDirectory) continue;
    const auto* const method = DescriptorPool::generated_pool()->FindMethodByName(name);
    EXPECT_EQ(method != nullptr, type.options->signer() != common::v1::SIGNER_LOG_KEY) << name;
    if (method == nullptr) continue;
    EXPECT_EQ(method->input_type(), SignedCommand::descriptor()) << name;
    EXPECT_EQ(method->output_type(), Receipt::descriptor()) << name;
    ++with_method;
  }
  EXPECT_GT(with_method, 5u);
  EXPECT_EQ(CommandMethodsOf(kService).size(), with_method);
  CommandMethods methods;
  EXPECT_OK(methods.Add(kService, CommandsOf()));
}

}  // namespace
}  // namespace votum
