// Requests over HTTP and HTTPS, by libcurl: certificates are checked against the system's
// authorities or given ones, redirects are not followed, answers are small.
#ifndef VOTUM_PLATFORM_HTTP_CLIENT_H_
#define VOTUM_PLATFORM_HTTP_CLIENT_H_

#include <cstddef>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
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

}  // namespace votum::http

#endif  // VOTUM_PLATFORM_HTTP_CLIENT_H_
