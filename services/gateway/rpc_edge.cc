#include "services/gateway/rpc_edge.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "base/refusal.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/client_callback.h"
#include "platform/grpc/status.h"
#include "services/runtime/host.h"
#include "services/runtime/read_access.h"
#include "services/runtime/reader_teller.h"

namespace votum::gateway {
namespace {

constexpr int kParsers = 2;
// As many as may be in progress; their bytes are limited by the server.
constexpr size_t kMostWaitingForParsers = 8192;
constexpr EdgeLimits kDefaults;
static_assert(kDefaults.commands.in_all + kDefaults.unproved.in_all + kDefaults.persons.in_all <=
              static_cast<size_t>(kMaxCallsOfConnection));
static_assert(kDefaults.reads.in_all <= static_cast<size_t>(kMaxCallsOfConnection));

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  bytes.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices)
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return bytes;
}

http::Answer Refused(int status, const grpc::Status& why) {
  return {status, "application/json", ConnectError(why)};
}

http::Answer NoSuchMethod(absl::string_view target) {
  return Refused(404, {grpc::StatusCode::UNIMPLEMENTED,
                       absl::StrCat("there is no public method ", target,
                                    "; the protos name those that there are")});
}

http::Answer OnlyPost() {
  http::Answer answer =
      Refused(405, {grpc::StatusCode::UNIMPLEMENTED, "call a method with POST, also to read"});
  answer.headers.emplace_back("Allow", "POST, OPTIONS");
  return answer;
}

http::Answer WrongContentType(absl::string_view type) {
  http::Answer answer = Refused(
      415, {grpc::StatusCode::INVALID_ARGUMENT,
            absl::StrCat("the content type \"", type,
                         "\" is none of an RPC here; send application/json, application/proto, "
                         "application/connect+json, application/connect+proto or "
                         "application/grpc-web+proto")});
  answer.headers.emplace_back("Accept-Post",
                              "application/json, application/proto, application/connect+json, "
                              "application/connect+proto, application/grpc-web+proto");
  return answer;
}

// Pages of other origins may read what everybody may read; they cannot send a session or a command,
// since their browsers are not told that they may.
http::Answer Preflight(const RpcMethod& method) {
  http::Answer answer = {204, "", ""};
  answer.headers.emplace_back("Vary", "Origin");
  if (method.is_command) return answer;
  answer.headers.emplace_back("Access-Control-Allow-Origin", "*");
  answer.headers.emplace_back("Access-Control-Allow-Methods", "POST");
  answer.headers.emplace_back("Access-Control-Allow-Headers",
                              "Content-Type, Connect-Protocol-Version, Connect-Timeout-Ms, "
                              "Grpc-Timeout, X-Grpc-Web, X-User-Agent, Votum-Min-Index");
  answer.headers.emplace_back("Access-Control-Max-Age", "7200");
  return answer;
}

// Everybody may read the answer to a read without a session, as all reads of the public.
void AllowReading(const RpcMethod& method, const http::Request& request, http::Answer* answer) {
  answer->headers.emplace_back("X-Content-Type-Options", "nosniff");
  if (method.is_command || !request.Header(kSessionMetadata).empty()) return;
  answer->headers.emplace_back("Access-Control-Allow-Origin", "*");
  answer->headers.emplace_back(
      "Access-Control-Expose-Headers",
      absl::StrCat("Retry-After, ", absl::StrJoin(AnsweredHeaders(), ", ")));
}

// A refusal before anything was asked of a service. Connect's streams have theirs behind a head that
// says 200.
http::Answer RefusalOf(const RpcMethod& method, const RpcFormat& format,
                       const http::Request& request, const grpc::Status& why) {
  http::Answer answer = format.protocol == RpcProtocol::kConnectStream
                            ? http::Answer{200, ContentTypeOf(format), WrapEnd(format, why)}
                            : UnaryAnswer(format, why, "");
  AllowReading(method, request, &answer);
  return answer;
}

}  // namespace

