// The audience that a reader's credentials give, and the ledger's refusals: real processes, TLS,
// certificates and sessions. tests/unit/services/publication/log_service_test.cc tests what each
// method shows.

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "clients/lib/unary_call.h"
#include "core/command/timestamps.h"
#include "crypto/certificates.h"
#include "crypto/hash.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
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
#include "votum/papers/v1/papers.pb.h"
#include "votum/publication/v1/log_service.pb.h"
#include "votum/runtime/v1/runtime_service.pb.h"

namespace votum::testing {
namespace {

// Types of command that reveal what a caller is shown: each stands for a reach.
using Types = std::set<std::string>;
const Types kPublic = {"RegisterPerson"};
const Types kBody = {"RegisterPerson", "PublishAgenda"};  // with a non-public item
const Types kOffices = {"RegisterPerson", "PublishAgenda", "DraftProposal"};
const Types kEverything = {"RegisterPerson", "PublishAgenda", "DraftProposal", "CastVote"};

void AddType(const std::string& record, Types* types) {
  common::v1::Record parsed;
  EXPECT_TRUE(parsed.ParseFromString(record));
  for (const std::string& type : kEverything) {
    if (absl::StrContains(parsed.payload_type(), absl::StrCat(".", type, "+"))) types->insert(type);
  }
}

class AudienceTest : public ::testing::TestWithParam<City::Layout> {
 protected:
  AudienceTest() : city_(NewTestFolder("audience"), Options()) {
    city_.SetUpCouncil(3);
    city_.AddPerson("gast", "Gerda Gast");  // in no organization, without office
    city_.OpenMeeting(4);
    papers::v1::DraftProposal draft;
    draft.set_proposal_id("vorlage-1");
    draft.set_lead_organization_id("rat");
    draft.mutable_text()->set_title("Titel");
    draft.mutable_text()->set_resolution("Beschluss");
    draft.mutable_text()->set_reasons("Gründe");
    EXPECT_OK(city_.Do("karl.kanzlei", std::move(draft)));
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

  std::string SessionOf(const std::string& person, absl::Duration length = absl::Minutes(5),
                        const std::string& service = "publication") {
    directory::v1::ReadSession session;
    session.set_service(service);
    *session.mutable_expire_time() = ToTimestamp(absl::Now() + length);
    return city_.Sign(person, &session).SerializeAsString();
  }

  // A channel to the ledger, or to `to`, with the certificate of a service.
  std::shared_ptr<grpc::Channel> ChannelOf(const std::string& service,
                                           const std::string& to = "ledger") const {
    const auto client = nlohmann::json::parse(*ReadFile(city_.client_path()));
    return ConnectTo(client["endpoints"][to].get<std::string>(),
                     ServiceClientTls({absl::StrCat(city_.folder(), "/tls/", service, ".pem"),
                                       city_.ca_path()}));
  }

  template <typename Request, typename Response>
  static absl::Status Call(const std::shared_ptr<grpc::Channel>& channel, const char* method,
                           const std::string& session, const Request& request, Response* response,
                           const char* service = "publication") {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(30)));
    context.set_wait_for_ready(true);
    if (!session.empty()) context.AddMetadata("votum-session-bin", session);
    // Trusted only within a process.
    context.AddMetadata("votum-service", "meetings");
    return client::UnaryCall(channel, client::MethodPath(service, method), &context, request,
                             response);
  }

