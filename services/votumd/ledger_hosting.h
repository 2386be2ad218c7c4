// The ledger within a process: the log opened from a deployment's folder, an inner server for the
// services of the same process, and the service for those of others.
#ifndef VOTUM_SERVICES_VOTUMD_LEDGER_HOSTING_H_
#define VOTUM_SERVICES_VOTUMD_LEDGER_HOSTING_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "core/directory/directory_machine.h"
#include "grpcpp/impl/service_type.h"
#include "services/runtime/ledger_client.h"
#include "services/runtime/metrics.h"
#include "services/votumd/deployment.h"
#include "services/votumd/ledger_storage.h"
#include "votum/common/v1/command.pb.h"
#include "votum/runtime/v1/config.pb.h"

namespace votum {

// Makes the ledger's two stores and appends record 0. ALREADY_EXISTS/LOG_EXISTS if there is a log
// in them.
absl::Status FoundLedger(const Deployment& deployment, const std::string& origin,
                         const runtime::v1::LedgerStorage& storage,
                         const common::v1::SignedCommand& founding, Clock* clock);

class LedgerHosting {
 public:
  // Stands by until this process leads (with files: at once), then opens and verifies the log.
  // `fatal` is called when the ledger must not go on; it does not return. `wait` as in Leadership;
  // CANCELLED if it said to stop.
  static absl::StatusOr<std::unique_ptr<LedgerHosting>> Open(
      const Deployment& deployment, const runtime::v1::DeploymentConfig& config, Clock* clock,
      std::function<void(const absl::Status&)> fatal, std::function<bool(absl::Duration)> wait);
  virtual ~LedgerHosting() = default;

  // For `service` of this process, which is believed to be who it says it is. What a vote
  // takes, and following the log, are calls of functions; the rest goes over a channel within the
  // process.
  virtual std::unique_ptr<LedgerClient> ClientFor(const std::string& service) = 0;
  // For the services of other processes, by their client certificate.
  virtual grpc::Service* ServiceForOthers() = 0;
  virtual void Publish(Metrics& metrics) = 0;
  // Destroys what is sealed of the subjects that `directory` says are erased, in the background.
  // Called after each fold.
  virtual void EraseSubjects(const directory::DirectoryMachine& directory) = 0;
  // Ends the Subscribe streams of others, which would never end by themselves. Before the outer
  // server stops. What this process follows goes on: what is under way must still be folded.
  virtual void EndSubscriptions() = 0;
  // Ends what is under way; no call may come after.
  virtual void Stop() = 0;
};

}  // namespace votum

#endif  // VOTUM_SERVICES_VOTUMD_LEDGER_HOSTING_H_
