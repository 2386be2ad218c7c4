#include "crypto/encoding.h"

#include <random>
#include <string>

#include "base/status_matchers.h"
#include "gtest/gtest.h"

namespace votum::crypto {
namespace {

// RFC 4648 section 10.
constexpr struct {
  const char* bytes;
  const char* base64;
} kBase64Vectors[] = {{"", ""},
                      {"f", "Zg=="},
                      {"fo", "Zm8="},
                      {"foo", "Zm9v"},
                      {"foob", "Zm9vYg=="},
                      {"fooba", "Zm9vYmE="},
                      {"foobar", "Zm9vYmFy"}};

TEST(Base64Test, KnownAnswers) {
  for (const auto& vector : kBase64Vectors) {
    EXPECT_EQ(Base64Encode(vector.bytes), vector.base64);
    const absl::StatusOr<std::string> bytes = Base64Decode(vector.base64);
    ASSERT_OK(bytes);
    EXPECT_EQ(*bytes, vector.bytes);
  }
  EXPECT_EQ(Base64Encode("\xfb\xff\xfe"), "+//+");
}

TEST(Base64Test, RefusesEverySecondWayToWriteSomething) {
  for (const char* text : {"Zg",    "Zg=",      "Zg===",    "Zm8",        "Zm9vYg",   "=",
                           "==",    "===",      "====",     "Z",          "Z===",     "Zg==Zg==",
                           "Z=g=",  "=Zg=",     " Zg==",    "Zg== ",      "Zg==\n",   "Zm9v\n",
                           "Zm 9v", "Zm\n9v",   "Zm-_",     "Zm9*",       "Zh==",     "Zm9=",
                           "Zm+=",  "Zm9v====", "Zm9vZ===", "\xc3\xa4==", "Zm9v,Zm9v"}) {
    EXPECT_THAT(Base64Decode(text), IsRefused(Reason::kBadBase64)) << text;
  }
  EXPECT_THAT(Base64Decode(absl::string_view("Zg\0=", 4)), IsRefused(Reason::kBadBase64));
}

TEST(Base64Test, EveryTextOfTwoSymbolsIsReadOneWayOrNotAtAll) {
  int accepted = 0;
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text = {static_cast<char>(first), static_cast<char>(second), '=', '='};
      const absl::StatusOr<std::string> bytes = Base64Decode(text);
      if (!bytes.ok()) continue;
      ++accepted;
      EXPECT_EQ(Base64Encode(*bytes), text);
    }
  }
  EXPECT_EQ(accepted, 256);
}

TEST(Base64Test, AllBytesInAllLengthsComeBack) {
  std::mt19937 random(1);
  for (size_t length = 0; length < 300; ++length) {
    std::string bytes(length, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    const absl::StatusOr<std::string> read = Base64Decode(Base64Encode(bytes));
    ASSERT_OK(read);
    EXPECT_EQ(*read, bytes);
  }
}

TEST(HexTest, KnownAnswers) {
  EXPECT_EQ(HexEncode(""), "");
  EXPECT_EQ(HexEncode(absl::string_view("\0\x0f\xf0\xff", 4)), "000ff0ff");
  const absl::StatusOr<std::string> bytes = HexDecode("000ff0ff");
  ASSERT_OK(bytes);
  EXPECT_EQ(*bytes, std::string("\0\x0f\xf0\xff", 4));
}

TEST(HexTest, RefusesEverySecondWayToWriteSomething) {
  for (const char* text : {"0", "000", "0F", "AB", "0x00", "gg", " 00", "00 ", "0 0", "00\n"}) {
    EXPECT_THAT(HexDecode(text), IsRefused(Reason::kBadHex)) << text;
  }
}

}  // namespace
}  // namespace votum::crypto
