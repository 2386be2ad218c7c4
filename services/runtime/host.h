// A gRPC server with what every server of ours has: health by service name, reflection, limits, an
// orderly stop.
#ifndef VOTUM_SERVICES_RUNTIME_HOST_H_
#define VOTUM_SERVICES_RUNTIME_HOST_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "grpcpp/support/server_interceptor.h"
#include "services/runtime/command_methods.h"
#include "services/runtime/door.h"

namespace votum {

// The largest request: an import of 500 ideas with their texts. gRPC has one limit for all methods of
// a server, and parses reads before their methods see them, so that a read may cost many times as
// much memory: the ports of services are private, and the edge limits what people's programs send.
inline constexpr int kMaxRequestBytes = 16 << 20;
// The most calls of one connection at a time; a client holds back more. As many as the ledger
// records at once (ledger/ledger.h), since a service sends it all commands on one connection.
inline constexpr int kMaxCallsOfConnection = 4096;
// The memory that gRPC uses for what arrives and what is on its way, in bytes: near it, connections
// are slowed down, and beyond it no new ones are accepted.
inline constexpr size_t kMaxTransportBytes = size_t{1} << 30;
// The most threads that one server uses for reads; more of them wait. Commands use none.
inline constexpr int kMaxThreads = 128;

struct HostedService {
  std::string name;  // full name, e.g. "votum.meetings.v1.MeetingsService", for health checks
  grpc::Service* service;
  std::optional<CommandsOf> commands = std::nullopt;  // if it is WithoutCommands
};

// Owned by one thread.
class Host {
 public:
  // Where a server listens, and with which credentials there.
  struct Port {
    std::string address;  // "127.0.0.1:0" for a port of the system's choice
    std::shared_ptr<grpc::ServerCredentials> credentials;
  };
  using Gates = std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>>;

  // Serves `services` (which outlive this object) at all `ports`, whose connections come by a Door,
  // or, without ports, to this process alone. Calls pass `gates` first.
  // Health checks say "not serving" until SetServing. UNAVAILABLE/CANNOT_LISTEN if an address is
  // taken or not ours; errors as CommandMethods::Add.
  static absl::StatusOr<std::unique_ptr<Host>> Start(const std::vector<Port>& ports,
                                                     const std::vector<HostedService>& services,
                                                     Gates gates = {},
                                                     Door::Limits limits = Door::LimitsOfProcess());
  // The same with the same credentials at all addresses.
  static absl::StatusOr<std::unique_ptr<Host>> Start(
      const std::vector<std::string>& addresses,
      const std::shared_ptr<grpc::ServerCredentials>& credentials,
      const std::vector<HostedService>& services, Gates gates = {});
  ~Host();

  // The port of each address, in order.
  const std::vector<int>& ports() const { return ports_; }

  // A channel within the process.
  std::shared_ptr<grpc::Channel> InProcessChannel();

  // Tells health checks, from now on, whether the process ("") and each service serve.
  void SetServing(bool serving);

  // Says "not serving" to health checks, lets calls under way finish for `grace`, then cancels
  // them; returns when all have ended.
  void Stop(absl::Duration grace);

 private:
  Host() = default;

  CommandMethods commands_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Door> door_;  // null without ports
  std::vector<int> ports_;
  std::vector<std::string> names_;
};

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_HOST_H_
