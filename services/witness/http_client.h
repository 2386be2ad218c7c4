// Requests over HTTP and HTTPS, by libcurl: certificates are checked against the system's
// authorities, nothing is redirected, answers are small.
#ifndef VOTUM_SERVICES_WITNESS_HTTP_CLIENT_H_
#define VOTUM_SERVICES_WITNESS_HTTP_CLIENT_H_

#include <cstddef>

#include "absl/time/time.h"
#include "services/witness/feed_runner.h"

namespace votum::witness {

struct HttpClientLimits {
  absl::Duration connect = absl::Seconds(5);
  absl::Duration whole = absl::Seconds(15);  // from the start to the answer's last byte
  size_t answer_bytes = size_t{64} << 10;
};

// What sends with one connection, kept open from request to request. To be used by one thread at a
// time. Errors of what it returns: UNAVAILABLE (no answer, or a larger one than allowed), with
// libcurl's words.
HttpSend ConnectHttp(HttpClientLimits limits = {});

}  // namespace votum::witness

#endif  // VOTUM_SERVICES_WITNESS_HTTP_CLIENT_H_
