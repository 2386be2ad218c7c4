#include "tests/unit/clients/fake_edge.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "grpcpp/security/credentials.h"
#include "platform/grpc/connect.h"

namespace votum::client {

FakeEdge::FakeEdge(const FakeService& service) {
  const Context context = service.ContextOf();
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = *ReadFile(context.ca_certificate_file);
  const auto channel =
      ConnectPatientlyTo(context.endpoints.at("meetings"), grpc::SslCredentials(tls));
  const gateway::ServiceChannels channels = {{"meetings", channel}};
  rpc_ = std::make_unique<gateway::RpcEdge>(channels, channels);
  http::Limits limits;
  limits.body_bytes_for = [this](const http::Request& request) {
    return rpc_->MostBytesOf(request);
  };
  server_ =
      *http::Server::ListenLater("127.0.0.1", 0,
                                 [this](http::Request request, std::shared_ptr<http::Reply> reply) {
                                   rpc_->Handle(std::move(request), std::move(reply));
                                 },
                                 limits, {service.identity_file()});
  thread_ = std::thread([this] { server_->Run(); });
}

FakeEdge::~FakeEdge() {
  rpc_->Stop();
  server_->Stop();
  thread_.join();
}

std::string FakeEdge::url() const { return absl::StrCat("https://127.0.0.1:", server_->port()); }

}  // namespace votum::client
