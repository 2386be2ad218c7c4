#include "ranking/transfer_count.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace votum::ranking {

const TransferRules kScottish2011 = {5, 100000, true, false, false, true, false};
const TransferRules kWigmPrf = {4, 10000, false, true, true, false, true};

namespace {

// Equal ballot papers that lie together.
struct Parcel {
  const uint16_t* next;  // preference after the current candidate
  const uint16_t* end;
  int64_t papers;
  int64_t value;  // of one paper, as received
};

enum class State : uint8_t { kContinuing, kPending, kElected, kExcluded };

class Count {
 public:
  Count(const RankedBallots& ballots, int seats, const TransferRules& rules, const TransferLot& lot)
      : rules_(rules),
        lot_(lot),
        seats_(std::min<size_t>(static_cast<size_t>(seats), ballots.options())),
        state_(ballots.options(), State::kContinuing),
        votes_(ballots.options()),
        piles_(ballots.options()) {
    int64_t valid = 0;
    ballots.ForEach([&](BallotView ballot) {
      if (ballot.coded.empty()) return;
      valid += static_cast<int64_t>(ballot.weight);
      Give(Parcel{ballot.coded.data(), ballot.coded.data() + ballot.coded.size(),
                  static_cast<int64_t>(ballot.weight), rules_.unit});
    });
    result_.valid = valid;
    result_.quota = rules.whole_quota ? (valid / (seats + 1) + 1) * rules.unit
                                      : valid * rules.unit / (seats + 1) + 1;
    received_.assign(votes_.size(), 0);
    EndStage("first preferences", 0);
  }

  TransferResult Run() && {
    while (!Complete()) {
      std::vector<OptionIndex> pending = WithState(State::kPending);
      if (!pending.empty()) {
        TransferSurplus(pending);
      } else if (!ExcludeLowest()) {
        break;
      }
    }
    Finish();
    return std::move(result_);
  }

 private:
  std::vector<OptionIndex> WithState(State state) const {
    std::vector<OptionIndex> options;
    for (size_t i = 0; i < state_.size(); ++i) {
      if (state_[i] == state) options.push_back(static_cast<OptionIndex>(i));
    }
    return options;
  }
  size_t Vacancies() const { return seats_ - result_.elected.size(); }
  bool Complete() const {
    return Vacancies() == 0 || WithState(State::kContinuing).size() <= Vacancies();
  }

  // Passes `parcel` to its next continuing candidate; false if it names none.
  bool Give(Parcel parcel) {
    while (parcel.next != parcel.end) {
      const uint16_t to = *parcel.next++;
      if (state_[to] != State::kContinuing) continue;
      votes_[to] += parcel.papers * parcel.value;
      piles_[to].push_back(parcel);
      return true;
    }
    return false;
  }

  void EndStage(const char* action, OptionIndex option) {
    TransferStage stage;
    stage.action = action;
    stage.option = option;
    stage.votes = votes_;
    stage.nontransferable = nontransferable_;
    stage.lost_to_rounding = lost_;
    stage.received.resize(votes_.size());
    for (size_t i = 0; i < votes_.size(); ++i)
      stage.received[i] = std::max<int64_t>(votes_[i] - received_[i], 0);
    received_ = votes_;
    Elect(stage);
    result_.stages.push_back(std::move(stage));
  }

  void Elect(TransferStage& stage) {
    std::vector<OptionIndex> reached;
    for (OptionIndex option : WithState(State::kContinuing)) {
      if (votes_[option] >= result_.quota) reached.push_back(option);
    }
    std::stable_sort(reached.begin(), reached.end(),
                     [&](OptionIndex a, OptionIndex b) { return votes_[a] > votes_[b]; });
    for (OptionIndex option : reached) {
      const bool transfers = rules_.transfer_zero_surplus || votes_[option] > result_.quota;
      state_[option] = transfers ? State::kPending : State::kElected;
      result_.elected.push_back(option);
      stage.elected.push_back(option);
    }
  }

