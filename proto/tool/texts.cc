#include "proto/tool/texts.h"

#include <map>
#include <set>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace votum::generate {
namespace {

using common::v1::CommandOptions;

constexpr absl::string_view kEnd = "end of what is generated";

// "SIGNER_LOG_KEY" -> "log key".
std::string Words(absl::string_view prefix, std::string name) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(absl::StripPrefix(name, prefix)), {{"_", " "}});
}

// The effect of the command: the first line of its help, which may end in a parenthesis.
std::string FirstLine(const Command& command) {
  return command.options.help().substr(0, command.options.help().find('\n'));
}

// "clerk or administrator".
std::string InWords(const google::protobuf::RepeatedField<int>& offices) {
  std::vector<std::string> words;
  for (const int office : offices) {
    words.push_back(
        Words("OFFICE_", common::v1::Office_Name(static_cast<common::v1::Office>(office))));
  }
  return absl::StrJoin(words, " or ");
}

std::string SignedBy(const CommandOptions& options) {
  switch (options.signer()) {
    case common::v1::SIGNER_LOG_KEY:
      return "the log key, at index 0";
    case common::v1::SIGNER_NEW_KEY:
      return "the new key, `header.public_key`; then the key of the one-time code";
    case common::v1::SIGNER_ANYBODY:
      return "`header.actor`; or, if that is empty, the key in `header.public_key`";
    case common::v1::SIGNER_OFFICE:
      return absl::StrCat("`header.actor`, with the office ", InWords(options.offices()));
    default:
      return "`header.actor`";
  }
}

// The office of the second person, where one must confirm the command, and who needs none; the commands that it takes
// back, and whether it is recorded when the ledger takes no others.
std::string Special(const CommandOptions& options) {
  std::string text;
  if (!options.second().empty()) absl::StrAppend(&text, "; second: ", InWords(options.second()));
  if (options.self_alone()) text += ", not for what is one's own";
  if (options.founder_alone()) text += ", not while the deployment is founded";
  if (!options.takes_back().empty())
    absl::StrAppend(&text, "; takes back ", absl::StrJoin(options.takes_back(), ", "));
  if (options.when_stopped()) text += "; also when stopped";
  return text;
}

std::string ShownTo(const CommandOptions& options) {
  return options.shown_case() == CommandOptions::kAs
             ? absl::StrCat("as `", options.as(), "`")
             : Words("AUDIENCE_", common::v1::Audience_Name(options.audience()));
}

std::string GoodFor(const CommandOptions& options) {
  const uint32_t minutes = options.longest_validity_minutes();
  if (minutes == 0) return "15 minutes";
  constexpr uint32_t kDay = 24 * 60;
  return minutes % kDay == 0 ? absl::StrCat(minutes / kDay, " days")
                             : absl::StrCat(minutes / 60, " hours");
}

std::map<std::string, std::vector<const Command*>> ByDomain(const std::vector<Command>& commands) {
  std::map<std::string, std::vector<const Command*>> by_domain;
  for (const Command& command : commands) by_domain[command.domain].push_back(&command);
  return by_domain;
}

bool HasRpc(const Command& command) {
  return command.options.signer() != common::v1::SIGNER_LOG_KEY;
}

std::string Rpcs(const std::vector<const Command*>& commands) {
  std::string text = "\n";  // so that no comment of an RPC begins with the mark
  for (const Command* command : commands) {
    if (!HasRpc(*command)) continue;
    absl::StrAppend(&text, "  // ", FirstLine(*command), "\n  rpc ", command->name,
                    "(votum.common.v1.SignedCommand) returns (votum.common.v1.Receipt);\n");
  }
  return absl::StrCat(text, "\n");
}

std::string ReadmeTable(const std::vector<const Command*>& commands) {
  std::string text = "| command | what, and who may give it | `votum` |\n|---|---|---|\n";
  for (const Command* command : commands) {
    const std::string& verb = command->options.verb();
    absl::StrAppend(&text, "| ", command->name, " | ", FirstLine(*command), " | ",
                    verb.empty() ? "" : absl::StrCat("`", verb, "`"), " |\n");
  }
  return text;
}

std::string ProtocolTable(const std::vector<Command>& commands) {
  std::string text = "| command | signed by | record shown to | good for |\n|---|---|---|---|\n";
  for (const Command& command : commands) {
    absl::StrAppend(&text, "| ", command.domain, ".v1.", command.name, " | ",
                    SignedBy(command.options), Special(command.options), " | ",
                    ShownTo(command.options), " | ", GoodFor(command.options), " |\n");
  }
  return text;
}

}  // namespace

std::string CommandsHeader(const std::vector<Command>& commands) {
  std::set<std::string> files;
  for (const Command& command : commands) files.insert(command.file);
  std::string text =
      "// All commands; made from their declarations by votum_generate.\n"
      "#ifndef VOTUM_COMMANDS_H_\n#define VOTUM_COMMANDS_H_\n\n";
  for (const std::string& file : files)
    absl::StrAppend(&text, "#include \"", absl::StripSuffix(file, ".proto"), ".pb.h\"\n");
  absl::StrAppend(&text, "\n#define VOTUM_COMMANDS(X)");
  for (const Command& command : commands)
    absl::StrAppend(&text, " \\\n  X(", command.domain, "::v1::", command.name, ")");
  absl::StrAppend(&text, "\n\n#endif  // VOTUM_COMMANDS_H_\n");
  return text;
}

std::vector<Section> Sections(const std::vector<Command>& commands) {
  std::vector<Section> sections = {{"docs/protocol.md", "commands", ProtocolTable(commands)}};
  for (const auto& [domain, own] : ByDomain(commands)) {
    sections.push_back({absl::StrCat("proto/votum/", domain, "/v1/", domain, "_service.proto"),
                        "commands", Rpcs(own)});
    sections.push_back(
        {absl::StrCat("services/", domain, "/README.md"), "commands", ReadmeTable(own)});
  }
  return sections;
}

absl::StatusOr<std::string> WithSection(absl::string_view file, const Section& section) {
  const auto mark = file.find(absl::StrCat("generated: ", section.name));
  const auto begin = mark == absl::string_view::npos ? mark : file.find('\n', mark);
  const auto end = begin == absl::string_view::npos ? begin : file.find(kEnd, begin);
  if (end == absl::string_view::npos) {
    return absl::NotFoundError(absl::StrCat(section.path,
                                            " needs a line with \"generated: ", section.name,
                                            "\" and after it one with \"", kEnd, "\""));
  }
  return absl::StrCat(file.substr(0, begin + 1), section.text,
                      file.substr(file.rfind('\n', end) + 1));
}

}  // namespace votum::generate
