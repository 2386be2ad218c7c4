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
#include "base/clock.h"
#include "base/refusal.h"
#include "base/role_lock.h"
#include "base/status_macros.h"
#include "platform/arguments/usage.h"
#include "services/votumd/certificates.h"
#include "services/votumd/deployment.h"
#include "services/votumd/edge_files.h"
#include "services/votumd/init.h"
#include "services/votumd/ledger_hosting.h"
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

int Init(const votum::InitOptions& options) {
  const auto result = votum::InitDeployment(options, absl::Now());
  if (!result.ok()) return Report(result.status());
  std::cout << "Deployment " << options.deployment << " is ready in " << options.folder << ".\n"
            << "Log key, which auditors check with: " << result->log_vkey << "\n"
            << "It is in " << votum::Deployment(options.folder).vkey_path()
            << "; give it to every auditor, on another way than through this server.\n"
            << "Person id of the first administrator: " << result->administrator_id << "\n";
  if (options.code_file.empty()) {
    std::cout << "One-time code of the first administrator: " << result->one_time_code.Reveal()
              << "\n"
              << "It is shown only now. Enrol with: votum key enrol\n";
  } else {
    std::cout << "The first administrator's one-time code is in " << options.code_file << ".\n";
  }
  return 0;
}

int Recover(const std::string& folder) {
  const votum::Deployment deployment(folder);
  const auto recovered = [&]() -> absl::StatusOr<uint64_t> {
    ASSIGN_OR_RETURN(const auto config, deployment.LoadConfig());
    ASSIGN_OR_RETURN(const votum::RoleLock owner, deployment.TakeLedger());
    votum::SystemClock clock;
    return votum::RecoverCheckpoint(deployment, config, &clock);
  }();
  if (!recovered.ok()) return Report(recovered.status());
  std::cout << "The newest checkpoint has " << *recovered << " records.\n"
            << "If anybody has a receipt of a later record, entries are lost: stop, and tell an "
               "auditor.\n";
  return 0;
}

struct RenewOptions {
  std::string folder;
  std::vector<std::string> hosts;
  int days = 365;
};

void AddInit(CLI::App& app, votum::InitOptions& init, int* exit_code) {
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
  init_command->add_option("--code-file", init.code_file,
                           "Write the one-time code to this new file, which may be in DIR, instead "
                           "of the terminal");
  init_command->add_flag("--simulated-clock", init.simulated_clock,
                         "For demonstrations and tests, for good: the log's clock is that of the "
                         "machine plus the\nseconds in the file DIR/clock-offset, which you write. "
                         "Every audit says so");
  init_command->callback([&init, exit_code] { *exit_code = Init(init); });
}

void AddServe(CLI::App& app, votum::ServeOptions& serve, int* exit_code) {
  CLI::App* serve_command =
      app.add_subcommand("serve",
                         "Serve all services in one process, or some.\nExample: votumd serve --dir "
                         "/var/lib/votum --services meetings,decisions");
  serve_command->add_option("--dir", serve.folder, "The deployment's folder")->required();
  serve_command
      ->add_option(
          "--services", serve.services,
          absl::StrCat("Some of: ", absl::StrJoin(votum::kServices, ", "), ", ", votum::kGateway,
                       "; or ", votum::kCore, ": all of them without the gateway"))
      ->delimiter(',');
  serve_command
      ->add_option("--replica", serve.replica,
                   "Which of each service's processes this is, by the rows `replicas` of the "
                   "configuration")
      ->capture_default_str()
      ->check(CLI::Range(0, 99));
  serve_command->callback([&serve, exit_code] { *exit_code = Report(votum::Serve(serve)); });
}

struct EdgeOptions {
  std::string deployment;
  std::string folder;
  std::string group;
};

void AddEdge(CLI::App& app, EdgeOptions& edge, int* exit_code) {
  CLI::App* edge_command = app.add_subcommand(
      "edge",
      "Copy what a process with the gateway alone needs to a folder of its own, so that it can "
      "run\n"
      "under a user who can read nothing else. Once more after votumd renew; a running one takes "
      "it "
      "up.\n"
      "Example: votumd edge /var/lib/votum-edge --dir /var/lib/votum --group votum-edge");
  edge_command->add_option("FOLDER", edge.folder, "The folder for the gateway")->required();
  edge_command->add_option("--dir", edge.deployment, "The deployment's folder")->required();
  edge_command->add_option("--group", edge.group,
                           "The group of the gateway's user, which may read the files and change "
                           "nothing");
  edge_command->callback([&edge, exit_code] {
    *exit_code =
        Report(votum::CopyEdgeFiles(votum::Deployment(edge.deployment), edge.folder, edge.group));
  });
}

void AddRenew(CLI::App& app, RenewOptions& renew, int* exit_code) {
  CLI::App* renew_command =
      app.add_subcommand("renew",
                         "Issue new service certificates; running services take them up within "
                         "seconds.\nExample: votumd renew --dir /var/lib/votum");
  renew_command->add_option("--dir", renew.folder, "The deployment's folder")->required();
  renew_command->add_option("--host", renew.hosts, "Further host name (repeatable)");
  renew_command->add_option("--certificate-days", renew.days, "Validity")
      ->capture_default_str()
      ->check(CLI::Range(1, 3000));
  renew_command->callback([&renew, exit_code] {
    *exit_code = Report(votum::IssueServiceFiles(votum::Deployment(renew.folder), renew.hosts,
                                                 renew.days, absl::Now()));
  });
}

void AddRecover(CLI::App& app, std::string* folder, int* exit_code) {
  CLI::App* recover_command = app.add_subcommand(
      "recover",
      "Make the checkpoint store anew, if it is gone for good and the database has all entries.\n"
      "A restored, older database forks the log: its entries must be the newest.\n"
      "Run it as the user of the service.\n"
      "Example: votumd recover --dir /var/lib/votum");
  recover_command->add_option("--dir", *folder, "The deployment's folder")->required();
  recover_command->callback([folder, exit_code] { *exit_code = Recover(*folder); });
}

}  // namespace

int main(int argc, char** argv) {
  // Debian's Abseil looks for lock cycles inside gRPC at each lock; that is for debugging, and
  // costs a tenth.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  // By default each thread's heap returns the memory of a batch of votes, and requests it again
  // page by page for the next.
  mallopt(M_TRIM_THRESHOLD, kKeptHeapBytes);

  CLI::App app("Makes and serves a deployment of Votum.", "votumd");
  app.require_subcommand(1);
  int exit_code = 0;

  votum::InitOptions init;
  votum::ServeOptions serve;
  RenewOptions renew;
  EdgeOptions edge;
  AddInit(app, init, &exit_code);
  AddServe(app, serve, &exit_code);
  AddRenew(app, renew, &exit_code);
  AddEdge(app, edge, &exit_code);
  std::string recovered;
  AddRecover(app, &recovered, &exit_code);
  // Before any thread exists.
  votum::BlockStopSignals();
  return votum::ParseOrExplain(app, argc, argv).value_or(exit_code);
}
