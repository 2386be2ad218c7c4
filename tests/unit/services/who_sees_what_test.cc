// Every read of the domains' services, driven as each audience: who sees what, as the table that
// docs/who-sees-what.md shows. A read without a row fails; so does a table that is another one than
// the document's, which is then to be read and replaced.
//
// The log itself, by reach, and the ledger: publication/log_service_test.cc. Digests of the state:
// runtime/runtime_service_test.cc. The reach of each type of record: core/fold/reach_test.cc.

#include <array>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_matchers.h"
#include "clients/lib/unary_call.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "platform/grpc/status.h"
#include "services/decisions/service.h"
#include "services/directory/service.h"
#include "services/ideas/service.h"
#include "services/meetings/service.h"
#include "services/papers/service.h"
#include "services/projects/service.h"
#include "tests/golden/chronicle.h"
#include "tests/golden/steps.h"
#include "tests/golden/values.h"
#include "tests/unit/core/meetings/recorded_council.h"
#include "tests/unit/core/meetings/secret_council.h"
#include "tests/unit/services/runtime/served.h"

namespace votum::testing {
namespace {

using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

// The columns.
struct Column {
  const char* person;  // empty for the public
  const char* title;
};
constexpr Column kColumns[] = {
    {"", "public"},   {"otto", "member of another body"}, {"m4", "member of the body"},
    {"kai", "clerk"}, {"anna", "administrator"},          {"petra", "auditor"},
};
constexpr size_t kAudiences = std::size(kColumns);
constexpr size_t kPublicColumn = 0;
constexpr size_t kOther = 1;
constexpr size_t kMember = 2;

struct Row {
  const char* method;
  const char* of;  // what is read
  const char* request;
  // Whether it belongs to no body, and is shown to the members of each.
  bool of_the_city = false;
};

constexpr Row kDirectory[] = {
    {"GetBody", "the city", ""},
    {"GetPerson", "a person", "person_id: 'm1'"},
    {"ListPersons", "all", ""},
    {"GetOrganization", "a body", "organization_id: 'rat'"},
    {"ListOrganizations", "all", ""},
    {"ListMemberships", "a body's", "organization_id: 'rat'"},
    {"ListKeys", "another person's", "person_id: 'm1'", true},
    {"ListErasures", "all", ""},
    {"ListActs", "all", ""},
};
constexpr Row kIdeas[] = {
    {"GetIdea", "a published one", "idea_id: 'solar'"},
    {"GetIdea", "one that nobody has moderated", "idea_id: 'laerm'", true},
    {"GetIdeaByReceiptCode", "any, by the submitter's code", ""},
    {"ListIdeas", "all", "", true},
    {"GetRound", "a round", "round_id: 'runde'"},
    {"GetRound", "one in which voting codes wait for a second person", "round_id: 'runde-3'"},
    {"ListRounds", "all", ""},
};
constexpr Row kPapers[] = {
    {"GetProposal", "one on a public item", "proposal_id: 'vorlage'"},
    {"GetProposal", "one on a non-public item", "proposal_id: 'vertraulich'"},
    {"GetProposal", "a draft", "proposal_id: 'entwurf'"},
    {"DiffProposal", "one on a public item", "proposal_id: 'vorlage'"},
    {"DiffProposal", "one on a non-public item", "proposal_id: 'vertraulich'"},
    {"ListProposals", "all", ""},
};
constexpr Row kMeetings[] = {
    {"GetMeeting", "one with non-public items", "meeting_id: 'sitzung-3'"},
    {"ListMeetings", "all", ""},
    {"GetAttendance", "with conflicts, entered by others too, and a quorum on non-public items",
     "meeting_id: 'sitzung-3'"},
    {"GetMotion", "on a public item", "motion_id: 'baenke'"},
    {"GetMotion", "on a non-public item", "motion_id: 'grundstueck'"},
    {"GetVoteEvent", "a roll call that is open", "vote_event_id: 'laufend'"},
    {"GetVoteEvent", "a roll call that is closed and not announced",
     "vote_event_id: 'geschlossen'"},
    {"GetVoteEvent", "a roll call that is announced", "vote_event_id: 'abstimmung'"},
    {"GetVoteEvent", "an open vote that is announced", "vote_event_id: 'befangenheit'"},
    {"GetVoteEvent", "a secret vote on papers", "vote_event_id: 'urne'"},
    {"GetVoteEvent", "a roll call on a non-public item", "vote_event_id: 'kauf'"},
    {"ListVoteEvents", "a meeting's", "meeting_id: 'sitzung-3'"},
    {"GetLot", "of a public election", "lot_id: 'los'"},
    {"GetLot", "of a non-public election", "lot_id: 'los-n'"},
    {"WatchMeeting", "one with non-public items", "meeting_id: 'sitzung-3'"},
};
constexpr Row kSecretVotes[] = {
    {"PrepareSecretVote", "a vote to come",
     "meeting_id: 'sitzung' motion_id: 'motion' ceremony_id: 'amtszeit'"},
    {"ListCredentials", "a vote whose list is fixed", "vote_event_id: 'vote'"},
    {"GetParticipation", "an open vote", "vote_event_id: 'vote'"},
    {"DecryptWithServerKey", "an open vote", "vote_event_id: 'vote'"},
    {"GetSecretVote", "an open vote", "vote_event_id: 'vote'"},
    {"GetElectionSetup", "an open vote", "vote_event_id: 'vote'"},
    {"GetElectionArchive", "an open vote", "vote_event_id: 'vote'"},
    {"GetKeyCeremony", "a ceremony", "ceremony_id: 'amtszeit'"},
    {"ListKeyCeremonies", "a body's", "organization_id: 'rat'"},
};
constexpr Row kClosedSecretVotes[] = {
    {"GetSecretVote", "a closed vote", "vote_event_id: 'vote'"},
    {"GetElectionSetup", "a closed vote", "vote_event_id: 'vote'"},
    {"GetElectionArchive", "a closed vote", "vote_event_id: 'vote'"},
};
constexpr Row kDecisions[] = {
    {"GetDecision", "on a public item", "decision_id: 'b-1'"},
    {"GetDecision", "on a non-public item", "decision_id: 'b-5'"},
    {"ListDecisions", "all", ""},
    {"GetDecisionDocument", "on a public item", "decision_id: 'b-1'"},
    {"GetDecisionDocument", "on a non-public item", "decision_id: 'b-5'"},
};
constexpr Row kProjects[] = {
    {"GetProject", "of a public decision", "project_id: 'projekt'"},
    {"GetProject", "of a non-public decision", "project_id: 'geheimprojekt'"},
    {"ListProjects", "all", ""},
};

// An answer: its bytes, or why there is none.
struct Answer {
  std::string refusal;
  std::string bytes;

