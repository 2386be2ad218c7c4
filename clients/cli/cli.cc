#include "clients/cli/cli.h"

#include <algorithm>
#include <array>
#include <iostream>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/rank/rank_command.h"
#include "clients/cli/terminal.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/json_util.h"

namespace votum::cli {
namespace {

constexpr size_t kMaxTextBytes = size_t{16} << 20;

// Reasons that say something of this machine, not of the deployment.
constexpr std::array<absl::string_view, 13> kLocalReasons = {
    "BAD_ARCHIVE",     "BAD_CONTEXT",      "BAD_FILE",        "CONTEXT_EXISTS", "FOLDER_EXISTS",
    "KEY_FILE_EXISTS", "KEY_FILE_EXPOSED", "NOT_A_KEY_FILE",  "NOT_WRITTEN",    "NO_ARCHIVE",
    "NO_CONTEXT",      "NO_KEY",           "WRONG_PASSPHRASE"};

}  // namespace

ExitCode ExitCodeOf(const absl::Status& status) {
  if (status.ok()) return kDone;
  const std::string reason = ReasonOf(status);
  if (reason == "RECEIPT_INVALID" || reason == "FAULTS_FOUND") return kVerificationFailed;
  if (std::find(kLocalReasons.begin(), kLocalReasons.end(), reason) != kLocalReasons.end())
    return kLocalProblem;
  if (absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status)) return kNotReachable;
  if (reason == "USAGE") return kUsage;
  return reason.empty() ? kLocalProblem : kRefusedByService;
}

absl::StatusOr<std::shared_ptr<client::Client>> Clients::Get(const std::string& context_path,
                                                             const std::string& passphrase_file) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = clients_.find(context_path);
  if (found != clients_.end()) return found->second;
  ASSIGN_OR_RETURN(client::Context context, client::LoadContext(context_path));
  if (!passphrase_file.empty()) context.passphrase_file = passphrase_file;
  const std::string deployment =
      absl::StrCat(context.ca_certificate_file, " ",
                   absl::StrJoin(context.endpoints, " ", absl::PairFormatter("=")));
  std::shared_ptr<client::Channels>& channels = channels_[deployment];
  if (channels == nullptr) {
    ASSIGN_OR_RETURN(channels, client::Channels::Open(context));
  }
  const auto ask = [file = context.passphrase_file](const std::string& key_file) {
    return Passphrase(file, absl::StrCat("Passphrase of ", key_file, ": "));
  };
  ASSIGN_OR_RETURN(std::shared_ptr<client::Client> opened,
                   client::Client::Open(context, channels, ask));
  clients_[context_path] = opened;
  return opened;
}

absl::StatusOr<std::shared_ptr<client::Client>> Run::Client() const {
  return clients->Get(client::ContextPath(context), passphrase_file);
}

void Run::Report(const absl::Status& status) {
  if (status.ok()) return;
  exit_code = ExitCodeOf(status);
  const std::string reason = ReasonOf(status);
  *err << "votum: " << (reason.empty() ? absl::StatusCodeToString(status.code()) : reason) << ": "
       << status.message() << "\n";
}

void Run::Print(const google::protobuf::Message& message) const {
  std::string text;
  if (json()) {
    google::protobuf::util::JsonPrintOptions options;
    options.add_whitespace = true;
    options.preserve_proto_field_names = true;
    options.always_print_primitive_fields = true;
    google::protobuf::util::MessageToJsonString(message, &text, options);
  } else {
    google::protobuf::TextFormat::Printer printer;
    printer.SetUseUtf8StringEscaping(true);
    printer.PrintToString(message, &text);
  }
  *out << text;
}

absl::Status Run::PrintReceipt(const std::string& command,
                               const common::v1::Receipt& receipt) const {
  if (!receipt_file.empty()) RETURN_IF_ERROR(WriteFile(receipt_file, receipt.SerializeAsString()));
  if (json()) {
    *out << "{\"command\":\"" << command << "\",\"index\":" << receipt.index()
         << ",\"proved\":true}\n";
  } else {
    *out << command << ": record " << receipt.index() << ", proved\n";
  }
  return absl::OkStatus();
}

absl::Status DoCommand(Run& run, google::protobuf::Message* command,
                       const std::vector<common::v1::Attachment>& attachments) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const common::v1::Receipt receipt, client->Do(command, attachments));
  return run.PrintReceipt(command->GetDescriptor()->name(), receipt);
}

CLI::App* AddVerb(CLI::App& root, Run& run, const std::string& noun, const std::string& name,
                  const std::string& help, std::function<absl::Status()> action) {
  const std::vector<CLI::App*> existing =
      root.get_subcommands([&noun](CLI::App* app) { return app->get_name() == noun; });
  CLI::App* parent = existing.empty() ? nullptr : existing[0];
  if (parent == nullptr) {
    parent = root.add_subcommand(noun);
    parent->require_subcommand(1);
  }
  parent->description(
      absl::StrCat(parent->get_description(), parent->get_description().empty() ? "" : ", ", name));
  CLI::App* verb = parent->add_subcommand(name, help);
  verb->callback([&run, action = std::move(action)] { run.Report(action()); });
  return verb;
}

absl::StatusOr<std::string> TextOf(const std::string& value) {
  if (!absl::StartsWith(value, "@")) return value;
  if (value == "@-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  auto text = ReadFile(value.substr(1), kMaxTextBytes);
  if (!text.ok()) return RefuseArgument("BAD_FILE", text.status().message());
  return text;
}

int RunCommandLine(const std::vector<std::string>& arguments, Clients* clients, std::ostream& out,
                   std::ostream& err) {
  Run run;
  run.clients = clients;
  run.out = &out;
  run.err = &err;
  CLI::App app(
      "Votum: ideas, proposals, meetings, votes and decisions of a council, every step signed and "
      "checkable.\n"
      "Commands are noun and verb: votum vote cast --help. Exit codes: 0 done, 1 refused by the "
      "service, 2 usage,\n"
      "3 not reachable, 4 verification failed, 5 a problem on this machine.",
      "votum");
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("-c,--context", run.context, "Context: a name, or the path of a file")
      ->envname("VOTUM_CONTEXT");
  app.add_option("-o,--output", run.output, "table or json")
      ->check(CLI::IsMember({"table", "json"}));
  app.add_option("--passphrase-file", run.passphrase_file,
                 "File with the passphrase of the key file");
  app.add_option("--receipt", run.receipt_file, "Save the receipt of a command in this file");
  for (const auto add :
       {AddSimpleCommands, AddReads, AddContextCommands, AddKeyCommands, AddIdeaCommands,
        AddRoundCommands, AddMeetingCommands, AddProjectCommands, AddAuditCommands}) {
    add(app, run);
  }
  AddRankCommand(app, &run.exit_code);
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    return app.exit(error, out, err) == 0 ? kDone : kUsage;
  }
  return run.exit_code;
}

}  // namespace votum::cli
