#include "services/votumd/gateway_hosting.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/tlog/policy.h"

namespace votum {
namespace {

constexpr int kDefaultRate = 500;
constexpr int kDefaultConnections = 512;
constexpr int kMostConnections = 10000;
constexpr int kMostRate = 100000;
constexpr int kBurstSeconds = 10;
constexpr int kPartOfConnections = 8;

http::Limits LimitsOf(const runtime::v1::Gateway& row) {
  const auto or_default = [](uint32_t given, int otherwise, int most) {
    return given == 0 ? otherwise : static_cast<int>(std::min<uint32_t>(given, most));
  };
  http::Limits limits;
  limits.body_bytes = 0;
  limits.connections = or_default(row.connections(), kDefaultConnections, kMostConnections);
  limits.connections_per_address = limits.connections;
  // Behind a proxy all requests come from one address.
  if (row.plain_http()) return limits;
  limits.connections_per_address = std::max(1, limits.connections / kPartOfConnections);
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
  options.folder = deployment.folder();
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
