// The table of reads. Lists are paged to their end.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "clients/cli/cli.h"
#include "clients/cli/field_arguments.h"
#include "clients/cli/printer.h"
#include "votum/decisions/v1/decisions_service.pb.h"
#include "votum/directory/v1/directory_service.pb.h"
#include "votum/ideas/v1/ideas_service.pb.h"
#include "votum/meetings/v1/meetings_service.pb.h"
#include "votum/papers/v1/papers_service.pb.h"
#include "votum/projects/v1/projects_service.pb.h"

namespace votum::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr Need kOptional = Need::kOptional;
constexpr int kPageSize = 500;

struct Row {
  std::string noun;
  std::string verb;
  std::string service;
  std::string method;
  const Message* request;
  const Message* response;
  std::string help;
  std::vector<FieldOption> options;
  // The columns of a list's table; the fields of a single resource that are shown first.
  std::vector<std::string> columns;
};

template <typename Request, typename Response>
Row Read(std::string noun, std::string verb, std::string service, std::string method,
         std::string help, std::vector<FieldOption> options,
         std::vector<std::string> columns = {}) {
  absl::StrAppend(&help, "\nExample: votum ", noun, " ", verb);
  for (const FieldOption& option : options) {
    if (option.need == Need::kRequired) absl::StrAppend(&help, " ", option.flag, " ID");
  }
  return {std::move(noun),
          std::move(verb),
          std::move(service),
          std::move(method),
          &Request::default_instance(),
          &Response::default_instance(),
          std::move(help),
          std::move(options),
          std::move(columns)};
}

std::vector<Row> DirectoryRows() {
  namespace v1 = directory::v1;
  return {
      Read<v1::GetBodyRequest, v1::GetBodyResponse>("body", "show", "directory", "GetBody",
                                                    "Show the body.", {}),
      Read<v1::GetPersonRequest, v1::GetPersonResponse>("person", "show", "directory", "GetPerson",
                                                        "Show a person.",
                                                        {{"--id", "person_id", "The person"}}),
      Read<v1::ListPersonsRequest, v1::ListPersonsResponse>("person", "list", "directory",
                                                            "ListPersons", "List all persons.", {},
                                                            {"id", "name", "erased"}),
      Read<v1::GetOrganizationRequest, v1::GetOrganizationResponse>(
          "organization", "show", "directory", "GetOrganization",
          "Show an organization and its rules.", {{"--id", "organization_id", "The organization"}}),
      Read<v1::ListOrganizationsRequest, v1::ListOrganizationsResponse>(
          "organization", "list", "directory", "ListOrganizations", "List all organizations.", {},
          {"id", "name", "kind", "statutory_number"}),
      Read<v1::ListMembershipsRequest, v1::ListMembershipsResponse>(
          "membership", "list", "directory", "ListMemberships", "List memberships.",
          {{"--organization", "organization_id", "Only of this organization", kOptional}},
          {"id", "person_id", "organization_id", "role", "voting_right", "end_time"}),
      Read<v1::ListKeysRequest, v1::ListKeysResponse>(
          "key", "list", "directory", "ListKeys", "List keys.",
          {{"--person", "person_id", "Only of this person", kOptional}},
          {"id", "person_id", "label", "state", "confirmed_by"}),
      Read<v1::ListErasuresRequest, v1::ListErasuresResponse>(
          "subject", "list-erasures", "directory", "ListErasures", "List erasures.", {},
          {"record", "legal_ground", "actor_id", "confirmer_id", "confirm_time"}),
      Read<v1::ListActsRequest, v1::ListActsResponse>(
          "act", "list", "directory", "ListActs",
          "List acts of two persons: those that wait for a second, in effect, or blocked.",
          {{"--state", "state", "Only acts in this state", kOptional}},
          {"record", "payload_type", "actor_id", "state", "lapse_time", "confirmer_id",
           "concerned_id", "contradict_record"}),
  };
}

