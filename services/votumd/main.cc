// votumd: makes and serves a deployment of Votum.

#include <malloc.h>

#include <cstdio>
#include <iostream>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/refusal.h"
#include "services/votumd/certificates.h"
#include "services/votumd/deployment.h"
#include "services/votumd/init.h"
#include "services/votumd/serve.h"

namespace {

constexpr int kKeptHeapBytes = 64 << 20;

// Exit codes: as the command line client's, see `votum help exit-codes`.
constexpr int kRefused = 1;

int Report(const absl::Status& status) {
  if (status.ok()) return 0;
  const std::string reason = votum::ReasonTextOf(status);
  std::cerr << "votumd: " << (reason.empty() ? absl::StatusCodeToString(status.code()) : reason)
            << ": " << status.message() << "\n";
  return kRefused;
}

int Init(const votum::InitOptions& options, const std::string& code_file) {
  // The code is shown once: where it cannot be kept, nothing is founded.
  const absl::Status kept = code_file.empty() ? absl::OkStatus() : votum::CheckNewFile(code_file);
  if (!kept.ok()) return Report(kept);
  const auto result = votum::InitDeployment(options, absl::Now());
  if (!result.ok()) return Report(result.status());
  std::cout << "Deployment " << options.deployment << " is ready in " << options.folder << ".\n"
            << "Log key (give it to every auditor): " << result->log_vkey << "\n"
            << "Person id of the first administrator: " << result->administrator_id << "\n";
  if (code_file.empty()) {
    std::cout << "One-time code of the first administrator: " << result->one_time_code.Reveal()
              << "\n"
              << "It is shown only now. Enrol with: votum key enrol\n";
    return 0;
  }
  const absl::Status written =
      votum::WriteNewFile(code_file, absl::StrCat(result->one_time_code.Reveal(), "\n"), 0600);
  if (written.ok())
    std::cout << "The first administrator's one-time code is in " << code_file << ".\n";
  return Report(written);
}

}  // namespace

int main(int argc, char** argv) {
  // Debian's Abseil looks for lock cycles inside gRPC at each lock; that is for debugging, and
  // costs a tenth.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  // By default each thread's heap returns the memory of a batch of votes, and requests it again
  // page by page for the next.
  mallopt(M_TRIM_THRESHOLD, kKeptHeapBytes);

  CLI::App app("Makes and serves a deployment of Votum.");
  app.require_subcommand(1);
  int exit_code = 0;

  votum::InitOptions init;
  std::string code_file;
  CLI::App* init_command = app.add_subcommand(
      "init",
      "Make a deployment: certificates, log key, configuration, and record 0 of the log.\n"
      "Example: votumd init /var/lib/votum --deployment votum.musterstadt.example/log "
      "--body 'Stadt Musterstadt' --administrator-name 'Anna Amt'");
  init_command->add_option("DIR", init.folder, "New or empty folder")->required();
  init_command
      ->add_option("--deployment", init.deployment,
                   "The log's origin: names the deployment for good")
      ->required();
  init_command->add_option("--body", init.body_name, "Name of the city or other body")->required();
  init_command->add_option(
      "--administrator-id", init.administrator_id,
      "Person id of the first administrator, for tests; without it a random one");
  init_command
      ->add_option("--administrator-name", init.administrator_name,
                   "Name of the first administrator")
      ->required();
  init_command->add_option("--host", init.host_names,
                           "Further host name for the certificates (repeatable)");
  init_command->add_option("--base-port", init.base_port, "First port")
      ->capture_default_str()
      ->check(CLI::Range(1024, 65000));
  init_command
      ->add_option("--certificate-days", init.certificate_days, "Validity of service certificates")
      ->capture_default_str()
      ->check(CLI::Range(1, 3000));
  init_command->add_option("--replicas", init.replicas, "Processes of each service")
      ->capture_default_str()
      ->check(CLI::Range(1, votum::kMostReplicas));
  init_command->add_option(
      "--ledger", init.storage.postgresql,
      "Keep the log in PostgreSQL, e.g. postgresql://votum@10.0.0.1,10.0.0.2,10.0.0.3/votum");
  init_command->add_option("--ledger-password-file", init.storage.password_file,
                           "File with the database's password, as libpq's .pgpass; it is copied");
  init_command
      ->add_option("--etcd", init.storage.etcd,
                   "Keep the newest checkpoint in etcd, e.g. https://10.0.0.1:2379 (repeatable)")
      ->delimiter(',');
  init_command->add_option("--etcd-ca", init.storage.etcd_ca_file,
                           "Authority of etcd's certificates; it is copied");
  init_command->add_option("--etcd-identity", init.storage.etcd_identity_file,
                           "Certificate and key to show to etcd, in one file; it is copied");
  init_command->add_option("--code-file", code_file,
                           "Write the one-time code to this new file instead of the terminal");
  init_command->add_flag("--simulated-clock", init.simulated_clock,
                         "For demonstrations: the sequencer's clock is set by hand");
  init_command->callback([&] { exit_code = Init(init, code_file); });

  votum::ServeOptions serve;
  CLI::App* serve_command =
      app.add_subcommand("serve",
                         "Serve all services in one process, or some.\nExample: votumd serve --dir "
                         "/var/lib/votum --services meetings,decisions");
  serve_command->add_option("--dir", serve.folder, "The deployment's folder")->required();
  serve_command
      ->add_option(
          "--services", serve.services,
          absl::StrCat("Some of: ", absl::StrJoin(votum::kServices, ", "), ", ", votum::kGateway))
      ->delimiter(',');
  serve_command
      ->add_option("--replica", serve.replica,
                   "Which of each service's processes this is, by the rows `replicas` of the "
                   "configuration")
      ->capture_default_str()
      ->check(CLI::Range(0, 99));
  serve_command->callback([&] { exit_code = Report(votum::Serve(serve)); });

  std::string renew_folder;
  std::vector<std::string> renew_hosts;
  int renew_days = 365;
  CLI::App* renew_command =
      app.add_subcommand("renew",
                         "Issue new service certificates; running services take them up within "
                         "seconds.\nExample: votumd renew --dir /var/lib/votum");
  renew_command->add_option("--dir", renew_folder, "The deployment's folder")->required();
  renew_command->add_option("--host", renew_hosts, "Further host name (repeatable)");
  renew_command->add_option("--certificate-days", renew_days, "Validity")
      ->capture_default_str()
      ->check(CLI::Range(1, 3000));
  renew_command->callback([&] {
    exit_code = Report(votum::IssueServiceFiles(votum::Deployment(renew_folder), renew_hosts,
                                                renew_days, absl::Now()));
  });

  // Before any thread exists.
  votum::BlockStopSignals();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return exit_code;
}
