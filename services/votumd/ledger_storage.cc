#include "services/votumd/ledger_storage.h"

#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "ledger/etcd_checkpoint_store.h"
#include "ledger/postgres_store.h"
#include "ledger/sqlite_checkpoint_store.h"
#include "ledger/sqlite_store.h"

namespace votum {
namespace {

constexpr uint32_t kLeaseSeconds = 3;
constexpr absl::Duration kDatabasePause = absl::Milliseconds(500);

// `path` if the file exists.
std::string IfThere(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored) ? path : std::string();
}

// Logs a line when the reason for waiting changes, not for each attempt.
class Waiting {
 public:
  void For(const std::string& what) {
    if (what != what_) Log(Severity::kInfo, "the ledger stands by", {{"waiting_for", what}});
    what_ = what;
  }

 private:
  std::string what_;
};

absl::StatusOr<std::unique_ptr<ledger::EntryStore>> StandBy(ledger::PostgresOptions options,
                                                            const Leadership& leadership) {
  std::unique_ptr<ledger::PostgresStore> store;
  Waiting waiting;
  for (;;) {
    absl::Status status;
    bool leads = false;
    if (store == nullptr) {
      auto opened = ledger::PostgresStore::Open(options);
      status = opened.status();
      if (opened.ok()) store = *std::move(opened);
    }
    if (store != nullptr) {
      const auto tried = store->TryToLead();
      status = tried.status();
      leads = tried.ok() && *tried;
    }
    if (leads) return store;
    if (!status.ok() && !absl::IsUnavailable(status)) return status;
    waiting.For(status.ok() ? "another ledger leads" : std::string(status.message()));
    if (!leadership.wait(status.ok() ? options.lease / 6 : kDatabasePause))
      return absl::CancelledError("stopped while standing by");
  }
}

absl::StatusOr<std::unique_ptr<ledger::CheckpointStore>> OpenCheckpointFile(
    const std::string& path, ledger::Opening opening) {
  const auto if_missing =
      opening == ledger::Opening::kFounded ? sqlite::IfMissing::kRefuse : sqlite::IfMissing::kMake;
  auto opened = ledger::SqliteCheckpointStore::Open(path, if_missing);
  if (opened.ok()) return *std::move(opened);
  if (ReasonOf(opened.status()) != Reason::kFileMissing) return opened.status();
  return Refuse(
      Reason::kCheckpointMissing,
      absl::StrCat(path,
                   " is missing or empty; mount its disk, or restore the newest one. "
                   "If it is gone for good and the entries are certainly complete, make a "
                   "new one with: votumd recover"));
}

}  // namespace

absl::Status CheckLedgerStorage(const runtime::v1::LedgerStorage& storage) {
  if (storage.postgresql().empty()) {
    if (storage.etcd().empty()) return absl::OkStatus();
    return Refuse(Reason::kBadLedger,
                  "etcd keeps the checkpoint of a log in PostgreSQL; name "
                  "the database too");
  }
  for (const std::string& endpoint : storage.etcd()) {
    if (!absl::StartsWith(endpoint, "http://") && !absl::StartsWith(endpoint, "https://")) {
      return Refuse(Reason::kBadLedger, absl::StrCat("\"", endpoint,
                                                     "\" is not an address of etcd; give one like "
                                                     "https://10.0.0.1:2379"));
    }
  }
  return postgres::CheckConninfo(storage.postgresql());
}

absl::StatusOr<LedgerStores> OpenLedgerStores(const Deployment& deployment,
                                              const std::string& origin,
                                              const runtime::v1::LedgerStorage& storage,
                                              ledger::Opening opening,
                                              const Leadership& leadership) {
  RETURN_IF_ERROR(CheckLedgerStorage(storage));
  LedgerStores stores;
  if (storage.postgresql().empty()) {
    const auto if_missing = opening == ledger::Opening::kFounding ? sqlite::IfMissing::kMake
                                                                  : sqlite::IfMissing::kRefuse;
    ASSIGN_OR_RETURN(stores.entries,
                     ledger::SqliteStore::Open(deployment.entries_path(), if_missing));
  } else {
    ledger::PostgresOptions options;
    options.conninfo = storage.postgresql();
    options.password_file = IfThere(deployment.password_path());
    options.lease =
        absl::Seconds(storage.lease_seconds() == 0 ? kLeaseSeconds : storage.lease_seconds());
    options.deposed = leadership.deposed;
    ASSIGN_OR_RETURN(stores.entries, StandBy(std::move(options), leadership));
  }
  if (storage.etcd().empty()) {
    ASSIGN_OR_RETURN(stores.checkpoints, OpenCheckpointFile(deployment.checkpoint_path(), opening));
  } else {
    ledger::EtcdOptions options;
    options.endpoints.assign(storage.etcd().begin(), storage.etcd().end());
    options.key = absl::StrCat("votum/", origin, "/checkpoint");
    options.tls = {IfThere(deployment.etcd_ca_path()), IfThere(deployment.etcd_identity_path())};
    stores.checkpoints = std::make_unique<ledger::EtcdCheckpointStore>(std::move(options));
  }
  return stores;
}

}  // namespace votum