// One call. Whoever uses it holds it; it holds itself until gRPC has done with it.
class RpcEdge::Call final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  Call(RpcEdge* edge, const RpcMethod& method, const RpcFormat& format, Place place,
       std::string session, http::Answer head, std::shared_ptr<http::Reply> reply)
      : edge_(*edge),
        method_(*method.descriptor),
        format_(format),
        place_(std::move(place)),
        session_(std::move(session)),
        head_(std::move(head)),
        reply_(std::move(reply)) {}

  grpc::ClientContext& context() { return context_; }

  void Start(const std::shared_ptr<Call>& self, const std::shared_ptr<grpc::Channel>& channel,
             const std::string& path, const std::string& message) {
    self_ = self;
    const grpc::Slice slice(message);
    request_ = grpc::ByteBuffer(&slice, 1);
    grpc::GenericStub(channel).PrepareBidiStreamingCall(&context_, path, grpc::StubOptions(), this);
    const std::shared_ptr<http::Reply> reply = reply_;  // which the call's end resets
    if (streams()) AddHold();  // the next read begins outside of a reaction
    StartWriteLast(&request_, grpc::WriteOptions());
    StartCall();
    reply->OnGone([weak = std::weak_ptr<Call>(self)] {
      if (const auto call = weak.lock()) call->Cancel();
    });
  }

  // May come at any time, and more than once.
  void Cancel() {
    context_.TryCancel();
    LetGo();
  }

  // The service has sent its metadata, ahead of its answer or with its refusal. The first read
  // follows, so that a stream's head is out before its messages.
  void OnReadInitialMetadataDone(bool ok) override {
    if (!ok) return LetGo();
    const auto& metadata = context_.GetServerInitialMetadata();
    for (const absl::string_view name : AnsweredHeaders()) {
      const auto found = metadata.find({name.data(), name.size()});
      if (found == metadata.end()) continue;
      head_.headers.emplace_back(name, std::string(found->second.data(), found->second.size()));
    }
    const auto reader = metadata.find(kReaderMetadata);
    proved_ = !session_.empty() && reader != metadata.end();
    if (proved_) {
      edge_.sessions_.Learn(session_, std::string(reader->second.data(), reader->second.size()),
                            absl::Now());
    }
    if (streams()) BeginStream();
    StartRead(&response_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return streams() ? LetGo() : void();
    if (!streams()) return;  // the answer waits for the status
    absl::StatusOr<std::string> message = Message();
    if (!message.ok()) {
      own_status_ = ToGrpc(message.status());
      return Cancel();
    }
    // Once the call has ended it has no use for the news.
    reply_->Write(WrapMessage(format_, *message), [weak = std::weak_ptr<Call>(self_)](bool sent) {
      if (const auto call = weak.lock()) call->Sent(sent);
    });
  }

  void OnDone(const grpc::Status& status) override {
    const bool refused = status.error_code() == grpc::StatusCode::UNAUTHENTICATED;
    if (refused && !proved_) edge_.sessions_.Forget(session_);
    // Before the answer, upon which its caller may send the next.
    place_.shares->GiveBack(place_.owner, 1);
    Answer(own_status_.ok() ? status : own_status_);
    const std::shared_ptr<Call> self = std::move(self_);
    edge_.Forget(this);
  }

 private:
  bool streams() const { return method_.server_streaming(); }

  void BeginStream() {
    begun_ = true;
    reply_->Begin(head_);
  }

  // The message that has just come, as the caller wants it.
  absl::StatusOr<std::string> Message() {
    std::string bytes = BytesOf(response_);
    if (!format_.json) return bytes;
    return ToJson(method_.output_type(), bytes);
  }

  void Sent(bool sent) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (sent && held_) return StartRead(&response_);
    }
    Cancel();
  }

  // Lets the call end; nothing more is read.
  void LetGo() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!streams() || !held_) return;
    held_ = false;
    RemoveHold();
  }

  void Answer(grpc::Status status) {
    if (streams()) {
      if (!begun_) BeginStream();
      reply_->Write(WrapEnd(format_, status), [](bool) {});
      reply_->End();
      return reply_.reset();
    }
    std::string bytes;
    if (status.ok()) {
      absl::StatusOr<std::string> message = Message();
      if (message.ok()) {
        bytes = *std::move(message);
      } else {
        status = ToGrpc(message.status());
      }
    }
    http::Answer answer = UnaryAnswer(format_, status, bytes);
    answer.headers.insert(answer.headers.end(), head_.headers.begin(), head_.headers.end());
    reply_->Send(std::move(answer));
    reply_.reset();
  }

  RpcEdge& edge_;
  const google::protobuf::MethodDescriptor& method_;
  const RpcFormat format_;
  const Place place_;
  const std::string session_;  // as the caller sent it; empty without
  http::Answer head_;
  std::shared_ptr<http::Reply> reply_;
  std::shared_ptr<Call> self_;
  grpc::ClientContext context_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
  bool begun_ = false;       // a stream's head is sent
  bool proved_ = false;      // the service has said whose session it is
  grpc::Status own_status_;  // why the edge ends the call
  std::mutex mutex_;
  bool held_ = true;  // guarded by mutex_; of a stream: gRPC waits for our next read
};

RpcEdge::RpcEdge(ServiceChannels for_reads, ServiceChannels channels, const EdgeLimits& limits)
    : for_reads_(std::move(for_reads)),
      channels_(std::move(channels)),
      reads_(limits.reads),
      commands_(limits.commands),
      unproved_(limits.unproved),
      persons_(limits.persons),
      parsers_(kParsers, kMostWaitingForParsers) {}

RpcEdge::~RpcEdge() = default;

bool RpcEdge::IsRpc(absl::string_view target) {
  return absl::StartsWith(target, "/votum.") || absl::StartsWith(target, "/grpc.");
}

size_t RpcEdge::MostBytesOf(const http::Request& request) const {
  const RpcMethod* const method = methods_.Find(request.target);
  const std::optional<RpcFormat> format = FormatOf(request.Header("content-type"));
  if (method == nullptr || !format.has_value() || !method->is_command) return kMostReadBytes;
  if (format->json) return kMostJsonBytes;
  return format->protocol == RpcProtocol::kGrpcWebText ? kMaxRequestBytes / 3 * 4
                                                       : kMaxRequestBytes;
}

