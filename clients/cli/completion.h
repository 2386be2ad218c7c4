// Completion of nouns, verbs and options in shells: a script made from the parser itself.
#ifndef VOTUM_CLIENTS_CLI_COMPLETION_H_
#define VOTUM_CLIENTS_CLI_COMPLETION_H_

#include <string>

namespace CLI {
class App;
}

namespace votum::cli {

// The script for `shell`: "bash", "zsh" or "fish". Values are completed as files.
std::string CompletionScript(const CLI::App& root, const std::string& shell);

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_COMPLETION_H_
