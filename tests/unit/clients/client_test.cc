#include "clients/lib/client.h"

#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "clients/lib/signer.h"
#include "clients/lib/unary_call.h"
#include "core/command/timestamps.h"
#include "crypto/checkpoint.h"
#include "crypto/dsse.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/clients/fake_edge.h"
#include "tests/unit/clients/fake_service.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/meetings/v1/meetings_service.pb.h"

namespace votum::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kPassphrase[] = "eine lange Passphrase";

class ClientTest : public ::testing::Test {
 protected:
  // Key files cost a second; one for all tests.
  static void SetUpTestSuite() {
    folder_ = NewTestFolder("client");
    setenv("VOTUM_CONFIG", folder_.c_str(), 1);
    unsetenv("VOTUM_AUTH_SOCK");
    unsetenv("SSH_AUTH_SOCK");
    ASSERT_OK(TestKey('m').SavePkcs8File(KeyFile(), crypto::SecretBytes::CopyOf(kPassphrase)));
  }

  static std::string KeyFile() { return folder_ + "/m01.key"; }

  std::unique_ptr<Client> Open(const Context& context) {
    channels_ = *Channels::Open(context);
    const auto ask = [this](const std::string& key_file) {
      EXPECT_EQ(key_file, KeyFile());
      ++asked_;
      return crypto::SecretBytes::CopyOf(kPassphrase);
    };
    return *Client::Open(context, channels_, ask);
  }
  virtual Context ContextOf(const std::string& key_file) { return service_.ContextOf(key_file); }
  std::unique_ptr<Client> OpenAsMember() { return Open(ContextOf(KeyFile())); }
  std::unique_ptr<Client> OpenAsPublic() { return Open(ContextOf("")); }

  static meetings::v1::CastVote Vote() {
    meetings::v1::CastVote vote;
    vote.set_meeting_id("sitzung-1");
    vote.set_vote_event_id("v1");
    vote.set_choice(meetings::v1::CHOICE_YES);
    return vote;
  }

  static absl::Status Read(Client& client) {
    meetings::v1::GetAttendanceRequest request;
    request.set_meeting_id("sitzung-1");
    meetings::v1::GetAttendanceResponse response;
    const absl::Status status = client.Read("meetings", "GetAttendance", request, &response);
    if (status.ok()) EXPECT_EQ(response.attendance().meeting_id(), "sitzung-1");
    return status;
  }

  static std::string folder_;
  FakeService service_{folder_};
  std::shared_ptr<Channels> channels_;
  int asked_ = 0;
};

std::string ClientTest::folder_;

// The tests of this hold for calls to the service's own port, and by the edge.
class EachRouteTest : public ClientTest, public ::testing::WithParamInterface<bool> {
 protected:
  EachRouteTest() {
    if (GetParam()) edge_ = std::make_unique<FakeEdge>(service_);
  }
  Context ContextOf(const std::string& key_file) override {
    Context context = ClientTest::ContextOf(key_file);
    if (edge_ == nullptr) return context;
    context.edge = edge_->url();
    context.endpoints.clear();
    return context;
  }

  std::unique_ptr<FakeEdge> edge_;
};

INSTANTIATE_TEST_SUITE_P(All, EachRouteTest, ::testing::Bool(), [](const auto& info) {
  return std::string(info.param ? "ByTheEdge" : "ToTheService");
});

TEST_P(EachRouteTest, SignsWithThePersonsKeyAndTakesTheProvedReceipt) {
  const auto client = OpenAsMember();
  meetings::v1::CastVote vote = Vote();
  const auto receipt = client->Do(&vote);
  ASSERT_OK(receipt);
  const std::vector<SeenCall> calls = service_.calls();
  ASSERT_EQ(calls.size(), 1u);
  const common::v1::SignedCommand& sent = calls[0].command;
  EXPECT_EQ(sent.payload(), vote.SerializeAsString());
  EXPECT_OK(crypto::VerifyDsse(TestKey('m').public_key(), sent.payload_type(), sent.payload(),
                               sent.signatures(0).signature()));
  // The command is the statement; only the edge is told whose call it is.
  EXPECT_EQ(calls[0].session.empty(), !GetParam());
}

common::v1::CommandHeader HeaderOf(const common::v1::SignedCommand& command) {
  common::v1::AnyCommand any;
  EXPECT_TRUE(any.ParseFromString(command.payload()));
  return any.header();
}

