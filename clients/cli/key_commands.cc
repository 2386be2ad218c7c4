// Keys and one-time codes.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/cli.h"
#include "clients/cli/people.h"
#include "clients/cli/terminal.h"
#include "clients/lib/key_agent.h"
#include "core/command/timestamps.h"
#include "crypto/encoding.h"
#include "crypto/keys.h"
#include "crypto/one_time_code.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum::cli {
namespace {

namespace v1 = directory::v1;

struct KeyOptions {
  std::string file;
  std::string type = "ed25519";
  std::string code_file;
  std::string label;
};

absl::Status NewKey(Run& run, const KeyOptions& options) {
  ASSIGN_OR_RETURN(
      const crypto::PrivateKey key,
      crypto::PrivateKey::Generate(options.type == "p256" ? crypto::KeyType::kP256
                                                          : crypto::KeyType::kEd25519));
  RETURN_IF_ERROR(CheckNewFile(options.file));
  ASSIGN_OR_RETURN(const crypto::SecretBytes passphrase,
                   NewPassphrase(run.passphrase_file, options.file));
  RETURN_IF_ERROR(key.SavePkcs8File(options.file, passphrase));
  run.PrintFacts({{"key_id", "key", key.public_key().id()}, {"file", "file", options.file}});
  return absl::OkStatus();
}

absl::Status ShowKey(Run& run) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const crypto::Signer* key, client->Key());
  if (run.json()) {
    run.PrintFacts(
        {{"key_id", "key", key->public_key().id()},
         {"type", "type", std::string(crypto::KeyTypeName(key->public_key().type()))},
         {"public_key", "public key", crypto::Base64Encode(key->public_key().spki_der())}});
  } else {
    *run.out << key->public_key().id() << "\n";
  }
  return absl::OkStatus();
}

struct UnlockOptions {
  std::string lifetime = "1h";
  bool confirm = false;
};

// Complains about a time for which no agent should hold a key: an agent that holds it for more than
// a day is another way of keeping the key.
std::string CheckLifetime(const std::string& text) {
  absl::Duration lifetime;
  const bool sound = absl::ParseDuration(text, &lifetime) && lifetime >= absl::Seconds(1) &&
                     lifetime <= absl::Hours(24);
  return sound ? ""
               : absl::StrCat("\"", text, "\" is not a time from 1s to 24h, such as 90m or 1h30m");
}

absl::Status Unlock(Run& run, const UnlockOptions& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  const std::string& file = client->context().key_file;
  if (run.dry_run) {
    run.PrintFacts({{"key_file", "would unlock", file}, {"lifetime", "for", options.lifetime}});
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const client::KeyAgent agent, client::KeyAgent::OfEnvironment());
  // Before the passphrase is typed for nothing.
  RETURN_IF_ERROR(agent.Find(file).status());
  ASSIGN_OR_RETURN(const crypto::PrivateKey key, client->OpenKeyFile());
  absl::Duration lifetime;
  absl::ParseDuration(options.lifetime, &lifetime);
  RETURN_IF_ERROR(agent.Add(
      key, file, {static_cast<uint32_t>(absl::ToInt64Seconds(lifetime)), options.confirm}));
  run.PrintFacts({{"key_id", "unlocked", key.public_key().id()},
                  {"lifetime", "for", absl::FormatDuration(lifetime)},
                  {"confirm", "asks before each signature", options.confirm ? "yes" : "no"},
                  {"agent", "held by the agent at", agent.socket()}});
  return absl::OkStatus();
}

absl::Status Lock(Run& run) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  if (client->context().key_file.empty()) return client->OpenKeyFile().status();  // NO_KEY
  const std::string& file = client->context().key_file;
  if (run.dry_run) {
    run.PrintFacts({{"key_file", "would lock", file}});
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const client::KeyAgent agent, client::KeyAgent::OfEnvironment());
  ASSIGN_OR_RETURN(const std::optional<crypto::PublicKey> key, agent.Find(file));
  if (key.has_value()) RETURN_IF_ERROR(agent.Remove(*key));
  run.PrintFacts({{"key_file", "locked", file},
                  {"was_unlocked", "was unlocked", key.has_value() ? "yes" : "no"}});
  return absl::OkStatus();
}

