#include "base/reason.h"

#include "absl/container/flat_hash_map.h"

namespace votum {
namespace {

constexpr bool kRace = true;
constexpr bool kNoRace = false;

// The row of Reason r is at index r.
constexpr ReasonRow kRows[] = {
#define VOTUM_REASON(name, text, code, race, remedy) \
  {Reason::name, text, absl::StatusCode::code, race, remedy},
#include "base/reasons.inc"
#undef VOTUM_REASON
};

}  // namespace

absl::Span<const ReasonRow> AllReasons() { return kRows; }

const ReasonRow& RowOfReason(Reason reason) { return kRows[static_cast<size_t>(reason)]; }

std::optional<Reason> ReasonNamed(absl::string_view text) {
  static const auto* const by_text = [] {
    auto* rows = new absl::flat_hash_map<absl::string_view, Reason>;
    for (const ReasonRow& row : kRows) rows->emplace(row.text, row.reason);
    return rows;
  }();
  const auto found = by_text->find(text);
  if (found == by_text->end()) return std::nullopt;
  return found->second;
}

}  // namespace votum
