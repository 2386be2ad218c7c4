// The audience of a read decides what a resource shows. Rights are by body: what belongs to an
// organization, the non-public part of a meeting of it above all, is shown to its members, and the
// members of others see of it what the public sees.
#ifndef VOTUM_CORE_COMMAND_AUDIENCE_H_
#define VOTUM_CORE_COMMAND_AUDIENCE_H_

#include <functional>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace votum {

// The order is from least to most.
enum class Audience {
  kPublic,   // anybody, without a session
  kCouncil,  // members of the council and its committees, and the administration
  kAuditor,  // holders of the office of auditor
};

// The audience that a reader is, by organization.
class Rights {
 public:
  // The same everywhere: of the public, of the administration, of auditors.
  Rights(Audience everywhere)  // NOLINT(google-explicit-constructor): an audience is the usual case
      : everywhere_(everywhere) {}
  // The council of these organizations, and the public to all others.
  static Rights OfMember(std::set<std::string, std::less<>> organizations) {
    Rights rights(Audience::kPublic);
    rights.organizations_ = std::move(organizations);
    return rights;
  }

  // Whether they are those of the public, whatever organization it is.
  bool IsPublic() const { return everywhere_ == Audience::kPublic && organizations_.empty(); }

  // For what belongs to this organization.
  Audience In(absl::string_view organization_id) const {
    const bool member = everywhere_ == Audience::kPublic &&
                        organizations_.find(organization_id) != organizations_.end();
    return member ? Audience::kCouncil : everywhere_;
  }

 private:
  Audience everywhere_;
  std::set<std::string, std::less<>> organizations_;
};

}  // namespace votum

#endif  // VOTUM_CORE_COMMAND_AUDIENCE_H_
