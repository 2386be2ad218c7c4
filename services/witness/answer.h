// An answer over HTTP, as a witness gives it and a log gets it.
#ifndef VOTUM_SERVICES_WITNESS_ANSWER_H_
#define VOTUM_SERVICES_WITNESS_ANSWER_H_

#include <string>

namespace votum::witness {

struct Answer {
  int status = 0;
  std::string content_type;
  std::string body;
};

}  // namespace votum::witness

#endif  // VOTUM_SERVICES_WITNESS_ANSWER_H_
