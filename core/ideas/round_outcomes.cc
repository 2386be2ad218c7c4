#include "core/ideas/round_outcomes.h"

#include <cstddef>

#include "base/status_macros.h"
#include "core/describe.h"
#include "core/ideas/round_count.h"

namespace votum::ideas {
namespace {

// Rounds that are closed and not established yet; the largest takes 4 MiB.
constexpr size_t kMostKept = 4;

}  // namespace

struct RoundOutcomes::Counted {
  crypto::Digest digest;  // of the round and its ballots
  std::once_flag once;
  absl::StatusOr<std::shared_ptr<const v1::Round>> outcome;
};

std::shared_ptr<RoundOutcomes::Counted> RoundOutcomes::Find(const crypto::Digest& digest) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& counted : kept_) {
    if (counted->digest == digest) return counted;
  }
  kept_.push_back(std::make_shared<Counted>());
  kept_.back()->digest = digest;
  const std::shared_ptr<Counted> added = kept_.back();
  if (kept_.size() > kMostKept) kept_.pop_front();
  return added;
}

absl::StatusOr<std::shared_ptr<const v1::Round>> RoundOutcomes::Of(const RoundEntry& entry,
                                                                   const RoundUrn& urn) {
  const crypto::Digest round = DigestOf(entry);
  const crypto::Digest ballots = DigestOf(urn);
  const std::shared_ptr<Counted> counted =
      Find(crypto::Sha256({crypto::AsBytes(round), crypto::AsBytes(ballots)}));
  std::call_once(counted->once, [&] {
    counted->outcome = [&]() -> absl::StatusOr<std::shared_ptr<const v1::Round>> {
      auto result = std::make_shared<v1::Round>(entry.round);
      RETURN_IF_ERROR(CountBallots(urn, *result));
      return result;
    }();
  });
  return counted->outcome;
}

}  // namespace votum::ideas
