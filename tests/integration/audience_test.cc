// Tests how the ledger classifies callers by their credentials: real processes, TLS, certificates
// and sessions. tests/unit/ledger/disclosure_test.cc tests which records each method shows to each
// audience.

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "clients/lib/unary_call.h"
#include "core/command/timestamps.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "platform/grpc/connect.h"
#include "platform/grpc/credentials.h"
#include "platform/http/client.h"
#include "tests/harness/await.h"
#include "tests/harness/city.h"
#include "tests/harness/command_line.h"
#include "tests/harness/layouts.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/ledger/v1/ledger_service.pb.h"

namespace votum::testing {
namespace {

using Classes = std::set<common::v1::Disclosure>;
const Classes kPublic = {common::v1::DISCLOSURE_PUBLIC};
const Classes kCouncil = {common::v1::DISCLOSURE_PUBLIC, common::v1::DISCLOSURE_COUNCIL};
const Classes kEverything = {common::v1::DISCLOSURE_PUBLIC, common::v1::DISCLOSURE_COUNCIL,
                             common::v1::DISCLOSURE_CONFIDENTIAL};

void AddClass(const std::string& record, Classes* classes) {
  common::v1::Record parsed;
  EXPECT_TRUE(parsed.ParseFromString(record));
  classes->insert(parsed.disclosure());
}

class AudienceTest : public ::testing::TestWithParam<City::Layout> {
 protected:
  AudienceTest() : city_(NewTestFolder("audience"), Options()) {
    city_.SetUpCouncil(3);
    city_.AddPerson("gast", "Gerda Gast");  // in no organization, without office
    city_.OpenMeeting(4);                   // with an agenda of the council's class
    city_.OpenVote("v1");
    meetings::v1::CastVote vote;
    vote.set_meeting_id("sitzung-1");
    vote.set_vote_event_id("v1");
    vote.set_choice(meetings::v1::CHOICE_YES);
    EXPECT_OK(city_.Do("m01", std::move(vote)));
  }

  static City::Options Options() {
    City::Options options;
    options.layout = GetParam();
    options.gateway = true;
    return options;
  }

  std::string SessionOf(const std::string& person, absl::Duration length = absl::Minutes(5)) {
    directory::v1::ReadSession session;
    *session.mutable_expire_time() = ToTimestamp(absl::Now() + length);
    return city_.Sign(person, &session).SerializeAsString();
  }

  // A channel to the ledger with the certificate of a service.
  std::shared_ptr<grpc::Channel> ChannelOf(const std::string& service) const {
    const auto client = nlohmann::json::parse(*ReadFile(city_.client_path()));
    return ConnectTo(client["endpoints"]["ledger"].get<std::string>(),
                     ServiceClientTls({absl::StrCat(city_.folder(), "/tls/", service, ".pem"),
                                       city_.ca_path()}));
  }

