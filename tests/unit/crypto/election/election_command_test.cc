#include "clients/cli/election/election_command.h"

#include <filesystem>
#include <sstream>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/test_folder.h"
#include "clients/cli/election/trustee_command.h"
#include "crypto/election/json.h"
#include "crypto/election/opening.h"
#include "crypto/election/trustee_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/crypto/election/sample_election.h"

namespace votum::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Ran {
  int code = -1;
  std::string out;
  std::string err;
};

Ran Votum(const std::string& arguments, const std::string& passphrase = "geheim") {
  std::ostringstream out;
  std::ostringstream err;
  Ran ran;
  CLI::App app("votum");
  AddElectionCommand(app, {&out, &err,
                           [&passphrase](bool) -> absl::StatusOr<crypto::SecretBytes> {
                             return crypto::SecretBytes::CopyOf(passphrase);
                           },
                           &ran.code});
  try {
    app.parse("election " + arguments);
  } catch (const CLI::ParseError& error) {
    ran.code = 2;
    err << error.what();
  }
  ran.out = out.str();
  ran.err = err.str();
  return ran;
}

// A folder with the files of a ceremony of three trustees with threshold two, and a server.
class TrusteeCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    static const std::string held = HoldCeremony();
    folder_ = NewTestFolder("trustee") + "/";
    std::filesystem::copy(held, folder_);
  }

  // Once for all tests: deriving keys from passphrases takes long.
  std::string HoldCeremony() {
    folder_ = NewTestFolder("ceremony") + "/";
    Out("server.json", "trustee generate --secret " + folder_ + "server.trustee");
    for (const char* i : {"1", "2", "3"}) {
      Out("certs", "trustee certify --number " + std::string(i) +
                       " --trustees 3 --threshold 2 --secret " + Secret(i));
    }
    for (const char* i : {"1", "2", "3"}) {
      Out("contributions", "trustee contribute" + Certificates() + " --secret " + Secret(i));
    }
    for (const char* i : {"1", "2", "3"}) {
      Out("keys", "trustee finish" + Certificates() + Contributions() + " --secret " + Secret(i));
    }
    Out("trustees.json", "trustee assemble --single " + folder_ + "server.json" + Certificates() +
                             Contributions() + " --threshold 2 --keys " + folder_ + "keys");
    return folder_;
  }

  std::string Secret(const std::string& name) const { return folder_ + name + ".trustee"; }
  std::string Certificates() const { return " --certificates " + folder_ + "certs"; }
  std::string Contributions() const { return " --contributions " + folder_ + "contributions"; }

  // Appends what a command prints to a file.
  void Out(const std::string& name, const std::string& arguments) {
    const Ran ran = Votum(arguments);
    ASSERT_EQ(ran.code, 0) << arguments << ": " << ran.err;
    const std::string before = ReadFile(folder_ + name).value_or("");
    ASSERT_TRUE(WriteFile(folder_ + name, before + ran.out).ok());
  }

  // An election with these trustees, whose vote is closed and whose tally is published.
  election::TestElection Closed(size_t voters) {
    election::TestTrustees trustees;
    trustees.json = *ReadFile(folder_ + "trustees.json");
    trustees.json.pop_back();  // the end of the line
    trustees.public_key = election::Trustees::Parse(trustees.json)->public_key();
    election::TestElection vote(election::OneQuestion(), trustees, voters);
    for (size_t i = 0; i < voters; ++i) vote.Vote(i, {{1, 0, 0}});
    return vote;
  }

  void Publish(election::TestElection& vote) {
    const auto counted = election::LastOfEach(vote.ballots);
    vote.archive.AddEndBallots();
    vote.archive.AddEncryptedTally(election::FormatTally(Tally(vote.election, counted)),
                                   counted.size(), counted.size());
    Save(vote);
  }
  void Save(const election::TestElection& vote) {
    ASSERT_TRUE(WriteFile(folder_ + "vote.bel", vote.archive.bytes()).ok());
  }
  Ran Decrypt(const std::string& name, const std::string& more = "") const {
    return Votum("trustee decrypt --archive " + folder_ + "vote.bel --secret " + Secret(name) +
                 more);
  }

  std::string folder_;
};

