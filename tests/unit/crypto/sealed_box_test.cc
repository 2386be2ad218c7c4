#include "crypto/sealed_box.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "crypto/encoding.h"
#include "gtest/gtest.h"

namespace votum::crypto {
namespace {

// Test case 16 of "The Galois/Counter Mode of Operation (GCM)", McGrew and Viega, appendix B.
TEST(OpenBoxTest, KnownAnswer) {
  const SecretBytes key = SecretBytes::CopyOf(
      *HexDecode("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"));
  const std::string box = *HexDecode(
      "cafebabefacedbaddecaf888"
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
      "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
      "76fc6ece0f4e1768cddf8853bb2d551b");
  const absl::StatusOr<SecretBytes> plaintext =
      OpenBox(key, box, *HexDecode("feedfacedeadbeeffeedfacedeadbeefabaddad2"));
  ASSERT_OK(plaintext);
  EXPECT_EQ(HexEncode(plaintext->Reveal()),
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
            "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
}

TEST(SealedBoxTest, WhatIsSealedOpens) {
  const SecretBytes key = NewSealingKey();
  for (size_t size : {0, 1, 15, 16, 17, 1000, 262144}) {
    const std::string plaintext(size, 'p');
    for (absl::string_view place : {"", "attachment 7 of record 12"}) {
      const absl::StatusOr<std::string> box = SealBox(key, plaintext, place);
      ASSERT_OK(box);
      EXPECT_EQ(box->size(), size + 28);
      const absl::StatusOr<SecretBytes> opened = OpenBox(key, *box, place);
      ASSERT_OK(opened);
      EXPECT_EQ(opened->Reveal(), plaintext);
    }
  }
}

TEST(SealedBoxTest, AnyChangeIsNoticed) {
  const SecretBytes key = NewSealingKey();
  const std::string box = *SealBox(key, "the content", "place");
  for (size_t i = 0; i < box.size() * 8; ++i) {
    std::string changed = box;
    changed[i / 8] = static_cast<char>(changed[i / 8] ^ (1 << i % 8));
    EXPECT_THAT(OpenBox(key, changed, "place"), IsRefused(Reason::kCannotOpen)) << "bit " << i;
  }
  for (size_t size = 0; size < box.size(); ++size) {
    EXPECT_THAT(OpenBox(key, box.substr(0, size), "place"), IsRefused(Reason::kCannotOpen)) << size;
  }
  EXPECT_THAT(OpenBox(key, absl::StrCat(box, "x"), "place"), IsRefused(Reason::kCannotOpen));
  EXPECT_THAT(OpenBox(key, box, "another place"), IsRefused(Reason::kCannotOpen));
  EXPECT_THAT(OpenBox(key, box, ""), IsRefused(Reason::kCannotOpen));
  EXPECT_THAT(OpenBox(NewSealingKey(), box, "place"), IsRefused(Reason::kCannotOpen));
}

TEST(SealedBoxTest, EveryBoxHasItsOwnNonce) {
  const SecretBytes key = NewSealingKey();
  std::set<std::string> nonces;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(nonces.insert(SealBox(key, "same", "place")->substr(0, 12)).second);
  }
}

TEST(SealedBoxTest, KeysHave32Bytes) {
  EXPECT_EQ(NewSealingKey().size(), 32u);
  for (size_t size : {0, 16, 31, 33, 64}) {
    EXPECT_THAT(SealBox(SecretBytes(size), "", ""), IsRefused(Reason::kBadSealingKey));
    EXPECT_THAT(OpenBox(SecretBytes(size), std::string(28, 'x'), ""),
                IsRefused(Reason::kBadSealingKey));
  }
}

}  // namespace
}  // namespace votum::crypto