TEST_P(EachRouteTest, ACommandSaysWhatItsSignerHasSeenAlsoInARunBefore) {
  setenv("VOTUM_CONFIG", NewTestFolder("client_seen").c_str(), 1);
  meetings::v1::CastVote vote = Vote();
  const auto first = OpenAsMember()->Do(&vote);
  ASSERT_OK(first);
  const auto client = OpenAsMember();
  ASSERT_OK(client->Do(&vote));
  ASSERT_OK(client->Do(&vote));
  const std::vector<SeenCall> calls = service_.calls();
  ASSERT_EQ(calls.size(), 3u);
  EXPECT_EQ(HeaderOf(calls[0].command).seen_size(), 0u);
  EXPECT_EQ(HeaderOf(calls[1].command).seen_size(), 1u);
  EXPECT_EQ(HeaderOf(calls[2].command).seen_size(), 2u);
  const auto checkpoint =
      crypto::OpenCheckpoint(first->checkpoint(), service_.log().verifier(), kDeployment);
  ASSERT_OK(checkpoint);
  EXPECT_EQ(HeaderOf(calls[1].command).seen_root(), crypto::AsBytes(checkpoint->root));
}

// The receipt of a secret ballot shows its position: if the member's next command showed the same
// position, everybody would know whose ballot it is.
TEST_P(EachRouteTest, WhatIsSeenWithACommandWithoutActorDoesNotShowInTheNext) {
  setenv("VOTUM_CONFIG", NewTestFolder("client_unseen").c_str(), 1);
  const auto client = OpenAsMember();
  meetings::v1::CastVote vote = Vote();
  ASSERT_OK(client->Do(&vote));
  const crypto::PrivateKey key = TestKey('x');
  meetings::v1::CastVote unnamed = Vote();
  ASSERT_OK(client->Send(*SignCommand({kDeployment, "", {&key}, true}, client->Now(), &unnamed)));
  ASSERT_OK(client->Do(&vote));
  const std::vector<SeenCall> calls = service_.calls();
  ASSERT_EQ(calls.size(), 3u);
  EXPECT_EQ(calls[1].session, "") << "nor does it come with the person's session";
  EXPECT_EQ(HeaderOf(calls[1].command).seen_size(), 0u);
  EXPECT_EQ(HeaderOf(calls[2].command).seen_size(), 1u);
}

TEST_P(EachRouteTest, AReceiptForSomethingElseIsNoReceipt) {
  const auto client = OpenAsMember();
  service_.LieNext();
  meetings::v1::CastVote vote = Vote();
  EXPECT_THAT(client->Do(&vote), IsRefused(Reason::kReceiptInvalid));
}

TEST_P(EachRouteTest, SendsTheSameBytesAgainWhileTheServiceIsAwayOrBusy) {
  const auto client = OpenAsMember();
  service_.FailNext({absl::UnavailableError("starting"), Refuse(Reason::kLedgerBusy, "wait")});
  meetings::v1::CastVote vote = Vote();
  ASSERT_OK(client->Do(&vote));
  const std::vector<SeenCall> calls = service_.calls();
  ASSERT_EQ(calls.size(), 3u);
  EXPECT_EQ(calls[0].command.SerializeAsString(), calls[2].command.SerializeAsString());
  EXPECT_EQ(calls[1].command.SerializeAsString(), calls[2].command.SerializeAsString());
}

TEST_P(EachRouteTest, ARefusalComesAtOnceWithItsReason) {
  const auto client = OpenAsMember();
  service_.FailNext({Refuse(Reason::kVoteClosed, "vote v1 was closed at record 7")});
  meetings::v1::CastVote vote = Vote();
  const auto receipt = client->Do(&vote);
  EXPECT_THAT(receipt, IsRefused(Reason::kVoteClosed));
  EXPECT_THAT(std::string(receipt.status().message()), HasSubstr("closed at record 7"));
  EXPECT_EQ(service_.calls().size(), 1u);
}

TEST_P(EachRouteTest, ReadsWaitForWhatWasWritten) {
  const auto client = OpenAsMember();
  ASSERT_OK(Read(*client));
  for (int i = 0; i < 3; ++i) {
    meetings::v1::CastVote vote = Vote();
    ASSERT_OK(client->Do(&vote));
  }
  ASSERT_OK(Read(*client));
  const std::vector<SeenCall> calls = service_.calls();
  EXPECT_EQ(calls.front().min_index, "");
  EXPECT_EQ(calls.back().min_index, "2");
}