  template <typename Request, typename Response>
  static absl::Status Call(const std::shared_ptr<grpc::Channel>& channel, const char* method,
                           const std::string& session, const Request& request, Response* response) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(30)));
    context.set_wait_for_ready(true);
    if (!session.empty()) context.AddMetadata("votum-session-bin", session);
    // Trusted only within a process.
    context.AddMetadata("votum-service", "meetings");
    return client::UnaryCall(channel, client::MethodPath("ledger", method), &context, request,
                             response);
  }

  // The classes of the records that a caller is shown.
  static absl::StatusOr<Classes> Seen(const std::shared_ptr<grpc::Channel>& channel,
                                      const std::string& session) {
    ledger::v1::ListEntriesRequest request;
    request.set_page_size(5000);
    ledger::v1::ListEntriesResponse page;
    const absl::Status read = Call(channel, "ListEntries", session, request, &page);
    if (!read.ok()) return read;
    Classes classes;
    for (const ledger::v1::Entry& entry : page.entries()) {
      EXPECT_EQ(entry.leaf().size(), 32u);
      EXPECT_EQ(entry.salt().empty(), entry.record().empty());
      if (!entry.record().empty()) AddClass(entry.record(), &classes);
    }
    return classes;
  }
  absl::StatusOr<Classes> SeenBy(const std::string& session) {
    return Seen(city_.ChannelTo("ledger"), session);
  }

  // All bytes of the records that a caller is shown.
  static std::string RecordsSeen(const std::shared_ptr<grpc::Channel>& channel,
                                 const std::string& session) {
    ledger::v1::ListEntriesRequest request;
    request.set_page_size(5000);
    ledger::v1::ListEntriesResponse page;
    EXPECT_OK(Call(channel, "ListEntries", session, request, &page));
    return page.SerializeAsString();
  }

  // The classes of the records that the edge serves over HTTPS, when it has the whole log.
  Classes SeenAtTheEdge() {
    ledger::v1::GetCheckpointResponse newest;
    EXPECT_OK(Call(city_.ChannelTo("ledger"), "GetCheckpoint", "",
                   ledger::v1::GetCheckpointRequest(), &newest));
    const uint64_t size =
        std::stoull(std::vector<std::string>(absl::StrSplit(newest.checkpoint(), '\n')).at(1));
    const http::Send get = http::Connect({.answer_bytes = size_t{64} << 20}, {city_.ca_path(), ""});
    const std::string url = absl::StrCat(city_.EdgeUrl(), "/log/records/000.p/", size);
    EXPECT_LT(size, 256u);
    absl::StatusOr<http::Answer> answer;
    EXPECT_TRUE(testing::Await([&] {
      answer = get(url, /*post=*/false, "");
      return answer.ok() && answer->status == 200;
    }));
    Classes classes;
    uint64_t lines = 0;
    for (const absl::string_view line : absl::StrSplit(answer->body, '\n', absl::SkipEmpty())) {
      ++lines;
      const auto entry = nlohmann::json::parse(line.begin(), line.end());
      std::string record;
      if (!entry.contains("record")) continue;
      EXPECT_TRUE(absl::Base64Unescape(entry["record"].get<std::string>(), &record));
      if (!record.empty()) AddClass(record, &classes);
    }
    EXPECT_EQ(lines, size);
    return classes;
  }

  City city_;
};

TEST_P(AudienceTest, ACallerIsShownWhatItsCredentialsAreGoodFor) {
  EXPECT_EQ(*SeenBy(""), kPublic);
  EXPECT_EQ(SeenAtTheEdge(), kPublic);
  const struct {
    const char* person;
    const Classes& seen;
  } people[] = {{"gast", kPublic},           {"m01", kCouncil},
                {"maria.meister", kCouncil}, {"sven.schrift", kCouncil},
                {"karl.kanzlei", kCouncil},  {"anna.amt", kCouncil},
                {"petra.pruef", kEverything}};
  for (const auto& [person, seen] : people) {
    EXPECT_EQ(*SeenBy(SessionOf(person)), seen) << person;
  }
  EXPECT_EQ(*Seen(ChannelOf("meetings"), ""), kEverything);
  // The edge's certificate gives no more rights than none.
  EXPECT_EQ(*Seen(ChannelOf("gateway"), ""), kPublic);
}

TEST_P(AudienceTest, SessionsThatAreNoGoodAreRefusedNotTakenForThePublic) {
  EXPECT_THAT(SeenBy(SessionOf("petra.pruef", -absl::Seconds(1))), IsRefused("SESSION_EXPIRED"));
  EXPECT_THAT(SeenBy(SessionOf("petra.pruef", absl::Minutes(20))), IsRefused("BAD_SESSION"));
  EXPECT_THAT(SeenBy("no session"), IsRefused("BAD_SESSION"));
  // Signed by one, in another's name.
  common::v1::SignedCommand forged;
  ASSERT_TRUE(forged.ParseFromString(SessionOf("petra.pruef")));
  common::v1::SignedCommand own;
  ASSERT_TRUE(own.ParseFromString(SessionOf("m01")));
  *forged.mutable_signatures() = own.signatures();
  EXPECT_FALSE(SeenBy(forged.SerializeAsString()).ok());

  const std::string session = SessionOf("m02");
  EXPECT_EQ(*SeenBy(session), kCouncil);
  directory::v1::RevokeKey revoke;
  revoke.set_key_id(city_.KeyOf("m02").public_key().id());
  revoke.set_reason("lost");
  ASSERT_OK(city_.Do("anna.amt", std::move(revoke)));
  ledger::v1::GetCheckpointResponse folded;
  ASSERT_OK(city_.Read("", "ledger", "GetCheckpoint", ledger::v1::GetCheckpointRequest(), &folded));
  EXPECT_THAT(SeenBy(session), IsRefused("KEY_REVOKED"));
}

