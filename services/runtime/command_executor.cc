#include "services/runtime/command_executor.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/log.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/payload_type.h"
#include "core/fold/version.h"
#include "platform/grpc/status.h"
#include "services/runtime/read_access.h"

namespace votum {
namespace {

// The payload commits to attachments; exactly their contents must be sent along. The ledger checks
// that each content matches its commitment.
absl::Status CheckAttachments(const Envelope& envelope, const common::v1::SignedCommand& command) {
  std::set<std::pair<std::string, std::string>> wanted;
  for (const common::v1::AttachmentRef& ref : AttachmentRefsOf(*envelope.command)) {
    wanted.emplace(ref.commitment(), ref.subject());
  }
  for (const common::v1::Attachment& attachment : command.attachments()) {
    if (wanted.erase({attachment.commitment(), attachment.subject()}) == 0) {
      return Refuse(Reason::kUnexpectedAttachment,
                    "an attachment comes along that the command does not commit to, or "
                    "comes twice, or names another subject");
    }
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
  if (recorded.digest == CommandDigest(envelope.payload_type(), envelope.payload))
    return absl::OkStatus();
  return Refuse(
      Reason::kCommandIdReused,
      absl::StrCat("command id ", envelope.header().command_id(),
                   " stands for another command, record ", recorded.index, "; make a new id"));
}

}  // namespace

grpc::Status CommandExecutor::Execute(const grpc::ServerContextBase& context,
                                      const google::protobuf::Descriptor& expected,
                                      const common::v1::SignedCommand& command,
                                      common::v1::Receipt* receipt,
                                      const BeforeAppend& before_append) const {
  const absl::Time start = absl::Now();
  bool repeated = false;
  absl::StatusOr<common::v1::Receipt> result =
      Run(context, expected, command, before_append, &repeated);
  return Answer(expected, absl::Now() - start, repeated, std::move(result), receipt);
}

grpc::Status CommandExecutor::Answer(const google::protobuf::Descriptor& expected,
                                     absl::Duration taken, bool repeated,
                                     absl::StatusOr<common::v1::Receipt> result,
                                     common::v1::Receipt* receipt) const {
  if (result.ok()) {
    metrics_.CountCommand(expected.name(), repeated ? "repeated" : "ok", taken);
    *receipt = *std::move(result);
    return grpc::Status::OK;
  }
  const std::string reason = ReasonTextOf(result.status());
  metrics_.CountCommand(expected.name(), reason.empty() ? "ERROR" : reason, taken);
  Log(Severity::kInfo, "command refused",
      {{"command", expected.name()},
       {"code", absl::StatusCodeToString(result.status().code())},
       {"reason", reason}});
  return ToGrpc(result.status());
}

absl::StatusOr<Envelope> CommandExecutor::Open(const google::protobuf::Descriptor& expected,
                                               const common::v1::SignedCommand& command) {
  ASSIGN_OR_RETURN(Envelope envelope,
                   OpenEnvelope(command.payload_type(), command.payload(), command.signatures()));
  if (envelope.payload_type() != PayloadType(&expected)) {
    return Refuse(Reason::kWrongMethod, absl::StrCat("this method takes ", expected.name(),
                                                     ", not ", envelope.type->name));
  }
  return envelope;
}

CommandExecutor::Preview CommandExecutor::Look(const Envelope& envelope) const {
  replica_.VerifyAhead(envelope, clock_.Now());
  return replica_.WithState([&](const Fold& fold) {
    Preview seen;
    seen.next_index = fold.next_index();
    seen.recorded = fold.FindCommand(envelope.header().command_id());
    if (seen.recorded.has_value()) return seen;
    seen.verdict = fold.Check(envelope, std::max(clock_.Now(), fold.last_time()));
    return seen;
  });
}

absl::Status CommandExecutor::MayAppend(const Envelope& envelope, const Preview& preview,
                                        const common::v1::SignedCommand& command,
                                        const BeforeAppend& before_append) const {
  RETURN_IF_ERROR(preview.verdict);
  RETURN_IF_ERROR(CheckAttachments(envelope, command));
  RETURN_IF_ERROR(replica_.WithState([&](const Fold& fold) {
    const absl::Status known = CheckIsKnown(fold.world().acts(), envelope, kProgramVersion);
    return known.ok() ? CheckNotErased(fold.world().directory(), command) : known;
  }));
  return before_append == nullptr ? absl::OkStatus() : before_append(*envelope.command);
}

absl::Status CommandExecutor::OutcomeOf(uint64_t index) const {
  const absl::Status outcome = replica_.WithState([&](const Fold& fold) {
    const auto found = fold.void_records().find(index);
    return found == fold.void_records().end() ? absl::OkStatus() : found->second;
  });
  if (outcome.ok()) return outcome;
  return Reworded(outcome, absl::StrCat("record ", index, " is void: ", outcome.message()));
}

absl::StatusOr<common::v1::Receipt> CommandExecutor::Run(
    const grpc::ServerContextBase& context, const google::protobuf::Descriptor& expected,
    const common::v1::SignedCommand& command, const BeforeAppend& before_append,
    bool* repeated) const {
  ASSIGN_OR_RETURN(const Envelope envelope, Open(expected, command));
  const absl::Time deadline = WaitDeadline(context);
  Preview preview = Look(envelope);
  if (preview.may_lag()) {
    ASSIGN_OR_RETURN(const uint64_t size, ledger_.GetSize(deadline));
    if (size > preview.next_index) {
      RETURN_IF_ERROR(replica_.WaitFor(size - 1, deadline));
      preview = Look(envelope);
    }
  }

  common::v1::Receipt receipt;
  if (preview.recorded.has_value()) {
    RETURN_IF_ERROR(CheckSame(*preview.recorded, envelope));
    *repeated = true;
    ASSIGN_OR_RETURN(receipt, ledger_.GetReceipt(preview.recorded->index, deadline));
  } else {
    RETURN_IF_ERROR(MayAppend(envelope, preview, command, before_append));
    ASSIGN_OR_RETURN(receipt, ledger_.Append(command, preview.next_index, deadline));
  }

  RETURN_IF_ERROR(replica_.WaitFor(receipt.index(), deadline));
  RETURN_IF_ERROR(OutcomeOf(receipt.index()));
  return receipt;
}

// ---------------------------------------------------------------------------------------------------------------------
// The same in steps, each on the thread that ended the wait before it

struct CommandExecutor::Running {
  const google::protobuf::Descriptor& expected;
  const common::v1::SignedCommand& command;
  common::v1::Receipt* receipt;
  std::function<void(const grpc::Status&)> then;
  absl::Time start;
  absl::Time deadline;
  std::optional<Envelope> envelope;
  Preview preview;
};

void CommandExecutor::ExecuteThen(const grpc::ServerContextBase& context,
                                  const google::protobuf::Descriptor& expected,
                                  const common::v1::SignedCommand& command,
                                  common::v1::Receipt* receipt,
                                  std::function<void(const grpc::Status&)> then) const {
  auto running = std::make_shared<Running>(Running{
      expected, command, receipt, std::move(then), absl::Now(), WaitDeadline(context), {}, {}});
  auto envelope = Open(expected, command);
  if (!envelope.ok()) return End(*running, envelope.status());
  running->envelope.emplace(*std::move(envelope));
  running->preview = Look(*running->envelope);
  if (!running->preview.may_lag()) return Decide(running);
  const auto size = ledger_.GetSize(running->deadline);
  if (!size.ok()) return End(*running, size.status());
  if (*size <= running->preview.next_index) return Decide(running);
  replica_.WhenFolded(*size - 1, [this, running](const absl::Status& status) {
    if (!status.ok()) return End(*running, status);
    running->preview = Look(*running->envelope);
    Decide(running);
  });
}

void CommandExecutor::Decide(const std::shared_ptr<Running>& running) const {
  const Preview& preview = running->preview;
  if (preview.recorded.has_value()) {
    const absl::Status same = CheckSame(*preview.recorded, *running->envelope);
    if (!same.ok()) return End(*running, same);
    return Settle(running, ledger_.GetReceipt(preview.recorded->index, running->deadline));
  }
  const absl::Status may = MayAppend(*running->envelope, preview, running->command, nullptr);
  if (!may.ok()) return End(*running, may);
  ledger_.AppendThen(running->command, preview.next_index,
                     [this, running](absl::StatusOr<common::v1::Receipt> receipt) {
                       Settle(running, std::move(receipt));
                     });
}

void CommandExecutor::Settle(const std::shared_ptr<Running>& running,
                             absl::StatusOr<common::v1::Receipt> receipt) const {
  if (!receipt.ok()) return End(*running, receipt.status());
  *running->receipt = *std::move(receipt);
  replica_.WhenFolded(running->receipt->index(), [this, running](absl::Status status) {
    if (status.ok()) status = OutcomeOf(running->receipt->index());
    if (status.ok()) return End(*running, std::move(*running->receipt));
    running->receipt->Clear();
    End(*running, status);
  });
}

void CommandExecutor::End(const Running& running,
                          absl::StatusOr<common::v1::Receipt> result) const {
  running.then(Answer(running.expected, absl::Now() - running.start,
                      running.preview.recorded.has_value(), std::move(result), running.receipt));
}

}  // namespace votum