  friend bool operator==(const Answer& a, const Answer& b) {
    return a.refusal == b.refusal && a.bytes == b.bytes;
  }
};
using Answers = std::array<Answer, kAudiences>;

struct Line {
  std::string method;  // "meetings.GetMotion"
  Row row;
  Answers answers;
};

// The word for an answer in its cell: the widest that anybody has got is "all".
std::string CellOf(const Answer& answer, const Answers& all) {
  if (!answer.refusal.empty()) return absl::StrCat("`", answer.refusal, "`");
  size_t widest = 0;
  for (const Answer& other : all) widest = std::max(widest, other.bytes.size());
  return answer.bytes.size() == widest ? "all" : "part";
}

// Town and council of all tables.
class Town {
 public:
  Town() {
    Values values = TownValues(&chronicle_);
    for (const char* name : {"1-people", "2-ideas", "3-papers", "4-meetings", "5-proceedings",
                             "6-decisions", "7-projects"})
      EXPECT_OK(TakeSteps(absl::StrCat(STEPS, "/", name, ".steps"), values, &chronicle_));
    EXPECT_OK(TakeSteps(MORE_STEPS, values, &chronicle_));
    for (const Column& column : kColumns) {
      if (*column.person != '\0') chronicle_.log().Know(column.person);
    }
  }
  SmallLog& log() { return chronicle_.log(); }

