#include "crypto/hash.h"

#include <string>
#include <thread>
#include <vector>

#include "base/status_matchers.h"
#include "gtest/gtest.h"

namespace votum::crypto {
namespace {

// FIPS 180-4 examples (NIST Cryptographic Standards and Guidelines, SHA256.pdf) and the empty
// string.
TEST(Sha256Test, KnownAnswers) {
  EXPECT_EQ(ToHex(Sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(ToHex(Sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(ToHex(Sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(ToHex(Sha256(std::string(1000000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256Test, PartsAreJoined) {
  const Digest whole = Sha256("one two three");
  EXPECT_EQ(Sha256({"one", " two ", "three"}), whole);
  EXPECT_EQ(Sha256({"", "one two", "", " three", ""}), whole);
  EXPECT_EQ(Sha256({}), Sha256(""));
}

TEST(Sha256Test, ZeroBytesCount) {
  EXPECT_EQ(Sha256({"a", absl::string_view("\0", 1)}), Sha256(absl::string_view("a\0", 2)));
  EXPECT_NE(Sha256(absl::string_view("a\0", 2)), Sha256("a"));
}

TEST(Sha256Test, ThreadsDoNotDisturbEachOther) {
  const Digest expected = Sha256("the same everywhere");
  std::vector<std::thread> threads;
  std::vector<int> wrong(4, 0);
  for (size_t i = 0; i < wrong.size(); ++i) {
    threads.emplace_back([&wrong, &expected, i] {
      for (int round = 0; round < 2000; ++round) {
        if (Sha256({"the same ", "everywhere"}) != expected) ++wrong[i];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

TEST(DigestTest, FromBytesTakesExactly32) {
  const Digest digest = Sha256("x");
  const absl::StatusOr<Digest> read = DigestFromBytes(AsBytes(digest));
  ASSERT_OK(read);
  EXPECT_EQ(*read, digest);
  EXPECT_THAT(DigestFromBytes(std::string(31, 'x')), IsRefused(Reason::kBadDigest));
  EXPECT_THAT(DigestFromBytes(std::string(33, 'x')), IsRefused(Reason::kBadDigest));
  EXPECT_THAT(DigestFromBytes(""), IsRefused(Reason::kBadDigest));
}

}  // namespace
}  // namespace votum::crypto
