// A secret vote on devices over real processes and TLS, by the command line as people type it: a
// ceremony of three trustees, of whom one works with belenios-tool alone; six members on devices,
// of whom one votes again and one tests the device; three on paper; a trustee who is absent; an
// archive that both verifiers take, and the audit.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/harness/city.h"
#include "tests/interop/belenios/belenios_tool.h"
#include "votum/voting/v1/voting_service.pb.h"

namespace votum::testing {
namespace {

using ::testing::HasSubstr;

constexpr char kStep[] = "$T setup generate-trustee-key-threshold $G --step ";

class SecretVoteCommandTest : public ::testing::Test {
 protected:
  SecretVoteCommandTest()
      : folder_(NewTestFolder("secretcommand") + "/"),
        city_(folder_ + "city", City::Layout::kProcessPerService) {}

  void SetUp() override {
    if (!election::HaveBeleniosTool()) GTEST_SKIP() << "belenios-tool is not installed";
    city_.SetUpCouncil(9);
    city_.OpenMeeting(10);
    ASSERT_OK(WriteFile(folder_ + "passphrase", "correct horse\n", 0600));
    std::vector<std::string> people = city_.members();
    people.insert(people.end(), {"maria.meister", "karl.kanzlei", "klara.kanzlei", "petra.pruef"});
    for (const std::string& person : people) {
      ASSERT_OK(city_.KeyOf(person).SavePkcs8FileUnencrypted(folder_ + person + ".key"));
      Votum("", absl::StrCat("context add ", folder_, person, ".json --from ", city_.client_path(),
                             " --person ", person, " --key ", folder_, person, ".key"));
    }
  }

  // What `votum` says, on both outputs, to a command line of `person`.
  std::string Votum(const std::string& person, const std::string& line, int code = 0) {
    std::vector<std::string> arguments = {VOTUM_PATH};
    if (!person.empty()) arguments.insert(arguments.end(), {"-c", folder_ + person + ".json"});
    for (const absl::string_view word : absl::StrSplit(line, ' ')) arguments.emplace_back(word);
    const std::string output = folder_ + "output";
    EXPECT_OK(WriteFile(output, ""));
    EXPECT_EQ(testing::Run(arguments, output), code) << line << "\n"
                                                     << ReadFile(output).value_or("");
    return ReadFile(output).value_or("");
  }

  std::string Secret(const std::string& person) const {
    return absl::StrCat(" --secret ", folder_, person, ".secret --secret-passphrase-file ", folder_,
                        "passphrase");
  }
  std::string TrusteeSecret(const std::string& person) const { return Secret(person + ".trustee"); }

  // Anna (m01) and Carl (m03) with our program, Ben (m02) with the tool.
  void HoldCeremony() {
    Votum("karl.kanzlei",
          "trustee announce --ceremony amtszeit --organization rat --trustee m01 --trustee m02 "
          "--trustee m03 --threshold 2");
    Votum("m01", "trustee certify --ceremony amtszeit" + TrusteeSecret("m01"));
    // Once more, as if the answer had been lost: it is the same identity.
    Votum("m01", "trustee certify --ceremony amtszeit" + TrusteeSecret("m01"));
    Votum("m03", "trustee certify --ceremony amtszeit" + TrusteeSecret("m03"));
    ben_.Run(absl::StrCat(kStep, "1; cp *.cert certificate"));
    HandInToCeremony("certificate");

    Votum("m02",
          absl::StrCat("trustee files --ceremony amtszeit --trustee m02 --out ", ben_.folder()));
    ben_.Run(absl::StrCat(kStep, "2 --certs certs.jsons"));
    ben_.Write("contribution",
               ben_.Run(absl::StrCat(kStep, "3 --certs certs.jsons --key *.key --threshold 2")));
    EXPECT_THAT(Votum("m01",
                      "trustee contribute --ceremony amtszeit --names 00000000,11111111,22222222" +
                          TrusteeSecret("m01"),
                      5),
                HasSubstr("NAMES_DIFFER"));
    Votum("m01",
          "trustee contribute --ceremony amtszeit --names " + Names() + TrusteeSecret("m01"));
    Votum("m03", "trustee contribute --ceremony amtszeit" + TrusteeSecret("m03"));
    HandInToCeremony("contribution");

    Votum("m02",
          absl::StrCat("trustee files --ceremony amtszeit --trustee m02 --out ", ben_.folder()));
    ben_.Write("key",
               ben_.Run(absl::StrCat(kStep, "5 --certs certs.jsons --key *.key < m02.vinput")));
    Votum("m01", "trustee finish --ceremony amtszeit" + TrusteeSecret("m01"));
    Votum("m03", "trustee finish --ceremony amtszeit" + TrusteeSecret("m03"));
    HandInToCeremony("key");
    EXPECT_THAT(Votum("petra.pruef", "trustee show --ceremony amtszeit"), HasSubstr("FINISHED"));
  }

