// The ledger within a process: the log opened from a deployment's folder, an inner server for the
// services of the same process, and the service for those of others.
#ifndef VOTUM_SERVICES_VOTUMD_LEDGER_HOSTING_H_
#define VOTUM_SERVICES_VOTUMD_LEDGER_HOSTING_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "core/directory/directory_machine.h"
#include "grpcpp/impl/service_type.h"
#include "ledger/high_water.h"
#include "ledger/ledger.h"
#include "services/runtime/ledger_client.h"
#include "services/runtime/metrics.h"
#include "services/votumd/deployment.h"
#include "services/votumd/ledger_storage.h"
#include "votum/common/v1/command.pb.h"
#include "votum/runtime/v1/config.pb.h"

namespace votum {

// Makes the ledger's two stores, and appends record 0. It needs the origin, the log's key and the
// storage of `config`. ALREADY_EXISTS/LOG_EXISTS if there is a log in the stores.
absl::Status FoundLedger(const Deployment& deployment, const runtime::v1::DeploymentConfig& config,
                         const common::v1::SignedCommand& founding, Clock* clock);

// Signs a new newest checkpoint for all entries, for a deployment that has lost its checkpoint store;
// the number of records. Entries that are lost too show only as far as DIR/ledger/high-water knows
// of them. The caller has the ledger's lock. Errors as OpenLedger.
absl::StatusOr<uint64_t> RecoverCheckpoint(const Deployment& deployment,
                                           const runtime::v1::DeploymentConfig& config,
                                           Clock* clock);

// Opens and verifies the log, as LedgerHosting::Open. `ledger_config` as for the ledger. Besides the
// errors of Ledger::Open, HighWaterStore::Load and OpenLedgerStores:
//
//   DATA_LOSS/FILE_MISSING             a key is missing
//   FAILED_PRECONDITION/FOREIGN_FILE   a key belongs to another deployment
//   FAILED_PRECONDITION/LOG_FORKED     a witness has proved that the log has forked
//   DATA_LOSS/LOG_DAMAGED              the checkpoint in DIR/ledger/high-water is of another history
absl::StatusOr<std::unique_ptr<ledger::Ledger>> OpenLedger(
    const Deployment& deployment, const runtime::v1::DeploymentConfig& config,
    ledger::Opening opening, std::function<bool(absl::Duration)> wait,
    ledger::LedgerConfig ledger_config);

class LedgerHosting {
 public:
  // Stands by until this process leads (with files: at once), then opens and verifies the log.
  // `fatal` is called when the ledger must not go on; it does not return. `wait` as in Leadership;
  // CANCELLED if it said to stop. `progress` as in LedgerConfig.
  static absl::StatusOr<std::unique_ptr<LedgerHosting>> Open(
      const Deployment& deployment, const runtime::v1::DeploymentConfig& config, Clock* clock,
      std::function<void(const absl::Status&)> fatal, std::function<bool(absl::Duration)> wait,
      std::function<void(uint64_t done, uint64_t all)> progress);
  virtual ~LedgerHosting() = default;

  // A client for `service` of this process, whose name is trusted. Appending, receipts and following
  // the log are function calls; all others use a channel within the process.
  virtual std::unique_ptr<LedgerClient> ClientFor(const std::string& service) = 0;
  // The service for other processes, which it identifies by their client certificates.
  virtual grpc::Service* ServiceForOthers() = 0;
  virtual void Publish(Metrics& metrics) = 0;
  // Destroys the sealed contents of the subjects that are erased in `directory`, in the background.
  // Called after each fold.
  virtual void EraseSubjects(const directory::DirectoryMachine& directory) = 0;
  // Lets the ledger go by its clock again if two administrators accepted it in `directory`. Called
  // after each fold.
  virtual void AcceptTime(const directory::DirectoryMachine& directory) = 0;
  // Ends the Subscribe streams of other processes, which would never end by themselves. Call it
  // before the outer server stops. This process keeps following: commands in progress must still
  // be folded.
  virtual void EndSubscriptions() = 0;
  // Ends all calls in progress; no call may follow.
  virtual void Stop() = 0;
};

}  // namespace votum

#endif  // VOTUM_SERVICES_VOTUMD_LEDGER_HOSTING_H_
