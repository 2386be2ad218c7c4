// An answer over HTTP.
#ifndef VOTUM_SERVICES_HTTP_ANSWER_H_
#define VOTUM_SERVICES_HTTP_ANSWER_H_

#include <string>

namespace votum::http {

struct Answer {
  int status = 0;
  std::string content_type;
  std::string body;
};

}  // namespace votum::http

#endif  // VOTUM_SERVICES_HTTP_ANSWER_H_