TEST_F(TrusteeCommand, FromCeremonyToVerifiedResult) {
  election::TestElection vote = Closed(3);
  Publish(vote);
  const auto counted = election::LastOfEach(vote.ballots);
  election::Decryptions decryptions;
  for (const char* name : {"server", "1", "3"}) {
    const Ran ran = Decrypt(name, " --known-ballots 3");
    ASSERT_EQ(ran.code, 0) << ran.err;
    const uint64_t owner = static_cast<uint64_t>(ran.out[0] - '0');
    const std::string text = ran.out.substr(2, ran.out.size() - 3);
    vote.archive.AddPartialDecryption(owner, text);
    decryptions.emplace(owner, *election::ParseDecryption(text));
  }
  EXPECT_EQ(decryptions.count(1) + decryptions.count(2) + decryptions.count(4), 3u);
  const auto result = CombineResult(*election::Trustees::Parse(vote.trustees.json),
                                    Tally(vote.election, counted), decryptions, 3);
  ASSERT_TRUE(result.ok()) << result.status();
  vote.archive.AddResult(election::FormatResult(*result));
  Save(vote);
  const Ran verified = Votum("verify " + folder_ + "vote.bel");
  EXPECT_EQ(verified.code, 0) << verified.out;
  EXPECT_THAT(verified.out, HasSubstr("3 cast, 3 counted\nQuestion 1:  3 0 0\n"));
}

// The files for trustees with belenios-tool; other tests check with the tool itself that it accepts
// them.
TEST_F(TrusteeCommand, ServesTrusteesWhoWorkWithBeleniosTool) {
  const std::string input = "trustee input" + Certificates() + Contributions();
  const Ran second = Votum(input + " --threshold 2 --number 2");
  ASSERT_EQ(second.code, 0) << second.err;
  EXPECT_THAT(second.out, StartsWith("{\"polynomial\":\"{\\\"alpha\\\":\\\""));
  EXPECT_NE(second.out, Votum(input + " --threshold 2 --number 3").out);
  EXPECT_THAT(Votum(input + " --threshold 2 --number 4").err, HasSubstr("BAD_TRUSTEES"));
  EXPECT_THAT(Votum(input + " --threshold 3 --number 2").err, HasSubstr("BAD_TRUSTEES"));
  const std::string key = "trustee decryption-key --keys " + folder_ + "keys --number ";
  const Ran third = Votum(key + "3");
  ASSERT_EQ(third.code, 0) << third.err;
  EXPECT_THAT(third.out, StartsWith("{\"alpha\":\""));
  EXPECT_THAT(*ReadFile(folder_ + "keys"),
              HasSubstr(election::JsonString(third.out.substr(0, third.out.size() - 1))));
  EXPECT_THAT(Votum(key + "0").err, HasSubstr("BAD_TRUSTEES"));
  ASSERT_TRUE(WriteFile(folder_ + "keys", "{}\n").ok());
  EXPECT_THAT(Votum(key + "1").err, HasSubstr("line 1 of " + folder_ + "keys"));
}

TEST_F(TrusteeCommand, DecryptsNothingButTheVerifiedTally) {
  election::TestElection vote = Closed(2);
  Save(vote);
  EXPECT_THAT(Decrypt("1").err, HasSubstr("NOT_TALLIED"));
  // A tally of a single ballot that an attacker wants opened.
  election::TestElection forged = vote;
  forged.archive.AddEndBallots();
  forged.archive.AddEncryptedTally(election::FormatTally({forged.ballots[0].answers[0].choices}), 2,
                                   2);
  Save(forged);
  EXPECT_THAT(Decrypt("1").err, HasSubstr("WRONG_ENCRYPTED_TALLY"));
  Publish(vote);
  EXPECT_THAT(Decrypt("1", " --known-ballots 3").err, HasSubstr("WRONG_NUMBER_OF_BALLOTS"));
  EXPECT_THAT(Decrypt("1", " --known-event abc").err, HasSubstr("KNOWN_EVENT_MISSING"));
  EXPECT_EQ(Decrypt("1").code, 0);
  EXPECT_EQ(Decrypt("1").code, 0);
  // The same election with one ballot more.
  election::TestElection longer = vote;
  longer.archive = election::ArchiveWriter(1795398172);
  longer.archive.AddSetup(vote.election.json(), vote.trustees.json, vote.list.json());
  longer.ballots.clear();
  longer.Vote(0, {{0, 1, 0}});
  Publish(longer);
  EXPECT_THAT(Decrypt("1").err, HasSubstr("OTHER_TALLY_DECRYPTED"));
  EXPECT_EQ(Decrypt("1").code, 5);
  EXPECT_EQ(Decrypt("2").code, 0);
}

