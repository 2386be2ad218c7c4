// Oddities: what no rule forbids, or no program can judge, and what people should look at all the
// same. They never fail an audit.
#ifndef VOTUM_CLIENTS_AUDIT_ODDITIES_H_
#define VOTUM_CLIENTS_AUDIT_ODDITIES_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/fold/fold.h"

namespace votum::audit {

// How far the log's time may stand from the clock of a signer before it is odd: the longest validity
// of most commands, which an honest clock never comes near.
inline constexpr absl::Duration kOddClock = absl::Minutes(5);
// A presence that is shorter is odd.
inline constexpr absl::Duration kOddPresence = absl::Minutes(1);
// How many acts of two persons there must be before it is odd that all are of the same two.
inline constexpr size_t kOddActs = 5;

class Oddities {
 public:
  // A record that is in effect, after `fold` has taken it. All in order.
  void Add(const OpenedRecord& record, const Fold& fold);

  // All of them: those of single records in their order, then those of the state.
  std::vector<std::string> Finish(const Fold& fold) const;

  // "the log's time stands at most 4 s from a signer's clock (record 17)"; empty if no signer names
  // a time.
  std::string LargestDifference() const;

 private:
  // One record, by the log's time and by its signer's clock.
  struct Times {
    uint64_t index = 0;
    absl::Time log;
    absl::Time signer;

    absl::Duration ahead() const { return log - signer; }
  };

  void AddTime(const OpenedRecord& record);
  void AddAgenda(const OpenedRecord& record, const Fold& fold);
  void AddVote(const OpenedRecord& record, const Fold& fold);
  void AddKey(const OpenedRecord& record, const Fold& fold);

  std::vector<std::string> found_;
  std::map<std::string, std::set<std::string>> agendas_;  // meeting: items ever on its agenda
  std::set<std::string> quorum_lost_;                     // votes
  std::optional<Times> farthest_;                         // apart
  std::optional<Times> before_;                           // the last record that names a time
  std::optional<Times> plateau_;  // the first record that bears the time of the last one
  bool plateau_said_ = false;
};

}  // namespace votum::audit

#endif  // VOTUM_CLIENTS_AUDIT_ODDITIES_H_
