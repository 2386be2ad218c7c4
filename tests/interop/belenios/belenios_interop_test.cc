// belenios-tool accepts our output, we accept its output, and each can take the other's part in one
// election.
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "crypto/election/opening.h"
#include "crypto/election/verify_archive.h"
#include "gtest/gtest.h"
#include "tests/interop/belenios/belenios_tool.h"
#include "tests/unit/crypto/election/sample_election.h"

namespace votum::election {
namespace {

class BeleniosInterop : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!HaveBeleniosTool()) GTEST_SKIP() << "belenios-tool is not installed (script/setup)";
  }
};

std::string OurFailures(const std::string& archive) {
  VerifyOptions options;
  options.threads = 2;
  std::string text;
  for (const Failure& failure : VerifyArchive(archive, options).failures) {
    absl::StrAppend(&text, failure.where, ": ", ReasonText(failure.reason), ": ", failure.message,
                    "\n");
  }
  return text;
}

std::string ToolFailures(const TestElection& vote) {
  const BeleniosTool tool;
  tool.Write(vote.election.uuid() + ".bel", vote.archive.bytes());
  return tool.Verify();
}

// Both verifiers accept the election.
void ExpectAccepted(const TestElection& vote) {
  EXPECT_EQ(OurFailures(vote.archive.bytes()), "");
  EXPECT_EQ(ToolFailures(vote), "");
}

TEST_F(BeleniosInterop, YesNoAbstainOfManySizes) {
  for (const size_t voters : {1, 3, 20, 100}) {
    TestElection vote(OneQuestion(), MakeTestTrustees(), voters);
    for (size_t i = 0; i < voters; ++i) vote.Vote(i, SomeChoices(vote.election, i));
    vote.Finish({1});
    ExpectAccepted(vote);
  }
}

// The largest supported assembly. One trustee is absent; every tenth voter stays away and
// every hundredth votes twice.
TEST_F(BeleniosInterop, AThousandVoters) {
  TestElection vote(OneQuestion(), MakeTestTrustees(2, 3), 1000);
  for (size_t i = 0; i < 1000; ++i) {
    if (i % 10 != 0) vote.Vote(i, SomeChoices(vote.election, i));
    if (i % 100 == 1) vote.Vote(i, {{0, 0, 1}});
  }
  vote.Finish({1, 2, 4});
  EXPECT_EQ(vote.ballots.size(), 910u);
  // Among numbers that are not multiples of ten, remainders 0, 1 and 2 modulo three are equally
  // frequent; among those that are 1 modulo a hundred, 1, 301, ... have remainder 1, and 201, ...
  // have remainder 0.
  EXPECT_EQ(vote.result, (Result{{300 - 3, 300 - 4, 300 + 7}}));
  ExpectAccepted(vote);
}

TEST_F(BeleniosInterop, AllKindsOfQuestionsWithRevotesAndAbsentVoters) {
  TestElection vote(ThreeQuestions(), MakeTestTrustees(), 5);
  for (const size_t voter : {0, 1, 2, 0, 3, 1, 0}) {
    vote.Vote(voter, SomeChoices(vote.election, vote.ballots.size()));
  }
  vote.Finish({1});
  ExpectAccepted(vote);
}

// Up to k of n or blank, exactly k of n; every third voter votes again, one trustee is absent. The
// largest takes belenios-tool minutes: `script/test --large`.
TEST_F(BeleniosInterop, AllKindsOfQuestionsOfManySizes) {
  const TestTrustees trustees = MakeTestTrustees(2, 3);
  std::vector<size_t> sizes = {1, 3, 20, 100};
  if (std::getenv("VOTUM_LARGE_TESTS") != nullptr) sizes.push_back(1000);
  for (const size_t voters : sizes) {
    TestElection vote(ThreeQuestions(), trustees, voters);
    for (size_t i = 0; i < voters; ++i) vote.Vote(i, SomeChoices(vote.election, i));
    for (size_t i = 0; i < voters; i += 3) vote.Vote(i, SomeChoices(vote.election, i + 1));
    vote.Finish({1, 2, 4});
    ExpectAccepted(vote);
  }
}

TEST_F(BeleniosInterop, BlankVotesWhereMinIsZero) {
  ElectionDraft draft = OneQuestion();
  draft.questions = {{"Beliebig", {"A", "B", "C"}, true, 0, 3}, {"Ohne", {"A"}, false, 0, 1}};
  TestElection vote(draft, MakeTestTrustees(), 3);
  vote.Vote(0, {{1, 0, 0, 0}, {0}});
  vote.Vote(1, {{0, 0, 0, 0}, {1}});
  vote.Vote(2, {{0, 1, 1, 1}, {1}});
  vote.Finish({1});
  EXPECT_EQ(vote.result, (Result{{1, 1, 1, 1}, {2}}));
  ExpectAccepted(vote);
}

