#include "services/votumd/certificates.h"

#include <arpa/inet.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "crypto/certificates.h"

namespace votum {
namespace {

bool IsNumeric(const std::string& host) {
  in6_addr address;  // large enough for both
  return inet_pton(AF_INET, host.c_str(), &address) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

}  // namespace

absl::Status MakeAuthorityFiles(const Deployment& deployment, absl::string_view name,
                                absl::Time now) {
  ASSIGN_OR_RETURN(const crypto::CertificateWithKey authority, crypto::MakeAuthority(name, now));
  RETURN_IF_ERROR(WriteNewFile(deployment.ca_key_path(), authority.key_pem.Reveal(), 0600));
  return WriteNewFile(deployment.ca_certificate_path(), authority.certificate_pem);
}

absl::Status IssueServiceFiles(const Deployment& deployment,
                               const std::vector<std::string>& host_names, int days,
                               absl::Time now) {
  ASSIGN_OR_RETURN(const RoleLock owner, deployment.TakeCertificates());
  crypto::CertificateWithKey authority;
  ASSIGN_OR_RETURN(authority.certificate_pem, ReadFile(deployment.ca_certificate_path()));
  ASSIGN_OR_RETURN(std::string key_pem, ReadFile(deployment.ca_key_path()));
  authority.key_pem = crypto::SecretBytes::TakeFrom(&key_pem);
  std::vector<const char*> services(kServices.begin(), kServices.end());
  services.insert(services.end(), {kGateway, kVisitor});
  for (const char* service : services) {
    crypto::ServiceCertificateRequest request;
    request.service = service;
    request.dns_names = {"localhost"};
    request.ip_addresses = {"127.0.0.1", "::1"};
    for (const std::string& host : host_names)
      (IsNumeric(host) ? request.ip_addresses : request.dns_names).push_back(host);
    request.validity_days = days;
    ASSIGN_OR_RETURN(const crypto::CertificateWithKey issued,
                     crypto::IssueServiceCertificate(authority, request, now));
    RETURN_IF_ERROR(WriteFile(deployment.identity_path(service),
                              absl::StrCat(issued.certificate_pem, issued.key_pem.Reveal()), 0600));
  }
  return absl::OkStatus();
}

}  // namespace votum
