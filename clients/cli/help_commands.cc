// Help beyond a single command's --help: topics, and completion for shells.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/nearest.h"
#include "base/refusal.h"
#include "clients/cli/cli.h"
#include "clients/cli/completion.h"
#include "platform/arguments/usage.h"

namespace votum::cli {
namespace {

struct Topic {
  const char* name;
  const char* text;
};

constexpr Topic kTopics[] = {
    {"exit-codes",
     "0  done\n"
     "1  refused by a service: standard error has the reason and what can be done\n"
     "2  usage: the command line does not say what is needed\n"
     "3  not reachable: no service answered within --timeout; it is safe to try again\n"
     "4  verification failed: a receipt, a document, a log or a bundle does not hold\n"
     "5  a problem on this machine: a file, a key, a passphrase, a context\n"
     "6  no fault, but not all could be checked: the log is newer than this program, or not all of "
     "it\n"
     "   is shown to you\n"
     "7  audited while a vote or round is open: no fault, but its ballots are withheld until it "
     "is\n"
     "   closed\n"
     "\n"
     "Errors are one line on standard error, \"votum vote cast: REASON: message\"; with -o json "
     "one\n"
     "object: {\"error\": {\"code\", \"reason\", \"command\", \"message\"}}. Reasons are "
     "stable.\n"},
    {"contexts",
     "A context says who acts, with which key, in which deployment:\n"
     "\n"
     "  votum context add erika --from client.json --person m01 --key ~/erika.key\n"
     "  votum context use erika\n"
     "\n"
     "client.json is made by `votumd init`; get it, and the log's key in it, from somebody you "
     "trust.\n"
     "The context is the one named by --context or $VOTUM_CONTEXT (a name, or the path of a "
     "file),\n"
     "else the one in use, else the only one there is. Contexts are kept in $VOTUM_CONFIG, or\n"
     "$XDG_CONFIG_HOME/votum, or ~/.config/votum. A context without a person reads as the "
     "public.\n"
     "A person is given by id or by name, here and in all commands.\n"},
    {"keys",
     "Your key lies in a file, encrypted under a passphrase, which each signature and each read "
     "needs.\n"
     "To type it once, let an agent hold the key:\n"
     "\n"
     "  eval $(ssh-agent)                  unless one runs: ssh-add -l shows it\n"
     "  votum key unlock --lifetime 4h     asks for the passphrase, once\n"
     "  votum key lock                     the agent forgets the key; so it does after its "
     "lifetime\n"
     "\n"
     "Any program of yours can use the key meanwhile, and so can the administrators of machines "
     "to\n"
     "which you forward the agent (ssh -A). Either let the agent ask before each signature, with\n"
     "--confirm (it needs ssh-askpass), or give votum an agent of its own, which ssh does not "
     "know:\n"
     "\n"
     "  ssh-agent -a $XDG_RUNTIME_DIR/votum-agent\n"
     "  export VOTUM_AUTH_SOCK=$XDG_RUNTIME_DIR/votum-agent\n"
     "\n"
     "With --passphrase-file no agent is asked. A command of more than 256 KiB is longer than "
     "agents\n"
     "take: the passphrase is asked for. gpg-agent would keep the key on disk; use OpenSSH's.\n"},
    {"values",
     "Texts may come from a file: --text @beschluss.txt, or from standard input: --text @-.\n"
     "Words for choices are those that --help shows, like roll-call. Times are like\n"
     "2026-12-15T17:00:00+01:00, amounts of money are in cents. People are given by id or by "
     "name.\n"
     "Secrets never stand on the command line: the terminal asks for them, or an option names a "
     "file.\n"
     "Times are shown as the clocks in Germany have them, with the distance from UTC.\n"
     "With -o json answers are the contract's messages as JSON, with its field names, and times "
     "are "
     "in\n"
     "UTC.\n"},
    {"receipts",
     "Every command is signed with your key. The service answers with a receipt: your very bytes, "
     "at\n"
     "their place in the log, with a proof to a checkpoint that the log has signed. votum checks "
     "all of\n"
     "it before it says \"proved\"; if something does not hold, it says so and exits with 4.\n"
     "\n"
     "  votum vote cast --id abstimmung-1 --choice yes --receipt my-vote.receipt\n"
     "  votum receipt verify my-vote.receipt\n"
     "\n"
     "Where the file is lost, or could not be written, a receipt can be had again by its record's "
     "index:\n"
     "\n"
     "  votum receipt get --index 42 --out my-vote.receipt\n"
     "\n"
     "Do not ask so for the receipt of a secret ballot: the service would learn whose it is.\n"
     "\n"
     "Where witnesses watch over the log, a receipt that was given at once gains their "
     "cosignatures "
     "later:\n"
     "\n"
     "  votum receipt refresh my-vote.receipt --policy log.policy\n"
     "  votum receipt verify my-vote.receipt --policy log.policy\n"
     "\n"
     "Other people's programs take it as c2sp.org/tlog-proof: votum receipt export.\n"}};

constexpr absl::string_view kReasons = "reasons";

std::string HelpOn(const ReasonRow& row) {
  return absl::StrCat(row.text, " (", absl::StatusCodeToString(row.code), "): ", row.remedy, "\n");
}

void HelpOnAll(const Run& run, const CLI::App& root) {
  // App::help would explain the subcommand that was given, which is `help` itself.
  *run.out << root.get_formatter()->make_help(&root, root.get_name(), CLI::AppFormatMode::Normal)
           << "\nTopics, shown by `votum help TOPIC`:\n";
  for (const Topic& known : kTopics) *run.out << "  " << known.name << "\n";
  *run.out << "  " << kReasons << ", or a single one such as ALREADY_VOTED\n";
}

// The help of a noun, or of a noun and verb, as --help gives it.
absl::Status HelpOnCommand(const Run& run, const CLI::App& root,
                           const std::vector<std::string>& words) {
  const CLI::App* at = &root;
  std::string before;  // the words that lead to `at`
  for (const std::string& word : words) {
    const CLI::App* const found = SubcommandOf(*at, word);
    if (found == nullptr) {
      const std::string nearest = NearestOf(word, SubcommandsOf(*at));
      return Refuse(
          Reason::kUsage,
          absl::StrCat("there is no command or topic ", absl::StrJoin(words, " "),
                       nearest.empty() ? "" : absl::StrCat("; did you mean ", nearest, "?"),
                       nearest.empty() ? "; see votum help" : " See votum help"));
    }
    absl::StrAppend(&before, before.empty() ? "" : " ", at->get_name());
    at = found;
  }
  *run.out << at->help(before);
  return absl::OkStatus();
}

absl::Status Help(const Run& run, const CLI::App& root, const std::vector<std::string>& words) {
  if (words.empty()) {
    HelpOnAll(run, root);
    return absl::OkStatus();
  }
  if (words.size() > 1) return HelpOnCommand(run, root, words);
  const std::string& topic = words[0];
  for (const Topic& known : kTopics) {
    if (topic != known.name) continue;
    *run.out << known.text;
    return absl::OkStatus();
  }
  if (topic == kReasons) {
    for (const ReasonRow& row : AllReasons()) *run.out << HelpOn(row);
    return absl::OkStatus();
  }
  if (const std::optional<Reason> reason = ReasonNamed(topic)) {
    *run.out << HelpOn(RowOfReason(*reason));
    return absl::OkStatus();
  }
  return HelpOnCommand(run, root, words);
}

absl::Status Complete(const Run& run, const CLI::App& root, const std::string& shell) {
  *run.out << CompletionScript(root, shell);
  return absl::OkStatus();
}

}  // namespace

void AddHelpCommands(Command root, Run& run) {
  const auto words = std::make_shared<std::vector<std::string>>();
  const Command help =
      root->add_subcommand("help",
                           "Explain a command, or what all commands have in common.\n"
                           "Examples: votum help vote cast; votum help exit-codes");
  help->add_option(
      "TOPIC", *words,
      "A noun; a noun and verb; exit-codes, contexts, keys, values, receipts, reasons; "
      "or a reason such as ALREADY_VOTED");
  help->callback([&run, root, words] { run.Report(Help(run, root.app(), *words)); });

  const auto shell = std::make_shared<std::string>();
  const Command completion = root->add_subcommand("completion",
                                                  "Print completions for a shell.\n"
                                                  "Example: source <(votum completion bash)");
  completion->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->one_of({"bash", "zsh", "fish"});
  completion->callback([&run, root, shell] { run.Report(Complete(run, root.app(), *shell)); });
}

}  // namespace votum::cli
