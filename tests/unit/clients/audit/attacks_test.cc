// Whoever has the log key leaves out a record, numbers the others anew and signs: checkpoint, tree,
// leaves and all signatures of people hold. Whatever rested on that record is void now, and no race can
// explain it.

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/clients/audit/town_log.h"

namespace votum::audit {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(TownLogTest, PassesAsItIs) {
  const TownLog town;
  const Audited audited = town.Audit();
  EXPECT_THAT(audited.Of(Finding::Kind::kFault), IsEmpty());
  EXPECT_EQ(audited.summary.records, town.size());
  EXPECT_GT(audited.summary.voids, 0u);
}

// The records that are in effect in the whole log and void in `town`, which lacks the one at
// `left_out`; by their indexes in `town`. Without those that name other records by index, which
// numbering anew spoils in any case.
std::vector<size_t> NewlyVoid(const TownLog& town, size_t left_out) {
  static const std::vector<size_t> before = TownLog().AllInEffect();
  const std::vector<size_t> now = town.AllInEffect();
  std::vector<size_t> all;
  for (const size_t index : before) {
    if (index == left_out) continue;
    const size_t moved = index > left_out ? index - 1 : index;
    const std::string command = town.CommandAt(moved);
    static const std::set<std::string> by_index = {
        "AttestState",        "AttestObjects",        "Confirm",      "Contradict",
        "ConfirmMeetingActs", "ContradictMeetingAct", "ConfirmVoters"};
    if (by_index.count(command) > 0) continue;
    if (!std::binary_search(now.begin(), now.end(), moved)) all.push_back(moved);
  }
  return all;
}

// How many of the records have a fault of their own.
size_t Faults(const TownLog& town, const std::vector<size_t>& records) {
  const std::string faults = town.Audit().Of(Finding::Kind::kFault);
  return static_cast<size_t>(std::count_if(records.begin(), records.end(), [&faults](size_t index) {
    return absl::StrContains(faults, absl::StrCat("record ", index, " ("));
  }));
}

class LeftOut : public ::testing::TestWithParam<const char*> {};

TEST_P(LeftOut, WhateverItMakesVoidIsAFault) {
  constexpr size_t kEnough = 3;
  size_t tried = 0;
  for (const size_t place : TownLog().InEffect(GetParam())) {
    TownLog town;
    town.LeaveOut(place);
    const std::vector<size_t> newly_void = NewlyVoid(town, place);
    if (newly_void.empty()) continue;  // nothing rests on it
    EXPECT_EQ(Faults(town, newly_void), newly_void.size()) << GetParam() << ", record " << place;
    if (++tried > 1) {
      if (tried == kEnough) break;
      continue;
    }
    // The attacker may also choose where the void records say that they were found good.
    for (const size_t divisor : {1, 2, 1000}) {
      for (const size_t index : newly_void) town.Mutable(index).set_judged_at(index / divisor);
      EXPECT_GT(Faults(town, newly_void), 0u)
          << GetParam() << ", record " << place << ", judged at 1/" << divisor;
    }
  }
  EXPECT_GT(tried, 0u);
}

INSTANTIATE_TEST_SUITE_P(Records, LeftOut,
                         ::testing::Values("OpenVote", "GrantOffice", "ConfirmKey",
                                           "AdoptRuleProfile", "CastVote", "OpenMeeting",
                                           "AddMembership", "RegisterVoters", "CheckIn"),
                         [](const auto& info) { return std::string(info.param); });

// A record on which nothing rests leaves no trace in the log itself if it is left out: whoever has its receipt, or an older
// checkpoint, holds it against the log.
TEST(CutOffTest, ATailThatIsCutOffShowsToWhoeverKnowsMore) {
  TownLog town;
  const std::string old = town.CheckpointAt(town.size());
  const std::string older = town.CheckpointAt(town.size() - 20);
  town.CutTo(town.size() - 10);
  EXPECT_EQ(town.Audit().summary.faults, 0u) << "the log alone does not show it";
  EXPECT_THAT(town.Audit().Of(Finding::Kind::kNotThere), HasSubstr("a log cut off"));
  Context context;
  context.known = {{"old", old}, {"older", older}};
  const Audited audited = town.Audit(context);
  EXPECT_EQ(audited.summary.faults, 1u);
  EXPECT_THAT(audited.Of(Finding::Kind::kFault), HasSubstr("old: the log key signed"));
  EXPECT_THAT(audited.Of(Finding::Kind::kFault), HasSubstr("its end was cut off"));
  EXPECT_THAT(audited.Of(Finding::Kind::kChecked), HasSubstr("older: its "));
}

TEST(CutOffTest, ALogThatWasWrittenAnewShowsToo) {
  TownLog town;
  Context context;
  context.known = {{"old", town.CheckpointAt(town.size() - 20)}};
  town.LeaveOut(town.First("CheckIn"));
  EXPECT_THAT(town.Audit(context).Of(Finding::Kind::kFault), HasSubstr("two histories"));
}

TEST(CutOffTest, WhatDoesNotHoldItselfSaysNothingOfTheLog) {
  const TownLog town;
  Context context;
  context.known = {{"torn", std::string("no checkpoint")}};
  const Audited audited = town.Audit(context);
  EXPECT_EQ(audited.summary.faults, 0u);
  EXPECT_THAT(audited.Of(Finding::Kind::kNotCheckable), HasSubstr("torn does not hold by itself"));
}

}  // namespace
}  // namespace votum::audit
