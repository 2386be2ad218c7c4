#include "crypto/tlog/cosignature.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/status_matchers.h"
#include "crypto/checkpoint.h"
#include "gtest/gtest.h"
#include "tests/unit/crypto/known_answers.h"

namespace votum::crypto {
namespace {

constexpr char kW1[] = "witness.example/w1";
constexpr char kW2[] = "witness.example/w2";
constexpr char kW1Vkey[] =
    "witness.example/w1+df1c0a35+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU";
constexpr char kW2Vkey[] =
    "witness.example/w2+bfff2874+BO1JKMYo0cLG6ukDOJBZlWEpWSc6XGP5NjbBRhSshzfR";
constexpr uint64_t kTime = 1700000000;
constexpr char kText[] = "council.example/log\n1\n4hN+fSFZtPGkbCyyWwxhRplfJKO+I7sgn8gg2B0BDOM=\n";

CosignatureSigner W1() { return *CosignatureSigner::Create(kW1, KeyOfSeedByte(2)); }
CosignatureSigner W2() { return *CosignatureSigner::Create(kW2, KeyOfSeedByte(3)); }

using CosignatureKnownAnswers = KnownAnswers;

TEST_F(CosignatureKnownAnswers, WeMakeTheSameBytes) {
  const std::string published = PublishedCheckpoint(kLogSize);
  const std::string text = ParseNote(published)->text;
  EXPECT_EQ(absl::StrCat(published, FormatSignatureLine(*W1().Sign(text, kTime)),
                         FormatSignatureLine(*W2().Sign(text, kTime + 1))),
            Read("checkpoint.cosigned"));
}

TEST_F(CosignatureKnownAnswers, WeTakeTheSameBytes) {
  const auto note = ParseNote(Read("checkpoint.cosigned"));
  ASSERT_OK(note);
  ASSERT_EQ(note->signatures.size(), 3u);
  const auto w1 = CosignatureVerifier::FromVkey(kW1Vkey);
  const auto w2 = CosignatureVerifier::FromVkey(kW2Vkey);
  ASSERT_TRUE(w1->Knows(note->signatures[1]));
  EXPECT_FALSE(w1->Knows(note->signatures[2]));
  EXPECT_EQ(*w1->Verify(note->text, note->signatures[1].signature), kTime);
  EXPECT_EQ(*w2->Verify(note->text, note->signatures[2].signature), kTime + 1);
  EXPECT_THAT(w1->Verify(note->text, note->signatures[2].signature),
              IsRefused(Reason::kWrongSignature));
}

TEST(CosignatureTest, KeysHaveTheirVkeys) {
  EXPECT_EQ(W1().verifier().vkey(), kW1Vkey);
  EXPECT_EQ(W2().verifier().vkey(), kW2Vkey);
  for (const char* vkey : {kW1Vkey, kW2Vkey}) {
    const auto verifier = CosignatureVerifier::FromVkey(vkey);
    ASSERT_OK(verifier);
    EXPECT_EQ(verifier->vkey(), vkey);
  }
  // A witness of another implementation (its test data).
  EXPECT_OK(CosignatureVerifier::FromVkey(
      "witness.example.org+b8a2cf20+BFLN3yikSfFkVAJtrnh/CiY3Zozkoy7clp+P7XB28qUN"));
}

TEST(CosignatureTest, RefusesOtherVkeys) {
  for (const std::string& vkey :
       {std::string(), std::string("w"), std::string("w+df1c0a35"),
        // a note key of type 1
        std::string(kLogVkey),
        // another ID, another name, another key
        absl::StrReplaceAll(kW1Vkey, {{"df1c0a35", "df1c0a36"}}),
        absl::StrReplaceAll(kW1Vkey, {{"/w1", "/w3"}}),
        absl::StrReplaceAll(kW1Vkey, {{"BIE5", "BIE6"}}),
        absl::StrReplaceAll(kW1Vkey, {{"df1c0a35", "DF1C0A35"}}),
        absl::StrReplaceAll(kW1Vkey, {{"df1c0a35", "0df1c0a35"}}),
        absl::StrReplaceAll(kW1Vkey, {{"witness.example", "witness example"}}),
        absl::StrCat(kW1Vkey, "AA"), absl::StrCat(kW1Vkey, "\n"), absl::StrCat(" ", kW1Vkey)}) {
    EXPECT_THAT(CosignatureVerifier::FromVkey(vkey), IsRefused(Reason::kBadVkey)) << vkey;
  }
  EXPECT_THAT(CosignatureVerifier::Create("a b", KeyOfSeedByte(2).public_key()),
              IsRefused(Reason::kBadNote));
}

TEST(CosignatureTest, NoChangedBitVerifies) {
  const std::string signature = W1().Sign(kText, kTime)->signature;
  const CosignatureVerifier verifier = W1().verifier();
  EXPECT_EQ(signature.size(), 72u);
  ASSERT_OK(verifier.Verify(kText, signature));
  for (size_t bit = 0; bit < 8 * signature.size(); ++bit) {
    std::string changed = signature;
    changed[bit / 8] ^= static_cast<char>(1 << bit % 8);
    EXPECT_THAT(verifier.Verify(kText, changed), IsRefused(Reason::kWrongSignature)) << bit;
  }
  EXPECT_THAT(verifier.Verify(absl::StrCat(kText, "x\n"), signature),
              IsRefused(Reason::kWrongSignature));
  for (size_t size = 0; size < signature.size(); ++size) {
    EXPECT_THAT(verifier.Verify(kText, signature.substr(0, size)),
                IsRefused(Reason::kWrongSignature));
  }
  EXPECT_THAT(verifier.Verify(kText, signature + "x"), IsRefused(Reason::kWrongSignature));
}

TEST(CosignatureTest, TimesAreBounded) {
  EXPECT_THAT(W1().Sign(kText, 0), IsRefused(Reason::kBadCosignature));
  EXPECT_THAT(W1().Sign(kText, kMaxCosignatureTime + 1), IsRefused(Reason::kBadCosignature));
  const auto last = W1().Sign(kText, kMaxCosignatureTime);
  ASSERT_OK(last);
  EXPECT_EQ(*W1().verifier().Verify(kText, last->signature), kMaxCosignatureTime);
}

TEST(CosignatureTest, ANotesSignatureIsNoCosignature) {
  // The same key used for both purposes, against all advice: neither signature passes for the
  // other.
  const auto note_signer = NoteSigner::Create(kW1, KeyOfSeedByte(2));
  EXPECT_NE(note_signer->verifier().key_id(), W1().verifier().key_id());
  const std::string bytes = W1().Sign(kText, kTime)->signature;
  EXPECT_THAT(note_signer->verifier().Verify(kText, bytes.substr(8)),
              IsRefused(Reason::kWrongSignature));
}

}  // namespace
}  // namespace votum::crypto
