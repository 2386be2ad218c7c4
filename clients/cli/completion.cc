#include "clients/cli/completion.h"

#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace votum::cli {
namespace {

// The permitted continuations of a partial command: its subcommands and options.
struct Node {
  std::string command;  // "vote cast"; empty for the program itself
  std::vector<std::string> subcommands;
  std::vector<std::string> options;
  std::string help;  // first line
};

void Collect(const CLI::App& app, const std::string& command, std::vector<Node>* nodes) {
  Node node;
  node.command = command;
  node.help = app.get_description().substr(0, app.get_description().find('\n'));
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) node.options.push_back("--" + name);
  }
  const auto subcommands = app.get_subcommands([](const CLI::App*) { return true; });
  for (const CLI::App* sub : subcommands) node.subcommands.push_back(sub->get_name());
  nodes->push_back(std::move(node));
  for (const CLI::App* sub : subcommands) {
    Collect(*sub, absl::StrCat(command, command.empty() ? "" : " ", sub->get_name()), nodes);
  }
}

// A table from the words of the command to the words that may follow; options of the program itself
// follow everywhere.
std::string BashScript(const std::vector<Node>& nodes) {
  std::string script =
      "_votum() {\n"
      "  local command='' word i words cur=${COMP_WORDS[COMP_CWORD]}\n"
      "  declare -A next=(\n";
  for (const Node& node : nodes) {
    absl::StrAppend(&script, "    ['", node.command.empty() ? "votum" : node.command, "']='",
                    absl::StrJoin(node.subcommands, " "), node.subcommands.empty() ? "" : " ",
                    absl::StrJoin(node.options, " "), "'\n");
  }
  absl::StrAppend(&script,
                  "  )\n"
                  "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
                  "    word=\"${command:+$command }${COMP_WORDS[i]}\"\n"
                  "    [[ -n ${next[$word]+set} ]] && command=$word\n"
                  "  done\n"
                  "  words=${next[${command:-votum}]}\n"
                  "  [[ $cur == -* && -n $command ]] && words+=\" ${next[votum]}\"\n"
                  "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
                  "}\n"
                  "complete -o default -F _votum votum\n");
  return script;
}

std::string FishScript(const std::vector<Node>& nodes) {
  const auto quoted = [](const std::string& text) {
    return absl::StrCat("'", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"'", "\\'"}}), "'");
  };
  std::string script =
      "function __votum_at\n"
      "  set -l words (commandline -opc | string match -v -- '-*')\n"
      "  test \"$words[2..-1]\" = \"$argv\"\n"
      "end\n"
      "function __votum_in\n"
      "  string match -q -- \"votum $argv *\" (commandline -cp)\n"
      "end\n";
  for (const Node& node : nodes) {
    for (const std::string& sub : node.subcommands) {
      absl::StrAppend(&script, "complete -c votum -f -n '__votum_at ", node.command, "' -a ",
                      quoted(sub), "\n");
    }
    for (const std::string& option : node.options) {
      absl::StrAppend(
          &script, "complete -c votum",
          node.command.empty() ? "" : absl::StrCat(" -n '__votum_in ", node.command, "'"), " -l ",
          option.substr(2), " -r\n");
    }
  }
  return script;
}

}  // namespace

std::string CompletionScript(const CLI::App& root, const std::string& shell) {
  std::vector<Node> nodes;
  Collect(root, "", &nodes);
  if (shell == "fish") return FishScript(nodes);
  const std::string bash = BashScript(nodes);
  // zsh takes bash's scripts.
  return shell == "bash" ? bash : absl::StrCat("autoload -Uz bashcompinit && bashcompinit\n", bash);
}

}  // namespace votum::cli
