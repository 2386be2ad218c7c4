// Commands that are wrong in one place.
#ifndef VOTUM_TESTS_GOLDEN_SPOILED_H_
#define VOTUM_TESTS_GOLDEN_SPOILED_H_

#include <memory>
#include <vector>

#include "google/protobuf/message.h"

namespace votum::testing {

// `command` with one field changed, for each of its fields but the header, down to the first element
// of lists: emptied, of an odd value, of a value that a field of the same name has in `others`. Each
// is as likely to be wrong as not. Their order depends on nothing but the arguments.
std::vector<std::unique_ptr<google::protobuf::Message>> Spoiled(
    const google::protobuf::Message& command,
    const std::vector<const google::protobuf::Message*>& others);

}  // namespace votum::testing

#endif  // VOTUM_TESTS_GOLDEN_SPOILED_H_
