// Carries out every command, in every service, in one place:
//
//   open the envelope ─▶ known command id? ─▶ check at the current state ─▶ append to the ledger
//     ─▶ wait for the own fold ─▶ answer with the receipt, or with why the record is void
//
// A command that does not hold now is refused here and never recorded. One that held on arrival but
// does not hold at its own position (somebody was faster) is recorded and void, and the answer says
// so. docs/architecture.md, "The way of a command", shows all parties.
//
// A known command id gets the first receipt of that command, also when it comes with signatures
// that are not those of its record, which nobody verifies then. A command is its id with its
// payload type and payload; the signatures that count are those of its record. Without any
// signature it is refused before (UNSIGNED).
//
// No thread waits for a command: each step ends by asking for the next, which begins on whatever
// thread has the answer. Steps that compute run on a few threads of this class, so that neither
// gRPC's threads, nor the ledger's sequencer, nor the fold are held up.
#ifndef VOTUM_SERVICES_RUNTIME_COMMAND_EXECUTOR_H_
#define VOTUM_SERVICES_RUNTIME_COMMAND_EXECUTOR_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/worker_pool.h"
#include "core/fold/fold.h"
#include "grpcpp/support/byte_buffer.h"
#include "services/runtime/caller_shares.h"
#include "services/runtime/freshness.h"
#include "services/runtime/ledger_client.h"
#include "services/runtime/metrics.h"
#include "services/runtime/replica.h"
#include "services/runtime/waiting_room.h"

namespace votum {

// A service's part in the commands of one type: checks that only the service can make, and no fold.
// They may take their time, and may wait until `deadline`. Each may be null.
struct CommandHooks {
  using Hook =
      std::function<absl::Status(const google::protobuf::Message& command,
                                 const common::v1::SignedCommand& as_sent, absl::Time deadline)>;
  // Called before the state is looked at, whoever has signed the command: computes what the checks
  // would otherwise compute themselves.
  Hook ahead;
  // Called once all else holds, with the caller (CallerOf): whether one more such command is taken
  // from it. Neither this nor the next is called for a command already recorded.
  std::function<absl::Status(const std::string& caller)> admit;
  // Called last.
  Hook before_append;
};
using HooksByType = absl::flat_hash_map<const google::protobuf::Descriptor*, CommandHooks>;

// A hook that calls `check`, a method of `service`, which outlives the hook.
template <typename Command, typename Service>
CommandHooks::Hook HookOf(const Service* service,
                          absl::Status (Service::*check)(const Command&,
                                                         const common::v1::SignedCommand&,
                                                         absl::Time) const) {
  return [service, check](const google::protobuf::Message& command,
                          const common::v1::SignedCommand& as_sent, absl::Time deadline) {
    return (service->*check)(static_cast<const Command&>(command), as_sent, deadline);
  };
}

// A command on its way, and whoever waits for its answer.
struct CommandCall {
  const google::protobuf::Descriptor* expected;  // the type of message that the method takes
  LedgerClient* ledger;                          // of the service; outlives the call
  const CommandHooks* hooks;                     // of the service, for this type; may be null
  grpc::ByteBuffer request;         // a SignedCommand; nothing is made of it before it has a place
  absl::Time deadline;              // no answer comes later than shortly after it
  std::function<bool()> cancelled;  // whether nobody waits any more; not called after `then`
  // Called once, from any thread; must be short and must not block.
  std::function<void(absl::StatusOr<common::v1::Receipt>)> then;
  std::string caller = {};  // whose share it takes (CallerOf); "" has no limit of its own
};

// The most commands that are carried out at a time, and the most bytes of memory that they may have
// together, as they came and opened; more are refused with LEDGER_BUSY. One caller has at most a
// tenth of the commands, so that no crowd from one address keeps others from acting: a council
// behind one address has some hundreds at most.
struct CommandLimits {
  CallerShares::Limits commands;
  CallerShares::Limits bytes;
};
inline constexpr CommandLimits kCommandLimits = {{2000, 20000},
                                                 {size_t{96} << 20, size_t{512} << 20}};

// Thread-safe.
class CommandExecutor {
 public:
  // All outlive this object. `clock` is the sequencer's, or shows the same time. Without `freshness`
  // commands are judged whatever the state has.
  CommandExecutor(const Replica* replica, Clock* clock, Metrics* metrics,
                  CommandLimits limits = kCommandLimits, const Freshness* freshness = nullptr);
  // No call may be outstanding, nor may any follow.
  ~CommandExecutor();

  // Carries out `call`. Refusals: SERVICE_NOT_READY; those of ParseCommand, OpenEnvelope, Authorize and the domain's
  // Check; WRONG_METHOD; COMMAND_ID_REUSED; MISSING_ATTACHMENT, UNEXPECTED_ATTACHMENT; LEDGER_BUSY;
  // those of the hooks and of the ledger. The message of a void record's refusal begins with
  // "record N is void: ". DEADLINE_EXCEEDED/NOT_FOLDED_YET if the fold lags at the deadline: the
  // command may be recorded. CANCELLED if nobody waits any more: this call does not record it.
  void Execute(CommandCall call);

  // Answers UNAVAILABLE to commands that wait for the fold, now and from now on; sending them again
  // settles them. Returns when this object uses no thread any more.
  void Close();

 private:
  // A command in progress.
  struct Running;
  using RunningPtr = std::shared_ptr<Running>;
  using Step = void (CommandExecutor::*)(const RunningPtr&);

  // The state's verdict before appending.
  struct Preview {
    uint64_t next_index = 0;                  // the state's: the log up to here
    std::optional<RecordedCommand> recorded;  // the command id is known
    absl::Status verdict;                     // the fold's
    absl::Status acceptable;  // what a service must not accept although the fold would pass it

    // A refusal must be true of the log as it was when the command arrived. The state may lag
    // behind a record that another service appended a moment ago (say, the agenda of the meeting
    // being opened).
    bool may_lag() const { return !recorded.has_value() && !verdict.ok(); }
  };

  // The steps, in their order.
  void Begin(const RunningPtr& running);
  void LookAhead(const RunningPtr& running);
  void Look(const RunningPtr& running);
  void LookAgainAt(const RunningPtr& running, uint64_t size);
  void LookAgain(const RunningPtr& running);
  void Decide(const RunningPtr& running);
  void AskService(const RunningPtr& running);
  void Append(const RunningPtr& running);
  void AwaitFold(const RunningPtr& running, absl::StatusOr<common::v1::Receipt> receipt);
  void End(Running& running, absl::StatusOr<common::v1::Receipt> result);

  // Has `step` run on a thread of `pool`, unless nobody waits for the command any more by then.
  void Go(WorkerPool& pool, const RunningPtr& running, Step step);
  // Takes a place, or `amount` bytes, for the command: OK or LEDGER_BUSY. End gives all back.
  absl::Status TakePlace(Running& running);
  absl::Status TakeBytes(Running& running, size_t amount);
  Preview PreviewOf(const Running& running) const;
  // The outcome of a folded record: OK, or why it is void.
  absl::Status OutcomeOf(uint64_t index) const;

  const Replica& replica_;
  Clock& clock_;
  Metrics& metrics_;
  const Freshness* const freshness_;  // may be null
  CallerShares places_;               // of the commands in progress
  CallerShares bytes_;                // of the commands in progress
  WaitingRoom folded_;                // commands wait here until their record is folded
  WorkerPool workers_;                // for steps that compute
  WorkerPool ahead_workers_;          // for hooks that compute ahead, whoever has sent the command
  WorkerPool hook_workers_;           // for hooks before appending, which may wait
};

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_COMMAND_EXECUTOR_H_
