// `votumd init DIR`: makes a deployment.
#ifndef VOTUM_SERVICES_VOTUMD_INIT_H_
#define VOTUM_SERVICES_VOTUMD_INIT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/secret.h"

namespace votum {

// Includes the ports of kServices and their metrics.
inline constexpr int kMostReplicas = 2;

// Where the log is kept if not in files; see votum.runtime.v1.LedgerStorage.
struct StorageOptions {
  std::string postgresql;
  std::vector<std::string> etcd;
  // Copied to the deployment's folder; each may be empty.
  std::string password_file;
  std::string etcd_ca_file;
  std::string etcd_identity_file;
};

struct InitOptions {
  std::string folder;
  std::string deployment;  // the log's origin, e.g. "votum.musterstadt.example/log"
  std::string body_name;
  std::string administrator_id;  // empty: drawn at random
  std::string administrator_name;
  std::string code_file;                // new file for the one-time code; may be empty
  std::vector<std::string> host_names;  // beside localhost
  // Services listen at base_port, base_port + 1, ..., gateways 16 above, metrics 20.
  int base_port = 7451;
  int certificate_days = 365;
  bool simulated_clock = false;
  int replicas = 1;
  StorageOptions storage;
};

struct InitResult {
  std::string log_vkey;
  std::string administrator_id;
  crypto::SecretBytes one_time_code;  // of the first administrator; stored in code_file alone
};

// Makes the folder with everything in services/votumd/deployment.h, and founds the log with record
// 0. ALREADY_EXISTS/DEPLOYMENT_EXISTS if the folder has anything in it;
// FAILED_PRECONDITION/NOT_WRITTEN, with nothing founded, if the code cannot be kept.
absl::StatusOr<InitResult> InitDeployment(const InitOptions& options, absl::Time now);

}  // namespace votum

#endif  // VOTUM_SERVICES_VOTUMD_INIT_H_
