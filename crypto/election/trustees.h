// The trustees of an election. Their keys together make the election's key; their groups decide
// which of them must take part in opening the tally.
//
// Source: specification of Belenios 2.0, section 4.7.
#ifndef VOTUM_CRYPTO_ELECTION_TRUSTEES_H_
#define VOTUM_CRYPTO_ELECTION_TRUSTEES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "crypto/election/group.h"
#include "crypto/election/threshold_trustees.h"
#include "crypto/election/trustee_key.h"

namespace votum::election {

// All trustees of an election. Immutable.
class Trustees {
 public:
  // A group of trustees: a single one, who must take part, or a set of which a threshold must take
  // part.
  struct Group {
    uint64_t threshold = 1;
    uint64_t first_owner = 1;   // number of its first trustee
    std::vector<Element> keys;  // of each trustee
    Element public_key;         // the group's factor of the election's key
    bool single = true;
  };

  // Formats trustees.json: the single trustees first, then the threshold trustees, if any.
  static std::string Format(absl::Span<const TrusteeKey> singles,
                            absl::Span<const ThresholdTrustees> thresholds);

  // Checks every proof, signature and key. INVALID_ARGUMENT with reason BAD_JSON, NOT_IN_GROUP,
  // BAD_TRUSTEES (numbers that do not fit, one trustee twice), BAD_TRUSTEE_PROOF,
  // BAD_TRUSTEE_SIGNATURE or BAD_TRUSTEE_KEY (1, or different from the polynomials' value).
  static absl::StatusOr<Trustees> Parse(absl::string_view json);

  // The election's key.
  const Element& public_key() const { return public_key_; }

  const std::vector<Group>& groups() const { return groups_; }

  // The number of trustees. They are numbered from 1 in the order of the file ("owner").
  uint64_t count() const { return owners_.size(); }

  // The key that verifies the decryptions of trustee `owner`, from 1 to count().
  const Element& KeyOf(uint64_t owner) const { return owners_[owner - 1]; }

 private:
  absl::Status AddGroup(const JsonView& json);
  absl::Status CheckKeys(const Group& group) const;

  std::vector<Group> groups_;
  std::vector<Element> owners_;
  Element public_key_;
};

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_TRUSTEES_H_
