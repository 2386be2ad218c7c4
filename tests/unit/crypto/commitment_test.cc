#include "crypto/commitment.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "crypto/encoding.h"
#include "gtest/gtest.h"

namespace votum::crypto {
namespace {

std::string CountingSalt() {
  std::string salt(32, '\0');
  for (size_t i = 0; i < salt.size(); ++i) salt[i] = static_cast<char>(i);
  return salt;
}

// Computed with Python from the definition in the header; the salt is 00 01 02 .. 1f.
TEST(CommitTest, KnownAnswers) {
  const Salt salt = *SaltFromBytes(CountingSalt());
  EXPECT_EQ(ToHex(Commit(salt, "")),
            "cc1d41133badaebdde2c681fc855ac1bda1fe893d10c27c1e5e03627e592e7a3");
  EXPECT_EQ(ToHex(Commit(salt, "hello")),
            "6533a3b3ea97d09cdd99657fe49f06089177c7aedc46dc217a84fde0baa0d34d");
  EXPECT_EQ(ToHex(Commit(salt, std::string(300, 'x'))),
            "092055a48fece9a5d4c6fe6e61cadf275da050eb49741a45bcac3cea86ff0bc3");
}

TEST(VerifyCommitmentTest, TakesOnlySaltAndContentCommittedTo) {
  const Salt salt = NewSalt();
  const Salt other_salt = NewSalt();
  const Digest digest = Commit(salt, "content");
  const std::string commitment(AsBytes(digest));
  const std::string salt_bytes(AsBytes(salt));
  EXPECT_OK(VerifyCommitment(commitment, salt_bytes, "content"));
  EXPECT_THAT(VerifyCommitment(commitment, salt_bytes, "contenu"),
              IsRefused(Reason::kBadCommitment));
  EXPECT_THAT(VerifyCommitment(commitment, salt_bytes, ""), IsRefused(Reason::kBadCommitment));
  EXPECT_THAT(VerifyCommitment(commitment, AsBytes(other_salt), "content"),
              IsRefused(Reason::kBadCommitment));
  EXPECT_THAT(VerifyCommitment(commitment, salt_bytes.substr(1), "content"),
              IsRefused(Reason::kBadSalt));
  EXPECT_THAT(VerifyCommitment(commitment, "", "content"), IsRefused(Reason::kBadSalt));
  EXPECT_THAT(VerifyCommitment(commitment.substr(1), salt_bytes, "content"),
              IsRefused(Reason::kBadDigest));
}

// With a longer salt the same bytes could be hashed for another content: the length must be fixed.
TEST(VerifyCommitmentTest, ALongerSaltCannotReopenACommitment) {
  const std::string salt = CountingSalt();
  const std::string inner = "forged";
  const std::string length_of_inner("\0\0\0\0\0\0\0\6", 8);
  const std::string outer = absl::StrCat("prefix", length_of_inner, inner);
  const std::string length_of_outer("\0\0\0\0\0\0\0\x14", 8);
  const Digest digest = Commit(*SaltFromBytes(salt), outer);
  const std::string commitment(AsBytes(digest));
  EXPECT_OK(VerifyCommitment(commitment, salt, outer));
  EXPECT_THAT(VerifyCommitment(commitment, absl::StrCat(salt, length_of_outer, "prefix"), inner),
              IsRefused(Reason::kBadSalt));
}

TEST(NewSaltTest, DoesNotRepeat) { EXPECT_NE(NewSalt(), NewSalt()); }

}  // namespace
}  // namespace votum::crypto
