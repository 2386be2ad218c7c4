#include "services/runtime/ledger_client.h"

#include <algorithm>
#include <future>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/checkpoint.h"
#include "grpcpp/alarm.h"
#include "platform/grpc/status.h"

namespace votum {
namespace {

using LedgerStub = ledger::v1::LedgerService::StubInterface;

using Tries = LedgerClient::Tries;

absl::Status Unreachable(Tries tries) {
  return Refuse(Reason::kLedgerUnreachable,
                tries == Tries::kOne
                    ? "the ledger cannot be reached, so names, texts and keys cannot be fetched "
                      "now; read again in a moment"
                    : "the ledger cannot be reached; the command may have been recorded: send the "
                      "same signed command again");
}

// One call of the ledger. With Tries::kUntilDeadline it is made again while the answer is
// UNAVAILABLE. It keeps itself alive until `then` has been called, and holds no thread meanwhile.
template <typename Request, typename Response>
class RetriedCall final : public std::enable_shared_from_this<RetriedCall<Request, Response>> {
 public:
  using Method = void (LedgerStub::async_interface::*)(grpc::ClientContext*, const Request*,
                                                       Response*,
                                                       std::function<void(grpc::Status)>);
  // `client` outlives the call.
  RetriedCall(LedgerClient* client, Method method, Request request, absl::Time deadline,
              Tries tries, std::function<void(absl::StatusOr<Response>)> then)
      : client_(*client),
        method_(method),
        request_(std::move(request)),
        deadline_(deadline),
        tries_(tries),
        then_(std::move(then)) {}

  void Start() {
    context_ = std::make_unique<grpc::ClientContext>();
    client_.Prepare(*context_, deadline_);
    (client_.stub().async()->*method_)(
        context_.get(), &request_, &response_,
        [self = this->shared_from_this()](const grpc::Status& status) { self->Answered(status); });
  }

 private:
  void Answered(const grpc::Status& answer) {
    const absl::Status status = FromGrpc(answer);
    // gRPC's own, without a reason: the attempt took until the deadline.
    const bool too_late = absl::IsDeadlineExceeded(status) && ReasonTextOf(status).empty();
    // NOT_WITNESSED_YET is the answer of a ledger that has waited already.
    if (!too_late &&
        (!absl::IsUnavailable(status) || ReasonOf(status) == Reason::kNotWitnessedYet)) {
      return End(status.ok() ? absl::StatusOr<Response>(std::move(response_)) : status);
    }
    const absl::Duration pause = pause_;
    if (too_late || tries_ == Tries::kOne || absl::Now() + pause >= deadline_)
      return End(Unreachable(tries_));
    // Before the alarm is set, since the next attempt may begin at once, on another thread.
    pause_ = std::min(2 * pause, kLongestPause);
    alarm_ = std::make_unique<grpc::Alarm>();
    // The alarm belongs to this object and keeps its function, which therefore lets go of the
    // object when it is called.
    alarm_->Set(absl::ToChronoTime(absl::Now() + pause),
                [self = this->shared_from_this()](bool) mutable {
                  const auto call = std::move(self);
                  call->Start();
                });
  }

  // The context holds the channel, and whoever gets the answer may destroy the client. If this thread,
  // which is gRPC's, were the last to let go of the channel, it would wait for its own end.
  void End(absl::StatusOr<Response> answer) {
    context_ = nullptr;
    then_(std::move(answer));
  }

