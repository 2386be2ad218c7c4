// How often one credential casts a ballot in a secret vote.
#ifndef VOTUM_CORE_MEETINGS_BALLOT_TRIES_H_
#define VOTUM_CORE_MEETINGS_BALLOT_TRIES_H_

#include <cstddef>
#include <cstdint>

#include "core/meetings/secret_vote.h"

namespace votum::meetings {

// The last ballot counts, and each stays in the log and in memory. Whoever changes their mind that
// often has had time to.
inline constexpr size_t kMostBallotsOfCredential = 8;

// Whether the credential at `position` has cast as many as one may.
inline bool HasCastAll(const SecretVoteEntry& vote, uint32_t position) {
  const auto* const cast = vote.ballots.Find(position);
  return cast != nullptr && cast->size() >= kMostBallotsOfCredential;
}

}  // namespace votum::meetings

#endif  // VOTUM_CORE_MEETINGS_BALLOT_TRIES_H_
