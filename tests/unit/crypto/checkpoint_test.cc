#include "crypto/checkpoint.h"

#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/status_matchers.h"
#include "crypto/merkle.h"
#include "gtest/gtest.h"
#include "tests/unit/crypto/known_answers.h"

namespace votum::crypto {
namespace {

constexpr char kRoot[] = "6KgEr1lnie1PU5QuKUz+RNW+1McUDH8PX6UsDBIiMtY=";
constexpr char kEmptyRoot[] = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

NoteSigner LogSigner() { return *NoteSigner::Create(kLogName, KeyOfSeedByte(1)); }

std::string Text(absl::string_view origin, absl::string_view size, absl::string_view root) {
  return absl::StrCat(origin, "\n", size, "\n", root, "\n");
}

using CheckpointKnownAnswers = KnownAnswers;

TEST_F(CheckpointKnownAnswers, SigningGivesThePublishedBytes) {
  const NoteSigner signer = LogSigner();
  EXPECT_EQ(signer.verifier().vkey(), kLogVkey);
  MerkleTree tree;
  for (int size = 1; size <= kLogSize; ++size) {
    tree.Append(Entry(size - 1));
    const absl::StatusOr<std::string> note =
        SignCheckpoint({kLogName, static_cast<uint64_t>(size), tree.Root(), {}}, signer);
    ASSERT_OK(note);
    EXPECT_EQ(*note, PublishedCheckpoint(size)) << size;
  }
}

TEST_F(CheckpointKnownAnswers, ACosignedCheckpointOpens) {
  const std::string note = Read("checkpoint.cosigned");
  const absl::StatusOr<Checkpoint> checkpoint = OpenCheckpoint(note, LogVerifier(), kLogName);
  ASSERT_OK(checkpoint);
  EXPECT_EQ(checkpoint->size, 600u);
  EXPECT_EQ(checkpoint->Text(), Text(kLogName, "600", kRoot));
}

TEST(CheckpointTest, TextsComeBack) {
  for (const std::string& text :
       {Text(kLogName, "600", kRoot), Text("x", "1", kRoot), Text("a log+with space", "7", kRoot),
        Text("x", "18446744073709551615", kRoot), Text("x", "0", kEmptyRoot),
        absl::StrCat(Text("x", "5", kRoot), "extension\n"),
        absl::StrCat(Text("x", "5", kRoot), "one\ntwo \n")}) {
    const absl::StatusOr<Checkpoint> checkpoint = Checkpoint::Parse(text);
    ASSERT_OK(checkpoint);
    EXPECT_EQ(checkpoint->Text(), text);
  }
  const absl::StatusOr<Checkpoint> extended =
      Checkpoint::Parse(absl::StrCat(Text("x", "5", kRoot), "one\ntwo\n"));
  ASSERT_OK(extended);
  EXPECT_EQ(extended->extension_lines, (std::vector<std::string>{"one", "two"}));
}

TEST(CheckpointTest, RefusesWhatIsMalformed) {
  for (const std::string& text :
       {std::string(),
        std::string("\n"),
        std::string("x\n"),
        std::string("x\n1\n"),
        Text("", "1", kRoot),
        Text("x", "", kRoot),
        Text("x", "1", ""),
        Text("x", "01", kRoot),
        Text("x", "+1", kRoot),
        Text("x", "-1", kRoot),
        Text("x", " 1", kRoot),
        Text("x", "1 ", kRoot),
        Text("x", "0x1", kRoot),
        Text("x", "1.0", kRoot),
        Text("x", "18446744073709551616", kRoot),
        Text("x", "0", kRoot),
        Text("x", "1", absl::string_view(kRoot, 43)),
        Text("x", "1", "AAAA"),
        Text("x", "1", absl::StrCat(kRoot, " ")),
        Text("x", "1", "6KgEr1lnie1PU5QuKUz+RNW+1McUDH8PX6UsDBIiMtZ="),
        Text("x", "1", absl::StrReplaceAll(kRoot, {{"+", "-"}})),
        absl::StrCat("\n", Text("x", "1", kRoot)),
        absl::StrCat(Text("x", "1", kRoot), "\n"),
        absl::StrCat(Text("x", "1", kRoot), "\nextension\n"),
        absl::StrCat(Text("x", "1", kRoot), "no newline"),
        Text("x", "1", kRoot).substr(0, Text("x", "1", kRoot).size() - 1)}) {
    EXPECT_THAT(Checkpoint::Parse(text), IsRefused(Reason::kBadCheckpoint)) << text;
  }
}

TEST(SignCheckpointTest, RefusesWhatOthersCouldNotRead) {
  const NoteSigner signer = LogSigner();
  const Digest root = HashLeaf("x");
  EXPECT_OK(SignCheckpoint({kLogName, 1, root, {}}, signer));
  EXPECT_THAT(SignCheckpoint({"another.example/log", 1, root, {}}, signer),
              IsRefused(Reason::kBadCheckpoint));
  EXPECT_THAT(SignCheckpoint({kLogName, 0, root, {}}, signer), IsRefused(Reason::kBadCheckpoint));
  EXPECT_OK(SignCheckpoint({kLogName, 0, EmptyRoot(), {}}, signer));
  EXPECT_THAT(SignCheckpoint({kLogName, 1, root, {""}}, signer), IsRefused(Reason::kBadCheckpoint));
  EXPECT_THAT(SignCheckpoint({absl::StrCat(kLogName, "\n1"), 1, root, {}}, signer),
              IsRefused(Reason::kBadCheckpoint));
}

TEST(OpenCheckpointTest, RefusesOtherLogsKeysAndTexts) {
  const NoteSigner signer = LogSigner();
  const std::string note = *SignCheckpoint({kLogName, 1, HashLeaf("x"), {}}, signer);
  EXPECT_OK(OpenCheckpoint(note, signer.verifier(), kLogName));
  EXPECT_THAT(OpenCheckpoint(note, signer.verifier(), "another.example/log"),
              IsRefused(Reason::kWrongOrigin));
  const NoteSigner other = *NoteSigner::Create(kLogName, KeyOfSeedByte(2));
  EXPECT_THAT(OpenCheckpoint(note, other.verifier(), kLogName),
              IsRefused(Reason::kNoKnownSignature));
  EXPECT_THAT(
      OpenCheckpoint(absl::StrReplaceAll(note, {{"\n1\n", "\n2\n"}}), signer.verifier(), kLogName),
      IsRefused(Reason::kWrongSignature));
  const std::string no_checkpoint = *SignNote("a text\n", {&signer});
  EXPECT_THAT(OpenCheckpoint(no_checkpoint, signer.verifier(), kLogName),
              IsRefused(Reason::kBadCheckpoint));
  EXPECT_THAT(OpenCheckpoint("", signer.verifier(), kLogName), IsRefused(Reason::kBadNote));
}

}  // namespace
}  // namespace votum::crypto
