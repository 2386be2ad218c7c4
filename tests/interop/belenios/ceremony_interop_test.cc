// One key ceremony in which some trustees work with our program and others with Debian's
// belenios-tool alone; the server's part too may be done by either. Then an election with these
// trustees, one of whom is absent in the end.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status_matchers.h"
#include "crypto/election/verify_archive.h"
#include "gtest/gtest.h"
#include "tests/interop/belenios/belenios_tool.h"
#include "tests/unit/crypto/election/sample_election.h"

namespace votum::election {
namespace {

constexpr uint64_t kThreshold = 2;
constexpr char kStep[] = "$T setup generate-trustee-key-threshold $G --step ";

std::string Lines(const std::vector<std::string>& lines) {
  return absl::StrCat(absl::StrJoin(lines, "\n"), "\n");
}

std::string Stripped(const std::string& text) {
  return std::string(absl::StripAsciiWhitespace(text));
}

// A trustee of a ceremony; the texts are the same with either program.
class Trustee {
 public:
  virtual ~Trustee() = default;
  virtual std::string Certificate(const CertificateContext& context) = 0;
  virtual std::string Contribution(const std::vector<std::string>& certificates) = 0;
  // Takes all contributions, or the server's input computed from them.
  virtual std::string Share(const std::vector<std::string>& contributions,
                            const std::string& input) = 0;
  // `key` is the trustee's share as returned by the server (ID.dkey).
  virtual std::string Decryption(const std::string& archive, const std::string& key,
                                 uint64_t owner) = 0;
};

std::vector<SignedMessage> ParseCertificates(const std::vector<std::string>& lines) {
  std::vector<SignedMessage> certificates;
  for (const std::string& line : lines) certificates.push_back(*ParseSignedMessage(line));
  return certificates;
}

std::vector<Contribution> ParseContributions(const std::vector<std::string>& lines) {
  std::vector<Contribution> contributions;
  for (const std::string& line : lines) contributions.push_back(*ParseContribution(line));
  return contributions;
}

class OurTrustee : public Trustee {
 public:
  std::string Certificate(const CertificateContext& context) override {
    context_ = context;
    return FormatSignedMessage(*MakeCertificate(identity_, context));
  }
  std::string Contribution(const std::vector<std::string>& certificates) override {
    certificates_ = ParseCertificates(certificates);
    return FormatContribution(
        *Contribute(identity_, context_.index, certificates_, context_.threshold));
  }
  std::string Share(const std::vector<std::string>& contributions, const std::string&) override {
    const auto share = FinishShare(identity_, context_.index, certificates_, context_.threshold,
                                   ParseContributions(contributions));
    EXPECT_OK(share);
    secret_ = share->secret;
    return FormatShareMessage(share->message);
  }
  std::string Decryption(const std::string& archive, const std::string&, uint64_t) override {
    const auto verified = VerifyUpToTally(archive);
    EXPECT_OK(verified);
    return FormatDecryption(Decrypt(verified->election, verified->tally, secret_));
  }

 private:
  const TrusteeIdentity identity_ = MakeTrusteeIdentity();
  CertificateContext context_;
  std::vector<SignedMessage> certificates_;
  Scalar secret_;
};

// Works in a private folder with belenios-tool and nothing else.
class ToolTrustee : public Trustee {
 public:
  std::string Certificate(const CertificateContext& context) override {
    threshold_ = context.threshold;
    tool_.Run(absl::StrCat(kStep, 1));
    return Stripped(tool_.Run("cat *.cert"));
  }
  std::string Contribution(const std::vector<std::string>& certificates) override {
    tool_.Write("certs.jsons", Lines(certificates));
    return Stripped(tool_.Run(
        absl::StrCat(kStep, 3, " --certs certs.jsons --key *.key --threshold ", threshold_)));
  }
  std::string Share(const std::vector<std::string>&, const std::string& input) override {
    tool_.Write("vinput", input);
    return Stripped(tool_.Run(absl::StrCat(kStep, 5, " --certs certs.jsons --key *.key < vinput")));
  }
  std::string Decryption(const std::string& archive, const std::string& key,
                         uint64_t owner) override {
    tool_.Write("election.bel", archive);
    tool_.Write("dkey", key);
    const std::vector<std::string> lines = absl::StrSplit(
        tool_.Run(absl::StrCat("$T election decrypt-threshold --key *.key --decryption-key dkey",
                               " --trustee-id ", owner)),
        '\n');
    return lines[0];
  }

