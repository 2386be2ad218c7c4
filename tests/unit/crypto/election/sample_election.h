// Whole elections for tests: made by our own code, from key ceremony to result.
#ifndef VOTUM_TESTS_UNIT_CRYPTO_ELECTION_SAMPLE_ELECTION_H_
#define VOTUM_TESTS_UNIT_CRYPTO_ELECTION_SAMPLE_ELECTION_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "crypto/election/archive.h"
#include "crypto/election/ballot.h"
#include "crypto/election/ceremony.h"
#include "crypto/election/credential.h"
#include "crypto/election/election.h"
#include "crypto/election/tally.h"
#include "crypto/election/trustees.h"

namespace votum::election {

// Trustees with their secrets: one single, and perhaps a threshold of others.
struct TestTrustees {
  std::string json;
  Element public_key;
  std::map<uint64_t, Scalar> secrets;  // by owner
  std::vector<TrusteeIdentity> identities;
};

// One single trustee; if size > 0, `threshold` of `size` others too.
TestTrustees MakeTestTrustees(uint64_t threshold = 0, uint64_t size = 0);

// Three questions: one of three, up to two of three or blank, exactly two of four; texts with
// letters of several scripts.
ElectionDraft ThreeQuestions();

// Yes, no, abstain.
ElectionDraft OneQuestion();

// An election under way.
struct TestElection {
  TestElection(const ElectionDraft& draft, TestTrustees trustees, size_t voters);

  // Voter i votes; the ballot is added to the archive.
  void Vote(size_t voter, const Choices& choices);

  // Ends the vote; the trustees with these numbers decrypt; the result is added.
  void Finish(const std::vector<uint64_t>& owners);

  TestTrustees trustees;
  std::vector<Credential> voters;
  CredentialList list;
  Election election;
  ArchiveWriter archive;
  std::vector<Ballot> ballots;
  Result result;
};

// Permitted choices for ThreeQuestions or OneQuestion that depend on `voter`.
Choices SomeChoices(const Election& election, size_t voter);

}  // namespace votum::election

#endif  // VOTUM_TESTS_UNIT_CRYPTO_ELECTION_SAMPLE_ELECTION_H_
