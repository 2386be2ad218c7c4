#include "crypto/election/ceremony.h"

#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "crypto/election/channel.h"
#include "crypto/election/trustees.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace votum::election {
namespace {

using ::testing::HasSubstr;

constexpr uint64_t kThreshold = 2;

// A certificate in the form of belenios-tool 2.0, which does not name its ceremony.
SignedMessage CertificateOfVersion2(const TrusteeIdentity& identity) {
  const PowerTable& g = PowerTable::OfGenerator();
  return SignMessage(identity.signing,
                     FormatCertificate({std::nullopt, g.SecretPower(identity.signing),
                                        g.SecretPower(identity.decryption)}));
}

// A ceremony of three trustees with threshold two, up to the second round.
struct Ceremony {
  Ceremony() {
    for (uint64_t i = 1; i <= 3; ++i) {
      identities.push_back(MakeTrusteeIdentity());
      certificates.push_back(*MakeCertificate(identities.back(), {3, kThreshold, i}));
    }
    ContributeAll();
  }
  void ContributeAll() {
    contributions.clear();
    for (uint64_t i = 1; i <= 3; ++i) {
      contributions.push_back(*Contribute(identities[i - 1], i, certificates, kThreshold));
    }
  }
  absl::StatusOr<TrusteeShare> Finish(uint64_t index) const {
    return FinishShare(identities[index - 1], index, certificates, kThreshold, contributions);
  }
  std::vector<TrusteeKey> FinishAll() const {
    std::vector<TrusteeKey> keys;
    for (uint64_t i = 1; i <= 3; ++i) keys.push_back(Finish(i)->message.key);
    return keys;
  }
  std::vector<std::vector<Element>> Polynomials() const {
    std::vector<std::vector<Element>> polynomials;
    for (const Contribution& each : contributions) {
      polynomials.push_back(*ParsePolynomial(each.polynomial.message));
    }
    return polynomials;
  }
  absl::StatusOr<ThresholdTrustees> Assemble(absl::Span<const TrusteeKey> keys) const {
    return AssembleTrustees(certificates, kThreshold, contributions, keys);
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
    keys.push_back(share->message.key);
    secrets.push_back(share->secret);
  }
  const auto trustees = TheCeremony().Assemble(keys);
  ASSERT_OK(trustees);
  const auto read = Trustees::Parse(Trustees::Format({}, {*trustees}));
  ASSERT_OK(read);
  EXPECT_EQ(read->count(), 3u);
  EXPECT_EQ(read->groups()[0].threshold, 2u);
  // f(0) = 2 f(1) - f(2): two shares are the key, though nobody ever had it.
  EXPECT_EQ(PowerTable::OfGenerator().SecretPower(secrets[0] + secrets[0] - secrets[1]),
            read->public_key());
  std::swap(keys[0], keys[1]);
  EXPECT_THAT(TheCeremony().Assemble(keys), IsRefused(Reason::kBadTrusteeKey));
}

TEST(Ceremony, MessagesAreReadAsTheyWereWritten) {
  const std::string certificate = FormatSignedMessage(TheCeremony().certificates[1]);
  EXPECT_EQ(FormatSignedMessage(*ParseSignedMessage(certificate)), certificate);
  const std::string contribution = FormatContribution(TheCeremony().contributions[1]);
  EXPECT_EQ(FormatContribution(*ParseContribution(contribution)), contribution);
  const std::string share = FormatShareMessage(TheCeremony().Finish(2)->message);
  EXPECT_EQ(FormatShareMessage(*ParseShareMessage(share)), share);
}

// The signatures of version 3 are left out if belenios-tool took part.
TEST(Ceremony, WhatVersion3AddsIsPublishedIfAllHaveIt) {
  Ceremony ceremony;
  const auto complete = ceremony.Assemble(ceremony.FinishAll());
  ASSERT_OK(complete);
  EXPECT_EQ(complete->signatures.size(), 3u);
  EXPECT_THAT(FormatThresholdTrustees(*complete), HasSubstr("\"signatures\":"));

  ceremony.contributions[1].signature.reset();
  const auto without_commitment = ceremony.Assemble(ceremony.FinishAll());
  ASSERT_OK(without_commitment);
  EXPECT_TRUE(without_commitment->signatures.empty());
  EXPECT_FALSE(without_commitment->keys[0].signature.has_value());

  ceremony = Ceremony();
  ceremony.certificates[0] = CertificateOfVersion2(ceremony.identities[0]);
  ceremony.ContributeAll();
  std::vector<TrusteeKey> keys = ceremony.FinishAll();
  keys[2].signature.reset();
  const auto without_context = ceremony.Assemble(keys);
  ASSERT_OK(without_context);
  EXPECT_TRUE(without_context->signatures.empty());
  EXPECT_OK(Trustees::Parse(Trustees::Format({}, {*without_context})));
}

// Certificates, contributions and shares by belenios-tool 2.0 alone, and the secret key of its
// first trustee. The shares in it are not reduced modulo q.
TEST(Ceremony, BeleniosToolsCeremonyIsOurs) {
  const std::string folder = VOTUM_TOOL_CEREMONY "/";
  Ceremony tool;
  std::vector<TrusteeKey> keys;
  tool.certificates.clear();
  tool.contributions.clear();
  const auto lines = [&folder](const char* name) -> std::vector<std::string> {
    return absl::StrSplit(*ReadFile(folder + name), '\n', absl::SkipEmpty());
  };
  for (const std::string& line : lines("certs.jsons")) {
    tool.certificates.push_back(*ParseSignedMessage(line));
  }
  for (const std::string& line : lines("polynomials.jsons")) {
    tool.contributions.push_back(*ParseContribution(line));
    EXPECT_EQ(FormatContribution(tool.contributions.back()), line);
  }
  for (const std::string& line : lines("voutputs.jsons")) {
    const auto message = ParseShareMessage(line);
    ASSERT_OK(message);
    EXPECT_EQ(FormatShareMessage(*message), line);
    keys.push_back(message->key);
  }
  ASSERT_EQ(keys.size(), 3u);
  for (uint64_t i = 1; i <= 3; ++i) {
    const auto certificate = CheckCertificate(tool.certificates[i - 1], {3, kThreshold, i});
    ASSERT_OK(certificate);
    EXPECT_OK(CheckContribution(tool.certificates, kThreshold, i, tool.contributions[i - 1]));
    EXPECT_OK(CheckShareKey(tool.Polynomials(), *certificate, i, keys[i - 1]));
  }
  EXPECT_OK(tool.Assemble(keys));

  const std::string seed = lines("trustee_1.key")[0];
  tool.identities[0] = {HashToScalar({"sk|", seed}), HashToScalar({"dk|", seed})};
  const auto share = tool.Finish(1);
  ASSERT_OK(share);
  EXPECT_EQ(share->message.key.public_key, keys[0].public_key);
}

TEST(Ceremony, WhatTheServerSeesIsChecked) {
  const Ceremony& honest = TheCeremony();
  const auto certificate = CheckCertificate(honest.certificates[1], {3, kThreshold, 2});
  ASSERT_OK(certificate);
  for (const CertificateContext& other :
       {CertificateContext{3, kThreshold, 1}, {3, 3, 2}, {4, kThreshold, 2}, {3, 4, 2}}) {
    EXPECT_THAT(CheckCertificate(honest.certificates[1], other), IsRefused(Reason::kBadTrustees));
  }
  SignedMessage unsigned_certificate = honest.certificates[1];
  unsigned_certificate.signature.challenge += Scalar(1);
  const auto refused = CheckCertificate(unsigned_certificate, {3, kThreshold, 2});
  EXPECT_THAT(refused, IsRefused(Reason::kBadTrusteeSignature));
  EXPECT_THAT(refused.status().message(), HasSubstr("of trustee 2"));

  const auto check = [&honest](const Contribution& contribution, uint64_t index = 2) {
    return CheckContribution(honest.certificates, kThreshold, index, contribution);
  };
  EXPECT_OK(check(honest.contributions[1]));
  EXPECT_THAT(check(honest.contributions[1], 3), IsRefused(Reason::kBadContribution));
  EXPECT_THAT(check(honest.contributions[1], 4), IsRefused(Reason::kBadTrustees));
  EXPECT_THAT(CheckContribution(honest.certificates, 3, 2, honest.contributions[1]),
              IsRefused(Reason::kBadContribution));
  Contribution changed = honest.contributions[1];
  changed.shares[2] = absl::StrReplaceAll(changed.shares[2], {{"\"data\":\"", "\"data\":\"x"}});
  EXPECT_THAT(check(changed).message(), HasSubstr("trustee 2: share 3"));
  changed = honest.contributions[1];
  changed.sealed_polynomial = "{}";
  EXPECT_THAT(check(changed), IsRefused(Reason::kBadContribution));

  const std::vector<std::vector<Element>> polynomials = honest.Polynomials();
  const TrusteeKey key = honest.Finish(2)->message.key;
  EXPECT_OK(CheckShareKey(polynomials, *certificate, 2, key));
  EXPECT_THAT(CheckShareKey(polynomials, *certificate, 1, key), IsRefused(Reason::kBadTrusteeKey));
  TrusteeKey unproved = key;
  unproved.proof.response += Scalar(1);
  EXPECT_THAT(CheckShareKey(polynomials, *certificate, 2, unproved),
              IsRefused(Reason::kBadTrusteeProof));
  TrusteeKey unsigned_key = key;
  unsigned_key.signature->response += Scalar(1);
  EXPECT_THAT(CheckShareKey(polynomials, *certificate, 2, unsigned_key),
              IsRefused(Reason::kBadTrusteeSignature));
  unsigned_key.signature.reset();
  EXPECT_OK(CheckShareKey(polynomials, *certificate, 2, unsigned_key));
}

// If two certificates share a key, one person could hold both shares.
TEST(Ceremony, NobodyTakesPartTwice) {
  Ceremony ceremony;
  for (const TrusteeIdentity& copy :
       {TrusteeIdentity{ceremony.identities[0].signing, Scalar::Random()},
        TrusteeIdentity{Scalar::Random(), ceremony.identities[0].decryption}}) {
    ceremony.certificates[2] = *MakeCertificate(copy, {3, kThreshold, 3});
    EXPECT_THAT(CheckCertificates(ceremony.certificates, kThreshold),
                IsRefused(Reason::kBadTrustees));
  }
}

TEST(Channel, OnlyTheRecipientReadsWhatTheSenderSigned) {
  const TrusteeIdentity sender = MakeTrusteeIdentity();
  const TrusteeIdentity recipient = MakeTrusteeIdentity();
  const PowerTable& g = PowerTable::OfGenerator();
  const std::string message = "{\"secret\":\"17\",\"and\":\"a \\\\ backslash\"}";
  const Element sender_key = g.SecretPower(sender.signing);
  const std::string sealed =
      SealForTrustee(sender.signing, g.SecretPower(recipient.decryption), message);
  EXPECT_OK(CheckSealed(sealed));
  EXPECT_EQ(OpenFromTrustee(recipient.decryption, sender_key, sealed)->Reveal(), message);
  EXPECT_THAT(OpenFromTrustee(sender.decryption, sender_key, sealed),
              IsRefused(Reason::kBadChannelMessage));
  EXPECT_THAT(OpenFromTrustee(recipient.decryption, g.SecretPower(recipient.signing), sealed),
              IsRefused(Reason::kBadChannelMessage));
  // Every half byte of the data is covered by the tag.
  const size_t data = sealed.find("\"data\":\"") + 8;
  for (size_t i = data; i + 2 < sealed.size(); i += 37) {
    std::string changed = sealed;
    changed[i] = changed[i] == '0' ? '1' : '0';
    EXPECT_THAT(OpenFromTrustee(recipient.decryption, sender_key, changed),
                IsRefused(Reason::kBadChannelMessage));
  }
  for (const char* malformed :
       {"", "{}", "{\"alpha\":\"1\",\"beta\":\"1\",\"data\":\"\"}",
        "{\"alpha\":\"1\",\"beta\":\"1\",\"data\":\"0011223344556677\"}",
        "{\"alpha\":\"2\",\"beta\":\"1\",\"data\":\"001122334455667788\"}"}) {
    EXPECT_FALSE(CheckSealed(malformed).ok()) << malformed;
  }
}

TEST(Ceremony, CheatsAreNamed) {
  struct Case {
    Reason reason;
    void (*change)(Ceremony&);
  };
  const Case cases[] = {
      // A share for somebody else, of another ceremony, or of a polynomial never published.
      {Reason::kBadContribution,
       [](Ceremony& c) { std::swap(c.contributions[1].shares[0], c.contributions[1].shares[2]); }},
      {Reason::kBadContribution,
       [](Ceremony& c) {
         c.contributions[1].shares =
             Contribute(c.identities[1], 2, c.certificates, kThreshold)->shares;
       }},
      {Reason::kBadContribution, [](Ceremony& c) { c.contributions[1].shares[0].back() ^= 1; }},
      {Reason::kBadContribution,
       [](Ceremony& c) {
         ++c.contributions[1].shares[0][c.contributions[1].shares[0].size() - 9];
       }},
      // Our own polynomial, by somebody else or of another time.
      {Reason::kBadContribution,
       [](Ceremony& c) {
         std::swap(c.contributions[0].sealed_polynomial, c.contributions[1].sealed_polynomial);
       }},
      {Reason::kBadContribution,
       [](Ceremony& c) {
         c.contributions[0].sealed_polynomial =
             Contribute(c.identities[0], 1, c.certificates, kThreshold)->sealed_polynomial;
       }},
      {Reason::kBadContribution, [](Ceremony& c) { c.contributions[1].shares[0] = "1"; }},
      {Reason::kBadContribution, [](Ceremony& c) { c.contributions[1].shares.pop_back(); }},
      {Reason::kBadContribution,
       [](Ceremony& c) { c.contributions[1].signature->response += Scalar(1); }},
      {Reason::kBadContribution,
       [](Ceremony& c) { c.contributions[1].polynomial.signature.response += Scalar(1); }},
      {Reason::kBadContribution,
       [](Ceremony& c) { std::swap(c.contributions[1], c.contributions[2]); }},
      {Reason::kBadTrustees, [](Ceremony& c) { c.contributions.pop_back(); }},
      {Reason::kBadTrustees, [](Ceremony& c) { c.certificates.pop_back(); }},
      {Reason::kBadTrustees, [](Ceremony& c) { std::swap(c.certificates[1], c.certificates[2]); }},
      {Reason::kBadTrustees,
       [](Ceremony& c) {
         c.certificates[1] = *MakeCertificate(c.identities[1], {3, 3, 2});
       }},
      // A certificate that replaced another trustee's.
      {Reason::kBadContribution,
       [](Ceremony& c) {
         c.certificates[1] = *MakeCertificate(MakeTrusteeIdentity(), {3, 2, 2});
       }},
      {Reason::kBadTrusteeSignature,
       [](Ceremony& c) { c.certificates[2].signature.response += Scalar(1); }},
      {Reason::kWrongIdentity, [](Ceremony& c) { c.identities[0].decryption += Scalar(1); }},
      {Reason::kWrongIdentity, [](Ceremony& c) { c.identities[0].signing += Scalar(1); }},
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
    EXPECT_THAT(MakeCertificate(identity, context), IsRefused(Reason::kBadTrustees));
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
  EXPECT_THAT(Trustees::Parse(Trustees::Format({stolen}, {})), IsRefused(Reason::kBadTrusteeProof));
  EXPECT_THAT(Trustees::Parse(absl::StrReplaceAll(json, {{"Single", "Other"}})),
              IsRefused(Reason::kBadTrustees));
  EXPECT_THAT(Trustees::Parse("[]"), IsRefused(Reason::kBadJson));
}

}  // namespace
}  // namespace votum::election
