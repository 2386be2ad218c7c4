#include "clients/lib/client.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/numbers.h"
#include "base/refusal.h"
#include "base/shifted_clock.h"
#include "base/status_macros.h"
#include "clients/lib/key_agent.h"
#include "clients/lib/receipt.h"
#include "clients/lib/unary_call.h"
#include "core/command/timestamps.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "platform/grpc/connect.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/runtime/v1/runtime_service.pb.h"

namespace votum::client {
namespace {

constexpr absl::Duration kFirstPause = absl::Milliseconds(50);
constexpr absl::Duration kLongestPause = absl::Seconds(1);
constexpr absl::Duration kSessionLength = absl::Minutes(10);
constexpr absl::Duration kOneTry = absl::Seconds(15);
constexpr int kFirstReconnectMs = 50;
constexpr int kLastReconnectMs = 1000;
// Twice what services give each other: a tablet may be on a bad network.
constexpr int kAnswerMs = 2 * kAskMilliseconds;
constexpr char kSessionMetadata[] = "votum-session-bin";
constexpr size_t kMaxCertificateBytes = size_t{1} << 20;
// A port that demands a certificate cannot say so: gRPC's callers only see that the connection ends.
constexpr char kPeopleComeByTheEdge[] =
    "; the services' own ports may demand a certificate (identity_file), since people come by the "
    "edge: votum context add NAME --from CONTEXT --edge https://...";

// "application/vnd.votum.meetings.v1.CastVote+protobuf" -> "meetings", "CastVote".
std::pair<std::string, std::string> ServiceAndMethod(absl::string_view payload_type) {
  absl::ConsumePrefix(&payload_type, "application/vnd.votum.");
  absl::ConsumeSuffix(&payload_type, "+protobuf");
  return {std::string(payload_type.substr(0, payload_type.find('.'))),
          std::string(payload_type.substr(payload_type.rfind('.') + 1))};
}

// Whether the command names its actor. If not, its receipt (of a secret ballot, say) must leave no
// trace in the person's next command.
bool NamesItsActor(const common::v1::SignedCommand& command) {
  common::v1::AnyCommand any;
  return any.ParseFromString(command.payload()) && !any.header().actor().empty();
}

absl::StatusOr<std::string> ReadPem(absl::string_view member, const std::string& path) {
  auto pem = ReadFile(path, kMaxCertificateBytes);
  if (pem.ok()) return pem;
  return Refuse(Reason::kBadContext, absl::StrCat("\"", member, "\": ", pem.status().message()));
}

// For the services' own ports.
absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> TlsOf(const Context& context) {
  grpc::SslCredentialsOptions tls;
  ASSIGN_OR_RETURN(tls.pem_root_certs, ReadPem("ca_certificate_file", context.ca_certificate_file));
  if (!context.identity_file.empty()) {
    ASSIGN_OR_RETURN(tls.pem_cert_chain, ReadPem("identity_file", context.identity_file));
    tls.pem_private_key = tls.pem_cert_chain;
  }
  return grpc::SslCredentials(tls);
}

}  // namespace

absl::StatusOr<std::shared_ptr<Channels>> Channels::Open(const Context& context) {
  auto channels = std::make_shared<Channels>();
  if (!context.edge.empty()) {
    channels->edge_ = EdgeRoute(context.edge, {context.ca_certificate_file, ""});
    return channels;
  }
  ASSIGN_OR_RETURN(const std::shared_ptr<grpc::ChannelCredentials> tls, TlsOf(context));
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(64 << 20);
  // Finds a restarted service at once, not after gRPC's two minutes.
  // (GRPC_ARG_MIN_RECONNECT_BACKOFF_MS would limit how long connecting may take.)
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kFirstReconnectMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kLastReconnectMs);
  // Notices a host that vanished silently, or a process that hangs, and leaves it.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kAskMilliseconds);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kAnswerMs);
  for (const auto& [service, address] : context.endpoints) {
    grpc::ChannelArguments own = arguments;
    Balance(address, &own);
    channels->routes_[service] = GrpcRoute(grpc::CreateCustomChannel(address, tls, own));
  }
  return channels;
}

