#include "clients/lib/receipt.h"

#include <functional>
#include <string>

#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "base/status_matchers.h"
#include "clients/lib/signer.h"
#include "crypto/checkpoint.h"
#include "crypto/merkle.h"
#include "crypto/tlog_proof.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/clients/fake_log.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::client {
namespace {

using ::testing::HasSubstr;

common::v1::SignedCommand Vote(const crypto::PrivateKey& key, meetings::v1::Choice choice) {
  meetings::v1::CastVote vote;
  vote.set_meeting_id("sitzung-1");
  vote.set_vote_event_id("v1");
  vote.set_choice(choice);
  return *SignCommand({kDeployment, "m01", {&key}}, absl::Now(), &vote);
}

// Five votes, the third of which is ours.
struct Voted {
  FakeLog log;
  crypto::PrivateKey key = TestKey('m');
  common::v1::SignedCommand command = Vote(key, meetings::v1::CHOICE_YES);
  common::v1::Receipt receipt;

  Voted() {
    for (int i = 0; i < 4; ++i) log.Append(Vote(key, meetings::v1::CHOICE_NO));
    receipt = log.Append(command);
  }
};

TEST(ReceiptTest, AnHonestLogsReceiptsHoldInEveryTree) {
  FakeLog log;
  const crypto::PrivateKey key = TestKey('m');
  for (int i = 0; i < 20; ++i) {
    const common::v1::SignedCommand command = Vote(key, meetings::v1::CHOICE_YES);
    const common::v1::Receipt receipt = log.Append(command);
    EXPECT_OK(VerifyReceipt(receipt, log.verifier())) << i;
    EXPECT_OK(VerifyReceiptOf(command, receipt, log.verifier())) << i;
  }
}

struct Tampered {
  const char* name;
  std::function<void(Voted&)> tamper;
  const char* says;
};

void Flip(std::string* bytes, size_t at) { (*bytes)[at] = static_cast<char>((*bytes)[at] ^ 1); }

// Changes the record within the receipt.
void ChangeRecord(Voted& voted, const std::function<void(common::v1::Record&)>& change) {
  common::v1::Record record;
  record.ParseFromString(voted.receipt.record());
  change(record);
  voted.receipt.set_record(record.SerializeAsString());
}

class TamperedReceiptTest : public ::testing::TestWithParam<Tampered> {};

TEST_P(TamperedReceiptTest, DoesNotHold) {
  Voted voted;
  ASSERT_OK(VerifyReceiptOf(voted.command, voted.receipt, voted.log.verifier()));
  GetParam().tamper(voted);
  const absl::Status status = VerifyReceiptOf(voted.command, voted.receipt, voted.log.verifier());
  EXPECT_THAT(status, IsRefused(Reason::kReceiptInvalid));
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    Changes, TamperedReceiptTest,
    ::testing::Values(
        Tampered{"salt", [](Voted& v) { Flip(v.receipt.mutable_salt(), 3); },
                 "proof does not lead"},
        Tampered{"no_salt", [](Voted& v) { v.receipt.clear_salt(); },
                 "its salt has a wrong length"},
        Tampered{"proof", [](Voted& v) { Flip(v.receipt.mutable_inclusion_proof(0), 0); },
                 "proof does not lead"},
        Tampered{"proof_cut", [](Voted& v) { v.receipt.mutable_inclusion_proof()->RemoveLast(); },
                 "proof does not lead"},
        Tampered{"proof_longer",
                 [](Voted& v) { v.receipt.add_inclusion_proof(v.receipt.inclusion_proof(0)); },
                 "proof does not lead"},
        Tampered{"hash_of_wrong_length",
                 [](Voted& v) { v.receipt.mutable_inclusion_proof(0)->pop_back(); },
                 "wrong length"},
        Tampered{"index", [](Voted& v) { v.receipt.set_index(3); }, "its record is another one"},
        Tampered{"index_of_both",
                 [](Voted& v) {
                   v.receipt.set_index(3);
                   ChangeRecord(v, [](common::v1::Record& r) { r.set_index(3); });
                 },
                 "proof does not lead"},
        Tampered{"record_is_no_record", [](Voted& v) { v.receipt.set_record("\x0a"); },
                 "its record is another one"},
        Tampered{"time",
                 [](Voted& v) {
                   ChangeRecord(v, [](common::v1::Record& r) { r.mutable_time()->set_seconds(1); });
                 },
                 "proof does not lead"},
        Tampered{"checkpoint_size",
                 [](Voted& v) {
                   v.receipt.set_checkpoint(
                       absl::StrReplaceAll(v.receipt.checkpoint(), {{"\n5\n", "\n6\n"}}));
                 },
                 "signature"},
        Tampered{"no_checkpoint", [](Voted& v) { v.receipt.clear_checkpoint(); }, "not"},
        Tampered{"of_another_log_key",
                 [](Voted& v) {
                   const auto signer = crypto::NoteSigner::Create(kDeployment, TestKey('x'));
                   const auto checkpoint = crypto::OpenCheckpoint(v.receipt.checkpoint(),
                                                                  v.log.verifier(), kDeployment);
                   v.receipt.set_checkpoint(*crypto::SignCheckpoint(*checkpoint, *signer));
                 },
                 "sign"},
        // In the log, and proved, but not the command that was signed and sent.
        Tampered{"another_vote",
                 [](Voted& v) { v.receipt = v.log.Append(Vote(v.key, meetings::v1::CHOICE_NO)); },
                 "not what was signed and sent"},
        Tampered{"another_payload_type",
                 [](Voted& v) {
                   common::v1::SignedCommand other = v.command;
                   other.set_payload_type("application/vnd.votum.meetings.v1.CheckIn+protobuf");
                   v.receipt = v.log.Append(other);
                 },
                 "not what was signed and sent"},
        Tampered{"another_signature",
                 [](Voted& v) {
                   common::v1::SignedCommand other = v.command;
                   Flip(other.mutable_signatures(0)->mutable_signature(), 1);
                   v.receipt = v.log.Append(other);
                 },
                 "not what was signed and sent"},
        Tampered{"no_signature",
                 [](Voted& v) {
                   common::v1::SignedCommand other = v.command;
                   other.clear_signatures();
                   v.receipt = v.log.Append(other);
                 },
                 "not what was signed and sent"},
        Tampered{"a_second_signature",
                 [](Voted& v) {
                   common::v1::SignedCommand other = v.command;
                   *other.add_signatures() = other.signatures(0);
                   v.receipt = v.log.Append(other);
                 },
                 "not what was signed and sent"}),
    [](const auto& info) { return std::string(info.param.name); });

// One flipped bit anywhere in a receipt is detected.
TEST(ReceiptTest, EveryFlippedBitOfRecordSaltAndProofIsNoticed) {
  Voted voted;
  const auto holds = [&] {
    return VerifyReceiptOf(voted.command, voted.receipt, voted.log.verifier()).ok();
  };
  ASSERT_TRUE(holds());
  std::vector<std::string*> parts = {voted.receipt.mutable_record(), voted.receipt.mutable_salt()};
  for (std::string& hash : *voted.receipt.mutable_inclusion_proof()) parts.push_back(&hash);
  for (std::string* part : parts) {
    for (size_t i = 0; i < part->size(); ++i) {
      Flip(part, i);
      EXPECT_FALSE(holds()) << i;
      Flip(part, i);
    }
  }
  EXPECT_TRUE(holds());
}

TEST(TlogProofTest, HoldsForWhoeverKnowsTheFormatAlone) {
  Voted voted;
  const auto proof = TlogProofOf(voted.receipt);
  ASSERT_OK(proof);
  const auto parsed = crypto::ParseTlogProof(crypto::FormatTlogProof(*proof));
  ASSERT_OK(parsed);
  const crypto::Digest leaf = crypto::Sha256(*parsed->extra);
  EXPECT_OK(crypto::VerifyTlogProof(*parsed, crypto::HashLeaf(crypto::AsBytes(leaf)),
                                    voted.log.verifier(), kDeployment));
  voted.receipt.mutable_inclusion_proof(0)->pop_back();
  EXPECT_THAT(TlogProofOf(voted.receipt), IsRefused(Reason::kReceiptInvalid));
}

TEST(RefreshedTest, HasTheNewProofIfBothAreOfOneHistory) {
  Voted voted;
  for (int i = 0; i < 4; ++i) voted.log.Append(Vote(voted.key, meetings::v1::CHOICE_NO));
  const common::v1::Receipt newer = voted.log.Prove(4);
  const auto consistency = voted.log.Consistency(5, 9);
  const auto refreshed = Refreshed(voted.receipt, newer, consistency, voted.log.verifier());
  ASSERT_OK(refreshed);
  EXPECT_OK(VerifyReceiptOf(voted.command, *refreshed, voted.log.verifier()));
  EXPECT_EQ(refreshed->checkpoint(), newer.checkpoint());
  // The other way round: the witnesses may be behind the log.
  EXPECT_OK(Refreshed(*refreshed, voted.receipt, consistency, voted.log.verifier()));
  // The same once more.
  EXPECT_OK(Refreshed(*refreshed, newer, {}, voted.log.verifier()));
}

TEST(RefreshedTest, TwoHistoriesAreNoticed) {
  Voted voted;
  // Another log under the same key has our record too, but other records before it.
  Voted other;
  for (int i = 0; i < 4; ++i) other.log.Append(Vote(voted.key, meetings::v1::CHOICE_NO));
  const common::v1::Receipt theirs = other.log.Prove(4);
  EXPECT_THAT(Refreshed(voted.receipt, theirs, other.log.Consistency(5, 9), voted.log.verifier()),
              IsRefused(Reason::kReceiptInvalid))
      << "another record at our place";

  crypto::MerkleTree forked;
  for (int i = 0; i < 4; ++i) forked.Append("what was not before it");
  const crypto::Digest leaf = crypto::Sha256({voted.receipt.salt(), voted.receipt.record()});
  forked.Append(crypto::AsBytes(leaf));
  common::v1::Receipt fork;
  const auto inclusion = forked.InclusionProof(4, 5);
  for (const crypto::Digest& hash : *inclusion) {
    fork.add_inclusion_proof(std::string(crypto::AsBytes(hash)));
  }
  const auto signer = crypto::NoteSigner::Create(kDeployment, TestKey('l'));
  fork.set_checkpoint(*crypto::SignCheckpoint({kDeployment, 5, forked.Root(), {}}, *signer));
  EXPECT_THAT(Refreshed(voted.receipt, fork, {}, voted.log.verifier()),
              IsRefused(Reason::kLogForked));

  for (int i = 0; i < 4; ++i) voted.log.Append(Vote(voted.key, meetings::v1::CHOICE_NO));
  auto consistency = voted.log.Consistency(5, 9);
  consistency[0][0] ^= 1;
  EXPECT_THAT(Refreshed(voted.receipt, voted.log.Prove(4), consistency, voted.log.verifier()),
              IsRefused(Reason::kLogForked));
}

// That a record is in the log says nothing of who has signed it.
TEST(ReceiptTest, SignaturesAreVerifiedOrItIsSaidThatTheyWereNot) {
  Voted voted;
  const auto said = DescribeSignatures(voted.receipt, voted.log.verifier());
  ASSERT_OK(said);
  EXPECT_THAT(*said, HasSubstr(voted.key.public_key().id()));
  EXPECT_THAT(*said, HasSubstr("NOT CHECKED"));

  // A record that names its key itself.
  meetings::v1::CastVote vote;
  common::v1::SignedCommand command = *SignCommand(
      {kDeployment, "", {&voted.key}, /*public_key_in_header=*/true}, absl::Now(), &vote);
  const auto verified = DescribeSignatures(voted.log.Append(command), voted.log.verifier());
  ASSERT_OK(verified);
  EXPECT_THAT(*verified, HasSubstr("1 verified"));
  EXPECT_THAT(*verified, ::testing::Not(HasSubstr("NOT CHECKED")));
  Flip(command.mutable_signatures(0)->mutable_signature(), 7);
  const common::v1::Receipt forged = voted.log.Append(command);
  EXPECT_OK(VerifyReceipt(forged, voted.log.verifier())) << "it is in the log";
  EXPECT_THAT(DescribeSignatures(forged, voted.log.verifier()), IsRefused(Reason::kReceiptInvalid));
}

}  // namespace
}  // namespace votum::client