 private:
  Chronicle chronicle_{Voids::kNone};
};

// The log of a council in a secret vote on devices, with the same people.
void RecordSecretCouncil(const meetings::SecretCouncil& council, SmallLog& log) {
  meetings::RecordCouncil(council, log);
  meetings::AddAuditor(log);
  if (!log.HasKey("m4")) log.GiveKey("m4", "bert");
  log.Register("otto");
  log.GiveKey("otto", "bert");
  directory::v1::CreateOrganization works;
  works.set_organization_id("werke");
  works.set_name("Werksausschuss");
  works.set_kind(directory::v1::ORGANIZATION_KIND_COMMITTEE);
  works.set_statutory_number(3);
  log.Append("anna", std::move(works));
  directory::v1::AddMembership join;
  join.set_membership_id("werke-otto");
  join.set_person_id("otto");
  join.set_organization_id("werke");
  join.set_role(directory::v1::MEMBERSHIP_ROLE_MEMBER);
  log.Append("anna", std::move(join));
}

absl::StatusOr<std::string> FirstOfStream(const std::shared_ptr<grpc::Channel>& channel,
                                          grpc::ClientContext* context, const Message& request) {
  const auto stub = meetings::v1::MeetingsService::NewStub(channel);
  const auto stream =
      stub->WatchMeeting(context, static_cast<const meetings::v1::WatchMeetingRequest&>(request));
  meetings::v1::WatchMeetingResponse first;
  const bool shown = stream->Read(&first);
  if (shown) context->TryCancel();
  const grpc::Status end = stream->Finish();
  if (!shown) return FromGrpc(end);
  return first.SerializeAsString();
}

Answer AnswerTo(const std::shared_ptr<grpc::Channel>& channel, const std::string& session,
                const MethodDescriptor& method, const Row& row) {
  auto* const factory = google::protobuf::MessageFactory::generated_factory();
  const std::unique_ptr<Message> request(factory->GetPrototype(method.input_type())->New());
  const std::unique_ptr<Message> response(factory->GetPrototype(method.output_type())->New());
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(row.request, request.get()))
      << method.full_name() << ": " << row.request;
  if (method.name() == "GetIdeaByReceiptCode") {
    const crypto::Digest code = crypto::Sha256("quittung");
    static_cast<ideas::v1::GetIdeaByReceiptCodeRequest&>(*request).set_receipt_code_digest(
        std::string(crypto::AsBytes(code)));
  }
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(30)));
  if (!session.empty()) context.AddMetadata(kSessionMetadata, session);
  absl::Status status;
  Answer answer;
  if (method.server_streaming()) {
    const auto first = FirstOfStream(channel, &context, *request);
    status = first.status();
    if (first.ok()) answer.bytes = *first;
  } else {
    const std::string path = absl::StrCat("/", method.service()->full_name(), "/", method.name());
    status = client::UnaryCall(channel, path, &context, *request, response.get());
    answer.bytes = response->SerializeAsString();
  }
  if (status.ok()) return answer;
  EXPECT_NE(ReasonTextOf(status), "") << method.full_name() << ": " << status;
  return {ReasonTextOf(status), ""};
}

template <typename Api, typename Service, size_t kRows>
void Drive(Domain domain, SmallLog& log, const Row (&rows)[kRows], std::vector<Line>& lines) {
  Served<Api, Service> served(domain, log);
  const auto* const service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
      Api::service_full_name());
  ASSERT_NE(service, nullptr);
  for (const Row& row : rows) {
    const MethodDescriptor* const method = service->FindMethodByName(row.method);
    ASSERT_NE(method, nullptr) << row.method;
    Line line{std::string(method->full_name()), row, {}};
    for (size_t i = 0; i < kAudiences; ++i) {
      const std::string person = kColumns[i].person;
      line.answers[i] =
          AnswerTo(served.channel(), person.empty() ? "" : served.SessionOf(person), *method, row);
    }
    lines.push_back(std::move(line));
  }
}

// The answers to all rows. Made once.
const std::vector<Line>& Lines() {
  static const auto* const kLines = [] {
    auto* const lines = new std::vector<Line>();
    Town town;
    SmallLog& log = town.log();
    Drive<directory::v1::DirectoryService, directory::DirectoryServiceImpl>(Domain::kProjects, log,
                                                                            kDirectory, *lines);
    Drive<ideas::v1::IdeasService, ideas::IdeasServiceImpl>(Domain::kProjects, log, kIdeas, *lines);
    Drive<papers::v1::PapersService, papers::PapersServiceImpl>(Domain::kProjects, log, kPapers,
                                                                *lines);
    Drive<meetings::v1::MeetingsService, meetings::MeetingsServiceImpl>(Domain::kProjects, log,
                                                                        kMeetings, *lines);
    meetings::SecretCouncil council;
    council.UpToBallots();
    SmallLog open;
    RecordSecretCouncil(council, open);
    Drive<meetings::v1::MeetingsService, meetings::MeetingsServiceImpl>(Domain::kMeetings, open,
                                                                        kSecretVotes, *lines);
    council.Must("vera", meetings::Close());
    SmallLog closed;
    RecordSecretCouncil(council, closed);
    Drive<meetings::v1::MeetingsService, meetings::MeetingsServiceImpl>(Domain::kMeetings, closed,
                                                                        kClosedSecretVotes, *lines);
    Drive<decisions::v1::DecisionsService, decisions::DecisionsServiceImpl>(Domain::kProjects, log,
                                                                            kDecisions, *lines);
    Drive<projects::v1::ProjectsService, projects::ProjectsServiceImpl>(Domain::kProjects, log,
                                                                        kProjects, *lines);
    return lines;
  }();
  return *kLines;
}