 private:
  const BeleniosTool tool_;
  uint64_t threshold_ = 0;
};

// The server's steps between the rounds.
class Server {
 public:
  virtual ~Server() = default;
  virtual void TakeCertificates(const std::vector<std::string>& certificates) = 0;
  // The input of each trustee's third round.
  virtual std::vector<std::string> TakeContributions(
      const std::vector<std::string>& contributions) = 0;
  // The published data of the trustees, and the sealed share of each.
  virtual std::string TakeShares(const std::vector<std::string>& shares,
                                 std::vector<std::string>* keys) = 0;
};

class OurServer : public Server {
 public:
  void TakeCertificates(const std::vector<std::string>& certificates) override {
    certificates_ = ParseCertificates(certificates);
    const auto checked = CheckCertificates(certificates_, kThreshold);
    ASSERT_OK(checked);
    checked_ = *checked;
  }
  std::vector<std::string> TakeContributions(
      const std::vector<std::string>& contributions) override {
    contributions_ = ParseContributions(contributions);
    std::vector<std::string> inputs;
    for (uint64_t index = 1; index <= contributions.size(); ++index) {
      EXPECT_OK(CheckContribution(certificates_, kThreshold, index, contributions_[index - 1]));
      inputs.push_back(FormatShareInput(contributions_, index));
    }
    return inputs;
  }
  std::string TakeShares(const std::vector<std::string>& shares,
                         std::vector<std::string>* keys) override {
    std::vector<std::vector<Element>> polynomials;
    for (const Contribution& each : contributions_) {
      polynomials.push_back(*ParsePolynomial(each.polynomial.message));
    }
    std::vector<TrusteeKey> public_keys;
    for (const std::string& share : shares) {
      const auto message = ParseShareMessage(share);
      EXPECT_OK(message);
      const size_t i = public_keys.size();
      EXPECT_OK(CheckShareKey(polynomials, checked_[i], i + 1, message->key));
      public_keys.push_back(message->key);
      keys->push_back(message->sealed_secret);
    }
    const auto trustees = AssembleTrustees(certificates_, kThreshold, contributions_, public_keys);
    EXPECT_OK(trustees);
    return FormatThresholdTrustees(*trustees);
  }

 private:
  std::vector<SignedMessage> certificates_;
  std::vector<Certificate> checked_;
  std::vector<Contribution> contributions_;
};

class ToolServer : public Server {
 public:
  void TakeCertificates(const std::vector<std::string>& certificates) override {
    tool_.Write("certs.jsons", Lines(certificates));
    tool_.Run(absl::StrCat(kStep, "2 --certs certs.jsons"));
    // The names of the tool's files.
    for (const std::string& certificate : certificates) {
      names_.push_back(crypto::ToHex(crypto::Sha256(ParseSignedMessage(certificate)->message)));
    }
  }
  std::vector<std::string> TakeContributions(
      const std::vector<std::string>& contributions) override {
    tool_.Write("polynomials.jsons", Lines(contributions));
    tool_.Run(absl::StrCat(kStep, "4 --certs certs.jsons --polynomials polynomials.jsons"));
    return Files(".vinput");
  }
  std::string TakeShares(const std::vector<std::string>& shares,
                         std::vector<std::string>* keys) override {
    tool_.Write("shares.jsons", Lines(shares));
    const std::string trustees = Stripped(tool_.Run(absl::StrCat(
        kStep, "6 --certs certs.jsons --polynomials polynomials.jsons < shares.jsons")));
    *keys = Files(".dkey");
    return trustees;
  }

 private:
  std::vector<std::string> Files(const std::string& ending) const {
    std::vector<std::string> files;
    for (const std::string& name : names_) files.push_back(tool_.Read(name + ending));
    return files;
  }

  const BeleniosTool tool_;
  std::vector<std::string> names_;
};

// The trustees that work with belenios-tool, whether the server does, and the trustees that
// decrypt.
struct Case {
  const char* name;
  bool tool_server;
  std::vector<bool> tool_trustees;
  std::vector<size_t> present;
};

void PrintTo(const Case& test, std::ostream* out) { *out << test.name; }

class Ceremony : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    if (!HaveBeleniosTool()) GTEST_SKIP() << "belenios-tool is not installed (script/setup)";
    if (GetParam().tool_server) {
      server_ = std::make_unique<ToolServer>();
    } else {
      server_ = std::make_unique<OurServer>();
    }
    for (const bool tool : GetParam().tool_trustees) {
      if (tool) {
        trustees_.push_back(std::make_unique<ToolTrustee>());
      } else {
        trustees_.push_back(std::make_unique<OurTrustee>());
      }
    }
  }