  // The one of `tied` with the most votes (or the fewest) at the latest earlier stage at which they
  // differ; narrows `tied` to those that no stage tells apart.
  void NarrowByHistory(std::vector<OptionIndex>& tied, bool fewest) const {
    for (size_t s = result_.stages.size() - 1; s-- > 0 && tied.size() > 1;) {
      const std::vector<int64_t>& votes = result_.stages[s].votes;
      int64_t best = votes[tied.front()];
      for (OptionIndex option : tied)
        best = fewest ? std::min(best, votes[option]) : std::max(best, votes[option]);
      std::erase_if(tied, [&](OptionIndex option) { return votes[option] != best; });
    }
  }

  OptionIndex Choose(std::vector<OptionIndex> tied, bool exclusion) {
    if (tied.size() == 1) return tied.front();
    TransferTie tie;
    tie.tied = tied;
    tie.stage =
        absl::StrCat(exclusion ? "exclusion" : "surplus", " at stage ", result_.stages.size() + 1);
    if (rules_.ties_by_history) NarrowByHistory(tied, exclusion);
    tie.by_history = tied.size() == 1;
    if (!tie.by_history) tie.tied = tied;
    tie.chosen = tie.by_history ? tied.front() : lot_(tied, exclusion);
    result_.ties.push_back(tie);
    return tie.chosen;
  }

  int64_t ReducedValue(int64_t value, int64_t surplus, int64_t votes) const {
    if (!rules_.cut_product) return static_cast<int64_t>(MulDivDown(value, surplus, votes));
    const int128 product = MulDivDown(value, surplus, rules_.unit);
    return static_cast<int64_t>(product * rules_.unit / votes);
  }

  void TransferSurplus(std::vector<OptionIndex> pending) {
    int64_t most = 0;
    for (OptionIndex option : pending) most = std::max(most, votes_[option]);
    std::erase_if(pending, [&](OptionIndex option) { return votes_[option] != most; });
    const OptionIndex from = Choose(std::move(pending), false);
    const int64_t surplus = votes_[from] - result_.quota;
    int64_t passed = 0;
    for (Parcel parcel : std::exchange(piles_[from], {})) {
      parcel.value = ReducedValue(parcel.value, surplus, votes_[from]);
      passed += parcel.papers * parcel.value;
      if (parcel.value == 0 || !Give(parcel)) nontransferable_ += parcel.papers * parcel.value;
    }
    lost_ += surplus - passed;
    votes_[from] = result_.quota;
    state_[from] = State::kElected;
    EndStage("surplus", from);
  }

  // False if the count ends before the papers are transferred.
  bool ExcludeLowest() {
    std::vector<OptionIndex> lowest = WithState(State::kContinuing);
    int64_t least = votes_[lowest.front()];
    for (OptionIndex option : lowest) least = std::min(least, votes_[option]);
    std::erase_if(lowest, [&](OptionIndex option) { return votes_[option] != least; });
    const OptionIndex out = Choose(std::move(lowest), true);
    state_[out] = State::kExcluded;
    result_.excluded.push_back(out);
    if (rules_.stop_before_transfer && Complete()) {
      EndStage("exclude", out);
      return false;
    }
    for (const Parcel& parcel : std::exchange(piles_[out], {})) {
      if (!Give(parcel)) nontransferable_ += parcel.papers * parcel.value;
    }
    votes_[out] = 0;
    EndStage("exclude", out);
    return true;
  }

  // The candidates left when seats remain: deemed elected, most votes first.
  void Finish() {
    std::vector<OptionIndex> left = WithState(State::kContinuing);
    if (Vacancies() == 0 || left.empty()) return;
    std::stable_sort(left.begin(), left.end(),
                     [&](OptionIndex a, OptionIndex b) { return votes_[a] > votes_[b]; });
    for (OptionIndex option : left) {
      if (Vacancies() == 0) break;
      state_[option] = State::kElected;
      result_.elected.push_back(option);
      result_.stages.back().elected.push_back(option);
    }
  }

  const TransferRules& rules_;
  const TransferLot& lot_;
  const size_t seats_;
  std::vector<State> state_;
  std::vector<int64_t> votes_;
  std::vector<int64_t> received_;
  std::vector<std::vector<Parcel>> piles_;
  int64_t nontransferable_ = 0;
  int64_t lost_ = 0;
  TransferResult result_;
};

}  // namespace

TransferResult CountTransfers(const RankedBallots& ballots, int seats, const TransferRules& rules,
                              const TransferLot& lot) {
  return Count(ballots, seats, rules, lot).Run();
}

}  // namespace votum::ranking
