// Contexts: the acting person and the deployment.

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/cli.h"
#include "clients/cli/people.h"
#include "core/command/fields.h"

namespace votum::cli {
namespace {

// The value of --ca that stands for the authorities of this machine.
constexpr char kSystem[] = "system";

struct Options {
  std::string name;
  std::string from;
  std::string edge;
  std::string ca;
  std::string identity;
  std::string person;
  std::string key;
  std::string passphrase_file;
};

std::string Absolute(const std::string& path) {
  return path.empty() ? path : std::filesystem::absolute(path).string();
}

// A file where there is one, or else the context of that name.
std::string SourceOf(const std::string& from) {
  std::error_code error;
  return std::filesystem::exists(from, error) ? from : client::ContextPath(from);
}

// OK for an empty path.
absl::Status CheckThere(const std::string& option, const std::string& path,
                        absl::string_view way_out) {
  std::error_code error;
  if (path.empty() || std::filesystem::exists(path, error)) return absl::OkStatus();
  return Refuse(Reason::kBadFile, absl::StrCat(option, ": there is no file ", path, way_out));
}

absl::Status Add(Run& run, const Options& options) {
  RETURN_IF_ERROR(CheckThere("--key", options.key,
                             absl::StrCat("; make it with: votum key new --out ", options.key)));
  RETURN_IF_ERROR(CheckThere("--key-passphrase-file", options.passphrase_file,
                             "; without it the terminal asks"));
  const std::string from = SourceOf(options.from);
  ASSIGN_OR_RETURN(client::Context context, client::LoadContext(from));
  if (!options.edge.empty()) {
    RETURN_IF_ERROR(client::CheckEdge(options.edge));
    context.edge = options.edge;
    context.endpoints.clear();
    context.identity_file.clear();
  }
  if (!options.identity.empty()) {
    if (!context.edge.empty()) {
      return Refuse(Reason::kUsage,
                    "--identity is for the services' own ports; the edge asks for none");
    }
    RETURN_IF_ERROR(CheckThere("--identity", options.identity, "; votumd renew makes it"));
    context.identity_file = Absolute(options.identity);
  }
  if (options.ca == kSystem && context.edge.empty()) {
    return Refuse(Reason::kUsage,
                  "--ca system is for --edge; the services' own ports have "
                  "certificates of the deployment's authority");
  }
  if (options.ca == kSystem) {
    context.ca_certificate_file = "";
  } else if (!options.ca.empty()) {
    RETURN_IF_ERROR(CheckThere("--ca", options.ca, "; or say --ca system"));
    context.ca_certificate_file = Absolute(options.ca);
  }
  context.person_id = options.person;
  // An id is taken as it is: a context can be made while no service runs.
  if (!options.person.empty() && !CheckId("--person", options.person).ok()) {
    ASSIGN_OR_RETURN(
        const std::shared_ptr<client::Client> client,
        run.clients->Get(from, run.passphrase_file, absl::Seconds(run.timeout_seconds)));
    ASSIGN_OR_RETURN(context.person_id, PersonId(*client, options.person));
  }
  context.key_file = Absolute(options.key);
  context.passphrase_file = Absolute(options.passphrase_file);
  return client::SaveNewContext(context, client::ContextPath(options.name));
}

absl::Status List(const Run& run) {
  const std::string used = client::UsedContext();
  for (const std::string& name : client::ContextNames())
    *run.out << name << (name == used ? " (in use)" : "") << "\n";
  return absl::OkStatus();
}

absl::Status Show(const Run& run, const std::string& name) {
  std::string path = client::ContextPath(name.empty() ? run.context : name);
  if (name.empty() && run.context.empty()) {
    ASSIGN_OR_RETURN(path, client::CurrentContextPath());
  }
  ASSIGN_OR_RETURN(const client::Context context, client::LoadContext(path));
  Extras facts = {
      {"file", "file", path},
      {"deployment", "deployment", context.deployment},
      {"log_vkey", "log key", context.log_vkey},
      {"ca_certificate_file", "authority",
       context.ca_certificate_file.empty() ? "those of the system" : context.ca_certificate_file}};
  if (!context.edge.empty()) facts.push_back({"edge", "address", context.edge});
  if (!context.identity_file.empty())
    facts.push_back({"identity_file", "identity", context.identity_file});
  if (!context.person_id.empty()) facts.push_back({"person_id", "person", context.person_id});
  if (!context.key_file.empty()) facts.push_back({"key_file", "key file", context.key_file});
  for (const auto& [service, address] : context.endpoints)
    facts.push_back({absl::StrCat("endpoint_", service), service, address});
  run.PrintFacts(facts);
  return absl::OkStatus();
}

absl::Status Remove(const std::string& name) {
  const std::string path = client::ContextPath(name);
  if (std::remove(path.c_str()) == 0) return absl::OkStatus();
  RETURN_IF_ERROR(client::LoadContext(path).status());
  return Refuse(Reason::kNotWritten, absl::StrCat(path, " cannot be removed"));
}

}  // namespace

void AddContextCommands(Command root, Run& run) {
  const auto options = std::make_shared<Options>();
  const Command add =
      AddVerb(root, run, "context", "add",
              "Make a context: who acts, with which key, in which deployment.\n"
              "Example: votum context add erika --from client.json --person m01 --key "
              "~/erika.key",
              [&run, options] { return Add(run, *options); });
  add->add_option("NAME", options->name, "Name, or path of the new file")->required();
  add->add_option("--from", options->from,
                  "The deployment's client.json, or another context: its name, or its file")
      ->required();
  add->add_option("--edge", options->edge,
                  "One address for all calls, as https://votum.musterstadt.example, instead of the "
                  "services' own");
  add->add_option("--ca", options->ca,
                  "File of the authority that vouches for the certificate there, or \"system\" for "
                  "those of this machine; the deployment's own without it");
  add->add_option("--identity", options->identity,
                  "File with a certificate of the deployment and its key, which the services' own "
                  "ports demand from auditors' machines: tls/visitor.pem; not with --edge");
  add->add_option("--person", options->person,
                  "The person who acts: id or name; without it, the public");
  add->add_option("--key", options->key, "File of the person's key");
  add->add_option("--key-passphrase-file", options->passphrase_file,
                  "File with the key's passphrase; without it the terminal asks");

  AddVerb(root, run, "context", "list", "List contexts.\nExample: votum context list",
          [&run] { return List(run); });
  AddVerb(root, run, "context", "use",
          "Set the context that holds where none is named.\nExample: votum context use erika",
          [options] { return client::UseContext(options->name); })
      ->add_option("NAME", options->name, "The context")
      ->required();
  AddVerb(root, run, "context", "show",
          "Show a context, or the one in use.\nExample: votum context show erika",
          [&run, options] { return Show(run, options->name); })
      ->add_option("NAME", options->name, "The context");
  AddVerb(root, run, "context", "remove",
          "Remove a context; the key file stays.\nExample: votum context remove erika",
          [options] { return Remove(options->name); })
      ->add_option("NAME", options->name, "The context")
      ->required();
}

}  // namespace votum::cli