  // The published data of the trustees.
  std::string Hold() {
    std::vector<std::string> certificates;
    for (auto& trustee : trustees_) {
      certificates.push_back(
          trustee->Certificate({trustees_.size(), kThreshold, certificates.size() + 1}));
    }
    server_->TakeCertificates(certificates);
    std::vector<std::string> contributions;
    for (auto& trustee : trustees_) contributions.push_back(trustee->Contribution(certificates));
    const std::vector<std::string> inputs = server_->TakeContributions(contributions);
    std::vector<std::string> shares;
    for (size_t i = 0; i < trustees_.size(); ++i) {
      shares.push_back(trustees_[i]->Share(contributions, inputs[i]));
    }
    return server_->TakeShares(shares, &keys_);
  }

  std::unique_ptr<Server> server_;
  std::vector<std::unique_ptr<Trustee>> trustees_;
  std::vector<std::string> keys_;
};

TEST_P(Ceremony, AndAnElectionWithItsKey) {
  const TrusteeKeyPair single = MakeTrusteeKey();
  TestTrustees all;
  all.json = absl::StrCat("[[\"Single\",", FormatTrusteeKey(single.public_part), "],[\"Pedersen\",",
                          Hold(), "]]");
  const auto trustees = Trustees::Parse(all.json);
  ASSERT_OK(trustees);
  all.public_key = trustees->public_key();
  TestElection vote(ThreeQuestions(), all, 3);
  for (const size_t voter : {0, 2, 0}) {
    vote.Vote(voter, SomeChoices(vote.election, vote.ballots.size()));
  }
  const std::vector<CountedBallot> counted = LastOfEach(vote.ballots);
  const EncryptedTally tally = Tally(vote.election, counted);
  vote.archive.AddEndBallots();
  vote.archive.AddEncryptedTally(FormatTally(tally), counted.size(), counted.size());

  Decryptions decryptions;
  decryptions.emplace(1, Decrypt(vote.election, tally, single.secret));
  vote.archive.AddPartialDecryption(1, FormatDecryption(decryptions.at(1)));
  for (const size_t index : GetParam().present) {
    const uint64_t owner = index + 1;
    const std::string text =
        trustees_[index - 1]->Decryption(vote.archive.bytes(), keys_[index - 1], owner);
    const auto decryption = ParseDecryption(text);
    ASSERT_OK(decryption);
    EXPECT_OK(VerifyDecryption(vote.election, tally, trustees->KeyOf(owner), *decryption));
    vote.archive.AddPartialDecryption(owner, text);
    decryptions.emplace(owner, *decryption);
  }
  const auto result = CombineResult(*trustees, tally, decryptions, counted.size());
  ASSERT_OK(result);
  EXPECT_EQ(*result, (Result{{0, 1, 1}, {0, 1, 1, 0}, {0, 1, 1, 2}}));
  vote.archive.AddResult(FormatResult(*result));

  const ArchiveReport report = VerifyArchive(vote.archive.bytes());
  EXPECT_TRUE(report.ok()) << ReasonText(report.failures[0].reason) << report.failures[0].message;
  const BeleniosTool verifier;
  verifier.Write("election.bel", vote.archive.bytes());
  EXPECT_EQ(verifier.Verify(), "");
}

INSTANTIATE_TEST_SUITE_P(
    Belenios, Ceremony,
    ::testing::Values(Case{"OursOnly", false, {false, false, false}, {1, 3}},
                      Case{"OursWithTheToolsServer", true, {false, false, false}, {2, 3}},
                      Case{"TheToolOnly", true, {true, true, true}, {1, 3}},
                      Case{"TheToolWithOurServer", false, {true, true, true}, {1, 2}},
                      Case{"OneWithTheTool", false, {false, true, false}, {1, 2}},
                      Case{"OneWithTheToolWhoIsAbsent", false, {false, true, false}, {1, 3}},
                      Case{"OneWithTheToolAndItsServer", true, {true, false, false}, {1, 3}},
                      Case{"TwoWithTheTool", false, {true, false, true}, {3, 1}}),
    [](const ::testing::TestParamInfo<Case>& info) { return info.param.name; });

}  // namespace
}  // namespace votum::election
