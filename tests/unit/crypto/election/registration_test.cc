// Sealed credentials and server keys; ballots that were verified before.
#include "crypto/election/registration.h"

#include "base/status_matchers.h"
#include "crypto/election/credential.h"
#include "crypto/election/election_memo.h"
#include "crypto/election/server_keys.h"
#include "crypto/sealed_box.h"
#include "gtest/gtest.h"
#include "tests/unit/crypto/election/sample_election.h"

namespace votum::election {
namespace {

constexpr char kUuid[] = "23456789ABCDEF";

TEST(Registration, OpensForTheRegistryThisVoteAndThisVoterOnly) {
  const ServerKeys keys = ServerKeys::Make();
  const Element registry = Element::Generator().SecretPower(keys.registry);
  const Element credential = MakeCredential().public_key;
  const std::string sealed = SealCredential(registry, kUuid, "m1", credential);
  EXPECT_EQ(sealed.find(credential.ToDecimal()), std::string::npos);
  const auto opened = OpenCredential(keys.registry, kUuid, "m1", sealed);
  ASSERT_OK(opened);
  EXPECT_TRUE(*opened == credential);
  EXPECT_THAT(OpenCredential(keys.registry, kUuid, "m2", sealed),
              IsRefused(Reason::kBadCredential));
  EXPECT_THAT(OpenCredential(keys.registry, "23456789ABCDEG", "m1", sealed),
              IsRefused(Reason::kBadCredential));
  EXPECT_THAT(OpenCredential(keys.trustee, kUuid, "m1", sealed), IsRefused(Reason::kBadCredential));
  for (const std::string& bad : {std::string(), std::string("{}"), sealed.substr(1),
                                 std::string(R"({"alpha":"2","data":"00"})"), sealed + " x"}) {
    EXPECT_THAT(OpenCredential(keys.registry, kUuid, "m1", bad), IsRefused(Reason::kBadCredential));
  }
}

TEST(Registration, WhatIsNoMemberOfTheGroupIsNoCredential) {
  const ServerKeys keys = ServerKeys::Make();
  const Element registry = Element::Generator().SecretPower(keys.registry);
  const Element outside = *Element::FromDecimalUnchecked("5");
  EXPECT_THAT(
      OpenCredential(keys.registry, kUuid, "m1", SealCredential(registry, kUuid, "m1", outside)),
      IsRefused(Reason::kBadCredential));
}

TEST(ServerKeys, ComeBackFromTheirBoxUnderTheSameKey) {
  const crypto::SecretBytes key = crypto::NewSealingKey();
  for (int i = 0; i < 20; ++i) {
    ServerKeys keys = ServerKeys::Make();
    if (i == 0) keys.trustee = Scalar(1);
    if (i == 1) keys.registry = Scalar(0) - Scalar(1);
    const auto opened = OpenServerKeys(key, kUuid, SealServerKeys(key, kUuid, keys));
    ASSERT_OK(opened);
    EXPECT_TRUE(opened->trustee == keys.trustee);
    EXPECT_TRUE(opened->registry == keys.registry);
  }
  const std::string box = SealServerKeys(key, kUuid, ServerKeys::Make());
  EXPECT_THAT(OpenServerKeys(crypto::NewSealingKey(), kUuid, box),
              IsRefused(Reason::kServerKeysSealed));
  EXPECT_THAT(OpenServerKeys(key, "23456789ABCDEG", box), IsRefused(Reason::kServerKeysSealed));
  EXPECT_THAT(OpenServerKeys(key, kUuid, box.substr(1)), IsRefused(Reason::kServerKeysSealed));
}

TEST(ElectionMemo, SaysWhatVerifyingSays) {
  const TestElection election(OneQuestion(), MakeTestTrustees(), 1);
  const TestElection other(OneQuestion(), MakeTestTrustees(), 1);
  const Ballot good = *MakeBallot(election.election, election.voters[0], {{1, 0, 0}});
  const std::string json = FormatBallot(good);
  Ballot bad = good;
  bad.signature.response += Scalar(1);
  ElectionMemo memo(1);
  for (int i = 0; i < 2; ++i) {
    EXPECT_OK(memo.Verify(election.election, json, good));
    EXPECT_THAT(memo.Verify(election.election, FormatBallot(bad), bad),
                IsRefused(Reason::kBadBallotSignature));
    EXPECT_THAT(memo.Verify(other.election, json, good), IsRefused(Reason::kWrongElection));
  }
  for (int i = 0; i < 3; ++i) {
    const Ballot more = *MakeBallot(election.election, election.voters[0], {{0, 1, 0}});
    EXPECT_OK(memo.Verify(election.election, FormatBallot(more), more));
  }
  EXPECT_OK(memo.Verify(election.election, json, good));
}

TEST(ElectionMemo, ParsesASetupOnce) {
  const TestElection one(OneQuestion(), MakeTestTrustees(), 1);
  const TestElection other(OneQuestion(), MakeTestTrustees(), 1);
  ElectionMemo memo(1);
  const auto setup_of = [&memo](const TestElection& election) {
    return memo.SetupOf(election.election.json(), election.trustees.json);
  };
  const auto setup = setup_of(one);
  EXPECT_EQ(setup->election.fingerprint(), one.election.fingerprint());
  EXPECT_EQ(setup->trustees.public_key(), one.trustees.public_key);
  EXPECT_EQ(setup_of(other)->trustees.public_key(), other.trustees.public_key);
  EXPECT_EQ(setup_of(one), setup);
}

}  // namespace
}  // namespace votum::election