TEST_F(TrusteeCommand, SecretFilesAreKept) {
  EXPECT_THAT(Votum("trustee generate --secret " + Secret("server")).err, HasSubstr("exists"));
  const Ran wrong = Votum(
      "trustee finish" + Certificates() + Contributions() + " --secret " + Secret("1"), "falsch");
  EXPECT_THAT(wrong.err, HasSubstr("WRONG_PASSPHRASE"));
  EXPECT_EQ(wrong.code, 5);
  EXPECT_THAT(Votum("trustee generate --secret " + Secret("new"), "").err,
              HasSubstr("PASSPHRASE_MISSING"));
  EXPECT_THAT(Votum("trustee contribute" + Certificates() + " --secret " + Secret("server")).err,
              HasSubstr("WRONG_IDENTITY"));
  EXPECT_THAT(Votum("trustee contribute" + Certificates() + " --secret " + folder_ + "certs").err,
              HasSubstr("NOT_A_TRUSTEE_FILE"));
  const std::string file = *ReadFile(Secret("1"));
  EXPECT_THAT(file, StartsWith("votum trustee secret v1\n"));
  std::string changed = file;
  changed[changed.size() - 6] = changed[changed.size() - 6] == 'A' ? 'B' : 'A';
  ASSERT_TRUE(WriteFile(Secret("1"), changed).ok());
  EXPECT_THAT(Votum("trustee contribute" + Certificates() + " --secret " + Secret("1")).err,
              HasSubstr("WRONG_PASSPHRASE"));
}

TEST(ElectionCommand, OpeningsAreCheckedAndRead) {
  const std::string folder = NewTestFolder("opening") + "/";
  election::TestElection vote(election::ThreeQuestions(), election::MakeTestTrustees(), 1);
  election::BallotOpening opening;
  const auto ballot =
      MakeBallot(vote.election, vote.voters[0], {{0, 1, 0}, {1, 0, 0, 0}, {1, 0, 0, 1}}, &opening);
  ASSERT_TRUE(ballot.ok());
  ASSERT_TRUE(WriteFile(folder + "election.json", vote.election.json() + "\n").ok());
  ASSERT_TRUE(WriteFile(folder + "ballot.json", election::FormatBallot(*ballot) + "\n").ok());
  const auto check = [&] {
    EXPECT_TRUE(WriteFile(folder + "opening.json", election::FormatOpening(opening)).ok());
    return Votum(absl::StrCat("check-opening --election ", folder, "election.json --ballot ",
                              folder, "ballot.json --opening ", folder, "opening.json"));
  };
  const Ran confirmed = check();
  EXPECT_EQ(confirmed.code, 0) << confirmed.err;
  EXPECT_THAT(confirmed.out, StartsWith("\"Antrag 2026/17 annehmen?\"\n  \"Nein\"\n"));
  EXPECT_THAT(confirmed.out, HasSubstr("\"Höchstens zwei\"\n  (blank)\n"));
  EXPECT_THAT(confirmed.out, HasSubstr("\"Genau zwei von vier\"\n  \"W\", \"Z\"\n"));
  EXPECT_THAT(confirmed.out, HasSubstr(opening.tracker));
  opening.choices[0] = {1, 0, 0};
  const Ran refuted = check();
  EXPECT_EQ(refuted.code, 4);
  EXPECT_THAT(refuted.err, HasSubstr("WRONG_OPENING: NOT CONFIRMED"));
  EXPECT_EQ(refuted.out, "");
  ASSERT_TRUE(std::filesystem::remove(folder + "ballot.json"));
  EXPECT_EQ(check().code, 5);
}

TEST(ElectionCommand, VerifyReports) {
  const std::string path = NewTestFolder("verify") + "/vote.bel";
  election::TestElection vote(election::OneQuestion(), election::MakeTestTrustees(), 1);
  vote.Vote(0, {{0, 0, 1}});
  ASSERT_TRUE(WriteFile(path, vote.archive.bytes()).ok());
  const Ran open = Votum("verify " + path);
  EXPECT_EQ(open.code, 4);
  EXPECT_THAT(open.out, HasSubstr("NOT_TALLIED"));
  EXPECT_THAT(open.out, HasSubstr("NOT VERIFIED"));
  vote.Finish({1});
  ASSERT_TRUE(WriteFile(path, vote.archive.bytes()).ok());
  const Ran json = Votum("verify -o json " + path);
  EXPECT_EQ(json.code, 0);
  EXPECT_THAT(json.out, StartsWith("{\"ok\":true,\"failures\":[],"));
  EXPECT_THAT(json.out, HasSubstr("\"ballots\":1,\"counted\":1,\"result\":[[0,0,1]]}"));
  const Ran missed = Votum("verify -o json --known-ballots 2 --threads 3 " + path);
  EXPECT_EQ(missed.code, 4);
  EXPECT_THAT(missed.out, HasSubstr("{\"code\":\"WRONG_NUMBER_OF_BALLOTS\",\"where\":\"file\""));
  EXPECT_EQ(Votum("verify " + path + ".missing").code, 5);
  EXPECT_EQ(Votum("verify").code, 2);
}

}  // namespace
}  // namespace votum::cli
