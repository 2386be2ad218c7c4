// CheckpointStore in etcd: for ledgers on several machines, which must agree on the newest
// checkpoint even if the database has lost acknowledged data.
//
// One key, changed by transactions that compare its value (etcd 3.4 and later, its JSON gateway at
// /v3/kv). Reads are linearizable, which is etcd's default. Without a majority of etcd nothing is
// signed.
#ifndef VOTUM_LEDGER_ETCD_CHECKPOINT_STORE_H_
#define VOTUM_LEDGER_ETCD_CHECKPOINT_STORE_H_

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "ledger/checkpoint_store.h"
#include "platform/http/client.h"

namespace votum::ledger {

struct EtcdOptions {
  std::vector<std::string> endpoints;  // "https://10.0.0.1:2379"; at least one
  std::string key;                     // e.g. "votum/<origin>/checkpoint"
  http::ClientTls tls;
  // The time limit of Load and Replace for finding an endpoint that answers.
  absl::Duration patience = absl::Seconds(60);
};

class EtcdCheckpointStore final : public CheckpointStore {
 public:
  explicit EtcdCheckpointStore(EtcdOptions options);

  // UNAVAILABLE after `patience`; FAILED_PRECONDITION/ETCD_REFUSED if etcd denies access.
  absl::StatusOr<std::string> Load() override;
  // As Load. The next attempt settles the outcome of an unanswered one, because it reads the stored
  // value.
  absl::Status Replace(absl::string_view expected, absl::string_view next) override;

 private:
  absl::StatusOr<std::string> CallPatiently(const std::string& path, const std::string& body,
                                            bool* in_doubt);

  const EtcdOptions options_;
  std::mutex mutex_;
  std::vector<http::Send> sends_;  // guarded by mutex_; for each endpoint
  size_t current_ = 0;             // guarded by mutex_: the endpoint that answered last
};

}  // namespace votum::ledger

#endif  // VOTUM_LEDGER_ETCD_CHECKPOINT_STORE_H_
