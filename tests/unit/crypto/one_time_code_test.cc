#include "crypto/one_time_code.h"

#include <set>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "base/status_matchers.h"
#include "crypto/encoding.h"
#include "gtest/gtest.h"

namespace votum::crypto {
namespace {

constexpr absl::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

// Computed with Python from the definition in the header.
constexpr struct {
  const char* code;
  const char* public_key_hex;
} kKnownCodes[] = {{"0123-4567-89AB-CDEF-GHJK-MNPQ-RS7K",
                    "9e571ddf55a44e44624c31ac8c9c55c2500f96cf163a6b011b2ffabab2a1a6ef"},
                   {"ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZD4",
                    "5144b80c541d81089a32ce96c2a435979b13992df425be6bd2066748a64239af"},
                   {"0000-0000-0000-0000-0000-0000-0001",
                    "b7d1eafc485f6b4f9b37b80938b15ba1fe2baf9972a185818d2fe8b33583b3fe"}};

std::string PublicKeyHex(absl::string_view code) {
  const absl::StatusOr<PrivateKey> key = KeyOfOneTimeCode(code);
  if (!key.ok()) return key.status().ToString();
  return HexEncode(*key->public_key().Ed25519Bytes());
}

TEST(KeyOfOneTimeCodeTest, KnownAnswers) {
  for (const auto& known : kKnownCodes) {
    EXPECT_EQ(PublicKeyHex(known.code), known.public_key_hex) << known.code;
  }
}

TEST(KeyOfOneTimeCodeTest, TakesTheCodeAsPeopleTypeIt) {
  const std::string expected = kKnownCodes[0].public_key_hex;
  for (const char* typed :
       {"0123456789ABCDEFGHJKMNPQRS7K", "0123456789abcdefghjkmnpqrs7k",
        "O123-4567-89AB-CDEF-GHJK-MNPQ-RS7K", "o1 23 45 67 89 AB CD EF GH JK MN PQ RS 7K",
        "0I23-4567-89AB-CDEF-GHJK-MNPQ-RS7K", "0l23-4567-89AB-CDEF-GHJK-MNPQ-RS7K",
        "0L23-4567-89AB-CDEF-GHJK-MNPQ-RS7K", "  0i23 4567-89AB--CDEF\tGHJK MNPQ-RS7K \n"}) {
    EXPECT_EQ(PublicKeyHex(typed), expected) << typed;
  }
}

TEST(KeyOfOneTimeCodeTest, RefusesWhatIsNoCode) {
  for (const char* typed :
       {"", "-", "0123-4567", "0123-4567-89AB-CDEF-GHJK-MNPQ-RS7",
        "0123-4567-89AB-CDEF-GHJK-MNPQ-RS7K-0", "U123-4567-89AB-CDEF-GHJK-MNPQ-RS7K",
        "0123-4567-89AB-CDEF-GHJK-MNPQ-RS7!", "0123_4567_89AB_CDEF_GHJK_MNPQ_RS7K",
        "0123-4567-89AB-CDEF-GHJK-MNPQ-RS\xc3\xa4"}) {
    EXPECT_THAT(KeyOfOneTimeCode(typed), IsRefused(Reason::kCodeMistyped)) << typed;
  }
}

TEST(KeyOfOneTimeCodeTest, NoticesEveryWrongSymbol) {
  const std::string code = absl::StrReplaceAll(std::string(NewOneTimeCode().Reveal()), {{"-", ""}});
  for (size_t position = 0; position < code.size(); ++position) {
    for (char symbol : kAlphabet) {
      if (symbol == code[position]) continue;
      std::string typed = code;
      typed[position] = symbol;
      EXPECT_THAT(KeyOfOneTimeCode(typed), IsRefused(Reason::kCodeMistyped))
          << code << " " << typed;
    }
  }
}

TEST(KeyOfOneTimeCodeTest, NoticesEveryExchangeOfTwoSymbols) {
  for (int round = 0; round < 20; ++round) {
    const std::string code =
        absl::StrReplaceAll(std::string(NewOneTimeCode().Reveal()), {{"-", ""}});
    for (size_t i = 0; i < code.size(); ++i) {
      for (size_t j = 0; j < i; ++j) {
        if (code[i] == code[j]) continue;
        std::string typed = code;
        std::swap(typed[i], typed[j]);
        EXPECT_THAT(KeyOfOneTimeCode(typed), IsRefused(Reason::kCodeMistyped))
            << code << " " << typed;
      }
    }
  }
}

TEST(NewOneTimeCodeTest, HasSevenGroupsOfFourAndDoesNotRepeat) {
  std::set<std::string> codes, keys;
  for (int i = 0; i < 200; ++i) {
    const SecretBytes code = NewOneTimeCode();
    const std::string text(code.Reveal());
    ASSERT_EQ(text.size(), 34u);
    for (size_t position = 0; position < text.size(); ++position) {
      if (position % 5 == 4) {
        EXPECT_EQ(text[position], '-') << text;
      } else {
        EXPECT_NE(kAlphabet.find(text[position]), absl::string_view::npos) << text;
      }
    }
    EXPECT_TRUE(codes.insert(text).second);
    EXPECT_TRUE(keys.insert(PublicKeyHex(text)).second);
    EXPECT_EQ(PublicKeyHex(text), PublicKeyHex(absl::AsciiStrToLower(text)));
  }
}

TEST(KeyOfOneTimeCodeTest, TheMessageDoesNotRepeatTheCode) {
  const absl::StatusOr<PrivateKey> key = KeyOfOneTimeCode("0123-4567-89AB-CDEF-GHJK-MNPQ-RS7J");
  ASSERT_FALSE(key.ok());
  EXPECT_EQ(key.status().message().find("0123"), absl::string_view::npos);
}

}  // namespace
}  // namespace votum::crypto
