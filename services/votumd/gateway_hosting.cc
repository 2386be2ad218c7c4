#include "services/votumd/gateway_hosting.h"

#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/fold/domains.h"
#include "crypto/tlog/policy.h"
#include "platform/grpc/connect.h"

namespace votum {
namespace {

constexpr int kDefaultRate = 500;
constexpr int kDefaultConnections = 4096;
constexpr int kMostConnections = 10000;
constexpr int kMostRate = 100000;
constexpr int kBurstSeconds = 10;
constexpr int kNewConnections =
    100;  // a second, of one address; a handshake costs as much as reads
constexpr int kPartOfConnections = 4;
constexpr int kDefaultReadySeconds = 15;

// How many files and sockets this process may have open; HardenProcess has raised that.
int AllowedFiles() {
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return kMostConnections;
  return static_cast<int>(std::min<rlim_t>(limit.rlim_cur, kMostConnections * 2));
}

// The folder `name` of share/ beside the folder of the running program.
std::string Installed(const std::string& name) {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "" : (program.parent_path().parent_path() / "share" / name).string();
}

// The services that people call, each with the edge's certificate, by connections that other such
// channels do not share. Also those of this process are called by TLS: there is one way, on which they
// see who calls.
absl::StatusOr<gateway::ServiceChannels> ChannelsOf(const Deployment& deployment,
                                                    const runtime::v1::DeploymentConfig& config) {
  gateway::ServiceChannels channels;
  for (const char* const name : kServices) {
    if (absl::string_view(name) == "ledger") continue;  // answers services alone
    ASSIGN_OR_RETURN(const runtime::v1::ServiceAddress row, AddressOf(config, name));
    grpc::ChannelArguments arguments = ChannelArgumentsTo(row.address());
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    channels[name] = grpc::CreateCustomChannel(
        row.address(), ServiceClientTls(deployment.TlsOf(kGateway)), arguments);
  }
  return channels;
}

http::Limits LimitsOf(const runtime::v1::Gateway& row) {
  const auto or_default = [](uint32_t given, int otherwise, int most) {
    return given == 0 ? otherwise : static_cast<int>(std::min<uint32_t>(given, most));
  };
  http::Limits limits;
  limits.connections = std::min(
      or_default(row.connections(), kDefaultConnections, kMostConnections), AllowedFiles() / 2);
  limits.behind_proxy = row.plain_http();
  limits.connections_per_address =
      row.plain_http() ? limits.connections : std::max(1, limits.connections / kPartOfConnections);
  // A proxy's are those of many.
  limits.new_connections_per_second = row.plain_http() ? 0 : kNewConnections;
  limits.requests_per_second = or_default(row.requests_per_second(), kDefaultRate, kMostRate);
  limits.burst = limits.requests_per_second * kBurstSeconds;
  return limits;
}

}  // namespace

bool HasGateway(const runtime::v1::DeploymentConfig& config, int replica) {
  return replica >= 0 && replica < config.gateways_size();
}

absl::StatusOr<std::unique_ptr<gateway::Gateway>> StartGateway(
    const Deployment& deployment, const runtime::v1::DeploymentConfig& config, int replica,
    const crypto::NoteVerifier& log, gateway::PublicLog* source,
    std::function<void(const absl::Status&)> fatal) {
  if (!HasGateway(config, replica)) {
    return Refuse(Reason::kBadConfig,
                  absl::StrCat("the configuration has no gateway ", replica,
                               "; add: gateways { listen: \"127.0.0.1:7467\" }"));
  }
  const runtime::v1::Gateway& row = config.gateways(replica);
  gateway::GatewayOptions options;
  options.listen = row.listen();
  options.limits = LimitsOf(row);
  options.folder = row.mirror().empty() ? deployment.folder() : row.mirror();
  options.web = row.web().empty() ? Installed("web") : row.web();
  options.api = Installed("api");
  options.ready_within =
      absl::Seconds(row.ready_seconds() == 0 ? kDefaultReadySeconds : row.ready_seconds());
  ASSIGN_OR_RETURN(options.for_reads, ChannelsOf(deployment, config));
  ASSIGN_OR_RETURN(options.services, ChannelsOf(deployment, config));
  if (!row.plain_http()) {
    const std::string own = deployment.identity_path("edge");
    options.tls.identity_file =
        std::filesystem::exists(own) ? own : deployment.identity_path(kGateway);
  }
  ASSIGN_OR_RETURN(options.policy, deployment.LoadPolicy());
  // Everybody is shown this text, so it must at least parse.
  RETURN_IF_ERROR(crypto::Policy::Parse(options.policy).status());
  return gateway::Gateway::Start(options, log, source, std::move(fatal));
}

}  // namespace votum
