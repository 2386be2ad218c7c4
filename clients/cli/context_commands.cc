// Contexts: who acts, in which deployment.

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/cli.h"

namespace votum::cli {
namespace {

struct NewContext {
  std::string name;
  std::string from;
  std::string person;
  std::string key;
  std::string passphrase_file;
};

absl::Status Add(const NewContext& options) {
  ASSIGN_OR_RETURN(client::Context context, client::LoadContext(options.from));
  context.person_id = options.person;
  if (!options.key.empty()) context.key_file = std::filesystem::absolute(options.key).string();
  if (!options.passphrase_file.empty()) {
    context.passphrase_file = std::filesystem::absolute(options.passphrase_file).string();
  }
  return client::SaveNewContext(context, client::ContextPath(options.name));
}

absl::Status Remove(const std::string& name) {
  const std::string path = client::ContextPath(name);
  if (std::remove(path.c_str()) == 0) return absl::OkStatus();
  return RefuseNotFound("NO_CONTEXT", absl::StrCat("there is no context ", path));
}

}  // namespace

void AddContextCommands(CLI::App& root, Run& run) {
  const auto added = std::make_shared<NewContext>();
  CLI::App* add = AddVerb(root, run, "context", "add",
                          "Make a context.\nExample: votum context add erika --from "
                          "/var/lib/votum/client.json --person m01 "
                          "--key ~/erika.key",
                          [added] { return Add(*added); });
  add->add_option("NAME", added->name, "Name, or path of the new file")->required();
  add->add_option("--from", added->from, "The deployment's client.json, or another context")
      ->required();
  add->add_option("--person", added->person, "Who acts");
  add->add_option("--key", added->key, "File of the person's key");
  add->add_option("--key-passphrase-file", added->passphrase_file,
                  "File with the key's passphrase");

  AddVerb(root, run, "context", "list", "List contexts.", [&run] {
    for (const std::string& name : client::ContextNames()) *run.out << name << "\n";
    return absl::OkStatus();
  });
  const auto removed = std::make_shared<std::string>();
  AddVerb(root, run, "context", "remove", "Remove a context; the key file stays.",
          [removed] { return Remove(*removed); })
      ->add_option("NAME", *removed, "Which")
      ->required();
}

}  // namespace votum::cli