  LedgerClient& client_;
  const Method method_;
  const Request request_;
  const absl::Time deadline_;
  const Tries tries_;
  const std::function<void(absl::StatusOr<Response>)> then_;
  absl::Duration pause_ = kFirstPause;
  Response response_;
  std::unique_ptr<grpc::ClientContext> context_;  // of the latest attempt
  std::unique_ptr<grpc::Alarm> alarm_;            // of the latest pause
};

template <typename Request, typename Response>
void Call(LedgerClient* client, typename RetriedCall<Request, Response>::Method method,
          Request request, absl::Time deadline, Tries tries,
          std::function<void(absl::StatusOr<Response>)> then) {
  std::make_shared<RetriedCall<Request, Response>>(client, method, std::move(request), deadline,
                                                   tries, std::move(then))
      ->Start();
}

// Waits for the answer of `ask`, which gets the function that takes it.
template <typename Answer, typename Ask>
absl::StatusOr<Answer> Await(Ask ask) {
  // Shared: whoever sets it may not be done with it when this function goes on.
  const auto promise = std::make_shared<std::promise<absl::StatusOr<Answer>>>();
  ask([promise](absl::StatusOr<Answer> answer) { promise->set_value(std::move(answer)); });
  return promise->get_future().get();
}

// Call, but waits for the answer.
template <typename Request, typename Response>
absl::StatusOr<Response> AwaitAnswer(LedgerClient* client,
                                     typename RetriedCall<Request, Response>::Method method,
                                     Request request, absl::Time deadline, Tries tries) {
  return Await<Response>([&](std::function<void(absl::StatusOr<Response>)> then) {
    Call<Request, Response>(client, method, std::move(request), deadline, tries, std::move(then));
  });
}

// The receipt within a response.
template <typename Response>
std::function<void(absl::StatusOr<Response>)> ReceiptOf(
    LedgerClient::Then<common::v1::Receipt> then) {
  return [then = std::move(then)](absl::StatusOr<Response> response) {
    if (!response.ok()) return then(response.status());
    then(std::move(*response->mutable_receipt()));
  };
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

void LedgerClient::Append(const common::v1::SignedCommand& command, uint64_t judged_at,
                          absl::Time deadline, Then<common::v1::Receipt> then) {
  ledger::v1::AppendRequest request;
  *request.mutable_command() = command;
  request.set_judged_at(judged_at);
  Call(this, &LedgerStub::async_interface::Append, std::move(request), deadline,
       Tries::kUntilDeadline, ReceiptOf<ledger::v1::AppendResponse>(std::move(then)));
}

void LedgerClient::GetReceipt(uint64_t index, absl::Time deadline, Then<common::v1::Receipt> then) {
  ledger::v1::GetReceiptRequest request;
  request.set_index(index);
  Call(this, &LedgerStub::async_interface::GetReceipt, std::move(request), deadline,
       Tries::kUntilDeadline, ReceiptOf<ledger::v1::GetReceiptResponse>(std::move(then)));
}

void LedgerClient::GetSize(absl::Time deadline, Tries tries, Then<uint64_t> then) {
  using Response = ledger::v1::GetCheckpointResponse;
  Call<ledger::v1::GetCheckpointRequest, Response>(
      this, &LedgerStub::async_interface::GetCheckpoint, {}, deadline, tries,
      [then = std::move(then)](const absl::StatusOr<Response>& response) {
        if (!response.ok()) return then(response.status());
        // Whose signature it bears does not matter here: the number only says how long to wait.
        then(crypto::SizeOfCheckpoint(response->checkpoint()));
      });
}

std::unique_ptr<LogStream> LedgerClient::Subscribe(uint64_t start) {
  return MakeLogStream(
      start, [this](grpc::ClientContext* context, const ledger::v1::SubscribeRequest& request) {
        Prepare(*context, absl::InfiniteFuture());
        return stub_->Subscribe(context, request);
      });
}

absl::StatusOr<std::vector<common::v1::Attachment>> LedgerClient::GetAttachments(
    const std::vector<std::string>& commitments, absl::Time deadline, Tries tries) {
  using Response = ledger::v1::GetAttachmentsResponse;
  std::vector<common::v1::Attachment> contents;
  for (auto next = commitments.begin(); next != commitments.end();) {
    ledger::v1::GetAttachmentsRequest request;
    while (next != commitments.end() && request.commitments_size() < kMostCommitments)
      request.add_commitments(*next++);
    ASSIGN_OR_RETURN(Response response, (AwaitAnswer<ledger::v1::GetAttachmentsRequest, Response>(
                                            this, &LedgerStub::async_interface::GetAttachments,
                                            std::move(request), deadline, tries)));
    for (common::v1::Attachment& content : *response.mutable_attachments())
      contents.push_back(std::move(content));
  }
  return contents;
}

absl::Status LedgerClient::VerifyBeginning(const crypto::CompactTree& tree,
                                           const crypto::NoteVerifier& log, absl::Time deadline) {
  using Head = ledger::v1::GetCheckpointResponse;
  using Proof = ledger::v1::GetConsistencyProofResponse;
  ASSIGN_OR_RETURN(const Head head, (AwaitAnswer<ledger::v1::GetCheckpointRequest, Head>(
                                        this, &LedgerStub::async_interface::GetCheckpoint, {},
                                        deadline, Tries::kOne)));
  ASSIGN_OR_RETURN(const crypto::Checkpoint checkpoint,
                   crypto::OpenCheckpoint(head.checkpoint(), log, log.name()));
  if (checkpoint.size < tree.size()) {
    return absl::FailedPreconditionError(absl::StrCat("the ledger's log has ", checkpoint.size,
                                                      " records, fewer than ", tree.size()));
  }
  ledger::v1::GetConsistencyProofRequest request;
  request.set_old_size(tree.size());
  request.set_new_size(checkpoint.size);
  ASSIGN_OR_RETURN(const Proof answer, (AwaitAnswer<ledger::v1::GetConsistencyProofRequest, Proof>(
                                           this, &LedgerStub::async_interface::GetConsistencyProof,
                                           std::move(request), deadline, Tries::kOne)));
  ASSIGN_OR_RETURN(const std::vector<crypto::Digest> proof, crypto::ProofFromBytes(answer.proof()));
  return crypto::VerifyConsistency(tree.size(), checkpoint.size, proof, tree.Root(),
                                   checkpoint.root);
}

absl::StatusOr<uint64_t> LedgerClient::AwaitSize(absl::Time deadline, Tries tries) {
  return Await<uint64_t>([&](Then<uint64_t> then) { GetSize(deadline, tries, std::move(then)); });
}

}  // namespace votum
