#include "crypto/election/tally.h"

#include "base/status_matchers.h"
#include "crypto/election/verify_archive.h"
#include "gtest/gtest.h"
#include "tests/unit/crypto/election/sample_election.h"

namespace votum::election {
namespace {

std::string CodesOf(const ArchiveReport& report) {
  std::string codes;
  for (const Failure& failure : report.failures) {
    codes += failure.where + ": " + std::string(ReasonText(failure.reason)) + ": " +
             failure.message + "\n";
  }
  return codes;
}

TEST(Tally, CountsTheLastBallotOfEach) {
  TestElection vote(OneQuestion(), MakeTestTrustees(), 4);
  vote.Vote(0, {{1, 0, 0}});
  vote.Vote(1, {{1, 0, 0}});
  vote.Vote(2, {{0, 0, 1}});
  vote.Vote(0, {{0, 1, 0}});
  vote.Vote(0, {{0, 0, 1}});
  vote.Finish({1});
  EXPECT_EQ(vote.result, (Result{{1, 0, 2}}));
  const ArchiveReport report = VerifyArchive(vote.archive.bytes());
  EXPECT_EQ(CodesOf(report), "");
  EXPECT_EQ(report.ballots, 5u);
  EXPECT_EQ(report.counted, 3u);
  EXPECT_EQ(report.result, vote.result);
  EXPECT_EQ(report.head, vote.archive.head());
}

TEST(Tally, AnyThresholdOfTheTrusteesOpensIt) {
  const TestTrustees trustees = MakeTestTrustees(2, 4);
  for (const std::vector<uint64_t>& present :
       {std::vector<uint64_t>{1, 2, 3}, {1, 3, 5}, {1, 4, 5}, {2, 1, 4}, {5, 4, 3, 2, 1}}) {
    TestElection vote(ThreeQuestions(), trustees, 3);
    for (size_t i = 0; i < 3; ++i) vote.Vote(i, SomeChoices(vote.election, i));
    vote.Finish(present);
    EXPECT_EQ(CodesOf(VerifyArchive(vote.archive.bytes())), "");
    EXPECT_EQ(vote.result[0], (std::vector<uint64_t>{1, 1, 1}));
  }
}

TEST(Tally, FewerOpenNothing) {
  const TestTrustees secrets = MakeTestTrustees(2, 3);
  TestElection vote(OneQuestion(), secrets, 1);
  vote.Vote(0, {{1, 0, 0}});
  const Trustees trustees = *Trustees::Parse(secrets.json);
  const EncryptedTally tally = Tally(vote.election, LastOfEach(vote.ballots));
  Decryptions decryptions;
  for (const uint64_t owner : {2, 3, 4}) {
    decryptions.emplace(owner, Decrypt(vote.election, tally, secrets.secrets.at(owner)));
  }
  EXPECT_THAT(CombineResult(trustees, tally, decryptions, 1),
              IsRefused(Reason::kTooFewDecryptions));
  decryptions.clear();
  for (const uint64_t owner : {1, 3}) {
    decryptions.emplace(owner, Decrypt(vote.election, tally, secrets.secrets.at(owner)));
  }
  EXPECT_THAT(CombineResult(trustees, tally, decryptions, 1),
              IsRefused(Reason::kTooFewDecryptions));
  decryptions.emplace(4, Decrypt(vote.election, tally, secrets.secrets.at(4)));
  EXPECT_EQ(*CombineResult(trustees, tally, decryptions, 1), (Result{{1, 0, 0}}));
  EXPECT_THAT(CombineResult(trustees, tally, decryptions, 0), IsRefused(Reason::kResultOutOfRange));
  EXPECT_THAT(VerifyResult(trustees, tally, decryptions, {{0, 1, 0}}),
              IsRefused(Reason::kWrongResult));
  EXPECT_THAT(VerifyResult(trustees, tally, decryptions, {{1, 0}}),
              IsRefused(Reason::kWrongResult));
}

// The hash in a decryption's proof does not cover the proven factor (specification, 4.18), so a
// trustee can prove a wrong factor, but cannot choose it, and the tally does not open.
TEST(Tally, ATrusteeWhoCheatsSpoilsItAndDoesNotChangeIt) {
  TestElection vote(OneQuestion(), MakeTestTrustees(), 2);
  for (size_t i = 0; i < 2; ++i) vote.Vote(i, {{1, 0, 0}});
  const EncryptedTally tally = Tally(vote.election, LastOfEach(vote.ballots));
  const Scalar secret = vote.trustees.secrets.at(1);
  const Element public_key = vote.trustees.public_key;
  PartialDecryption decryption = Decrypt(vote.election, tally, secret);
  const Element& alpha = tally[0][0].alpha;
  const Scalar w = Scalar::Random();
  const Element commitment = alpha.Power(w) * Element::Generator();
  Proof& proof = decryption.proofs[0][0];
  proof.challenge =
      HashToScalar({"decrypt|", vote.election.fingerprint(), "|", public_key.ToDecimal(), "|",
                    Element::Generator().Power(w).ToDecimal(), ",", commitment.ToDecimal()});
  proof.response = w - secret * proof.challenge;
  Element& factor = decryption.factors[0][0];
  factor = (commitment * alpha.Power(proof.response).Inverse()).Power(proof.challenge.Inverse());
  EXPECT_NE(factor, alpha.Power(secret));
  EXPECT_OK(VerifyDecryption(vote.election, tally, public_key, decryption));
  EXPECT_THAT(CombineResult(*Trustees::Parse(vote.trustees.json), tally, {{1, decryption}}, 2),
              IsRefused(Reason::kResultOutOfRange));
}

TEST(Tally, WeightsMultiply) {
  TestElection vote(OneQuestion(), MakeTestTrustees(), 3);
  for (size_t i = 0; i < 3; ++i) vote.Vote(i, SomeChoices(vote.election, i));
  const EncryptedTally tally = Tally(
      vote.election, {{&vote.ballots[0], 1}, {&vote.ballots[1], 70}, {&vote.ballots[2], 100000}});
  Decryptions decryptions;
  decryptions.emplace(1, Decrypt(vote.election, tally, vote.trustees.secrets.at(1)));
  EXPECT_EQ(*CombineResult(*Trustees::Parse(vote.trustees.json), tally, decryptions, 200000),
            (Result{{1, 70, 100000}}));
}

TEST(Tally, ADecryptionIsReadAsItWasWritten) {
  TestElection vote(OneQuestion(), MakeTestTrustees(), 1);
  vote.Vote(0, {{1, 0, 0}});
  const EncryptedTally tally = Tally(vote.election, LastOfEach(vote.ballots));
  const Scalar& secret = vote.trustees.secrets.at(1);
  const Element key = PowerTable::OfGenerator().SecretPower(secret);
  PartialDecryption decryption = Decrypt(vote.election, tally, secret);
  const auto read = ParseDecryption(FormatDecryption(decryption));
  ASSERT_OK(read);
  EXPECT_OK(VerifyDecryption(vote.election, tally, key, *read));
  EXPECT_EQ(FormatDecryption(*read), FormatDecryption(decryption));
  decryption.factors[0][1] *= Element::Generator();
  EXPECT_THAT(VerifyDecryption(vote.election, tally, key, decryption),
              IsRefused(Reason::kBadDecryptionProof));
  decryption.factors[0].pop_back();
  EXPECT_THAT(VerifyDecryption(vote.election, tally, key, decryption),
              IsRefused(Reason::kWrongShape));
  EXPECT_THAT(VerifyDecryption(vote.election, tally, Element::Generator(), *read),
              IsRefused(Reason::kBadDecryptionProof));
}

TEST(Tally, OfNoBallotIsZero) {
  TestElection vote(ThreeQuestions(), MakeTestTrustees(), 2);
  vote.Finish({1});
  EXPECT_EQ(vote.result[0], (std::vector<uint64_t>{0, 0, 0}));
  EXPECT_EQ(CodesOf(VerifyArchive(vote.archive.bytes())), "");
}

}  // namespace
}  // namespace votum::election
