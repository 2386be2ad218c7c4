#include "services/votumd/deployment_files.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/certificates.h"
#include "crypto/note.h"
#include "crypto/secret.h"
#include "crypto/tlog/policy.h"

namespace votum {
namespace {

absl::Status Foreign(const std::string& path, absl::string_view why) {
  return Refuse(Reason::kForeignFile,
                absl::StrCat(path, ": ", why, "; put the file of this deployment in its place"));
}

absl::Status CheckCertificates(const Deployment& deployment,
                               const std::vector<std::string>& services) {
  const std::string ca_path = deployment.ca_certificate_path();
  ASSIGN_OR_RETURN(const std::string authorities, ReadOwnFile(ca_path));
  for (const std::string& service : services) {
    const std::string path = deployment.identity_path(service);
    ASSIGN_OR_RETURN(std::string identity, ReadOwnFile(path));
    const absl::Status issued = crypto::CheckIdentity(authorities, identity);
    crypto::WipeString(&identity);
    if (!issued.ok()) {
      return Foreign(path, absl::StrCat(issued.message(), " (authority: ", ca_path,
                                        "); votumd renew issues new certificates"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckPolicy(const Deployment& deployment, const std::string& log_vkey) {
  ASSIGN_OR_RETURN(const std::string text, deployment.LoadPolicy());
  const auto policy = crypto::Policy::Parse(text);
  if (!policy.ok()) {
    return Reworded(policy.status(),
                    absl::StrCat(deployment.policy_path(), ": ", policy.status().message()));
  }
  const bool has_our_log =
      std::any_of(policy->logs().begin(), policy->logs().end(),
                  [&](const crypto::PolicyLog& log) { return log.verifier.vkey() == log_vkey; });
  return has_our_log ? absl::OkStatus()
                     : Foreign(deployment.policy_path(), "has no line for this log");
}

}  // namespace

absl::Status CheckDeploymentFiles(const Deployment& deployment,
                                  const runtime::v1::DeploymentConfig& config,
                                  const std::vector<std::string>& services) {
  const auto has = [&services](const char* name) {
    return std::find(services.begin(), services.end(), name) != services.end();
  };
  RETURN_IF_ERROR(CheckCertificates(deployment, services));
  if (has("meetings")) RETURN_IF_ERROR(deployment.LoadSealingKey(config.log_vkey()).status());
  if (has("ledger") || has(kGateway)) RETURN_IF_ERROR(CheckPolicy(deployment, config.log_vkey()));
  return absl::OkStatus();
}

}  // namespace votum