TEST_F(BeleniosInterop, ThresholdTrusteesOfWhomSomeAreAbsent) {
  const TestTrustees trustees = MakeTestTrustees(3, 5);
  for (const std::vector<uint64_t>& present :
       {std::vector<uint64_t>{1, 2, 3, 4}, {1, 3, 5, 6}, {6, 1, 2, 4, 5}}) {
    TestElection vote(ThreeQuestions(), trustees, 4);
    for (size_t i = 0; i < 4; ++i) vote.Vote(i, SomeChoices(vote.election, i));
    vote.Finish(present);
    ExpectAccepted(vote);
  }
}

TEST_F(BeleniosInterop, TheToolRefusesAWrongResult) {
  TestElection vote(OneQuestion(), MakeTestTrustees(), 1);
  vote.Vote(0, {{1, 0, 0}});
  vote.Finish({1});
  const auto archive = ReadArchive(vote.archive.bytes());
  ASSERT_OK(archive);
  Archive changed = *archive;
  changed.groups.back().data[0].body = FormatResult({{0, 1, 0}});
  vote.archive = ArchiveWriter(changed);
  EXPECT_NE(ToolFailures(vote), "");
  EXPECT_NE(OurFailures(vote.archive.bytes()), "");
}

TEST_F(BeleniosInterop, OfNobody) {
  TestElection vote(OneQuestion(), MakeTestTrustees(), 2);
  vote.Finish({1});
  ExpectAccepted(vote);
}

constexpr char kTemplate[] =
    R"({"description":"Über die Größe","name":"TOP 7","questions":[)"
    R"({"answers":["Ja","Nein","Enthaltung"],"min":1,"max":1,"question":"Antrag?"},)"
    R"({"answers":["A","B"],"blank":true,"min":1,"max":2,"question":"Wer?"}]})";

// A set-up election by the tool: three voters, one single trustee.
constexpr char kSetup[] = R"(
uuid=$($T setup generate-token)
printf 'a\nb\nc\n' > voters.txt
$T setup generate-credentials --uuid $uuid $G --file voters.txt
mv *.pubcreds public_creds.json; mv *.privcreds private_creds.txt
$T setup generate-trustee-key $G
cat *.pubkey > public_keys.jsons
$T setup make-trustees
$T setup make-election --uuid $uuid $G --template template.json
$T archive init
rm -f election.json trustees.json public_creds.json
mv $uuid.bel archive.bel
echo $uuid
)";

// $1 votes $2.
constexpr char kVoting[] = R"(
vote() {
  grep "^$1 " private_creds.txt | cut -d' ' -f2 > code.txt
  echo "$2" > choice.json
  $T election generate-ballot --privcred code.txt --ballot choice.json
}
cast() { vote "$@" | $T archive add-event --type=Ballot; }
)";

constexpr char kEnd[] = R"(
$T archive add-event --type=EndBallots < /dev/null
$T election compute-encrypted-tally | $T archive add-event --type=EncryptedTally
)";

// The one archive in the tool's folder.
std::string ArchiveOf(const BeleniosTool& tool) {
  const std::string name(absl::StripAsciiWhitespace(tool.Run("ls *.bel")));
  return tool.Read(name);
}

TEST_F(BeleniosInterop, ElectionsThatTheToolMakesAlone) {
  const BeleniosTool tool;
  tool.Write("template.json", kTemplate);
  tool.Run(absl::StrCat(kSetup, kVoting, R"(
    cast a '[[1,0,0],[0,1,1]]'; cast b '[[0,1,0],[1,0,0]]'; cast a '[[0,0,1],[0,0,1]]')",
                        kEnd, R"(
    $T election decrypt --privkey *.privkey --trustee-id 1 | $T archive add-event --type=PartialDecryption
    $T election compute-result | $T archive add-event --type=Result)"));
  EXPECT_EQ(tool.Verify(), "");
  const std::string archive = ArchiveOf(tool);
  EXPECT_EQ(OurFailures(archive), "");
  const ArchiveReport report = VerifyArchive(archive);
  EXPECT_EQ(report.ballots, 3u);
  EXPECT_EQ(report.counted, 2u);
  EXPECT_EQ(report.result, (Result{{0, 1, 1}, {1, 0, 1}}));
}

