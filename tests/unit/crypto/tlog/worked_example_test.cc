// The worked example of docs/protocol.md, computed: a log of two records, whose key has the seed
// of 32 bytes 0x01 and whose witness the seed of 32 bytes 0x02. The document must have it byte for
// byte.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "crypto/checkpoint.h"
#include "crypto/encoding.h"
#include "crypto/tlog/add_checkpoint.h"
#include "crypto/tlog/cosignature.h"
#include "crypto/tlog/entry_bundle.h"
#include "crypto/tlog/tile.h"
#include "crypto/tlog_proof.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/crypto/known_answers.h"

namespace votum::crypto {
namespace {

// As the document shows it: four spaces before each line.
std::string Indented(absl::string_view text) {
  std::string indented;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    absl::StrAppend(&indented, line.empty() ? "" : "    ", line, "\n");
  }
  return indented;
}

std::string WorkedExample() {
  std::vector<std::string> leaves;
  MerkleTree tree;
  std::string text;
  for (const char* record : {"record 0", "record 1"}) {
    const Digest leaf = Sha256({std::string(32, leaves.empty() ? 'a' : 'b'), record});
    leaves.emplace_back(AsBytes(leaf));
    tree.Append(leaves.back());
    absl::StrAppend(&text, "leaf ", leaves.size() - 1, "  ", HexEncode(leaves.back()), "\n");
  }
  for (const Tile& tile : NewTiles(0, 2)) {
    absl::StrAppend(&text, "\n", TilePath(tile), "\n");
    const std::string bytes =
        tile.level == kEntriesLevel ? *FormatEntryBundle(leaves) : *TileBytes(tree, tile);
    for (size_t i = 0; i < bytes.size(); i += bytes.size() / 2) {
      absl::StrAppend(&text, "  ", HexEncode(bytes.substr(i, bytes.size() / 2)), "\n");
    }
  }
  const NoteSigner log = *NoteSigner::Create(kLogName, KeyOfSeedByte(1));
  const CosignatureSigner witness =
      *CosignatureSigner::Create("witness.example/w1", KeyOfSeedByte(2));
  const Checkpoint head = {kLogName, 2, tree.Root(), {}};
  const std::string note = *SignCheckpoint(head, log);
  const std::string cosigned =
      absl::StrCat(note, FormatSignatureLine(*witness.Sign(head.Text(), 1700000000)));
  absl::StrAppend(&text, "\ncheckpoint, cosigned at 1700000000\n\n", cosigned);
  absl::StrAppend(&text, "\n1.tlog-proof\n\n",
                  FormatTlogProof({std::nullopt, 1, *tree.InclusionProof(1, 2), cosigned}));
  absl::StrAppend(&text, "\nadd-checkpoint, from size 1\n\n",
                  FormatAddCheckpoint({1, *tree.ConsistencyProof(1, 2), note}));
  absl::StrAppend(&text, "\npolicy\n\nlog ", log.verifier().vkey(), "\nwitness w1 ",
                  witness.verifier().vkey(), "\nquorum w1\n");
  return Indented(text);
}

TEST(WorkedExampleTest, StandsInTheProtocol) {
  const auto document = ReadFile(PROTOCOL);
  ASSERT_TRUE(document.ok());
  const std::string example = WorkedExample();
  EXPECT_THAT(*document, ::testing::HasSubstr(example)) << "the example is:\n" << example;
}

}  // namespace
}  // namespace votum::crypto
