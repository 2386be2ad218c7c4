#include "crypto/secret.h"

#include <string>
#include <type_traits>
#include <utility>

#include "gtest/gtest.h"

namespace votum::crypto {
namespace {

static_assert(!std::is_copy_constructible_v<SecretBytes>);
static_assert(!std::is_copy_assignable_v<SecretBytes>);
static_assert(!std::is_convertible_v<SecretBytes, std::string>);
static_assert(!std::is_convertible_v<SecretBytes, absl::string_view>);

TEST(SecretBytesTest, HoldsWhatItIsGiven) {
  EXPECT_TRUE(SecretBytes().empty());
  EXPECT_EQ(SecretBytes().Reveal(), "");
  EXPECT_EQ(SecretBytes(3).Reveal(), absl::string_view("\0\0\0", 3));
  EXPECT_EQ(SecretBytes::CopyOf(absl::string_view("a\0b", 3)).Reveal(),
            absl::string_view("a\0b", 3));
  SecretBytes filled(2);
  filled.MutableReveal()[0] = 'h';
  filled.MutableReveal()[1] = 'i';
  EXPECT_EQ(filled.Reveal(), "hi");
}

TEST(SecretBytesTest, MovingEmptiesTheSource) {
  SecretBytes source = SecretBytes::CopyOf("secret");
  SecretBytes target(std::move(source));
  EXPECT_EQ(target.Reveal(), "secret");
  EXPECT_TRUE(source.empty());  // NOLINT(bugprone-use-after-move): the promise under test
  SecretBytes other = SecretBytes::CopyOf("another");
  other = std::move(target);
  EXPECT_EQ(other.Reveal(), "secret");
  EXPECT_TRUE(target.empty());  // NOLINT(bugprone-use-after-move)
  SecretBytes& itself = other;
  other = std::move(itself);
  EXPECT_EQ(other.Reveal(), "secret");
}

TEST(SecretBytesTest, TakeFromEmptiesTheString) {
  std::string typed = "passphrase";
  const SecretBytes secret = SecretBytes::TakeFrom(&typed);
  EXPECT_EQ(secret.Reveal(), "passphrase");
  EXPECT_EQ(typed, "");
}

TEST(WipeStringTest, OverwritesEvenWhatStoodBehindTheEnd) {
  std::string text(200, 's');
  text.resize(100);
  char* const memory = text.data();
  const size_t capacity = text.capacity();
  WipeString(&text);
  EXPECT_EQ(text, "");
  ASSERT_EQ(text.data(), memory);
  // Still the string's own allocation: it holds nothing but zeros.
  EXPECT_EQ(std::string(memory, capacity), std::string(capacity, '\0'));
}

TEST(ConstantTimeEqualsTest, ComparesAllBytesAndTheLength) {
  EXPECT_TRUE(ConstantTimeEquals("", ""));
  EXPECT_TRUE(ConstantTimeEquals("same", "same"));
  EXPECT_FALSE(ConstantTimeEquals("same", "samE"));
  EXPECT_FALSE(ConstantTimeEquals("same", "Same"));
  EXPECT_FALSE(ConstantTimeEquals("same", "sam"));
  EXPECT_FALSE(ConstantTimeEquals("", "x"));
  EXPECT_FALSE(ConstantTimeEquals(absl::string_view("a\0b", 3), absl::string_view("a\0c", 3)));
}

}  // namespace
}  // namespace votum::crypto
