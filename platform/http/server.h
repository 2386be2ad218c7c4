// A small HTTP/1.1 server with keep-alive, limits, and TLS if it is given a certificate. Only
// server.cc includes Boost.
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
  // Requests above this rate get 429. An IPv6 /64 counts as one address. 0 means no limit, for
  // servers behind a proxy, where all requests come from one address.
  int requests_per_second = 0;
  int burst = 0;     // requests at once; used only with requests_per_second
  int seconds = 10;  // to receive a whole request (also the next), or send an answer
};

// Without a file the server speaks HTTP without TLS, for loopback and proxies.
struct ServerTls {
  // Certificate chain and private key, PEM, in one file. It is checked every few seconds, so that a
  // renewed certificate takes effect; if the file becomes invalid, the last valid one stays in use.
  std::string identity_file;
};

class Server {
 public:
  using Handler = std::function<Answer(const Request&)>;

  // Listens on `address` ("127.0.0.1", "::1") and `port` (0: any free one). UNAVAILABLE if that
  // fails; INVALID_ARGUMENT if the certificate or its key is unusable. Run calls `handler` for one
  // request after the other, including HEAD, whose answers are sent without their bodies.
  static absl::StatusOr<std::unique_ptr<Server>> Listen(const std::string& address, uint16_t port,
                                                        Handler handler, Limits limits = {},
                                                        const ServerTls& tls = {});
  ~Server();

  uint16_t port() const;
  // Serves until Stop, which may be called from any thread. The request in progress is completed.
  void Run();
  void Stop();

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace votum::http

#endif  // VOTUM_PLATFORM_HTTP_SERVER_H_
