#include "clients/cli/cli.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/declared_commands.h"
#include "clients/cli/election/election_command.h"
#include "clients/cli/fields.h"
#include "clients/cli/printer.h"
#include "clients/cli/rank/rank_command.h"
#include "clients/cli/safe_output.h"
#include "clients/cli/terminal.h"
#include "clients/cli/words.h"
#include "clients/lib/unary_call.h"
#include "core/command/payload_type.h"
#include "core/command/timestamps.h"
#include "core/fold/command_table.h"
#include "nlohmann/json.hpp"
#include "platform/arguments/usage.h"
#include "rules/calendar.h"
#include "votum/common/v1/options.pb.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum::cli {
namespace {

constexpr size_t kMaxTextBytes = size_t{16} << 20;

// Codes of failed proofs.
constexpr Reason kUnproved[] = {Reason::kReceiptInvalid,  Reason::kFaultsFound,
                                Reason::kDocumentInvalid, Reason::kTrackerMissing,
                                Reason::kNoQuorum,        Reason::kLogForked};

std::string Dump(const nlohmann::ordered_json& json) {
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

// Tells that a command waits for a second person, and how to confirm it; nothing if it is in effect,
// as it is for a founder, or for somebody whom it concerns alone.
absl::StatusOr<Extras> WaitingOf(const Run& run, const google::protobuf::Message& command,
                                 uint64_t record) {
  const auto& options = command.GetDescriptor()->options().GetExtension(common::v1::command);
  if (options.second().empty()) return Extras();
  ASSIGN_OR_RETURN(const std::optional<directory::v1::Act> act, PendingActOf(run, command, record));
  if (!act.has_value()) return Extras();
  const SecondVerbs verbs =
      SecondVerbsOf(FindCommandType(PayloadType(command.GetDescriptor()))->domain);
  std::string by = absl::StrCat(" --record ", record);
  if (!verbs.scope.empty())
    by = absl::StrCat(" --id ", FieldText(command, std::string(verbs.scope)), by);
  Extras extras = {{"confirm_with",
                    "in effect once a second person confirms it, until " +
                        rules::TimeText(FromTimestamp(act->lapse_time())),
                    absl::StrCat(verbs.confirm, by)}};
  if (!act->concerned_id().empty()) {
    extras.push_back({"contradict_with", absl::StrCat(act->concerned_id(), " may contradict it"),
                      absl::StrCat(verbs.contradict, by, " --reason WORDS")});
  }
  return extras;
}

}  // namespace

ExitCode ExitCodeOf(const absl::Status& status) {
  if (status.ok()) return kDone;
  const std::optional<Reason> reason = ReasonOf(status);
  for (const Reason unproved : kUnproved) {
    if (reason == unproved) return kVerificationFailed;
  }
  if (client::IsOfService(status)) {
    const bool no_way = absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
    return no_way ? kNotReachable : kRefusedByService;
  }
  if (reason == Reason::kNotCheckable) return kNotCheckable;
  const bool unclear = reason == Reason::kUsage || reason == Reason::kConfirmationNeeded;
  return unclear ? kUsage : kLocalProblem;
}

absl::StatusOr<std::shared_ptr<client::Client>> Clients::Get(const std::string& context_path,
                                                             const std::string& passphrase_file,
                                                             absl::Duration patience) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::shared_ptr<client::Client>& opened = clients_[absl::StrCat(
      context_path, "\n", passphrase_file, "\n", absl::FormatDuration(patience))];
  if (opened != nullptr) return opened;
  ASSIGN_OR_RETURN(client::Context context, client::LoadContext(context_path));
  if (!passphrase_file.empty()) context.passphrase_file = passphrase_file;
  const std::string deployment =
      absl::StrCat(context.ca_certificate_file, " ", context.edge, " ", context.identity_file, " ",
                   absl::StrJoin(context.endpoints, " ", absl::PairFormatter("=")));
  std::shared_ptr<client::Channels>& channels = channels_[deployment];
  if (channels == nullptr) {
    ASSIGN_OR_RETURN(channels, client::Channels::Open(context));
  }
  const auto ask = [file = context.passphrase_file, context_path](
                       const std::string& key_file) -> absl::StatusOr<crypto::SecretBytes> {
    std::error_code error;
    if (std::filesystem::exists(key_file, error)) return PassphraseOf(key_file, file);
    return Refuse(Reason::kNoKey,
                  absl::StrCat("the context ", context_path, " names the key file ", key_file,
                               ", which is not there; put it back, or make a context with the "
                               "key that you have: votum context add NAME --from ",
                               context_path, " --person ID --key FILE"));
  };
  ASSIGN_OR_RETURN(opened, client::Client::Open(context, channels, ask, patience));
  return opened;
}

