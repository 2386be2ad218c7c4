// TLS between processes, with certificates reloaded when they change on disk: renewal needs no
// restart.
//
// Each service has one PEM file with its certificate and key together, so that a renewal is one
// rename. Services show it to each other (spiffe://votum/<service>), and a port demands one of the
// deployment's CA, so that nobody else gets as far as gRPC. People's clients have none: they sign
// each command instead, and come by the edge.
#ifndef VOTUM_PLATFORM_GRPC_CREDENTIALS_H_
#define VOTUM_PLATFORM_GRPC_CREDENTIALS_H_

#include <memory>
#include <string>

#include "grpcpp/security/credentials.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_context.h"

namespace votum {

struct TlsFiles {
  std::string identity;  // PEM: certificate and key
  std::string ca;        // PEM: certificates that callers and servers are verified against
};

// Whose connections a port takes.
enum class Callers {
  kWithCertificate,  // of the deployment's CA; for others the handshake fails
  kAnybody,          // a certificate is verified if it is shown
};

std::shared_ptr<grpc::ServerCredentials> ServerTls(const TlsFiles& files, Callers callers);
// The same for a port that answers for `service` ("meetings") alone, and for what is about the process
// (runtime, health, reflection), although its server has other services at other ports: whoever was
// let through to one of them by a firewall reaches no other. Others are PERMISSION_DENIED.
std::shared_ptr<grpc::ServerCredentials> ServerTlsFor(const TlsFiles& files,
                                                      const std::string& service, Callers callers);
std::shared_ptr<grpc::ChannelCredentials> ServiceClientTls(const TlsFiles& files);

// The edge to the public: hosted like a service, with a certificate like one, but not one of them.
// Anybody can reach it and has it carry calls, so its certificate gives no right.
inline constexpr char kGateway[] = "gateway";
// Whoever comes to the ports beside services and the edge: a machine of an auditor or operator. This
// certificate opens the ports and gives no right, nor is its holder anybody: sessions say who reads.
inline constexpr char kVisitor[] = "visitor";

// The name in a verified client certificate, a service's, kGateway or kVisitor; empty for callers
// without one.
std::string CertificateOf(const grpc::ServerContextBase& context);

// The service of ours that calls, by its certificate, e.g. "meetings"; empty for everybody else,
// and for the edge and visitors: whoever asks for a service's right asks here, so that they never
// have one.
std::string PeerService(const grpc::ServerContextBase& context);

}  // namespace votum

#endif  // VOTUM_PLATFORM_GRPC_CREDENTIALS_H_
