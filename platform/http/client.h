// Requests over HTTP and HTTPS, by libcurl: certificates are checked against the system's
// authorities or given ones, redirects are not followed.
#ifndef VOTUM_PLATFORM_HTTP_CLIENT_H_
#define VOTUM_PLATFORM_HTTP_CLIENT_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "platform/http/answer.h"

namespace votum::http {

// Sends a request to `url` and waits for the answer, at most some seconds. Any HTTP status counts
// as an answer; an error means that none arrived.
using Send = std::function<absl::StatusOr<Answer>(const std::string& url, bool post,
                                                  const std::string& body)>;

struct ClientLimits {
  absl::Duration connect = absl::Seconds(5);
  absl::Duration whole = absl::Seconds(15);  // from the start to the answer's last byte
  size_t answer_bytes = size_t{64} << 10;
};

// Options for servers with their own certificate authority. Paths of PEM files; each may be empty.
struct ClientTls {
  std::string ca_file;        // instead of the system's authorities
  std::string identity_file;  // certificate and key to show, in one file
};

// Makes a sender with one connection, which stays open between requests. Use it from one thread at
// a time. The sender returns UNAVAILABLE, with libcurl's message, if there is no answer or it is
// larger than allowed.
Send Connect(ClientLimits limits = {}, ClientTls tls = {});

struct PostRequest {
  std::string url;
  std::string content_type;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  absl::Duration connect = absl::Seconds(5);
  absl::Duration whole = absl::InfiniteDuration();  // until the answer's last byte
  std::vector<std::string> wanted;                  // names of headers to return with the answer
};

// Posts to one server, on as many connections as it has calls at a time, which stay open between
// them. Thread-safe.
class Poster {
 public:
  explicit Poster(ClientTls tls);
  ~Poster();

  // Waits for the answer and hands its body over in pieces as they come, each with what is known of
  // the answer by then: all but its body. `on_piece` returns whether more is wanted; the answer
  // counts as whole if not. UNAVAILABLE, with libcurl's message, if there is none;
  // DEADLINE_EXCEEDED after `whole`.
  using OnPiece = std::function<bool(const Answer& head, absl::string_view piece)>;
  absl::StatusOr<Answer> Post(const PostRequest& request, const OnPiece& on_piece);

 private:
  class Connection;
  std::unique_ptr<Connection> Take();

  const ClientTls tls_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_;  // guarded by mutex_
};

}  // namespace votum::http

#endif  // VOTUM_PLATFORM_HTTP_CLIENT_H_