  void HandInToCeremony(const std::string& file) {
    Votum("karl.kanzlei", absl::StrCat("trustee hand-in --ceremony amtszeit --trustee m02 --file ",
                                       ben_.Path(file)));
  }

  // The certificates' names, as the trustees read them from their own screens.
  std::string Names() {
    std::vector<std::string> names;
    const std::string shown = Votum("m01", "trustee show --ceremony amtszeit");
    for (const absl::string_view line : absl::StrSplit(shown, '\n')) {
      const size_t place = line.find("certificate ");
      if (place != absl::string_view::npos) names.emplace_back(line.substr(place + 12, 8));
    }
    const std::string of_tool = absl::StrCat(ben_.Run("ls *.cert")).substr(0, 8);
    EXPECT_EQ(names.at(1), of_tool);
    return absl::StrCat(names.at(0), ",", of_tool, ",", names.at(2));
  }

  void OpenVote() {
    voting::v1::ProposeMotion motion;
    motion.set_meeting_id("sitzung-1");
    motion.set_item_id("top-1");
    motion.set_motion_id("antrag");
    motion.set_proposition("Der Rat beschließt fünf Mobilstationen.");
    motion.set_polarity(voting::v1::POLARITY_ADOPTS_ITEM);
    ASSERT_OK(city_.Do("maria.meister", std::move(motion)));
    Votum("maria.meister",
          "election open wahl-1 --meeting sitzung-1 --motion antrag --ceremony amtszeit");
    for (const char* member : {"m01", "m02", "m03", "m04", "m05", "m06"}) {
      Votum(member, absl::StrCat("election register wahl-1", Secret(member)));
    }
    EXPECT_THAT(Votum("m01", "election cast wahl-1 --choice yes" + Secret("m01"), 5),
                HasSubstr("BALLOTS_NOT_BEGUN"));
    Votum("maria.meister", "election begin wahl-1");
  }

  void Cast(const std::string& member, const std::string& choice) {
    EXPECT_THAT(
        Votum(member, absl::StrCat("election cast wahl-1 --choice ", choice, Secret(member))),
        HasSubstr("tracker"));
  }

  void TestTheDevice() {
    Votum("m03", "election prepare wahl-1 --choice no" + Secret("m03"));
    const std::string opened = folder_ + "opened";
    Votum("m03", absl::StrCat("election challenge wahl-1 --out ", opened, Secret("m03")));
    EXPECT_THAT(Votum("", absl::StrCat("election check-opening --election ", opened,
                                       "/election.json --ballot ", opened,
                                       "/ballot.json --opening ", opened, "/opening.json")),
                HasSubstr("\"Nein\""));
    // It is gone, and another one is made.
    EXPECT_THAT(Votum("m03", "election cast wahl-1" + Secret("m03"), 2), HasSubstr("--choice"));
    Votum("m03", "election prepare wahl-1 --choice no" + Secret("m03"));
    Votum("m03", "election cast wahl-1" + Secret("m03"));
  }

