#include "crypto/election/ceremony.h"

#include "absl/strings/str_replace.h"
#include "base/status_matchers.h"
#include "gtest/gtest.h"

namespace votum::election {
namespace {

// A ceremony of three of whom two are needed, as far as the second round.
struct Ceremony {
  Ceremony() {
    for (uint64_t i = 1; i <= 3; ++i) {
      identities.push_back(MakeTrusteeIdentity());
      certificates.push_back(*MakeCertificate(identities.back(), {3, 2, i}));
    }
    for (uint64_t i = 1; i <= 3; ++i) {
      contributions.push_back(*Contribute(identities[i - 1], i, certificates));
    }
  }
  absl::StatusOr<TrusteeShare> Finish(uint64_t index) const {
    return FinishShare(identities[index - 1], index, certificates, contributions);
  }

  std::vector<TrusteeIdentity> identities;
  std::vector<SignedMessage> certificates;
  std::vector<Contribution> contributions;
};

const Ceremony& TheCeremony() {
  static const Ceremony ceremony;
  return ceremony;
}

TEST(Ceremony, MakesTrusteesThatHold) {
  std::vector<TrusteeKey> keys;
  std::vector<Scalar> secrets;
  for (uint64_t i = 1; i <= 3; ++i) {
    const auto share = TheCeremony().Finish(i);
    ASSERT_OK(share);
    keys.push_back(share->public_part);
    secrets.push_back(share->secret);
  }
  const auto trustees =
      AssembleTrustees(TheCeremony().certificates, TheCeremony().contributions, keys);
  ASSERT_OK(trustees);
  const auto read = Trustees::Parse(Trustees::Format({}, {*trustees}));
  ASSERT_OK(read);
  EXPECT_EQ(read->count(), 3u);
  EXPECT_EQ(read->groups()[0].threshold, 2u);
  // f(0) = 2 f(1) - f(2): two shares are the key, though nobody ever had it.
  EXPECT_EQ(PowerTable::OfGenerator().SecretPower(secrets[0] + secrets[0] - secrets[1]),
            read->public_key());
  std::swap(keys[0], keys[1]);
  EXPECT_THAT(AssembleTrustees(TheCeremony().certificates, TheCeremony().contributions, keys),
              IsRefused("BAD_TRUSTEE_KEY"));
}

TEST(Ceremony, ContributionsAreReadAsTheyWereWritten) {
  const std::string text = FormatContribution(TheCeremony().contributions[1]);
  const auto json = ParseJson(text);
  ASSERT_OK(json);
  const auto read = ParseContribution(JsonView(*json, "contribution"));
  ASSERT_OK(read);
  EXPECT_EQ(FormatContribution(*read), text);
}

TEST(Ceremony, CheatsAreNamed) {
  struct Case {
    const char* reason;
    void (*change)(Ceremony&);
  };
  const Case cases[] = {
      // A share for somebody else, of another ceremony, or of a polynomial never published.
      {"BAD_CONTRIBUTION",
       [](Ceremony& c) { std::swap(c.contributions[1].shares[0], c.contributions[1].shares[2]); }},
      {"BAD_CONTRIBUTION",
       [](Ceremony& c) {
         c.contributions[1].shares = Contribute(c.identities[1], 2, c.certificates)->shares;
       }},
      {"BAD_CONTRIBUTION", [](Ceremony& c) { c.contributions[1].shares[0].back() ^= 1; }},
      {"BAD_CONTRIBUTION", [](Ceremony& c) { c.contributions[1].shares[0] = "1"; }},
      {"BAD_CONTRIBUTION", [](Ceremony& c) { c.contributions[1].shares.pop_back(); }},
      {"BAD_CONTRIBUTION", [](Ceremony& c) { c.contributions[1].signature.response += Scalar(1); }},
      {"BAD_CONTRIBUTION",
       [](Ceremony& c) { c.contributions[1].polynomial.signature.response += Scalar(1); }},
      {"BAD_CONTRIBUTION", [](Ceremony& c) { std::swap(c.contributions[1], c.contributions[2]); }},
      {"BAD_TRUSTEES", [](Ceremony& c) { c.contributions.pop_back(); }},
      {"BAD_TRUSTEES", [](Ceremony& c) { c.certificates.pop_back(); }},
      {"BAD_TRUSTEES", [](Ceremony& c) { std::swap(c.certificates[1], c.certificates[2]); }},
      {"BAD_TRUSTEES",
       [](Ceremony& c) {
         c.certificates[1] = *MakeCertificate(c.identities[1], {3, 3, 2});
       }},
      // A certificate that somebody put in the place of another's.
      {"BAD_CONTRIBUTION",
       [](Ceremony& c) {
         c.certificates[1] = *MakeCertificate(MakeTrusteeIdentity(), {3, 2, 2});
       }},
      {"BAD_TRUSTEE_SIGNATURE",
       [](Ceremony& c) { c.certificates[2].signature.response += Scalar(1); }},
      {"WRONG_IDENTITY", [](Ceremony& c) { c.identities[0].decryption += Scalar(1); }},
      {"WRONG_IDENTITY", [](Ceremony& c) { c.identities[0].signing += Scalar(1); }},
  };
  for (size_t i = 0; i < std::size(cases); ++i) {
    Ceremony ceremony = TheCeremony();
    cases[i].change(ceremony);
    EXPECT_THAT(ceremony.Finish(1), IsRefused(cases[i].reason)) << "case " << i;
  }
  EXPECT_OK(Ceremony(TheCeremony()).Finish(1));
}

TEST(Ceremony, ImpossibleNumbersAreRefused) {
  const TrusteeIdentity identity = MakeTrusteeIdentity();
  for (const CertificateContext& context :
       {CertificateContext{0, 0, 0}, {3, 0, 1}, {3, 4, 1}, {3, 2, 0}, {3, 2, 4}, {65, 2, 1}}) {
    EXPECT_THAT(MakeCertificate(identity, context), IsRefused("BAD_TRUSTEES"));
  }
}

TEST(Trustees, ASingleTrusteeProvesItsKey) {
  const TrusteeKeyPair pair = MakeTrusteeKey();
  const std::string json = Trustees::Format({pair.public_part}, {});
  const auto trustees = Trustees::Parse(json);
  ASSERT_OK(trustees);
  EXPECT_EQ(trustees->public_key(), PowerTable::OfGenerator().SecretPower(pair.secret));
  EXPECT_EQ(trustees->KeyOf(1), trustees->public_key());
  TrusteeKey stolen = pair.public_part;
  stolen.proof.response += Scalar(1);
  EXPECT_THAT(Trustees::Parse(Trustees::Format({stolen}, {})), IsRefused("BAD_TRUSTEE_PROOF"));
  EXPECT_THAT(Trustees::Parse(absl::StrReplaceAll(json, {{"Single", "Other"}})),
              IsRefused("BAD_TRUSTEES"));
  EXPECT_THAT(Trustees::Parse("[]"), IsRefused("BAD_JSON"));
}

}  // namespace
}  // namespace votum::election
