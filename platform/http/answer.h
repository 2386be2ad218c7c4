// An answer over HTTP.
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
  // The bytes from `offset`, at most `most` of them; fewer than one means that they cannot be had,
  // and the connection is closed. Null: the answer has no such body.
  std::function<std::string(uint64_t offset, size_t most)> read;
};

struct Answer {
  int status = 0;
  std::string content_type;
  std::string body;
  // Further ones. Without a Cache-Control an answer is not to be stored.
  std::vector<std::pair<std::string, std::string>> headers;
  LongBody long_body;  // instead of body; servers only
};

}  // namespace votum::http

#endif  // VOTUM_PLATFORM_HTTP_ANSWER_H_
