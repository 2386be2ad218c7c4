// A log and its requests to a witness for tests: correct ones, and ones with a single error.
#ifndef VOTUM_TESTS_UNIT_WITNESS_LOG_UNDER_TEST_H_
#define VOTUM_TESTS_UNIT_WITNESS_LOG_UNDER_TEST_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "crypto/checkpoint.h"
#include "crypto/merkle.h"
#include "crypto/note.h"
#include "crypto/tlog/add_checkpoint.h"
#include "crypto/tlog/cosignature.h"

namespace votum::witness {

inline crypto::PrivateKey KeyOfSeedByte(char byte) {
  return *crypto::PrivateKey::FromEd25519Seed(crypto::SecretBytes::CopyOf(std::string(32, byte)));
}

// A log of the entries "<salt>0", "<salt>1", ...
class LogUnderTest {
 public:
  LogUnderTest(const std::string& origin, char seed, const std::string& salt = "")
      : signer_(*crypto::NoteSigner::Create(origin, KeyOfSeedByte(seed))), salt_(salt) {}

  const crypto::NoteSigner& signer() const { return signer_; }
  std::string vkey() const { return signer_.verifier().vkey(); }

  crypto::Checkpoint Head(uint64_t size) {
    Grow(size);
    return {signer_.name(), size, *tree_.RootAt(size), {}};
  }
  std::string Checkpoint(uint64_t size) { return *crypto::SignCheckpoint(Head(size), signer_); }
  // The note of a text that the log should never sign.
  std::string Signed(const std::string& text) const {
    const crypto::NoteSigner* const signers[] = {&signer_};
    return *crypto::SignNote(text, signers);
  }
  std::vector<crypto::Digest> Proof(uint64_t old_size, uint64_t size) {
    Grow(size);
    return *tree_.ConsistencyProof(old_size, size);
  }
  // The tree, of at least `size` leaves.
  const crypto::MerkleTree& tree(uint64_t size) {
    Grow(size);
    return tree_;
  }
  // The correct request.
  std::string Request(uint64_t old_size, uint64_t size) {
    return crypto::FormatAddCheckpoint({old_size, Proof(old_size, size), Checkpoint(size)});
  }

 private:
  void Grow(uint64_t size) {
    while (tree_.size() < size) tree_.Append(absl::StrCat(salt_, tree_.size()));
  }

  const crypto::NoteSigner signer_;
  const std::string salt_;
  crypto::MerkleTree tree_;
};

}  // namespace votum::witness

#endif  // VOTUM_TESTS_UNIT_WITNESS_LOG_UNDER_TEST_H_
