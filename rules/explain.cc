#include "rules/explain.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace votum::rules {
namespace {

struct OutcomeWords {
  absl::string_view de;
  absl::string_view en;
};
// Indexed by MotionOutcome.
constexpr OutcomeWords kOutcomes[] = {{"abgelehnt", "rejected"},
                                      {"angenommen", "adopted"},
                                      {"Stimmengleichheit: Stichentscheid", "tie: casting vote"},
                                      {"Stimmengleichheit: Los", "tie: the lot decides"}};

bool IsSimpleMajority(const v1::MotionRule& rule) {
  return rule.base() == v1::BASE_YES_NO && rule.numerator() == 1 && rule.denominator() == 2 &&
         rule.strict() && rule.abstention() == v1::ABSTENTION_QUORUM_ONLY &&
         rule.minimum_yes() == 0;
}

absl::string_view Compare(uint32_t yes, uint32_t no) {
  return yes > no ? ">" : yes < no ? "<" : "=";
}

v1::TraceStep Step(const char* name, std::string left, const char* comparison, std::string right,
                   bool holds, const std::string& norm) {
  v1::TraceStep step;
  step.set_step(name);
  step.set_left(std::move(left));
  step.set_comparison(comparison);
  step.set_right(std::move(right));
  step.set_holds(holds);
  step.set_norm(norm);
  return step;
}

}  // namespace

v1::Text ExplainQuorum(const v1::QuorumRule& rule, const QuorumResult& result) {
  v1::Text text;
  text.set_de(absl::StrCat(result.present, " von ", result.statutory, " anwesend: ",
                           result.quorate ? "beschlussfähig" : "nicht beschlussfähig", " (",
                           result.needed, " nötig), ", rule.provenance().norm(), "."));
  text.set_en(absl::StrCat(result.present, " of ", result.statutory,
                           " present: ", result.quorate ? "quorate" : "not quorate", " (",
                           result.needed, " needed), ", rule.provenance().norm(), "."));
  return text;
}

v1::Text ExplainMotion(const v1::MotionRule& rule, const Tally& tally, const MotionResult& result) {
  const OutcomeWords& outcome = kOutcomes[static_cast<int>(result.outcome)];
  std::string de;
  std::string en;
  if (IsSimpleMajority(rule)) {
    const absl::string_view sign = Compare(tally.yes, tally.no);
    de = absl::StrCat(tally.yes, " Ja ", sign, " ", tally.no, " Nein: ", outcome.de, ".");
    en = absl::StrCat(tally.yes, " yes ", sign, " ", tally.no, " no: ", outcome.en, ".");
  } else {
    de = absl::StrCat(tally.yes, " Ja, ", tally.no, " Nein; nötig sind ", result.needed_yes,
                      " Ja (", rule.title().de(), ", ", rule.numerator(), "/", rule.denominator(),
                      " von ", result.base, "): ", outcome.de, ".");
    en = absl::StrCat(tally.yes, " yes, ", tally.no, " no; ", result.needed_yes,
                      " yes are needed (", rule.title().en(), ", ", rule.numerator(), "/",
                      rule.denominator(), " of ", result.base, "): ", outcome.en, ".");
  }
  if (tally.abstain > 0 && rule.abstention() == v1::ABSTENTION_QUORUM_ONLY) {
    absl::StrAppend(
        &de, " ", tally.abstain,
        tally.abstain == 1 ? " Enthaltung zählt nicht mit" : " Enthaltungen zählen nicht mit", ", ",
        rule.provenance().norm(), ".");
    absl::StrAppend(&en, " ", tally.abstain, tally.abstain == 1 ? " abstention" : " abstentions",
                    " not counted, ", rule.provenance().norm(), ".");
  } else {
    absl::StrAppend(&de, " ", rule.provenance().norm(), ".");
    absl::StrAppend(&en, " ", rule.provenance().norm(), ".");
  }
  if (tally.invalid > 0) {
    absl::StrAppend(&de, " Ungültige Stimmen: ", tally.invalid, ".");
    absl::StrAppend(&en, " Invalid votes: ", tally.invalid, ".");
  }
  v1::Text text;
  text.set_de(de);
  text.set_en(en);
  return text;
}

std::vector<v1::TraceStep> TraceQuorum(const v1::QuorumRule& rule, const QuorumResult& result) {
  return {Step("quorum", absl::StrCat(result.present), ">=", absl::StrCat(result.needed),
               result.quorate, rule.provenance().norm())};
}

std::vector<v1::TraceStep> TraceMotion(const v1::MotionRule& rule, const Tally& tally,
                                       const MotionResult& result) {
  const std::string& norm = rule.provenance().norm();
  const uint64_t left = uint64_t{rule.denominator()} * tally.yes;
  const uint64_t right = uint64_t{rule.numerator()} * result.base;
  std::vector<v1::TraceStep> steps;
  steps.push_back(
      Step("majority", absl::StrCat(rule.denominator(), " * ", tally.yes),
           rule.strict() ? ">" : ">=", absl::StrCat(rule.numerator(), " * ", result.base),
           rule.strict() ? left > right : left >= right, norm));
  const uint32_t minimum = std::max<uint32_t>(1, rule.minimum_yes());
  steps.push_back(Step("minimum_yes", absl::StrCat(tally.yes), ">=", absl::StrCat(minimum),
                       tally.yes >= minimum, norm));
  if (result.tie) {
    steps.push_back(Step("tie", absl::StrCat(tally.yes), "=", absl::StrCat(tally.no), true, norm));
  }
  return steps;
}

}  // namespace votum::rules
