#include "services/runtime/command_executor.h"

#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/log.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/fields.h"
#include "core/command/payload_type.h"
#include "core/command/same_signatures.h"
#include "core/fold/version.h"
#include "services/runtime/call_bytes.h"

namespace votum {
namespace {

// Steps compute; more threads than cores only keep one slow step from holding up all others.
constexpr int kWorkers = 4;
// Anybody can make a service compute this ahead, so it keeps none of the other steps waiting.
constexpr int kAheadWorkers = 2;
// Hooks before appending mostly wait for the ledger.
constexpr int kHookWorkers = 4;
constexpr int kFoldedWorkers = 2;

absl::Status Stopping() { return absl::UnavailableError("the service is stopping; try again"); }

// The payload commits to attachments; exactly their contents must be sent along, and those that
// people read must be sound texts. The ledger checks that each content matches its commitment.
absl::Status CheckAttachments(const Envelope& envelope, const common::v1::SignedCommand& command) {
  std::map<std::pair<std::string, std::string>, std::string> wanted;  // to their media types
  for (const common::v1::AttachmentRef& ref : AttachmentRefsOf(*envelope.command)) {
    const auto [known, is_new] =
        wanted.emplace(std::pair(ref.commitment(), ref.subject()), ref.media_type());
    if (IsTextType(ref.media_type())) known->second = ref.media_type();
  }
  for (const common::v1::Attachment& attachment : command.attachments()) {
    const auto ref = wanted.extract({attachment.commitment(), attachment.subject()});
    if (ref.empty()) {
      return Refuse(Reason::kUnexpectedAttachment,
                    "an attachment comes along that the command does not commit to, or "
                    "comes twice, or names another subject");
    }
    RETURN_IF_ERROR(CheckContent(ref.mapped(), attachment.content()));
  }
  if (!wanted.empty()) {
    return Refuse(Reason::kMissingAttachment,
                  absl::StrCat("the contents of ", wanted.size(),
                               " attachments that the "
                               "command commits to did not come along; send them with it"));
  }
  return absl::OkStatus();
}

// Refuses new sealed contents of an erased subject: they would outlast the erasure.
absl::Status CheckNotErased(const directory::DirectoryMachine& directory,
                            const common::v1::SignedCommand& command) {
  for (const common::v1::Attachment& attachment : command.attachments()) {
    if (directory.IsErased(attachment.subject())) {
      return Refuse(Reason::kSubjectErased,
                    "the subject of an attachment was erased; use a new subject");
    }
  }
  return absl::OkStatus();
}

// OK if the recorded command is this one.
absl::Status CheckSame(const RecordedCommand& recorded, const Envelope& envelope) {
  if (IsSame(recorded, envelope.payload_type(), envelope.payload)) return absl::OkStatus();
  return Refuse(
      Reason::kCommandIdReused,
      absl::StrCat("command id ", envelope.header().command_id(),
                   " stands for another command, record ", recorded.index, "; make a new id"));
}

// The receipt of a command that came again, if it was recorded with the signatures that have come
// now.
absl::StatusOr<common::v1::Receipt> ReceiptForSame(absl::StatusOr<common::v1::Receipt> receipt,
                                                   const Envelope& envelope) {
  if (!receipt.ok()) return receipt;
  common::v1::Record record;
  record.ParseFromString(receipt->record());
  if (SameSignatures(record.signatures(), envelope.signatures)) return receipt;
  return Refuse(
      Reason::kCommandIdReused,
      absl::StrCat("record ", receipt->index(), " has other signatures of command ",
                   envelope.header().command_id(), "; send the bytes that were sent first"));
}

// OK as long as somebody waits for the command, which nothing here has recorded yet; it may be one
// that comes again.
absl::Status CheckWanted(const CommandCall& call) {
  if (call.cancelled()) return absl::CancelledError("the caller has gone");
  if (absl::Now() < call.deadline) return absl::OkStatus();
  return Refuse(Reason::kLedgerBusy,
                "the command waited longer than its call may take; send the same bytes again in a "
                "moment");
}

// Refused because `limits` allow no more of the `things`, to this caller or to all.
absl::Status Busy(CallerShares::Taken taken, const CallerShares::Limits& limits,
                  absl::string_view things) {
  if (taken == CallerShares::Taken::kYes) return absl::OkStatus();
  if (taken == CallerShares::Taken::kAllIsTaken) {
    return Refuse(Reason::kLedgerBusy,
                  absl::StrCat("too many ", things, " wait; try again in a moment"));
  }
  return Refuse(Reason::kLedgerBusy,
                absl::StrCat("more than ", limits.of_caller, " ", things,
                             " from one address wait; send fewer at a time, and the next when one "
                             "is answered"));
}

absl::StatusOr<Envelope> Open(const google::protobuf::Descriptor& expected,
                              const common::v1::SignedCommand& command) {
  ASSIGN_OR_RETURN(Envelope envelope,
                   OpenEnvelope(command.payload_type(), command.payload(), command.signatures()));
  if (envelope.payload_type() != PayloadType(&expected)) {
    return Refuse(Reason::kWrongMethod, absl::StrCat("this method takes ", expected.name(),
                                                     ", not ", envelope.type->name));
  }
  return envelope;
}

}  // namespace

struct CommandExecutor::Running {
  explicit Running(CommandCall a_call) : call(std::move(a_call)) {}

