#include "tests/harness/connections.h"

#include <netinet/in.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <vector>

#include "absl/time/clock.h"
#include "base/numbers.h"

namespace votum::testing {
namespace {

// The address of `endpoint` on this machine; if it names no port, port 0, which nobody has.
sockaddr_in Address(const std::string& endpoint) {
  const auto port = ParseDecimal(endpoint.substr(endpoint.rfind(':') + 1));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port.value_or(0)));
  return address;
}

class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  ~Socket() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  Socket(Socket&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
  Socket& operator=(Socket&&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace

bool AwaitConnections(const std::string& endpoint, size_t count, absl::Duration limit) {
  const absl::Time deadline = absl::Now() + limit;
  const Socket listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = Address(endpoint);
  const int yes = 1;
  setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  if (bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      listen(listener.get(), SOMAXCONN) != 0) {
    return false;
  }
  std::vector<Socket> connections;
  while (connections.size() < count) {
    pollfd ready = {listener.get(), POLLIN, 0};
    const int64_t left = absl::ToInt64Milliseconds(deadline - absl::Now());
    if (left <= 0 || poll(&ready, 1, static_cast<int>(left)) <= 0) return false;
    connections.emplace_back(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (connections.back().get() < 0) return false;
  }
  return true;
}

std::string ServedCertificate(const std::string& endpoint) {
  const Socket connection(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = Address(endpoint);
  if (connect(connection.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
    return "";
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  SSL_CTX_free);
  const std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context.get()), SSL_free);
  const unsigned char kHttp2[] = {2, 'h', '2'};
  SSL_set_alpn_protos(tls.get(), kHttp2, sizeof(kHttp2));
  SSL_set_fd(tls.get(), connection.get());
  if (SSL_connect(tls.get()) != 1) return "";
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      SSL_get1_peer_certificate(tls.get()), X509_free);
  if (certificate == nullptr) return "";
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_X509(memory.get(), certificate.get());
  const char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);  // NOLINT(google-runtime-int)
  return std::string(text, static_cast<size_t>(size));
}

}  // namespace votum::testing
