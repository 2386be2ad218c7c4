#include "clients/lib/seen_checkpoint.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "crypto/hash.h"
#include "crypto/keys.h"
#include "crypto/merkle.h"
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

// A log of `size` records as a service shows it; `history` names its records.
class ShownLog {
 public:
  ShownLog(uint64_t size, const std::string& history = "") {
    for (uint64_t i = 0; i < size; ++i) tree_.Append(absl::StrCat(history, i));
  }

  std::string Note(uint64_t size) const {
    crypto::Checkpoint checkpoint;
    checkpoint.origin = kOrigin;
    checkpoint.size = size;
    checkpoint.root = *tree_.RootAt(size);
    return *crypto::SignCheckpoint(checkpoint, SignerOf('l'));
  }
  std::string Note() const { return Note(tree_.size()); }

  LogReads Reads() {
    return {
        [this]() -> absl::StatusOr<std::string> {
          ++asked_;
          return Note();
        },
        [this](uint64_t old_size, uint64_t new_size) -> absl::StatusOr<std::vector<std::string>> {
          const auto proof = tree_.ConsistencyProof(old_size, new_size);
          std::vector<std::string> hashes;
          for (const crypto::Digest& hash : *proof) hashes.emplace_back(crypto::AsBytes(hash));
          return hashes;
        }};
  }
  int asked() const { return asked_; }

 private:
  crypto::MerkleTree tree_;
  int asked_ = 0;
};

TEST_F(SeenCheckpointTest, ALogThatGrowsIsFollowed) {
  SeenCheckpoint seen(SignerOf('l').verifier(), path_);
  for (const uint64_t size : {3, 3, 8}) {
    ShownLog log(size);
    const auto newest = seen.Newest(log.Reads());
    ASSERT_OK(newest);
    EXPECT_EQ(*newest, log.Note());
    EXPECT_EQ(Remembered(), size);
  }
}

TEST_F(SeenCheckpointTest, ALogWithAnotherPastWentBack) {
  SeenCheckpoint seen(SignerOf('l').verifier(), path_);
  ASSERT_OK(seen.Newest(ShownLog(5).Reads()));
  for (const uint64_t size : {5, 9}) {
    ShownLog log(size, "another");
    EXPECT_THAT(seen.Newest(log.Reads()), IsRefused(Reason::kLogWentBack)) << size;
    EXPECT_EQ(log.asked(), 1) << "there is nothing to wait for";
  }
  EXPECT_EQ(Remembered(), 5u) << "the evidence is kept";
}

TEST_F(SeenCheckpointTest, ALogThatStaysShorterWentBack) {
  SeenCheckpoint seen(SignerOf('l').verifier(), path_);
  ASSERT_OK(seen.Newest(ShownLog(5).Reads()));
  EXPECT_THAT(seen.Newest(ShownLog(4).Reads(), absl::ZeroDuration()),
              IsRefused(Reason::kLogWentBack));
  EXPECT_EQ(Remembered(), 5u) << "the evidence is kept";
}

TEST_F(SeenCheckpointTest, AProcessThatIsBehindIsAskedAgain) {
  SeenCheckpoint seen(SignerOf('l').verifier(), path_);
  ASSERT_OK(seen.Newest(ShownLog(5).Reads()));
  ShownLog log(6);
  int asked = 0;
  LogReads reads = log.Reads();
  reads.newest = [&]() -> absl::StatusOr<std::string> { return log.Note(++asked < 2 ? 4 : 6); };
  EXPECT_OK(seen.Newest(reads));
  EXPECT_EQ(asked, 2);
}

TEST_F(SeenCheckpointTest, AServiceThatGivesNoProofIsNotBelievedAndNotAccused) {
  SeenCheckpoint seen(SignerOf('l').verifier(), path_);
  ASSERT_OK(seen.Newest(ShownLog(5).Reads()));
  ShownLog log(6);
  LogReads reads = log.Reads();
  reads.consistency = [](uint64_t, uint64_t) { return absl::UnavailableError("away"); };
  EXPECT_TRUE(absl::IsUnavailable(seen.Newest(reads).status()));
  EXPECT_EQ(Remembered(), 5u);
}

}  // namespace
}  // namespace votum::client
