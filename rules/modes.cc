#include "rules/modes.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "rules/majority.h"

namespace votum::rules {
namespace {

uint64_t BaseOf(v1::Base base, const Bases& bases) {
  if (base == v1::BASE_PRESENT) return bases.present;
  return base == v1::BASE_SEATED ? bases.seated : bases.statutory;
}

struct ModeWords {
  v1::Mode mode;
  absl::string_view de;
  absl::string_view en;
};
constexpr ModeWords kWords[] = {{v1::MODE_OPEN, "offen", "open"},
                                {v1::MODE_ROLL_CALL, "namentlich", "by roll call"},
                                {v1::MODE_SECRET, "geheim", "secret"}};

const ModeWords& WordsOf(v1::Mode mode) {
  for (const ModeWords& words : kWords) {
    if (words.mode == mode) return words;
  }
  return kWords[0];
}

std::vector<v1::Mode> PrecedenceOf(const v1::ModeRule& rule) {
  std::vector<v1::Mode> modes;
  for (const int mode : rule.precedence()) modes.push_back(static_cast<v1::Mode>(mode));
  if (modes.empty()) modes = {v1::MODE_SECRET, v1::MODE_ROLL_CALL};
  return modes;
}

}  // namespace

uint64_t NeededSupporters(const v1::RequestRule& rule, const Bases& bases) {
  if (!rule.has_fraction()) return 1;
  const v1::Fraction& fraction = rule.fraction();
  return std::max<uint64_t>(1, FewestOf(fraction.numerator(), fraction.denominator(),
                                        fraction.strict(), BaseOf(rule.base(), bases)));
}

bool IsEnough(const v1::RequestRule& rule, const Bases& bases, const ModeRequest& request) {
  if (!rule.allowed()) return false;
  if (rule.by_faction() && request.by_faction) return true;
  if (rule.by_majority()) return request.by_majority;
  return request.supporters >= NeededSupporters(rule, bases);
}

ModeDecision DecideMode(const v1::ModeRule& rule, const Bases& bases,
                        const std::vector<ModeRequest>& requests) {
  ModeDecision decision;
  for (const v1::Mode mode : PrecedenceOf(rule)) {
    if (mode != v1::MODE_SECRET && mode != v1::MODE_ROLL_CALL) continue;
    const v1::RequestRule& request_rule =
        mode == v1::MODE_SECRET ? rule.secret() : rule.roll_call();
    const auto found =
        std::find_if(requests.begin(), requests.end(), [&](const ModeRequest& request) {
          return request.mode == mode && IsEnough(request_rule, bases, request);
        });
    if (found == requests.end()) continue;
    const ModeWords& words = WordsOf(mode);
    const uint64_t needed = NeededSupporters(request_rule, bases);
    const std::string& norm = request_rule.provenance().norm();
    decision.mode = mode;
    decision.reason.set_de(absl::StrCat("Abstimmung ", words.de, ": verlangt von ",
                                        found->supporters, ", nötig ", needed, ". ", norm, "."));
    decision.reason.set_en(absl::StrCat("The vote is ", words.en, ": demanded by ",
                                        found->supporters, ", ", needed, " needed. ", norm, "."));
    return decision;
  }
  decision.reason.set_de(requests.empty()
                             ? "Offene Abstimmung: nichts anderes ist verlangt."
                             : "Offene Abstimmung: kein Verlangen erreicht die nötige Zahl.");
  decision.reason.set_en(requests.empty() ? "Open vote: nothing else was demanded."
                                          : "Open vote: no demand has the number that is needed.");
  return decision;
}

}  // namespace votum::rules
