#include "ranking/keep_count.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace votum::ranking {
namespace {

// An iteration ends when the surplus left is below 10^-6 (omega of the reference rule).
constexpr int64_t kOmega = 1000;
// Counts of real elections settle within some dozen iterations of a round; after so many, Warren's
// prices fall by more than one step at once.
constexpr int kPatience = 1000;
// Single steps between two of these leaps: their sum is the direction in which prices fall, while
// one of them may be a swing between two candidates.
constexpr int kCalm = 8;
// The most iterations of a round.
constexpr int kMaxIterations = 100000;

enum class State : uint8_t { kHopeful, kElected, kDefeated };

class Count {
 public:
  Count(const RankedBallots& ballots, int seats, KeepRule rule, const KeepLot& lot)
      : ballots_(ballots),
        rule_(rule),
        lot_(lot),
        quota_seats_(seats),
        seats_(std::min<size_t>(static_cast<size_t>(seats), ballots.options())),
        state_(ballots.options(), State::kHopeful),
        keep_(ballots.options(), kKeepUnit),
        votes_(ballots.options()) {}

  KeepResult Run() && {
    Distribute();
    UpdateQuota();
    while (result_.settled && Hopeful().size() > Vacancies() && Vacancies() > 0) Round();
    FinishWithHopeful();
    result_.quota = quota_;
    return std::move(result_);
  }

 private:
  std::vector<OptionIndex> Hopeful() const {
    std::vector<OptionIndex> options;
    for (size_t i = 0; i < state_.size(); ++i) {
      if (state_[i] == State::kHopeful) options.push_back(static_cast<OptionIndex>(i));
    }
    return options;
  }
  size_t Vacancies() const { return seats_ - result_.elected.size(); }

  // The part that a candidate with keep factor `keep` takes from a ballot with `weight` left.
  int64_t Kept(int64_t weight, int64_t keep) const {
    if (rule_ == KeepRule::kWarren) return std::min(weight, keep);
    return static_cast<int64_t>(MulDivUp(weight, keep, kKeepUnit));
  }

  void Distribute() {
    std::fill(votes_.begin(), votes_.end(), 0);
    exhausted_ = 0;
    ballots_.ForEach([&](BallotView ballot) {
      if (ballot.coded.empty()) return;
      int64_t weight = kKeepUnit;
      for (uint16_t option : ballot.coded) {
        if (keep_[option] == 0) continue;
        const int64_t kept = Kept(weight, keep_[option]);
        votes_[option] += static_cast<int128>(kept) * static_cast<int64_t>(ballot.weight);
        weight -= kept;
        if (weight == 0) break;
      }
      exhausted_ += static_cast<int128>(weight) * static_cast<int64_t>(ballot.weight);
    });
  }

  void UpdateQuota() {
    int128 total = 0;
    for (int128 votes : votes_) total += votes;
    quota_ = total / (quota_seats_ + 1) + 1;
  }

  int128 Surplus() const {
    int128 surplus = 0;
    for (OptionIndex option : result_.elected) surplus += votes_[option] - quota_;
    return std::max<int128>(surplus, 0);
  }

  std::vector<OptionIndex> ElectThoseAtQuota() {
    std::vector<OptionIndex> reached;
    for (OptionIndex option : Hopeful()) {
      if (votes_[option] >= quota_) reached.push_back(option);
    }
    std::stable_sort(reached.begin(), reached.end(),
                     [&](OptionIndex a, OptionIndex b) { return votes_[a] > votes_[b]; });
    for (OptionIndex option : reached) {
      state_[option] = State::kElected;
      result_.elected.push_back(option);
    }
    return reached;
  }

  // False if no factor changes any more: the votes are as close to the quota as 9 digits allow.
  bool UpdateKeepFactors(KeepRound& round) {
    const std::vector<int64_t> before = keep_;
    for (OptionIndex option : result_.elected) {
      const int128 product = MulDivUp(keep_[option], quota_, kKeepUnit);
      // The surplus vanishes as votes approach the quota; a candidate below it keeps all.
      keep_[option] = static_cast<int64_t>(
          std::min<int128>(MulDivUp(product, kKeepUnit, votes_[option]), kKeepUnit));
    }
    const bool leaps = rule_ == KeepRule::kWarren && round.iterations >= kPatience;
    // Where less than a vote is left, rounding alone could raise a price again, without end.
    for (size_t i = 0; leaps && i < keep_.size(); ++i) keep_[i] = std::min(keep_[i], before[i]);
    const bool changed = keep_ != before;
    if (changed && leaps) Leap(before, round);
    return changed;
  }