std::string RpcEdge::PersonOf(const http::Request& request) const {
  const std::string session = SessionOf(request);
  return session.empty() ? "" : sessions_.PersonOf(session, absl::Now());
}

RpcEdge::Place RpcEdge::PlaceFor(const RpcMethod& method, const http::Request& request) {
  std::string person = PersonOf(request);
  if (!person.empty()) return {&persons_, std::move(person)};
  if (method.is_command) return {&commands_, request.peer};
  return {SessionOf(request).empty() ? &reads_ : &unproved_, request.peer};
}

void RpcEdge::Handle(http::Request request, std::shared_ptr<http::Reply> reply) {
  const RpcMethod* const method = methods_.Find(request.target);
  if (method == nullptr) return reply->Send(NoSuchMethod(request.target));
  if (request.method == "OPTIONS") return reply->Send(Preflight(*method));
  if (request.method != "POST") return reply->Send(OnlyPost());
  const std::optional<RpcFormat> format = FormatOf(request.Header("content-type"));
  const bool fits = format.has_value() &&
                    (format->is_grpc_web() || (format->protocol == RpcProtocol::kConnectStream) ==
                                                  method->descriptor->server_streaming());
  if (!fits) return reply->Send(WrongContentType(request.Header("content-type")));
  const auto refuse = [&](const grpc::Status& why) {
    reply->Send(RefusalOf(*method, *format, request, why));
  };
  for (const char* const header :
       {"content-encoding", "connect-content-encoding", "grpc-encoding"}) {
    const absl::string_view encoding = request.Header(header);
    if (!encoding.empty() && encoding != "identity") {
      return refuse({grpc::StatusCode::UNIMPLEMENTED,
                     absl::StrCat("bodies are not compressed here; send no ", header)});
    }
  }
  absl::StatusOr<std::string> message = UnwrapMessage(*format, std::move(request.body));
  if (!message.ok()) return refuse(ToGrpc(message.status()));
  if (!format->json) return Begin(*method, *format, request, *message, reply);
  auto shared = std::make_shared<http::Request>(std::move(request));
  const bool added =
      parsers_.Add([this, method, format = *format, shared, json = *std::move(message), reply] {
        absl::StatusOr<std::string> bytes = FromJson(method->descriptor->input_type(), json);
        if (bytes.ok()) return Begin(*method, format, *shared, *bytes, reply);
        reply->Send(RefusalOf(*method, format, *shared, ToGrpc(bytes.status())));
      });
  if (added) return;
  reply->Send(
      RefusalOf(*method, *format, *shared,
                {grpc::StatusCode::UNAVAILABLE, "too many requests wait; try again in a moment"}));
}

void RpcEdge::Begin(const RpcMethod& method, const RpcFormat& format, const http::Request& request,
                    const std::string& message, const std::shared_ptr<http::Reply>& reply) {
  http::Answer head = {200, ContentTypeOf(format), ""};
  AllowReading(method, request, &head);
  const bool streams = method.descriptor->server_streaming();
  const auto refuse = [&](const grpc::Status& why) {
    reply->Send(RefusalOf(method, format, request, why));
  };
  const absl::StatusOr<absl::Duration> timeout = TimeoutOf(format, request);
  if (!timeout.ok()) return refuse(ToGrpc(timeout.status()));
  const auto metadata = MetadataOf(request);
  if (!metadata.ok()) return refuse(ToGrpc(metadata.status()));
  const Place place = PlaceFor(method, request);
  const ServiceChannels& channels = place.shares == &reads_ ? for_reads_ : channels_;
  const auto channel = channels.find(method.service);
  if (channel == channels.end()) return reply->Send(NoSuchMethod(request.target));
  if (place.shares->Take(place.owner, 1) != CallerShares::Taken::kYes) {
    return refuse(ToGrpc(Refuse(Reason::kTooManyWaitingReads,
                                "too many calls are in progress here, yours, of your address or of "
                                "all; end one of them, or try again in a moment")));
  }
  const auto call =
      made_.New<Call>(this, method, format, place, SessionOf(request), std::move(head), reply);
  for (const auto& [name, value] : *metadata) call->context().AddMetadata(name, value);
  call->context().AddMetadata(kCallerMetadata, request.peer);
  const absl::Duration patience = streams ? *timeout : std::min(*timeout, kLongestCall);
  if (patience < absl::InfiniteDuration())
    call->context().set_deadline(absl::ToChronoTime(absl::Now() + patience));
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (stopping_) {
      place.shares->GiveBack(place.owner, 1);
      return refuse({grpc::StatusCode::UNAVAILABLE, "the edge stops; try again in a moment"});
    }
    calls_.insert(call.get());
    // Under the lock, so that Stop finds only calls that have begun.
    call->Start(call, channel->second, request.target, message);
  }
}

void RpcEdge::Forget(Call* call) {
  const std::lock_guard<std::mutex> lock(mutex_);
  calls_.erase(call);
}

void RpcEdge::Stop() {
  parsers_.Close();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    for (Call* const call : calls_) call->Cancel();
  }
  made_.AwaitNone();
}

}  // namespace votum::gateway
