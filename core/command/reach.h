// The reach of a record: the people who may see it.
//
// The fold computes it for each record at the record's own position (core/fold/reach_log.h); it is
// not stored in the record, and the ledger does not know it. Later records may only widen it; only
// an erasure takes something away.
#ifndef VOTUM_CORE_COMMAND_REACH_H_
#define VOTUM_CORE_COMMAND_REACH_H_

#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/describe.h"

namespace votum {

class Reach {
 public:
  // From least to most.
  enum class Kind {
    kSealed,  // only auditors; also void and unknown records
    kOffice,  // holders of an office: drafts
    kBodies,  // those, and the members of some organizations
    kPublic,  // anybody
  };

  Reach() = default;  // sealed
  static Reach Sealed() { return {}; }
  static Reach Office() { return Reach(Kind::kOffice, {}); }
  // Ids of organizations; without any it is Office.
  static Reach Bodies(std::vector<std::string> bodies) {
    if (bodies.empty()) return Office();
    return Reach(Kind::kBodies, std::move(bodies));
  }
  static Reach Public() { return Reach(Kind::kPublic, {}); }

  Kind kind() const { return kind_; }
  bool is_public() const { return kind_ == Kind::kPublic; }
  const std::vector<std::string>& bodies() const { return bodies_; }

  friend bool operator==(const Reach& a, const Reach& b) {
    return std::tie(a.kind_, a.bodies_) == std::tie(b.kind_, b.bodies_);
  }

  VOTUM_FIELDS(kind_, bodies_)

 private:
  Reach(Kind kind, std::vector<std::string> bodies) : kind_(kind), bodies_(std::move(bodies)) {}

  Kind kind_ = Kind::kSealed;
  std::vector<std::string> bodies_;
};

}  // namespace votum

#endif  // VOTUM_CORE_COMMAND_REACH_H_
