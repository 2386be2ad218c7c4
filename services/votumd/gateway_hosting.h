// The edge to the public, as a deployment configures it.
#ifndef VOTUM_SERVICES_VOTUMD_GATEWAY_HOSTING_H_
#define VOTUM_SERVICES_VOTUMD_GATEWAY_HOSTING_H_

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/note.h"
#include "services/gateway/gateway.h"
#include "services/votumd/deployment.h"
#include "votum/runtime/v1/config.pb.h"

namespace votum {

// Whether the configuration has an edge for the process with the number `replica`.
bool HasGateway(const runtime::v1::DeploymentConfig& config, int replica);

// Starts it. INVALID_ARGUMENT/BAD_CONFIG if there is none; else as gateway::Gateway::Start.
absl::StatusOr<std::unique_ptr<gateway::Gateway>> StartGateway(
    const Deployment& deployment, const runtime::v1::DeploymentConfig& config, int replica,
    const crypto::NoteVerifier& log, gateway::PublicLog* source,
    std::function<void(const absl::Status&)> fatal);

}  // namespace votum

#endif  // VOTUM_SERVICES_VOTUMD_GATEWAY_HOSTING_H_
