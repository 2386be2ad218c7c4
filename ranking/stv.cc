// The single transferable vote: four rule books, one shape of result.
#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "ranking/families.h"
#include "ranking/keep_count.h"
#include "ranking/method.h"
#include "ranking/tie_break.h"
#include "ranking/transfer_count.h"

namespace votum::ranking {
namespace {

// The maximum number of counts for exploring the results of other lots, and of steps in all of them
// together: with 1,000 candidates and few ballots, a single count takes a second.
constexpr size_t kMaxUniverses = 512;
constexpr size_t kMaxSteps = 4000000000;

absl::StatusOr<int> Seats(const Call& call) {
  const int given = static_cast<int>(call.int_param("seats"));
  const int seats = given > 0 ? given : call.election().seats;
  if (seats > 0) return seats;
  return Refuse(Reason::kNoSeats, "the file does not say how many seats to fill; give --seats N");
}

absl::Status CheckStrict(const Call& call) {
  if (!call.election().ranked.has_ties()) return absl::OkStatus();
  return Refuse(
      Reason::kTiedPreferences,
      "a ballot ranks options alike, which this count cannot transfer; use a pairwise method "
      "(schulze.wv_lv) or irv with equal_ranks=approval");
}

// The elected one by one, then the others, those who stayed longest first.
std::vector<Tier> TiersOf(const std::vector<OptionIndex>& elected,
                          const std::vector<OptionIndex>& excluded, size_t options) {
  std::vector<Tier> tiers;
  std::vector<bool> placed(options);
  for (OptionIndex option : elected) {
    tiers.push_back({option});
    placed[option] = true;
  }
  for (OptionIndex option : excluded) placed[option] = true;
  Tier left;
  for (size_t i = 0; i < options; ++i) {
    if (!placed[i]) left.push_back(static_cast<OptionIndex>(i));
  }
  if (!left.empty()) tiers.push_back(left);
  for (size_t i = excluded.size(); i-- > 0;) tiers.push_back({excluded[i]});
  return tiers;
}

// With more candidates than this, only those with votes are shown.
constexpr size_t kMaxColumns = 200;

template <typename Votes>
Json VotesTable(const Call& call, const Votes& votes, int digits) {
  Json object = Json::object();
  for (size_t i = 0; i < call.options(); ++i) {
    if (votes[i] == 0 && call.options() > kMaxColumns) continue;
    object.push_back({call.election().options[i].id, ToDecimal(votes[i], digits)});
  }
  return object;
}

// ---- Transfers of papers

// Runs the count with the first `script.size()` lots decided as the script says (index into the
// tied set, the favoured first), the others by `breaker`; `sizes` receives the number of choices of
// each lot.
TransferResult RunScripted(const Call& call, int seats, const TransferRules& rules,
                           const TieBreaker& breaker, const std::vector<size_t>& script,
                           std::vector<size_t>& sizes) {
  sizes.clear();
  return CountTransfers(call.election().ranked, seats, rules,
                        [&](const std::vector<OptionIndex>& tied, bool exclusion) {
                          std::vector<OptionIndex> order = breaker.Order(tied);
                          // The favoured candidate stays longest and is served first.
                          if (exclusion) std::reverse(order.begin(), order.end());
                          const size_t lot = sizes.size();
                          sizes.push_back(order.size());
                          return order[lot < script.size() ? script[lot] : 0];
                        });
}

// How often such a count can be repeated: each exclusion looks at the votes of the tied in all
// stages before, and each ballot is passed on some times.
size_t MostUniverses(const Call& call, const TransferResult& result) {
  const size_t stages = result.stages.size();
  const size_t steps = stages * stages * call.options() + 8 * call.election().ranked.size();
  return std::min(kMaxUniverses, kMaxSteps / std::max<size_t>(steps, 1));
}

// All sets of winners that some lots would give; empty if there are more cases than `most`.
std::set<std::vector<OptionIndex>> AllOutcomes(const Call& call, int seats,
                                               const TransferRules& rules,
                                               const TieBreaker& breaker, size_t most) {
  std::set<std::vector<OptionIndex>> outcomes;
  std::vector<size_t> script, sizes;
  for (size_t runs = 0; runs < most; ++runs) {
    TransferResult result = RunScripted(call, seats, rules, breaker, script, sizes);
    std::sort(result.elected.begin(), result.elected.end());
    outcomes.insert(result.elected);
    script.resize(sizes.size(), 0);
    while (!script.empty() && script.back() + 1 >= sizes[script.size() - 1]) script.pop_back();
    if (script.empty()) return outcomes;
    ++script.back();
  }
  return {};
}

Json StageTable(const Call& call, const TransferResult& result, const TransferRules& rules) {
  Json stages = Json::array();
  for (const TransferStage& stage : result.stages) {
    const bool first = stage.action == "first preferences";
    Json row;
    row["stage"] = stages.size() + 1;
    row["action"] = first
                        ? stage.action
                        : absl::StrCat(stage.action, " ", call.election().options[stage.option].id);
    row["votes"] = VotesTable(call, stage.votes, rules.digits);
    if (!first && call.explain()) {
      Json received = Json::object();
      for (size_t i = 0; i < stage.received.size(); ++i) {
        if (stage.received[i] > 0) {
          received[call.election().options[i].id] = ToDecimal(stage.received[i], rules.digits);
        }
      }
      row["received"] = std::move(received);
    }
    row["nontransferable"] = ToDecimal(stage.nontransferable, rules.digits);
    row["lost_to_rounding"] = ToDecimal(stage.lost_to_rounding, rules.digits);
    row["elected"] = call.Ids(stage.elected);
    stages.push_back(std::move(row));
  }
  return stages;
}

void AddTies(const Call& call, const TransferResult& result, const TieBreaker& breaker,
             std::optional<bool> lots_matter, Ranking& ranking) {
  for (const TransferTie& tie : result.ties) {
    if (!tie.by_history) {
      ranking.ties.push_back(breaker.Event(tie.tied, tie.stage));
      ranking.ties.back().changes_outcome = lots_matter;
      continue;
    }
    TieEvent event{tie.tied, tie.stage, "history"};
    event.decided = {tie.chosen};
    ranking.ties.push_back(std::move(event));
  }
}

absl::StatusOr<Ranking> RunTransfers(const Call& call, const TransferRules& rules) {
  ASSIGN_OR_RETURN(const int seats, Seats(call));
  RETURN_IF_ERROR(CheckStrict(call));
  ASSIGN_OR_RETURN(const TieBreaker breaker, TieBreaker::Make(call));
  std::vector<size_t> lots;
  const TransferResult result = RunScripted(call, seats, rules, breaker, {}, lots);
  Ranking ranking;
  ranking.tiers = TiersOf(result.elected, result.excluded, call.options());
  ranking.winners = result.elected;
  ranking.extra["elected"] = call.Ids(result.elected);
  if (rules.whole_quota) {
    ranking.extra["quota"] = result.quota / rules.unit;
  } else {
    ranking.extra["quota"] = ToDecimal(result.quota, rules.digits);
  }
  ranking.extra["stages"] = StageTable(call, result, rules);
  ranking.details["seats"] = seats;
  ranking.details["valid"] = result.valid;
  std::optional<bool> lots_matter;
  if (!lots.empty()) {
    const std::set<std::vector<OptionIndex>> outcomes =
        AllOutcomes(call, seats, rules, breaker, MostUniverses(call, result));
    if (!outcomes.empty()) {
      lots_matter = outcomes.size() > 1;
      ranking.details["outcomes_of_all_lots"] = Json::array();
      for (const auto& outcome : outcomes)
        ranking.details["outcomes_of_all_lots"].push_back(call.Ids(outcome));
    }
  }
  AddTies(call, result, breaker, lots_matter, ranking);
  return ranking;
}

absl::StatusOr<Ranking> RunScottish(const Call& call) { return RunTransfers(call, kScottish2011); }
absl::StatusOr<Ranking> RunWigm(const Call& call) { return RunTransfers(call, kWigmPrf); }

// ---- Keep factors

Json RoundTable(const Call& call, const KeepResult& result) {
  Json stages = Json::array();
  for (const KeepRound& round : result.rounds) {
    Json row;
    row["stage"] = stages.size() + 1;
    row["action"] =
        round.excluded >= 0
            ? absl::StrCat("exclude ",
                           call.election().options[static_cast<size_t>(round.excluded)].id)
            : "elect";
    row["votes"] = VotesTable(call, round.votes, kKeepDigits);
    row["quota"] = ToDecimal(round.quota, kKeepDigits);
    row["nontransferable"] = ToDecimal(round.exhausted, kKeepDigits);
    row["elected"] = call.Ids(round.elected);
    if (call.explain()) {
      row["keep_factors"] = VotesTable(call, round.keep, kKeepDigits);
      row["surplus"] = ToDecimal(round.surplus, kKeepDigits);
      row["iterations"] = round.iterations;
    }
    stages.push_back(std::move(row));
  }
  return stages;
}

template <KeepRule rule>
absl::StatusOr<Ranking> RunKeeping(const Call& call) {
  ASSIGN_OR_RETURN(const int seats, Seats(call));
  RETURN_IF_ERROR(CheckStrict(call));
  ASSIGN_OR_RETURN(const TieBreaker breaker, TieBreaker::Make(call));
  const RankedBallots& all = call.election().ranked;
  const RankedBallots joined = all.many() ? RankedBallots() : all.Aggregated();
  const KeepResult result = CountKeeping(
      all.many() ? all : joined, seats, rule,
      [&](const std::vector<OptionIndex>& tied) { return breaker.Order(tied).back(); });
  if (!result.settled) {
    return Refuse(Reason::kTooManyBallots,
                  "a round of this count comes to no end within 100,000 steps; count in larger "
                  "units, or with stv.wigm");
  }
  Ranking ranking;
  ranking.tiers = TiersOf(result.elected, result.excluded, call.options());
  ranking.winners = result.elected;
  ranking.extra["elected"] = call.Ids(result.elected);
  ranking.extra["quota"] = ToDecimal(result.quota, kKeepDigits);
  ranking.extra["stages"] = RoundTable(call, result);
  ranking.details["seats"] = seats;
  for (const KeepTie& tie : result.ties) ranking.ties.push_back(breaker.Event(tie.tied, tie.stage));
  return ranking;
}

}  // namespace

std::vector<Method> StvMethods() {
  std::vector<ParamSpec> params = TieParams();
  params.insert(params.begin(), {"seats", "0", "int 0 1000", "seats to fill; 0: as the file says"});
  return {
      {"stv.scottish-2011", 1, Needs::kRanked,
       "Weighted inclusive Gregory transfers to 5 decimals, whole Droop quota; ties by history, "
       "then lot.",
       "Scottish Local Government Elections Order 2011 (SSI 2011/399), Schedule 1, rules 45-52",
       params, RunScottish},
      {"stv.wigm", 1, Needs::kRanked,
       "Weighted inclusive Gregory transfers to 4 decimals, exact quota; ties by lot.",
       "Proportional Representation Foundation, Reference WIGM Rule", params, RunWigm},
      {"stv.meek-prf", 1, Needs::kRanked,
       "Meek: each elected candidate keeps a fraction of every ballot, iterated to 9 decimals; "
       "ties by lot.",
       "Proportional Representation Foundation, Reference Meek Rule; Hill, Wichmann, Woodall, "
       "Computer Journal 30 (1987)",
       params, RunKeeping<KeepRule::kMeek>},
      {"stv.warren", 1, Needs::kRanked,
       "Warren: each elected candidate keeps the same amount of every ballot; arithmetic as "
       "stv.meek-prf.",
       "C. H. E. Warren, Voting Matters 1 (1994); I. D. Hill, C. H. E. Warren, Voting Matters 20 "
       "(2005)",
       params, RunKeeping<KeepRule::kWarren>},
  };
}

}  // namespace votum::ranking
