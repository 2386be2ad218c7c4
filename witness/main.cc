// votum-witness: cosigns the checkpoints of logs run by others.

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/keys.h"
#include "crypto/tlog/cosignature.h"
#include "crypto/tlog/policy.h"
#include "platform/arguments/usage.h"
#include "platform/http/client.h"
#include "platform/http/server.h"
#include "witness/collect.h"
#include "witness/head_store.h"
#include "witness/routes.h"
#include "witness/witness.h"

namespace votum::witness {
namespace {

constexpr int kRefused = 1;
constexpr char kPassphraseHelp[] = "File with the key's passphrase, if the key file has one";

struct Options {
  std::string name;
  std::string key_file;
  std::string passphrase_file;
  std::string logs_file;
  std::string database_file;
  std::string address = "127.0.0.1";
  uint16_t port = 7380;
  std::string folder;
  std::string policy_file;
  int patience_seconds = 30;
};

absl::StatusOr<crypto::CosignatureSigner> LoadSigner(const Options& options) {
  std::string passphrase;
  if (!options.passphrase_file.empty()) {
    ASSIGN_OR_RETURN(passphrase, ReadFile(options.passphrase_file));
    passphrase = std::string(absl::StripSuffix(passphrase, "\n"));
  }
  ASSIGN_OR_RETURN(
      crypto::PrivateKey key,
      crypto::PrivateKey::LoadPkcs8File(options.key_file, crypto::SecretBytes::CopyOf(passphrase)));
  return crypto::CosignatureSigner::Create(options.name, std::move(key));
}

absl::Status MakeKey(const Options& options) {
  ASSIGN_OR_RETURN(const crypto::PrivateKey key,
                   crypto::PrivateKey::Generate(crypto::KeyType::kEd25519));
  // The name is checked before anything is written.
  ASSIGN_OR_RETURN(const auto verifier,
                   crypto::CosignatureVerifier::Create(options.name, key.public_key()));
  RETURN_IF_ERROR(key.SavePkcs8FileUnencrypted(options.key_file));
  std::cout << verifier.vkey() << "\n";
  return absl::OkStatus();
}

absl::Status ShowKey(const Options& options) {
  ASSIGN_OR_RETURN(const auto signer, LoadSigner(options));
  std::cout << signer.verifier().vkey() << "\n";
  return absl::OkStatus();
}

absl::Status Serve(const Options& options) {
  ASSIGN_OR_RETURN(auto signer, LoadSigner(options));
  ASSIGN_OR_RETURN(const std::string logs_text,
                   ReadFile(options.logs_file, crypto::kMaxPolicyBytes));
  ASSIGN_OR_RETURN(const auto logs, crypto::Policy::Parse(logs_text));
  ASSIGN_OR_RETURN(const auto store, SqliteHeadStore::Open(options.database_file));
  SystemClock clock;
  WitnessConfig config;
  config.clock = &clock;
  config.alarm = [](const std::string& line) { std::cerr << "ALARM: " << line << std::endl; };
  config.fatal = [](const absl::Status& why) {
    std::cerr << "votum-witness: stopping, for it is not known what is on the disk: "
              << why.message() << std::endl;
    _exit(kRefused);
  };
  ASSIGN_OR_RETURN(const auto witness,
                   Witness::Create(std::move(signer), logs, store.get(), config));
  http::Limits limits;
  limits.body_bytes = kMaxRequestBytes;
  ASSIGN_OR_RETURN(
      const auto server,
      http::Server::Listen(options.address, options.port, [&witness](const http::Request& request) {
        return Route(*witness, request);
      }));
  // Set before the thread starts, which inherits the mask, so that only sigwait receives the
  // signals.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread thread([&server] { server->Run(); });
  std::cout << "witness " << witness->verifier().vkey() << " on http://" << options.address << ":"
            << server->port() << "/ for " << logs.logs().size() << " log keys" << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  server->Stop();
  thread.join();
  return absl::OkStatus();
}

absl::Status Collect(const Options& options) {
  ASSIGN_OR_RETURN(const std::string policy_text,
                   ReadFile(options.policy_file, crypto::kMaxPolicyBytes));
  ASSIGN_OR_RETURN(const auto policy, crypto::Policy::Parse(policy_text));
  SystemClock clock;
  FeedRunnerConfig config;
  config.clock = &clock;
  config.connect = [] { return http::Connect(); };
  config.alarm = [](const FeedAlarm& alarm) {
    std::cerr << "ALARM: " << alarm.witness << ": " << alarm.text << std::endl;
  };
  config.forked = [](const std::string& proof) {
    std::cerr << "the other checkpoint that the log has signed:\n" << proof << std::endl;
  };
  ASSIGN_OR_RETURN(
      const std::string cosigned,
      CollectCosignatures(options.folder, policy, absl::Seconds(options.patience_seconds), config));
  ASSIGN_OR_RETURN(const auto verified, policy.Verify(cosigned));
  std::cout << "checkpoint of size " << verified.checkpoint.size << ": " << verified.cosigned.size()
            << " of " << policy.witnesses().size() << " witnesses have cosigned, a quorum\n";
  return absl::OkStatus();
}

int Report(const absl::Status& status) {
  if (status.ok()) return 0;
  const std::string reason = ReasonTextOf(status);
  std::cerr << "votum-witness: "
            << (reason.empty() ? absl::StatusCodeToString(status.code()) : reason) << ": "
            << status.message() << "\n";
  return kRefused;
}

void AddKeyOptions(CLI::App* verb, Options* options) {
  verb->add_option("--name", options->name,
                   "The witness's name, a URL without scheme: witness.example/w1")
      ->required();
  verb->add_option("--key", options->key_file, "File of the private key (Ed25519, PEM PKCS#8)")
      ->required();
}

void AddServe(CLI::App* app, Options* options, absl::Status* status) {
  CLI::App* serve = app->add_subcommand(
      "serve",
      "Serve until SIGTERM.\nExample: votum-witness serve --name witness.example/w1 --key "
      "witness.pem --logs logs.policy --database witness.db");
  AddKeyOptions(serve, options);
  serve->add_option("--passphrase-file", options->passphrase_file, kPassphraseHelp);
  serve
      ->add_option("--logs", options->logs_file,
                   "The logs to witness: a policy (https://c2sp.org/tlog-policy) with log lines "
                   "and \"quorum none\"")
      ->required();
  serve->add_option("--database", options->database_file, "SQLite file of what was cosigned")
      ->required();
  serve->add_option("--address", options->address, "Where to listen; a proxy in front does TLS")
      ->capture_default_str();
  serve->add_option("--port", options->port, "0: any free port")->capture_default_str();
  serve->callback([options, status] { *status = Serve(*options); });
}

void AddCollect(CLI::App* app, Options* options, absl::Status* status) {
  CLI::App* collect = app->add_subcommand(
      "collect",
      "Have the checkpoint of an exported or static log cosigned by the witnesses of its policy.\n"
      "Example: votum-witness collect log/ --policy log.policy");
  collect->add_option("FOLDER", options->folder, "The log: checkpoint and tile/")->required();
  collect
      ->add_option("--policy", options->policy_file,
                   "Logs, witnesses with their URLs, quorum (https://c2sp.org/tlog-policy)")
      ->required();
  collect->add_option("--patience", options->patience_seconds, "Seconds to wait for a quorum")
      ->capture_default_str();
  collect->callback([options, status] { *status = Collect(*options); });
}

int Main(int argc, char** argv) {
  CLI::App app(
      "Cosigns the checkpoints of transparency logs, each only if it extends the one before "
      "(https://c2sp.org/tlog-witness).",
      "votum-witness");
  app.require_subcommand(1);
  Options options;
  absl::Status status;

  CLI::App* keygen = app.add_subcommand(
      "keygen",
      "Make a key for this witness alone, and print its verifier key.\nExample: votum-witness "
      "keygen --name witness.example/w1 --key witness.pem");
  AddKeyOptions(keygen, &options);
  keygen->callback([&] { status = MakeKey(options); });

  CLI::App* vkey = app.add_subcommand(
      "vkey",
      "Print the verifier key, for policies.\nExample: votum-witness vkey --name "
      "witness.example/w1 --key witness.pem");
  AddKeyOptions(vkey, &options);
  vkey->add_option("--passphrase-file", options.passphrase_file, kPassphraseHelp);
  vkey->callback([&] { status = ShowKey(options); });

  AddServe(&app, &options, &status);
  AddCollect(&app, &options, &status);
  if (const std::optional<int> code = ParseOrExplain(app, argc, argv)) return *code;
  return Report(status);
}

}  // namespace
}  // namespace votum::witness

int main(int argc, char** argv) { return votum::witness::Main(argc, argv); }
