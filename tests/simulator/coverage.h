// The reach of a run: how often each command was tried and accepted, and each reason given.
#ifndef VOTUM_TESTS_SIMULATOR_COVERAGE_H_
#define VOTUM_TESTS_SIMULATOR_COVERAGE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/reason.h"

namespace votum::simulator {

// Each command is accepted in at least this share of its tries.
inline constexpr uint64_t kLeastPercent = 20;
// So often a command may fail that was never accepted yet; more often if a good one is at hand.
inline constexpr uint64_t kTriesAtFirst = 1;
inline constexpr uint64_t kTriesBeforeGood = 3;
// A command that fails for nothing new is given less often, so that something is left for new reasons.
inline constexpr uint64_t kSparePercent = 15;

// Commands and reasons that no run can reach, each with why: unreachable.txt.
struct Unreachable {
  std::map<std::string, std::string> commands;
  std::map<std::string, std::string> reasons;

  // The file has a line for each, "command NAME why" or "reason NAME why"; '#' begins a comment.
  static absl::StatusOr<Unreachable> Read(const std::string& path);
};

class Coverage {
 public:
  struct Count {
    uint64_t sought = 0;    // times that the generator looked for one that the state accepts
    uint64_t tries = 0;     // given to a service, or to the ledger behind its back
    uint64_t accepted = 0;  // in effect
  };

  void AddSought(const std::string& command) { ++commands_[command].sought; }
  void AddTry(const std::string& command, bool accepted) {
    Count& count = commands_[command];
    ++count.tries;
    count.accepted += accepted;
  }
  void AddReason(Reason reason) { ++reasons_[reason]; }

  const Count& Of(const std::string& command) { return commands_[command]; }
  uint64_t Of(Reason reason) const {
    const auto found = reasons_.find(reason);
    return found == reasons_.end() ? 0 : found->second;
  }
  // Whether another try may fail without the command falling below what is asked for; `anew` if it
  // fails for a reason that was never given, `good` if one can be given that does not fail.
  bool MayFail(const std::string& command, bool anew, bool good) {
    const Count& count = commands_[command];
    if (count.accepted == 0) return count.tries < (anew && good ? kTriesBeforeGood : kTriesAtFirst);
    const uint64_t least = kLeastPercent + (anew ? 2 : kSparePercent);
    return 100 * count.accepted >= least * (count.tries + 1);
  }
  // Adds what another run has reached.
  void Add(const Coverage& other);

  // The tables that a run prints.
  std::string Print() const;
  // Commands that fall below the share; with `all`, also what was not reached at all.
  std::vector<std::string> Gaps(const Unreachable& unreachable, bool all) const;

 private:
  std::map<std::string, Count> commands_;
  std::map<Reason, uint64_t> reasons_;
};

}  // namespace votum::simulator

#endif  // VOTUM_TESTS_SIMULATOR_COVERAGE_H_
