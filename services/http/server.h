// A small HTTP/1.1 server: keep-alive, limits, no TLS (a proxy in front does that). Boost is seen
// by http_server.cc alone.
#ifndef VOTUM_SERVICES_HTTP_SERVER_H_
#define VOTUM_SERVICES_HTTP_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/http/answer.h"

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
  int seconds = 10;                      // for a request to arrive whole, or an answer to leave
};

class Server {
 public:
  using Handler = std::function<Answer(const Request&)>;

  // Listens on `address` ("127.0.0.1", "::1") and `port` (0: any free one). UNAVAILABLE if it
  // cannot. `handler` is called by Run, for one request after the other.
  static absl::StatusOr<std::unique_ptr<Server>> Listen(const std::string& address, uint16_t port,
                                                        Handler handler, Limits limits = {});
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

#endif  // VOTUM_SERVICES_HTTP_SERVER_H_
