#include "rules/statutory_number.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"

namespace votum::rules {
namespace {

uint32_t SeatsOf(const v1::StatutoryNumberRule& rule, uint32_t inhabitants) {
  for (const v1::SeatBracket& bracket : rule.brackets()) {
    if (bracket.up_to_inhabitants() == 0 || inhabitants <= bracket.up_to_inhabitants())
      return bracket.seats();
  }
  return 0;
}

}  // namespace

absl::StatusOr<StatutoryNumber> ComputeStatutoryNumber(const v1::StatutoryNumberRule& rule,
                                                       const TermFacts& facts) {
  const uint32_t seats = SeatsOf(rule, facts.inhabitants);
  if (seats == 0) {
    return Refuse(Reason::kNoStatutoryNumber,
                  "the profile has no table of seats by inhabitants for this size; set the "
                  "statutory number of the organization by record");
  }
  const uint32_t step = std::max<uint32_t>(1, rule.reduction_step());
  if (facts.reduction > rule.largest_reduction() || facts.reduction % step != 0) {
    return Refuse(Reason::kBadReduction,
                  absl::StrCat("a bylaw may take off at most ", rule.largest_reduction(),
                               " seats, in steps of ", step, ", not ", facts.reduction));
  }
  if (facts.reduction > 0 && seats < rule.minimum() + facts.reduction) {
    return Refuse(Reason::kBadReduction, absl::StrCat(seats, " seats less ", facts.reduction,
                                                      " are fewer than ", rule.minimum()));
  }
  uint32_t number = seats - facts.reduction + facts.additional;
  std::string sum = absl::StrCat(seats, " - ", facts.reduction, " + ", facts.additional);
  if (rule.plus_mayor()) {
    ++number;
    absl::StrAppend(&sum, " + 1");
  }
  if (rule.vacant_seats_lower()) {
    number -= std::min(number, facts.vacant);
    absl::StrAppend(&sum, " - ", facts.vacant);
  }
  StatutoryNumber result;
  result.number = number;
  const std::string& norm = rule.provenance().norm();
  result.explanation.set_de(
      absl::StrCat(sum, " = ", number, " (Sitze nach Einwohnern, Verringerung, zusätzliche Sitze",
                   rule.plus_mayor() ? ", Bürgermeister/in" : "",
                   rule.vacant_seats_lower() ? ", unbesetzte Sitze" : "", "), ", norm, "."));
  result.explanation.set_en(
      absl::StrCat(sum, " = ", number, " (seats by inhabitants, reduction, additional seats",
                   rule.plus_mayor() ? ", mayor" : "",
                   rule.vacant_seats_lower() ? ", vacant seats" : "", "), ", norm, "."));
  return result;
}

}  // namespace votum::rules
