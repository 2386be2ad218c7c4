// Commands whose fields are given by options, one row each. Everything else of a command can be
// given with --file: its message as JSON, without the header.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/cli.h"
#include "clients/cli/fields.h"
#include "google/protobuf/util/json_util.h"
#include "votum/agenda/v1/agenda.pb.h"
#include "votum/decisions/v1/decisions.pb.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/ideas/v1/ideas.pb.h"
#include "votum/projects/v1/projects.pb.h"
#include "votum/voting/v1/voting.pb.h"

namespace votum::cli {
namespace {

struct Option {
  std::string flag;   // "--id"
  std::string field;  // path in the message
  std::string help;
};

struct Row {
  std::string noun;
  std::string verb;
  const google::protobuf::Message* prototype;
  std::string help;
  std::vector<Option> options;
};

const std::vector<Row>& DirectoryRows() {
  namespace v1 = directory::v1;
  static const auto* const kRows = new std::vector<Row>{
      {"person",
       "add",
       &v1::RegisterPerson::default_instance(),
       "Enter a person (administrator, clerk).\nExample: votum person add --id m01 --name 'Erika "
       "Mustermann'",
       {{"--id", "person_id", "New id"}, {"--name", "name", "As in the public list of members"}}},
      {"organization",
       "add",
       &v1::CreateOrganization::default_instance(),
       "Enter a council, committee, faction or department (administrator).\nExample: votum "
       "organization add --id rat --name "
       "'Rat der Stadt' --kind council --statutory-number 45",
       {{"--id", "organization_id", "New id"},
        {"--name", "name", "Its name"},
        {"--kind", "kind", "council, committee, faction or administration"},
        {"--statutory-number", "statutory_number",
         "Of councils and committees: the base of the quorum"}}},
      {"membership",
       "add",
       &v1::AddMembership::default_instance(),
       "Make a person a member (administrator).\nExample: votum membership add --id rat-m01 "
       "--person m01 --organization rat "
       "--role member --voting-right yes",
       {{"--id", "membership_id", "New id"},
        {"--person", "person_id", "Who"},
        {"--organization", "organization_id", "Of what"},
        {"--role", "role", "member, chair or deputy-chair"},
        {"--voting-right", "voting_right", "yes or no"}}},
      {"membership",
       "end",
       &v1::EndMembership::default_instance(),
       "End a membership (administrator).",
       {{"--id", "membership_id", "Which"}}},
      {"office",
       "grant",
       &v1::GrantOffice::default_instance(),
       "Give a person an office (administrator).\nExample: votum office grant --person "
       "karl.kanzlei --office clerk",
       {{"--person", "person_id", "Who"},
        {"--office", "office", "administrator, clerk, secretary, auditor or mayor"}}},
      {"office",
       "withdraw",
       &v1::WithdrawOffice::default_instance(),
       "Take an office from a person (administrator).",
       {{"--person", "person_id", "Who"}, {"--office", "office", "Which"}}},
      {"key",
       "confirm",
       &v1::ConfirmKey::default_instance(),
       "Confirm a key that its owner has enrolled (a second administrator). Compare the id with "
       "the owner's device.",
       {{"--key-id", "key_id", "As `votum key show` says on the owner's device"}}},
      {"key",
       "revoke",
       &v1::RevokeKey::default_instance(),
       "Revoke a key at once (its owner, or an administrator).",
       {{"--key-id", "key_id", "Which"}, {"--reason", "reason", "For example 'device lost'"}}},
  };
  return *kRows;
}

const std::vector<Row>& IdeaRows() {
  namespace v1 = ideas::v1;
  static const auto* const kRows = new std::vector<Row>{
      {"idea",
       "moderate",
       &v1::ModerateIdeas::default_instance(),
       "Decide whether ideas are shown (clerk, administrator).\nExample: votum idea moderate --id "
       "i1 --id i2 --verdict publish",
       {{"--id", "idea_ids", "Which; repeatable"},
        {"--verdict", "verdict", "publish or reject"},
        {"--ground", "ground", "The published ground of a rejection"}}},
      {"round",
       "open",
       &v1::OpenRound::default_instance(),
       "Open a ranking round (clerk, administrator). Groups are given with --file: {\"groups\": "
       "[{\"group_id\": \"citizens\", "
       "\"name\": \"...\", \"weight\": 1}]}",
       {{"--id", "round_id", "New id"},
        {"--title", "title", "Its title"},
        {"--idea", "idea_ids", "A published idea; repeatable"},
        {"--method", "method", "For example schulze.wv_lv"},
        {"--max-ranked", "max_ranked", "How many ideas a ballot ranks at the most"}}},
      {"round",
       "close",
       &v1::CloseRound::default_instance(),
       "Close a round: no ballot counts any more.",
       {{"--id", "round_id", "Which"}}},
      {"round",
       "hand-over",
       &v1::HandOverIdeas::default_instance(),
       "Hand ideas over to a proposal (clerk, administrator).",
       {{"--id", "round_id", "The round"},
        {"--idea", "idea_ids", "Which; repeatable"},
        {"--proposal", "proposal_id", "The proposal that takes them up"}}},
  };
  return *kRows;
}

const std::vector<Row>& AgendaRows() {
  namespace v1 = agenda::v1;
  static const auto* const kRows = new std::vector<Row>{
      {"proposal",
       "draft",
       &v1::DraftProposal::default_instance(),
       "Begin a proposal (clerk, administrator).\nExample: votum proposal draft --id vorlage-1 "
       "--title Mobilstationen "
       "--resolution @beschluss.txt --reasons @begruendung.txt --cost-cents 25000000 --lead aulp",
       {{"--id", "proposal_id", "New id"},
        {"--title", "text.title", "Title"},
        {"--resolution", "text.resolution", "What is to be resolved, word for word"},
        {"--reasons", "text.reasons", "Why"},
        {"--cost-cents", "text.cost_cents", "What it costs, in cents"},
        {"--funding", "text.funding", "How the cost is covered"},
        {"--lead", "lead_organization_id", "The committee that prepares it"},
        {"--idea", "source_idea_ids", "An idea that it comes from; repeatable"}}},
      {"proposal",
       "revise",
       &v1::ReviseProposal::default_instance(),
       "Make the next version of a proposal.",
       {{"--id", "proposal_id", "Which"},
        {"--base-version", "base_version", "The version that you have read"},
        {"--title", "text.title", "Title"},
        {"--resolution", "text.resolution", "What is to be resolved"},
        {"--reasons", "text.reasons", "Why"},
        {"--cost-cents", "text.cost_cents", "In cents"},
        {"--funding", "text.funding", "How the cost is covered"},
        {"--reason", "reason", "Why it changed"}}},
      {"proposal",
       "path",
       &v1::SetConsultationPath::default_instance(),
       "Set who advises and who decides, with --file: {\"steps\": [{\"organization_id\": \"aulp\", "
       "\"role\": "
       "\"CONSULTATION_ROLE_ADVISES\"}, {\"organization_id\": \"rat\", \"role\": "
       "\"CONSULTATION_ROLE_DECIDES\"}]}",
       {{"--id", "proposal_id", "Which"}}},
      {"proposal",
       "recommend",
       &v1::RecordRecommendation::default_instance(),
       "Record what a committee recommends (clerk, administrator, its chair).",
       {{"--id", "proposal_id", "Which"},
        {"--organization", "organization_id", "Who"},
        {"--recommendation", "recommendation", "adopt, adopt-changed, reject or none"},
        {"--statement", "statement", "In its words"}}},
      {"meeting",
       "convene",
       &v1::ConveneMeeting::default_instance(),
       "Convene a meeting (clerk, administrator); the record is the proof of dispatch.\nExample: "
       "votum meeting convene --id "
       "sitzung-12 --organization rat --title '12. Sitzung' --start 2026-12-15T17:00:00+01:00 "
       "--place Ratssaal",
       {{"--id", "meeting_id", "New id"},
        {"--organization", "organization_id", "Whose"},
        {"--title", "title", "Title"},
        {"--start", "start_time", "When, RFC 3339"},
        {"--place", "place", "Where"},
        {"--urgent", "urgent", "yes for the shorter notice period"},
        {"--urgency-reason", "urgency_reason", "Why it is urgent"}}},
      {"meeting",
       "agenda",
       &v1::PublishAgenda::default_instance(),
       "Publish the agenda, with --file: {\"items\": [{\"item_id\": \"top-4\", \"number\": \"Ö "
       "4\", \"title\": \"...\", "
       "\"public\": true, \"proposal_id\": \"vorlage-1\"}]}",
       {{"--id", "meeting_id", "Which meeting"}}},
      {"meeting",
       "cancel",
       &v1::CancelMeeting::default_instance(),
       "Call a meeting off.",
       {{"--id", "meeting_id", "Which"}, {"--reason", "reason", "Why"}}},
  };
  return *kRows;
}

const std::vector<Row>& VotingRows() {
  namespace v1 = voting::v1;
  static const auto* const kRows = new std::vector<Row>{
      {"meeting",
       "open",
       &v1::OpenMeeting::default_instance(),
       "Begin a meeting (chair, clerk).",
       {{"--id", "meeting_id", "Which"}}},
      {"meeting",
       "close",
       &v1::CloseMeeting::default_instance(),
       "End a meeting (chair, clerk).",
       {{"--id", "meeting_id", "Which"}}},
      {"meeting",
       "check-in",
       &v1::CheckIn::default_instance(),
       "Say that a member has come (the member, a clerk).",
       {{"--id", "meeting_id", "Which meeting"}, {"--person", "person_id", "Who"}}},
      {"meeting",
       "check-out",
       &v1::CheckOut::default_instance(),
       "Say that a member has left (the member, a clerk).",
       {{"--id", "meeting_id", "Which meeting"}, {"--person", "person_id", "Who"}}},
      {"meeting",
       "conflict",
       &v1::DeclareConflict::default_instance(),
       "Declare a conflict of interest on an item (the member, a clerk).",
       {{"--id", "meeting_id", "Which meeting"},
        {"--item", "item_id", "Which item"},
        {"--person", "person_id", "Who"}}},
      {"motion",
       "propose",
       &v1::ProposeMotion::default_instance(),
       "Put a question (chair, clerk).\nExample: votum motion propose --meeting sitzung-12 --item "
       "top-4 --id antrag-1 "
       "--proposition 'Der Rat beschließt ...' --polarity adopts-item",
       {{"--meeting", "meeting_id", "Which meeting"},
        {"--item", "item_id", "Which item"},
        {"--id", "motion_id", "New id"},
        {"--proposition", "proposition", "The question, word for word"},
        {"--polarity", "polarity", "adopts-item, rejects-item or incidental"},
        {"--rule", "rule_key", "The majority it needs, if not the ordinary one"},
        {"--mover", "mover_id", "Who moved it"}}},
      {"vote",
       "open",
       &v1::OpenVote::default_instance(),
       "Open the vote on a motion (chair, clerk): freezes electorate and rules.",
       {{"--meeting", "meeting_id", "Which meeting"},
        {"--motion", "motion_id", "Which motion"},
        {"--id", "vote_event_id", "New id"},
        {"--mode", "mode", "open or roll-call"}}},
      {"vote",
       "cast",
       &v1::CastVote::default_instance(),
       "Vote, with your own key.\nExample: votum vote cast --meeting sitzung-12 --id abstimmung-1 "
       "--choice yes",
       {{"--meeting", "meeting_id", "Which meeting"},
        {"--id", "vote_event_id", "Which vote"},
        {"--choice", "choice", "yes, no or abstain"}}},
      {"vote",
       "correct",
       &v1::CorrectVote::default_instance(),
       "Replace your vote while the vote is open.",
       {{"--meeting", "meeting_id", "Which meeting"},
        {"--id", "vote_event_id", "Which vote"},
        {"--replaces", "replaces_command_id", "Command id of the vote that is replaced"},
        {"--choice", "choice", "yes, no or abstain"}}},
      {"vote",
       "paper",
       &v1::RecordPaperVote::default_instance(),
       "Record a vote on paper (clerk).",
       {{"--meeting", "meeting_id", "Which meeting"},
        {"--id", "vote_event_id", "Which vote"},
        {"--person", "person_id", "The voter"},
        {"--choice", "choice", "yes, no or abstain"}}},
      {"vote",
       "paper-confirm",
       &v1::ConfirmPaperVote::default_instance(),
       "Confirm a vote on paper (a second person: clerk, secretary, chair).",
       {{"--meeting", "meeting_id", "Which meeting"},
        {"--id", "vote_event_id", "Which vote"},
        {"--person", "person_id", "The voter"},
        {"--choice", "choice", "What you read on the paper"}}},
      {"vote",
       "close",
       &v1::CloseVote::default_instance(),
       "Close a vote (chair, clerk).",
       {{"--meeting", "meeting_id", "Which meeting"}, {"--id", "vote_event_id", "Which vote"}}},
  };
  return *kRows;
}

const std::vector<Row>& DecisionRows() {
  static const auto* const kRows = new std::vector<Row>{
      {"decision",
       "draft",
       &decisions::v1::DraftDecision::default_instance(),
       "Write down a decision (secretary, clerk).",
       {{"--id", "decision_id", "New id"},
        {"--vote", "vote_event_id", "The vote that decided"},
        {"--title", "title", "For example 'Beschluss 2026/117'"},
        {"--text", "text", "The wording"}}},
      {"decision",
       "object",
       &decisions::v1::ObjectToDecision::default_instance(),
       "Object to a decision (mayor).",
       {{"--id", "decision_id", "Which"}, {"--reason", "reason", "Why"}}},
      {"decision",
       "release",
       &decisions::v1::ReleaseDecision::default_instance(),
       "Release a decision for execution (clerk, administrator).",
       {{"--id", "decision_id", "Which"}}},
      {"project",
       "assign",
       &projects::v1::AssignLead::default_instance(),
       "Give a project role to a person.",
       {{"--id", "project_id", "Which project"},
        {"--role", "role_id", "The role; without it the lead of the whole"},
        {"--person", "person_id", "Who"}}},
      {"project",
       "report",
       &projects::v1::ReportProgress::default_instance(),
       "Say how far a work package is.",
       {{"--id", "project_id", "Which project"},
        {"--work-package", "work_package_id", "Which work package"},
        {"--percent", "percent_done", "0 to 100"},
        {"--summary", "summary", "In words"},
        {"--spent-cents", "spent_cents", "Money spent on it so far, in cents"}}},
      {"project",
       "milestone",
       &projects::v1::ReachMilestone::default_instance(),
       "Say that a milestone is reached.",
       {{"--id", "project_id", "Which project"},
        {"--milestone", "milestone_id", "Which milestone"}}},
  };
  return *kRows;
}

// What the options of one command line give, in the order of the row's options.
struct Given {
  std::vector<std::vector<std::string>> values;
  std::string file;
};

absl::Status Carry(Run& run, const Row& row, const Given& given) {
  const std::unique_ptr<google::protobuf::Message> command(row.prototype->New());
  if (!given.file.empty()) {
    ASSIGN_OR_RETURN(const std::string text, TextOf(absl::StrCat("@", given.file)));
    const auto parsed = google::protobuf::util::JsonStringToMessage(text, command.get());
    if (!parsed.ok()) {
      return RefuseArgument("BAD_FILE",
                            absl::StrCat(given.file, ": ", std::string(parsed.message())));
    }
  }
  for (size_t i = 0; i < row.options.size(); ++i) {
    RETURN_IF_ERROR(SetField(command.get(), row.options[i].field, given.values[i]));
  }
  return DoCommand(run, command.get());
}

void AddRow(CLI::App& root, Run& run, const Row& row) {
  const auto given = std::make_shared<Given>();
  given->values.resize(row.options.size());
  CLI::App* verb = AddVerb(root, run, row.noun, row.verb, row.help,
                           [&run, &row, given] { return Carry(run, row, *given); });
  for (size_t i = 0; i < row.options.size(); ++i) {
    verb->add_option(row.options[i].flag, given->values[i], row.options[i].help)
        ->allow_extra_args(false);
  }
  verb->add_option("--file", given->file,
                   "The command's fields as JSON, as far as options do not give them");
}

}  // namespace

void AddSimpleCommands(CLI::App& root, Run& run) {
  for (const auto* rows :
       {&DirectoryRows(), &IdeaRows(), &AgendaRows(), &VotingRows(), &DecisionRows()}) {
    for (const Row& row : *rows) AddRow(root, run, row);
  }
}

}  // namespace votum::cli
