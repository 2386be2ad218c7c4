#include "services/runtime/ledger_client.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/checkpoint.h"
#include "platform/grpc/status.h"

namespace votum {
namespace {

constexpr absl::Duration kFirstPause = absl::Milliseconds(20);
constexpr absl::Duration kLongestPause = absl::Milliseconds(500);

// Calls `call(context)` until it answers anything but UNAVAILABLE, or `deadline` comes.
template <typename Call>
absl::Status WithRetries(const LedgerClient& client, absl::Time deadline, Call call) {
  absl::Duration pause = kFirstPause;
  for (;;) {
    grpc::ClientContext context;
    client.Prepare(context, deadline);
    const absl::Status status = FromGrpc(call(&context));
    // An answer from a ledger that has waited already.
    if (!absl::IsUnavailable(status) || ReasonOf(status) == Reason::kNotWitnessedYet) return status;
    if (absl::Now() + pause >= deadline) {
      return Refuse(Reason::kLedgerUnreachable,
                    "the ledger cannot be reached; the command may have been recorded: send the "
                    "same signed command again");
    }
    absl::SleepFor(pause);
    pause = std::min(2 * pause, kLongestPause);
  }
}

class RemoteLogStream final : public LogStream {
 public:
  RemoteLogStream(uint64_t start, OpenStream open) : open_(std::move(open)) {
    // A call that fails at once leaves nobody to drive the handshake of the next attempt; gRPC then
    // does so only every five seconds.
    context_.set_wait_for_ready(true);
    request_.set_start_index(start);
  }
  // The call waits for a server that is away as soon as it is made, so it is made here, where
  // Cancel can end it.
  bool Next(ledger::v1::SubscribeResponse* stretch) override {
    if (stream_ == nullptr) stream_ = open_(&context_, request_);
    return stream_->Read(stretch);
  }
  void Cancel() override { context_.TryCancel(); }
  absl::Status End() override {
    if (stream_ == nullptr) return absl::CancelledError("the stream was ended");
    return FromGrpc(stream_->Finish());
  }

 private:
  const OpenStream open_;
  ledger::v1::SubscribeRequest request_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderInterface<ledger::v1::SubscribeResponse>> stream_;
};

}  // namespace

std::unique_ptr<LogStream> MakeLogStream(uint64_t start, OpenStream open) {
  return std::make_unique<RemoteLogStream>(start, std::move(open));
}

LedgerClient::LedgerClient(std::shared_ptr<grpc::Channel> channel, std::string service)
    : service_(std::move(service)), stub_(ledger::v1::LedgerService::NewStub(std::move(channel))) {}

void LedgerClient::Prepare(grpc::ClientContext& context, absl::Time deadline) const {
  context.AddMetadata(kServiceMetadata, service_);
  context.set_deadline(absl::ToChronoTime(deadline));
}

absl::StatusOr<common::v1::Receipt> LedgerClient::Append(const common::v1::SignedCommand& command,
                                                         uint64_t judged_at, absl::Time deadline) {
  ledger::v1::AppendRequest request;
  *request.mutable_command() = command;
  request.set_judged_at(judged_at);
  ledger::v1::AppendResponse response;
  RETURN_IF_ERROR(WithRetries(*this, deadline, [&](grpc::ClientContext* context) {
    return stub_->Append(context, request, &response);
  }));
  return std::move(*response.mutable_receipt());
}

absl::StatusOr<common::v1::Receipt> LedgerClient::GetReceipt(uint64_t index, absl::Time deadline) {
  ledger::v1::GetReceiptRequest request;
  request.set_index(index);
  ledger::v1::GetReceiptResponse response;
  RETURN_IF_ERROR(WithRetries(*this, deadline, [&](grpc::ClientContext* context) {
    return stub_->GetReceipt(context, request, &response);
  }));
  return std::move(*response.mutable_receipt());
}

absl::StatusOr<uint64_t> LedgerClient::GetSize(absl::Time deadline) {
  const ledger::v1::GetCheckpointRequest request;
  ledger::v1::GetCheckpointResponse response;
  RETURN_IF_ERROR(WithRetries(*this, deadline, [&](grpc::ClientContext* context) {
    return stub_->GetCheckpoint(context, request, &response);
  }));
  // Whose signature it bears does not matter here: the number only says how long to wait.
  return crypto::SizeOfCheckpoint(response.checkpoint());
}

void LedgerClient::AppendThen(const common::v1::SignedCommand&, uint64_t,
                              std::function<void(absl::StatusOr<common::v1::Receipt>)> then) {
  then(absl::UnimplementedError("this ledger is reached by waiting for it"));
}

std::unique_ptr<LogStream> LedgerClient::Subscribe(uint64_t start) {
  return MakeLogStream(
      start, [this](grpc::ClientContext* context, const ledger::v1::SubscribeRequest& request) {
        Prepare(*context, absl::InfiniteFuture());
        return stub_->Subscribe(context, request);
      });
}

absl::StatusOr<std::vector<common::v1::Attachment>> LedgerClient::GetAttachments(
    const std::vector<std::string>& commitments, absl::Time deadline) {
  ledger::v1::GetAttachmentsRequest request;
  for (const std::string& commitment : commitments) request.add_commitments(commitment);
  ledger::v1::GetAttachmentsResponse response;
  RETURN_IF_ERROR(WithRetries(*this, deadline, [&](grpc::ClientContext* context) {
    return stub_->GetAttachments(context, request, &response);
  }));
  return std::vector<common::v1::Attachment>(response.attachments().begin(),
                                             response.attachments().end());
}

}  // namespace votum
