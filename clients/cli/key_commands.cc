// Keys and one-time codes.

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/cli.h"
#include "clients/cli/terminal.h"
#include "crypto/keys.h"
#include "crypto/one_time_code.h"
#include "services/domain/timestamps.h"
#include "services/voting/rules/profile.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum::cli {
namespace {

namespace v1 = directory::v1;

struct KeyOptions {
  std::string file;
  std::string type = "ed25519";
  std::string code_file;
  std::string label = "device";
};

absl::Status NewKey(Run& run, const KeyOptions& options) {
  ASSIGN_OR_RETURN(
      const crypto::PrivateKey key,
      crypto::PrivateKey::Generate(options.type == "p256" ? crypto::KeyType::kP256
                                                          : crypto::KeyType::kEd25519));
  ASSIGN_OR_RETURN(const crypto::SecretBytes passphrase,
                   Passphrase(run.passphrase_file, "New passphrase: "));
  RETURN_IF_ERROR(key.SavePkcs8File(options.file, passphrase));
  *run.out << "key " << key.public_key().id() << " is in " << options.file << "\n";
  return absl::OkStatus();
}

absl::Status ShowKey(Run& run) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const crypto::PrivateKey* key, client->Key());
  *run.out << key->public_key().id() << "\n";
  return absl::OkStatus();
}

absl::Status Enrol(Run& run, const KeyOptions& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<client::Client> client, run.Client());
  ASSIGN_OR_RETURN(const crypto::PrivateKey* key, client->Key());
  ASSIGN_OR_RETURN(const crypto::SecretBytes code,
                   Passphrase(options.code_file, "One-time code: "));
  ASSIGN_OR_RETURN(const crypto::PrivateKey code_key, crypto::KeyOfOneTimeCode(code.Reveal()));
  v1::EnrolKey enrol;
  enrol.set_code_key_id(code_key.public_key().id());
  enrol.set_label(options.label);
  const client::Signing signing{
      client->context().deployment, client->context().person_id, {key, &code_key}, true};
  ASSIGN_OR_RETURN(const common::v1::SignedCommand command,
                   client::SignCommand(signing, absl::Now(), &enrol));
  ASSIGN_OR_RETURN(const common::v1::Receipt receipt, client->Send(command));
  RETURN_IF_ERROR(run.PrintReceipt("EnrolKey", receipt));
  *run.out << "key " << key->public_key().id()
           << " waits for a second administrator, unless it founds the deployment\n";
  return absl::OkStatus();
}

struct CodeOptions {
  std::string person;
  int days = 14;
  std::string code_file;
};

absl::Status IssueCode(Run& run, const CodeOptions& options) {
  const crypto::SecretBytes code = crypto::NewOneTimeCode();
  ASSIGN_OR_RETURN(const crypto::PrivateKey code_key, crypto::KeyOfOneTimeCode(code.Reveal()));
  v1::IssueEnrolmentCode issue;
  issue.set_person_id(options.person);
  issue.set_code_public_key(code_key.public_key().spki_der());
  *issue.mutable_expire_time() = ToTimestamp(absl::Now() + absl::Hours(24 * options.days));
  RETURN_IF_ERROR(DoCommand(run, &issue));
  if (options.code_file.empty()) {
    *run.out << "one-time code of " << options.person
             << " (hand it over in person; it is shown only now): " << code.Reveal() << "\n";
    return absl::OkStatus();
  }
  return WriteNewFile(options.code_file, absl::StrCat(code.Reveal(), "\n"), 0600);
}

struct AdoptOptions {
  std::string organization;
  std::string profile;
  std::string profile_file;
};

absl::Status Adopt(Run& run, const AdoptOptions& options) {
  v1::AdoptRuleProfile adopt;
  adopt.set_organization_id(options.organization);
  if (!options.profile_file.empty()) {
    ASSIGN_OR_RETURN(const std::string text, TextOf(absl::StrCat("@", options.profile_file)));
    ASSIGN_OR_RETURN(*adopt.mutable_profile(), rules::ParseProfile(text));
  } else {
    const std::string today = absl::FormatTime("%Y-%m-%d", absl::Now(), absl::UTCTimeZone());
    ASSIGN_OR_RETURN(*adopt.mutable_profile(), rules::BuiltInProfile(options.profile, today));
  }
  return DoCommand(run, &adopt);
}

}  // namespace

void AddKeyCommands(CLI::App& root, Run& run) {
  const auto key = std::make_shared<KeyOptions>();
  CLI::App* make = AddVerb(
      root, run, "key", "new",
      "Make a key file, encrypted with a passphrase.\nExample: votum key new --out ~/erika.key",
      [&run, key] { return NewKey(run, *key); });
  make->add_option("--out", key->file, "New file")->required();
  make->add_option("--type", key->type, "ed25519 or p256")
      ->check(CLI::IsMember({"ed25519", "p256"}));
  AddVerb(root, run, "key", "show",
          "Show the id of your key, for the administrator who confirms it.",
          [&run] { return ShowKey(run); });
  CLI::App* enrol = AddVerb(root, run, "key", "enrol",
                            "Enrol your key with a one-time code. The code is asked for, or read "
                            "from a file; it is never "
                            "sent.",
                            [&run, key] { return Enrol(run, *key); });
  enrol->add_option("--code-file", key->code_file, "File with the one-time code");
  enrol->add_option("--label", key->label, "What you call the device");

  const auto code = std::make_shared<CodeOptions>();
  CLI::App* issue = AddVerb(
      root, run, "code", "issue",
      "Make a one-time code for a person (administrator); only its public part is recorded.",
      [&run, code] { return IssueCode(run, *code); });
  issue->add_option("--person", code->person, "Whose key it will enrol")->required();
  issue->add_option("--days", code->days, "How long it is valid")->check(CLI::Range(1, 36500));
  issue->add_option("--code-file", code->code_file,
                    "Write the code to this new file instead of the terminal");

  const auto adopt = std::make_shared<AdoptOptions>();
  CLI::App* rules = AddVerb(root, run, "organization", "adopt-rules",
                            "Set the rules of a council or committee (administrator).\nExample: "
                            "votum organization adopt-rules "
                            "--organization rat --profile de-nw-rat",
                            [&run, adopt] { return Adopt(run, *adopt); });
  rules->add_option("--organization", adopt->organization, "Whose rules")->required();
  rules->add_option("--profile", adopt->profile, "A profile that comes with the program");
  rules->add_option("--profile-file", adopt->profile_file,
                    "A profile of your own, protobuf text format");
}

}  // namespace votum::cli
