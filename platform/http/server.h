// An HTTP/1.1 server with keep-alive, limits, and TLS if it is given a certificate. One thread reads
// and writes for all connections; an answer may be given later, from any thread, and come in pieces,
// so a request that waits costs its connection and no thread. Only server.cc includes Boost.
#ifndef VOTUM_PLATFORM_HTTP_SERVER_H_
#define VOTUM_PLATFORM_HTTP_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "platform/http/answer.h"

namespace votum::http {

struct Request {
  std::string method;  // "GET"
  std::string target;  // "/add-checkpoint"
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {};  // names in lower case
  std::string peer = {};  // the client's address, "192.0.2.7"; empty if it is gone already

  // The value of the header `name` (lower case), empty if there is none. If there are several, the
  // last: a proxy puts its own behind those of its client.
  absl::string_view Header(absl::string_view name) const;
};

// Where the answer to one request goes. Thread-safe. If it is destroyed before the answer is
// complete, the connection is closed.
class Reply {
 public:
  virtual ~Reply() = default;

  // The whole answer.
  virtual void Send(Answer answer) = 0;

  // Or piece by piece: Begin with status and headers, then Write again and again, then End. `sent`
  // is called on the server's thread when the piece has left, with false if the client is gone or
  // did not take it within the time limit; writing the next piece only then bounds the memory.
  virtual void Begin(Answer head) = 0;
  virtual void Write(std::string piece, std::function<void(bool)> sent) = 0;
  virtual void End() = 0;

  // `gone` is called at most once, on the server's thread, if the client goes before the answer is
  // complete.
  virtual void OnGone(std::function<void()> gone) = 0;
};

struct Limits {
  size_t body_bytes = size_t{64} << 10;  // beyond it: 413
  // Instead, if it is set, the most for each request; it is shown all but the body.
  std::function<size_t(const Request&)> body_bytes_for = nullptr;
  // Bodies of all requests in progress, and of those from one address: beyond it 503 and 429. Bodies
  // of up to kSmallBody bytes do not count, so that nobody's large ones keep out a vote.
  size_t bodies_in_all = size_t{256} << 20;
  size_t bodies_per_address = size_t{64} << 20;
  uint32_t header_bytes = 8 << 10;  // beyond it: 431
  // When as many are open, the one that has waited longest for its next request makes room for a new
  // one; if all are being answered, that is closed at once.
  int connections = 256;
  int connections_per_address = 256;  // further ones are closed at once
  // New connections of one address above this rate are closed at once; connections_per_address may
  // come at once. 0 means no limit.
  int new_connections_per_second = 0;
  // Requests above this rate get 429. An IPv6 /64 counts as one address. 0 means no limit.
  int requests_per_second = 0;
  int burst = 0;  // requests at once; used only with requests_per_second
  // Whoever has proved who he is counts by himself: the name under which this request, which is
  // shown without its body, counts instead of its address; empty for none. A connection with such a
  // request leaves the share of its address too, and makes room for nobody, as long as the name has
  // no more than connections_per_name.
  std::function<std::string(const Request&)> name_of = nullptr;
  int connections_per_name = 16;
  // To receive a header (also the next), or send a piece of an answer. A body gets a second more
  // for each kSlowestBody bytes.
  int seconds = 10;
  // Whether to believe the last address of X-Forwarded-For: for servers that only a proxy on the
  // same machine can reach. Rates and bodies are counted for that address then.
  bool behind_proxy = false;
};

inline constexpr size_t kSlowestBody = size_t{32} << 10;  // bytes a second
inline constexpr size_t kSmallBody = size_t{16} << 10;

// Without a file the server speaks HTTP without TLS, for loopback and proxies.
struct ServerTls {
  // Certificate chain and private key, PEM, in one file. It is checked every few seconds, so that a
  // renewed certificate takes effect; if the file becomes invalid, the last valid one stays in use.
  std::string identity_file;
};

class Server {
 public:
  using Handler = std::function<Answer(const Request&)>;
  // Answers now or later. Called on the server's thread, which it must not hold up.
  using LaterHandler = std::function<void(Request, std::shared_ptr<Reply>)>;

  // Listens on `address` ("127.0.0.1", "::1") and `port` (0: any free one). UNAVAILABLE if that
  // fails; INVALID_ARGUMENT if the certificate or its key is unusable. Run calls `handler` for one
  // request after the other, including HEAD, whose answers are sent without their bodies.
  static absl::StatusOr<std::unique_ptr<Server>> Listen(const std::string& address, uint16_t port,
                                                        Handler handler, const Limits& limits = {},
                                                        const ServerTls& tls = {});
  static absl::StatusOr<std::unique_ptr<Server>> ListenLater(const std::string& address,
                                                             uint16_t port, LaterHandler handler,
                                                             const Limits& limits = {},
                                                             const ServerTls& tls = {});
  ~Server();

  uint16_t port() const;
  // Serves until Stop, which may be called from any thread. The handler in progress is completed;
  // answers that are given after it go nowhere. Replies may outlive the server's Run, but not the
  // server.
  void Run();
  void Stop();

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace votum::http

#endif  // VOTUM_PLATFORM_HTTP_SERVER_H_
