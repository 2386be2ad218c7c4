// Commands whose fields are given by options, one row each. What options cannot say is given with
// --file: the command's message as JSON, without the header.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/cli.h"
#include "clients/cli/field_arguments.h"
#include "votum/decisions/v1/decisions.pb.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/ideas/v1/ideas.pb.h"
#include "votum/meetings/v1/agenda.pb.h"
#include "votum/meetings/v1/key_ceremonies.pb.h"
#include "votum/meetings/v1/lots.pb.h"
#include "votum/meetings/v1/meetings_service.pb.h"
#include "votum/meetings/v1/proceedings.pb.h"
#include "votum/papers/v1/papers.pb.h"
#include "votum/projects/v1/projects.pb.h"

namespace votum::cli {
namespace {

constexpr Need kOptional = Need::kOptional;
constexpr Need kSelf = Need::kSelf;

struct Row {
  std::string noun;
  std::string verb;
  const google::protobuf::Message* prototype;
  std::string help;
  std::vector<FieldOption> options;
};
using Rows = std::vector<Row>;

template <typename Command>
Row Sign(std::string noun, std::string verb, std::string help, std::vector<FieldOption> options) {
  return {std::move(noun), std::move(verb), &Command::default_instance(), std::move(help),
          std::move(options)};
}

void AddDirectory(Rows& rows) {
  namespace v1 = directory::v1;
  rows.push_back(Sign<v1::RegisterPerson>(
      "person", "add",
      "Enter a person (administrator, clerk).\n"
      "Example: votum person add --id m01 --name 'Erika Mustermann'",
      {{"--id", "person_id", "New id"}, {"--name", "name", "As in the public list of members"}}));
  rows.push_back(Sign<v1::CreateOrganization>(
      "organization", "add",
      "Enter a council, committee, faction or department (administrator).\n"
      "Example: votum organization add --id rat --name 'Rat der Stadt' --kind council "
      "--statutory-number 45",
      {{"--id", "organization_id", "New id"},
       {"--name", "name", "Its name"},
       {"--kind", "kind", "What it is"},
       {"--statutory-number", "statutory_number",
        "Of councils and committees: the base of the quorum", kOptional}}));
  rows.push_back(Sign<v1::AddMembership>(
      "membership", "add",
      "Make a person a member (administrator).\n"
      "Example: votum membership add --id rat-m01 --person m01 --organization rat --role member "
      "--voting-right yes",
      {{"--id", "membership_id", "New id"},
       {"--person", "person_id", "Who"},
       {"--organization", "organization_id", "Of what"},
       {"--role", "role", "As what"},
       {"--voting-right", "voting_right", "Whether the member votes"}}));
  rows.push_back(Sign<v1::EndMembership>("membership", "end",
                                         "End a membership (administrator).\n"
                                         "Example: votum membership end --id rat-m01",
                                         {{"--id", "membership_id", "Which"}}));
  rows.push_back(
      Sign<v1::GrantOffice>("office", "grant",
                            "Give a person an office (administrator).\n"
                            "Example: votum office grant --person karl.kanzlei --office clerk",
                            {{"--person", "person_id", "Who"}, {"--office", "office", "Which"}}));
  rows.push_back(Sign<v1::WithdrawOffice>(
      "office", "withdraw",
      "Take an office from a person (administrator).\n"
      "Example: votum office withdraw --person karl.kanzlei --office clerk",
      {{"--person", "person_id", "Who"}, {"--office", "office", "Which"}}));
  rows.push_back(Sign<v1::ConfirmKey>("key", "confirm",
                                      "Confirm a key that its owner has enrolled (a second "
                                      "administrator). Compare the id with what "
                                      "`votum key show`\nsays on the owner's device.\n"
                                      "Example: votum key confirm --key-id 4f1c...",
                                      {{"--key-id", "key_id", "The whole id"}}));
  rows.push_back(Sign<v1::RevokeKey>(
      "key", "revoke",
      "Revoke a key at once (its owner, or an administrator).\n"
      "Example: votum key revoke --key-id 4f1c... --reason 'device lost'",
      {{"--key-id", "key_id", "The whole id"}, {"--reason", "reason", "Why; it is published"}}));
  rows.push_back(Sign<v1::ProposeErasure>(
      "subject", "erase",
      "Propose to erase what is sealed of a subject (clerk, administrator). Another person "
      "confirms "
      "it. `votum idea show` tells the subject of a text.\n"
      "Example: votum subject erase --id e1 --subject 00112233445566778899aabbccddeeff --ground "
      "'Art. 17 (1) (a) GDPR'",
      {{"--id", "erasure_id", "New id"},
       {"--subject", "subjects", "32 hexadecimal digits; repeatable"},
       {"--ground", "legal_ground", "The legal ground; it is published: no names"}}));
  rows.push_back(Sign<v1::ConfirmErasure>(
      "subject", "erase-confirm",
      "Confirm an erasure (a second person: clerk, administrator, auditor). What is sealed is "
      "destroyed.\n"
      "Example: votum subject erase-confirm --id e1",
      {{"--id", "erasure_id", "Which"}}));
}

void AddIdeas(Rows& rows) {
  namespace v1 = ideas::v1;
  rows.push_back(Sign<v1::ModerateIdeas>(
      "idea", "moderate",
      "Decide whether ideas are shown (clerk, administrator).\n"
      "Example: votum idea moderate --id i1 --id i2 --verdict publish",
      {{"--id", "idea_ids", "Which; repeatable"},
       {"--verdict", "verdict", "Whether they are shown"},
       {"--ground", "ground", "The published ground of a rejection", kOptional}}));
  rows.push_back(Sign<v1::OpenRound>(
      "round", "open",
      "Open a ranking round (clerk, administrator). Its groups are given with --file:\n"
      "{\"groups\": [{\"group_id\": \"citizens\", \"name\": \"Bürgerinnen und Bürger\", "
      "\"weight\": "
      "1}]}\n"
      "Example: votum round open --id r1 --title 'Smart City' --method schulze.wv_lv --max-ranked "
      "5 "
      "--idea i1 --idea i2\n--file groups.json",
      {{"--id", "round_id", "New id"},
       {"--title", "title", "Its title"},
       {"--idea", "idea_ids", "A published idea; repeatable"},
       {"--method", "method", "The method that decides; votum rank --list describes them"},
       {"--max-ranked", "max_ranked", "How many ideas a ballot ranks at the most"},
       {"--status-quo", "status_quo",
        "true: ballots may rank status-quo too, and ideas must beat it to be handed over",
        kOptional}}));
  rows.push_back(Sign<v1::CloseRound>("round", "close",
                                      "Close a round: no ballot counts any more.\n"
                                      "Example: votum round close --id r1",
                                      {{"--id", "round_id", "Which"}}));
}

void AddPapers(Rows& rows) {
  namespace v1 = papers::v1;
  rows.push_back(Sign<v1::DraftProposal>(
      "proposal", "draft",
      "Begin a proposal (clerk, administrator).\n"
      "Example: votum proposal draft --id vorlage-1 --title Mobilstationen --resolution "
      "@beschluss.txt --reasons\n@begruendung.txt --cost-cents 25000000 --lead aulp",
      {{"--id", "proposal_id", "New id"},
       {"--title", "text.title", "Title"},
       {"--resolution", "text.resolution", "What is to be resolved, word for word"},
       {"--reasons", "text.reasons", "Why"},
       {"--cost-cents", "text.cost_cents", "What it costs, in cents", kOptional},
       {"--funding", "text.funding", "How the cost is covered", kOptional},
       {"--lead", "lead_organization_id", "The committee that prepares it"},
       {"--idea", "source_idea_ids", "An idea that it comes from; repeatable", kOptional}}));
  rows.push_back(Sign<v1::RecordRecommendation>(
      "proposal", "recommend",
      "Record what a committee recommends (clerk, administrator, its chair).\n"
      "Example: votum proposal recommend --id vorlage-1 --organization aulp --recommendation adopt",
      {{"--id", "proposal_id", "Which"},
       {"--organization", "organization_id", "Who"},
       {"--recommendation", "recommendation", "What"},
       {"--statement", "statement", "In its words", kOptional}}));
  rows.push_back(Sign<v1::HandOverIdeas>(
      "round", "hand-over",
      "Hand ideas of a round over to a proposal (clerk, administrator).\n"
      "Example: votum round hand-over --id r1 --idea i7 --proposal vorlage-1",
      {{"--id", "round_id", "The round"},
       {"--idea", "idea_ids", "Which; repeatable"},
       {"--proposal", "proposal_id", "The proposal that takes them up"}}));
}

void AddAgenda(Rows& rows) {
  namespace v1 = meetings::v1;
  rows.push_back(Sign<v1::ConveneMeeting>(
      "meeting", "convene",
      "Convene a meeting (clerk, administrator); the record is the proof of dispatch.\n"
      "Example: votum meeting convene --id sitzung-12 --organization rat --title '12. Sitzung' "
      "--start\n2026-12-15T17:00:00+01:00 --place Ratssaal",
      {{"--id", "meeting_id", "New id"},
       {"--organization", "organization_id", "Whose"},
       {"--title", "title", "Title"},
       {"--start", "start_time", "When, like 2026-12-15T17:00:00+01:00"},
       {"--place", "place", "Where"},
       {"--urgent", "urgent", "Whether the shorter notice period is used", kOptional},
       {"--urgency-reason", "urgency_reason", "Why it is urgent", kOptional}}));
  rows.push_back(Sign<v1::PublishAgenda>(
      "meeting", "agenda",
      "Publish the agenda (clerk, administrator). Its items are given with --file:\n"
      "{\"items\": [{\"item_id\": \"top-4\", \"number\": \"Ö 4\", \"title\": \"Mobilstationen\", "
      "\"public\": true,\n\"proposal_id\": \"vorlage-1\"}]}\n"
      "Example: votum meeting agenda --id sitzung-12 --file agenda.json",
      {{"--id", "meeting_id", "Which meeting"}}));
  rows.push_back(
      Sign<v1::CancelMeeting>("meeting", "cancel",
                              "Call a meeting off (clerk, administrator).\n"
                              "Example: votum meeting cancel --id sitzung-12 --reason Unwetter",
                              {{"--id", "meeting_id", "Which"}, {"--reason", "reason", "Why"}}));
}

void AddMeetings(Rows& rows) {
  namespace v1 = meetings::v1;
  rows.push_back(Sign<v1::OpenMeeting>("meeting", "open",
                                       "Begin a meeting (chair, clerk).\n"
                                       "Example: votum meeting open --id sitzung-12",
                                       {{"--id", "meeting_id", "Which"}}));
  rows.push_back(Sign<v1::CloseMeeting>("meeting", "close",
                                        "End a meeting (chair, clerk).\n"
                                        "Example: votum meeting close --id sitzung-12",
                                        {{"--id", "meeting_id", "Which"}}));
  rows.push_back(
      Sign<v1::CheckIn>("meeting", "check-in",
                        "Say that a member has come (the member, or a clerk for the member).\n"
                        "Example: votum meeting check-in --id sitzung-12",
                        {{"--id", "meeting_id", "Which meeting"},
                         {"--person", "person_id", "Who", kSelf},
                         {"--remote", "remote", "yes: takes part from elsewhere", kOptional}}));
  rows.push_back(Sign<v1::CheckOut>(
      "meeting", "check-out",
      "Say that a member has left (the member, or a clerk for the member).\n"
      "Example: votum meeting check-out --id sitzung-12",
      {{"--id", "meeting_id", "Which meeting"}, {"--person", "person_id", "Who", kSelf}}));
  rows.push_back(Sign<v1::DeclareConflict>(
      "meeting", "conflict",
      "Declare a conflict of interest on an item (the member, or a clerk for the member).\n"
      "Example: votum meeting conflict --id sitzung-12 --item top-4",
      {{"--id", "meeting_id", "Which meeting"},
       {"--item", "item_id", "Which item"},
       {"--person", "person_id", "Who", kSelf}}));
  rows.push_back(Sign<v1::ProposeMotion>(
      "motion", "propose",
      "Put a question, or an election (chair, clerk). Who stands is given with --file:\n"
      "{\"candidates\": [{\"id\": \"ada\", \"name\": \"Ada Adam\"}, ...]}.\n"
      "Example: votum motion propose --meeting sitzung-12 --item top-4 --id antrag-1 --proposition "
      "'Der Rat beschließt ...'\n--polarity adopts-item",
      {{"--meeting", "meeting_id", "Which meeting"},
       {"--item", "item_id", "Which item"},
       {"--id", "motion_id", "New id"},
       {"--proposition", "proposition", "The question, word for word"},
       {"--polarity", "polarity", "What a Yes means for the item"},
       {"--rule", "rule_key", "The majority it needs, if not the ordinary one", kOptional},
       {"--mover", "mover_id", "Who moved it, if not the chair", kOptional},
       {"--norm", "norm", "The norm under which it is decided, § 50 (3) GO NRW", kOptional},
       {"--seats", "seats", "Seats that lists share out", kOptional},
       {"--choose-min", "choose_min", "Fewest candidates on a ballot, secret elections", kOptional},
       {"--choose-max", "choose_max", "Most candidates on a ballot, secret elections", kOptional},
       {"--places", "places", "How many are elected, secret elections", kOptional},
       {"--runoff-of", "runoff_of", "The vote that asks for this second ballot", kOptional}}));
}

void AddProceedings(Rows& rows) {
  namespace v1 = meetings::v1;
  const FieldOption meeting = {"--id", "meeting_id", "Which meeting"};
  const FieldOption item = {"--item", "item_id", "Which item"};
  rows.push_back(Sign<v1::RecordDisruption>(
      "meeting", "disruption",
      "Write down what kept a member from taking part (the member, chair, clerk).\n"
      "Example: votum meeting disruption --id sitzung-12 --person m07 --text 'Leitung "
      "unterbrochen'",
      {meeting,
       {"--person", "person_id", "Who; everybody without", kOptional},
       {"--text", "text", "What happened"}}));
  rows.push_back(
      Sign<v1::ChallengeQuorum>("meeting", "doubt-quorum",
                                "Doubt that the meeting can decide on an item (a member present).\n"
                                "Example: votum meeting doubt-quorum --id sitzung-12 --item top-4",
                                {meeting, item}));
  rows.push_back(Sign<v1::CountQuorum>(
      "meeting", "count-quorum",
      "Count the members present for an item; too few postpone it (chair, clerk).\n"
      "Example: votum meeting count-quorum --id sitzung-12 --item top-4",
      {meeting, item}));
  rows.push_back(Sign<v1::CallItemAgain>(
      "meeting", "call-again",
      "Call an item for the second time that was postponed for want of a quorum (chair, clerk).\n"
      "Example: votum meeting call-again --id sitzung-13 --item top-2 --postponed-meeting "
      "sitzung-12 "
      "--postponed-item top-4 --noticed yes",
      {meeting,
       item,
       {"--postponed-meeting", "postponed_meeting_id", "Where the lack was found"},
       {"--postponed-item", "postponed_item_id", "The item then"},
       {"--noticed", "noticed", "Whether the invitation said that any number decides"}}));
  rows.push_back(Sign<v1::DecideConflict>(
      "meeting", "decide-conflict",
      "Record that the council resolved on a member's conflict of interest (chair, clerk).\n"
      "Example: votum meeting decide-conflict --id sitzung-12 --item top-4 --person m07 --vote "
      "abstimmung-3",
      {meeting,
       item,
       {"--person", "person_id", "The member"},
       {"--vote", "vote_event_id", "The vote that resolved it"}}));
  rows.push_back(Sign<v1::DemandMode>(
      "motion", "demand",
      "Demand a roll call or a secret vote (a member present).\n"
      "Example: votum motion demand --meeting sitzung-12 --id antrag-1 --mode secret",
      {{"--meeting", "meeting_id", "Which meeting"},
       {"--id", "motion_id", "Which motion"},
       {"--mode", "mode", "roll-call or secret"},
       {"--faction", "faction_id", "For the parliamentary group that you chair", kOptional}}));
  const FieldOption lot_meeting = {"--meeting", "meeting_id", "Which meeting"};
  rows.push_back(Sign<v1::OpenLot>("lot", "open",
                                   "Begin a lot for a result that is tied (chair, clerk).\n"
                                   "Example: votum lot open --meeting sitzung-12 --id los-1 --vote "
                                   "wahl-1",
                                   {lot_meeting,
                                    {"--id", "lot_id", "New id"},
                                    {"--vote", "vote_event_id", "The vote that is tied"}}));
  rows.push_back(Sign<v1::DrawLot>("lot", "draw",
                                   "Draw (chair, clerk). Anybody can draw again: votum lot show, "
                                   "votum rules lot.\n"
                                   "Example: votum lot draw --meeting sitzung-12 --id los-1",
                                   {lot_meeting, {"--id", "lot_id", "Which lot"}}));
}

void AddVotes(Rows& rows) {
  namespace v1 = meetings::v1;
  const FieldOption meeting = {"--meeting", "meeting_id",
                               "Which meeting; found by the vote without", kOptional};
  const FieldOption vote = {"--id", "vote_event_id", "Which vote"};
  const FieldOption choice = {"--choice", "choice", "What you vote"};
  const FieldOption voter = {"--person", "person_id", "The voter"};
  const FieldOption candidate = {"--candidate", "candidate_id",
                                 "In an election, with yes: for whom", kOptional};
  rows.push_back(Sign<v1::OpenVote>(
      "vote", "open",
      "Open the vote on a motion (chair, clerk): freezes electorate and rules.\n"
      "Example: votum vote open --meeting sitzung-12 --motion antrag-1 --id abstimmung-1 --mode "
      "roll-call",
      {{"--meeting", "meeting_id", "Which meeting"},
       {"--motion", "motion_id", "Which motion"},
       {"--id", "vote_event_id", "New id"},
       {"--mode", "mode", "How it is taken"}}));
  rows.push_back(Sign<v1::CastVote>("vote", "cast",
                                    "Vote, with your own key.\n"
                                    "Example: votum vote cast --id abstimmung-1 --choice yes",
                                    {meeting, vote, choice, candidate}));
  rows.push_back(Sign<v1::CorrectVote>(
      "vote", "correct",
      "Replace your vote while the vote is open.\n"
      "Example: votum vote correct --id abstimmung-1 --replaces 6f1d... --choice no",
      {meeting,
       vote,
       {"--replaces", "replaces_command_id",
        "Command id of the vote that is replaced, as it was printed"},
       choice,
       candidate}));
  rows.push_back(Sign<v1::RecordPaperVote>(
      "vote", "paper",
      "Record a vote on paper (clerk).\n"
      "Example: votum vote paper --id abstimmung-1 --person m42 --choice yes",
      {meeting, vote, voter, {"--choice", "choice", "What it says"}, candidate}));
  rows.push_back(Sign<v1::ConfirmPaperVote>(
      "vote", "paper-confirm",
      "Confirm a vote on paper (a second person: clerk, secretary, chair).\n"
      "Example: votum vote paper-confirm --id abstimmung-1 --person m42 --choice yes",
      {meeting, vote, voter, {"--choice", "choice", "What you read on the paper"}, candidate}));
  rows.push_back(Sign<v1::WithdrawPaperVote>(
      "vote", "paper-withdraw",
      "Take back the record of a vote on paper that nobody has confirmed (clerk).\n"
      "Example: votum vote paper-withdraw --id abstimmung-1 --person m42",
      {meeting, vote, voter}));
  rows.push_back(
      Sign<v1::CloseVote>("vote", "close",
                          "Close a vote (chair, clerk): nothing after this record counts.\n"
                          "Example: votum vote close --id abstimmung-1",
                          {meeting, vote}));
  rows.push_back(Sign<v1::MarkBallot>(
      "vote", "urn",
      "Note that a member has put a ballot paper into the urn of a secret vote (clerk).\n"
      "Example: votum vote urn --id abstimmung-1 --person m42",
      {meeting, vote, voter}));
  rows.push_back(Sign<v1::AnnounceKeyCeremony>(
      "trustee", "announce",
      "Announce the key ceremony of the trustees of secret votes, once for a term (clerk, "
      "administrator).\n"
      "Example: votum trustee announce --ceremony 2025 --organization rat --trustee anna --trustee "
      "ben --trustee carl --threshold 2",
      {{"--ceremony", "ceremony_id", "New id"},
       {"--organization", "organization_id", "Whose secret votes"},
       {"--trustee", "trustee_ids", "Who, in the order of their numbers; repeatable"},
       {"--threshold", "threshold", "How many are needed to open a tally"}}));
  rows.push_back(Sign<v1::CancelKeyCeremony>(
      "trustee", "cancel",
      "End a ceremony that went wrong, or the use of its key (clerk, administrator, trustee).\n"
      "Example: votum trustee cancel --ceremony 2025 --reason 'a certificate was not Ben's'",
      {{"--ceremony", "ceremony_id", "Which"}, {"--reason", "reason", "Why; it is published"}}));
  const std::vector<FieldOption> count = {
      meeting,
      vote,
      {"--yes", "tally.yes", "Yes; in an election the sum of all candidates"},
      {"--no", "tally.no", "No"},
      {"--abstain", "tally.abstain", "Abstentions", kOptional},
      {"--invalid", "tally.invalid", "Invalid papers", kOptional}};
  rows.push_back(Sign<v1::RecordBallotCount>(
      "vote", "count",
      "Record what was counted in the urn of a closed secret vote (clerk). The candidates of an\n"
      "election are given with --file: {\"tally\": {\"candidates\": [{\"candidate_id\": \"ada\", "
      "\"votes\": 12}]}}\n"
      "Example: votum vote count --id abstimmung-1 --yes 20 --no 15 --invalid 1",
      count));
  rows.push_back(Sign<v1::ConfirmBallotCount>(
      "vote", "count-confirm",
      "Confirm the count of an urn with your own (a second person: clerk, secretary, chair).\n"
      "Example: votum vote count-confirm --id abstimmung-1 --yes 20 --no 15 --invalid 1",
      count));
}

void AddDecisions(Rows& rows) {
  namespace v1 = decisions::v1;
  rows.push_back(Sign<v1::DraftDecision>(
      "decision", "draft",
      "Write down a decision (secretary, clerk).\n"
      "Example: votum decision draft --id b-117 --vote abstimmung-1 --title 'Beschluss 2026/117' "
      "--text @beschluss.txt",
      {{"--id", "decision_id", "New id"},
       {"--vote", "vote_event_id", "The vote that decided"},
       {"--title", "title", "Title"},
       {"--text", "text", "The wording"},
       {"--anew", "decides_anew_id", "The decision objected to, decided anew", kOptional}}));
  rows.push_back(Sign<v1::ObjectToDecision>(
      "decision", "object",
      "Object to a decision (mayor); suspends it.\n"
      "Example: votum decision object --id b-117 --reason @grund.txt",
      {{"--id", "decision_id", "Which"},
       {"--reason", "reason", "Why"},
       {"--unlawful", "unlawful", "yes: the decision is unlawful (Beanstandung)", kOptional}}));
  rows.push_back(
      Sign<v1::ReleaseDecision>("decision", "release",
                                "Release a decision for execution (clerk, administrator).\n"
                                "Example: votum decision release --id b-117",
                                {{"--id", "decision_id", "Which"}}));
}

void AddProjects(Rows& rows) {
  namespace v1 = projects::v1;
  rows.push_back(Sign<v1::AssignLead>(
      "project", "assign",
      "Give a project role to a person (lead, sponsor, clerk, administrator).\n"
      "Example: votum project assign --id p1 --role fachamt --person petra.plan",
      {{"--id", "project_id", "Which project"},
       {"--role", "role_id", "The role; without it the lead of the whole", kOptional},
       {"--person", "person_id", "Who"}}));
  rows.push_back(Sign<v1::ReportProgress>(
      "project", "report",
      "Say how far a work package is (the person in its role, the lead, a clerk).\n"
      "Example: votum project report --id p1 --work-package ap-1 --percent 40 --summary 'Drei von "
      "fünf "
      "besichtigt.'",
      {{"--id", "project_id", "Which project"},
       {"--work-package", "work_package_id", "Which work package"},
       {"--percent", "percent_done", "0 to 100"},
       {"--summary", "summary", "In words"},
       {"--spent-cents", "spent_cents", "Money spent on it so far, in cents", kOptional}}));
  rows.push_back(
      Sign<v1::ReachMilestone>("project", "milestone",
                               "Say that a milestone is reached (lead, clerk).\n"
                               "Example: votum project milestone --id p1 --milestone m-1",
                               {{"--id", "project_id", "Which project"},
                                {"--milestone", "milestone_id", "Which milestone"}}));
}

const Rows& AllRows() {
  static const auto* const kRows = [] {
    auto* rows = new Rows();
    for (const auto add : {AddDirectory, AddIdeas, AddPapers, AddAgenda, AddMeetings,
                           AddProceedings, AddVotes, AddDecisions, AddProjects}) {
      add(*rows);
    }
    return rows;
  }();
  return *kRows;
}

// Commands about a vote name its meeting too; the vote knows it.
absl::Status FindMeeting(Run& run, google::protobuf::Message* command) {
  const auto* type = command->GetDescriptor();
  if (type->FindFieldByName("meeting_id") == nullptr ||
      type->FindFieldByName("vote_event_id") == nullptr ||
      !FieldText(*command, "meeting_id").empty())
    return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  meetings::v1::GetVoteEventRequest request;
  request.set_vote_event_id(FieldText(*command, "vote_event_id"));
  meetings::v1::GetVoteEventResponse response;
  RETURN_IF_ERROR(client->Read("meetings", "GetVoteEvent", request, &response));
  return SetField(command, "meeting_id", {response.vote_event().meeting_id()});
}

// A vote is corrected by naming the one that it replaces.
Extras CommandIdOfVote(const google::protobuf::Message& command) {
  const std::string& name = command.GetDescriptor()->name();
  if (name != "CastVote" && name != "CorrectVote") return {};
  return {
      {"command_id", "command id (to correct the vote)", FieldText(command, "header.command_id")}};
}

absl::Status Carry(Run& run, const Row& row, const FieldArguments& arguments) {
  const std::unique_ptr<google::protobuf::Message> command(row.prototype->New());
  RETURN_IF_ERROR(arguments.Fill(run, command.get()));
  RETURN_IF_ERROR(FindMeeting(run, command.get()));
  ASSIGN_OR_RETURN(const common::v1::Receipt receipt, Submit(run, command.get()));
  return run.PrintReceipt(*command, receipt, CommandIdOfVote(*command));
}

}  // namespace

void AddSimpleCommands(CLI::App& root, Run& run) {
  for (const Row& row : AllRows()) {
    const auto arguments = std::make_shared<FieldArguments>(*row.prototype, row.options);
    CLI::App* verb = AddVerb(root, run, row.noun, row.verb, row.help,
                             [&run, &row, arguments] { return Carry(run, row, *arguments); });
    arguments->AddTo(verb, /*with_file=*/true);
  }
}

}  // namespace votum::cli
