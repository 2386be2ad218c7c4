#include "tests/unit/crypto/election/sample_election.h"

#include <utility>

#include "gtest/gtest.h"

namespace votum::election {
namespace {

constexpr uint64_t kTimestamp = 1795398172;

std::vector<Credential> MakeVoters(size_t count) {
  std::vector<Credential> voters;
  for (size_t i = 0; i < count; ++i) voters.push_back(MakeCredential());
  return voters;
}

CredentialList ListOf(const std::vector<Credential>& voters) {
  std::vector<Element> keys;
  for (const Credential& voter : voters) keys.push_back(voter.public_key);
  return *CredentialList::Make(keys);
}

}  // namespace

TestTrustees MakeTestTrustees(uint64_t threshold, uint64_t size) {
  TestTrustees trustees;
  const TrusteeKeyPair server = MakeTrusteeKey();
  trustees.secrets.emplace(1, server.secret);
  std::vector<ThresholdTrustees> thresholds;
  if (size > 0) {
    std::vector<TrusteeIdentity>& identities = trustees.identities;
    std::vector<SignedMessage> certificates;
    for (uint64_t i = 1; i <= size; ++i) {
      identities.push_back(MakeTrusteeIdentity());
      certificates.push_back(*MakeCertificate(identities.back(), {size, threshold, i}));
    }
    std::vector<Contribution> contributions;
    for (uint64_t i = 1; i <= size; ++i) {
      contributions.push_back(*Contribute(identities[i - 1], i, certificates, threshold));
    }
    std::vector<TrusteeKey> keys;
    for (uint64_t i = 1; i <= size; ++i) {
      TrusteeShare share =
          *FinishShare(identities[i - 1], i, certificates, threshold, contributions);
      trustees.secrets.emplace(i + 1, share.secret);
      keys.push_back(std::move(share.message.key));
    }
    thresholds.push_back(*AssembleTrustees(certificates, threshold, contributions, keys));
  }
  trustees.json = Trustees::Format({server.public_part}, thresholds);
  trustees.public_key = Trustees::Parse(trustees.json)->public_key();
  return trustees;
}

ElectionDraft ThreeQuestions() {
  ElectionDraft draft;
  draft.name = "TOP 7: \"Größe\" der Ausschüsse";
  draft.description = "Geheime Abstimmung \\ 秘密投票\n2. Zeile";
  draft.uuid = NewElectionId();
  draft.questions = {{"Antrag 2026/17 annehmen?", {"Ja", "Nein", "Enthaltung"}, false, 1, 1},
                     {"Höchstens zwei", {"Ağaoğlu", "Ćosić", "Łukasz"}, true, 1, 2},
                     {"Genau zwei von vier", {"W", "X", "Y", "Z"}, false, 2, 2}};
  return draft;
}

ElectionDraft OneQuestion() {
  ElectionDraft draft = ThreeQuestions();
  draft.questions.resize(1);
  draft.administrator = "Ratsbüro";
  draft.credential_authority = "Hauptamt";
  return draft;
}

TestElection::TestElection(const ElectionDraft& draft, TestTrustees those, size_t count)
    : trustees(std::move(those)),
      voters(MakeVoters(count)),
      list(ListOf(voters)),
      election(*Election::Make(draft, trustees.public_key)),
      archive(kTimestamp) {
  archive.AddSetup(election.json(), trustees.json, list.json());
}

void TestElection::Vote(size_t voter, const Choices& choices) {
  ballots.push_back(*MakeBallot(election, voters[voter], choices));
  archive.AddBallot(FormatBallot(ballots.back()));
}

void TestElection::Finish(const std::vector<uint64_t>& owners) {
  archive.AddEndBallots();
  const std::vector<CountedBallot> counted = LastOfEach(ballots);
  const EncryptedTally tally = Tally(election, counted);
  archive.AddEncryptedTally(FormatTally(tally), counted.size(), counted.size());
  Decryptions decryptions;
  for (const uint64_t owner : owners) {
    PartialDecryption decryption = Decrypt(election, tally, trustees.secrets.at(owner));
    archive.AddPartialDecryption(owner, FormatDecryption(decryption));
    decryptions.emplace(owner, std::move(decryption));
  }
  const absl::StatusOr<Result> combined =
      CombineResult(*Trustees::Parse(trustees.json), tally, decryptions, counted.size());
  ASSERT_TRUE(combined.ok()) << combined.status();
  result = *combined;
  archive.AddResult(FormatResult(result));
}

Choices SomeChoices(const Election& election, size_t voter) {
  Choices choices;
  for (const Question& question : election.questions()) {
    std::vector<uint8_t>& chosen = choices.emplace_back(question.choices());
    const size_t first = voter % chosen.size();
    chosen[first] = 1;
    if (question.min == 2) chosen[(first + 1 + voter % 2) % chosen.size()] = 1;
  }
  return choices;
}

}  // namespace votum::election