absl::Duration Clients::TakeOldestState() {
  const std::lock_guard<std::mutex> lock(mutex_);
  absl::Duration oldest;
  for (const auto& [key, client] : clients_) {
    if (client != nullptr) oldest = std::max(oldest, client->TakeOldestState());
  }
  return oldest;
}

absl::StatusOr<std::shared_ptr<client::Client>> Run::Client() const {
  // A receipt that cannot be saved is noticed before anything is recorded.
  RETURN_IF_ERROR(CheckOut(receipt_file));
  std::string path = context.empty() ? "" : client::ContextPath(context);
  if (path.empty()) {
    ASSIGN_OR_RETURN(path, client::CurrentContextPath());
  }
  return clients->Get(path, passphrase_file, absl::Seconds(timeout_seconds));
}

void Run::Report(const absl::Status& status) {
  if (status.ok() || ReasonOf(status) == Reason::kDryRun) return;
  exit_code = ExitCodeOf(status);
  const std::string code = absl::StatusCodeToString(status.code());
  const std::string text = ReasonTextOf(status);
  const std::string& reason = text.empty() ? code : text;
  const std::string command = app == nullptr ? "votum" : CommandOf(*app);
  const std::string message(status.message());
  if (!json()) {
    // Further lines of a message cannot pass for other messages.
    *err << command << ": " << reason << ": " << absl::StrReplaceAll(message, {{"\n", "\n  "}})
         << "\n";
    return;
  }
  nlohmann::ordered_json error;
  error["error"] = {{"code", code}, {"reason", reason}, {"command", command}, {"message", message}};
  *err << Dump(error);
}

void Run::Print(const google::protobuf::Message& message,
                const std::vector<std::string>& first) const {
  *out << (json() ? JsonText(message) : ReadableText(message, first));
}

void Run::PrintFacts(const Extras& facts) const {
  if (json()) {
    nlohmann::ordered_json object;
    for (const Extra& fact : facts) object[fact.name] = fact.value;
    *out << Dump(object);
    return;
  }
  for (const Extra& fact : facts) *out << fact.words << ": " << OneLine(fact.value) << "\n";
}

absl::Status Run::PrintReceipt(const google::protobuf::Message& command,
                               const common::v1::Receipt& receipt, const Extras& extras) const {
  const std::string& name = command.GetDescriptor()->name();
  const absl::StatusOr<Extras> waiting = WaitingOf(*this, command, receipt.index());
  Extras all = extras;
  if (waiting.ok()) all.insert(all.end(), waiting->begin(), waiting->end());
  if (!json()) {
    *out << name << ": record " << receipt.index() << ", proved\n";
    PrintFacts(all);
  } else {
    PrintReceiptJson(command, receipt, all);
  }
  if (!receipt_file.empty()) {
    RETURN_IF_ERROR(
        AfterRecord(receipt, Deliver(*this, receipt_file, receipt.SerializeAsString())));
  }
  return AfterRecord(receipt, waiting.status());
}

void Run::PrintReceiptJson(const google::protobuf::Message& command,
                           const common::v1::Receipt& receipt, const Extras& extras) const {
  common::v1::Record record;
  record.ParseFromString(receipt.record());
  nlohmann::ordered_json object = {{"command", command.GetDescriptor()->name()},
                                   {"command_id", FieldText(command, "header.command_id")},
                                   {"index", receipt.index()},
                                   {"time", JsonTime(record.time())},
                                   {"proved", true}};
  for (const Extra& extra : extras) object[extra.name] = extra.value;
  *out << Dump(object);
}

