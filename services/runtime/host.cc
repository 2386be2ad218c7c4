#include "services/runtime/host.h"

#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/resource_quota.h"
#include "platform/grpc/connect.h"

namespace votum {
namespace {

constexpr int kFewestIdleThreads = 2;
constexpr int kMostIdleThreads = 64;
// A tablet that sleeps, or leaves its network, says no goodbye. Without these, gRPC would ask only
// after two hours, and until then its stream would keep one of its caller's places.
constexpr int kAskCallersMilliseconds = 20'000;
constexpr int kCallersAnswerMilliseconds = 10'000;
// Whoever connects and does not go on: gRPC alone would wait two minutes.
constexpr int kHandshakeMilliseconds = 10'000;
// The headers of a call: a session, and a refusal's details on the way back.
constexpr int kMaxHeaderBytes = 16 << 10;

// Both are process-wide switches of gRPC and must be thrown once, before the first server.
void EnablePluginsOnce() {
  static std::once_flag once;
  std::call_once(once, [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  });
}

}  // namespace

absl::StatusOr<std::unique_ptr<Host>> Host::Start(
    const std::vector<std::string>& addresses,
    const std::shared_ptr<grpc::ServerCredentials>& credentials,
    const std::vector<HostedService>& services, Gates gates) {
  std::vector<Port> ports;
  ports.reserve(addresses.size());
  for (const std::string& address : addresses) ports.push_back({address, credentials});
  return Start(ports, services, std::move(gates));
}

absl::StatusOr<std::unique_ptr<Host>> Host::Start(const std::vector<Port>& ports,
                                                  const std::vector<HostedService>& services,
                                                  Gates gates, Door::Limits limits) {
  EnablePluginsOnce();
  auto host = std::unique_ptr<Host>(new Host());
  grpc::ServerBuilder builder;
  std::vector<std::string> addresses;
  std::vector<std::unique_ptr<Door::Acceptor>> acceptors;
  for (const Port& port : ports) {
    addresses.push_back(port.address);
    acceptors.push_back(builder.experimental().AddExternalConnectionAcceptor(
        grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD, port.credentials));
  }
  if (!addresses.empty()) {
    absl::StatusOr<std::unique_ptr<Door>> door = Door::Open(addresses, limits);
    if (!door.ok()) {
      return Refuse(
          Reason::kCannotListen,
          absl::StrCat(door.status().message(),
                       "; if another program listens there, perhaps another `votumd serve` of this "
                       "deployment, stop it, or change the address in DIR/votum.textproto"));
    }
    host->door_ = *std::move(door);
    host->ports_ = host->door_->ports();
  }
  for (const HostedService& hosted : services) {
    builder.RegisterService(hosted.service);
    if (hosted.commands.has_value())
      RETURN_IF_ERROR(host->commands_.Add(hosted.name, *hosted.commands));
    host->names_.push_back(hosted.name);
  }
  builder.RegisterCallbackGenericService(&host->commands_);
  if (!gates.empty()) builder.experimental().SetInterceptorCreators(std::move(gates));
  builder.SetMaxReceiveMessageSize(kMaxRequestBytes);
  builder.SetResourceQuota(
      grpc::ResourceQuota("votum").SetMaxThreads(kMaxThreads).Resize(kMaxTransportBytes));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxCallsOfConnection);
  // A read may wait for the ledger's vault, so many run at once. Threads that have finished one stay
  // for the next: starting one for each call costs more than the call.
  using Option = grpc::ServerBuilder::SyncServerOption;
  builder.SetSyncServerOption(Option::NUM_CQS, 1);
  builder.SetSyncServerOption(Option::MIN_POLLERS, kFewestIdleThreads);
  builder.SetSyncServerOption(Option::MAX_POLLERS, kMostIdleThreads);
  // Callers through connect.h often ask whether this process lives.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kAskMilliseconds / 2);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kAskCallersMilliseconds);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kCallersAnswerMilliseconds);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeMilliseconds);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxHeaderBytes);
  host->server_ = builder.BuildAndStart();
  if (host->server_ == nullptr) return absl::InternalError("gRPC's server does not start");
  if (host->door_ != nullptr) host->door_->Start(std::move(acceptors));
  host->SetServing(false);
  return host;
}

Host::~Host() {
  if (server_ != nullptr) Stop(absl::ZeroDuration());
}

std::shared_ptr<grpc::Channel> Host::InProcessChannel() {
  return server_->InProcessChannel(grpc::ChannelArguments());
}

// Each service must be named: a name that was never set is NOT_FOUND to a health check.
void Host::SetServing(bool serving) {
  auto* health = server_->GetHealthCheckService();
  for (const std::string& name : names_) health->SetServingStatus(name, serving);
  health->SetServingStatus("", serving);
}

void Host::Stop(absl::Duration grace) {
  SetServing(false);
  if (door_ != nullptr) door_->Stop();
  server_->Shutdown(absl::ToChronoTime(absl::Now() + grace));
  server_->Wait();
  server_ = nullptr;
}

}  // namespace votum