  CommandCall call;
  size_t places = 0;  // that it has taken
  size_t bytes = 0;   // that it has taken
  const absl::Time start = absl::Now();
  common::v1::SignedCommand command;  // from Begin on
  std::optional<Envelope> envelope;   // from Begin on
  Preview preview;                    // from Look on
  common::v1::Receipt receipt;        // from AwaitFold on
};

CommandExecutor::CommandExecutor(const Replica* replica, Clock* clock, Metrics* metrics,
                                 CommandLimits limits, const Freshness* freshness)
    : replica_(*replica),
      clock_(*clock),
      metrics_(*metrics),
      freshness_(freshness),
      places_(limits.commands),
      bytes_(limits.bytes),
      folded_(replica, {limits.commands.of_caller, limits.commands.in_all, kFoldedWorkers}),
      workers_(kWorkers, limits.commands.in_all),
      ahead_workers_(kAheadWorkers, limits.commands.in_all),
      hook_workers_(kHookWorkers, limits.commands.in_all) {}

CommandExecutor::~CommandExecutor() { Close(); }

void CommandExecutor::Close() {
  folded_.Close();
  workers_.Close();
  ahead_workers_.Close();
  hook_workers_.Close();
}

void CommandExecutor::Execute(CommandCall call) {
  const auto running = std::make_shared<Running>(std::move(call));
  // Against the state of a process that has not read the log, every command would be refused.
  if (freshness_ != nullptr) {
    const absl::Status ready = freshness_->CheckReady();
    if (!ready.ok()) return End(*running, ready);
  }
  absl::Status room = TakePlace(*running);
  if (room.ok()) room = TakeBytes(*running, running->call.request.Length());
  if (!room.ok()) return End(*running, room);
  Go(workers_, running, &CommandExecutor::Begin);
}

absl::Status CommandExecutor::TakePlace(Running& running) {
  const CallerShares::Taken taken = places_.Take(running.call.caller, 1);
  if (taken == CallerShares::Taken::kYes) running.places = 1;
  return Busy(taken, places_.limits(), "commands");
}

absl::Status CommandExecutor::TakeBytes(Running& running, size_t amount) {
  const CallerShares::Taken taken = bytes_.Take(running.call.caller, amount);
  if (taken == CallerShares::Taken::kYes) running.bytes += amount;
  return Busy(taken, bytes_.limits(), "bytes of commands");
}

void CommandExecutor::Go(WorkerPool& pool, const RunningPtr& running, Step step) {
  const bool added = pool.Add([this, running, step] {
    const absl::Status wanted = CheckWanted(running->call);
    if (!wanted.ok()) return End(*running, wanted);
    (this->*step)(running);
  });
  if (!added) End(*running, Stopping());
}

void CommandExecutor::Begin(const RunningPtr& running) {
  CommandCall& call = running->call;
  const absl::Status parsed = ParseCommand(call.request, &running->command);
  if (!parsed.ok()) return End(*running, parsed);
  call.request.Clear();
  auto envelope = Open(*call.expected, running->command);
  if (!envelope.ok()) return End(*running, envelope.status());
  running->envelope.emplace(*std::move(envelope));
  // A message may take many times the memory of its bytes, and its signer is not known yet.
  const absl::Status room = TakeBytes(*running, running->envelope->command->SpaceUsedLong());
  if (!room.ok()) return End(*running, room);
  if (call.hooks == nullptr || call.hooks->ahead == nullptr) return Look(running);
  Go(ahead_workers_, running, &CommandExecutor::LookAhead);
}

void CommandExecutor::LookAhead(const RunningPtr& running) {
  const CommandCall& call = running->call;
  const absl::Status found =
      call.hooks->ahead(*running->envelope->command, running->command, call.deadline);
  if (!found.ok()) return End(*running, found);
  Look(running);
}

CommandExecutor::Preview CommandExecutor::PreviewOf(const Running& running) const {
  const Envelope& envelope = *running.envelope;
  replica_.VerifyAhead(envelope, clock_.Now());
  return replica_.WithState([&](const Fold& fold) {
    Preview seen;
    seen.next_index = fold.next_index();
    seen.recorded = fold.FindCommand(envelope.header().command_id());
    if (seen.recorded.has_value()) return seen;
    // The replica is about to end this process; a newer one may take the command.
    seen.verdict = fold.CheckNotNewer().ok() ? fold.Check(envelope, clock_.Now()) : Stopping();
    if (!seen.verdict.ok()) return seen;
    seen.acceptable = CheckIsKnown(fold.world().acts(), envelope, kProgramVersion);
    if (seen.acceptable.ok())
      seen.acceptable = CheckNotErased(fold.world().directory(), running.command);
    return seen;
  });
}

void CommandExecutor::Look(const RunningPtr& running) {
  running->preview = PreviewOf(*running);
  if (!running->preview.may_lag()) return Decide(running);
  const CommandCall& call = running->call;
  call.ledger->GetSize(call.deadline, LedgerClient::Tries::kUntilDeadline,
                       [this, running](const absl::StatusOr<uint64_t>& size) {
                         if (!size.ok()) return End(*running, size.status());
                         LookAgainAt(running, *size);
                       });
}

void CommandExecutor::LookAgainAt(const RunningPtr& running, uint64_t size) {
  if (size <= running->preview.next_index) return End(*running, running->preview.verdict);
  folded_.Enter("", size - 1, running->call.deadline, [this, running](const absl::Status& status) {
    if (!status.ok()) return End(*running, status);
    Go(workers_, running, &CommandExecutor::LookAgain);
  });
}

void CommandExecutor::LookAgain(const RunningPtr& running) {
  running->preview = PreviewOf(*running);
  Decide(running);
}

void CommandExecutor::Decide(const RunningPtr& running) {
  const CommandCall& call = running->call;
  const std::optional<RecordedCommand>& recorded = running->preview.recorded;
  const absl::Status may = [&]() -> absl::Status {
    if (recorded.has_value()) return CheckSame(*recorded, *running->envelope);
    RETURN_IF_ERROR(running->preview.verdict);
    RETURN_IF_ERROR(CheckAttachments(*running->envelope, running->command));
    return running->preview.acceptable;
  }();
  if (!may.ok()) return End(*running, may);
  if (recorded.has_value()) {
    return call.ledger->GetReceipt(
        recorded->index, call.deadline,
        [this, running](absl::StatusOr<common::v1::Receipt> receipt) {
          AwaitFold(running, ReceiptForSame(std::move(receipt), *running->envelope));
        });
  }
  if (call.hooks != nullptr && call.hooks->admit != nullptr) {
    const absl::Status admitted = call.hooks->admit(call.caller);
    if (!admitted.ok()) return End(*running, admitted);
  }
  if (call.hooks == nullptr || call.hooks->before_append == nullptr) return Append(running);
  Go(hook_workers_, running, &CommandExecutor::AskService);
}

void CommandExecutor::AskService(const RunningPtr& running) {
  const CommandCall& call = running->call;
  const absl::Status may =
      call.hooks->before_append(*running->envelope->command, running->command, call.deadline);
  if (!may.ok()) return End(*running, may);
  Append(running);
}

void CommandExecutor::Append(const RunningPtr& running) {
  const CommandCall& call = running->call;
  const absl::Status wanted = CheckWanted(call);
  if (!wanted.ok()) return End(*running, wanted);
  call.ledger->Append(running->command, running->preview.next_index, call.deadline,
                      [this, running](absl::StatusOr<common::v1::Receipt> receipt) {
                        AwaitFold(running, std::move(receipt));
                      });
}

void CommandExecutor::AwaitFold(const RunningPtr& running,
                                absl::StatusOr<common::v1::Receipt> receipt) {
  if (!receipt.ok()) return End(*running, receipt.status());
  const uint64_t index = receipt->index();
  running->receipt = *std::move(receipt);
  folded_.Enter("", index, running->call.deadline, [this, running](const absl::Status& status) {
    const absl::Status outcome = status.ok() ? OutcomeOf(running->receipt.index()) : status;
    if (!outcome.ok()) return End(*running, outcome);
    End(*running, std::move(running->receipt));
  });
}

absl::Status CommandExecutor::OutcomeOf(uint64_t index) const {
  const absl::Status outcome =
      replica_.WithState([index](const Fold& fold) { return fold.WhyVoid(index); });
  if (outcome.ok()) return outcome;
  return Reworded(outcome, absl::StrCat("record ", index, " is void: ", outcome.message()));
}

void CommandExecutor::End(Running& running, absl::StatusOr<common::v1::Receipt> result) {
  const std::string name = CountedName(*running.call.expected);
  const absl::Duration taken = absl::Now() - running.start;
  if (result.ok()) {
    metrics_.CountCommand(name, running.preview.recorded.has_value() ? "repeated" : "ok", taken);
  } else {
    const std::string reason = ReasonTextOf(result.status());
    metrics_.CountCommand(name, reason.empty() ? "ERROR" : reason, taken);
    Log(Severity::kInfo, "command refused",
        {{"command", name},
         {"code", absl::StatusCodeToString(result.status().code())},
         {"reason", reason}});
  }
  places_.GiveBack(running.call.caller, running.places);
  bytes_.GiveBack(running.call.caller, running.bytes);
  running.call.then(std::move(result));  // last: this object may go as soon as all have answers
}

}  // namespace votum
