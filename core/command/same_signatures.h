// Whether two envelopes bear the same signatures, in the same order. A command that comes again is
// answered with its record only then: whoever guesses the bytes of a command, whose signatures nobody
// has verified yet, is not given a record that is not theirs.
#ifndef VOTUM_CORE_COMMAND_SAME_SIGNATURES_H_
#define VOTUM_CORE_COMMAND_SAME_SIGNATURES_H_

#include <algorithm>

#include "votum/common/v1/command.pb.h"

namespace votum {

// `a` and `b` are sequences of votum.common.v1.Signature.
template <typename A, typename B>
bool SameSignatures(const A& a, const B& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const common::v1::Signature& one, const common::v1::Signature& other) {
                      return one.key_id() == other.key_id() && one.signature() == other.signature();
                    });
}

}  // namespace votum

#endif  // VOTUM_CORE_COMMAND_SAME_SIGNATURES_H_
