// Receipts, as c2sp.org/tlog-proof, checked by Sigstore's own verifier (verify.js, npm's
// @sigstore/verify): those of a running deployment, the known answers, and changed ones.

#include "clients/lib/receipt.h"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "crypto/checkpoint.h"
#include "crypto/hash.h"
#include "crypto/tlog_proof.h"
#include "gtest/gtest.h"
#include "tests/harness/city.h"
#include "tests/harness/process.h"
#include "tests/unit/crypto/known_answers.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class SigstoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(NODE_MODULES "/@sigstore/verify") ||
        testing::Run({"/usr/bin/env", "node", "--version"}, "/dev/null") != 0) {
      GTEST_SKIP() << "no node, or no @sigstore/verify: script/setup --npm";
    }
  }

  // The output of verify.js; without an entry, it uses the one in the proof's extra data.
  static std::string Verify(const std::string& log_vkey, const std::string& proof,
                            const std::string& entry = "") {
    const std::string folder = NewTestFolder("receipt");
    std::vector<std::string> arguments = {"/usr/bin/env", "NODE_PATH=" NODE_MODULES,
                                          "node",         VERIFY_SCRIPT,
                                          log_vkey,       folder + "/receipt.tlog-proof"};
    EXPECT_OK(WriteFile(arguments.back(), proof));
    if (!entry.empty()) {
      arguments.push_back(folder + "/entry");
      EXPECT_OK(WriteFile(arguments.back(), entry));
    }
    const int code = testing::Run(arguments, folder + "/out");
    const std::string said = *ReadFile(folder + "/out");
    EXPECT_THAT(said, StartsWith(code == 0 ? "verified: " : "refused: "));
    return said;
  }
};

// As `votum receipt export` writes them.
TEST_F(SigstoreTest, TakesTheReceiptsOfADeployment) {
  testing::City city(NewTestFolder("city"), testing::City::Layout::kOneProcess);
  for (int i = 0; i < 5; ++i) {
    const auto receipt = city.Send(city.RegistrationOf(absl::StrCat("p", i)));
    ASSERT_OK(receipt);
    auto proof = client::TlogProofOf(*receipt);
    ASSERT_OK(proof);
    EXPECT_THAT(Verify(city.log().vkey(), crypto::FormatTlogProof(*proof)),
                StartsWith(absl::StrCat("verified: entry ", receipt->index(), " of ")));
    proof->extra->back() ^= 1;
    EXPECT_THAT(Verify(city.log().vkey(), crypto::FormatTlogProof(*proof)),
                HasSubstr("does not match inclusion proof"));
  }
}

// Proofs of a log of 600 entries, without and with cosignatures.
TEST_F(SigstoreTest, TakesTheKnownAnswers) {
  const std::string known = VOTUM_LOG_KNOWN_ANSWERS;
  const std::string cosigned = *ReadFile(known + "/checkpoint.cosigned");
  for (const int index : {0, 1, 255, 256, 257, 511, 512, 598, 599}) {
    const auto text = ReadFile(absl::StrCat(known, "/incl.", index, ".tlog-proof"));
    ASSERT_OK(text);
    const std::string entry = absl::StrCat("entry ", index);
    const std::string verified = absl::StrCat("verified: entry ", index, " of 600\n");
    EXPECT_EQ(Verify(crypto::kLogVkey, *text, entry), verified);
    auto parsed = crypto::ParseTlogProof(*text);
    ASSERT_OK(parsed);
    parsed->checkpoint = cosigned;
    EXPECT_EQ(Verify(crypto::kLogVkey, crypto::FormatTlogProof(*parsed), entry), verified);
  }
}

TEST_F(SigstoreTest, RefusesWhatIsChanged) {
  crypto::MerkleTree tree;
  for (int i = 0; i < 300; ++i) tree.Append(absl::StrCat("entry ", i));
  const auto sign = [&](const crypto::Checkpoint& head, char seed) {
    return *crypto::SignCheckpoint(
        head, *crypto::NoteSigner::Create(crypto::kLogName, crypto::KeyOfSeedByte(seed)));
  };
  const crypto::Checkpoint head = {crypto::kLogName, 300, tree.Root(), {}};
  const crypto::TlogProof right = {std::nullopt, 257, *tree.InclusionProof(257, 300),
                                   sign(head, 1)};
  const std::string entry = "entry 257";
  ASSERT_EQ(Verify(crypto::kLogVkey, crypto::FormatTlogProof(right), entry),
            "verified: entry 257 of 300\n");

  const auto refused = [&](const crypto::TlogProof& proof, const std::string& of = "entry 257") {
    return Verify(crypto::kLogVkey, crypto::FormatTlogProof(proof), of);
  };
  EXPECT_THAT(refused(right, "entry 256"), HasSubstr("does not match inclusion proof"));
  crypto::TlogProof changed = right;
  changed.index = 256;
  EXPECT_THAT(refused(changed), HasSubstr("does not match inclusion proof"));
  changed.index = 300;
  EXPECT_THAT(refused(changed), HasSubstr("invalid index"));
  for (size_t i = 0; i < right.inclusion_proof.size(); ++i) {
    changed = right;
    changed.inclusion_proof[i][i] ^= 1;
    EXPECT_THAT(refused(changed), HasSubstr("does not match inclusion proof")) << i;
  }
  changed = right;
  changed.inclusion_proof.pop_back();
  EXPECT_THAT(refused(changed), HasSubstr("invalid hash count"));
  // Another tree, size and key, none of which the log has signed.
  changed = right;
  changed.checkpoint = absl::StrReplaceAll(right.checkpoint, {{"\n300\n", "\n301\n"}});
  EXPECT_THAT(refused(changed), HasSubstr("invalid checkpoint signature"));
  changed.checkpoint = sign(head, 2);
  EXPECT_THAT(refused(changed), HasSubstr("invalid checkpoint signature"));
  crypto::Checkpoint other = head;
  other.root[0] ^= 1;
  changed.checkpoint = sign(other, 1);
  EXPECT_THAT(refused(changed), HasSubstr("does not match inclusion proof"));
  changed.checkpoint = head.Text() + "\n";
  EXPECT_THAT(refused(changed), HasSubstr("no signatures found"));
}

}  // namespace
}  // namespace votum
