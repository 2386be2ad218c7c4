#include "rules/amendments.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "absl/strings/str_cat.h"

namespace votum::rules {
namespace {

struct ReachWords {
  absl::string_view de;
  absl::string_view en;
};
// Indexed by Reach.
constexpr std::array<ReachWords, 7> kReach = {
    {{"will sich mit der Sache nicht befassen", "does not want the matter considered"},
     {"will vertagen", "postpones"},
     {"will verweisen", "refers to a committee"},
     {"will den Hauptantrag ablehnen", "rejects the main motion"},
     {"setzt einen anderen Text an die Stelle", "puts another text in its place"},
     {"ändert den Hauptantrag", "amends the main motion"},
     {"Hauptantrag, zuletzt", "main motion, put last"}}};

auto KeyOf(const CompetingMotion& motion) {
  return std::make_tuple(motion.reach, !motion.distance.has_value(),
                         UINT64_MAX - motion.distance.value_or(0), motion.order, motion.id);
}

}  // namespace

std::vector<OrderedMotion> ProposeOrder(std::vector<CompetingMotion> motions) {
  std::sort(motions.begin(), motions.end(),
            [](const CompetingMotion& a, const CompetingMotion& b) { return KeyOf(a) < KeyOf(b); });
  std::vector<OrderedMotion> ordered;
  for (const CompetingMotion& motion : motions) {
    const ReachWords& words = kReach[static_cast<size_t>(motion.reach)];
    OrderedMotion one;
    one.id = motion.id;
    one.reason.set_de(std::string(words.de));
    one.reason.set_en(std::string(words.en));
    if (motion.distance.has_value()) {
      absl::StrAppend(one.reason.mutable_de(), ", Abstand ", *motion.distance);
      absl::StrAppend(one.reason.mutable_en(), ", distance ", *motion.distance);
    }
    ordered.push_back(std::move(one));
  }
  return ordered;
}

}  // namespace votum::rules
