#include "clients/lib/signer.h"

#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/time/clock.h"
#include "base/status_matchers.h"
#include "core/command/fields.h"
#include "core/command/timestamps.h"
#include "crypto/commitment.h"
#include "crypto/dsse.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/clients/fake_log.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::client {
namespace {

meetings::v1::CastVote Vote() {
  meetings::v1::CastVote vote;
  vote.set_meeting_id("sitzung-1");
  vote.set_choice(meetings::v1::CHOICE_YES);
  return vote;
}

TEST(SignerTest, FillsInTheHeaderAndSignsTheBytesThatAreSent) {
  const crypto::PrivateKey key = TestKey('m');
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  meetings::v1::CastVote vote = Vote();
  const auto command = SignCommand({kDeployment, "m01", {&key}}, now, &vote);
  ASSERT_OK(command);
  EXPECT_EQ(command->payload_type(), "application/vnd.votum.meetings.v1.CastVote+protobuf");
  meetings::v1::CastVote sent;
  ASSERT_TRUE(sent.ParseFromString(command->payload()));
  EXPECT_EQ(sent.header().deployment(), kDeployment);
  EXPECT_EQ(sent.header().actor(), "m01");
  EXPECT_EQ(FromTimestamp(sent.header().create_time()), now);
  EXPECT_EQ(FromTimestamp(sent.header().not_after()), now + kValidity);
  EXPECT_EQ(sent.header().seen_size(), 0u);
  EXPECT_EQ(sent.header().command_id().size(), 36u);
  EXPECT_EQ(sent.header().public_key(), "");
  EXPECT_EQ(sent.meeting_id(), "sitzung-1");
  EXPECT_EQ(sent.choice(), meetings::v1::CHOICE_YES);
  ASSERT_EQ(command->signatures_size(), 1);
  EXPECT_EQ(command->signatures(0).key_id(), key.public_key().id());
  EXPECT_OK(crypto::VerifyDsse(key.public_key(), command->payload_type(), command->payload(),
                               command->signatures(0).signature()));
}

TEST(SignerTest, EachCommandHasItsOwnId) {
  const crypto::PrivateKey key = TestKey('m');
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i) {
    meetings::v1::CastVote vote = Vote();
    ASSERT_OK(SignCommand({kDeployment, "m01", {&key}}, absl::Now(), &vote));
    EXPECT_TRUE(ids.insert(vote.header().command_id()).second);
  }
}

TEST(SignerTest, KeysThatAreNotEnrolledStandInTheHeaderAndTheFirstSignsFirst) {
  const crypto::PrivateKey key = TestKey('m');
  const crypto::PrivateKey code = TestKey('c');
  directory::v1::EnrolKey enrol;
  enrol.set_code_key_id(code.public_key().id());
  const auto command = SignCommand({kDeployment, "m01", {&key, &code}, true}, absl::Now(), &enrol);
  ASSERT_OK(command);
  EXPECT_EQ(enrol.header().public_key(), key.public_key().spki_der());
  ASSERT_EQ(command->signatures_size(), 2);
  EXPECT_EQ(command->signatures(0).key_id(), key.public_key().id());
  EXPECT_EQ(command->signatures(1).key_id(), code.public_key().id());
  EXPECT_OK(crypto::VerifyDsse(code.public_key(), command->payload_type(), command->payload(),
                               command->signatures(1).signature()));
}

TEST(SealTextTest, CommitsToTheContentUnderASubjectOfItsOwn) {
  const SealedText one = SealText("Mehr Bänke");
  const SealedText two = SealText("Mehr Bänke");
  EXPECT_OK(CheckAttachmentRef("text", one.ref));
  EXPECT_EQ(one.attachment.content(), "Mehr Bänke");
  EXPECT_EQ(one.attachment.commitment(), one.ref.commitment());
  EXPECT_EQ(one.attachment.subject(), one.ref.subject());
  EXPECT_OK(crypto::VerifyCommitment(one.ref.commitment(), one.attachment.salt(), "Mehr Bänke"));
  // Equal texts give different results, so equality is not revealed.
  EXPECT_NE(one.ref.commitment(), two.ref.commitment());
  EXPECT_NE(one.ref.subject(), two.ref.subject());
}

TEST(SealTextTest, IsPutUnderTheSubjectOfAnother) {
  const SealedText one = SealText("Mehr Bänke");
  SealedText two = SealText("Erna Beispiel");
  two.PutUnder(one.ref.subject());
  EXPECT_EQ(two.ref.subject(), one.ref.subject());
  EXPECT_EQ(two.attachment.subject(), one.ref.subject());
}

TEST(ReceiptCodeTest, IsFoundAgainAsTypedIn) {
  const ReceiptCode code = NewReceiptCode();
  EXPECT_EQ(code.digest.size(), 32u);
  EXPECT_EQ(*ReceiptCodeDigest(code.code), code.digest);
  std::string typed = " ";
  for (const char c : code.code) {
    if (c != '-') typed += absl::ascii_tolower(static_cast<unsigned char>(c));
  }
  EXPECT_EQ(*ReceiptCodeDigest(typed), code.digest);
  EXPECT_NE(NewReceiptCode().digest, code.digest);
  EXPECT_THAT(ReceiptCodeDigest(code.code.substr(1)), IsRefused(Reason::kCodeMistyped));
}

}  // namespace
}  // namespace votum::client