std::string Document() {
  std::string text =
      "# Who sees what\n\n"
      "Each read shows this to whoever asks, as `tests/unit/services/who_sees_what_test.cc` finds "
      "it in the services. \"all\" is\n"
      "the most that anybody is shown, \"part\" less; a reason is a refusal. Rights are by body: "
      "what belongs to a body is shown\n"
      "to its members, and members of other bodies see of it what the public sees. Offices are of "
      "the whole city. A session of\n"
      "somebody who holds no office and belongs to no body shows what the public sees, and in "
      "addition that person's own keys.\n\n"
      "Services do not read from each other. To a certificate of a service the ledger alone "
      "answers, with everything\n"
      "(`votum.ledger.v1.LedgerService`; nobody else is answered), and each process with the full "
      "digests of its state. The\n"
      "reach of each record decides to whom the log shows it (`votum.publication.v1.LogService`): "
      "[protocol.md](protocol.md).\n\n"
      "| read | of |";
  for (const Column& column : kColumns) absl::StrAppend(&text, " ", column.title, " |");
  absl::StrAppend(&text, "\n|---|---|");
  for (size_t i = 0; i < kAudiences; ++i) absl::StrAppend(&text, "---|");
  absl::StrAppend(&text, "\n");
  for (const Line& line : Lines()) {
    absl::string_view method = line.method;
    absl::ConsumePrefix(&method, "votum.");
    absl::StrAppend(&text, "| ", method, " | ", line.row.of, " |");
    for (const Answer& answer : line.answers)
      absl::StrAppend(&text, " ", CellOf(answer, line.answers), " |");
    absl::StrAppend(&text, "\n");
  }
  return text;
}

// Those that another test drives.
const std::set<std::string>& DrivenElsewhere() {
  static const auto* const kServices =
      new std::set<std::string>{"votum.ledger.v1.LedgerService", "votum.publication.v1.LogService"};
  return *kServices;
}

TEST(WhoSeesWhat, EveryReadHasARow) {
  std::set<std::string> rows;
  for (const Line& line : Lines()) rows.insert(line.method);
  const std::vector<std::string> services = {
#define VOTUM_SERVICE(name, interface, folds) "votum." #name ".v1." #interface,
#include "core/fold/services.inc"
#undef VOTUM_SERVICE
  };
  for (const std::string& name : services) {
    if (DrivenElsewhere().count(name) > 0) continue;
    const auto* const service =
        google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(name);
    ASSERT_NE(service, nullptr) << name << ": drive it here";
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor& method = *service->method(i);
      const bool is_command = method.input_type() == common::v1::SignedCommand::descriptor();
      EXPECT_NE(is_command, rows.count(std::string(method.full_name())) > 0)
          << method.full_name() << " has no row";
    }
  }
}

TEST(WhoSeesWhat, WhatBelongsToABodyIsForItsMembers) {
  int by_body = 0;
  for (const Line& line : Lines()) {
    SCOPED_TRACE(absl::StrCat(line.method, " of ", line.row.of));
    if (line.row.of_the_city) continue;
    EXPECT_TRUE(line.answers[kOther] == line.answers[kPublicColumn])
        << "members of other bodies see what the public sees";
    if (!(line.answers[kMember] == line.answers[kPublicColumn])) ++by_body;
  }
  EXPECT_GT(by_body, 10);
}

TEST(WhoSeesWhat, NobodyIsShownTheBallotsOfWhatIsOpen) {
  for (const Line& line : Lines()) {
    if (!absl::EndsWith(line.row.of, "that is open")) continue;
    for (const Answer& answer : line.answers) {
      meetings::v1::GetVoteEventResponse response;
      ASSERT_TRUE(response.ParseFromString(answer.bytes));
      EXPECT_EQ(response.vote_event().cast_count(), 1u);
      EXPECT_EQ(response.vote_event().votes_size(), 0);
    }
  }
}

// The votes of a roll call come with its announcement, neither before nor never.
TEST(WhoSeesWhat, ARollCallIsPublicOnceItsResultIsAnnounced) {
  const std::map<std::string, int> votes = {{"a roll call that is closed and not announced", 0},
                                            {"a roll call that is announced", 6}};
  for (const Line& line : Lines()) {
    const auto expected = votes.find(line.row.of);
    if (expected == votes.end()) continue;
    for (const size_t column : {kPublicColumn, kOther}) {
      meetings::v1::GetVoteEventResponse response;
      ASSERT_TRUE(response.ParseFromString(line.answers[column].bytes));
      EXPECT_EQ(response.vote_event().votes_size(), expected->second) << line.row.of;
    }
  }
}

TEST(WhoSeesWhat, TheDocumentSaysSo) {
  const std::string now = Document();
  const auto then = ReadFile(DOCUMENT);
  if (then.ok() && *then == now) return;
  ASSERT_OK(WriteFile(WRITTEN, now));
  FAIL() << "other people are shown other things now: compare " << WRITTEN << " with " << DOCUMENT
         << ", and put it there if that was meant";
}

}  // namespace
}  // namespace votum::testing
