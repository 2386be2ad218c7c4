// Nothing else is defined here: tests/integration/CMakeLists.txt links programs with another object
// in the place of this one.
#include "core/fold/version.h"

namespace votum {

const uint32_t kProgramVersion = 1;

}  // namespace votum
