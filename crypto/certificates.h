// X.509 certificates of a deployment's own authority, for TLS between its services (RFC 5280;
// SPIFFE X.509-SVID).
#ifndef VOTUM_CRYPTO_CERTIFICATES_H_
#define VOTUM_CRYPTO_CERTIFICATES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "crypto/secret.h"

namespace votum::crypto {

// A certificate and its private key, both PEM; the key as unencrypted PKCS#8, P-256.
struct CertificateWithKey {
  std::string certificate_pem;
  SecretBytes key_pem;
};

// A self-signed authority that issues the deployment's service certificates and no further
// authorities (path length 0). Valid for 10 years of 365 days from `now`, and from five minutes
// before it, for clocks that run behind. `name` is its common name, 1 to 64 bytes of UTF-8:
// INVALID_ARGUMENT/BAD_CERTIFICATE_REQUEST otherwise.
absl::StatusOr<CertificateWithKey> MakeAuthority(absl::string_view name, absl::Time now);

struct ServiceCertificateRequest {
  // Lower-case letters, digits and inner dashes, e.g. "meetings"; at most 63 bytes. The certificate
  // names the service as spiffe://votum/<service>, which is what peers check.
  std::string service;
  // The names and addresses (IPv4, IPv6) under which clients reach it.
  std::vector<std::string> dns_names;
  std::vector<std::string> ip_addresses;
  // At least 1.
  int validity_days = 365;
};

// A certificate for a service, as server and as client, signed by `authority`.
// INVALID_ARGUMENT/BAD_CERTIFICATE_REQUEST for a malformed request or one that would outlive the
// authority; INVALID_ARGUMENT/BAD_AUTHORITY if the authority's certificate and key cannot be read
// or do not belong together.
absl::StatusOr<CertificateWithKey> IssueServiceCertificate(const CertificateWithKey& authority,
                                                           const ServiceCertificateRequest& request,
                                                           absl::Time now);

// OK if `identity_pem` begins with a certificate, has its key, and one of the authorities in
// `authorities_pem` has issued the certificate, directly or through others in `identity_pem`. Whether
// it is valid today is not asked. INVALID_ARGUMENT/BAD_CERTIFICATE, INVALID_ARGUMENT/BAD_AUTHORITY.
absl::Status CheckIdentity(absl::string_view authorities_pem, absl::string_view identity_pem);

// The end of validity of the (first) certificate in `certificate_pem`.
// INVALID_ARGUMENT/BAD_CERTIFICATE if there is none.
absl::StatusOr<absl::Time> CertificateNotAfter(absl::string_view certificate_pem);

}  // namespace votum::crypto

#endif  // VOTUM_CRYPTO_CERTIFICATES_H_
