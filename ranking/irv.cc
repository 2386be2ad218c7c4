// Instant runoff: the option with the fewest first preferences leaves, until one is left.
#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "ranking/families.h"
#include "ranking/method.h"
#include "ranking/tie_break.h"

namespace votum::ranking {
namespace {

// The maximum number of different sets of remaining options that the search over all lots visits
// or keeps, and of options and ballots that it looks at for all of them together.
constexpr size_t kMaxStates = 20000;
constexpr size_t kMaxLooks = 1000000000;

// Above this number of rounds, the table has millions of cells and is made only on request.
constexpr size_t kMaxRounds = 200;

using Standing = std::vector<bool>;

struct Tally {
  std::vector<int64_t> votes;
  int64_t exhausted = 0;
};

// The effect of a rank with several options (an overvote, as Anglo-American rule books say).
enum class EqualRanks {
  kApproval,              // each of them that stands gets the whole vote
  kSkip,                  // nobody is ranked there
  kExhaust,               // the ballot ends there
  kExhaustIfSeveralStand  // the ballot ends there if two of them stand; one that stands gets the vote
};

struct EqualRanksWord {
  absl::string_view word;
  EqualRanks rule;
};
constexpr EqualRanksWord kEqualRanks[] = {
    {"refuse", EqualRanks::kApproval},  // there are none then
    {"approval", EqualRanks::kApproval},
    {"skip", EqualRanks::kSkip},
    {"exhaust", EqualRanks::kExhaust},
    {"exhaust-if-several-stand", EqualRanks::kExhaustIfSeveralStand}};

class Runoff {
 public:
  Runoff(const RankedBallots& ballots, EqualRanks equal_ranks)
      : joined_(ballots.many() ? RankedBallots() : ballots.Aggregated()),
        ballots_(ballots.many() ? ballots : joined_),
        equal_ranks_(equal_ranks) {}

  // First preferences among those standing.
  Tally Count(const Standing& standing) const {
    Tally tally{std::vector<int64_t>(standing.size()), 0};
    ballots_.ForEach([&](BallotView ballot) {
      const auto weight = static_cast<int64_t>(ballot.weight);
      const absl::Span<const uint16_t> first = FirstStanding(ballot.coded, standing);
      for (const uint16_t code : first) {
        const uint16_t option = code & ~kTiedWithPrevious;
        if (standing[option]) tally.votes[option] += weight;
      }
      if (first.empty()) tally.exhausted += weight;
    });
    return tally;
  }

  // All options that win under some decision of the ties; nullopt if there are too many cases.
  std::optional<std::vector<OptionIndex>> AllWinners() {
    if (ballots_.many()) return std::nullopt;
    std::set<OptionIndex> winners;
    std::set<Standing> seen;
    std::vector<Standing> open = {Standing(ballots_.options(), true)};
    while (!open.empty()) {
      Standing standing = std::move(open.back());
      open.pop_back();
      if (!seen.insert(standing).second) continue;
      if (seen.size() > kMaxStates || open.size() > kMaxStates) return std::nullopt;
      if (seen.size() * (ballots_.options() + ballots_.size()) > kMaxLooks) return std::nullopt;
      std::vector<OptionIndex> order = ByVotes(standing);
      if (order.size() == 1) {
        winners.insert(order.front());
        continue;
      }
      Expand(standing, order, open);
    }
    return std::vector<OptionIndex>(winners.begin(), winners.end());
  }

 private:
  // The best rank of a ballot that counts for somebody standing; empty if there is none.
  absl::Span<const uint16_t> FirstStanding(absl::Span<const uint16_t> coded,
                                           const Standing& standing) const {
    for (size_t begin = 0, end; begin < coded.size(); begin = end) {
      size_t stand = 0;
      end = begin;
      do stand += standing[coded[end] & ~kTiedWithPrevious] ? 1 : 0;
      while (++end < coded.size() && (coded[end] & kTiedWithPrevious) != 0);
      const bool several = end - begin > 1;
      if (several && equal_ranks_ == EqualRanks::kSkip) continue;
      if (several && equal_ranks_ == EqualRanks::kExhaust) break;
      if (stand > 1 && equal_ranks_ == EqualRanks::kExhaustIfSeveralStand) break;
      if (stand > 0) return coded.subspan(begin, end - begin);
    }
    return {};
  }

  std::vector<OptionIndex> ByVotes(const Standing& standing) {
    votes_ = Count(standing).votes;
    std::vector<OptionIndex> order;
    for (size_t i = 0; i < standing.size(); ++i) {
      if (standing[i]) order.push_back(static_cast<OptionIndex>(i));
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](OptionIndex a, OptionIndex b) { return votes_[a] < votes_[b]; });
    return order;
  }

