// A log of 600 entries ("entry 0" to "entry 599") with all its checkpoints and some proofs, made
// with fixed keys by other implementations, golang.org/x/mod and transparency-dev. The files are in
// tests/data/log-kat.
#ifndef VOTUM_TESTS_UNIT_CRYPTO_KNOWN_ANSWERS_H_
#define VOTUM_TESTS_UNIT_CRYPTO_KNOWN_ANSWERS_H_

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "base/file.h"
#include "crypto/keys.h"
#include "crypto/merkle.h"
#include "crypto/note.h"
#include "gtest/gtest.h"

namespace votum::crypto {

inline constexpr char kLogName[] = "council.example/log";
inline constexpr char kLogVkey[] =
    "council.example/log+1e93123d+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c";
inline constexpr int kLogSize = 600;

class KnownAnswers : public ::testing::Test {
 protected:
  static std::string Read(absl::string_view name) {
    absl::StatusOr<std::string> bytes = ReadFile(absl::StrCat(VOTUM_LOG_KNOWN_ANSWERS, "/", name));
    EXPECT_TRUE(bytes.ok()) << bytes.status();
    return bytes.ok() ? *bytes : std::string();
  }

  // The checkpoint that the log published at `size` (1 to kLogSize), signed. The file holds all of
  // them, each five lines long.
  static std::string PublishedCheckpoint(int size) {
    static const auto* const lines =
        new std::vector<std::string>(absl::StrSplit(Read("log/checkpoints"), '\n'));
    constexpr int kLines = 5;
    if (lines->size() != kLines * kLogSize + 1) {
      ADD_FAILURE() << "log/checkpoints has " << lines->size() << " lines";
      return "";
    }
    const auto first = lines->begin() + kLines * (size - 1);
    return absl::StrCat(absl::StrJoin(first, first + kLines, "\n"), "\n");
  }

  static std::string Entry(int index) { return absl::StrCat("entry ", index); }

  static NoteVerifier LogVerifier() { return *NoteVerifier::FromVkey(kLogVkey); }
};

// A key whose seed is 32 times `byte`: the log's is 1, the witnesses' 2 and 3.
inline PrivateKey KeyOfSeedByte(char byte) {
  return *PrivateKey::FromEd25519Seed(SecretBytes::CopyOf(std::string(32, byte)));
}

}  // namespace votum::crypto

#endif  // VOTUM_TESTS_UNIT_CRYPTO_KNOWN_ANSWERS_H_
