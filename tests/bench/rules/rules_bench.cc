// Results per second and core: quorum and majority of a tally, beside a bare comparison of two
// numbers of the same tallies.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <random>
#include <vector>

#include "rules/majority.h"
#include "rules/profile.h"
#include "rules/quorum.h"

namespace {

using votum::rules::Tally;

constexpr int kTallies = 4096;
constexpr int kRounds = 4000;

std::vector<Tally> Tallies() {
  std::mt19937 random(1);
  std::vector<Tally> tallies(kTallies);
  for (Tally& tally : tallies) {
    tally.yes = random() % 26;
    tally.no = random() % 26;
    tally.abstain = random() % 4;
    tally.present = tally.yes + tally.no + tally.abstain;
    tally.seated = tally.statutory = 51;
  }
  return tallies;
}

// Millions per second.
template <typename Decide>
double Rate(const std::vector<Tally>& tallies, uint64_t* adopted, Decide decide) {
  const auto start = std::chrono::steady_clock::now();
  for (int round = 0; round < kRounds; ++round) {
    for (const Tally& tally : tallies) *adopted += decide(tally);
    // Without this, the compiler could compute a single round for all.
    asm volatile("" : : "r"(tallies.data()) : "memory");
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  return kRounds * static_cast<double>(tallies.size()) / taken.count() / 1e6;
}

}  // namespace

int main() {
  using namespace votum::rules;  // NOLINT
  const v1::RuleProfile profile = *BuiltInProfile("de-nw-rat", "2026-11-01");
  const v1::MotionRule& rule = *FindMotionRule(profile, "");
  const std::vector<Tally> tallies = Tallies();
  uint64_t adopted = 0;
  const double raw = Rate(tallies, &adopted, [](const Tally& t) { return t.yes > t.no; });
  const double ours = Rate(tallies, &adopted, [&](const Tally& t) {
    return EvaluateQuorum(profile.quorum(), t.statutory, t.present).quorate &&
           EvaluateMotion(rule, t).outcome == MotionOutcome::kAdopted;
  });
  std::printf(
      "rules: %.1f million results a second on one core (quorum and majority); two bare "
      "comparisons %.1f million; ratio %.3f (%llu adopted)\n",
      ours, raw, ours / raw, static_cast<unsigned long long>(adopted));
  return 0;
}