TEST_P(EachRouteTest, OneSessionServesManyReadsAndIsTheMembersOwnStatement) {
  const auto client = OpenAsMember();
  ASSERT_OK(Read(*client));
  ASSERT_OK(Read(*client));
  EXPECT_EQ(asked_, 1);
  const std::vector<SeenCall> calls = service_.calls();
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[0].session, calls[1].session);
  common::v1::SignedCommand statement;
  directory::v1::ReadSession session;
  ASSERT_TRUE(statement.ParseFromString(calls[0].session));
  ASSERT_TRUE(session.ParseFromString(statement.payload()));
  EXPECT_EQ(statement.payload_type(), "application/vnd.votum.directory.v1.ReadSession+protobuf");
  EXPECT_EQ(session.header().actor(), "m01");
  EXPECT_EQ(session.header().deployment(), kDeployment);
  EXPECT_EQ(session.service(), "meetings");
  const absl::Duration left = FromTimestamp(session.expire_time()) - absl::Now();
  EXPECT_GT(left, absl::Minutes(5));
  EXPECT_LT(left, absl::Minutes(15));
  EXPECT_OK(crypto::VerifyDsse(TestKey('m').public_key(), statement.payload_type(),
                               statement.payload(), statement.signatures(0).signature()));
}

TEST_P(EachRouteTest, RemembersTheOldestStateThatItWasShown) {
  const auto client = OpenAsMember();
  const auto list = [&] {
    meetings::v1::ListVoteEventsRequest request;
    meetings::v1::ListVoteEventsResponse response;
    return client->Read("meetings", "ListVoteEvents", request, &response);
  };
  ASSERT_OK(list());
  EXPECT_EQ(client->TakeOldestState(), absl::ZeroDuration());
  for (const char* age : {"42", "90", "61", "", "x"}) {
    service_.TellAge(age);
    ASSERT_OK(list());
  }
  EXPECT_EQ(client->TakeOldestState(), absl::Seconds(90));
  EXPECT_EQ(client->TakeOldestState(), absl::ZeroDuration());
}

TEST_P(EachRouteTest, ThePublicReadsWithoutASessionAndSignsNothing) {
  const auto client = OpenAsPublic();
  ASSERT_OK(Read(*client));
  EXPECT_EQ(service_.calls()[0].session, "");
  meetings::v1::CastVote vote = Vote();
  const auto receipt = client->Do(&vote);
  EXPECT_THAT(receipt, IsRefused(Reason::kNoKey));
  EXPECT_THAT(std::string(receipt.status().message()), HasSubstr("votum context add"));
  EXPECT_EQ(asked_, 0);
}

TEST_F(ClientTest, AServiceWithoutEndpointIsNamed) {
  const auto client = OpenAsPublic();
  meetings::v1::GetAttendanceResponse response;
  const absl::Status status =
      client->Read("ideas", "GetIdea", meetings::v1::GetAttendanceRequest(), &response);
  EXPECT_THAT(status, IsRefused(Reason::kBadContext));
  EXPECT_THAT(std::string(status.message()), HasSubstr("ideas"));
}

TEST_F(ClientTest, AContextWithoutAUsableLogKeyOrAuthorityIsRefused) {
  Context context = service_.ContextOf();
  context.log_vkey = "votum.test.example/log+00000000+AAAA";
  EXPECT_THAT(Client::Open(context, *Channels::Open(context), nullptr),
              IsRefused(Reason::kBadContext));
  context = service_.ContextOf();
  context.ca_certificate_file = "/nonexistent/ca.crt";
  EXPECT_THAT(Channels::Open(context), IsRefused(Reason::kBadContext));
  context = service_.ContextOf();
  context.identity_file = "/nonexistent/visitor.pem";
  EXPECT_THAT(Channels::Open(context), IsRefused(Reason::kBadContext));
}

TEST_F(ClientTest, AServiceThatIsNotThereIsNamedWithItsAddress) {
  Context context = service_.ContextOf();
  context.endpoints["meetings"] = "127.0.0.1:1";
  const auto client = *Client::Open(context, *Channels::Open(context), nullptr, absl::Seconds(1));
  const absl::Status status = Read(*client);
  EXPECT_THAT(status, HasCode(absl::StatusCode::kUnavailable));
  EXPECT_THAT(std::string(status.message()), HasSubstr("meetings at 127.0.0.1:1 does not answer"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("--edge https://"));
  EXPECT_TRUE(IsOfService(status));
}

TEST_F(ClientTest, AnEdgeThatIsNotThereIsNamedWithItsAddress) {
  Context context = service_.ContextOf();
  context.edge = "https://127.0.0.1:1";
  context.endpoints.clear();
  const auto client = *Client::Open(context, *Channels::Open(context), nullptr, absl::Seconds(1));
  const absl::Status status = Read(*client);
  EXPECT_THAT(status, HasCode(absl::StatusCode::kUnavailable));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("meetings at https://127.0.0.1:1 does not answer"));
  EXPECT_TRUE(IsOfService(status));
}

