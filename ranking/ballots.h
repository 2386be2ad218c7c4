// Options and ballots, the input of every method.
//
// An option is known to the engine by its index (0..n-1, the order of the file or of the round) and
// to people by its id. A ranked ballot is a list of tied groups, best first, with a whole-number
// weight. Options that a ballot does not rank still count: by default they are tied below
// everything that the ballot ranks (see Unranked in pairwise.h).
#ifndef VOTUM_RANKING_BALLOTS_H_
#define VOTUM_RANKING_BALLOTS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace votum::ranking {

// Index of an option, 0..n-1.
using OptionIndex = uint16_t;
// Options that are ranked alike.
using Tier = std::vector<OptionIndex>;

// The top bit of a coded preference means "tied with the previous one".
inline constexpr uint16_t kTiedWithPrevious = 0x8000;
inline constexpr size_t kMaxOptions = 0x7fff;
// The sum of all weights stays below this, so that scores (weight times options) and votes in units
// of 10^-5 fit int64.
inline constexpr uint64_t kMaxTotalWeight = uint64_t{1} << 40;

// An option that can be ranked.
struct Option {
  // The name in the file or the round; unique within an election, not empty.
  std::string id;
  // Shown to people; may be empty.
  std::string name;
  // Withdrawn from the election (BLT "-3"); methods leave it out.
  bool withdrawn = false;
};

// One ballot, as RankedBallots stores it.
struct BallotView {
  // Option indices, best first; kTiedWithPrevious marks all but the first option of a tied group.
  absl::Span<const uint16_t> coded;
  uint64_t weight = 1;
};

// INVALID_ARGUMENT unless `coded` names options below `options`, each at most once, and does not
// start with a tie mark: UNKNOWN_OPTION, OPTION_TWICE, BAD_TIE.
absl::Status CheckCoded(absl::Span<const uint16_t> coded, size_t options);

// `groups` (best first; empty groups are skipped) in coded form. Not checked.
std::vector<uint16_t> Encode(absl::Span<const Tier> groups);
// The tied groups of `coded`, best first.
std::vector<Tier> Decode(absl::Span<const uint16_t> coded);

// Ranked ballots in 2 bytes per preference, in blocks: appending never moves what is stored.
class RankedBallots {
 public:
  // `options` at most kMaxOptions.
  explicit RankedBallots(size_t options = 0) : options_(options) {}

  // Adds a ballot of `groups`, best first. INVALID_ARGUMENT for an option that does not exist
  // (UNKNOWN_OPTION), occurs twice (OPTION_TWICE) or a weight that raises the sum beyond
  // kMaxTotalWeight (TOO_MANY_BALLOTS). A ballot of weight 0 is not stored. Blank ballots are: they
  // count as ballots.
  absl::Status Add(absl::Span<const Tier> groups, uint64_t weight = 1);
  // As Add, of the coded form.
  absl::Status AddCoded(absl::Span<const uint16_t> coded, uint64_t weight = 1);
  // As AddCoded, of preferences that have passed CheckCoded; refuses only TOO_MANY_BALLOTS.
  absl::Status AddChecked(absl::Span<const uint16_t> coded, uint64_t weight = 1);

  size_t options() const { return options_; }
  // The number of stored ballots, regardless of their weights.
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // The sum of weights: the number of people (or weighted votes) behind the ballots.
  uint64_t total_weight() const { return total_weight_; }
  // Does any ballot rank options alike?
  bool has_ties() const { return has_ties_; }

  // Calls f(BallotView) for each ballot in order of addition.
  template <typename F>
  void ForEach(F&& f) const {
    for (const Block& block : blocks_) ForEachInBlock(block, f);
  }
  size_t blocks() const { return blocks_.size(); }
  // As ForEach, for one block: threads take blocks in turn.
  template <typename F>
  void ForEachOfBlock(size_t block, F&& f) const {
    ForEachInBlock(blocks_[block], f);
  }

  // The same ballots with equal ones joined, their weights added; sorted, so that the order of
  // input does not matter.
  RankedBallots Aggregated() const;
  // Whether there are so many ballots that a second copy of them would be a burden.
  bool many() const { return size_ > (size_t{1} << 20); }

 private:
  static constexpr size_t kBlockBallots = 1 << 14;
  struct Block {
    std::vector<uint16_t> coded;
    std::vector<uint32_t> ends;     // end of each ballot within `coded`
    std::vector<uint64_t> weights;  // empty as long as all are 1
  };

  template <typename F>
  static void ForEachInBlock(const Block& block, F&& f) {
    uint32_t begin = 0;
    for (size_t i = 0; i < block.ends.size(); ++i) {
      f(BallotView{{block.coded.data() + begin, block.ends[i] - begin},
                   block.weights.empty() ? 1 : block.weights[i]});
      begin = block.ends[i];
    }
  }
  void Append(absl::Span<const uint16_t> coded, uint64_t weight);

  size_t options_;
  size_t size_ = 0;
  uint64_t total_weight_ = 0;
  bool has_ties_ = false;
  std::vector<Block> blocks_;
};

}  // namespace votum::ranking

#endif  // VOTUM_RANKING_BALLOTS_H_