absl::StatusOr<std::shared_ptr<Route>> Channels::To(const std::string& service) {
  if (edge_ != nullptr) return edge_;
  const auto found = routes_.find(service);
  if (found == routes_.end()) {
    return Refuse(Reason::kBadContext,
                  absl::StrCat("the context names no endpoint for the service ", service));
  }
  return found->second;
}

absl::StatusOr<std::unique_ptr<Client>> Client::Open(const Context& context,
                                                     std::shared_ptr<Channels> channels,
                                                     AskPassphrase ask, absl::Duration patience) {
  auto log = crypto::NoteVerifier::FromVkey(context.log_vkey);
  if (!log.ok())
    return Refuse(Reason::kBadContext, absl::StrCat("\"log_vkey\": ", log.status().message()));
  return std::unique_ptr<Client>(
      new Client(context, *std::move(log), std::move(channels), std::move(ask), patience));
}

Client::Client(Context context, crypto::NoteVerifier log, std::shared_ptr<Channels> channels,
               AskPassphrase ask, absl::Duration patience)
    : context_(std::move(context)),
      log_(std::move(log)),
      channels_(std::move(channels)),
      ask_(std::move(ask)),
      patience_(patience),
      seen_(log_, SeenCheckpointPath(log_)) {
  if (context_.clock_offset_file.empty()) {
    clock_ = std::make_unique<SystemClock>();
  } else {
    clock_ = std::make_unique<ShiftedClock>(context_.clock_offset_file);
  }
}

absl::StatusOr<crypto::PrivateKey> Client::OpenKeyFile() const {
  if (context_.key_file.empty() || context_.person_id.empty()) {
    return Refuse(Reason::kNoKey,
                  "this context names no person and key; add one with: votum context add NAME "
                  "--from DIR/client.json --person ID --key FILE");
  }
  ASSIGN_OR_RETURN(const crypto::SecretBytes passphrase, ask_(context_.key_file));
  return crypto::PrivateKey::LoadPkcs8File(context_.key_file, passphrase);
}

std::unique_ptr<crypto::Signer> Client::KeyOfAgent() const {
  if (!context_.passphrase_file.empty() || context_.person_id.empty()) return nullptr;
  auto agent = KeyAgent::OfEnvironment();
  if (!agent.ok()) return nullptr;
  // Without a sound agent the passphrase is asked for, as if there were none.
  auto key = agent->Find(context_.key_file);
  if (!key.ok() || !key->has_value()) return nullptr;
  return std::make_unique<AgentKey>(*std::move(agent), **std::move(key),
                                    [this] { return OpenKeyFile(); });
}

absl::StatusOr<const crypto::Signer*> Client::Key() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (key_ == nullptr) key_ = KeyOfAgent();
  if (key_ == nullptr) {
    ASSIGN_OR_RETURN(crypto::PrivateKey key, OpenKeyFile());
    key_ = std::make_unique<crypto::PrivateKey>(std::move(key));
  }
  return key_.get();
}

absl::StatusOr<common::v1::Receipt> Client::Do(
    google::protobuf::Message* command, const std::vector<common::v1::Attachment>& attachments) {
  ASSIGN_OR_RETURN(const crypto::Signer* key, Key());
  ASSIGN_OR_RETURN(common::v1::SignedCommand signed_command,
                   SignCommand({context_.deployment, context_.person_id, {key}, false, seen_.Get()},
                               Now(), command));
  for (const common::v1::Attachment& attachment : attachments)
    *signed_command.add_attachments() = attachment;
  return Send(signed_command);
}

