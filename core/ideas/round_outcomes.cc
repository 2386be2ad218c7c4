#include "core/ideas/round_outcomes.h"

#include <algorithm>
#include <atomic>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/describe.h"
#include "core/ideas/round_count.h"

namespace votum::ideas {
namespace {

// Rounds that are closed and not established yet; the largest takes 4 MiB.
constexpr size_t kMostKept = 32;

}  // namespace

struct RoundOutcomes::Counted {
  absl::StatusOr<std::shared_ptr<const v1::Round>> Count(const RoundEntry& entry,
                                                         const RoundUrn& urn) {
    if (is_done) return outcome;
    outcome = [&]() -> absl::StatusOr<std::shared_ptr<const v1::Round>> {
      auto result = std::make_shared<v1::Round>(entry.round);
      RETURN_IF_ERROR(CountBallots(urn, *result));
      return result;
    }();
    is_done = true;
    return outcome;
  }

  crypto::Digest digest;  // of the round and its ballots
  std::mutex counting;
  std::atomic<bool> is_done{false};
  // Set under `counting`, and the same for ever once it is done.
  absl::StatusOr<std::shared_ptr<const v1::Round>> outcome;
};

std::shared_ptr<RoundOutcomes::Counted> RoundOutcomes::Find(const RoundEntry& entry,
                                                            const RoundUrn& urn) {
  const crypto::Digest round = DigestOf(entry);
  const crypto::Digest ballots = DigestOf(urn);
  const crypto::Digest digest = crypto::Sha256({crypto::AsBytes(round), crypto::AsBytes(ballots)});
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = std::find_if(kept_.begin(), kept_.end(),
                                  [&](const auto& counted) { return counted->digest == digest; });
  std::shared_ptr<Counted> counted;
  if (found != kept_.end()) {
    counted = *found;
    kept_.erase(found);
  } else {
    counted = std::make_shared<Counted>();
    counted->digest = digest;
    if (kept_.size() == kMostKept) kept_.pop_front();
  }
  kept_.push_back(counted);
  return counted;
}

absl::StatusOr<std::shared_ptr<const v1::Round>> RoundOutcomes::Of(const RoundEntry& entry,
                                                                   const RoundUrn& urn) {
  const std::shared_ptr<Counted> counted = Find(entry, urn);
  if (counted->is_done) return counted->outcome;
  const std::lock_guard<std::mutex> lock(counted->counting);
  return counted->Count(entry, urn);
}

absl::StatusOr<std::shared_ptr<const v1::Round>> RoundOutcomes::OfUnlessCounting(
    const RoundEntry& entry, const RoundUrn& urn) {
  const std::shared_ptr<Counted> counted = Find(entry, urn);
  if (counted->is_done) return counted->outcome;
  const std::unique_lock<std::mutex> lock(counted->counting, std::try_to_lock);
  if (!lock.owns_lock()) {
    return Refuse(Reason::kTooManyWaitingReads,
                  absl::StrCat("the ballots of round ", entry.round.id(),
                               " are being counted; read again in a moment"));
  }
  return counted->Count(entry, urn);
}

}  // namespace votum::ideas