  // The types of the records that a caller is shown.
  static absl::StatusOr<Types> Seen(const std::shared_ptr<grpc::Channel>& channel,
                                    const std::string& session,
                                    const char* service = "publication") {
    ledger::v1::ListEntriesRequest request;
    request.set_page_size(5000);
    ledger::v1::ListEntriesResponse page;
    const absl::Status read = Call(channel, "ListEntries", session, request, &page, service);
    if (!read.ok()) return read;
    Types types;
    for (const ledger::v1::Entry& entry : page.entries()) {
      EXPECT_EQ(entry.leaf().size(), 32u);
      EXPECT_EQ(entry.salt().empty(), entry.record().empty());
      if (!entry.record().empty()) AddType(entry.record(), &types);
    }
    return types;
  }
  absl::StatusOr<Types> SeenBy(const std::string& session) {
    return Seen(city_.ChannelTo("publication"), session);
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

  // The body of the edge's answer below /log/, when it has one.
  std::string AtTheEdge(const std::string& path) {
    const http::Send get = http::Connect({.answer_bytes = size_t{64} << 20}, {city_.ca_path(), ""});
    absl::StatusOr<http::Answer> answer;
    EXPECT_TRUE(testing::Await([&] {
      answer = get(absl::StrCat(city_.EdgeUrl(), "/log/", path), /*post=*/false, "");
      return answer.ok() && answer->status == 200;
    })) << path;
    return answer.ok() ? answer->body : "";
  }

  // The types of the records that the edge serves over HTTPS, when it has the whole log.
  Types SeenAtTheEdge() {
    ledger::v1::GetCheckpointResponse newest;
    EXPECT_OK(Call(city_.ChannelTo("publication"), "GetCheckpoint", "",
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
    Types types;
    uint64_t lines = 0;
    for (const absl::string_view line : absl::StrSplit(answer->body, '\n', absl::SkipEmpty())) {
      ++lines;
      const auto entry = nlohmann::json::parse(line.begin(), line.end());
      std::string record;
      if (!entry.contains("record")) continue;
      EXPECT_TRUE(absl::Base64Unescape(entry["record"].get<std::string>(), &record));
      if (!record.empty()) AddType(record, &types);
    }
    EXPECT_EQ(lines, size);
    return types;
  }

  City city_;
};

TEST_P(AudienceTest, ACallerIsShownWhatItsCredentialsAreGoodFor) {
  EXPECT_EQ(*SeenBy(""), kPublic);
  EXPECT_EQ(SeenAtTheEdge(), kPublic);
  const struct {
    const char* person;
    const Types& seen;
  } people[] = {{"gast", kPublic},
                {"m01", kBody},
                {"maria.meister", kOffices},
                {"sven.schrift", kOffices},
                {"karl.kanzlei", kOffices},
                {"anna.amt", kOffices},
                // Only after the vote is closed.
                {"petra.pruef", kOffices}};
  for (const auto& [person, seen] : people) {
    EXPECT_EQ(*SeenBy(SessionOf(person)), seen) << person;
  }
  // A service's certificate grants nothing where people read.
  EXPECT_EQ(*Seen(ChannelOf("meetings", "publication"), ""), kPublic);
  EXPECT_EQ(*Seen(ChannelOf("gateway", "publication"), ""), kPublic);

  meetings::v1::CloseVote close;
  close.set_meeting_id("sitzung-1");
  close.set_vote_event_id("v1");
  ASSERT_OK(city_.Do("maria.meister", std::move(close)));
  EXPECT_EQ(*SeenBy(SessionOf("petra.pruef")), kEverything);
  EXPECT_EQ(*SeenBy(SessionOf("anna.amt")), kOffices);
}

// The ledger answers only services, which it knows by their certificates; the edge is not one.
TEST_P(AudienceTest, TheLedgerAnswersServicesAlone) {
  EXPECT_EQ(*Seen(ChannelOf("meetings"), "", "ledger"), kEverything);
  for (const auto& channel : {city_.ChannelTo("ledger"), ChannelOf("gateway")}) {
    for (const std::string& session : {std::string(), SessionOf("petra.pruef")}) {
      EXPECT_THAT(Seen(channel, session, "ledger"), IsRefused(Reason::kNotAService));
    }
  }
}

// A digest of the whole state would let its reader try out what is hidden. The edge asks for
// everybody, so it gets none.
TEST_P(AudienceTest, DigestsAreForServicesAndNotForTheEdge) {
  const auto digests = [&](const std::string& certificate) {
    runtime::v1::GetProjectionResponse shown;
    EXPECT_OK(Call(ChannelOf(certificate, "meetings"), "GetProjection", "",
                   runtime::v1::GetProjectionRequest(), &shown, "runtime"));
    EXPECT_GT(shown.next_index(), 0u);
    return shown.domains_size();
  };
  EXPECT_GT(digests("papers"), 0);
  EXPECT_EQ(digests("gateway"), 0);
  EXPECT_EQ(digests("visitor"), 0);
}

// While a vote is open its ballots are withheld from the auditor too, whose audit says so and finds
// no fault; when it is established, everybody is shown the records that counted.
TEST_P(AudienceTest, AnAuditOfAnOpenVoteSaysWhatIsWithheld) {
  CommandLine votum(&city_, NewTestFolder("people"));
  votum.AddPeople({"petra.pruef", "maria.meister"});
  const auto audit = [&](const std::string& name, int exit_code) {
    votum.Do("petra.pruef", "log export " + votum.Path(name));
    return votum.Do("petra.pruef", "audit " + votum.Path(name), exit_code);
  };
  EXPECT_THAT(audit("open", 7), ::testing::HasSubstr("open: vote v1, 1 records withheld"));
  EXPECT_THAT(votum.Do("petra.pruef", "audit --remote", 7),
              ::testing::HasSubstr("open: vote v1, 1 records withheld"));
  EXPECT_EQ(SeenBy("")->count("CastVote"), 0u);
  votum.Do("maria.meister", "vote close --meeting sitzung-1 --id v1");
  EXPECT_THAT(audit("closed", 0), ::testing::Not(::testing::HasSubstr("withheld")));
  EXPECT_EQ(SeenBy("")->count("CastVote"), 0u);
  votum.Do("maria.meister", "vote establish --meeting sitzung-1 --id v1");
  EXPECT_EQ(SeenBy("")->count("CastVote"), 1u) << "the public can count";
  publication::v1::ListOpeningsResponse openings;
  ASSERT_OK(Call(city_.ChannelTo("publication"), "ListOpenings", "",
                 publication::v1::ListOpeningsRequest(), &openings));
  ASSERT_EQ(openings.openings_size(), 1);
  const publication::v1::Opening& opening = openings.openings(0);
  EXPECT_EQ(openings.total(), 1u);
  const crypto::Digest leaf = crypto::Sha256({opening.entry().salt(), opening.entry().record()});
  EXPECT_EQ(opening.entry().leaf(), crypto::AsBytes(leaf));
  EXPECT_GT(opening.opened_by(), opening.entry().index());
}

// An announced roll call adds openings at the edge and in exports; the records stay as they were.
TEST_P(AudienceTest, AnAnnouncedRollCallAddsOpeningsAndChangesNoRecord) {
  CommandLine votum(&city_, NewTestFolder("people"));
  votum.AddPeople({"petra.pruef", "maria.meister"});
  const std::string context =
      absl::StrCat("context add ", votum.Path("public.json"), " --from ", city_.client_path());
  votum.Do("", context);
  votum.Do("maria.meister", "vote close --meeting sitzung-1 --id v1");
  const auto served = [this] { return nlohmann::json::parse(AtTheEdge("openings")); };
  const auto size = served()["size"].get<uint64_t>();
  EXPECT_EQ(served()["openings"], 0);
  const std::string path = absl::StrCat("records/000.p/", size);
  const std::string records = AtTheEdge(path);

  votum.Do("maria.meister", "vote establish --meeting sitzung-1 --id v1");
  ASSERT_TRUE(testing::Await([&] { return served()["openings"] == 1; }));
  EXPECT_EQ(AtTheEdge(path), records);
  const auto opening = nlohmann::json::parse(AtTheEdge("openings/000.p/1"));
  EXPECT_EQ(opening["number"], 0);
  EXPECT_GT(opening["opened_by"], opening["index"]);
  EXPECT_LT(opening["opened_by"], served()["size"]);
  std::string record;
  ASSERT_TRUE(absl::Base64Unescape(opening["record"].get<std::string>(), &record));
  Types types;
  AddType(record, &types);
  EXPECT_EQ(types, Types{"CastVote"});

  votum.Do("petra.pruef", "log export " + votum.Path("whole"));
  EXPECT_THAT(votum.Do("petra.pruef", "audit " + votum.Path("whole")),
              ::testing::HasSubstr("openings: all 1 that the log gives"));
  votum.Do("public", "log export " + votum.Path("part"));
  EXPECT_EQ(*ReadFile(votum.Path("part") + "/openings.jsonl"), AtTheEdge("openings/000.p/1"));
  const std::string counted = votum.Do("public", "audit " + votum.Path("part"), 6);
  EXPECT_THAT(counted, ::testing::HasSubstr("vote v1: 1 opened ballots counted again: 1 yes"));
  EXPECT_THAT(counted, ::testing::Not(::testing::HasSubstr("FAULT")));
  // Anybody audits what is published, and it is no fault that not all is.
  const std::string published =
      votum.Do("public", absl::StrCat("audit ", city_.EdgeUrl(), " --ca ", city_.ca_path()), 6);
  EXPECT_THAT(published, ::testing::HasSubstr("vote v1: 1 opened ballots counted again: 1 yes"));
  EXPECT_THAT(published, ::testing::Not(::testing::HasSubstr("FAULT")));
  // The same through the services.
  EXPECT_THAT(votum.Do("public", "audit --remote", 6),
              ::testing::Not(::testing::HasSubstr("FAULT")));
}

// A member's computer needs the edge's one port.
TEST_P(AudienceTest, TheCommandLineActsReadsAndAuditsByTheOneAddress) {
  CommandLine votum(&city_, NewTestFolder("people"));
  votum.AddPeople({"m02", "maria.meister", "petra.pruef"});
  const auto by_edge = [&](const std::string& from, const std::string& more) {
    votum.Do("", absl::StrCat("context add ", votum.Path("edge.json"), " --from ", from, " --edge ",
                              city_.EdgeUrl(), more));
    const std::string context = *ReadFile(votum.Path("edge.json"));
    EXPECT_THAT(context, ::testing::Not(::testing::HasSubstr("endpoints")));
    std::filesystem::remove(votum.Path("edge.json"));
    return context;
  };
  for (const char* const person : {"m02", "maria.meister", "petra.pruef"}) {
    const std::string own = votum.Path(absl::StrCat(person, ".json"));
    const std::string context =
        by_edge(own, absl::StrCat(" --person ", person, " --key ", votum.Path(person), ".key"));
    std::filesystem::remove(own);
    ASSERT_OK(WriteFile(own, context));
  }
  ASSERT_OK(WriteFile(votum.Path("public.json"), by_edge(city_.client_path(), "")));

  const std::string voted =
      votum.Do("m02", "vote cast --meeting sitzung-1 --id v1 --choice no --receipt " +
                          votum.Path("receipt.json"));
  EXPECT_FALSE(RecordIn(voted).empty());
  votum.Do("m02", "receipt verify " + votum.Path("receipt.json"));
  EXPECT_THAT(votum.Do("m02", "vote cast --meeting sitzung-1 --id none --choice no", 1),
              ::testing::HasSubstr("NO_SUCH_VOTE"));
  EXPECT_THAT(votum.Do("m02", "meeting watch --id sitzung-1 --once -o json"),
              ::testing::HasSubstr("sitzung-1"));
  EXPECT_THAT(votum.Do("m02", "meeting show --id sitzung-1"),
              ::testing::HasSubstr("Grundstück Meier"));
  EXPECT_THAT(votum.Do("public", "meeting show --id sitzung-1"),
              ::testing::Not(::testing::HasSubstr("Grundstück Meier")));
  votum.Do("maria.meister", "vote close --meeting sitzung-1 --id v1");
  votum.Do("petra.pruef", "log export " + votum.Path("whole"));
  votum.Do("petra.pruef", "audit " + votum.Path("whole"));
}

TEST_P(AudienceTest, SessionsThatAreNoGoodAreRefusedNotTakenForThePublic) {
  EXPECT_THAT(SeenBy(SessionOf("petra.pruef", -absl::Seconds(1))),
              IsRefused(Reason::kSessionExpired));
  EXPECT_THAT(SeenBy(SessionOf("petra.pruef", absl::Minutes(20))), IsRefused(Reason::kBadSession));
  EXPECT_THAT(SeenBy("no session"), IsRefused(Reason::kBadSession));
  // Another service, which was shown it, cannot read the log with it.
  EXPECT_THAT(SeenBy(SessionOf("petra.pruef", absl::Minutes(5), "ideas")),
              IsRefused(Reason::kBadSession));
  // Signed by one person in another's name.
  common::v1::SignedCommand forged;
  ASSERT_TRUE(forged.ParseFromString(SessionOf("petra.pruef")));
  common::v1::SignedCommand own;
  ASSERT_TRUE(own.ParseFromString(SessionOf("m01")));
  *forged.mutable_signatures() = own.signatures();
  EXPECT_FALSE(SeenBy(forged.SerializeAsString()).ok());

  const std::string session = SessionOf("m02");
  EXPECT_EQ(*SeenBy(session), kBody);
  ASSERT_OK(city_.Revoke("m02"));
  ledger::v1::GetCheckpointResponse folded;
  ASSERT_OK(
      city_.Read("", "publication", "GetCheckpoint", ledger::v1::GetCheckpointRequest(), &folded));
  EXPECT_THAT(SeenBy(session), IsRefused(Reason::kKeyRevoked));
}

// A process with all services listens at the port of each, and each answers for its own.
TEST_P(AudienceTest, APortIsThatOfItsServiceAlone) {
  ledger::v1::GetCheckpointResponse checkpoint;
  for (const auto& [port, ours] :
       std::map<std::string, bool>{{"publication", true}, {"meetings", false}, {"ideas", false}}) {
    for (const std::string& certificate : {std::string(), std::string("papers")}) {
      const absl::Status status =
          Call(certificate.empty() ? city_.ChannelTo(port) : ChannelOf(certificate, port),
               "GetCheckpoint", "", ledger::v1::GetCheckpointRequest(), &checkpoint);
      EXPECT_EQ(status.ok(), ours) << port << " " << status;
      if (!ours && GetParam() == City::Layout::kOneProcess)
        EXPECT_TRUE(absl::IsPermissionDenied(status)) << status;
    }
  }
}

// Whoever shows no certificate of this deployment gets no further than the handshake, session or not;
// one process with everything on loopback is for trying out.
TEST_P(AudienceTest, APortDemandsACertificateUnlessItIsForTryingOut) {
  const bool trying_out = GetParam() == City::Layout::kOneProcess;
  grpc::SslCredentialsOptions anonymous;
  anonymous.pem_root_certs = *ReadFile(city_.ca_path());
  const auto authority = *crypto::MakeAuthority("another", absl::Now());
  crypto::ServiceCertificateRequest request;
  request.service = "meetings";
  const auto issued = *crypto::IssueServiceCertificate(authority, request, absl::Now());
  grpc::SslCredentialsOptions foreign = anonymous;
  foreign.pem_cert_chain = issued.certificate_pem;
  foreign.pem_private_key = std::string(issued.key_pem.Reveal());
  const auto ask = [&](const grpc::SslCredentialsOptions& tls, const std::string& session) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(10)));
    if (!session.empty()) context.AddMetadata("votum-session-bin", session);
    ledger::v1::GetCheckpointResponse response;
    return client::UnaryCall(
        grpc::CreateChannel(city_.Endpoint("publication"), grpc::SslCredentials(tls)),
        client::MethodPath("publication", "GetCheckpoint"), &context,
        ledger::v1::GetCheckpointRequest(), &response);
  };
  for (const std::string& session : {std::string(), SessionOf("petra.pruef")}) {
    const absl::Status status = ask(anonymous, session);
    EXPECT_EQ(status.ok(), trying_out) << status;
    if (!trying_out) EXPECT_TRUE(absl::IsUnavailable(status)) << status;
    EXPECT_TRUE(absl::IsUnavailable(ask(foreign, session)));
  }
  if (trying_out) return;
  // `votum` says the way out, since the port cannot.
  CommandLine votum(&city_, NewTestFolder("people"));
  auto client = nlohmann::json::parse(*ReadFile(city_.client_path()));
  client.erase("identity_file");
  votum.WriteFileOf("stranger.json", client.dump());
  EXPECT_THAT(votum.Do("stranger", "--timeout 2 meeting list", 3),
              ::testing::HasSubstr("people come by the edge: votum context add"));
  const std::string add =
      absl::StrCat("context add ", votum.Path("visitor.json"), " --from ",
                   votum.Path("stranger.json"), " --identity ", city_.folder(), "/tls/visitor.pem");
  votum.Do("", absl::StrCat(add, " --edge ", city_.EdgeUrl()), 2);
  votum.Do("", add);
  EXPECT_THAT(votum.Do("visitor", "meeting list"), ::testing::HasSubstr("sitzung-1"));
}

// The edge counts calls for persons, and believes services about them, not its clients.
TEST_P(AudienceTest, ServicesTellTheEdgeAloneWhoReads) {
  const auto reader = [&](const std::string& certificate, const std::string& session) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(30)));
    if (!session.empty()) context.AddMetadata("votum-session-bin", session);
    ledger::v1::GetCheckpointResponse response;
    // A method that does not look at sessions.
    EXPECT_OK(client::UnaryCall(certificate.empty() ? city_.ChannelTo("publication")
                                                    : ChannelOf(certificate, "publication"),
                                client::MethodPath("publication", "GetCheckpoint"), &context,
                                ledger::v1::GetCheckpointRequest(), &response));
    const auto found = context.GetServerInitialMetadata().find("votum-reader");
    return found == context.GetServerInitialMetadata().end()
               ? std::string("nobody")
               : std::string(found->second.data(), found->second.size());
  };
  EXPECT_EQ(reader("gateway", SessionOf("m01")), "m01");
  EXPECT_EQ(reader("meetings", SessionOf("m01")), "nobody");
  EXPECT_EQ(reader("", SessionOf("m01")), "nobody");
  EXPECT_EQ(reader("gateway", ""), "nobody");
  EXPECT_EQ(reader("gateway", "no session"), "nobody");
  EXPECT_EQ(reader("gateway", SessionOf("m01", absl::Minutes(5), "ideas")), "nobody");
}