  void Expand(const Standing& standing, const std::vector<OptionIndex>& order,
              std::vector<Standing>& open) {
    // Sure losers: together they have fewer votes than the next one, so they all leave before it,
    // in whatever order.
    int64_t sum = 0;
    size_t batch = 0;
    for (size_t i = 0; i + 1 < order.size(); ++i) {
      sum += votes_[order[i]];
      if (sum < votes_[order[i + 1]]) batch = i + 1;
    }
    if (batch > 0) {
      Standing next = standing;
      for (size_t i = 0; i < batch; ++i) next[order[i]] = false;
      open.push_back(std::move(next));
      return;
    }
    for (OptionIndex option : order) {
      if (votes_[option] != votes_[order.front()]) break;
      Standing next = standing;
      next[option] = false;
      open.push_back(std::move(next));
    }
  }

  const RankedBallots joined_;
  const RankedBallots& ballots_;
  const EqualRanks equal_ranks_;
  std::vector<int64_t> votes_;
};

Json RoundRow(const Call& call, const Standing& standing, const Tally& tally, OptionIndex out,
              bool last) {
  Json votes = Json::object();
  for (size_t i = 0; i < standing.size(); ++i) {
    if (standing[i]) votes[call.election().options[i].id] = tally.votes[i];
  }
  Json row = {{"tally", std::move(votes)}, {"exhausted", tally.exhausted}};
  row[last ? "winner" : "eliminated"] = call.Id(out);
  return row;
}

absl::StatusOr<Ranking> RunIrv(const Call& call) {
  if (call.election().ranked.has_ties() && call.param("equal_ranks") == "refuse") {
    return Refuse(Reason::kTiedPreferences,
                  "a ballot ranks options alike; give equal_ranks=approval (each of them gets the "
                  "whole vote), skip, exhaust or exhaust-if-several-stand (as rules on overvotes "
                  "say), or use a pairwise method (schulze.wv_lv)");
  }
  ASSIGN_OR_RETURN(const TieBreaker breaker, TieBreaker::Make(call));
  const auto* const equal_ranks = std::find_if(
      std::begin(kEqualRanks), std::end(kEqualRanks),
      [&](const EqualRanksWord& row) { return row.word == call.param("equal_ranks"); });
  Runoff runoff(call.election().ranked, equal_ranks->rule);
  Standing standing(call.options(), true);
  std::vector<OptionIndex> left(call.options()), out;
  std::iota(left.begin(), left.end(), 0);
  Ranking ranking;
  Json rounds = Json::array();
  while (!left.empty()) {
    const Tally tally = runoff.Count(standing);
    int64_t least = tally.votes[left.front()];
    for (OptionIndex option : left) least = std::min(least, tally.votes[option]);
    std::vector<OptionIndex> lowest;
    for (OptionIndex option : left) {
      if (tally.votes[option] == least) lowest.push_back(option);
    }
    const OptionIndex loser = breaker.Order(lowest).back();
    if (lowest.size() > 1) {
      ranking.ties.push_back(
          breaker.Event(lowest, absl::StrCat("elimination in round ", out.size() + 1)));
    }
    if (call.explain() || call.options() <= kMaxRounds) {
      rounds.push_back(RoundRow(call, standing, tally, loser, left.size() == 1));
    }
    standing[loser] = false;
    std::erase(left, loser);
    out.push_back(loser);
  }
  const std::optional<std::vector<OptionIndex>> all = runoff.AllWinners();
  for (TieEvent& tie : ranking.ties) {
    if (all) tie.changes_outcome = all->size() > 1;
  }
  for (size_t i = out.size(); i-- > 0;) ranking.tiers.push_back({out[i]});
  ranking.winners = {out.back()};
  if (all && call.param("ties") == "parallel" && all->size() > 1) {
    ranking.winners = *all;
    for (Tier& tier : ranking.tiers) {
      std::erase_if(tier, [&](OptionIndex option) {
        return std::count(all->begin(), all->end(), option) > 0;
      });
    }
    std::erase_if(ranking.tiers, [](const Tier& tier) { return tier.empty(); });
    ranking.tiers.insert(ranking.tiers.begin(), *all);
  }
  ranking.details["winners_of_all_lots"] = all ? call.Ids(*all) : Json();
  ranking.details["elimination_order"] = call.Ids(absl::MakeSpan(out).first(out.size() - 1));
  ranking.details["rounds"] = std::move(rounds);
  return ranking;
}

}  // namespace

std::vector<Method> IrvMethods() {
  std::vector<ParamSpec> params = TieParams();
  params.push_back(
      {"equal_ranks", "refuse", "refuse|approval|skip|exhaust|exhaust-if-several-stand",
       "ballots that rank options alike: refused; or each of them gets the whole vote; or, for "
       "overvotes, the rank is skipped, or the ballot ends there, or ends there if several of them "
       "still stand"});
  params.push_back({"ties", "parallel", "parallel|decide",
                    "parallel: everybody wins who would under some lots; decide: tie_order, "
                    "tie_seed or option order"});
  return {{"irv", 1, Needs::kRanked,
           "The option with the fewest first preferences leaves, until one is left; reports what "
           "other lots would give.",
           "W. R. Ware (1871); parallel universes: V. Conitzer et al., IJCAI 2009", params,
           RunIrv}};
}

}  // namespace votum::ranking
