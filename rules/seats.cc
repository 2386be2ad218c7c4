#include "rules/seats.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <queue>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/refusal.h"

namespace votum::rules {
namespace {

using Wide = unsigned __int128;

struct MethodRow {
  v1::SeatMethod method;
  absl::string_view name;
  absl::string_view de;
  absl::string_view en;
  uint64_t step;  // from one divisor to the next; 0 for a method of quotas
};
constexpr std::array<MethodRow, 4> kMethods = {
    {{v1::SEAT_METHOD_HARE_NIEMEYER, "hare-niemeyer", "Hare/Niemeyer", "Hare/Niemeyer", 0},
     {v1::SEAT_METHOD_DHONDT, "dhondt", "d'Hondt", "d'Hondt", 1},
     {v1::SEAT_METHOD_SAINTE_LAGUE, "sainte-lague", "Sainte-Laguë/Schepers",
      "Sainte-Laguë/Schepers", 2},
     {v1::SEAT_METHOD_ROCK, "rock", "Quotenverfahren nach Rock", "Rock's quota method", 0}}};

// A claim to the next seat, as a fraction.
struct Claim {
  uint64_t numerator = 0;
  uint64_t denominator = 1;
  size_t list = 0;
};

bool Equal(const Claim& a, const Claim& b) {
  return Wide{a.numerator} * b.denominator == Wide{b.numerator} * a.denominator;
}
bool Greater(const Claim& a, const Claim& b) {
  return Wide{a.numerator} * b.denominator > Wide{b.numerator} * a.denominator;
}

// Gives one seat each to the `rest` largest claims; claims equal to the last of these are tied if
// not all of them get a seat.
void GiveLargest(std::vector<Claim> claims, uint64_t rest, SeatAllocation& allocation) {
  if (rest == 0) return;
  std::sort(claims.begin(), claims.end(), Greater);
  const Claim last = claims[rest - 1];
  const bool tie = claims.size() > rest && Equal(claims[rest], last);
  for (size_t i = 0; i < claims.size(); ++i) {
    const bool level = tie && Equal(claims[i], last);
    if (level) allocation.tied.push_back(claims[i].list);
    if (i >= rest) continue;
    if (level) {
      ++allocation.to_draw;
    } else {
      ++allocation.seats[claims[i].list];
    }
  }
}

void ByRemainders(v1::SeatMethod method, uint32_t seats, absl::Span<const uint64_t> votes,
                  SeatAllocation& allocation) {
  std::vector<Claim> claims;
  uint64_t rest = seats;
  for (size_t i = 0; i < allocation.claims.size(); ++i) {
    const auto& [whole, remainder] = allocation.claims[i];
    allocation.seats[i] = static_cast<uint32_t>(whole);
    rest -= whole;
    if (remainder == 0) continue;
    if (method == v1::SEAT_METHOD_HARE_NIEMEYER) {
      claims.push_back({remainder, 1, i});
    } else {
      // (votes * seats / all) / (whole + 1); seats / all is common to all lists.
      claims.push_back({votes[i], whole + 1, i});
    }
  }
  GiveLargest(std::move(claims), rest, allocation);
}

// Seat by seat. The divisor of a list's next seat is 1, 2, 3, ... or 1, 3, 5, ...
void ByDivisors(uint64_t step, uint32_t seats, absl::Span<const uint64_t> votes,
                SeatAllocation& allocation) {
  const auto less = [](const Claim& a, const Claim& b) { return Greater(b, a); };
  std::priority_queue<Claim, std::vector<Claim>, decltype(less)> queue(less);
  for (size_t i = 0; i < votes.size(); ++i) {
    if (votes[i] > 0) queue.push({votes[i], 1, i});
  }
  std::vector<Claim> given;  // the latest claims met at the same level
  for (uint32_t i = 0; i < seats; ++i) {
    Claim claim = queue.top();
    queue.pop();
    if (!given.empty() && !Equal(given.back(), claim)) given.clear();
    given.push_back(claim);
    ++allocation.seats[claim.list];
    claim.denominator += step;
    queue.push(claim);
  }
  if (!Equal(queue.top(), given.back())) return;
  for (const Claim& claim : given) {
    --allocation.seats[claim.list];
    ++allocation.to_draw;
    allocation.tied.push_back(claim.list);
  }
  const Claim level = given.back();
  for (; !queue.empty() && Equal(queue.top(), level); queue.pop())
    allocation.tied.push_back(queue.top().list);
}

const MethodRow& RowOf(v1::SeatMethod method) {
  return *std::find_if(kMethods.begin(), kMethods.end(),
                       [&](const MethodRow& row) { return row.method == method; });
}

absl::Status BadSeats(absl::string_view what) { return Refuse(Reason::kBadSeats, what); }

absl::StatusOr<uint64_t> SumOf(absl::Span<const uint64_t> votes) {
  constexpr uint64_t kMost = uint64_t{1} << 62;
  uint64_t all = 0;
  for (const uint64_t count : votes) {
    if (count > kMost - all) return BadSeats("there are more than 2^62 votes");
    all += count;
  }
  if (all == 0) return BadSeats("no list has a vote: there is nothing to share seats out by");
  return all;
}

}  // namespace

absl::StatusOr<SeatAllocation> AllocateSeats(v1::SeatMethod method, uint32_t seats,
                                             absl::Span<const uint64_t> votes) {
  if (method == v1::SEAT_METHOD_UNSPECIFIED || !v1::SeatMethod_IsValid(method))
    return BadSeats("give one of the methods hare-niemeyer, dhondt, sainte-lague, rock");
  if (votes.empty() || votes.size() > kMaxLists)
    return BadSeats(absl::StrCat("give the votes of 1 to ", kMaxLists, " lists"));
  if (seats == 0 || seats > kMaxSeats)
    return BadSeats(absl::StrCat("the number of seats is 1 to ", kMaxSeats));
  const absl::StatusOr<uint64_t> all = SumOf(votes);
  if (!all.ok()) return all.status();

  SeatAllocation allocation;
  allocation.all_votes = *all;
  allocation.seats.resize(votes.size());
  for (const uint64_t count : votes) {
    const Wide product = Wide{count} * seats;
    allocation.claims.push_back(
        {static_cast<uint64_t>(product / *all), static_cast<uint64_t>(product % *all)});
  }
  if (RowOf(method).step > 0) {
    ByDivisors(RowOf(method).step, seats, votes, allocation);
  } else {
    ByRemainders(method, seats, votes, allocation);
  }
  std::sort(allocation.tied.begin(), allocation.tied.end());
  return allocation;
}

v1::SeatMethod SeatMethodOf(absl::string_view name) {
  for (const MethodRow& row : kMethods) {
    if (row.name == name) return row.method;
  }
  return v1::SEAT_METHOD_UNSPECIFIED;
}

bool IsUnanimous(const v1::SeatsRule& rule, uint32_t yes, uint32_t no, uint32_t abstain) {
  return yes > 0 && no == 0 && (abstain == 0 || !rule.abstention_breaks_unanimity());
}

namespace {

// The share of a list: "22 * 15 / 45 = 7 + 15/45"; by Rock's method with what the rest is measured
// by, "(7 + 15/45) / 8".
std::string ShareOf(v1::SeatMethod method, uint64_t votes, uint64_t seats,
                    const SeatAllocation::Claim& claim, uint64_t all_votes) {
  const std::string share = absl::StrCat(claim.whole, " + ", claim.remainder, "/", all_votes);
  const std::string product = absl::StrCat(votes, " * ", seats, " / ", all_votes, " = ", share);
  if (method != v1::SEAT_METHOD_ROCK || claim.remainder == 0) return product;
  return absl::StrCat(product, ", (", share, ") / ", claim.whole + 1);
}

std::string SeatsDe(uint64_t seats) { return absl::StrCat(seats, seats == 1 ? " Sitz" : " Sitze"); }
std::string SeatsEn(uint64_t seats) { return absl::StrCat(seats, seats == 1 ? " seat" : " seats"); }

void ExplainQuota(const std::string& share, uint64_t seats, v1::Text* text) {
  absl::StrAppend(text->mutable_de(), share, ", ", SeatsDe(seats), ".");
  absl::StrAppend(text->mutable_en(), share, ", ", SeatsEn(seats), ".");
}

// The claims on both sides of the line: of the last seat that the list has, and of its next.
void ExplainDivisors(uint64_t step, uint64_t votes, uint64_t seats, v1::Text* text) {
  absl::StrAppend(text->mutable_de(), SeatsDe(seats));
  absl::StrAppend(text->mutable_en(), SeatsEn(seats));
  const std::string next = absl::StrCat(votes, "/", 1 + step * seats);
  if (seats > 0) {
    const std::string last = absl::StrCat(votes, "/", 1 + step * (seats - 1));
    absl::StrAppend(text->mutable_de(), ", der letzte für ", last);
    absl::StrAppend(text->mutable_en(), ", the last for ", last);
  }
  absl::StrAppend(text->mutable_de(), ", der nächste wäre für ", next, ".");
  absl::StrAppend(text->mutable_en(), ", the next would be for ", next, ".");
}

}  // namespace

v1::Text ExplainSeats(v1::SeatMethod method, absl::Span<const uint64_t> votes,
                      const SeatAllocation& allocation) {
  const uint64_t seats =
      std::accumulate(allocation.seats.begin(), allocation.seats.end(), uint64_t{0}) +
      allocation.to_draw;
  const MethodRow& row = RowOf(method);
  v1::Text text;
  text.set_de(
      absl::StrCat(row.de, ", ", seats, " Sitze, ", allocation.all_votes, " gültige Stimmen."));
  text.set_en(absl::StrCat(row.en, ", ", seats, " seats, ", allocation.all_votes, " valid votes."));
  for (size_t i = 0; i < votes.size(); ++i) {
    absl::StrAppend(text.mutable_de(), " Liste ", i + 1, ": ");
    absl::StrAppend(text.mutable_en(), " List ", i + 1, ": ");
    if (row.step > 0) {
      ExplainDivisors(row.step, votes[i], allocation.seats[i], &text);
    } else {
      ExplainQuota(ShareOf(method, votes[i], seats, allocation.claims[i], allocation.all_votes),
                   allocation.seats[i], &text);
    }
  }
  if (allocation.to_draw > 0) {
    const std::string lists =
        absl::StrJoin(allocation.tied, ", ",
                      [](std::string* out, size_t list) { absl::StrAppend(out, list + 1); });
    absl::StrAppend(text.mutable_de(), " Gleicher Anspruch der Listen ", lists,
                    ": das Los vergibt ", allocation.to_draw, ".");
    absl::StrAppend(text.mutable_en(), " Equal claims of the lists ", lists, ": the lot gives ",
                    allocation.to_draw, ".");
  }
  return text;
}

}  // namespace votum::rules
