// verify.go, which uses golang.org/x/mod/sumdb and none of our code, verifies our exports and
// rejects every change of them.

#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "clients/audit/archive.h"
#include "clients/audit/tiled_log.h"
#include "crypto/checkpoint.h"
#include "crypto/encoding.h"
#include "crypto/tlog/cosignature.h"
#include "crypto/tlog_proof.h"
#include "gtest/gtest.h"
#include "tests/harness/process.h"
#include "tests/interop/tlog/go_program.h"
#include "tests/unit/crypto/known_answers.h"

namespace votum {
namespace {

class VerifyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!testing::HaveGo()) GTEST_SKIP() << testing::kNoGo;
    const auto program = testing::BuildGo("verify.go");
    ASSERT_OK(program);
    program_ = *program;
  }

  // The output of verify.go for `folder`; empty if verification fails.
  std::string Verify(const std::string& folder, const std::string& log_vkey,
                     const std::vector<std::string>& witness_vkeys = {}) {
    std::vector<std::string> arguments = {program_, "-log", log_vkey};
    for (const std::string& vkey : witness_vkeys) {
      arguments.insert(arguments.end(), {"-witness", vkey});
    }
    arguments.push_back(folder);
    const std::string output = NewTestFolder("run") + "/out";
    const int code = testing::Run(arguments, output);
    last_output_ = *ReadFile(output);
    return code == 0 ? last_output_ : "";
  }

  std::string program_;
  std::string last_output_;
};

// Proofs of up to about 20 records and prefixes of `tree`, into `folder`/proofs.
void WriteProofs(const std::string& folder, const crypto::MerkleTree& tree,
                 const std::string& checkpoint) {
  std::filesystem::create_directories(folder + "/proofs");
  const uint64_t step = tree.size() / 20 + 1;
  for (uint64_t i = 0; i < tree.size(); i += step) {
    ASSERT_OK(WriteFile(absl::StrCat(folder, "/proofs/", i, ".tlog-proof"),
                        crypto::FormatTlogProof(
                            {std::nullopt, i, *tree.InclusionProof(i, tree.size()), checkpoint})));
    std::string lines;
    const std::vector<crypto::Digest> proof = *tree.ConsistencyProof(i + 1, tree.size());
    for (const crypto::Digest& hash : proof) {
      absl::StrAppend(&lines, crypto::Base64Encode(crypto::AsBytes(hash)), "\n");
    }
    ASSERT_OK(WriteFile(absl::StrCat(folder, "/proofs/", i + 1, ".consistency"), lines));
  }
}

crypto::CosignatureSigner Witness(int i) {
  return *crypto::CosignatureSigner::Create(absl::StrCat("witness.example/w", i),
                                            crypto::KeyOfSeedByte(static_cast<char>(i + 1)));
}

// A log of `size` leaves with two cosignatures and proofs.
void WriteLog(const std::string& folder, uint64_t size) {
  audit::TiledLog log;
  crypto::MerkleTree tree;
  for (uint64_t i = 0; i < size; ++i) {
    const crypto::Digest leaf = crypto::Sha256(absl::StrCat("leaf ", i));
    log.Add(crypto::AsBytes(leaf));
    tree.Append(crypto::AsBytes(leaf));
  }
  ASSERT_OK(log.Write(folder));
  const crypto::Checkpoint head = {crypto::kLogName, size, tree.Root(), {}};
  const std::string checkpoint = absl::StrCat(
      *crypto::SignCheckpoint(
          head, *crypto::NoteSigner::Create(crypto::kLogName, crypto::KeyOfSeedByte(1))),
      crypto::FormatSignatureLine(*Witness(1).Sign(head.Text(), 1700000000)),
      crypto::FormatSignatureLine(*Witness(2).Sign(head.Text(), 1700000001)));
  ASSERT_OK(WriteFile(folder + "/checkpoint", checkpoint));
  WriteProofs(folder, tree, checkpoint);
}

const std::vector<std::string>& WitnessKeys() {
  static const auto* const keys =
      new std::vector<std::string>{Witness(1).verifier().vkey(), Witness(2).verifier().vkey()};
  return *keys;
}

TEST_F(VerifyTest, LogsOfManySizes) {
  for (const uint64_t size : {1, 2, 255, 256, 257, 600, 65536, 70000}) {
    const std::string folder = NewTestFolder("log");
    WriteLog(folder, size);
    EXPECT_THAT(Verify(folder, crypto::kLogVkey, WitnessKeys()),
                ::testing::StartsWith(absl::StrCat("verified: ", size, " entries")))
        << last_output_;
  }
}

TEST_F(VerifyTest, TheGoldenLogAsWeExportIt) {
  const std::string folder = NewTestFolder("golden") + "/log";
  auto writer = audit::ArchiveWriter::Create(folder);
  ASSERT_OK(writer);
  const audit::ArchiveReader golden(GOLDEN "/log");
  crypto::MerkleTree tree;
  ASSERT_OK(golden.ForEachEntry([&](uint64_t, const absl::StatusOr<audit::ArchivedEntry>& entry) {
    writer->Add(*entry);
    tree.Append(entry->leaf);
    return true;
  }));
  const std::string checkpoint = *golden.Checkpoint();
  ASSERT_OK(writer->Close(checkpoint));
  WriteProofs(folder, tree, checkpoint);
  const std::string vkey(absl::StripSuffix(*ReadFile(GOLDEN "/log.vkey"), "\n"));
  EXPECT_THAT(Verify(folder, vkey),
              ::testing::HasSubstr(absl::StrCat(", ", tree.size(), " records,")))
      << last_output_;
}

TEST_F(VerifyTest, WhatIsChangedIsRefused) {
  const std::string folder = NewTestFolder("log");
  WriteLog(folder, 600);
  ASSERT_NE(Verify(folder, crypto::kLogVkey, WitnessKeys()), "") << last_output_;
  std::mt19937 random(1);
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (!file.is_regular_file() || file.file_size() == 0) continue;
    const std::string path = file.path().string();
    const std::string bytes = *ReadFile(path);
    std::string changed = bytes;
    changed[random() % changed.size()] ^= static_cast<char>(1 << random() % 8);
    ASSERT_OK(WriteFile(path, changed));
    EXPECT_EQ(Verify(folder, crypto::kLogVkey, WitnessKeys()), "") << path;
    ASSERT_OK(WriteFile(path, bytes));
  }
  EXPECT_EQ(Verify(folder, crypto::kLogVkey, {Witness(3).verifier().vkey()}), "")
      << "the third witness has not cosigned";
  std::filesystem::remove(folder + "/tile/1/000.p/2");
  EXPECT_EQ(Verify(folder, crypto::kLogVkey), "");
}

TEST_F(VerifyTest, TheKnownAnswers) {
  const std::string known = VOTUM_LOG_KNOWN_ANSWERS;
  const std::string folder = NewTestFolder("known");
  std::filesystem::copy(known + "/log/tile", folder + "/tile",
                        std::filesystem::copy_options::recursive);
  std::filesystem::copy(known + "/checkpoint.cosigned", folder + "/checkpoint");
  EXPECT_NE(Verify(folder, crypto::kLogVkey, WitnessKeys()), "") << last_output_;
}

}  // namespace
}  // namespace votum
