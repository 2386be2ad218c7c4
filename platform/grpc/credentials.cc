#include "platform/grpc/credentials.h"

#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "grpcpp/security/auth_metadata_processor.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_credentials_options.h"

namespace votum {
namespace {

constexpr unsigned kRefreshSeconds = 2;
constexpr char kSpiffePrefix[] = "spiffe://votum/";

std::shared_ptr<grpc::experimental::CertificateProviderInterface> Watch(const TlsFiles& files) {
  return std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
      files.identity, files.identity, files.ca, kRefreshSeconds);
}

// Looks at the method of each call before anything else does.
class OneService final : public grpc::AuthMetadataProcessor {
 public:
  explicit OneService(const std::string& service)
      : allowed_{absl::StrCat("/votum.", service, "."), "/votum.runtime.", "/grpc."} {}

  bool IsBlocking() const override { return false; }

  grpc::Status Process(const InputMetadata& metadata, grpc::AuthContext*, OutputMetadata*,
                       OutputMetadata*) override {
    const auto path = metadata.find(":path");
    if (path != metadata.end()) {
      const absl::string_view method(path->second.data(), path->second.size());
      for (const std::string& prefix : allowed_) {
        if (absl::StartsWith(method, prefix)) return grpc::Status::OK;
      }
    }
    return {grpc::StatusCode::PERMISSION_DENIED,
            "this port is another service's; client.json has the address of each"};
  }

 private:
  const std::array<std::string, 3> allowed_;
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> ServerTlsFor(const TlsFiles& files,
                                                      const std::string& service, Callers callers) {
  auto credentials = ServerTls(files, callers);
  credentials->SetAuthMetadataProcessor(std::make_shared<OneService>(service));
  return credentials;
}

std::shared_ptr<grpc::ServerCredentials> ServerTls(const TlsFiles& files, Callers callers) {
  grpc::experimental::TlsServerCredentialsOptions options(Watch(files));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(callers == Callers::kAnybody
                                    ? GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY
                                    : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  return grpc::experimental::TlsServerCredentials(options);
}

std::shared_ptr<grpc::ChannelCredentials> ServiceClientTls(const TlsFiles& files) {
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(Watch(files));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  return grpc::experimental::TlsCredentials(options);
}

std::string CertificateOf(const grpc::ServerContextBase& context) {
  const auto auth = context.auth_context();
  if (auth == nullptr || !auth->IsPeerAuthenticated()) return "";
  for (const grpc::string_ref& id : auth->FindPropertyValues("peer_spiffe_id")) {
    absl::string_view name(id.data(), id.size());
    if (absl::ConsumePrefix(&name, kSpiffePrefix)) return std::string(name);
  }
  return "";
}

std::string PeerService(const grpc::ServerContextBase& context) {
  const std::string name = CertificateOf(context);
  return name == kGateway || name == kVisitor ? "" : name;
}

}  // namespace votum
