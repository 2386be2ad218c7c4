#include "crypto/election/ballot.h"

#include "absl/strings/str_replace.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "crypto/election/archive.h"
#include "gtest/gtest.h"
#include "tests/unit/crypto/election/samples.h"

namespace votum::election {
namespace {

// Three kinds of question: one of three, up to two of three or blank, exactly two of four.
ElectionDraft Draft() {
  ElectionDraft draft;
  draft.name = "TOP 7";
  draft.description = "Geheime Abstimmung über die Größe";
  draft.uuid = NewElectionId();
  draft.questions = {{"Antrag annehmen?", {"Ja", "Nein", "Enthaltung"}, false, 1, 1},
                     {"Ausschuss", {"A", "B", "C"}, true, 1, 2},
                     {"Zwei von vier", {"W", "X", "Y", "Z"}, false, 2, 2}};
  return draft;
}

const Choices kVote = {{1, 0, 0}, {0, 1, 0, 1}, {0, 1, 1, 0}};

struct Booth {
  Booth() : voter(MakeCredential()) {
    election = std::make_unique<Election>(
        *Election::Make(Draft(), Element::Generator().Power(Scalar::Random())));
  }
  Ballot Vote(const Choices& choices) const { return *MakeBallot(*election, voter, choices); }

  std::unique_ptr<Election> election;
  Credential voter;
};

const Booth& TheBooth() {
  static const Booth booth;
  return booth;
}

TEST(Ballot, EveryPermittedChoiceIsProved) {
  for (const std::vector<uint8_t>& first :
       {std::vector<uint8_t>{1, 0, 0}, std::vector<uint8_t>{0, 0, 1}}) {
    for (const std::vector<uint8_t>& second :
         {std::vector<uint8_t>{1, 0, 0, 0}, std::vector<uint8_t>{0, 0, 1, 0},
          std::vector<uint8_t>{0, 1, 1, 0}}) {
      const Ballot ballot = TheBooth().Vote({first, second, {1, 0, 0, 1}});
      EXPECT_OK(VerifyBallot(*TheBooth().election, ballot));
      const std::string text = FormatBallot(ballot);
      const auto read = ParseBallot(text);
      ASSERT_OK(read);
      EXPECT_EQ(FormatBallot(*read), text);
      EXPECT_OK(VerifyBallot(*TheBooth().election, *read));
    }
  }
}

TEST(Ballot, BlankAndNoneAreBothPermittedWhereMinIsZero) {
  ElectionDraft draft = Draft();
  draft.questions = {{"Beliebig", {"A", "B"}, true, 0, 2}, {"Ohne", {"A"}, false, 0, 1}};
  const auto election = Election::Make(draft, Element::Generator());
  ASSERT_OK(election);
  for (const Choices& choices :
       {Choices{{1, 0, 0}, {0}}, Choices{{0, 0, 0}, {1}}, Choices{{0, 1, 1}, {0}}}) {
    const auto ballot = MakeBallot(*election, TheBooth().voter, choices);
    ASSERT_OK(ballot);
    EXPECT_OK(VerifyBallot(*election, *ballot));
  }
}

TEST(Ballot, OtherChoicesAreRefused) {
  for (const Choices& choices :
       {Choices{}, Choices{{1, 0, 0}}, Choices{{1, 1, 0}, {0, 1, 0, 1}, {0, 1, 1, 0}},
        Choices{{0, 0, 0}, {0, 1, 0, 1}, {0, 1, 1, 0}},
        Choices{{2, 0, 0}, {0, 1, 0, 1}, {0, 1, 1, 0}},
        Choices{{1, 0, 0}, {1, 1, 0, 0}, {0, 1, 1, 0}},
        Choices{{1, 0, 0}, {0, 1, 1, 1}, {0, 1, 1, 0}},
        Choices{{1, 0, 0}, {0, 0, 0, 0}, {0, 1, 1, 0}}, Choices{{1, 0, 0}, {0, 1, 0}, {0, 1, 1, 0}},
        Choices{{1, 0, 0}, {0, 1, 0, 1}, {0, 1, 0, 0}}}) {
    EXPECT_THAT(MakeBallot(*TheBooth().election, TheBooth().voter, choices),
                IsRefused(Reason::kBadChoices));
  }
}

// Re-signs a changed ballot, as cheating owners of a credential could.
Ballot Resigned(Ballot ballot) {
  const std::string text = FormatBallot(ballot);
  const std::string unsigned_text = text.substr(0, text.find(",\"signature\":")) + "}";
  ballot.hash = HashBase64(unsigned_text);
  ballot.signature = ProveLog("sig|" + ballot.hash + "|", TheBooth().voter.secret);
  return ballot;
}

TEST(Ballot, EveryProofIsNeeded) {
  const Ballot ballot = TheBooth().Vote(kVote);
  const Election& election = *TheBooth().election;
  struct Case {
    Reason reason;
    void (*change)(Ballot&);
  };
  const Case cases[] = {
      {Reason::kBadIndividualProof,
       [](Ballot& b) { b.answers[0].individual_proofs[1][0].response += Scalar(1); }},
      {Reason::kBadIndividualProof,
       [](Ballot& b) { b.answers[2].individual_proofs[3][1].challenge += Scalar(1); }},
      // Adding 1 to an encrypted number would count as a second vote.
      {Reason::kBadIndividualProof,
       [](Ballot& b) { b.answers[0].choices[0].beta *= Element::Generator(); }},
      {Reason::kBadIndividualProof,
       [](Ballot& b) { std::swap(b.answers[0].choices[0], b.answers[0].choices[1]); }},
      {Reason::kBadOverallProof,
       [](Ballot& b) { b.answers[0].overall_proof[0].response += Scalar(1); }},
      {Reason::kBadOverallProof,
       [](Ballot& b) { b.answers[1].overall_proof[0].response += Scalar(1); }},
      {Reason::kBadOverallProof, [](Ballot& b) { b.answers[0].overall_proof.emplace_back(); }},
      {Reason::kBadBlankProof,
       [](Ballot& b) { b.answers[1].blank_proof[1].response += Scalar(1); }},
      {Reason::kWrongShape, [](Ballot& b) { b.answers[1].blank_proof.clear(); }},
      {Reason::kWrongShape, [](Ballot& b) { b.answers[0].blank_proof.resize(2); }},
      {Reason::kWrongShape, [](Ballot& b) { b.answers.pop_back(); }},
      {Reason::kWrongShape, [](Ballot& b) { b.answers[0].choices.pop_back(); }},
      {Reason::kWrongShape, [](Ballot& b) { b.answers[0].individual_proofs.pop_back(); }},
      {Reason::kNotInGroup,
       [](Ballot& b) { b.answers[0].choices[0].alpha = *Element::FromDecimalUnchecked("2"); }},
      {Reason::kNotInGroup,
       [](Ballot& b) { b.answers[2].choices[3].beta = *Element::FromDecimalUnchecked("3"); }},
      {Reason::kWrongElection, [](Ballot& b) { b.election_hash = "x"; }},
      {Reason::kWrongElection, [](Ballot& b) { b.election_uuid += "1"; }},
      {Reason::kBadBallotSignature, [](Ballot& b) { b.credential = MakeCredential().public_key; }},
  };
  for (const Case& test : cases) {
    Ballot changed = ballot;
    test.change(changed);
    EXPECT_THAT(VerifyBallot(election, Resigned(changed)), IsRefused(test.reason));
  }
  EXPECT_OK(VerifyBallot(election, Resigned(ballot)));
}

TEST(Ballot, TheSignatureCoversEverything) {
  Ballot ballot = TheBooth().Vote(kVote);
  const Election& election = *TheBooth().election;
  Ballot changed = ballot;
  changed.signature.response += Scalar(1);
  EXPECT_THAT(VerifyBallot(election, changed), IsRefused(Reason::kBadBallotSignature));
  changed = ballot;
  changed.answers[0] = TheBooth().Vote(kVote).answers[0];
  EXPECT_THAT(VerifyBallot(election, changed), IsRefused(Reason::kWrongBallotHash));
  // A ballot copied by another voter.
  changed = ballot;
  const Credential thief = MakeCredential();
  changed.credential = thief.public_key;
  const std::string text = FormatBallot(changed);
  changed.hash = HashBase64(text.substr(0, text.find(",\"signature\":")) + "}");
  changed.signature = ProveLog("sig|" + changed.hash + "|", thief.secret);
  EXPECT_THAT(VerifyBallot(election, changed), IsRefused(Reason::kBadIndividualProof));
}

TEST(ParseBallot, TakesOneTextOnly) {
  const std::string text = FormatBallot(TheBooth().Vote(kVote));
  EXPECT_THAT(ParseBallot(text + "\n"), IsRefused(Reason::kBallotNotCanonical));
  EXPECT_THAT(ParseBallot(absl::StrReplaceAll(text, {{"{\"alpha\"", "{ \"alpha\""}})),
              IsRefused(Reason::kBallotNotCanonical));
  EXPECT_THAT(ParseBallot(absl::StrReplaceAll(text, {{"election_uuid", "election\\u005fuuid"}})),
              IsRefused(Reason::kBallotNotCanonical));
  EXPECT_THAT(ParseBallot(absl::StrReplaceAll(text, {{"\"alpha\":\"", "\"alpha\":\"0"}})),
              IsRefused(Reason::kNotInGroup));
  EXPECT_THAT(ParseBallot(absl::StrReplaceAll(text, {{"\"challenge\":\"", "\"challenge\":\"0"}})),
              IsRefused(Reason::kNotAScalar));
  EXPECT_THAT(ParseBallot("{\"x\":1," + text.substr(1)), IsRefused(Reason::kBadJson));
  EXPECT_THAT(ParseBallot(text.substr(0, text.size() - 1)), IsRefused(Reason::kBadJson));
}

TEST(Credential, IsDerivedAsBeleniosToolDoes) {
  // By belenios-tool 2.0: setup generate-credentials.
  const auto credential = CredentialOfCode("vGLyAYrbCR1gdM", "tGy-RsT-H1x-p1t-RiK");
  ASSERT_OK(credential);
  EXPECT_EQ(
      credential->public_key.ToDecimal(),
      "12366641053631400373242142403706552336276268876882497046791328497038302355211868612107168578"
      "40261561253231770244101307017716610181959130788395085102571941479380752124648160458970343447"
      "81207805048726404994692949507167726283602262504988609374097283975924208041444475193588310988"
      "71016975114721423411511061369202871594872514842944538548330241453785083103984036147860872386"
      "30961368425452266361952571642814488177612521015452541792646700160550031107875036242060337561"
      "86101822131258189874792502435425746059202634944867100462374673236585541524565842460566914535"
      "35825691307397410525241400809341309510935755355168899204699433604");
  for (const char* code : {"", "tGy-RsT-H1x-p1t-RiA", "tGy-RsT-H1x-p1t-RiK1", "tGyRsTH1xp1tRi",
                           "0Gy-RsT-H1x-p1t-RiK"}) {
    EXPECT_THAT(CredentialOfCode("vGLyAYrbCR1gdM", code), IsRefused(Reason::kBadCredentialCode))
        << code;
  }
}

TEST(Samples, BallotsAreAcceptedAndWrittenAsTheyWereRead) {
  for (const char* path : {kSample2, kSample3}) {
    const auto archive = ReadArchive(*ReadFile(path));
    const auto& groups = archive->groups;
    const auto election = Election::Parse(groups[0].data[0].body);
    ASSERT_OK(election);
    size_t ballots = 0;
    for (const EventGroup& group : groups) {
      if (group.event.type != EventType::kBallot) continue;
      const auto ballot = ParseBallot(group.data[0].body);
      ASSERT_OK(ballot);
      EXPECT_OK(VerifyBallot(*election, *ballot));
      ++ballots;
    }
    EXPECT_GT(ballots, 5u);
  }
}

TEST(Samples, CredentialsAreListed) {
  const auto archive = ReadArchive(*ReadFile(kSample3));
  const auto credentials = CredentialList::Parse(archive->groups[0].data[2].body, 2);
  ASSERT_OK(credentials);
  EXPECT_EQ(credentials->credentials().size(), 20u);
  EXPECT_EQ(credentials->total_weight(), 20u);
  const auto ballot = ParseBallot(archive->groups[1].data[0].body);
  EXPECT_GE(credentials->IndexOf(ballot->credential.ToDecimal()), 0);
  EXPECT_EQ(credentials->IndexOf("1"), -1);
}

TEST(CredentialList, RefusesEqualAndUnusableCredentials) {
  const std::string a = MakeCredential().public_key.ToDecimal();
  const std::string b = MakeCredential().public_key.ToDecimal();
  const auto list = CredentialList::Parse("[\"" + a + ",3\",\"" + b + ",,Frau Müller\"]");
  ASSERT_OK(list);
  EXPECT_EQ(list->total_weight(), 4u);
  EXPECT_THAT(CredentialList::Parse("[\"" + a + "\",\"" + a + ",2\"]"),
              IsRefused(Reason::kDuplicateCredential));
  EXPECT_THAT(CredentialList::Parse("[\"1\"]"), IsRefused(Reason::kBadCredential));
  EXPECT_THAT(CredentialList::Parse("[\"" + a + ",0\"]"), IsRefused(Reason::kBadCredential));
  EXPECT_THAT(CredentialList::Parse("[\"2\"]"), IsRefused(Reason::kNotInGroup));
  EXPECT_THAT(CredentialList::Parse("[]"), IsRefused(Reason::kBadJson));
}

TEST(Election, IsReadAsItWasWritten) {
  const ElectionDraft draft = Draft();
  const auto election = Election::Make(draft, Element::Generator());
  ASSERT_OK(election);
  const auto read = Election::Parse(election->json());
  ASSERT_OK(read);
  EXPECT_EQ(read->fingerprint(), election->fingerprint());
  EXPECT_EQ(read->draft().description, draft.description);
  EXPECT_EQ(read->questions()[1].answers, draft.questions[1].answers);
  EXPECT_TRUE(read->questions()[1].blank);
}

TEST(Election, ImpossibleOnesAreRefused) {
  const auto refused = [](void (*change)(ElectionDraft&)) {
    ElectionDraft draft = Draft();
    change(draft);
    return Election::Make(draft, Element::Generator());
  };
  EXPECT_THAT(refused([](ElectionDraft& d) { d.questions.clear(); }),
              IsRefused(Reason::kBadElection));
  EXPECT_THAT(refused([](ElectionDraft& d) { d.questions[0].max = 4; }),
              IsRefused(Reason::kBadElection));
  EXPECT_THAT(refused([](ElectionDraft& d) { d.questions[0].min = 2; }),
              IsRefused(Reason::kBadElection));
  EXPECT_THAT(refused([](ElectionDraft& d) { d.uuid = "short"; }), IsRefused(Reason::kBadElection));
  EXPECT_THAT(refused([](ElectionDraft& d) { d.name = "\xff"; }), IsRefused(Reason::kBadElection));
  EXPECT_THAT(Election::Make(Draft(), Element()), IsRefused(Reason::kBadElection));
  const std::string json = Election::Make(Draft(), Element::Generator())->json();
  EXPECT_THAT(Election::Parse(absl::StrReplaceAll(json, {{"BELENIOS-2048", "RFC-3526-2048"}})),
              IsRefused(Reason::kUnsupportedGroup));
  EXPECT_THAT(
      Election::Parse(absl::StrReplaceAll(json, {{"\"blank\":true", "\"type\":\"Lists\""}})),
      IsRefused(Reason::kUnsupportedQuestion));
  EXPECT_THAT(Election::Parse(absl::StrReplaceAll(json, {{"\"version\":1", "\"version\":2"}})),
              IsRefused(Reason::kBadElection));
}

}  // namespace
}  // namespace votum::election
