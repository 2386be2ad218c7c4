// Results of the past computed again: recorded tallies beside the outcome that the minutes state.
//
// A record says what it says; what it leaves open is not guessed. A row is compared only if the
// tally gives the outcome for certain and the words of the minutes are clear.
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

// What minutes record of a vote; unset where they say nothing.
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
  // Why they differ, or why the row was not compared.
  std::string reason;
  // What is odd about the record though it does not decide: more votes than members present, ...
  std::vector<std::string> remarks;
};

// What the words of minutes say: adopted, rejected; nullopt where they say neither ("vertagt"), or
// both ("Ziffer 1 angenommen, Ziffer 2 abgelehnt").
std::optional<MotionOutcome> StatedOutcome(absl::string_view words);

// Abstentions and invalid votes that are not mentioned are none. Without the number present,
// everybody is taken to be present who voted, and only a rejection is certain.
Replay ReplayTally(const v1::RuleProfile& profile, const v1::MotionRule& rule,
                   const RecordedTally& recorded);

}  // namespace votum::rules

#endif  // VOTUM_RULES_REPLAY_H_
