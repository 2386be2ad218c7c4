// Whether the files of a deployment's folder are there and belong together, as far as that shows
// without opening the log. The ledger's own files are judged when the log is opened.
#ifndef VOTUM_SERVICES_VOTUMD_DEPLOYMENT_FILES_H_
#define VOTUM_SERVICES_VOTUMD_DEPLOYMENT_FILES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/votumd/deployment.h"
#include "votum/runtime/v1/config.pb.h"

namespace votum {

// Checks the files that a process with these services (or kGateway) reads: the certificates, the
// sealing key, the policy. gRPC would end the process at a certificate file without a certificate, and
// serve nobody with those of another authority.
//
//   DATA_LOSS/FILE_MISSING             a file is missing or empty
//   FAILED_PRECONDITION/FOREIGN_FILE   a file belongs to another deployment
absl::Status CheckDeploymentFiles(const Deployment& deployment,
                                  const runtime::v1::DeploymentConfig& config,
                                  const std::vector<std::string>& services);

}  // namespace votum

#endif  // VOTUM_SERVICES_VOTUMD_DEPLOYMENT_FILES_H_
