// The ledger's two stores as a deployment configures them: files of its folder, or PostgreSQL and
// etcd.
#ifndef VOTUM_SERVICES_VOTUMD_LEDGER_STORAGE_H_
#define VOTUM_SERVICES_VOTUMD_LEDGER_STORAGE_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ledger/checkpoint_store.h"
#include "ledger/high_water.h"
#include "ledger/store.h"
#include "services/votumd/deployment.h"
#include "votum/runtime/v1/config.pb.h"

namespace votum {

struct LedgerStores {
  std::unique_ptr<ledger::EntryStore> entries;
  std::unique_ptr<ledger::CheckpointStore> checkpoints;
};

struct Leadership {
  // Called when another ledger has taken over; does not return.
  std::function<void(const absl::Status&)> deposed;
  // Waits for the duration; false if the process is to stop.
  std::function<bool(absl::Duration)> wait;
};

// INVALID_ARGUMENT/BAD_LEDGER, naming the fault.
absl::Status CheckLedgerStorage(const runtime::v1::LedgerStorage& storage);

// Opens the stores for the log `origin`. With PostgreSQL it stands by, for however long, until this
// process leads; CANCELLED if told to stop while waiting. `opening` says which files may be made:
//
//   DATA_LOSS/FILE_MISSING         entries.db is missing or empty
//   DATA_LOSS/CHECKPOINT_MISSING   checkpoint.db is
absl::StatusOr<LedgerStores> OpenLedgerStores(const Deployment& deployment,
                                              const std::string& origin,
                                              const runtime::v1::LedgerStorage& storage,
                                              ledger::Opening opening,
                                              const Leadership& leadership);

}  // namespace votum

#endif  // VOTUM_SERVICES_VOTUMD_LEDGER_STORAGE_H_