TEST_P(AudienceTest, OnlyServicesAppendAndTheEdgeIsNone) {
  directory::v1::RegisterPerson person;
  person.set_person_id("neu");
  person.set_name("Neu");
  ledger::v1::AppendRequest request;
  *request.mutable_command() = city_.Sign("anna.amt", &person);
  request.set_disclosure(common::v1::DISCLOSURE_PUBLIC);
  ledger::v1::AppendResponse response;
  for (const auto& channel : {city_.ChannelTo("ledger"), ChannelOf("gateway")}) {
    for (const std::string& session : {std::string(), SessionOf("petra.pruef")}) {
      EXPECT_THAT(Call(channel, "Append", session, request, &response), IsRefused("NOT_A_SERVICE"));
    }
  }
  EXPECT_OK(Call(ChannelOf("directory"), "Append", "", request, &response));
}

// From a motion on a non-public item to the project that its decision starts.
TEST_P(AudienceTest, WhatIsDecidedInPrivateStaysThere) {
  CommandLine votum(&city_, NewTestFolder("people"));
  votum.AddPeople({"m01", "m02", "m03", "maria.meister", "sven.schrift", "karl.kanzlei"});
  votum.Do(
      "", absl::StrCat("context add ", votum.Path("public.json"), " --from ", city_.client_path()));
  votum.Do("maria.meister", "vote close --meeting sitzung-1 --id v1");
  const std::string of_vote = " --meeting sitzung-1 --id geheim";
  votum.Do("maria.meister",
           "motion propose --meeting sitzung-1 --item top-2 --id antrag --proposition Grundstück-A "
           "--polarity adopts-item");
  votum.Do("maria.meister", "vote open --motion antrag --mode roll-call" + of_vote);
  for (const char* member : {"m01", "m02", "m03", "maria.meister"}) {
    votum.Do(member, "vote cast --choice yes" + of_vote);
  }
  votum.Do("maria.meister", "vote close" + of_vote);
  votum.Do("maria.meister", "vote establish" + of_vote);
  votum.Do("sven.schrift",
           "decision draft --id b-1 --vote geheim --title Grundstück-B --text Grundstück-C");
  votum.Do("maria.meister", "decision sign --id b-1 --as chair");
  votum.Do("sven.schrift", "decision sign --id b-1 --as secretary");
  city_.Advance(absl::Hours(24 * 5));
  votum.Do("karl.kanzlei", "decision release --id b-1");
  votum.Do("karl.kanzlei",
           "project start --id p-1 --decision b-1 --template " PROJECT_TEMPLATE
           " --title Grundstück-D --goal Grundstück-E --sponsor maria.meister --lead "
           "karl.kanzlei");
  votum.Do("karl.kanzlei",
           "project report --id p-1 --work-package ap-1 --percent 10 --summary Grundstück-F");

  const auto ledger = city_.ChannelTo("ledger");
  const std::string to_council = RecordsSeen(ledger, SessionOf("m01"));
  // Bools, so that a failure does not print the log.
  for (const char* text : {"Grundstück-A", "Grundstück-B", "Grundstück-C", "Grundstück-D",
                           "Grundstück-E", "Grundstück-F"}) {
    EXPECT_NE(to_council.find(text), std::string::npos) << text;
  }
  EXPECT_EQ(RecordsSeen(ledger, "").find("Grundstück-"), std::string::npos);
  for (const char* read :
       {"project list", "decision list", "meeting list", "vote list --meeting sitzung-1",
        "meeting show --id sitzung-1", "proposal list"}) {
    EXPECT_THAT(votum.Do("public", std::string(read) + " -o json"),
                ::testing::Not(::testing::HasSubstr("Grundstück-")))
        << read;
  }
  for (const char* read : {"project show --id p-1", "decision show --id b-1"}) {
    EXPECT_THAT(votum.Do("public", read, 1), ::testing::HasSubstr("NO_SUCH_")) << read;
    EXPECT_THAT(votum.Do("m01", read), ::testing::HasSubstr("Grundstück-")) << read;
  }
}

INSTANTIATE_TEST_SUITE_P(Layouts, AudienceTest, BothLayouts(), LayoutName);

}  // namespace
}  // namespace votum::testing
