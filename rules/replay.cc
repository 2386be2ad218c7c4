#include "rules/replay.h"

#include <array>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/explain.h"
#include "rules/quorum.h"
#include "rules/stated_outcome.h"

namespace votum::rules {
namespace {

// Indexed by MotionOutcome.
constexpr std::array<absl::string_view, 4> kNames = {"rejected", "adopted", "casting vote", "lot"};

Replay NotChecked(std::string reason) {
  Replay replay;
  replay.reason = std::move(reason);
  return replay;
}

uint64_t VotesOf(const RecordedTally& recorded) {
  return uint64_t{recorded.yes.value_or(0)} + recorded.no.value_or(0) +
         recorded.abstain.value_or(0) + recorded.invalid.value_or(0);
}

std::vector<std::string> RemarksOn(const v1::RuleProfile& profile, const RecordedTally& recorded) {
  std::vector<std::string> remarks;
  const uint64_t votes = VotesOf(recorded);
  if (recorded.present && votes > *recorded.present)
    remarks.push_back(absl::StrCat(votes, " votes, but ", *recorded.present, " present"));
  if (recorded.statutory && recorded.present.value_or(0) > *recorded.statutory) {
    remarks.push_back(
        absl::StrCat(*recorded.present, " present, but ", *recorded.statutory, " members by law"));
  }
  const std::string stated = absl::AsciiStrToLower(recorded.stated);
  if ((absl::StrContains(stated, "einstimmig") || absl::StrContains(stated, "unanimous")) &&
      recorded.yes.value_or(0) > 0 && recorded.no.value_or(0) > 0) {
    remarks.push_back(
        absl::StrCat("stated as unanimous, but ", *recorded.yes, " yes and ", *recorded.no, " no"));
  }
  if (recorded.present && recorded.statutory && profile.quorum().presumed() &&
      !EvaluateQuorum(profile.quorum(), *recorded.statutory, *recorded.present).quorate) {
    remarks.push_back(absl::StrCat("not quorate by number (", *recorded.present, " of ",
                                   *recorded.statutory,
                                   "), which counts only if it was found during the meeting, ",
                                   profile.quorum().provenance().norm()));
  }
  return remarks;
}

// The facts that the rule needs but the record lacks; empty if none.
absl::string_view MissingFor(const v1::MotionRule& rule, const RecordedTally& recorded) {
  if (!recorded.yes) return "yes";
  if (!recorded.no && rule.base() != v1::BASE_STATUTORY) return "no";
  if (rule.base() == v1::BASE_STATUTORY && !recorded.statutory) return "statutory";
  if (rule.base() == v1::BASE_SEATED) return "seated";
  return "";
}

Tally TallyOf(const RecordedTally& recorded) {
  Tally tally;
  tally.yes = recorded.yes.value_or(0);
  tally.no = recorded.no.value_or(0);
  tally.abstain = recorded.abstain.value_or(0);
  tally.invalid = recorded.invalid.value_or(0);
  tally.statutory = recorded.statutory.value_or(0);
  tally.present = recorded.present.value_or(static_cast<uint32_t>(VotesOf(recorded)));
  return tally;
}

bool FailsQuorum(const v1::RuleProfile& profile, const RecordedTally& recorded) {
  return recorded.present && recorded.statutory && !profile.quorum().presumed() &&
         !EvaluateQuorum(profile.quorum(), *recorded.statutory, *recorded.present).quorate;
}

}  // namespace

Replay ReplayTally(const v1::RuleProfile& profile, const v1::MotionRule& rule,
                   const RecordedTally& recorded) {
  const absl::string_view missing = MissingFor(rule, recorded);
  if (!missing.empty()) return NotChecked(absl::StrCat(missing, " is not recorded"));
  const Tally tally = TallyOf(recorded);
  const MotionResult result = EvaluateMotion(rule, tally);
  if (rule.base() == v1::BASE_PRESENT && !recorded.present &&
      result.outcome != MotionOutcome::kRejected) {
    return NotChecked("present is not recorded, and the majority is taken of those present");
  }

  Replay replay;
  replay.remarks = RemarksOn(profile, recorded);
  const bool fails_quorum = FailsQuorum(profile, recorded);
  replay.computed =
      fails_quorum ? "not quorate" : std::string(kNames[static_cast<size_t>(result.outcome)]);
  const std::optional<MotionOutcome> stated = StatedOutcome(recorded.stated);
  if (!stated.has_value()) {
    replay.reason = recorded.stated.empty()
                        ? "no result is stated"
                        : "the stated result cannot be read as adopted or rejected";
    return replay;
  }
  const bool open =
      result.outcome == MotionOutcome::kTieForChair || result.outcome == MotionOutcome::kTieForLot;
  const bool agrees =
      fails_quorum ? *stated == MotionOutcome::kRejected : open || *stated == result.outcome;
  replay.verdict = agrees ? ReplayVerdict::kAgrees : ReplayVerdict::kMismatch;
  if (!agrees) {
    replay.reason =
        fails_quorum
            ? ExplainQuorum(profile.quorum(), EvaluateQuorum(profile.quorum(), *recorded.statutory,
                                                             *recorded.present))
                  .en()
            : ExplainMotion(rule, tally, result).en();
  }
  return replay;
}

}  // namespace votum::rules
