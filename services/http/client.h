// Requests over HTTP and HTTPS, by libcurl: certificates are checked against the system's
// authorities, nothing is redirected, answers are small.
#ifndef VOTUM_SERVICES_HTTP_CLIENT_H_
#define VOTUM_SERVICES_HTTP_CLIENT_H_

#include <cstddef>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/http/answer.h"

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

// What sends with one connection, kept open from request to request. To be used by one thread at a
// time. Errors of what it returns: UNAVAILABLE (no answer, or a larger one than allowed), with
// libcurl's words.
Send Connect(ClientLimits limits = {});

}  // namespace votum::http

#endif  // VOTUM_SERVICES_HTTP_CLIENT_H_
