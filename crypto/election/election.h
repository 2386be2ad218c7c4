// An election: its questions, its key, and the fingerprint by which every ballot names it.
//
// Source: specification of Belenios 2.0, sections 4.9, 4.10, 4.15. Only homomorphic questions are
// supported (choose from a list; sums are published, never single ballots).
#ifndef VOTUM_CRYPTO_ELECTION_ELECTION_H_
#define VOTUM_CRYPTO_ELECTION_ELECTION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/election/group.h"

namespace votum::election {

inline constexpr size_t kMaxQuestions = 64;
inline constexpr size_t kMaxAnswers = 256;

// SHA-256 in Base64 without padding: fingerprints, trackers.
std::string HashBase64(absl::string_view bytes);

// "Choose `min` to `max` of the answers"; or, if `blank`, an explicit abstention from all of them.
struct Question {
  std::string text;
  std::vector<std::string> answers;
  bool blank = false;
  uint64_t min = 0;
  uint64_t max = 1;

  // Encrypted numbers per ballot: one per answer, and before them one for "blank" if allowed.
  size_t choices() const { return answers.size() + (blank ? 1 : 0); }
};

// The parts of an election that people decide, before there is a key.
struct ElectionDraft {
  std::string name;
  std::string description;
  std::vector<Question> questions;
  // 14 or more Base58 characters; NewElectionId() makes one.
  std::string uuid;
  // The persons responsible, for information; may be empty.
  std::string administrator;
  std::string credential_authority;
};

// 14 random Base58 characters.
std::string NewElectionId();

// INVALID_ARGUMENT/BAD_ELECTION for ill-formed drafts: no question, min > max, max > the number of
// answers, texts that are not UTF-8, ...
absl::Status CheckDraft(const ElectionDraft& draft);

// An election that can be voted in. Immutable; copies share their content; thread-safe.
class Election {
 public:
  // `public_key` is the trustees' common key (Trustees::PublicKey). Errors as CheckDraft.
  static absl::StatusOr<Election> Make(const ElectionDraft& draft, const Element& public_key);

  // From election.json as published; keeps its bytes. INVALID_ARGUMENT with reason
  //   BAD_JSON, BAD_ELECTION   malformed
  //   UNSUPPORTED_GROUP        a group other than BELENIOS-2048
  //   UNSUPPORTED_QUESTION     not a homomorphic question
  //   NOT_IN_GROUP             the key is not in the group
  static absl::StatusOr<Election> Parse(absl::string_view json);

  const ElectionDraft& draft() const { return content_->draft; }
  const std::vector<Question>& questions() const { return content_->draft.questions; }
  const std::string& uuid() const { return content_->draft.uuid; }

  // election.json.
  const std::string& json() const { return content_->json; }

  // The hash of json(); ballots and decryptions name the election by it (φ).
  const std::string& fingerprint() const { return content_->fingerprint; }

  // The key y, ready for powers.
  const PowerTable& key() const { return content_->key; }

 private:
  struct Content {
    ElectionDraft draft;
    std::string json;
    std::string fingerprint;
    PowerTable key;
  };
  explicit Election(std::shared_ptr<const Content> content) : content_(std::move(content)) {}

  std::shared_ptr<const Content> content_;
};

}  // namespace votum::election

#endif  // VOTUM_CRYPTO_ELECTION_ELECTION_H_