constexpr char kThresholdSetup[] = R"(
threshold() { $T setup generate-trustee-key-threshold $G "$@"; }
for i in 1 2 3; do threshold --step 1; done
cat *.cert > certs.jsons
threshold --certs certs.jsons --step 2
for key in *.key; do threshold --certs certs.jsons --key $key --step 3 --threshold 2; done > polynomials.jsons
threshold --certs certs.jsons --step 4 --polynomials polynomials.jsons
for key in *.key; do
  threshold --certs certs.jsons --key $key --step 5 < ${key%.key}.vinput > ${key%.key}.voutput
done
cat *.voutput | threshold --certs certs.jsons --step 6 --polynomials polynomials.jsons > threshold.json
)";

TEST_F(BeleniosInterop, TheToolAsOneThresholdTrustee) {
  const BeleniosTool tool;
  tool.Write("template.json", kTemplate);
  tool.Run(absl::StrCat(kThresholdSetup, kSetup, kVoting,
                        "cast c '[[1,0,0],[0,1,1]]'; cast b '[[1,0,0],[1,0,0]]'", kEnd, R"(
    keys=(*.key)
    for i in 0 2; do
      $T election decrypt-threshold --key ${keys[i]} --decryption-key ${keys[i]%.key}.dkey \
        --trustee-id $((i + 2)) | $T archive add-event --type=PartialDecryption
    done)"));
  // The last decryption and the result are ours.
  const auto archive = ReadArchive(ArchiveOf(tool));
  ASSERT_OK(archive);
  const auto& groups = archive->groups;
  const Election election = *Election::Parse(groups[0].data[0].body);
  const Trustees trustees = *Trustees::Parse(groups[0].data[1].body);
  ASSERT_EQ(trustees.count(), 4u);
  std::vector<Ballot> ballots;
  Decryptions decryptions;
  for (const EventGroup& group : groups) {
    if (group.event.type == EventType::kBallot) {
      ballots.push_back(*ParseBallot(group.data[0].body));
      EXPECT_OK(VerifyBallot(election, ballots.back()));
    }
    if (group.event.type == EventType::kPartialDecryption) {
      decryptions.emplace(decryptions.empty() ? 2 : 4, *ParseDecryption(group.data[0].body));
    }
  }
  const EncryptedTally tally = Tally(election, LastOfEach(ballots));
  for (const auto& [owner, decryption] : decryptions) {
    EXPECT_OK(VerifyDecryption(election, tally, trustees.KeyOf(owner), decryption));
  }
  const std::string secret = tool.Run("tr -d '\"\\n' < $(ls *.privkey)");
  decryptions.emplace(1, Decrypt(election, tally, *Scalar::FromDecimal(secret)));
  const auto result = CombineResult(trustees, tally, decryptions, 2);
  ASSERT_OK(result);
  EXPECT_EQ(*result, (Result{{2, 0, 0}, {1, 1, 1}}));
  ArchiveWriter writer(*archive);
  writer.AddPartialDecryption(1, FormatDecryption(decryptions.at(1)));
  writer.AddResult(FormatResult(*result));
  tool.Run("rm *.bel");
  tool.Write("archive.bel", writer.bytes());
  EXPECT_EQ(tool.Verify(), "");
  EXPECT_EQ(OurFailures(writer.bytes()), "");
}

TEST_F(BeleniosInterop, BallotsOfTheToolInOurElection) {
  const BeleniosTool tool;
  const std::string uuid = NewElectionId();
  // The codes of the tool, and our election with their credentials.
  tool.Run("$T setup generate-credentials --uuid " + uuid + " $G --count 2");
  const std::string codes = tool.Run("cat *.privcreds");
  std::vector<Element> keys;
  for (const absl::string_view line : absl::StrSplit(codes, '\n', absl::SkipEmpty())) {
    const auto credential = CredentialOfCode(uuid, line.substr(line.find(' ') + 1));
    ASSERT_OK(credential);
    keys.push_back(credential->public_key);
  }
  ASSERT_EQ(keys.size(), 2u);
  ElectionDraft draft = ThreeQuestions();
  draft.uuid = uuid;
  TestElection vote(draft, MakeTestTrustees(), 1);
  keys.push_back(vote.voters[0].public_key);
  vote.archive = ArchiveWriter(1795398172);
  vote.archive.AddSetup(vote.election.json(), vote.trustees.json,
                        CredentialList::Make(keys)->json());
  tool.Write("archive.bel", vote.archive.bytes());
  for (const char* who : {"1", "2"}) {
    const std::string ballot =
        tool.Run(absl::StrCat("mv *.privcreds private_creds.txt 2>/dev/null || true\n", kVoting,
                              "vote ", who, " '[[0,1,0],[0,0,1,1],[1,0,0,1]]'"));
    const auto parsed = ParseBallot(absl::StripAsciiWhitespace(ballot));
    ASSERT_OK(parsed);
    EXPECT_OK(VerifyBallot(vote.election, *parsed));
    EXPECT_EQ(parsed->credential, keys[who[0] - '1']);
    EXPECT_EQ(FormatBallot(*parsed), absl::StripAsciiWhitespace(ballot));
    vote.ballots.push_back(*parsed);
    vote.archive.AddBallot(FormatBallot(*parsed));
  }
  vote.Vote(0, {{1, 0, 0}, {1, 0, 0, 0}, {1, 1, 0, 0}});
  vote.Finish({1});
  EXPECT_EQ(vote.result, (Result{{1, 2, 0}, {1, 0, 2, 2}, {3, 1, 0, 2}}));
  ExpectAccepted(vote);
}

TEST_F(BeleniosInterop, WeightedVotesOfTheTool) {
  const BeleniosTool tool;
  tool.Write("template.json", kTemplate);
  std::string setup = kSetup;
  setup.replace(setup.find("printf 'a\\nb\\nc\\n'"), 19,
                "printf 'a@x,a,3\\nb@x,b,2000000000\\nc@x,c,1\\n'");
  tool.Run(absl::StrCat(setup, kVoting, R"(
    first() { sed -n ${1}p private_creds.txt | sed 's/ .*//'; }
    cast $(first 1) '[[1,0,0],[0,1,1]]'; cast $(first 2) '[[0,1,0],[1,0,0]]')",
                        kEnd, R"(
    $T election decrypt --privkey *.privkey --trustee-id 1 | $T archive add-event --type=PartialDecryption
    $T election compute-result | $T archive add-event --type=Result)"));
  EXPECT_EQ(tool.Verify(), "");
  EXPECT_EQ(OurFailures(ArchiveOf(tool)), "");
  EXPECT_EQ(VerifyArchive(ArchiveOf(tool)).result,
            (Result{{3, 2000000000, 0}, {2000000000, 3, 3}}));
}

// share/check-opening.py, in Debian's python3, and ballots that the tool too accepts.
TEST_F(BeleniosInterop, OpeningsAreCheckedWithoutOurCode) {
  const BeleniosTool tool;
  TestElection vote(ThreeQuestions(), MakeTestTrustees(), 1);
  BallotOpening opening;
  const auto ballot =
      MakeBallot(vote.election, vote.voters[0], SomeChoices(vote.election, 1), &opening);
  ASSERT_OK(ballot);
  tool.Write("election.json", vote.election.json());
  tool.Write("ballot.json", FormatBallot(*ballot));
  const auto run = [&tool, &opening](const char* expected) {
    tool.Write("opening.json", FormatOpening(opening));
    return tool.Run(absl::StrCat("python3 ", VOTUM_SHARE,
                                 "/check-opening.py election.json ballot.json opening.json 2>&1",
                                 expected));
  };
  EXPECT_EQ(run(""), absl::StrCat("\"Antrag 2026/17 annehmen?\"\n[\"Nein\"]\n"
                                  "\"Höchstens zwei\"\n[\"Ağaoğlu\"]\n"
                                  "\"Genau zwei von vier\"\n[\"X\", \"Z\"]\n"
                                  "The ballot with the tracker ",
                                  opening.tracker, " says exactly this.\n"));
  const BallotOpening honest = opening;
  opening.choices[0] = {1, 0, 0};
  EXPECT_EQ(run(" || true"), "NOT CONFIRMED: WRONG_OPENING\n");
  opening = honest;
  opening.randomness[2][0] += Scalar(1);
  EXPECT_EQ(run(" || true"), "NOT CONFIRMED: WRONG_OPENING\n");
  opening = honest;
  opening.tracker = Tracker("");
  EXPECT_EQ(run(" || true"), "NOT CONFIRMED: WRONG_TRACKER\n");
}

TEST_F(BeleniosInterop, HashesAndTrackers) {
  const BeleniosTool tool;
  TestElection vote(OneQuestion(), MakeTestTrustees(), 1);
  vote.Vote(0, {{1, 0, 0}});
  const std::string ballot = FormatBallot(vote.ballots[0]);
  tool.Write("ballot.json", ballot);
  tool.Write("election.json", vote.election.json());
  EXPECT_EQ(absl::StripAsciiWhitespace(tool.Run("$T sha256-b64 < ballot.json")), Tracker(ballot));
  EXPECT_EQ(absl::StripAsciiWhitespace(tool.Run("$T sha256-b64 < election.json")),
            vote.election.fingerprint());
}

}  // namespace
}  // namespace votum::election
