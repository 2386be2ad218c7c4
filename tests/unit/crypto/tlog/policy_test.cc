#include "crypto/tlog/policy.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/status_matchers.h"
#include "crypto/merkle.h"
#include "gtest/gtest.h"
#include "tests/unit/crypto/known_answers.h"

namespace votum::crypto {
namespace {

constexpr char kOtherLogVkey[] =
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

CosignatureSigner Witness(int i) {
  return *CosignatureSigner::Create(absl::StrCat("witness.example/w", i),
                                    KeyOfSeedByte(static_cast<char>(i + 1)));
}

// A log line and lines for witnesses w1 to w<count>.
std::string Head(int count) {
  std::string text = absl::StrCat("log ", kLogVkey, " https://council.example/log/\n");
  for (int i = 1; i <= count; ++i) {
    absl::StrAppend(&text, "witness w", i, " ", Witness(i).verifier().vkey(), "\n");
  }
  return text;
}

// The sets of `count` witnesses that are a quorum: bit n represents the set whose binary form is n.
uint64_t Quorums(const std::string& text, int count) {
  const auto policy = Policy::Parse(text);
  EXPECT_OK(policy) << text;
  if (!policy.ok()) return 0;
  uint64_t quorums = 0;
  for (uint64_t set = 0; set < uint64_t{1} << count; ++set) {
    std::vector<bool> witnessed;
    for (int i = 0; i < count; ++i) witnessed.push_back((set >> i & 1) != 0);
    if (policy->IsQuorum(witnessed)) quorums |= uint64_t{1} << set;
  }
  return quorums;
}

TEST(PolicyTest, QuorumsAgainstAllSetsOfWitnesses) {
  const struct {
    int witnesses;
    const char* rules;
    bool (*holds)(bool, bool, bool, bool, bool);
  } kCases[] = {
      {2, "quorum none\n", [](bool, bool, bool, bool, bool) { return true; }},
      {2, "quorum w2\n", [](bool, bool b, bool, bool, bool) { return b; }},
      {2, "group g all w1 w2\nquorum g\n", [](bool a, bool b, bool, bool, bool) { return a && b; }},
      {2, "group g any w1 w2\nquorum g\n", [](bool a, bool b, bool, bool, bool) { return a || b; }},
      {1, "group g 1 w1\nquorum g\n", [](bool a, bool, bool, bool, bool) { return a; }},
      {3, "group g 2 w1 w2 w3\nquorum g\n",
       [](bool a, bool b, bool c, bool, bool) { return a + b + c >= 2; }},
      {5, "group x 2 w1 w2 w3\ngroup y any w4 w5\ngroup z all x y\nquorum z\n",
       [](bool a, bool b, bool c, bool d, bool e) { return a + b + c >= 2 && (d || e); }},
      {5, "group x all w1 w2\ngroup y all w3 w4\ngroup z 2 x y w5\nquorum z\n",
       [](bool a, bool b, bool c, bool d, bool e) { return (a && b) + (c && d) + e >= 2; }},
      {3, "group g any w1 w2\nquorum w3\n", [](bool, bool, bool c, bool, bool) { return c; }},
  };
  for (const auto& c : kCases) {
    uint64_t wanted = 0;
    for (uint64_t set = 0; set < uint64_t{1} << c.witnesses; ++set) {
      if (c.holds(set & 1, set & 2, set & 4, set & 8, set & 16)) wanted |= uint64_t{1} << set;
    }
    EXPECT_EQ(Quorums(absl::StrCat(Head(c.witnesses), c.rules), c.witnesses), wanted) << c.rules;
  }
}

TEST(PolicyTest, WhiteSpaceAndCommentsMeanNothing) {
  const std::string plain = absl::StrCat(Head(1), "quorum w1\n");
  const std::string spaced =
      absl::StrCat("# comment\n\n \t \n\t# another \xc3\xa4\n",
                   absl::StrReplaceAll(plain, {{" ", " \t "}, {"\n", "\t\n"}}), "#");
  const auto policy = Policy::Parse(absl::StrCat(spaced, "\n"));
  ASSERT_OK(policy);
  EXPECT_EQ(policy->logs().size(), 1u);
  EXPECT_EQ(policy->logs()[0].verifier.vkey(), kLogVkey);
  EXPECT_EQ(policy->logs()[0].url, "https://council.example/log/");
  EXPECT_EQ(policy->witnesses()[0].name, "w1");
  EXPECT_EQ(policy->witnesses()[0].url, "");
  EXPECT_FALSE(policy->IsQuorum({false}));
  EXPECT_FALSE(policy->IsQuorum({}));
  EXPECT_TRUE(policy->IsQuorum({true}));
}

TEST(PolicyTest, OnlyTheQuorumMustBeThere) {
  EXPECT_OK(Policy::Parse("quorum none\n"));
  EXPECT_THAT(Policy::Parse(""), IsRefused(Reason::kBadPolicy));
  EXPECT_THAT(Policy::Parse(Head(2)), IsRefused(Reason::kBadPolicy));
}

TEST(PolicyTest, NamesAreBytes) {
  const auto policy = Policy::Parse(absl::StrCat("witness K ", Witness(1).verifier().vkey(),
                                                 "\nwitness \xe2\x84\xaa ",
                                                 Witness(2).verifier().vkey(), "\nquorum K\n"));
  ASSERT_OK(policy);
  EXPECT_TRUE(policy->IsQuorum({true, false}));
  EXPECT_FALSE(policy->IsQuorum({false, true}));
}

TEST(PolicyTest, ManyOfEach) {
  std::string text = Head(32);
  std::string all;
  for (int i = 1; i <= 32; ++i) {
    absl::StrAppend(&text, "group g", i, " any w", i, "\n");
    absl::StrAppend(&all, " g", i);
  }
  absl::StrAppend(&text, "group all all", all, "\nquorum all\n");
  const auto policy = Policy::Parse(text);
  ASSERT_OK(policy);
  EXPECT_TRUE(policy->IsQuorum(std::vector<bool>(32, true)));
  std::vector<bool> but_one(32, true);
  but_one[17] = false;
  EXPECT_FALSE(policy->IsQuorum(but_one));
}

TEST(PolicyTest, RefusesWithTheLineThatIsWrong) {
  const std::string w1 = Witness(1).verifier().vkey();
  const std::string w2 = Witness(2).verifier().vkey();
  // The same key under another name.
  const std::string twin =
      CosignatureVerifier::Create("twin.example/w", KeyOfSeedByte(2).public_key())->vkey();
  const std::string log_twin =
      NoteVerifier::Create("twin.example/log", KeyOfSeedByte(1).public_key())->vkey();
  const std::string two = absl::StrCat("witness a ", w1, "\nwitness b ", w2, "\n");
  const struct {
    std::string text;
    const char* message;
  } kCases[] = {
      {"quorum none", "line 1: "},
      {"quorum none\nquorum none\n", "line 2: "},
      {"quorum a\n", "line 1: "},
      {"quorum\n", "line 1: the form is: quorum"},
      {"quorum none none\n", "line 1: "},
      {"Quorum none\n", "line 1: "},
      {"quorum none\r\n", "line 1: it has a control character"},
      {"quorum none\x7f\n", "line 1: "},
      {std::string("#\0\nquorum none\n", 16), "line 1: "},
      {"quorum\vnone\n", "line 1: "},
      {"quorum none # no comment here\n", "line 1: "},
      {"quorum none\nlog x\n", "line 2: "},
      {"\nlog\n", "line 2: the form is: log"},
      {absl::StrCat("log ", kLogVkey, " a b\n"), "line 1: the form is: log"},
      {absl::StrCat("log ", w1, "\n"), "line 1: "},
      {absl::StrCat("witness a ", kLogVkey, "\n"), "line 1: "},
      {absl::StrCat("witness ", w1, "\n"), "line 1: the form is: witness"},
      {absl::StrCat("witness a ", w1, " u v\n"), "line 1: the form is: witness"},
      {absl::StrCat("witness none ", w1, "\n"), "line 1: "},
      {absl::StrCat("witness a ", w1, "\nwitness a ", w2, "\n"), "line 2: a was defined before"},
      {absl::StrCat("witness a ", w1, "\nwitness b ", w1, "\n"), "line 2: this witness key"},
      {absl::StrCat("witness a ", w1, "\nwitness b ", twin, "\n"), "line 2: this witness key"},
      {absl::StrCat("log ", kLogVkey, "\nlog ", kLogVkey, "\n"), "line 2: this log key"},
      {absl::StrCat("log ", kLogVkey, "\nlog ", log_twin, "\n"), "line 2: this log key"},
      {absl::StrCat(two, "group g all\n"), "line 3: the form is: group"},
      {absl::StrCat(two, "group g all a c\n"), "line 3: no line before defines c"},
      {absl::StrCat(two, "group g all a none\n"), "line 3: "},
      {absl::StrCat(two, "group g all g\n"), "line 3: "},
      {absl::StrCat(two, "group none all a b\n"), "line 3: "},
      {absl::StrCat(two, "group a all b\n"), "line 3: a was defined before"},
      {absl::StrCat(two, "group g all a a\n"), "line 3: a is a member already"},
      {absl::StrCat(two, "group g all a\ngroup h all a b\n"), "line 4: a is a member already"},
      {absl::StrCat(two, "group g 0 a b\n"), "line 3: how many"},
      {absl::StrCat(two, "group g 3 a b\n"), "line 3: how many"},
      {absl::StrCat(two, "group g 01 a b\n"), "line 3: how many"},
      {absl::StrCat(two, "group g -1 a b\n"), "line 3: how many"},
      {absl::StrCat(two, "group g ALL a b\n"), "line 3: how many"},
      {absl::StrCat(two, "quorum g\ngroup g all a b\n"), "line 3: no line before defines g"},
  };
  for (const auto& c : kCases) {
    const auto policy = Policy::Parse(c.text);
    EXPECT_THAT(policy, IsRefused(Reason::kBadPolicy)) << c.text;
    if (!policy.ok()) {
      EXPECT_TRUE(absl::StartsWith(policy.status().message(), c.message)) << policy.status() << "\n"
                                                                          << c.message;
    }
  }
  EXPECT_THAT(Policy::Parse(std::string(kMaxPolicyBytes + 1, '\n')), IsRefused(Reason::kBadPolicy));
}

// A checkpoint of a log of one entry, by the log's key.
std::string LogNote() {
  return *SignCheckpoint({kLogName, 1, HashLeaf("entry"), {}},
                         *NoteSigner::Create(kLogName, KeyOfSeedByte(1)));
}

std::string CosignedBy(const std::string& note, int witness, uint64_t time) {
  const std::string text = ParseNote(note)->text;
  return absl::StrCat(note, FormatSignatureLine(*Witness(witness).Sign(text, time)));
}

TEST(PolicyVerifyTest, CountsTheCosignaturesThatVerify) {
  const auto policy = Policy::Parse(absl::StrCat(Head(3), "group g 2 w1 w2 w3\nquorum g\n"));
  ASSERT_OK(policy);
  std::string note = LogNote();
  EXPECT_OK(policy->Open(note));
  EXPECT_THAT(policy->Verify(note), IsRefused(Reason::kNoQuorum));
  note = CosignedBy(note, 3, 100);
  EXPECT_THAT(policy->Verify(note), IsRefused(Reason::kNoQuorum));
  note = CosignedBy(note, 3, 90);
  EXPECT_THAT(policy->Verify(note), IsRefused(Reason::kNoQuorum)) << "the same witness counts once";
  note = CosignedBy(note, 7, 100);
  EXPECT_THAT(policy->Verify(note), IsRefused(Reason::kNoQuorum)) << "nobody knows the seventh";
  note = CosignedBy(note, 1, 101);
  const auto verified = policy->Verify(note);
  ASSERT_OK(verified);
  EXPECT_EQ(verified->checkpoint.size, 1u);
  EXPECT_EQ(verified->log, 0u);
  ASSERT_EQ(verified->cosigned.size(), 2u);
  EXPECT_EQ(verified->cosigned[0].witness, 0u);
  EXPECT_EQ(verified->cosigned[0].time, 101u);
  EXPECT_EQ(verified->cosigned[1].witness, 2u);
  EXPECT_EQ(verified->cosigned[1].time, 100u);
}

TEST(PolicyVerifyTest, AKnownWitnessWhoseSignatureFailsSpoilsTheNote) {
  const auto policy = Policy::Parse(absl::StrCat(Head(2), "group g any w1 w2\nquorum g\n"));
  const std::string note = CosignedBy(LogNote(), 1, 100);
  EXPECT_OK(policy->Verify(note));
  NoteSignature bad = *Witness(2).Sign("another text\n", 100);
  EXPECT_THAT(policy->Verify(absl::StrCat(note, FormatSignatureLine(bad))),
              IsRefused(Reason::kWrongSignature));
}

TEST(PolicyVerifyTest, TheLogMustHaveSignedItsOwnCheckpoint) {
  const auto none = Policy::Parse(absl::StrCat("log ", kOtherLogVkey, "\nquorum none\n"));
  EXPECT_THAT(none->Verify(LogNote()), IsRefused(Reason::kNoKnownSignature));
  EXPECT_THAT(Policy::Parse("quorum none\n")->Verify(LogNote()),
              IsRefused(Reason::kNoKnownSignature));
  const auto two_logs =
      Policy::Parse(absl::StrCat("log ", kLogVkey, "\nlog ", kOtherLogVkey, "\nquorum none\n"));
  const auto verified = two_logs->Verify(LogNote());
  ASSERT_OK(verified);
  EXPECT_EQ(verified->log, 0u);
  // Our log's key under the other log's origin.
  const NoteSigner signer = *NoteSigner::Create(kLogName, KeyOfSeedByte(1));
  const NoteSigner* const signers[] = {&signer};
  const std::string text = Checkpoint{"example.com/foo", 1, HashLeaf("entry"), {}}.Text();
  EXPECT_THAT(two_logs->Verify(*SignNote(text, signers)), IsRefused(Reason::kWrongOrigin));
}

using PolicyKnownAnswers = KnownAnswers;

TEST_F(PolicyKnownAnswers, TheCosignedCheckpointHasItsQuorum) {
  const auto policy = Policy::Parse(absl::StrCat(Head(2), "group g all w1 w2\nquorum g\n"));
  ASSERT_OK(policy);
  const auto verified = policy->Verify(Read("checkpoint.cosigned"));
  ASSERT_OK(verified);
  EXPECT_EQ(verified->checkpoint.size, 600u);
  ASSERT_EQ(verified->cosigned.size(), 2u);
  EXPECT_EQ(verified->cosigned[0].time, 1700000000u);
  EXPECT_EQ(verified->cosigned[1].time, 1700000001u);
  EXPECT_THAT(policy->Verify(PublishedCheckpoint(600)), IsRefused(Reason::kNoQuorum));
}

}  // namespace
}  // namespace votum::crypto