absl::StatusOr<common::v1::Receipt> Client::Send(const common::v1::SignedCommand& command) {
  const auto [service, method] = ServiceAndMethod(command.payload_type());
  // By the edge a command counts for its person, and not for the address of all in the hall. One without
  // actor must not be joined to a person by it.
  std::string session;
  if (!context_.edge.empty() && NamesItsActor(command)) {
    ASSIGN_OR_RETURN(session, Session(service));
  }
  const auto prepare = [&session](Call& call) {
    if (!session.empty()) call.metadata.emplace_back(kSessionMetadata, session);
  };
  common::v1::Receipt receipt;
  RETURN_IF_ERROR(
      CallWithRetries(service, MethodPath(service, method), prepare, command, &receipt));
  RETURN_IF_ERROR(VerifyReceiptOf(command, receipt, log_));
  if (NamesItsActor(command)) seen_.Remember(receipt.checkpoint());
  uint64_t seen = channels_->seen_index;
  while (seen < receipt.index() &&
         !channels_->seen_index.compare_exchange_weak(seen, receipt.index())) {
  }
  channels_->seen_any = true;
  return receipt;
}

absl::StatusOr<ledger::v1::GetCheckpointResponse> Client::NewestCheckpoint() {
  ledger::v1::GetCheckpointResponse newest;
  LogReads reads;
  reads.newest = [&]() -> absl::StatusOr<std::string> {
    RETURN_IF_ERROR(
        Read("publication", "GetCheckpoint", ledger::v1::GetCheckpointRequest(), &newest));
    return newest.checkpoint();
  };
  reads.consistency = [this](uint64_t old_size,
                             uint64_t new_size) -> absl::StatusOr<std::vector<std::string>> {
    ledger::v1::GetConsistencyProofRequest request;
    request.set_old_size(old_size);
    request.set_new_size(new_size);
    ledger::v1::GetConsistencyProofResponse response;
    RETURN_IF_ERROR(Read("publication", "GetConsistencyProof", request, &response));
    return std::vector<std::string>(response.proof().begin(), response.proof().end());
  };
  RETURN_IF_ERROR(seen_.Newest(reads).status());
  return newest;
}

absl::StatusOr<std::string> Client::Session(const std::string& service) {
  if (context_.key_file.empty()) return std::string();
  ASSIGN_OR_RETURN(const crypto::Signer* key, Key());
  const std::lock_guard<std::mutex> lock(mutex_);
  const absl::Time now = absl::Now();
  SignedSession& session = sessions_[service];
  if (session.bytes.empty() || now > session.end - absl::Minutes(1)) {
    directory::v1::ReadSession statement;
    const absl::Time end = now + kSessionLength;
    *statement.mutable_expire_time() = ToTimestamp(end);
    statement.set_service(service);
    ASSIGN_OR_RETURN(
        const common::v1::SignedCommand signed_statement,
        SignCommand({context_.deployment, context_.person_id, {key}}, now, &statement));
    // Not before it is signed: a failed try must not prolong the session.
    session = {signed_statement.SerializeAsString(), end};
  }
  return session.bytes;
}

void Client::AddReadMetadata(const std::string& session, Call& call) const {
  if (!session.empty()) call.metadata.emplace_back(kSessionMetadata, session);
  if (channels_->seen_any)
    call.metadata.emplace_back("votum-min-index", absl::StrCat(channels_->seen_index.load()));
}

absl::Status Client::Read(const std::string& service, const std::string& method,
                          const google::protobuf::Message& request,
                          google::protobuf::Message* response) {
  ASSIGN_OR_RETURN(const std::string session, Session(service));
  absl::Status status = ReadWith(session, service, method, request, response);
  // The public's part of the log must not pass for the whole one of an export or an audit.
  if (ReasonOf(status) != Reason::kKeyNotConfirmed || service == "publication") return status;
  // A read that the public may not make is refused for the reason that counts: the key.
  if (!ReadAsPublic(service, method, request, response).ok()) return status;
  read_as_public_ = true;
  return absl::OkStatus();
}

absl::Status Client::ReadAsPublic(const std::string& service, const std::string& method,
                                  const google::protobuf::Message& request,
                                  google::protobuf::Message* response) {
  return ReadWith("", service, method, request, response);
}

absl::Status Client::ReadWith(const std::string& session, const std::string& service,
                              const std::string& method, const google::protobuf::Message& request,
                              google::protobuf::Message* response) {
  const auto prepare = [&](Call& call) { AddReadMetadata(session, call); };
  return CallWithRetries(service, MethodPath(service, method), prepare, request, response);
}

