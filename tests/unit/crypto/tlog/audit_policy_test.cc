// votum audit --policy, as a process: the golden log, cosigned as its witnesses would.

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "crypto/tlog/cosignature.h"
#include "gtest/gtest.h"
#include "tests/harness/process.h"

namespace votum {
namespace {

using ::testing::HasSubstr;

crypto::CosignatureSigner Witness(char seed) {
  return *crypto::CosignatureSigner::Create(
      absl::StrCat("witness.example/w", seed - '0'),
      *crypto::PrivateKey::FromEd25519Seed(crypto::SecretBytes::CopyOf(std::string(32, seed))));
}

class AuditPolicyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = NewTestFolder("audit");
    std::filesystem::copy(GOLDEN "/log", folder_ + "/log");
    vkey_ = std::string(absl::StripSuffix(*ReadFile(GOLDEN "/log.vkey"), "\n"));
  }

  // Makes these witnesses cosign.
  void Cosign(const std::string& seeds) {
    std::string checkpoint = *ReadFile(GOLDEN "/log/checkpoint");
    const std::string text = crypto::ParseNote(checkpoint)->text;
    for (const char seed : seeds) {
      absl::StrAppend(&checkpoint,
                      crypto::FormatSignatureLine(*Witness(seed).Sign(text, 1700000000)));
    }
    ASSERT_OK(WriteFile(folder_ + "/log/checkpoint", checkpoint));
  }

  // The exit code of an audit under the policy "log line, witnesses 1 to 3, `quorum`".
  int Audit(const std::string& quorum) {
    std::string policy = absl::StrCat("log ", vkey_, "\n");
    for (const char seed : {'1', '2', '3'}) {
      absl::StrAppend(&policy, "witness w", std::string(1, seed), " ",
                      Witness(seed).verifier().vkey(), "\n");
    }
    EXPECT_OK(WriteFile(folder_ + "/policy", absl::StrCat(policy, quorum)));
    std::filesystem::remove(folder_ + "/out");
    const int code = testing::Run(
        {VOTUM_PATH, "audit", folder_ + "/log", "--policy", folder_ + "/policy"}, folder_ + "/out");
    output_ = *ReadFile(folder_ + "/out");
    return code;
  }

  std::string folder_;
  std::string vkey_;
  std::string output_;
};

TEST_F(AuditPolicyTest, AQuorumIsNamedWithItsTimes) {
  Cosign("13");
  EXPECT_EQ(Audit("group g 2 w1 w2 w3\nquorum g\n"), 0) << output_;
  EXPECT_THAT(output_, HasSubstr(": cosigned by w1 on 2023-11-14 23:13:20 +01:00, w3 on "
                                 "2023-11-14 23:13:20 +01:00, which is enough by the policy"));
  // They cosigned years before the time of the last record.
  EXPECT_THAT(output_, HasSubstr("ODD   the last record bears a time that is "));
}

TEST_F(AuditPolicyTest, TooFewAreAFault) {
  Cosign("1");
  EXPECT_NE(Audit("group g 2 w1 w2 w3\nquorum g\n"), 0);
  EXPECT_THAT(output_, HasSubstr("FAULT witnesses: of 3 witnesses 1 have cosigned"));
  EXPECT_EQ(Audit("quorum none\n"), 0) << output_;
}

TEST_F(AuditPolicyTest, AnotherLogsPolicyAndABadOneAreRefused) {
  vkey_ = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
  EXPECT_NE(Audit("quorum none\n"), 0);
  EXPECT_THAT(output_, HasSubstr("FAULT"));
  EXPECT_NE(Audit("quorum w9\n"), 0);
  EXPECT_THAT(output_, HasSubstr("line 5: no line before defines w9"));
}

}  // namespace
}  // namespace votum