  void VoteAndClose() {
    Cast("m01", "yes");
    Cast("m02", "no");
    TestTheDevice();
    Cast("m04", "abstain");
    Cast("m05", "yes");
    Cast("m06", "yes");
    Cast("m02", "yes");
    for (const char* member : {"m07", "m08", "m09"}) {
      Votum("karl.kanzlei",
            absl::StrCat("vote urn --meeting sitzung-1 --id wahl-1 --person ", member));
    }
    EXPECT_THAT(Votum("maria.meister", "election export wahl-1 --out " + folder_ + "early.bel", 1),
                HasSubstr("VOTE_OPEN"));
    Votum("maria.meister", "vote close --meeting sitzung-1 --id wahl-1");
    Votum("maria.meister", "election participation wahl-1");
    const std::string count = " --meeting sitzung-1 --id wahl-1 --yes 2 --no 1";
    Votum("karl.kanzlei", "vote count" + count);
    Votum("klara.kanzlei", "vote count-confirm" + count);
  }

  // Carl is absent.
  void OpenTheUrn() {
    Votum("m01", "trustee decrypt --vote wahl-1" + TrusteeSecret("m01"));
    Votum("m02",
          absl::StrCat("trustee files --ceremony amtszeit --trustee m02 --out ", ben_.folder()));
    Votum("m02", absl::StrCat("election export wahl-1 --out ", ben_.Path("wahl.bel")));
    ben_.Write("decryption", ben_.Run("$T election decrypt-threshold --key *.key --decryption-key "
                                      "m02.dkey --trustee-id 3"));
    Votum("karl.kanzlei", absl::StrCat("trustee hand-in --vote wahl-1 --trustee m02 --file ",
                                       ben_.Path("decryption")));
    Votum("maria.meister", "election server-decrypt wahl-1");
    Votum("maria.meister", "vote establish --id wahl-1");
  }

  void VerifyTheArchive() {
    const std::string file = folder_ + "wahl.bel";
    Votum("m07", "election export wahl-1 --out " + file);
    EXPECT_THAT(
        Votum("", absl::StrCat("election verify --known-ballots 7 --known-voters 6 ", file)),
        HasSubstr("Everything holds."));
    EXPECT_THAT(Votum("", "election verify --known-ballots 6 " + file, 4),
                HasSubstr("WRONG_NUMBER_OF_BALLOTS"));
    const std::string bytes = ReadFile(file).value_or("");
    const election::BeleniosTool tool;
    tool.Write("wahl.bel", bytes);
    EXPECT_EQ(tool.Verify(), "");
    std::string changed = bytes;
    const size_t place = changed.find("{\"result\":[[4,1,1]]}");
    ASSERT_NE(place, std::string::npos);
    changed[place + 12] = '5';
    ASSERT_OK(WriteFile(folder_ + "changed.bel", changed));
    EXPECT_THAT(Votum("", "election verify " + folder_ + "changed.bel", 4),
                HasSubstr("HASH_MISMATCH"));
  }

  const std::string folder_;
  City city_;
  election::BeleniosTool ben_;
};

TEST_F(SecretVoteCommandTest, FromTheCeremonyToTheAudit) {
  HoldCeremony();
  OpenVote();
  VoteAndClose();
  OpenTheUrn();
  VerifyTheArchive();
  for (const char* member : {"m01", "m02", "m03", "m04", "m05", "m06"}) {
    EXPECT_THAT(Votum(member, absl::StrCat("election tracker wahl-1", Secret(member))),
                HasSubstr("your ballot counts"));
  }
  const std::string log = folder_ + "log";
  Votum("petra.pruef", "log export " + log);
  ASSERT_OK(WriteFile(folder_ + "vkey", city_.log().vkey() + "\n"));
  const std::string audit = Votum("", absl::StrCat("audit ", log, " --log-key @", folder_, "vkey"));
  EXPECT_THAT(audit, HasSubstr("secret vote wahl-1: archive of election"));
  EXPECT_THAT(audit, HasSubstr("7 ballots, 6 counted): every proof holds"));
  EXPECT_THAT(audit, HasSubstr("vote wahl-1: 6 yes, 2 no, 1 abstained"));
  EXPECT_THAT(audit, HasSubstr("all checks passed"));
}

}  // namespace
}  // namespace votum::testing
