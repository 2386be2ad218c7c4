#include "tests/harness/tls_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/numbers.h"

namespace votum::testing {
namespace {

SSL_CTX* Context() {
  static SSL_CTX* const kContext = [] {
    signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets whose peer may be gone
    return SSL_CTX_new(TLS_client_method());
  }();
  return kContext;
}

}  // namespace

int ConnectFrom(const std::string& address, const std::string& endpoint) {
  const size_t colon = endpoint.rfind(':');
  sockaddr_in from{};
  from.sin_family = AF_INET;
  inet_pton(AF_INET, address.c_str(), &from.sin_addr);
  sockaddr_in to = from;
  to.sin_port = htons(static_cast<uint16_t>(ParseDecimal(endpoint.substr(colon + 1)).value_or(0)));
  inet_pton(AF_INET, endpoint.substr(0, colon).c_str(), &to.sin_addr);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  if (bind(fd, reinterpret_cast<sockaddr*>(&from), sizeof(from)) == 0 &&
      connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0) {
    return fd;
  }
  close(fd);
  return -1;
}

std::unique_ptr<TlsConnection> TlsConnection::Open(const std::string& address,
                                                   const std::string& endpoint,
                                                   absl::Duration patience) {
  const int fd = ConnectFrom(address, endpoint);
  if (fd < 0) return nullptr;
  const timeval limit = absl::ToTimeval(patience);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  SSL* const tls = SSL_new(Context());
  std::unique_ptr<TlsConnection> connection(new TlsConnection(fd, tls));
  SSL_set_fd(tls, fd);
  return SSL_connect(tls) == 1 ? std::move(connection) : nullptr;
}

TlsConnection::~TlsConnection() {
  SSL_free(tls_);
  close(socket_);
}

bool TlsConnection::Write(absl::string_view bytes) {
  return bytes.empty() || SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size())) > 0;
}

TlsConnection::Answer TlsConnection::Post(const std::string& path, const std::string& type,
                                          absl::string_view body, const std::string& headers) {
  const std::string named = "\r\nContent-Length: ";
  Answer answer;
  if (!Write(absl::StrCat("POST ", path, " HTTP/1.1\r\nHost: h\r\nContent-Type: ", type, "\r\n",
                          headers, "Content-Length: ", body.size(), "\r\n\r\n", body))) {
    return answer;
  }
  std::string all;
  std::array<char, 16384> buffer{};
  for (;;) {
    const size_t end = all.find("\r\n\r\n");
    const size_t length = all.find(named);
    if (end != std::string::npos && length < end) {
      const size_t size = std::strtoul(all.c_str() + length + named.size(), nullptr, 10);
      if (all.size() >= end + 4 + size) {
        answer.status = std::atoi(all.c_str() + sizeof("HTTP/1.1"));
        answer.body = all.substr(end + 4, size);
        return answer;
      }
    }
    const int count = SSL_read(tls_, buffer.data(), static_cast<int>(buffer.size()));
    if (count <= 0) return answer;
    all.append(buffer.data(), static_cast<size_t>(count));
  }
}

}  // namespace votum::testing
