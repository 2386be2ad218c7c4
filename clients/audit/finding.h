// One line of an audit.
#ifndef VOTUM_CLIENTS_AUDIT_FINDING_H_
#define VOTUM_CLIENTS_AUDIT_FINDING_H_

#include <functional>
#include <string>

namespace votum::audit {

struct Finding {
  enum class Kind {
    kChecked,
    kNote,
    kFault,
    kNotCheckable,  // what this audit was asked for, or needs, and could not judge
    kStanding,      // how old the log is and where a decision stands: to be read first
    kOddity,        // nothing is wrong by the rules, and somebody should look at it all the same
    kNotThere,      // what was not there to be checked, as a noun
  };
  Kind kind;
  std::string text;  // "record 17: the signature of key ... does not verify"
};

using Report = std::function<void(const Finding&)>;

}  // namespace votum::audit

#endif  // VOTUM_CLIENTS_AUDIT_FINDING_H_
