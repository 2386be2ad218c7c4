// Unicode's normal form C (UAX #15): letters with accents are one character where there is one, so
// that two texts which look the same are the same.
#ifndef VOTUM_CORE_COMMAND_NORMAL_FORM_H_
#define VOTUM_CORE_COMMAND_NORMAL_FORM_H_

#include <string>

namespace votum {

// Whether a text of these code points is in normal form C.
bool IsNormalFormC(const std::u32string& text);

}  // namespace votum

#endif  // VOTUM_CORE_COMMAND_NORMAL_FORM_H_