absl::Status Enrol(Run& run, const KeyOptions& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  // From its file and from no agent: whoever enrols a key has shown that it can be opened.
  ASSIGN_OR_RETURN(const crypto::PrivateKey key, client->OpenKeyFile());
  ASSIGN_OR_RETURN(const crypto::SecretBytes code,
                   Secret(options.code_file, "one-time code", "--code-file"));
  ASSIGN_OR_RETURN(const crypto::PrivateKey code_key, crypto::KeyOfOneTimeCode(code.Reveal()));
  v1::EnrolKey enrol;
  enrol.set_code_key_id(code_key.public_key().id());
  std::vector<common::v1::Attachment> attachments;
  if (!options.label.empty()) {
    ASSIGN_OR_RETURN(attachments, SealAbout(run, client->context().person_id, "--label",
                                            options.label, enrol.mutable_label()));
    if (attachments.empty()) enrol.clear_label();
  }
  RETURN_IF_ERROR(Approve(run, *client, client->context().person_id, enrol));
  const client::Signing signing{
      client->context().deployment, client->context().person_id, {&key, &code_key}, true};
  ASSIGN_OR_RETURN(common::v1::SignedCommand command,
                   client::SignCommand(signing, client->Now(), &enrol));
  for (const common::v1::Attachment& attachment : attachments)
    *command.add_attachments() = attachment;
  ASSIGN_OR_RETURN(const common::v1::Receipt receipt, client->Send(command));
  return run.PrintReceipt(
      enrol, receipt,
      {{"key_id", "key (a second administrator confirms it, unless it founds the deployment)",
        key.public_key().id()}});
}

struct CodeOptions {
  std::string person;
  int days = 14;
  std::string code_file;
};

absl::Status IssueCode(Run& run, const CodeOptions& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  const crypto::SecretBytes code = crypto::NewOneTimeCode();
  ASSIGN_OR_RETURN(const crypto::PrivateKey code_key, crypto::KeyOfOneTimeCode(code.Reveal()));
  v1::IssueEnrolmentCode issue;
  ASSIGN_OR_RETURN(*issue.mutable_person_id(), PersonId(*client, options.person));
  issue.set_code_public_key(code_key.public_key().spki_der());
  *issue.mutable_expire_time() = ToTimestamp(client->Now() + absl::Hours(24 * options.days));
  // The code is stored on disk before it becomes valid.
  if (!options.code_file.empty()) {
    std::string line = absl::StrCat(code.Reveal(), "\n");
    const auto receipt = SubmitWithFile(run, options.code_file, line, &issue);
    crypto::WipeString(&line);
    RETURN_IF_ERROR(receipt.status());
    return run.PrintReceipt(issue, *receipt);
  }
  return DoCommand(run, &issue, {},
                   {{"code",
                     absl::StrCat("one-time code of ", options.person,
                                  " (hand it over in person; it is shown only now)"),
                     std::string(code.Reveal())}});
}

}  // namespace

void AddKeyCommands(Command root, Run& run) {
  const auto key = std::make_shared<KeyOptions>();
  const Command make =
      AddVerb(root, run, "key", "new",
              "Make a key file, encrypted with a passphrase of at least 12 characters that is not "
              "easy to guess.\n"
              "Example: votum key new --out ~/erika.key",
              [&run, key] { return NewKey(run, *key); });
  make->add_option("--out", key->file, "New file")->required();
  make->add_option("--type", key->type, "ed25519 or p256")->one_of({"ed25519", "p256"});
  AddVerb(root, run, "key", "show",
          "Show the id of your key, for the administrator who confirms it.\n"
          "Example: votum key show",
          [&run] { return ShowKey(run); });
  const auto unlock = std::make_shared<UnlockOptions>();
  const Command open =
      AddVerb(root, run, "key", "unlock",
              "Ask for the passphrase of your key once: an agent (ssh-agent) holds the key from "
              "then on, and signs.\n"
              "`votum help keys` says how to have an agent, and when one that asks is better.\n"
              "Example: votum key unlock --lifetime 4h",
              [&run, unlock] { return Unlock(run, *unlock); });
  open->add_option("--lifetime", unlock->lifetime,
                   "After this time the agent forgets the key: 1s to 24h, like 90m")
      ->capture_default_str()
      ->check(CheckLifetime);
  open->add_flag("--confirm", unlock->confirm, "The agent asks you before each signature");
  AddVerb(root, run, "key", "lock",
          "Make the agent forget your key, so that its passphrase is asked for again.\n"
          "Example: votum key lock",
          [&run] { return Lock(run); });
  const Command enrol =
      AddVerb(root, run, "key", "enrol", "", [&run, key] { return Enrol(run, *key); });
  enrol->add_option("--code-file", key->code_file, "File with the one-time code");
  enrol->add_option("--label", key->label, "Your name for the device; optional");

  const auto code = std::make_shared<CodeOptions>();
  const Command issue =
      AddVerb(root, run, "code", "issue", "", [&run, code] { return IssueCode(run, *code); });
  issue->add_option("--person", code->person, "The person whose key it will enrol")->required();
  issue->add_option("--days", code->days, "The number of days for which it is valid")
      ->capture_default_str()
      ->in_range(1, 36500);
  issue->add_option("--code-file", code->code_file,
                    "Write the code to this new file instead of the terminal");
}

}  // namespace votum::cli
