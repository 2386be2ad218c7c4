#include "tests/harness/secret_vote.h"

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"

namespace votum::testing {
namespace {

using ::testing::HasSubstr;

constexpr char kStep[] = "$T setup generate-trustee-key-threshold $G --step ";
constexpr char kPassphrase[] = "richtig Pferd Batterie Klammer";

}  // namespace

SecretVote::SecretVote(const std::string& folder)
    : folder_(folder + "/"),
      city_(folder_ + "city", {City::Layout::kProcessPerService, {}, 1, true, nullptr}),
      votum_(&city_, folder) {
  city_.SetUpCouncil(9);
  city_.OpenMeeting(10);
  EXPECT_OK(WriteFile(folder_ + "passphrase", absl::StrCat(kPassphrase, "\n"), 0600));
  votum_.AddPeople(city_.members());
  votum_.AddPeople({"maria.meister", "karl.kanzlei", "klara.kanzlei", "petra.pruef"});
}

std::string SecretVote::Votum(const std::string& person, const std::string& line, int code) {
  if (before_) before_();
  return votum_.Do(person, line, code);
}

std::string SecretVote::SecretPath(const std::string& person) const {
  return absl::StrCat(folder_, person, ".", id_, ".secret");
}

std::string SecretVote::TrusteeSecretPath(const std::string& person) const {
  return absl::StrCat(folder_, person, ".trustee");
}

std::string SecretVote::WithPassphrase(const std::string& path) const {
  return absl::StrCat(" --secret ", path, " --secret-passphrase-file ", folder_, "passphrase");
}

std::string SecretVote::Secret(const std::string& person) const {
  return WithPassphrase(SecretPath(person));
}

std::string SecretVote::TrusteeSecret(const std::string& person) const {
  return WithPassphrase(TrusteeSecretPath(person));
}

crypto::SecretBytes SecretVote::Passphrase() { return crypto::SecretBytes::CopyOf(kPassphrase); }

void SecretVote::HoldCeremony() {
  Votum("karl.kanzlei",
        "trustee announce --ceremony amtszeit --organization rat --trustee m01 --trustee m02 "
        "--trustee m03 --threshold 2");
  Votum("m01", "trustee certify --ceremony amtszeit" + TrusteeSecret("m01"));
  // Once more, as if the answer had been lost: it is the same identity.
  Votum("m01", "trustee certify --ceremony amtszeit" + TrusteeSecret("m01"));
  Votum("m03", "trustee certify --ceremony amtszeit" + TrusteeSecret("m03"));
  ben_.Run(absl::StrCat(kStep, "1; cp *.cert certificate"));
  HandInToCeremony("certificate");

  const std::string files =
      absl::StrCat("trustee files --ceremony amtszeit --trustee m02 --out ", ben_.folder());
  Votum("m02", files);
  ben_.Run(absl::StrCat(kStep, "2 --certs certs.jsons"));
  ben_.Write("contribution",
             ben_.Run(absl::StrCat(kStep, "3 --certs certs.jsons --key *.key --threshold 2")));
  EXPECT_THAT(Votum("m01",
                    "trustee contribute --ceremony amtszeit --names 00000000,11111111,22222222" +
                        TrusteeSecret("m01"),
                    5),
              HasSubstr("NAMES_DIFFER"));
  Votum("m01", "trustee contribute --ceremony amtszeit --names " + Names() + TrusteeSecret("m01"));
  Votum("m03", "trustee contribute --ceremony amtszeit" + TrusteeSecret("m03"));
  HandInToCeremony("contribution");

  Votum("m02", files);
  ben_.Write("key",
             ben_.Run(absl::StrCat(kStep, "5 --certs certs.jsons --key *.key < m02.vinput")));
  Votum("m01", "trustee finish --ceremony amtszeit" + TrusteeSecret("m01"));
  Votum("m03", "trustee finish --ceremony amtszeit" + TrusteeSecret("m03"));
  HandInToCeremony("key");
  EXPECT_THAT(Votum("petra.pruef", "trustee show --ceremony amtszeit"), HasSubstr("FINISHED"));
}

void SecretVote::HandInToCeremony(const std::string& file) {
  Votum("karl.kanzlei",
        absl::StrCat("trustee hand-in --ceremony amtszeit --trustee m02 --file ", ben_.Path(file)));
}

// The certificates' names, as the trustees read them from their own screens.
std::string SecretVote::Names() {
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

meetings::v1::ProposeMotion SecretVote::Motion() const {
  meetings::v1::ProposeMotion motion;
  motion.set_meeting_id("sitzung-1");
  motion.set_item_id("top-1");
  motion.set_motion_id("motion-" + id_);
  motion.set_proposition("Der Rat beschließt fünf Mobilstationen.");
  motion.set_polarity(meetings::v1::POLARITY_ADOPTS_ITEM);
  return motion;
}

void SecretVote::Open(const meetings::v1::ProposeMotion& motion) {
  std::string json;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(motion, &json).ok());
  Votum("maria.meister", "motion propose --file " + votum_.WriteFileOf("motion.json", json));
  Votum("maria.meister",
        absl::StrCat("election open --id ", id_, " --meeting sitzung-1 --motion motion-", id_,
                     " --ceremony amtszeit"));
}

void SecretVote::Register(const std::vector<std::string>& members) {
  for (const std::string& member : members) {
    Votum(member, absl::StrCat("election register --id ", id_, Secret(member)));
  }
}

void SecretVote::BeginBallots() { Votum("maria.meister", "election begin --id " + id_); }

void SecretVote::Cast(const std::string& member, const std::string& choice) {
  EXPECT_THAT(
      Votum(member, absl::StrCat("election cast --id ", id_, " --choice ", choice, Secret(member))),
      HasSubstr("tracker"));
}

void SecretVote::Close() {
  Votum("maria.meister", "vote close --meeting sitzung-1 --id " + id_);
  Votum("maria.meister", "election participation --id " + id_);
}

void SecretVote::Decrypt() {
  Votum("m01", absl::StrCat("trustee decrypt --vote ", id_, TrusteeSecret("m01")));
  Votum("m02",
        absl::StrCat("trustee files --ceremony amtszeit --trustee m02 --out ", ben_.folder()));
  ben_.Run("rm -f *.bel");
  Votum("m02", absl::StrCat("election export --id ", id_, " --out ", ben_.Path("wahl.bel")));
  ben_.Write("decryption", ben_.Run("$T election decrypt-threshold --key *.key --decryption-key "
                                    "m02.dkey --trustee-id 3"));
  Votum("karl.kanzlei", absl::StrCat("trustee hand-in --vote ", id_, " --trustee m02 --file ",
                                     ben_.Path("decryption")));
  Votum("maria.meister", "election server-decrypt --id " + id_);
}

std::string SecretVote::Archive() {
  const std::string file = folder_ + "wahl.bel";
  std::filesystem::remove(file);
  Votum("m07", absl::StrCat("election export --id ", id_, " --out ", file));
  return ReadFile(file).value_or("");
}

std::string SecretVote::Audit(int code) {
  const std::string log = folder_ + "log";
  std::filesystem::remove_all(log);
  Votum("petra.pruef", "log export " + log);
  EXPECT_OK(WriteFile(folder_ + "vkey", city_.log().vkey() + "\n"));
  return Votum("", absl::StrCat("audit ", log, " --log-key @", folder_, "vkey"), code);
}

}  // namespace votum::testing