Command AddVerb(Command root, Run& run, absl::string_view noun, absl::string_view name,
                absl::string_view help, std::function<absl::Status()> action) {
  const std::vector<CLI::App*> existing =
      root.app().get_subcommands([noun](CLI::App* app) { return app->get_name() == noun; });
  CLI::App* parent = existing.empty() ? nullptr : existing[0];
  if (parent == nullptr) {
    parent = root.app().add_subcommand(std::string(noun));
    parent->require_subcommand(1);
  }
  parent->description(
      absl::StrCat(parent->get_description(), parent->get_description().empty() ? "" : ", ", name));
  const Command verb = Command(*parent)->add_subcommand(
      name, help.empty() ? DeclaredHelp(absl::StrCat(noun, " ", name)) : std::string(help));
  verb->callback([&run, action = std::move(action)] { run.Report(action()); });
  return verb;
}

absl::StatusOr<std::string> TextOf(const std::string& value) {
  if (!absl::StartsWith(value, "@")) return value;
  if (value == "@-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  auto text = ReadFile(value.substr(1), kMaxTextBytes);
  if (!text.ok()) return Refuse(Reason::kBadFile, text.status().message());
  return text;
}

absl::Status Deliver(const Run& run, const std::string& path, absl::string_view bytes) {
  if (path.empty()) {
    *run.out << bytes;
    return absl::OkStatus();
  }
  const absl::Status written = WriteNewFile(path, bytes);
  return absl::IsAlreadyExists(written) ? CheckNewFile(path) : written;
}

namespace {

// The families of commands and the nouns with which their commands begin. A family names each noun
// of its commands: without it, a command would be built from its declaration alone.
struct Family {
  void (*add)(Command, Run&);
  std::vector<absl::string_view> nouns;  // empty: `add` itself asks Run::Wants for each command
};

const std::vector<Family>& Families() {
  static const auto* const kFamilies =
      new std::vector<Family>{{AddProposalCommands, {"proposal"}},
                              {AddReads, {}},
                              {AddContextCommands, {"context"}},
                              {AddKeyCommands, {"key", "code"}},
                              {AddActCommands, {"act", "subject", "time"}},
                              {AddMeetingActCommands, {"meeting"}},
                              {AddConfirmVotersCommand, {"round"}},
                              {AddPersonCommands, {"person", "key", "meeting"}},
                              {AddAdoptRulesCommand, {"organization"}},
                              {AddRulesQuestions, {"rules"}},
                              {AddRulesCheckCommand, {"rules"}},
                              {AddIdeaCommands, {"idea"}},
                              {AddRoundCommands, {"round"}},
                              {AddMeetingCommands, {"meeting", "vote", "decision"}},
                              {AddLotCommands, {"lot"}},
                              {AddProjectCommands, {"project"}},
                              {AddReceiptCommands, {"receipt"}},
                              {AddAuditCommands, {"log", "audit", "decision", "verify"}},
                              {AddAttestCommand, {"state"}},
                              {AddSecretVoteCommands, {"election"}},
                              {AddBallotCommands, {"election"}},
                              {AddTrusteeCommands, {"trustee"}},
                              {AddDeclaredCommands, {}},
                              {AddBatchCommand, {"batch"}},
                              {AddHelpCommands, {"help", "completion"}}};
  return *kFamilies;
}

void AddOptions(Command root, Run& run) {
  root.app().set_version_flag("--version", "votum " VOTUM_VERSION);
  const CommandOption context = root->add_option(
      "-c,--context", run.context,
      "The context to use, which says who acts and where: a name, or the path of a "
      "file; without it the one in use");
  // A batch has read the environment already; an option that it was given has precedence.
  if (!run.of_batch) context->envname("VOTUM_CONTEXT");
  root->add_option("-o,--output", run.output, "table or json")->one_of({"table", "json"});
  root->add_option("--passphrase-file", run.passphrase_file,
                   "File with the passphrase of the key file; without it the terminal asks");
  root->add_option("--receipt", run.receipt_file, "Save the receipt of a command in this file");
  root->add_option("--timeout", run.timeout_seconds,
                   "Seconds after which a service that does not answer is given up")
      ->capture_default_str()
      ->in_range(1, 3600);
  root->add_flag("-y,--yes", run.assume_yes, "Do not ask before what cannot be undone")
      ->envname("VOTUM_YES");
  root->add_flag("--dry-run", run.dry_run,
                 "Show what would be signed; sign, send and keep nothing. The service is not asked "
                 "whether it would take it");
}

void AddCommands(Command root, Run& run) {
  if (run.Wants("election")) {
    const auto passphrase = [&run](bool is_new) {
      return is_new ? NewPassphrase(run.passphrase_file, "")
                    : Secret(run.passphrase_file, "Passphrase", "--passphrase-file");
    };
    AddElectionCommand(root, {run.out, run.err, passphrase, &run.exit_code});
  }
  for (const Family& family : Families()) {
    const bool wanted = family.nouns.empty() ||
                        std::any_of(family.nouns.begin(), family.nouns.end(),
                                    [&run](absl::string_view noun) { return run.Wants(noun); });
    if (wanted) family.add(root, run);
  }
  if (run.Wants("rank")) AddRankCommand(root, &run.exit_code);
}

// A service that has lost the ledger goes on showing what it has; nobody should take it for news.
void TellAge(const Run& run) {
  const absl::Duration age = run.clients->TakeOldestState();
  if (age == absl::ZeroDuration()) return;
  const std::string note = absl::StrCat(
      "what you see is ", absl::FormatDuration(absl::Trunc(age, absl::Seconds(1))),
      " old: the service has not heard from the ledger since, and newer records are not shown");
  if (run.json()) {
    *run.err << Dump({{"note", note}});
  } else {
    *run.err << "votum: note: " << note << "\n";
  }
}

// Carries out `arguments` with the commands of `noun` alone, or with all if that is empty. Nothing,
// with a noun, if they cannot be parsed in this way.
std::optional<int> RunWith(const std::string& noun, const std::vector<std::string>& arguments,
                           Run run) {
  run.noun = noun;
  CLI::App app(
      "Votum: ideas, proposals, meetings, votes and decisions of a council, every step signed and "
      "checkable.\n"
      "Commands are noun and verb: `votum vote cast --help` explains one, `votum help` what all "
      "have in common. The subject of a\ncommand is named with --id; files and folders that it "
      "reads stand without a flag.",
      "votum");
  run.app = &app;
  app.require_subcommand(1);
  app.fallthrough();
  AddOptions(app, run);
  AddCommands(app, run);
  TakeDecimalsOnly(app);
  const absl::Status lists = CheckLists(app, arguments);
  if (!lists.ok() && AsksForJson(arguments)) run.output = "json";
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    if (lists.ok()) app.parse(reversed);
    run.Report(lists);
  } catch (const CLI::ParseError& error) {
    // Asking for help is an "error" too. The help of a noun or verb does not depend on others.
    const bool asks_for_help = error.get_exit_code() == 0;
    if (!noun.empty() && !(asks_for_help && !app.get_subcommands().empty())) return std::nullopt;
    if (asks_for_help) return app.exit(error, *run.out, *run.err);
    if (AsksForJson(arguments)) run.output = "json";
    run.Report(Refuse(Reason::kUsage, UsageOf(app, error)));
  }
  TellAge(run);
  return run.exit_code;
}

}  // namespace

int RunLine(const std::vector<std::string>& arguments, const Run& run) {
  const std::vector<std::string> words = WordsOf(arguments);
  const std::string noun = words.empty() ? "" : words[0];
  // Help and completion know all commands.
  const bool of_all = noun.empty() || noun == "help" || noun == "completion";
  const std::optional<int> code = of_all ? std::nullopt : RunWith(noun, arguments, run);
  return code.has_value() ? *code : *RunWith("", arguments, run);
}

int RunCommandLine(const std::vector<std::string>& arguments, Clients* clients, std::ostream& out,
                   std::ostream& err) {
  Run run;
  run.clients = clients;
  run.out = &out;
  run.err = &err;
  return RunLine(arguments, run);
}

}  // namespace votum::cli
