// A deployment's TLS files: made by `votumd init`, made anew by `votumd renew`.
#ifndef VOTUM_SERVICES_VOTUMD_CERTIFICATES_H_
#define VOTUM_SERVICES_VOTUMD_CERTIFICATES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/votumd/deployment.h"

namespace votum {

// Writes a new authority. ALREADY_EXISTS if there is one.
absl::Status MakeAuthorityFiles(const Deployment& deployment, absl::string_view name,
                                absl::Time now);

// Issues each service and the gateway a certificate for localhost, 127.0.0.1, ::1 and `host_names`
// (names or numbers), replacing its file in one step: running processes load it within seconds.
// DEPLOYMENT_IN_USE while another process does the same.
absl::Status IssueServiceFiles(const Deployment& deployment,
                               const std::vector<std::string>& host_names, int days,
                               absl::Time now);

}  // namespace votum

#endif  // VOTUM_SERVICES_VOTUMD_CERTIFICATES_H_
