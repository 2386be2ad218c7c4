// A log in memory that gives real receipts, and a person with a key, for tests of the client's
// checks.
#ifndef VOTUM_TESTS_UNIT_CLIENTS_FAKE_LOG_H_
#define VOTUM_TESTS_UNIT_CLIENTS_FAKE_LOG_H_

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "crypto/hash.h"
#include "crypto/keys.h"
#include "crypto/merkle.h"
#include "crypto/note.h"
#include "votum/common/v1/command.pb.h"

namespace votum::client {

inline constexpr char kDeployment[] = "votum.test.example/log";

// A key for tests: the same letter gives the same key.
crypto::PrivateKey TestKey(char letter);

// Thread-safe.
class FakeLog {
 public:
  FakeLog();

  // Appends `command` and proves it.
  common::v1::Receipt Append(const common::v1::SignedCommand& command);
  // Current proof and checkpoint of a record, without the record.
  common::v1::Receipt Prove(uint64_t index);
  std::vector<crypto::Digest> Consistency(uint64_t old_size, uint64_t new_size);
  const crypto::NoteVerifier& verifier() const { return signer_->verifier(); }
  std::string vkey() const { return verifier().vkey(); }

 private:
  void ProveLocked(common::v1::Receipt* receipt);

  std::mutex mutex_;
  std::optional<crypto::NoteSigner> signer_;
  crypto::MerkleTree tree_;
};

}  // namespace votum::client

#endif  // VOTUM_TESTS_UNIT_CLIENTS_FAKE_LOG_H_
