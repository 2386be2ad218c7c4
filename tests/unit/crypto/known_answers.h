// A log of 600 entries ("entry 0" to "entry 599") with all its checkpoints and some proofs, made
// with fixed keys by other implementations (golang.org/x/mod, transparency-dev). Optional data
// beside the repository.
#ifndef VOTUM_TESTS_UNIT_CRYPTO_KNOWN_ANSWERS_H_
#define VOTUM_TESTS_UNIT_CRYPTO_KNOWN_ANSWERS_H_

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
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
  void SetUp() override {
    if (!std::filesystem::exists(VOTUM_LOG_KNOWN_ANSWERS)) {
      GTEST_SKIP() << "no known answers at " << VOTUM_LOG_KNOWN_ANSWERS;
    }
  }

  static std::string Read(absl::string_view name) {
    absl::StatusOr<std::string> bytes = ReadFile(absl::StrCat(VOTUM_LOG_KNOWN_ANSWERS, "/", name));
    EXPECT_TRUE(bytes.ok()) << bytes.status();
    return bytes.ok() ? *bytes : std::string();
  }

  // The checkpoint that the log published at `size`, signed.
  static std::string PublishedCheckpoint(int size) {
    return Read(absl::StrCat("log/checkpoint.", size));
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
