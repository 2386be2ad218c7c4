#include "crypto/election/voter_file.h"

#include <filesystem>

#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "crypto/election/credential.h"
#include "crypto/election/trustee_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/crypto/election/sample_election.h"

namespace votum::election {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class VoterFile : public ::testing::Test {
 protected:
  const std::string path_ = NewTestFolder("voter") + "/wahl.secret";
  const crypto::SecretBytes passphrase_ = crypto::SecretBytes::CopyOf("correct horse");
  VoterSecrets secrets_ = {"AAAAAAAAAAAAAA", Scalar::Random(), {}, {}, {}};
};

TEST_F(VoterFile, KeepsWhatADeviceKnows) {
  const TestElection vote(OneQuestion(), MakeTestTrustees(), 1);
  BallotOpening opening;
  const auto ballot =
      MakeBallot(vote.election, CredentialOf(secrets_.secret), {{0, 1, 0}}, &opening);
  ASSERT_OK(ballot);
  secrets_.trackers = {"first", "second"};
  secrets_.ballot = FormatBallot(*ballot);
  secrets_.opening = opening;
  ASSERT_OK(SaveVoterFile(path_, secrets_, passphrase_, /*replace=*/false));
  const auto loaded = LoadVoterFile(path_, passphrase_);
  ASSERT_OK(loaded);
  EXPECT_EQ(loaded->election_uuid, "AAAAAAAAAAAAAA");
  EXPECT_EQ(loaded->secret, secrets_.secret);
  EXPECT_THAT(loaded->trackers, ElementsAre("first", "second"));
  EXPECT_EQ(loaded->ballot, secrets_.ballot);
  ASSERT_TRUE(loaded->opening.has_value());
  EXPECT_OK(CheckOpening(vote.election, loaded->ballot, *loaded->opening));
  // Nothing in the file can be read without the passphrase, or by other users of the machine.
  const std::string file = *ReadFile(path_);
  EXPECT_THAT(file, Not(HasSubstr(secrets_.secret.ToDecimal())));
  EXPECT_THAT(file, Not(HasSubstr("first")));
  EXPECT_EQ(std::filesystem::status(path_).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);

  // After casting, the ballot's opening is gone.
  secrets_.ballot.clear();
  secrets_.opening.reset();
  ASSERT_OK(SaveVoterFile(path_, secrets_, passphrase_, /*replace=*/true));
  const auto later = LoadVoterFile(path_, passphrase_);
  ASSERT_OK(later);
  EXPECT_EQ(later->ballot, "");
  EXPECT_FALSE(later->opening.has_value());
}

TEST_F(VoterFile, IsRefusedWhereItIsAnother) {
  EXPECT_TRUE(absl::IsNotFound(LoadVoterFile(path_, passphrase_).status()));
  ASSERT_OK(SaveVoterFile(path_, secrets_, passphrase_, /*replace=*/false));
  EXPECT_TRUE(
      absl::IsAlreadyExists(SaveVoterFile(path_, secrets_, passphrase_, /*replace=*/false)));
  EXPECT_THAT(LoadVoterFile(path_, crypto::SecretBytes::CopyOf("wrong")),
              IsRefused(Reason::kWrongPassphrase));
  EXPECT_THAT(LoadTrusteeFile(path_, passphrase_), IsRefused(Reason::kNotATrusteeFile));
  EXPECT_THAT(SaveVoterFile(path_, secrets_, crypto::SecretBytes(), /*replace=*/true),
              IsRefused(Reason::kPassphraseMissing));
  std::string changed = *ReadFile(path_);
  changed[changed.size() - 5] ^= 1;
  ASSERT_OK(WriteFile(path_, changed));
  EXPECT_FALSE(LoadVoterFile(path_, passphrase_).ok());
  ASSERT_OK(WriteFile(path_, "{}\n"));
  EXPECT_THAT(LoadVoterFile(path_, passphrase_), IsRefused(Reason::kNotAVoterFile));
}

}  // namespace
}  // namespace votum::election
