// A small HTTP/1.1 server: keep-alive, limits, TLS if it is given a certificate. Boost is seen by
// server.cc alone.
#ifndef VOTUM_PLATFORM_HTTP_SERVER_H_
#define VOTUM_PLATFORM_HTTP_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "platform/http/answer.h"

namespace votum::http {

struct Request {
  std::string method;  // "GET"
  std::string target;  // "/add-checkpoint"
  std::string body;
};

struct Limits {
  size_t body_bytes = size_t{64} << 10;  // beyond it: 413
  uint32_t header_bytes = 8 << 10;       // beyond it: 431
  int connections = 256;                 // further ones are closed at once
  int connections_per_address = 256;     // the same
  // Beyond it: 429. Of IPv6 a /64 is one address. 0 for any number: behind a proxy all come from
  // one address.
  int requests_per_second = 0;
  int burst = 0;     // requests at once; with requests_per_second alone
  int seconds = 10;  // for a request to arrive whole (also the next one), or an answer to leave
};

// Without a file the server speaks HTTP without TLS, for loopback and proxies.
struct ServerTls {
  // Certificate chain and private key, PEM, in one file; looked at again every few seconds, so that
  // a renewed one is taken up. A file that is no longer good leaves the last good one in use.
  std::string identity_file;
};

class Server {
 public:
  using Handler = std::function<Answer(const Request&)>;

  // Listens on `address` ("127.0.0.1", "::1") and `port` (0: any free one). UNAVAILABLE if it
  // cannot; INVALID_ARGUMENT if the certificate or its key cannot be used. `handler` is called by
  // Run, for one request after the other; HEAD reaches it as such, and what it answers is sent
  // without its body.
  static absl::StatusOr<std::unique_ptr<Server>> Listen(const std::string& address, uint16_t port,
                                                        Handler handler, Limits limits = {},
                                                        ServerTls tls = {});
  ~Server();

  uint16_t port() const;
  // Serves until Stop, which may be called from any thread. A request that is being handled is
  // handled to its end.
  void Run();
  void Stop();

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace votum::http

#endif  // VOTUM_PLATFORM_HTTP_SERVER_H_
