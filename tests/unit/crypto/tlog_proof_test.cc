#include "crypto/tlog_proof.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/status_matchers.h"
#include "crypto/merkle.h"
#include "gtest/gtest.h"
#include "tests/unit/crypto/known_answers.h"

namespace votum::crypto {
namespace {

NoteSigner LogSigner() { return *NoteSigner::Create(kLogName, KeyOfSeedByte(1)); }

// A proof for leaf 2 of "leaf 0" to "leaf 4".
TlogProof ExampleProof() {
  MerkleTree tree;
  for (int i = 0; i < 5; ++i) tree.Append(absl::StrCat("leaf ", i));
  return {std::nullopt, 2, *tree.InclusionProof(2, 5),
          *SignCheckpoint({kLogName, 5, tree.Root(), {}}, LogSigner())};
}

using TlogProofKnownAnswers = KnownAnswers;

TEST_F(TlogProofKnownAnswers, WeMakeAndTakeTheSameProofs) {
  MerkleTree tree;
  for (int i = 0; i < kLogSize; ++i) tree.Append(Entry(i));
  for (int index : {0, 1, 255, 256, 257, 511, 512, 598, 599}) {
    const std::string text = Read(absl::StrCat("incl.", index, ".tlog-proof"));
    const TlogProof made = {std::nullopt, static_cast<uint64_t>(index),
                            *tree.InclusionProof(index, kLogSize), PublishedCheckpoint(kLogSize)};
    EXPECT_EQ(FormatTlogProof(made), text) << index;

    const absl::StatusOr<TlogProof> read = ParseTlogProof(text);
    ASSERT_OK(read);
    const Digest leaf = HashLeaf(Read(absl::StrCat("leaf.", index)));
    const absl::StatusOr<Checkpoint> checkpoint =
        VerifyTlogProof(*read, leaf, LogVerifier(), kLogName);
    ASSERT_OK(checkpoint);
    EXPECT_EQ(checkpoint->size, 600u);
    EXPECT_THAT(VerifyTlogProof(*read, HashLeaf("other"), LogVerifier(), kLogName),
                IsRefused(Reason::kBadProof));
  }
}

TEST(TlogProofTest, TextsComeBack) {
  TlogProof proof = ExampleProof();
  const std::string plain = FormatTlogProof(proof);
  proof.extra = std::string("any\0bytes\n", 10);
  const std::string with_extra = FormatTlogProof(proof);
  proof.inclusion_proof.clear();
  proof.index = ~uint64_t{0};
  const std::string without_hashes = FormatTlogProof(proof);
  for (const std::string& text : {plain, with_extra, without_hashes}) {
    const absl::StatusOr<TlogProof> read = ParseTlogProof(text);
    ASSERT_OK(read);
    EXPECT_EQ(FormatTlogProof(*read), text);
  }
  EXPECT_EQ(ParseTlogProof(with_extra)->extra, proof.extra);
  EXPECT_EQ(ParseTlogProof(without_hashes)->index, ~uint64_t{0});
}

TEST(TlogProofTest, ACheckpointMayHaveManySignatures) {
  TlogProof proof = ExampleProof();
  absl::StrAppend(&proof.checkpoint,
                  FormatSignatureLine({"witness.example/w", 7, std::string(72, 'w')}));
  const absl::StatusOr<TlogProof> read = ParseTlogProof(FormatTlogProof(proof));
  ASSERT_OK(read);
  EXPECT_EQ(read->checkpoint, proof.checkpoint);
  EXPECT_OK(VerifyTlogProof(*read, HashLeaf("leaf 2"), LogSigner().verifier(), kLogName));
}

TEST(TlogProofTest, RefusesWhatIsMalformed) {
  const std::string good = FormatTlogProof(ExampleProof());
  ASSERT_OK(ParseTlogProof(good));
  const std::string hash = "Lfs2xvZsrDYUKc9G34aKuCQtOmRB8Qmcj7P5jsXRCKQ=\n";
  std::string many_hashes;
  for (size_t i = 0; i <= kMaxInclusionProofHashes; ++i) many_hashes += hash;
  const auto replaced = [&good](absl::string_view what, absl::string_view with) {
    return absl::StrReplaceAll(good, {{what, with}});
  };
  for (const std::string& text :
       {std::string(),
        std::string("c2sp.org/tlog-proof@v1"),
        std::string("c2sp.org/tlog-proof@v1\n"),
        std::string("c2sp.org/tlog-proof@v1\nindex 2\n"),
        replaced("@v1", "@v2"),
        replaced("c2sp", "C2SP"),
        absl::StrCat("\n", good),
        absl::StrCat(" ", good),
        replaced("index 2\n", ""),
        replaced("index 2", "index 02"),
        replaced("index 2", "index  2"),
        replaced("index 2", "index 2 "),
        replaced("index 2", "index -2"),
        replaced("index 2", "index"),
        replaced("index 2", "Index 2"),
        replaced("index 2", "index 18446744073709551616"),
        replaced("index 2\n", "index 2\r\n"),
        replaced("index 2\n", "index 2\nindex 2\n"),
        replaced("index 2\n", "index 2\nextra YQ==\n"),
        replaced("index 2\n", "extra\nindex 2\n"),
        replaced("index 2\n", "extra \nindex 2\n"),
        replaced("index 2\n", "extra YQ\nindex 2\n"),
        replaced("index 2\n", "extra YQ==\nextra YQ==\nindex 2\n"),
        replaced("index 2\n", "index 2\nAAAA\n"),
        replaced("index 2\n", "index 2\n Lfs2xvZsrDYUKc9G34aKuCQtOmRB8Qmcj7P5jsXRCKQ=\n"),
        replaced("index 2\n", "index 2\nLfs2xvZsrDYUKc9G34aKuCQtOmRB8Qmcj7P5jsXRCKR=\n"),
        replaced("index 2\n", absl::StrCat("index 2\n", many_hashes)),
        replaced(absl::StrCat("\n\n", kLogName), absl::StrCat("\n", kLogName)),
        good.substr(0, good.size() - 1),
        absl::StrCat(good, "\n"),
        absl::StrCat(good, "x\n"),
        good.substr(0, good.find(kLogName))}) {
    EXPECT_THAT(ParseTlogProof(text), IsRefused(Reason::kBadTlogProof)) << text;
  }
}

TEST(TlogProofTest, RefusesWhatDoesNotHold) {
  const Digest leaf = HashLeaf("leaf 2");
  const NoteVerifier log = LogSigner().verifier();
  const TlogProof good = ExampleProof();
  EXPECT_OK(VerifyTlogProof(good, leaf, log, kLogName));
  EXPECT_THAT(VerifyTlogProof(good, HashLeaf("leaf 3"), log, kLogName),
              IsRefused(Reason::kBadProof));
  EXPECT_THAT(VerifyTlogProof(good, leaf, log, "another.example/log"),
              IsRefused(Reason::kWrongOrigin));
  EXPECT_THAT(VerifyTlogProof(good, leaf,
                              NoteSigner::Create(kLogName, KeyOfSeedByte(2))->verifier(), kLogName),
              IsRefused(Reason::kNoKnownSignature));
  TlogProof changed = good;
  changed.index = 3;
  EXPECT_THAT(VerifyTlogProof(changed, leaf, log, kLogName), IsRefused(Reason::kBadProof));
  changed = good;
  changed.inclusion_proof.pop_back();
  EXPECT_THAT(VerifyTlogProof(changed, leaf, log, kLogName), IsRefused(Reason::kBadProof));
  changed = good;
  changed.checkpoint = absl::StrReplaceAll(good.checkpoint, {{"\n5\n", "\n6\n"}});
  EXPECT_THAT(VerifyTlogProof(changed, leaf, log, kLogName), IsRefused(Reason::kWrongSignature));
}

}  // namespace
}  // namespace votum::crypto
