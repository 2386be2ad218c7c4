#include "clients/lib/client.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/lib/receipt.h"
#include "clients/lib/unary_call.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "services/domain/timestamps.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/runtime/v1/runtime_service.pb.h"

namespace votum::client {
namespace {

constexpr absl::Duration kFirstPause = absl::Milliseconds(50);
constexpr absl::Duration kLongestPause = absl::Seconds(1);
constexpr absl::Duration kSessionLength = absl::Minutes(10);
constexpr absl::Duration kOneTry = absl::Seconds(15);

// "application/vnd.votum.voting.v1.CastVote+protobuf" -> "voting", "CastVote".
std::pair<std::string, std::string> ServiceAndMethod(absl::string_view payload_type) {
  absl::ConsumePrefix(&payload_type, "application/vnd.votum.");
  absl::ConsumeSuffix(&payload_type, "+protobuf");
  return {std::string(payload_type.substr(0, payload_type.find('.'))),
          std::string(payload_type.substr(payload_type.rfind('.') + 1))};
}

}  // namespace

absl::StatusOr<std::shared_ptr<Channels>> Channels::Open(const Context& context) {
  grpc::SslCredentialsOptions tls;
  ASSIGN_OR_RETURN(tls.pem_root_certs, ReadFile(context.ca_certificate_file));
  auto channels = std::make_shared<Channels>();
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(64 << 20);
  for (const auto& [service, address] : context.endpoints) {
    channels->channels_[service] =
        grpc::CreateCustomChannel(address, grpc::SslCredentials(tls), arguments);
  }
  return channels;
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> Channels::To(const std::string& service) {
  const auto found = channels_.find(service);
  if (found == channels_.end()) {
    return RefuseArgument("BAD_CONTEXT",
                          absl::StrCat("the context names no endpoint for the service ", service));
  }
  return found->second;
}

absl::StatusOr<std::unique_ptr<Client>> Client::Open(const Context& context,
                                                     std::shared_ptr<Channels> channels,
                                                     AskPassphrase ask) {
  ASSIGN_OR_RETURN(crypto::NoteVerifier log, crypto::NoteVerifier::FromVkey(context.log_vkey));
  return std::unique_ptr<Client>(
      new Client(context, std::move(log), std::move(channels), std::move(ask)));
}

absl::StatusOr<const crypto::PrivateKey*> Client::Key() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (key_ != nullptr) return key_.get();
  if (context_.key_file.empty() || context_.person_id.empty()) {
    return RefusePrecondition(
        "NO_KEY",
        "this context names no person and key; add one with: votum context add NAME "
        "--from DIR/client.json --person ID --key FILE");
  }
  ASSIGN_OR_RETURN(const crypto::SecretBytes passphrase, ask_(context_.key_file));
  ASSIGN_OR_RETURN(crypto::PrivateKey key,
                   crypto::PrivateKey::LoadPkcs8File(context_.key_file, passphrase));
  key_ = std::make_unique<crypto::PrivateKey>(std::move(key));
  return key_.get();
}

absl::StatusOr<common::v1::Receipt> Client::Do(
    google::protobuf::Message* command, const std::vector<common::v1::Attachment>& attachments) {
  ASSIGN_OR_RETURN(const crypto::PrivateKey* key, Key());
  ASSIGN_OR_RETURN(
      common::v1::SignedCommand signed_command,
      SignCommand({context_.deployment, context_.person_id, {key}}, absl::Now(), command));
  for (const common::v1::Attachment& attachment : attachments)
    *signed_command.add_attachments() = attachment;
  return Send(signed_command);
}

absl::StatusOr<common::v1::Receipt> Client::Send(const common::v1::SignedCommand& command) {
  const auto [service, method] = ServiceAndMethod(command.payload_type());
  common::v1::Receipt receipt;
  RETURN_IF_ERROR(CallWithRetries(
      service, MethodPath(service, method), [](grpc::ClientContext&) {}, command, &receipt));
  RETURN_IF_ERROR(VerifyReceiptOf(command, receipt, log_));
  uint64_t seen = channels_->seen_index;
  while (seen < receipt.index() &&
         !channels_->seen_index.compare_exchange_weak(seen, receipt.index())) {
  }
  channels_->seen_any = true;
  return receipt;
}

absl::StatusOr<std::string> Client::Session() {
  ASSIGN_OR_RETURN(const crypto::PrivateKey* key, Key());
  const std::lock_guard<std::mutex> lock(mutex_);
  const absl::Time now = absl::Now();
  if (session_.empty() || now > session_end_ - absl::Minutes(1)) {
    directory::v1::ReadSession statement;
    session_end_ = now + kSessionLength;
    *statement.mutable_expire_time() = ToTimestamp(session_end_);
    ASSIGN_OR_RETURN(
        const common::v1::SignedCommand signed_statement,
        SignCommand({context_.deployment, context_.person_id, {key}}, now, &statement));
    session_ = signed_statement.SerializeAsString();
  }
  return session_;
}

absl::Status Client::Read(const std::string& service, const std::string& method,
                          const google::protobuf::Message& request,
                          google::protobuf::Message* response) {
  std::string session;
  if (!context_.key_file.empty()) {
    ASSIGN_OR_RETURN(session, Session());
  }
  const auto prepare = [&](grpc::ClientContext& context) {
    if (!session.empty()) context.AddMetadata("votum-session-bin", session);
    if (channels_->seen_any)
      context.AddMetadata("votum-min-index", absl::StrCat(channels_->seen_index.load()));
  };
  return CallWithRetries(service, MethodPath(service, method), prepare, request, response);
}

absl::Status Client::ReadRuntime(const std::string& service, google::protobuf::Message* response) {
  return CallWithRetries(
      service, "/votum.runtime.v1.RuntimeService/GetProjection", [](grpc::ClientContext&) {},
      runtime::v1::GetProjectionRequest(), response);
}

absl::Status Client::CallWithRetries(const std::string& service, const std::string& path,
                                     const std::function<void(grpc::ClientContext&)>& prepare,
                                     const google::protobuf::Message& request,
                                     google::protobuf::Message* response) {
  ASSIGN_OR_RETURN(const std::shared_ptr<grpc::Channel> channel, channels_->To(service));
  const absl::Time end = absl::Now() + kPatience;
  absl::Duration pause = kFirstPause;
  for (;;) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(std::min(end, absl::Now() + kOneTry)));
    prepare(context);
    const absl::Status status = UnaryCall(channel, path, &context, request, response);
    // The service, or the ledger behind it, is starting again. A command is safe to repeat: its id
    // counts once.
    if (!absl::IsUnavailable(status) || absl::Now() + pause >= end) return status;
    absl::SleepFor(pause);
    pause = std::min(2 * pause, kLongestPause);
  }
}

}  // namespace votum::client
