// Seats shared out in proportion to votes: committees (§ 50 (3) GO NRW), chairs (§ 58 (5) GO NRW).
//
// All arithmetic is in integers. If equal claims compete for the last seats, no list is preferred
// silently: these seats are left open, with the lists among which a lot must draw.
#ifndef VOTUM_RULES_SEATS_H_
#define VOTUM_RULES_SEATS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "votum/rules/v1/rule_profile.pb.h"

namespace votum::rules {

inline constexpr uint32_t kMaxSeats = 100'000;
inline constexpr size_t kMaxLists = 10'000;

// seats[i] are certain for list i. Each list in `tied` has an equal claim to one more seat, and
// `to_draw` of them get it by lot: sum(seats) + to_draw is the number of seats.
struct SeatAllocation {
  std::vector<uint32_t> seats;
  std::vector<size_t> tied;  // indices, ascending; empty without a tie
  uint32_t to_draw = 0;
  // The exact share of each list, votes * seats / all votes: whole part, and numerator of the
  // remainder over `all_votes`.
  struct Claim {
    uint64_t whole = 0;
    uint64_t remainder = 0;
  };
  std::vector<Claim> claims;
  uint64_t all_votes = 0;
};

// Shares out `seats` (1 to kMaxSeats) by `method`. A list without votes gets none.
//
//   HARE_NIEMEYER  whole shares, then the largest remainders
//   ROCK           whole shares, then the largest ratios of share to share rounded up
//   DHONDT         the largest votes / 1, 2, 3, ...
//   SAINTE_LAGUE   the largest votes / 1, 3, 5, ...
//
// INVALID_ARGUMENT/BAD_SEATS if there are no lists, more than kMaxLists, no votes at all, more than
// 2^62 votes together, or a number of seats out of range.
absl::StatusOr<SeatAllocation> AllocateSeats(v1::SeatMethod method, uint32_t seats,
                                             absl::Span<const uint64_t> votes);

// "hare-niemeyer", "dhondt", "sainte-lague", "rock"; UNSPECIFIED for any other name.
v1::SeatMethod SeatMethodOf(absl::string_view name);

// Whether a joint list is adopted unanimously: nobody voted No, at least one person voted Yes, and,
// where the rule says so, nobody abstained.
bool IsUnanimous(const v1::SeatsRule& rule, uint32_t yes, uint32_t no, uint32_t abstain);

// The allocation in words, with the arithmetic of each list: its share by HARE_NIEMEYER and ROCK,
// its claims to its last seat and to one more by DHONDT and SAINTE_LAGUE.
v1::Text ExplainSeats(v1::SeatMethod method, absl::Span<const uint64_t> votes,
                      const SeatAllocation& allocation);

}  // namespace votum::rules

#endif  // VOTUM_RULES_SEATS_H_