  // After each kCalm single steps, the last of them from `before`, goes on as far in their
  // direction as leaves every elected candidate the quota, some candidates farther than others.
  // While Warren's prices add up to 1 or more, a surplus only moves between the elected, and single
  // steps are as many as the quota is larger than the surplus.
  //
  // It ends where single steps end. Lower prices of others never take votes from a candidate, and
  // its own lower price takes no more from it than in proportion; so single steps leave everybody
  // the quota too, and prices only fall. Between two such ends prices differ, but no ballot passes
  // on more at the one than at the other: it passes on no less where all prices are lower, and in
  // sum the elected keep the same.
  void Leap(const std::vector<int64_t>& before, KeepRound& round) {
    if (calm_ == 0) anchor_ = before;
    if (++calm_ < kCalm) return;
    calm_ = 0;
    const std::vector<int64_t> step = keep_;
    std::vector<int64_t> leaps(step.size(), leap_);
    bool leaves_all_quota = false;
    while (!leaves_all_quota) {
      bool single = true;
      for (OptionIndex option : result_.elected) {
        const int64_t fall = anchor_[option] - step[option];
        if (fall == 0) leaps[option] = 1;
        while (leaps[option] > 1 && (leaps[option] - 1) * fall >= step[option]) leaps[option] /= 2;
        keep_[option] = step[option] - (leaps[option] - 1) * fall;
        single &= leaps[option] == 1;
      }
      if (single) break;
      Distribute();
      UpdateQuota();
      ++round.iterations;
      leaves_all_quota = true;
      bool shortened = false;
      for (OptionIndex option : result_.elected) {
        if (votes_[option] >= quota_) continue;
        leaves_all_quota = false;
        shortened |= leaps[option] > 1;
        leaps[option] = std::max<int64_t>(leaps[option] / 2, 1);
      }
      // Rounding alone took a candidate below the quota.
      if (!leaves_all_quota && !shortened) leaps.assign(leaps.size(), 1);
    }
    int64_t longest = 1;
    for (OptionIndex option : result_.elected) longest = std::max(longest, leaps[option]);
    leap_ = std::min(2 * longest, kKeepUnit);
  }

  // Whether the round needs no further iteration. The reference rule of Meek also stops where the
  // surplus no longer falls. Warren must go on there: prices that add up to 1 or more only move
  // votes between the elected for a while, and later bring the same surplus to the hopeful.
  bool Settled(const KeepRound& round, int128 last_surplus) const {
    if (!round.elected.empty() || round.surplus < kOmega) return true;
    return rule_ == KeepRule::kMeek && round.iterations > 1 && round.surplus >= last_surplus;
  }

  // How far the votes of two hopeful candidates can be apart who are tied. Meek: the surplus left,
  // as the reference rule says. Warren: what the surplus left, and one unit of rounding for each
  // elected candidate, can still bring to a candidate; each part of it that is exhausted lowers the
  // quota, and thus frees at most as much again for each seat.
  int128 Doubt(int128 surplus) const {
    if (rule_ == KeepRule::kMeek) return surplus;
    return (surplus + static_cast<int64_t>(result_.elected.size())) * (quota_seats_ + 1);
  }

  void Round() {
    KeepRound round;
    int128 last_surplus = 0;
    leap_ = 1;
    calm_ = 0;
    do {
      result_.settled = round.iterations < kMaxIterations;
      if (!result_.settled) return;
      Distribute();
      UpdateQuota();
      round.elected = ElectThoseAtQuota();
      round.surplus = Surplus();
      ++round.iterations;
      round.keep = keep_;
    } while (!Settled(round, std::exchange(last_surplus, round.surplus)) &&
             UpdateKeepFactors(round));
    round.votes = votes_;
    round.quota = quota_;
    round.exhausted = exhausted_;
    if (round.elected.empty()) round.excluded = ExcludeLowest(Doubt(round.surplus));
    result_.rounds.push_back(std::move(round));
  }

  int ExcludeLowest(int128 doubt) {
    std::vector<OptionIndex> tied = Hopeful();
    int128 least = votes_[tied.front()];
    for (OptionIndex option : tied) least = std::min(least, votes_[option]);
    std::erase_if(tied, [&](OptionIndex option) { return votes_[option] > least + doubt; });
    OptionIndex out = tied.front();
    if (tied.size() > 1) {
      out = lot_(tied);
      result_.ties.push_back(
          {tied, absl::StrCat("exclusion in round ", result_.rounds.size() + 1), out});
    }
    state_[out] = State::kDefeated;
    keep_[out] = 0;
    result_.excluded.push_back(out);
    return out;
  }

  void FinishWithHopeful() {
    std::vector<OptionIndex> left = Hopeful();
    std::stable_sort(left.begin(), left.end(),
                     [&](OptionIndex a, OptionIndex b) { return votes_[a] > votes_[b]; });
    for (OptionIndex option : left) {
      if (Vacancies() == 0) break;
      state_[option] = State::kElected;
      result_.elected.push_back(option);
    }
  }

  const RankedBallots& ballots_;
  const KeepRule rule_;
  const KeepLot& lot_;
  const int quota_seats_;
  const size_t seats_;
  std::vector<State> state_;
  std::vector<int64_t> keep_;
  std::vector<int128> votes_;
  int128 quota_ = 0;
  int128 exhausted_ = 0;
  int64_t leap_ = 1;  // how many times the last fall to go at once
  int calm_ = 0;      // single steps since then, which began at anchor_
  std::vector<int64_t> anchor_;
  KeepResult result_;
};

}  // namespace

KeepResult CountKeeping(const RankedBallots& ballots, int seats, KeepRule rule,
                        const KeepLot& lot) {
  return Count(ballots, seats, rule, lot).Run();
}

}  // namespace votum::ranking
