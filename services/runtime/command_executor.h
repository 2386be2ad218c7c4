// Carries out every command, in every service, in one place:
//
//   open the envelope ─▶ known command id? ─▶ check at the current state ─▶ append to the ledger
//     ─▶ wait for the own fold ─▶ answer with the receipt, or with why the record is void
//
// A command that does not hold now is refused here and never recorded. One that held on arrival but
// does not hold at its own position (somebody was faster) is recorded and void, and the answer says
// so. docs/architecture.md, "The way of a command", shows all parties.
#ifndef VOTUM_SERVICES_RUNTIME_COMMAND_EXECUTOR_H_
#define VOTUM_SERVICES_RUNTIME_COMMAND_EXECUTOR_H_

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "core/fold/fold.h"
#include "grpcpp/server_context.h"
#include "services/runtime/ledger_client.h"
#include "services/runtime/metrics.h"
#include "services/runtime/replica.h"

namespace votum {

// Thread-safe.
class CommandExecutor {
 public:
  // All outlive this object. `clock` is the sequencer's, or shows the same time.
  CommandExecutor(const Replica* replica, LedgerClient* ledger, Clock* clock, Metrics* metrics)
      : replica_(*replica), ledger_(*ledger), clock_(*clock), metrics_(*metrics) {}

  // Carries out `command`, which must be of the message type `Command`:
  //
  //   grpc::Status CastVote(grpc::ServerContext* c, const SignedCommand* command,
  //                         Receipt* receipt) override {
  //     return executor_.Execute<v1::CastVote>(*c, *command, receipt);
  //   }
  //
  // Refusals: those of OpenEnvelope, Authorize and the domain's Check; WRONG_METHOD;
  // COMMAND_ID_REUSED; MISSING_ATTACHMENT, UNEXPECTED_ATTACHMENT. The message of a void record's
  // refusal begins with "record N is void: ".
  //
  // `before_append` is called last, with the command message, once all else holds: for checks that
  // only the service can make, and no fold. It is not called for a command already recorded.
  using BeforeAppend = std::function<absl::Status(const google::protobuf::Message& command)>;
  template <typename Command>
  grpc::Status Execute(const grpc::ServerContextBase& context,
                       const common::v1::SignedCommand& command, common::v1::Receipt* receipt,
                       const BeforeAppend& before_append = nullptr) const {
    return Execute(context, *Command::descriptor(), command, receipt, before_append);
  }

  // The same without a waiting thread: answers through `then`, once. For services with many
  // callers at once and a prompt ledger client. `then` is called from any thread and must not
  // block; all arguments must live until it is called.
  template <typename Command>
  void ExecuteThen(const grpc::ServerContextBase& context, const common::v1::SignedCommand& command,
                   common::v1::Receipt* receipt,
                   std::function<void(const grpc::Status&)> then) const {
    ExecuteThen(context, *Command::descriptor(), command, receipt, std::move(then));
  }

 private:
  // A command in progress without a thread of its own.
  struct Running;

  // The state's verdict before appending.
  struct Preview {
    uint64_t next_index = 0;                  // the state's: the log up to here
    std::optional<RecordedCommand> recorded;  // the command id is known
    absl::Status verdict;

    // A refusal must be true of the log as it was when the command arrived. The state may lag
    // behind a record that another service appended a moment ago (say, the agenda of the meeting
    // being opened).
    bool may_lag() const { return !recorded.has_value() && !verdict.ok(); }
  };

  static absl::StatusOr<Envelope> Open(const google::protobuf::Descriptor& expected,
                                       const common::v1::SignedCommand& command);
  Preview Look(const Envelope& envelope) const;
  absl::Status MayAppend(const Envelope& envelope, const Preview& preview,
                         const common::v1::SignedCommand& command,
                         const BeforeAppend& before_append) const;
  // The outcome of a folded record: OK, or why it is void.
  absl::Status OutcomeOf(uint64_t index) const;
  // Counts and logs `result`, and splits it into `receipt` and status.
  grpc::Status Answer(const google::protobuf::Descriptor& expected, absl::Duration taken,
                      bool repeated, absl::StatusOr<common::v1::Receipt> result,
                      common::v1::Receipt* receipt) const;
  grpc::Status Execute(const grpc::ServerContextBase& context,
                       const google::protobuf::Descriptor& expected,
                       const common::v1::SignedCommand& command, common::v1::Receipt* receipt,
                       const BeforeAppend& before_append) const;
  absl::StatusOr<common::v1::Receipt> Run(const grpc::ServerContextBase& context,
                                          const google::protobuf::Descriptor& expected,
                                          const common::v1::SignedCommand& command,
                                          const BeforeAppend& before_append, bool* repeated) const;
  void ExecuteThen(const grpc::ServerContextBase& context,
                   const google::protobuf::Descriptor& expected,
                   const common::v1::SignedCommand& command, common::v1::Receipt* receipt,
                   std::function<void(const grpc::Status&)> then) const;
  void Decide(const std::shared_ptr<Running>& running) const;
  void Settle(const std::shared_ptr<Running>& running,
              absl::StatusOr<common::v1::Receipt> receipt) const;
  void End(const Running& running, absl::StatusOr<common::v1::Receipt> result) const;

  const Replica& replica_;
  LedgerClient& ledger_;
  Clock& clock_;
  Metrics& metrics_;
};

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_COMMAND_EXECUTOR_H_
