#include "core/fold/domains.h"

#include <iterator>

namespace votum {
namespace {

constexpr unsigned Bit(Domain domain) { return 1u << static_cast<int>(domain); }

constexpr unsigned kReadsDirectory = Bit(Domain::kDirectory);
constexpr unsigned kReadsIdeas = kReadsDirectory | Bit(Domain::kIdeas);
constexpr unsigned kReadsPapers = kReadsIdeas | Bit(Domain::kPapers);
constexpr unsigned kReadsMeetings = kReadsPapers | Bit(Domain::kMeetings);
constexpr unsigned kReadsDecisions = kReadsMeetings | Bit(Domain::kDecisions);

// For each domain: bit i is set if it is, or reads, the domain of value i.
constexpr unsigned kReads[] = {kReadsDirectory, kReadsIdeas,
                               kReadsPapers,    kReadsMeetings,
                               kReadsDecisions, kReadsDecisions | Bit(Domain::kProjects)};
static_assert(std::size(kReads) == kAllDomains.size() && kServices.size() > kAllDomains.size());

}  // namespace

DomainSet DomainSet::All() { return DomainSet((1u << kAllDomains.size()) - 1); }

DomainSet DomainSet::Closure(Domain domain) { return DomainSet(kReads[static_cast<int>(domain)]); }

}  // namespace votum
