// An HTTP response.
#ifndef VOTUM_PLATFORM_HTTP_ANSWER_H_
#define VOTUM_PLATFORM_HTTP_ANSWER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace votum::http {

// A body that is too large to be held at once.
struct LongBody {
  uint64_t size = 0;
  // Returns the bytes from `offset`, at most `most` of them. An empty result means that they are
  // not available; the connection is then closed. Null if the answer has no such body.
  std::function<std::string(uint64_t offset, size_t most)> read;
};

struct Answer {
  int status = 0;
  std::string content_type;
  std::string body;
  // Further headers. An answer without Cache-Control must not be stored.
  std::vector<std::pair<std::string, std::string>> headers;
  LongBody long_body;  // instead of body; servers only
};

}  // namespace votum::http

#endif  // VOTUM_PLATFORM_HTTP_ANSWER_H_
