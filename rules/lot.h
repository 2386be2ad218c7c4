// Lots that anybody can draw again.
//
// Contributors first commit to 32 random bytes (by their SHA-256) and reveal them afterwards, so
// nobody can choose a value knowing the others. The log's checkpoint is fixed after the commitments
// and ties the drawing to a moment that no contributor chose.
//
//   seed   = SHA-256("votum/lot/v1" 0x00 || len(lot id) || lot id || len(checkpoint) || checkpoint
//            || number of contributions || for each, by person id: len(id) || id || 32 bytes)
//   number = the first 64 bits of SHA-256(seed || counter), rejected at or above the largest
//            multiple of n that 64 bits hold, modulo n; the counter starts at 0 and never repeats
//
// Lengths, numbers and counters are 64 bits big-endian. `draw` of the items are chosen by a
// Fisher-Yates shuffle of them in ascending order, from the front.
#ifndef VOTUM_RULES_LOT_H_
#define VOTUM_RULES_LOT_H_

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/hash.h"

namespace votum::rules {

inline constexpr size_t kContributionBytes = 32;
inline constexpr size_t kMaxLotItems = 10'000;

// Person id to the 32 bytes revealed.
using Contributions = std::map<std::string, std::string, std::less<>>;

// The commitment that a contributor publishes first.
crypto::Digest CommitContribution(absl::string_view contribution);

// INVALID_ARGUMENT/BAD_CONTRIBUTION if it does not have 32 bytes or does not match its commitment.
absl::Status CheckContribution(const crypto::Digest& commitment, absl::string_view contribution);

crypto::Digest LotSeed(absl::string_view lot_id, absl::string_view checkpoint,
                       const Contributions& contributions);

// `draw` of `items`, in the order drawn. INVALID_ARGUMENT/BAD_LOT if items are not distinct or
// draw is not between 1 and their number.
absl::StatusOr<std::vector<std::string>> DrawLot(const crypto::Digest& seed,
                                                 std::vector<std::string> items, size_t draw);

}  // namespace votum::rules

#endif  // VOTUM_RULES_LOT_H_
