#include "proto/tool/declarations.h"

#include <algorithm>
#include <set>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace votum::generate {
namespace {

using common::v1::CommandOptions;
using google::protobuf::DescriptorProto;
using google::protobuf::FieldDescriptorProto;

constexpr char kHeader[] = ".votum.common.v1.CommandHeader";

// The fields as which a command may be shown; core/fold/command_table.cc resolves each.
constexpr absl::string_view kShownAs[] = {
    "item_id",    "motion_id",   "vote_event_id", "lot_id", "meeting_id", "decision_id",
    "project_id", "proposal_id", "items",         "steps",  "record",     "acts"};

bool HasField(const DescriptorProto& message, absl::string_view name) {
  return std::any_of(message.field().begin(), message.field().end(),
                     [name](const FieldDescriptorProto& field) { return field.name() == name; });
}

// The fields that name an urn; core/fold/reach_log.cc knows both.
constexpr absl::string_view kUrns[] = {"vote_event_id", "round_id"};

// The domains whose commands may be acts of two persons: each has a command that confirms them.
constexpr absl::string_view kDomainsOfActs[] = {"directory", "meetings", "ideas"};

// The fault in what the declaration says of a second person.
std::string FaultOfSecond(const std::string& domain, const DescriptorProto& message,
                          const CommandOptions& options) {
  if (options.second().empty()) {
    if (options.founder_alone()) return "founder_alone goes with second";
    return options.concerned().empty() ? "" : "concerned goes with second: nothing can be blocked";
  }
  if (options.concerned().empty() && (options.self_alone() || options.flag_only()))
    return "self_alone and flag_only go with concerned";
  if (std::find(std::begin(kDomainsOfActs), std::end(kDomainsOfActs), domain) ==
      std::end(kDomainsOfActs))
    return absl::StrCat("second: no command of ", domain, " can wait for a person");
  if (options.signer() != common::v1::SIGNER_PERSON &&
      options.signer() != common::v1::SIGNER_OFFICE)
    return "second goes with SIGNER_PERSON or SIGNER_OFFICE: the first person must be known";
  const std::string& concerned = options.concerned();
  if (concerned.empty()) return "";
  const bool names_person =
      std::any_of(message.field().begin(), message.field().end(), [&](const auto& field) {
        return field.name() == concerned && field.type() == FieldDescriptorProto::TYPE_STRING &&
               field.label() != FieldDescriptorProto::LABEL_REPEATED;
      });
  if (!names_person || !absl::EndsWith(concerned, "_id"))
    return absl::StrCat("concerned: it has no field ", concerned, " with one id of a person");
  return "";
}

// The fault in the declaration of `message`; empty if there is none.
std::string Fault(const DescriptorProto& message, const CommandOptions& options) {
  if (message.field().empty() || message.field(0).number() != 1 ||
      message.field(0).type_name() != kHeader)
    return "field 1 of a command must be votum.common.v1.CommandHeader header";
  if (options.signer() == common::v1::SIGNER_UNSPECIFIED) return "signer is missing";
  if ((options.signer() == common::v1::SIGNER_OFFICE) == options.offices().empty())
    return "offices go with SIGNER_OFFICE, and it with them";
  if (options.help().empty()) return "help is missing";
  if (!options.verb().empty() &&
      absl::StrSplit(options.verb(), ' ').operator std::vector<std::string>().size() != 2)
    return "verb must be noun and verb, \"motion demand\"";
  if (options.urn().empty()
          ? options.opens_urn()
          : !HasField(message, options.urn()) ||
                std::find(std::begin(kUrns), std::end(kUrns), options.urn()) == std::end(kUrns))
    return "urn names a field of the command, vote_event_id or round_id; opens_urn goes with it";
  if (options.shown_case() == CommandOptions::SHOWN_NOT_SET) return "audience or as is missing";
  if (options.shown_case() == CommandOptions::kAudience)
    return options.audience() == common::v1::AUDIENCE_UNSPECIFIED ? "audience is missing" : "";
  if (std::find(std::begin(kShownAs), std::end(kShownAs), options.as()) == std::end(kShownAs))
    return absl::StrCat("as: \"", options.as(), "\" has no meaning in core/fold/command_table.cc");
  if (!HasField(message, options.as())) return absl::StrCat("as: it has no field ", options.as());
  return "";
}

// The fault in what the counter-act `command` says that it takes back; empty if there is none.
std::string FaultOfTakingBack(const Command& command, const std::vector<Command>& commands) {
  for (const std::string& name : command.options.takes_back()) {
    const bool known = std::any_of(commands.begin(), commands.end(), [&](const Command& other) {
      return other.domain == command.domain && other.name == name && name != command.name;
    });
    if (!known) return absl::StrCat("takes_back: ", command.domain, " has no other command ", name);
  }
  return "";
}

// "votum.meetings.v1" -> "meetings".
std::string DomainOf(absl::string_view package) {
  const std::vector<std::string> parts = absl::StrSplit(package, '.');
  return parts.size() > 1 ? parts[1] : "";
}

}  // namespace

absl::StatusOr<std::vector<Command>> ReadCommands(
    const google::protobuf::FileDescriptorSet& contracts) {
  std::vector<Command> commands;
  std::string faults;
  std::set<std::string> verbs;
  for (const google::protobuf::FileDescriptorProto& file : contracts.file()) {
    for (const DescriptorProto& message : file.message_type()) {
      if (!message.options().HasExtension(common::v1::command)) continue;
      const CommandOptions& options = message.options().GetExtension(common::v1::command);
      std::string fault = Fault(message, options);
      if (fault.empty()) fault = FaultOfSecond(DomainOf(file.package()), message, options);
      if (fault.empty() && !options.verb().empty() && !verbs.insert(options.verb()).second)
        fault = absl::StrCat("another command has the verb \"", options.verb(), "\"");
      if (!fault.empty())
        absl::StrAppend(&faults, file.name(), ": ", message.name(), ": ", fault, "\n");
      commands.push_back({message.name(), DomainOf(file.package()), file.name(), options});
    }
  }
  for (const Command& command : commands) {
    if (const std::string fault = FaultOfTakingBack(command, commands); !fault.empty())
      absl::StrAppend(&faults, command.file, ": ", command.name, ": ", fault, "\n");
  }
  if (!faults.empty()) return absl::FailedPreconditionError(faults);
  std::stable_sort(commands.begin(), commands.end(),
                   [](const Command& a, const Command& b) { return a.file < b.file; });
  return commands;
}

}  // namespace votum::generate