TEST_P(AudienceTest, OnlyServicesAppendAndTheEdgeIsNone) {
  ledger::v1::AppendRequest request;
  *request.mutable_command() = city_.RegistrationOf("neu");
  ledger::v1::AppendResponse response;
  for (const auto& channel : {city_.ChannelTo("ledger"), ChannelOf("gateway")}) {
    for (const std::string& session : {std::string(), SessionOf("petra.pruef")}) {
      EXPECT_THAT(Call(channel, "Append", session, request, &response, "ledger"),
                  IsRefused(Reason::kNotAService));
    }
  }
  EXPECT_THAT(Call(ChannelOf("publication"), "Append", "", request, &response, "ledger"),
              IsRefused(Reason::kNotAService));
  EXPECT_OK(Call(ChannelOf("directory"), "Append", "", request, &response, "ledger"));
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

  const auto log = city_.ChannelTo("publication");
  const std::string to_council = RecordsSeen(log, SessionOf("m01"));
  // Bools, so that a failure does not print the log.
  for (const char* text : {"Grundstück-A", "Grundstück-B", "Grundstück-C", "Grundstück-D",
                           "Grundstück-E", "Grundstück-F"}) {
    EXPECT_NE(to_council.find(text), std::string::npos) << text;
  }
  EXPECT_EQ(RecordsSeen(log, "").find("Grundstück-"), std::string::npos);
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
