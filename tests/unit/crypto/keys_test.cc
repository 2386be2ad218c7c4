#include "crypto/keys.h"

#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "crypto/encoding.h"
#include "crypto/hash.h"
#include "gtest/gtest.h"
#include "tests/unit/crypto/known_answers.h"

namespace votum::crypto {
namespace {

static_assert(!std::is_copy_constructible_v<PrivateKey>);
static_assert(std::is_copy_constructible_v<PublicKey>);

constexpr absl::string_view kEd25519SpkiPrefix = "302a300506032b6570032100";
constexpr absl::string_view kP256SpkiPrefix =
    "3059301306072a8648ce3d020106082a8648ce3d030107034200";
// RFC 6979 appendix A.2.5.
constexpr absl::string_view kP256X =
    "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6";
constexpr absl::string_view kP256Y =
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";

SecretBytes SeedOfHex(absl::string_view hex) { return SecretBytes::CopyOf(*HexDecode(hex)); }

// RFC 8032 section 7.1, tests 1 to 3.
constexpr struct {
  const char* seed;
  const char* public_key;
  const char* message;
  const char* signature;
} kRfc8032[] = {{"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                 "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
                 "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc"
                 "61e39701cf9b4"
                 "6bd25bf5f0595bbe24655141438e7a100b"},
                {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                 "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
                 "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e4"
                 "58f3613d0f11d"
                 "8c387b2eaeb4302aeeb00d291612bb0c00"},
                {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                 "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
                 "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290a"
                 "e67f760984dc6"
                 "594a7c15e9716ed28dc027beceea1ec40a"}};

TEST(Ed25519Test, KnownAnswers) {
  for (const auto& vector : kRfc8032) {
    const absl::StatusOr<PrivateKey> key = PrivateKey::FromEd25519Seed(SeedOfHex(vector.seed));
    ASSERT_OK(key);
    EXPECT_EQ(HexEncode(*key->public_key().Ed25519Bytes()), vector.public_key);
    EXPECT_EQ(HexEncode(key->public_key().spki_der()),
              absl::StrCat(kEd25519SpkiPrefix, vector.public_key));
    const std::string message = *HexDecode(vector.message);
    const absl::StatusOr<std::string> signature = key->Sign(message);
    ASSERT_OK(signature);
    EXPECT_EQ(HexEncode(*signature), vector.signature);
    EXPECT_OK(key->public_key().Verify(message, *signature));
    EXPECT_THAT(key->public_key().Verify(message + "x", *signature),
                IsRefused(Reason::kWrongSignature));
  }
}

// RFC 6979 appendix A.2.5, message "sample" with SHA-256; r and s as ASN.1.
TEST(P256Test, KnownAnswer) {
  const absl::StatusOr<PublicKey> key =
      PublicKey::FromSpkiDer(*HexDecode(absl::StrCat(kP256SpkiPrefix, "04", kP256X, kP256Y)));
  ASSERT_OK(key);
  EXPECT_EQ(key->type(), KeyType::kP256);
  const std::string signature = *HexDecode(
      "3046"
      "022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
      "022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
  // Its s is above n / 2: the signature holds, and is not in its one form.
  EXPECT_THAT(key->Verify("sample", signature), IsRefused(Reason::kHighS));
  const auto low = LowSignature(signature);
  ASSERT_OK(low);
  EXPECT_EQ(HexEncode(*low),
            "3045"
            "022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
            "02200834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9");
  EXPECT_OK(key->Verify("sample", *low));
  EXPECT_EQ(*LowSignature(*low), *low);
  EXPECT_THAT(key->Verify("samplf", *low), IsRefused(Reason::kWrongSignature));
}

TEST(P256Test, EverySignatureIsInItsOneForm) {
  const absl::StatusOr<PrivateKey> key = PrivateKey::Generate(KeyType::kP256);
  ASSERT_OK(key);
  for (int i = 0; i < 64; ++i) {  // without the form, half of them would be refused
    const std::string message = absl::StrCat("message ", i);
    EXPECT_OK(key->public_key().Verify(message, *key->Sign(message)));
  }
}

TEST(P256Test, WhatIsNoSignatureHasNoForm) {
  for (const char* hex : {"", "00", "3006020100020100ff", "300602010102"})
    EXPECT_THAT(LowSignature(*HexDecode(hex)), IsRefused(Reason::kWrongSignature)) << hex;
}

TEST(SignTest, EveryChangedBitOfASignatureIsNoticed) {
  for (KeyType type : {KeyType::kEd25519, KeyType::kP256}) {
    const absl::StatusOr<PrivateKey> key = PrivateKey::Generate(type);
    ASSERT_OK(key);
    EXPECT_EQ(key->public_key().type(), type);
    const std::string signature = *key->Sign("message");
    for (size_t bit = 0; bit < signature.size() * 8; ++bit) {
      std::string changed = signature;
      changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
      EXPECT_THAT(key->public_key().Verify("message", changed), IsRefused(Reason::kWrongSignature))
          << KeyTypeName(type) << " bit " << bit;
    }
    for (size_t size = 0; size < signature.size(); ++size) {
      EXPECT_THAT(key->public_key().Verify("message", signature.substr(0, size)),
                  IsRefused(Reason::kWrongSignature));
    }
    EXPECT_THAT(key->public_key().Verify("message", signature + '\0'),
                IsRefused(Reason::kWrongSignature));
  }
}

// RFC 8032 section 5.1.7: S must be below the group order, or signatures could be changed into
// others.
TEST(Ed25519Test, RefusesSPlusTheGroupOrder) {
  constexpr absl::string_view kOrderLittleEndian =
      "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
  const PrivateKey key = KeyOfSeedByte(1);
  std::string signature = *key.Sign("message");
  const std::string order = *HexDecode(kOrderLittleEndian);
  int carry = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    const int sum =
        static_cast<uint8_t>(signature[32 + i]) + static_cast<uint8_t>(order[i]) + carry;
    signature[32 + i] = static_cast<char>(sum);
    carry = sum >> 8;
  }
  ASSERT_EQ(carry, 0);
  EXPECT_THAT(key.public_key().Verify("message", signature), IsRefused(Reason::kWrongSignature));
}

TEST(P256Test, RefusesSignaturesThatAreNotDer) {
  const absl::StatusOr<PublicKey> key =
      PublicKey::FromSpkiDer(*HexDecode(absl::StrCat(kP256SpkiPrefix, "04", kP256X, kP256Y)));
  ASSERT_OK(key);
  const std::string r = "00efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716";
  const std::string s = "00f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
  for (const std::string& hex :
       {absl::StrCat("308146", "0221", r, "0221", s),          // length in the long form
        absl::StrCat("3047", "022200", r, "0221", s),          // r with a needless zero
        absl::StrCat("3045", "0220", r.substr(2), "0221", s),  // r negative
        absl::StrCat("3046", "0221", r, "0221", s, "00"),      // a byte after the end
        absl::StrCat("3080", "0221", r, "0221", s, "0000"),    // indefinite length
        absl::StrCat(r.substr(2), s.substr(2)),                // r || s
        std::string("3006020100020100"), std::string("")}) {   // zeros; nothing
    EXPECT_THAT(key->Verify("sample", *HexDecode(hex)), IsRefused(Reason::kWrongSignature)) << hex;
  }
}

TEST(PublicKeyTest, IdIsTheHashOfTheSpki) {
  const PublicKey key = KeyOfSeedByte(1).public_key();
  EXPECT_EQ(key.id(), ToHex(Sha256(key.spki_der())));
  EXPECT_EQ(key.type(), KeyType::kEd25519);
}

TEST(PublicKeyTest, SpkiComesBackAndEqualityIsByContent) {
  for (KeyType type : {KeyType::kEd25519, KeyType::kP256}) {
    const absl::StatusOr<PrivateKey> key = PrivateKey::Generate(type);
    ASSERT_OK(key);
    const absl::StatusOr<PublicKey> read = PublicKey::FromSpkiDer(key->public_key().spki_der());
    ASSERT_OK(read);
    EXPECT_EQ(*read, key->public_key());
    EXPECT_EQ(read->id(), key->public_key().id());
    EXPECT_NE(*read, PrivateKey::Generate(type)->public_key());
    const std::string signature = *key->Sign("m");
    EXPECT_OK(read->Verify("m", signature));
  }
}

TEST(PublicKeyTest, ThreadsMayShareAKey) {
  for (KeyType type : {KeyType::kEd25519, KeyType::kP256}) {
    const absl::StatusOr<PrivateKey> key = PrivateKey::Generate(type);
    ASSERT_OK(key);
    std::vector<int> wrong(4, 0);
    std::vector<std::thread> threads;
    for (size_t i = 0; i < wrong.size(); ++i) {
      threads.emplace_back([&key, &wrong, i] {
        for (int round = 0; round < 50; ++round) {
          const std::string message = absl::StrCat("message ", i, " ", round);
          const std::string signature = *key->Sign(message);
          const PublicKey copy = *PublicKey::FromSpkiDer(key->public_key().spki_der());
          if (!key->public_key().Verify(message, signature).ok()) ++wrong[i];
          if (!copy.Verify(message, signature).ok()) ++wrong[i];
          if (copy.Verify("another", signature).ok()) ++wrong[i];
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(wrong, std::vector<int>(4, 0));
  }
}

TEST(PublicKeyTest, RefusesWhatIsNoKey) {
  const std::string ed25519 = KeyOfSeedByte(1).public_key().spki_der();
  const std::string p256 = *HexDecode(absl::StrCat(kP256SpkiPrefix, "04", kP256X, kP256Y));
  for (const std::string& der :
       {std::string(), std::string("x"), ed25519.substr(1), ed25519.substr(0, 43), ed25519 + "x",
        p256.substr(0, 90), p256 + "x", std::string(44, '\0'), std::string(91, '\0')}) {
    EXPECT_THAT(PublicKey::FromSpkiDer(der), IsRefused(Reason::kBadPublicKey)) << HexEncode(der);
  }
  for (absl::string_view hex :
       {// compressed point; explicit wrong format byte; X448's and X25519's identifiers; not on the
        // curve; infinity
        "3039301306072a8648ce3d020106082a8648ce3d03010703220003"
        "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6",
        "302a300506032b656e03210078d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f70751",
        "3019301306072a8648ce3d020106082a8648ce3d03010703020000"}) {
    EXPECT_THAT(PublicKey::FromSpkiDer(*HexDecode(hex)), IsRefused(Reason::kBadPublicKey)) << hex;
  }
  std::string off_curve = p256;
  off_curve.back() = static_cast<char>(off_curve.back() ^ 1);
  EXPECT_THAT(PublicKey::FromSpkiDer(off_curve), IsRefused(Reason::kBadPublicKey));
  // The hybrid form (06 or 07) of the same point would give one key two ids.
  std::string hybrid = p256;
  hybrid[26] = 7;
  EXPECT_THAT(PublicKey::FromSpkiDer(hybrid), IsRefused(Reason::kBadPublicKey));
}

// A signature of any message under such a key can be made without its secret; the list, with both
// signs, is the eight-torsion of the curve and its non-canonical encodings (as in libsodium's
// ge25519_has_small_order).
TEST(PublicKeyTest, RefusesEd25519PointsOfSmallOrder) {
  for (absl::string_view hex :
       {"0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
    std::string bytes = *HexDecode(hex);
    EXPECT_THAT(PublicKey::FromEd25519Bytes(bytes), IsRefused(Reason::kBadPublicKey)) << hex;
    bytes.back() = static_cast<char>(bytes.back() | 0x80);
    EXPECT_THAT(PublicKey::FromEd25519Bytes(bytes), IsRefused(Reason::kBadPublicKey)) << hex;
    const std::string spki = *HexDecode(absl::StrCat(kEd25519SpkiPrefix, hex));
    EXPECT_THAT(PublicKey::FromSpkiDer(spki), IsRefused(Reason::kBadPublicKey)) << hex;
  }
  // Canonical and of full order: the base point, and points near the edges that are not in the
  // list.
  EXPECT_OK(PublicKey::FromEd25519Bytes(
      *HexDecode("5866666666666666666666666666666666666666666666666666666666666666")));
}

TEST(PublicKeyTest, Ed25519BytesAreOnlyForEd25519) {
  EXPECT_THAT(PrivateKey::Generate(KeyType::kP256)->public_key().Ed25519Bytes(),
              IsRefused(Reason::kWrongKeyType));
  EXPECT_THAT(PublicKey::FromEd25519Bytes(std::string(31, 'x')), IsRefused(Reason::kBadPublicKey));
  EXPECT_THAT(PublicKey::FromEd25519Bytes(std::string(33, 'x')), IsRefused(Reason::kBadPublicKey));
}

TEST(KeysTest, NullViewsAreEmpty) {
  EXPECT_THAT(PublicKey::FromSpkiDer({}), IsRefused(Reason::kBadPublicKey));
  EXPECT_THAT(PublicKey::FromEd25519Bytes({}), IsRefused(Reason::kBadPublicKey));
  EXPECT_THAT(PrivateKey::FromPkcs8Pem({}, SecretBytes()), IsRefused(Reason::kNotAKeyFile));
  for (KeyType type : {KeyType::kEd25519, KeyType::kP256}) {
    const absl::StatusOr<PrivateKey> signer = PrivateKey::Generate(type);
    ASSERT_OK(signer);
    EXPECT_THAT(signer->public_key().Verify({}, {}), IsRefused(Reason::kWrongSignature));
    EXPECT_OK(signer->public_key().Verify("", *signer->Sign({})));
  }
}

TEST(PrivateKeyTest, SeedsHave32Bytes) {
  for (size_t size : {0, 31, 33, 64}) {
    EXPECT_THAT(PrivateKey::FromEd25519Seed(SecretBytes(size)), IsRefused(Reason::kBadSeed));
  }
}

}  // namespace
}  // namespace votum::crypto
