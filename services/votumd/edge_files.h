// The files of a deployment that a process with the edge alone needs, in a folder of its own, so that it
// can run under a user who can read nothing else: an intruder in the edge finds the keys of no service
// there.
#ifndef VOTUM_SERVICES_VOTUMD_EDGE_FILES_H_
#define VOTUM_SERVICES_VOTUMD_EDGE_FILES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "platform/grpc/credentials.h"
#include "services/votumd/deployment.h"
#include "votum/runtime/v1/config.pb.h"

namespace votum {

// Copies configuration, policy, the authority's certificate and the edge's certificate with its key
// to `folder`, which is made if it is missing, and replaces what is there; the copy of a certificate
// for the public that the deployment has no more is removed. Members of `group` may read them and
// change nothing; empty for the user of this process alone. A running edge takes up a renewed
// certificate, and shows a withdrawn one until its next start. INVALID_ARGUMENT/BAD_CONFIG if there is
// no such group; FAILED_PRECONDITION/NOT_WRITTEN, UNAVAILABLE; errors as ReadOwnFile.
absl::Status CopyEdgeFiles(const Deployment& deployment, const std::string& folder,
                           const std::string& group);

// Refuses a process that has both the edge and the keys of another service and can be reached from other
// machines, unless the configuration says that this is meant: INVALID_ARGUMENT/BAD_CONFIG. `services`
// are what it hosts, with kGateway, `listen` all addresses where it listens.
absl::Status CheckEdgeIsApart(const runtime::v1::DeploymentConfig& config,
                              const std::vector<std::string>& services,
                              const std::vector<std::string>& listen);

// Whose calls the services' own ports take. One process with everything, the edge too if the
// deployment has one (`has_gateway`), that no other machine can reach is for trying out: its ports
// take anybody's. Elsewhere people come by the edge, and the ports demand a certificate.
Callers WhoMayCall(const std::vector<std::string>& services, bool has_gateway,
                   const std::vector<std::string>& listen);

}  // namespace votum

#endif  // VOTUM_SERVICES_VOTUMD_EDGE_FILES_H_
