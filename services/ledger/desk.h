// Where commands are handed in and receipts are given out, by function call and over gRPC alike: with
// cosignatures if the log has witnesses, and without a thread that waits.
#ifndef VOTUM_SERVICES_LEDGER_DESK_H_
#define VOTUM_SERVICES_LEDGER_DESK_H_

#include <cstdint>
#include <functional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/worker_pool.h"
#include "ledger/ledger.h"
#include "services/ledger/witnessing.h"
#include "votum/common/v1/command.pb.h"

namespace votum::ledger {

// Thread-safe. `then` is called once, from any thread, possibly from here; it must be short and must
// not block.
class Desk {
 public:
  using Then = std::function<void(absl::StatusOr<common::v1::Receipt>)>;

  // Both outlive this object. `witnessing` is null for a log without witnesses.
  Desk(Ledger* ledger, Witnessing* witnessing);

  // As Ledger::AppendThen, which hashes and checks on the caller's thread; if witnesses are required,
  // answers when a quorum has cosigned the record (Witnessing::Settle).
  void Append(const common::v1::SignedCommand& command, const Provenance& provenance,
              absl::Time deadline, Then then);
  // As Ledger::GetReceipt and then Witnessing::Settle; reads the store on a thread of its own.
  // LEDGER_BUSY if too many wait for it.
  void GetReceipt(uint64_t index, absl::Time deadline, Then then);

  // Has `task` run on a thread of the desk: for callers whose own thread must not compute, as those
  // of gRPC. False, and it is never run, if too many wait or the desk is closed.
  bool OnThread(std::function<void()> task) { return appenders_.Add(std::move(task)); }

  // Null for a log without witnesses.
  const Witnessing* witnessing() const { return witnessing_; }

  // Returns when no thread of the desk does anything any more. Later requests are refused.
  void Close() {
    appenders_.Close();
    readers_.Close();
  }

 private:
  Ledger& ledger_;
  Witnessing* const witnessing_;
  WorkerPool appenders_;
  WorkerPool readers_;
};

}  // namespace votum::ledger

#endif  // VOTUM_SERVICES_LEDGER_DESK_H_