TEST_F(ClientTest, AnotherAuthoritysEdgeIsNotSpokenTo) {
  const std::string folder = folder_ + "/other_edge";
  std::filesystem::create_directories(folder);
  const FakeService other(folder);
  const FakeEdge edge(other);
  Context context = service_.ContextOf();
  context.edge = edge.url();
  context.endpoints.clear();
  const auto client = *Client::Open(context, *Channels::Open(context), nullptr, absl::Seconds(1));
  EXPECT_THAT(Read(*client), HasCode(absl::StatusCode::kUnavailable));
  EXPECT_TRUE(other.calls().empty());
}

// The edge carries none of the processes' own calls.
TEST_F(ClientTest, TheStateOfAProcessIsNotReadByTheEdge) {
  const FakeEdge edge(service_);
  Context context = service_.ContextOf();
  context.edge = edge.url();
  const auto client = *Client::Open(context, *Channels::Open(context), nullptr);
  meetings::v1::GetAttendanceResponse response;
  const absl::Status status = client->ReadRuntime("meetings", &response);
  EXPECT_THAT(status, IsRefused(Reason::kBadContext));
  EXPECT_THAT(std::string(status.message()), HasSubstr("endpoints"));
}

TEST_F(ClientTest, AnotherAuthoritysServiceIsNotSpokenTo) {
  const std::string folder = folder_ + "/other";
  std::filesystem::create_directories(folder);
  const FakeService other(folder);
  Context context = service_.ContextOf();
  context.endpoints = other.ContextOf().endpoints;
  const auto client = *Client::Open(context, *Channels::Open(context), nullptr, absl::Seconds(1));
  EXPECT_THAT(Read(*client), HasCode(absl::StatusCode::kUnavailable));
  EXPECT_TRUE(other.calls().empty());
}

TEST_P(EachRouteTest, TellsItsOwnRefusalsFromTheServices) {
  const auto client = OpenAsPublic();
  meetings::v1::CastVote vote = Vote();
  EXPECT_FALSE(IsOfService(client->Do(&vote).status()));
  service_.FailNext({Refuse(Reason::kNoSuchMeeting, "there is no meeting sitzung-1")});
  EXPECT_TRUE(IsOfService(Read(*client)));
}

TEST_P(EachRouteTest, WatchesUntilItHasSeenEnough) {
  const auto client = OpenAsMember();
  meetings::v1::WatchMeetingRequest request;
  request.set_meeting_id("sitzung-1");
  meetings::v1::WatchMeetingResponse response;
  std::vector<uint64_t> seen;
  ASSERT_OK(client->Watch("meetings", "WatchMeeting", request, &response, [&] {
    seen.push_back(response.index());
    return seen.size() < 3;
  }));
  EXPECT_THAT(seen, ElementsAre(0, 1, 2));
}

TEST_P(EachRouteTest, WatchesOnWithANewSessionAndOverARestart) {
  const auto client = OpenAsMember();
  service_.FailNext(
      {Refuse(Reason::kSessionExpired, "expired"), absl::UnavailableError("restarting")});
  meetings::v1::WatchMeetingResponse response;
  ASSERT_OK(client->Watch("meetings", "WatchMeeting", meetings::v1::WatchMeetingRequest(),
                          &response, [] { return false; }));
  const std::vector<SeenCall> calls = service_.calls();
  ASSERT_EQ(calls.size(), 3u);
  EXPECT_NE(calls[0].session, calls[1].session);
  EXPECT_EQ(calls[1].session, calls[2].session);
}

TEST_P(EachRouteTest, WatchEndsWithTheServicesRefusal) {
  const auto client = OpenAsPublic();
  service_.FailNext({Refuse(Reason::kNoSuchMeeting, "there is no meeting sitzung-1")});
  meetings::v1::WatchMeetingResponse response;
  EXPECT_THAT(client->Watch("meetings", "WatchMeeting", meetings::v1::WatchMeetingRequest(),
                            &response, [] { return true; }),
              IsRefused(Reason::kNoSuchMeeting));
}

}  // namespace
}  // namespace votum::client
