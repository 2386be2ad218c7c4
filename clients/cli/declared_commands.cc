#include "clients/cli/declared_commands.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "clients/cli/cli.h"
#include "clients/cli/field_arguments.h"
#include "core/fold/command_table.h"
#include "platform/arguments/usage.h"
#include "votum/common/v1/options.pb.h"
#include "votum/meetings/v1/meetings_service.pb.h"

namespace votum::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// "lead_organization_id" -> "lead-organization".
std::string FlagName(absl::string_view field) {
  if (!absl::ConsumeSuffix(&field, "_id")) absl::ConsumeSuffix(&field, "_ids");
  return absl::StrReplaceAll(field, {{"_", "-"}});
}

Need NeedOf(common::v1::Need need) {
  switch (need) {
    case common::v1::NEED_OPTIONAL:
      return Need::kOptional;
    case common::v1::NEED_SELF:
      return Need::kSelf;
    default:
      return Need::kRequired;
  }
}

void AddOptions(const Descriptor& message, const std::string& path,
                std::vector<FieldOption>* options) {
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    if (!field.options().HasExtension(common::v1::flag)) continue;
    const common::v1::FlagOptions& flag = field.options().GetExtension(common::v1::flag);
    const std::string name = absl::StrCat(path, field.name());
    if (flag.help().empty()) {
      AddOptions(*field.message_type(), absl::StrCat(name, "."), options);
      continue;
    }
    options->push_back(
        {absl::StrCat("--", flag.name().empty() ? FlagName(field.name()) : flag.name()), name,
         flag.help(), NeedOf(flag.need())});
  }
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

absl::Status Carry(Run& run, const CommandType& type, const FieldArguments& arguments) {
  const std::unique_ptr<google::protobuf::Message> command(type.prototype->New());
  RETURN_IF_ERROR(arguments.Fill(run, command.get()));
  RETURN_IF_ERROR(FindMeeting(run, command.get()));
  ASSIGN_OR_RETURN(const common::v1::Receipt receipt, Submit(run, command.get()));
  return run.PrintReceipt(*command, receipt, CommandIdOfVote(*command));
}

// Whether `root` has the noun and verb "motion demand" already.
bool HasVerb(Command root, const std::string& noun, const std::string& verb) {
  const CLI::App* const parent = SubcommandOf(root.app(), noun);
  return parent != nullptr && SubcommandOf(*parent, verb) != nullptr;
}

// A line for the help that says how the command comes into effect; empty if it is by itself.
std::string WaitsFor(const CommandType& type) {
  if (!type.NeedsSecond()) return "";
  const SecondVerbs verbs = SecondVerbsOf(type.domain);
  return absl::StrCat("\nA second person puts it into effect: ", verbs.confirm,
                      type.options->concerned().empty()
                          ? ""
                          : absl::StrCat("; whom it concerns may say no: ", verbs.contradict));
}

// A line for the help that names the counter-acts; empty if there is none.
std::string TakenBackBy(const CommandType& type) {
  std::vector<std::string> verbs;
  for (const CommandType& other : CommandTable()) {
    const auto& names = other.options->takes_back();
    if (other.domain != type.domain || other.options->verb().empty() ||
        std::find(names.begin(), names.end(), type.name) == names.end())
      continue;
    verbs.push_back(absl::StrCat("votum ", other.options->verb()));
  }
  return verbs.empty() ? "" : absl::StrCat("\nTo take it back: ", absl::StrJoin(verbs, ", "));
}

}  // namespace

SecondVerbs SecondVerbsOf(Domain domain) {
  switch (domain) {
    case Domain::kMeetings:
      return {"votum meeting confirm", "votum meeting contradict", "meeting_id"};
    case Domain::kIdeas:
      return {"votum round register-confirm", "", "round_id"};
    default:
      return {"votum act confirm", "votum act contradict", ""};
  }
}

std::string DeclaredHelp(const std::string& verb) {
  for (const CommandType& type : CommandTable()) {
    if (type.options->verb() == verb)
      return absl::StrCat(type.options->help(), WaitsFor(type), TakenBackBy(type));
  }
  std::abort();
}

std::vector<FieldOption> DeclaredOptions(const Descriptor& command) {
  std::vector<FieldOption> options;
  AddOptions(command, "", &options);
  return options;
}

void AddDeclaredCommands(Command root, Run& run) {
  for (const CommandType& type : CommandTable()) {
    const std::string& name = type.options->verb();
    const size_t space = name.find(' ');
    if (space == std::string::npos) continue;
    const std::string noun = name.substr(0, space);
    if (!run.Wants(noun)) continue;
    const std::string verb = name.substr(space + 1);
    if (HasVerb(root, noun, verb)) continue;
    const auto arguments = std::make_shared<FieldArguments>(
        *type.prototype, DeclaredOptions(*type.prototype->GetDescriptor()));
    const Command app = AddVerb(root, run, noun, verb, "",
                                [&run, &type, arguments] { return Carry(run, type, *arguments); });
    arguments->AddTo(app, /*with_file=*/true);
  }
}

}  // namespace votum::cli
