#include "crypto/election/opening.h"

#include <functional>

#include "base/status_matchers.h"
#include "gtest/gtest.h"
#include "tests/unit/crypto/election/sample_election.h"

namespace votum::election {
namespace {

const Choices kVote = {{0, 0, 1}, {0, 1, 1, 0}, {1, 0, 1, 0}};

struct Opened {
  Opened() : vote(ThreeQuestions(), MakeTestTrustees(), 1) {
    ballot = FormatBallot(*MakeBallot(vote.election, vote.voters[0], kVote, &opening));
  }

  TestElection vote;
  BallotOpening opening;
  std::string ballot;
};

const Opened& TheOpened() {
  static const Opened opened;
  return opened;
}

TEST(Opening, SaysWhatIsInTheBallot) {
  const Opened& opened = TheOpened();
  EXPECT_EQ(opened.opening.choices, kVote);
  EXPECT_EQ(opened.opening.tracker, Tracker(opened.ballot));
  EXPECT_OK(CheckOpening(opened.vote.election, opened.ballot, opened.opening));
}

TEST(Opening, IsReadAsItWasWritten) {
  const std::string text = FormatOpening(TheOpened().opening);
  const auto read = ParseOpening(text);
  ASSERT_OK(read);
  EXPECT_EQ(FormatOpening(*read), text);
  EXPECT_OK(CheckOpening(TheOpened().vote.election, TheOpened().ballot, *read));
  for (const char* malformed :
       {"", "{}", R"({"uuid":"u","election_hash":"h","tracker":"t","choices":[],"randomness":[]})",
        R"({"uuid":"u","election_hash":"h","tracker":"t","choices":[[2]],"randomness":[["1"]]})",
        R"({"uuid":"u","election_hash":"h","tracker":"t","choices":[[1]],"randomness":[[1]]})"}) {
    EXPECT_THAT(ParseOpening(malformed), IsRefused(Reason::kBadJson)) << malformed;
  }
  EXPECT_THAT(ParseOpening(R"({"uuid":"u","election_hash":"h","tracker":"t","choices":[[1]],)"
                           R"("randomness":[["01"]]})"),
              IsRefused(Reason::kNotAScalar));
}

TEST(Opening, LiesAreFound) {
  struct Case {
    Reason reason;
    std::function<void(BallotOpening&)> change;
  };
  const Case cases[] = {
      {Reason::kWrongOpening,
       [](BallotOpening& o) {
         o.choices[0] = {1, 0, 0};
       }},
      {Reason::kWrongOpening, [](BallotOpening& o) { o.choices[2][0] = 0; }},
      {Reason::kWrongOpening, [](BallotOpening& o) { o.randomness[1][3] += Scalar(1); }},
      {Reason::kWrongOpening,
       [](BallotOpening& o) { std::swap(o.randomness[0][0], o.randomness[0][1]); }},
      {Reason::kWrongShape, [](BallotOpening& o) { o.choices.pop_back(); }},
      {Reason::kWrongShape, [](BallotOpening& o) { o.randomness.pop_back(); }},
      {Reason::kWrongShape, [](BallotOpening& o) { o.choices[1].pop_back(); }},
      {Reason::kWrongShape, [](BallotOpening& o) { o.randomness[1].emplace_back(); }},
      {Reason::kWrongTracker, [](BallotOpening& o) { o.tracker[0] ^= 1; }},
      {Reason::kWrongElection, [](BallotOpening& o) { o.election_uuid[0] ^= 1; }},
      {Reason::kWrongElection, [](BallotOpening& o) { o.election_hash.pop_back(); }},
  };
  for (size_t i = 0; i < std::size(cases); ++i) {
    BallotOpening opening = TheOpened().opening;
    cases[i].change(opening);
    EXPECT_THAT(CheckOpening(TheOpened().vote.election, TheOpened().ballot, opening),
                IsRefused(cases[i].reason))
        << "case " << i;
  }
}

// The device shows one ballot's tracker and opens another, or makes one that would be refused.
TEST(Opening, IsOfAValidBallot) {
  const Opened& opened = TheOpened();
  BallotOpening other_opening;
  const std::string other =
      FormatBallot(*MakeBallot(opened.vote.election, opened.vote.voters[0], kVote, &other_opening));
  EXPECT_THAT(CheckOpening(opened.vote.election, other, opened.opening),
              IsRefused(Reason::kWrongTracker));
  Ballot invalid = *ParseBallot(opened.ballot);
  invalid.answers[0].overall_proof[0].response += Scalar(1);
  BallotOpening opening = opened.opening;
  opening.tracker = Tracker(FormatBallot(invalid));
  EXPECT_THAT(CheckOpening(opened.vote.election, FormatBallot(invalid), opening),
              IsRefused(Reason::kWrongBallotHash));
}

}  // namespace
}  // namespace votum::election