std::vector<Row> IdeasAndPapersRows() {
  namespace iv1 = ideas::v1;
  namespace pv1 = papers::v1;
  return {
      Read<iv1::GetIdeaRequest, iv1::GetIdeaResponse>(
          "idea", "show", "ideas", "GetIdea", "Show an idea.", {{"--id", "idea_id", "The idea"}}),
      Read<iv1::ListIdeasRequest, iv1::ListIdeasResponse>(
          "idea", "list", "ideas", "ListIdeas", "List ideas.",
          {{"--state", "state", "Only ideas in this state", kOptional}},
          {"id", "agree_count", "state", "channel", "text_content"}),
      Read<iv1::GetRoundRequest, iv1::GetRoundResponse>(
          "round", "show", "ideas", "GetRound",
          "Show a ranking round, with its rankings once it is closed.",
          {{"--id", "round_id", "The round"}}),
      Read<iv1::ListRoundsRequest, iv1::ListRoundsResponse>(
          "round", "list", "ideas", "ListRounds", "List rounds.", {},
          {"id", "title", "state", "method", "ballot_count"}),
      Read<pv1::GetProposalRequest, pv1::GetProposalResponse>(
          "proposal", "show", "papers", "GetProposal", "Show a proposal with all versions.",
          {{"--id", "proposal_id", "The proposal"}}),
      Read<pv1::ListProposalsRequest, pv1::ListProposalsResponse>(
          "proposal", "list", "papers", "ListProposals", "List proposals.", {},
          {"id", "versions.text.title", "lead_organization_id", "source_idea_ids"}),
  };
}

std::vector<Row> MeetingsRows() {
  namespace v1 = meetings::v1;
  return {
      Read<v1::GetMeetingRequest, v1::GetMeetingResponse>(
          "meeting", "show", "meetings", "GetMeeting", "Show a meeting and its agenda.",
          {{"--id", "meeting_id", "The meeting"}}),
      Read<v1::ListMeetingsRequest, v1::ListMeetingsResponse>(
          "meeting", "list", "meetings", "ListMeetings", "List meetings.", {},
          {"id", "organization_id", "title", "start_time", "state"}),
      Read<v1::GetAttendanceRequest, v1::GetAttendanceResponse>(
          "meeting", "attendance", "meetings", "GetAttendance",
          "Show who is or was present, and the quorum.", {{"--id", "meeting_id", "The meeting"}}),
      Read<v1::GetMotionRequest, v1::GetMotionResponse>("motion", "show", "meetings", "GetMotion",
                                                        "Show a motion.",
                                                        {{"--id", "motion_id", "The motion"}}),
      Read<v1::GetVoteEventRequest, v1::GetVoteEventResponse>(
          "vote", "show", "meetings", "GetVoteEvent", "Show a vote, its result first.",
          {{"--id", "vote_event_id", "The vote"}}, {"result", "computed_result"}),
      Read<v1::GetSecretVoteRequest, v1::GetSecretVoteResponse>(
          "election", "show", "meetings", "GetSecretVote",
          "Show a secret vote on devices; once it is closed with the trackers of its ballots.",
          {{"--id", "vote_event_id", "The vote"}}),
      Read<v1::ListKeyCeremoniesRequest, v1::ListKeyCeremoniesResponse>(
          "trustee", "list", "meetings", "ListKeyCeremonies",
          "List the key ceremonies of an organization.",
          {{"--organization", "organization_id", "The organization"}},
          {"id", "threshold", "state", "finish_time"}),
      Read<v1::GetLotRequest, v1::GetLotResponse>("lot", "show", "meetings", "GetLot",
                                                  "Show a lot with all that its seed is made of.",
                                                  {{"--id", "lot_id", "The lot"}}),
      Read<v1::ListVoteEventsRequest, v1::ListVoteEventsResponse>(
          "vote", "list", "meetings", "ListVoteEvents", "List the votes of a meeting.",
          {{"--meeting", "meeting_id", "The meeting"}},
          {"id", "motion_id", "mode", "state", "cast_count"}),
  };
}

std::vector<Row> DecisionsAndProjectsRows() {
  namespace dv1 = decisions::v1;
  namespace pv1 = projects::v1;
  return {
      Read<dv1::GetDecisionRequest, dv1::GetDecisionResponse>(
          "decision", "show", "decisions", "GetDecision", "Show a decision.",
          {{"--id", "decision_id", "The decision"}}),
      Read<dv1::ListDecisionsRequest, dv1::ListDecisionsResponse>(
          "decision", "list", "decisions", "ListDecisions", "List decisions.", {},
          {"id", "title", "state", "item_adopted", "decide_time"}),
      Read<pv1::GetProjectRequest, pv1::GetProjectResponse>(
          "project", "show", "projects", "GetProject", "Show a project.",
          {{"--id", "project_id", "The project"}}),
      Read<pv1::ListProjectsRequest, pv1::ListProjectsResponse>(
          "project", "list", "projects", "ListProjects", "List projects.", {},
          {"id", "decision_id", "charter.title", "spent_cents"}),
  };
}

