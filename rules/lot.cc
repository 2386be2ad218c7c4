#include "rules/lot.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/big_endian.h"
#include "base/refusal.h"

namespace votum::rules {
namespace {

std::string WithLength(absl::string_view bytes) {
  return absl::StrCat(BigEndian64(bytes.size()), bytes);
}

// Uniformly distributed numbers below a bound.
class Numbers {
 public:
  explicit Numbers(const crypto::Digest& seed) : seed_(seed) {}

  uint64_t Below(uint64_t bound) {
    constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();
    // The topmost 2^64 mod bound numbers would favour small remainders.
    const uint64_t surplus = (kMost % bound + 1) % bound;
    for (;;) {
      const uint64_t number = Next();
      if (number <= kMost - surplus) return number % bound;
    }
  }

 private:
  uint64_t Next() {
    const std::string counter = BigEndian64(counter_++);
    const crypto::Digest digest = crypto::Sha256({crypto::AsBytes(seed_), counter});
    return FromBigEndian(crypto::AsBytes(digest).substr(0, 8));
  }

  const crypto::Digest seed_;
  uint64_t counter_ = 0;
};

}  // namespace

crypto::Digest CommitContribution(absl::string_view contribution) {
  return crypto::Sha256(contribution);
}

absl::Status CheckContribution(const crypto::Digest& commitment, absl::string_view contribution) {
  if (contribution.size() != kContributionBytes) {
    return Refuse(Reason::kBadLotContribution,
                  absl::StrCat("a contribution to the lot has ", kContributionBytes, " bytes, not ",
                               contribution.size()));
  }
  if (CommitContribution(contribution) != commitment) {
    return Refuse(Reason::kBadLotContribution,
                  "the contribution is not what was committed to; reveal the 32 bytes "
                  "whose SHA-256 was recorded");
  }
  return absl::OkStatus();
}

crypto::Digest LotSeed(absl::string_view lot_id, absl::string_view checkpoint,
                       const Contributions& contributions) {
  std::string text("votum/lot/v1\0", 13);
  absl::StrAppend(&text, WithLength(lot_id), WithLength(checkpoint),
                  BigEndian64(contributions.size()));
  for (const auto& [person_id, contribution] : contributions)
    absl::StrAppend(&text, WithLength(person_id), contribution);
  return crypto::Sha256(text);
}

absl::StatusOr<std::vector<std::string>> DrawLot(const crypto::Digest& seed,
                                                 std::vector<std::string> items, size_t draw) {
  std::sort(items.begin(), items.end());
  if (std::adjacent_find(items.begin(), items.end()) != items.end())
    return Refuse(Reason::kBadLot, "the lot needs distinct items");
  if (draw == 0 || draw > items.size() || items.size() > kMaxLotItems) {
    return Refuse(Reason::kBadLot, absl::StrCat("the lot draws 1 to ", items.size(), " of at most ",
                                                kMaxLotItems, " items, not ", draw));
  }
  Numbers numbers(seed);
  for (size_t i = 0; i < draw; ++i) std::swap(items[i], items[i + numbers.Below(items.size() - i)]);
  items.resize(draw);
  return items;
}

}  // namespace votum::rules
