// Recomputes past results: recorded tallies are compared with the outcome that the minutes state.
//
// Nothing that a record leaves open is guessed. A row is compared only if the tally determines the
// outcome and the wording of the minutes is clear.
#ifndef VOTUM_RULES_REPLAY_H_
#define VOTUM_RULES_REPLAY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rules/majority.h"
#include "votum/rules/v1/rule_profile.pb.h"

namespace votum::rules {

// A vote as recorded in minutes; fields are unset where the minutes say nothing.
struct RecordedTally {
  std::optional<uint32_t> yes;
  std::optional<uint32_t> no;
  std::optional<uint32_t> abstain;
  std::optional<uint32_t> invalid;
  std::optional<uint32_t> present;
  std::optional<uint32_t> statutory;
  std::string stated;  // in the words of the minutes, German or English
};

enum class ReplayVerdict { kAgrees, kMismatch, kNotChecked };

struct Replay {
  ReplayVerdict verdict = ReplayVerdict::kNotChecked;
  // "adopted", "rejected", "not quorate", "casting vote", "lot"; empty where it is open.
  std::string computed;
  // The reason why they differ, or why the row was not compared.
  std::string reason;
  // Oddities of the record that do not affect the outcome: more votes than members present, ...
  std::vector<std::string> remarks;
};

// Abstentions and invalid votes that are not mentioned count as zero. Without the number present,
// only those who voted are taken to be present, and only a rejection is certain.
Replay ReplayTally(const v1::RuleProfile& profile, const v1::MotionRule& rule,
                   const RecordedTally& recorded);

}  // namespace votum::rules

#endif  // VOTUM_RULES_REPLAY_H_