const std::vector<Row>& Rows() {
  static const auto* const kRows = [] {
    auto* rows = new std::vector<Row>;
    for (auto* make : {DirectoryRows, IdeasAndPapersRows, MeetingsRows, DecisionsAndProjectsRows}) {
      for (Row& row : make()) rows->push_back(std::move(row));
    }
    return rows;
  }();
  return *kRows;
}

// The repeated field of messages of a list's response; null for other responses.
const FieldDescriptor* ListField(const Message& response) {
  if (response.GetDescriptor()->FindFieldByName("next_page_token") == nullptr) return nullptr;
  return response.GetDescriptor()->field(0);
}

std::string TableOf(const Row& row, const Message& response) {
  const FieldDescriptor* list = ListField(response);
  const auto* reflection = response.GetReflection();
  std::vector<std::vector<std::string>> lines(1);
  for (const std::string& column : row.columns) {
    const size_t dot = column.rfind('.');
    lines[0].push_back(dot == std::string::npos ? column : column.substr(dot + 1));
  }
  for (int i = 0; i < reflection->FieldSize(response, list); ++i) {
    const Message& resource = reflection->GetRepeatedMessage(response, list, i);
    std::vector<std::string>& line = lines.emplace_back();
    for (const std::string& column : row.columns) line.push_back(FieldText(resource, column));
  }
  return Table(lines);
}

// Says so if the answers are the public's, because the key is not confirmed yet.
void SayWhoReads(const Run& run, const client::Client& client) {
  if (!client.read_as_public()) return;
  *run.err << "votum: your key waits for a second administrator to confirm it; this is what the "
              "public sees\n";
}

// Requests the largest pages that the service permits, because each page costs a round trip.
void AskForLargePages(Message* request) {
  const FieldDescriptor* size = request->GetDescriptor()->FindFieldByName("page_size");
  if (size != nullptr) request->GetReflection()->SetInt32(request, size, kPageSize);
}

absl::Status Carry(Run& run, const Row& row, const FieldArguments& arguments) {
  const std::unique_ptr<Message> request(row.request->New());
  RETURN_IF_ERROR(arguments.Fill(run, request.get()));
  AskForLargePages(request.get());
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  const std::unique_ptr<Message> all(row.response->New());
  for (;;) {
    const std::unique_ptr<Message> page(row.response->New());
    RETURN_IF_ERROR(client->Read(row.service, row.method, *request, page.get()));
    if (ListField(*page) == nullptr) {
      // The single resource is the first field; the wrapper adds no information.
      const FieldDescriptor* field = page->GetDescriptor()->field(0);
      run.Print(page->GetReflection()->GetMessage(*page, field), row.columns);
      SayWhoReads(run, *client);
      return absl::OkStatus();
    }
    const std::string token = FieldText(*page, "next_page_token");
    page->GetReflection()->ClearField(page.get(),
                                      page->GetDescriptor()->FindFieldByName("next_page_token"));
    all->MergeFrom(*page);
    if (token.empty()) break;
    RETURN_IF_ERROR(SetField(request.get(), "page_token", {token}));
  }
  *run.out << (run.json() ? JsonText(*all) : TableOf(row, *all));
  SayWhoReads(run, *client);
  return absl::OkStatus();
}

}  // namespace

void AddReads(Command root, Run& run) {
  for (const Row& row : Rows()) {
    if (!run.Wants(row.noun)) continue;
    const auto arguments = std::make_shared<FieldArguments>(*row.request, row.options);
    const Command verb = AddVerb(root, run, row.noun, row.verb, row.help,
                                 [&run, &row, arguments] { return Carry(run, row, *arguments); });
    arguments->AddTo(verb, /*with_file=*/false);
  }
}

}  // namespace votum::cli
