// Policies (https://c2sp.org/tlog-policy) name the logs whose checkpoints are accepted, and the
// witnesses that must have cosigned them. A policy is a text of lines with items separated by
// spaces and tabs:
//
//   log <vkey> [<url>]
//   witness <name> <vkey> [<url>]
//   group <name> all|any|<k> <member>...     members: witnesses and groups of earlier lines
//   quorum <name>|none                       exactly once
//
// Empty lines and lines that begin with '#' are ignored. Names are byte strings local to the file;
// no name may be a member twice, so that each witness counts only once.
#ifndef VOTUM_CRYPTO_TLOG_POLICY_H_
#define VOTUM_CRYPTO_TLOG_POLICY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/checkpoint.h"
#include "crypto/note.h"
#include "crypto/tlog/cosignature.h"

namespace votum::crypto {

inline constexpr size_t kMaxPolicyBytes = size_t{1} << 20;

struct PolicyLog {
  NoteVerifier verifier;  // its name is the log's origin
  std::string url;        // may be empty
};

struct PolicyWitness {
  std::string name;  // in the policy; the key has its own
  CosignatureVerifier verifier;
  std::string url;  // may be empty
};

// A cosignature that verified.
struct Cosigned {
  size_t witness = 0;  // in Policy::witnesses()
  uint64_t time = 0;   // seconds since 1970; the latest, if the witness cosigned more than once
};

struct WitnessedCheckpoint {
  Checkpoint checkpoint;
  size_t log = 0;                  // in Policy::logs()
  std::vector<Cosigned> cosigned;  // in the order of the witnesses
};

// Immutable, copyable.
class Policy {
 public:
  // INVALID_ARGUMENT/BAD_POLICY unless `text` is a policy with keys of known types; the message
  // names the line.
  static absl::StatusOr<Policy> Parse(absl::string_view text);

  const std::vector<PolicyLog>& logs() const { return logs_; }
  const std::vector<PolicyWitness>& witnesses() const { return witnesses_; }

  // Whether these witnesses (positions in witnesses()) meet the quorum. Without a quorum ("none"),
  // any set does, even the empty one.
  bool IsQuorum(const std::vector<bool>& witnessed) const;

  // The checkpoint in `note`, if one of the logs signed it. Errors as OpenNote; WRONG_ORIGIN if a
  // log signed another one's checkpoint; INVALID_ARGUMENT/WRONG_SIGNATURE if a cosignature of a known
  // witness does not verify. The quorum is not checked.
  absl::StatusOr<WitnessedCheckpoint> Open(absl::string_view note) const;

  // As Open; FAILED_PRECONDITION/NO_QUORUM unless the cosignatures meet the quorum.
  absl::StatusOr<WitnessedCheckpoint> Verify(absl::string_view note) const;

 private:
  friend class PolicyParser;
  // A witness or a group, in the order of the lines: a group comes after its members.
  struct Named {
    std::string name;
    std::optional<size_t> witness;  // its place in witnesses_; a group has none
    size_t threshold = 0;
    std::vector<size_t> members;  // places in named_
    bool is_member = false;       // of some group
  };

  Policy() = default;

  std::vector<PolicyLog> logs_;
  std::vector<PolicyWitness> witnesses_;
  std::vector<Named> named_;
  std::optional<size_t> quorum_;  // in named_; nullopt for "none"
};

}  // namespace votum::crypto

#endif  // VOTUM_CRYPTO_TLOG_POLICY_H_
