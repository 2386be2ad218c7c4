#include "crypto/dsse.h"

#include <string>

#include "base/status_matchers.h"
#include "crypto/encoding.h"
#include "gtest/gtest.h"
#include "tests/unit/crypto/known_answers.h"

namespace votum::crypto {
namespace {

// The example of the DSSE protocol, version 1.0.0, "Test Vectors": its public key as SPKI, its raw
// r || s as DER.
constexpr char kType[] = "http://example.com/HelloWorld";
constexpr char kPayload[] = "hello world";
constexpr char kSpkiHex[] =
    "3059301306072a8648ce3d020106082a8648ce3d0301070342000467cd390f77aa359cb08c2235f652270493"
    "a9ed832b0abcc01f70954c0390d2380c782bd54e269125a44f4433aff1432ce94e12bca73aa67ac80cea1260"
    "8ddf74";
constexpr char kSignatureHex[] =
    "3044022003726ab101ad56c2763b6c6aac8e487275e2a79193a09dc5f859d9f8ef3c4a3b022051eab0c06a36"
    "9b64a7222537d4887a893dc200ae21060074d57825235b624864";

TEST(PreAuthEncodingTest, KnownAnswers) {
  EXPECT_EQ(PreAuthEncoding(kType, kPayload),
            "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  EXPECT_EQ(PreAuthEncoding("", ""), "DSSEv1 0  0 ");
  // Lengths are in bytes, and the payload is taken as it is.
  EXPECT_EQ(PreAuthEncoding("\xc3\xa4", absl::string_view("\0\n", 2)),
            std::string("DSSEv1 2 \xc3\xa4 2 \0\n", 16));
}

TEST(VerifyDsseTest, TakesTheSignatureOfTheSpecification) {
  const absl::StatusOr<PublicKey> key = PublicKey::FromSpkiDer(*HexDecode(kSpkiHex));
  ASSERT_OK(key);
  const std::string signature = *HexDecode(kSignatureHex);
  EXPECT_OK(VerifyDsse(*key, kType, kPayload, signature));
  EXPECT_THAT(VerifyDsse(*key, "http://example.com/HelloWorle", kPayload, signature),
              IsRefused(Reason::kWrongSignature));
  EXPECT_THAT(VerifyDsse(*key, kType, "hello worle", signature),
              IsRefused(Reason::kWrongSignature));
}

TEST(SignDsseTest, BothKeyTypesVerifyAndBindTypeAndPayload) {
  for (KeyType type : {KeyType::kEd25519, KeyType::kP256}) {
    const absl::StatusOr<PrivateKey> key = PrivateKey::Generate(type);
    ASSERT_OK(key);
    const absl::StatusOr<std::string> signature = SignDsse(*key, "a/b", "payload");
    ASSERT_OK(signature);
    EXPECT_OK(VerifyDsse(key->public_key(), "a/b", "payload", *signature));
    EXPECT_THAT(VerifyDsse(key->public_key(), "a/b p", "ayload", *signature),
                IsRefused(Reason::kWrongSignature));
    EXPECT_THAT(VerifyDsse(key->public_key(), "a/", "bpayload", *signature),
                IsRefused(Reason::kWrongSignature));
    EXPECT_THAT(VerifyDsse(KeyOfSeedByte(9).public_key(), "a/b", "payload", *signature),
                IsRefused(Reason::kWrongSignature));
  }
}

}  // namespace
}  // namespace votum::crypto
