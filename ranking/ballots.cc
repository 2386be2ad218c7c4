#include "ranking/ballots.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"

namespace votum::ranking {

absl::Status CheckCoded(absl::Span<const uint16_t> coded, size_t options) {
  // For usual sizes, one bit per option on the stack, because this runs once per ballot.
  uint64_t small[16] = {};
  std::vector<uint64_t> large;
  uint64_t* seen = small;
  if (options > 64 * 16) {
    large.resize((options + 63) / 64);
    seen = large.data();
  }
  if (!coded.empty() && (coded[0] & kTiedWithPrevious) != 0) {
    return Refuse(Reason::kBadTie,
                  "the first preference of a ballot cannot be tied with one before it");
  }
  for (uint16_t code : coded) {
    const size_t option = code & ~kTiedWithPrevious;
    if (option >= options) {
      return Refuse(Reason::kUnknownOption,
                    absl::StrCat("option number ", option + 1, " on a ballot; there are ", options,
                                 " options"));
    }
    const uint64_t bit = uint64_t{1} << (option % 64);
    if ((seen[option / 64] & bit) != 0) {
      return Refuse(Reason::kOptionTwice,
                    absl::StrCat("option number ", option + 1, " stands twice on a ballot"));
    }
    seen[option / 64] |= bit;
  }
  return absl::OkStatus();
}

std::vector<uint16_t> Encode(absl::Span<const Tier> groups) {
  std::vector<uint16_t> coded;
  for (const Tier& group : groups) {
    for (size_t i = 0; i < group.size(); ++i) {
      coded.push_back(i == 0 ? group[i] : static_cast<uint16_t>(group[i] | kTiedWithPrevious));
    }
  }
  return coded;
}

std::vector<Tier> Decode(absl::Span<const uint16_t> coded) {
  std::vector<Tier> groups;
  for (uint16_t code : coded) {
    if ((code & kTiedWithPrevious) == 0) groups.emplace_back();
    groups.back().push_back(code & ~kTiedWithPrevious);
  }
  return groups;
}

absl::Status RankedBallots::Add(absl::Span<const Tier> groups, uint64_t weight) {
  for (const Tier& group : groups) {
    for (OptionIndex option : group) {
      // Checked before coding, because a larger number would be read as a tie mark.
      if (option >= options_)
        return CheckCoded({static_cast<uint16_t>(option & ~kTiedWithPrevious)}, options_);
    }
  }
  return AddCoded(Encode(groups), weight);
}

absl::Status RankedBallots::AddCoded(absl::Span<const uint16_t> coded, uint64_t weight) {
  RETURN_IF_ERROR(CheckCoded(coded, options_));
  return AddChecked(coded, weight);
}

absl::Status RankedBallots::AddChecked(absl::Span<const uint16_t> coded, uint64_t weight) {
  if (weight > kMaxTotalWeight || total_weight_ + weight > kMaxTotalWeight) {
    return Refuse(Reason::kTooManyBallots,
                  absl::StrCat("the weights of all ballots together exceed ", kMaxTotalWeight,
                               "; count in larger units"));
  }
  if (weight > 0) Append(coded, weight);
  return absl::OkStatus();
}

void RankedBallots::Append(absl::Span<const uint16_t> coded, uint64_t weight) {
  if (blocks_.empty() || blocks_.back().ends.size() >= kBlockBallots) {
    if (!blocks_.empty()) blocks_.back().coded.shrink_to_fit();
    blocks_.emplace_back();
    blocks_.back().ends.reserve(kBlockBallots);
  }
  Block& block = blocks_.back();
  block.coded.insert(block.coded.end(), coded.begin(), coded.end());
  block.ends.push_back(static_cast<uint32_t>(block.coded.size()));
  if (weight != 1 && block.weights.empty()) block.weights.assign(block.ends.size() - 1, 1);
  if (weight != 1 || !block.weights.empty()) block.weights.push_back(weight);
  ++size_;
  total_weight_ += weight;
  for (uint16_t code : coded) has_ties_ |= (code & kTiedWithPrevious) != 0;
}

RankedBallots RankedBallots::Aggregated() const {
  std::vector<BallotView> views;
  views.reserve(size_);
  ForEach([&](BallotView ballot) { views.push_back(ballot); });
  auto less = [](const BallotView& a, const BallotView& b) {
    return std::lexicographical_compare(a.coded.begin(), a.coded.end(), b.coded.begin(),
                                        b.coded.end());
  };
  std::sort(views.begin(), views.end(), less);
  RankedBallots joined(options_);
  for (size_t i = 0; i < views.size();) {
    uint64_t weight = 0;
    size_t end = i;
    for (; end < views.size() && views[end].coded == views[i].coded; ++end)
      weight += views[end].weight;
    joined.Append(views[i].coded, weight);
    i = end;
  }
  return joined;
}

}  // namespace votum::ranking
