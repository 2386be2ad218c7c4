#include "services/runtime/command_executor.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "services/domain/payload_type.h"
#include "services/runtime/log.h"
#include "services/runtime/read_access.h"
#include "services/runtime/status.h"

namespace votum {
namespace {

// The payload commits to attachments; exactly their contents must come along. The ledger checks
// that each content matches its commitment.
absl::Status CheckAttachments(const Envelope& envelope, const common::v1::SignedCommand& command) {
  std::set<std::pair<std::string, std::string>> wanted;
  for (const common::v1::AttachmentRef& ref : AttachmentRefsOf(*envelope.command)) {
    wanted.emplace(ref.commitment(), ref.subject());
  }
  for (const common::v1::Attachment& attachment : command.attachments()) {
    if (wanted.erase({attachment.commitment(), attachment.subject()}) == 0) {
      return RefuseArgument("UNEXPECTED_ATTACHMENT",
                            "an attachment comes along that the command does not commit to, or "
                            "comes twice, or names another subject");
    }
  }
  if (!wanted.empty()) {
    return RefuseArgument("MISSING_ATTACHMENT",
                          absl::StrCat("the contents of ", wanted.size(),
                                       " attachments that the "
                                       "command commits to did not come along; send them with it"));
  }
  return absl::OkStatus();
}

// Nothing new is sealed for somebody whose contents were erased: it would outlast the erasure.
absl::Status CheckNotErased(const directory::DirectoryMachine& directory,
                            const common::v1::SignedCommand& command) {
  for (const common::v1::Attachment& attachment : command.attachments()) {
    if (directory.IsErased(attachment.subject())) {
      return RefusePrecondition("SUBJECT_ERASED",
                                "the subject of an attachment was erased; use a new subject");
    }
  }
  return absl::OkStatus();
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
  const absl::Duration taken = absl::Now() - start;
  if (result.ok()) {
    metrics_.CountCommand(expected.name(), repeated ? "repeated" : "ok", taken);
    *receipt = *std::move(result);
    return grpc::Status::OK;
  }
  const std::string reason = ReasonOf(result.status());
  metrics_.CountCommand(expected.name(), reason.empty() ? "ERROR" : reason, taken);
  Log(Severity::kInfo, "command refused",
      {{"command", expected.name()},
       {"code", absl::StatusCodeToString(result.status().code())},
       {"reason", reason}});
  return ToGrpc(result.status());
}

CommandExecutor::Preview CommandExecutor::Look(const Envelope& envelope) const {
  return replica_.WithState([&](const Fold& fold) {
    Preview seen;
    seen.next_index = fold.next_index();
    seen.recorded = fold.FindCommand(envelope.header().command_id());
    if (seen.recorded.has_value()) return seen;
    seen.verdict = fold.Check(envelope, std::max(clock_.Now(), fold.last_time()));
    if (seen.verdict.ok())
      seen.disclosure = envelope.type->disclosure(fold.world(), *envelope.command);
    return seen;
  });
}

absl::StatusOr<common::v1::Receipt> CommandExecutor::Run(
    const grpc::ServerContextBase& context, const google::protobuf::Descriptor& expected,
    const common::v1::SignedCommand& command, const BeforeAppend& before_append,
    bool* repeated) const {
  ASSIGN_OR_RETURN(const Envelope envelope,
                   OpenEnvelope(command.payload_type(), command.payload(), command.signatures()));
  if (envelope.payload_type() != PayloadType(&expected)) {
    return RefuseArgument("WRONG_METHOD", absl::StrCat("this method takes ", expected.name(),
                                                       ", not ", envelope.type->name));
  }
  const absl::Time deadline = WaitDeadline(context);
  Preview preview = Look(envelope);
  if (!preview.recorded.has_value() && !preview.verdict.ok()) {
    // The state may lag behind what another service recorded a moment ago (the agenda of the
    // meeting that is being opened, say). A refusal must be true of the log as it was when the
    // command came in.
    ASSIGN_OR_RETURN(const uint64_t size, ledger_.GetSize(deadline));
    if (size > preview.next_index) {
      RETURN_IF_ERROR(replica_.WaitFor(size - 1, deadline));
      preview = Look(envelope);
    }
  }

  common::v1::Receipt receipt;
  if (preview.recorded.has_value()) {
    if (preview.recorded->digest != CommandDigest(envelope.payload_type(), envelope.payload)) {
      return RefuseExists("COMMAND_ID_REUSED",
                          absl::StrCat("command id ", envelope.header().command_id(),
                                       " stands for another command, record ",
                                       preview.recorded->index, "; make a new id"));
    }
    *repeated = true;
    ASSIGN_OR_RETURN(receipt, ledger_.GetReceipt(preview.recorded->index, deadline));
  } else {
    RETURN_IF_ERROR(preview.verdict);
    RETURN_IF_ERROR(CheckAttachments(envelope, command));
    RETURN_IF_ERROR(replica_.WithState(
        [&](const Fold& fold) { return CheckNotErased(fold.world().directory(), command); }));
    if (before_append != nullptr) RETURN_IF_ERROR(before_append(*envelope.command));
    ASSIGN_OR_RETURN(receipt, ledger_.Append(command, preview.disclosure, deadline));
  }

  RETURN_IF_ERROR(replica_.WaitFor(receipt.index(), deadline));
  const absl::Status outcome = replica_.WithState([&](const Fold& fold) {
    const auto found = fold.void_records().find(receipt.index());
    return found == fold.void_records().end() ? absl::OkStatus() : found->second;
  });
  if (!outcome.ok()) {
    return Refuse(outcome.code(), ReasonOf(outcome),
                  absl::StrCat("record ", receipt.index(), " is void: ", outcome.message()));
  }
  return receipt;
}

}  // namespace votum