absl::Status Client::Watch(const std::string& service, const std::string& method,
                           const google::protobuf::Message& request,
                           google::protobuf::Message* response,
                           const std::function<bool()>& on_response) {
  ASSIGN_OR_RETURN(const std::shared_ptr<Route> route, channels_->To(service));
  absl::Time end = absl::InfiniteFuture();  // a passphrase may take longer than any service
  for (;;) {
    ASSIGN_OR_RETURN(const std::string session, Session(service));
    end = std::min(end, absl::Now() + patience_);
    Call call;
    AddReadMetadata(session, call);
    const auto alive = [&] {
      end = absl::Now() + patience_;
      return on_response();
    };
    const absl::Status status =
        route->Stream(MethodPath(service, method), request, response, &call, alive);
    NoteAge(call);
    const bool expired = ReasonOf(status) == Reason::kSessionExpired;
    if (status.ok() || (!expired && !absl::IsUnavailable(status)) || absl::Now() >= end)
      return Explain(service, status);
    if (expired) ForgetSession(service, session);
    absl::SleepFor(kFirstPause);
  }
}

void Client::ForgetSession(const std::string& service, const std::string& session) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (sessions_[service].bytes == session) sessions_.erase(service);
}

void Client::NoteAge(const Call& call) {
  const std::optional<uint64_t> seconds = ParseDecimal(call.state_age);
  if (!seconds.has_value()) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  oldest_state_ = std::max(oldest_state_, absl::Seconds(static_cast<int64_t>(*seconds)));
}

absl::Duration Client::TakeOldestState() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return std::exchange(oldest_state_, absl::ZeroDuration());
}

absl::Status Client::Explain(const std::string& service, const absl::Status& status) const {
  const bool no_way = ReasonTextOf(status).empty() &&
                      (absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status));
  if (!no_way || !IsOfService(status)) return status;
  return StatusOfService(grpc::Status(
      static_cast<grpc::StatusCode>(status.code()),
      absl::StrCat(
          "the service ", service, " at ",
          context_.edge.empty() ? context_.endpoints.at(service) : context_.edge,
          " does not answer (", status.message(),
          "); ask whether it runs, and look at the addresses with: votum context show",
          context_.edge.empty() && context_.identity_file.empty() ? kPeopleComeByTheEdge : "")));
}

absl::Status Client::ReadRuntime(const std::string& service, google::protobuf::Message* response) {
  if (!context_.edge.empty()) {
    return Refuse(Reason::kBadContext,
                  "the state of a process is read from its own port; use a context that has the "
                  "services' endpoints");
  }
  ASSIGN_OR_RETURN(const std::string session, Session("runtime"));
  const auto prepare = [&](Call& call) { AddReadMetadata(session, call); };
  return CallWithRetries(service, "/votum.runtime.v1.RuntimeService/GetProjection", prepare,
                         runtime::v1::GetProjectionRequest(), response);
}

absl::Status Client::CallWithRetries(const std::string& service, const std::string& path,
                                     const std::function<void(Call&)>& prepare,
                                     const google::protobuf::Message& request,
                                     google::protobuf::Message* response) {
  ASSIGN_OR_RETURN(const std::shared_ptr<Route> route, channels_->To(service));
  const absl::Time end = absl::Now() + patience_;
  absl::Duration pause = kFirstPause;
  for (;;) {
    Call call;
    call.deadline = std::min(end, absl::Now() + kOneTry);
    prepare(call);
    const absl::Status status = route->Unary(path, request, response, &call);
    NoteAge(call);
    // The service, or the ledger behind it, is starting again; it ended while it worked on this
    // (nobody here cancels); or one of several processes hangs, and the next try goes to another;
    // or so many commands wait that this one found no place. A command is safe to repeat: its id
    // counts once.
    const bool again = absl::IsUnavailable(status) || absl::IsCancelled(status) ||
                       absl::IsDeadlineExceeded(status) || ReasonOf(status) == Reason::kLedgerBusy;
    if (!again || absl::Now() + pause >= end) return Explain(service, status);
    absl::SleepFor(pause);
    pause = std::min(2 * pause, kLongestPause);
  }
}

}  // namespace votum::client
