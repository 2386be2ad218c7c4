// The domains of a deployment's state, and the services.
//
//   directory ◀── ideas ◀── papers ◀── meetings ◀── decisions ◀── projects
//
// An arrow points from the reader to the domain that it reads. A process that serves one domain
// folds only that domain and those to the left of it (Closure): the rest of the log cannot change
// its state.
#ifndef VOTUM_CORE_FOLD_DOMAINS_H_
#define VOTUM_CORE_FOLD_DOMAINS_H_

#include <array>
#include <cstddef>

#include "absl/strings/string_view.h"

namespace votum {

enum class Domain { kDirectory, kIdeas, kPapers, kMeetings, kDecisions, kProjects };

inline constexpr std::array<Domain, 6> kAllDomains = {Domain::kDirectory, Domain::kIdeas,
                                                      Domain::kPapers,    Domain::kMeetings,
                                                      Domain::kDecisions, Domain::kProjects};

// The names of all services of a deployment.
inline constexpr std::array kServices = {
#define VOTUM_SERVICE(name, interface, folds) #name,
#include "core/fold/services.inc"
#undef VOTUM_SERVICE
};

// "directory", "ideas", ...: also the name of the service that serves the domain.
inline absl::string_view DomainName(Domain domain) {
  return kServices[1 + static_cast<size_t>(domain)];
}

// A set of domains.
class DomainSet {
 public:
  static DomainSet All();
  // `domain` and every domain that it reads, directly or not.
  static DomainSet Closure(Domain domain);

  bool Contains(Domain domain) const { return bits_ >> static_cast<int>(domain) & 1; }
  DomainSet Union(DomainSet other) const { return DomainSet(bits_ | other.bits_); }

 private:
  explicit DomainSet(unsigned bits) : bits_(bits) {}
  unsigned bits_;
};

}  // namespace votum

#endif  // VOTUM_CORE_FOLD_DOMAINS_H_
