#include "clients/lib/seen_checkpoint.h"

#include <cstdint>
#include <string>

#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "crypto/keys.h"
#include "crypto/secret.h"
#include "gtest/gtest.h"

namespace votum::client {
namespace {

constexpr char kOrigin[] = "votum.test/log";

crypto::NoteSigner SignerOf(char letter) {
  const auto seed = crypto::SecretBytes::CopyOf(std::string(32, letter));
  return *crypto::NoteSigner::Create(kOrigin, *crypto::PrivateKey::FromEd25519Seed(seed));
}

std::string CheckpointOf(uint64_t size, char letter = 'l') {
  crypto::Checkpoint checkpoint;
  checkpoint.origin = kOrigin;
  checkpoint.size = size;
  return *crypto::SignCheckpoint(checkpoint, SignerOf(letter));
}

class SeenCheckpointTest : public ::testing::Test {
 protected:
  // The size that a new run of the program knows; 0 for none.
  uint64_t Remembered() const {
    const auto seen = SeenCheckpoint(SignerOf('l').verifier(), path_).Get();
    return seen.has_value() ? seen->size : 0;
  }

  const std::string path_ = NewTestFolder("seen") + "/seen/log";
};

TEST_F(SeenCheckpointTest, TheNewestOutlivesTheProcess) {
  EXPECT_EQ(Remembered(), 0u);
  SeenCheckpoint seen(SignerOf('l').verifier(), path_);
  seen.Remember(CheckpointOf(7));
  EXPECT_EQ(Remembered(), 7u);
  seen.Remember(CheckpointOf(5));
  EXPECT_EQ(Remembered(), 7u) << "an older one teaches nothing";
  SeenCheckpoint(SignerOf('l').verifier(), path_).Remember(CheckpointOf(6));
  EXPECT_EQ(Remembered(), 7u) << "also in another run";
  seen.Remember(CheckpointOf(9, 'x'));
  EXPECT_EQ(Remembered(), 7u) << "another key signed it";
}

TEST_F(SeenCheckpointTest, ATornFileCountsAsMissingAndIsReplaced) {
  SeenCheckpoint(SignerOf('l').verifier(), path_).Remember(CheckpointOf(7));
  const std::string whole = *ReadFile(path_);
  for (const size_t left : {size_t{0}, size_t{10}, whole.size() - 5}) {
    ASSERT_OK(WriteFile(path_, whole.substr(0, left)));
    EXPECT_EQ(Remembered(), 0u) << left;
  }
  SeenCheckpoint(SignerOf('l').verifier(), path_).Remember(CheckpointOf(8));
  EXPECT_EQ(Remembered(), 8u);
}

TEST_F(SeenCheckpointTest, WithoutAPathItLastsAsLongAsTheProcess) {
  SeenCheckpoint seen(SignerOf('l').verifier(), "");
  seen.Remember(CheckpointOf(7));
  EXPECT_EQ(seen.Get()->size, 7u);
}

}  // namespace
}  // namespace votum::client
