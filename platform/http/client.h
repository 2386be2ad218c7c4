// Requests over HTTP and HTTPS, by libcurl: certificates are checked against the system's
// authorities or given ones, nothing is redirected, answers are small.
#ifndef VOTUM_PLATFORM_HTTP_CLIENT_H_
#define VOTUM_PLATFORM_HTTP_CLIENT_H_

#include <cstddef>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "platform/http/answer.h"

namespace votum::http {

// Sends a request to `url` and waits for the answer, not longer than some seconds. Any status is an
// answer; an error is that none came.
using Send = std::function<absl::StatusOr<Answer>(const std::string& url, bool post,
                                                  const std::string& body)>;

struct ClientLimits {
  absl::Duration connect = absl::Seconds(5);
  absl::Duration whole = absl::Seconds(15);  // from the start to the answer's last byte
  size_t answer_bytes = size_t{64} << 10;
};

// For servers with an authority of their own. Files in PEM; each may be empty.
struct ClientTls {
  std::string ca_file;        // instead of the system's authorities
  std::string identity_file;  // certificate and key to show, in one file
};

// What sends with one connection, kept open from request to request. To be used by one thread at a
// time. Errors of what it returns: UNAVAILABLE (no answer, or a larger one than allowed), with
// libcurl's words.
Send Connect(ClientLimits limits = {}, ClientTls tls = {});

}  // namespace votum::http

#endif  // VOTUM_PLATFORM_HTTP_CLIENT_H_
