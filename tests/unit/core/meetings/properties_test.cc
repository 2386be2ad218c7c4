// Properties of every course of a vote, checked on many random ones (with fixed seeds).
#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <string>

#include "gtest/gtest.h"
#include "tests/unit/core/meetings/council.h"

namespace votum::meetings {
namespace {

constexpr std::array<const char*, 5> kMembers = {"vera", "m1", "m2", "m3", "m4"};
constexpr std::array<const char*, 8> kTriers = {"vera", "m1", "m2", "m3", "m4", "m5", "eva", "zoe"};

v1::Choice AnyChoice(std::mt19937& random) { return static_cast<v1::Choice>(1 + random() % 3); }

TEST(Properties, TheOrderOfVotesDoesNotMatter) {
  std::mt19937 random(1);
  for (int round = 0; round < 50; ++round) {
    std::array<v1::Choice, 5> choices;
    for (v1::Choice& choice : choices) choice = AnyChoice(random);
    std::array<size_t, 5> order = {0, 1, 2, 3, 4};
    std::string first;
    for (int shuffle = 0; shuffle < 3; ++shuffle) {
      Council council;
      council.UpToVote();
      for (const size_t i : order) council.Must(kMembers[i], Cast(choices[i]));
      council.Must("vera", Close());
      const std::string result = council.votes().ComputeResult("vote")->SerializeAsString();
      if (shuffle == 0) first = result;
      EXPECT_EQ(result, first);
      std::shuffle(order.begin(), order.end(), random);
    }
  }
}

// The same rules in their simplest form: each voter's current vote.
struct Model {
  std::map<std::string, v1::Choice> votes;
  std::map<std::string, std::string> newest;  // command ids
};

// One random act by a random person, done to both.
void ActAtRandom(Council& council, Model& model, std::mt19937& random) {
  const std::string actor = kTriers[random() % kTriers.size()];
  const bool entitled = std::find(kMembers.begin(), kMembers.end(), actor) != kMembers.end();
  const bool voted = model.votes.count(actor) > 0;
  const v1::Choice choice = AnyChoice(random);
  const bool cast = random() % 2 == 0;
  const absl::Status status = cast ? council.Give(actor, Cast(choice))
                                   : council.Give(actor, Correct(choice, model.newest[actor]));
  const bool holds = entitled && cast != voted;
  EXPECT_EQ(status.ok(), holds) << actor << ": " << status;
  if (!holds) return;
  model.votes[actor] = choice;
  model.newest[actor] = council.last_command_id();
}

TEST(Properties, TheTallyIsWhatASimpleCountGives) {
  std::mt19937 random(2);
  for (int round = 0; round < 100; ++round) {
    Council council;
    council.UpToVote();
    Model model;
    const int acts = static_cast<int>(random() % 30);
    for (int i = 0; i < acts; ++i) ActAtRandom(council, model, random);
    council.Must("vera", Close());
    const v1::Result result = *council.votes().ComputeResult("vote");
    std::map<v1::Choice, uint32_t> count;
    for (const auto& [person, choice] : model.votes) ++count[choice];
    EXPECT_EQ(result.tally().yes(), count[v1::CHOICE_YES]);
    EXPECT_EQ(result.tally().no(), count[v1::CHOICE_NO]);
    EXPECT_EQ(result.tally().abstain(), count[v1::CHOICE_ABSTAIN]);
    EXPECT_EQ(result.tally().not_voted(), kMembers.size() - model.votes.size());
    EXPECT_EQ(result.outcome() == v1::OUTCOME_ADOPTED,
              count[v1::CHOICE_YES] > count[v1::CHOICE_NO]);
  }
}

TEST(Properties, VoidCommandsLeaveNoTrace) {
  // The second council gets the same records at the same positions, but only checks the void ones.
  Council all;
  Council valid;
  all.UpToVote();
  valid.UpToVote();
  std::mt19937 random(3);
  std::map<std::string, std::string> newest;
  for (int i = 0; i < 200; ++i) {
    const std::string actor = kTriers[random() % kTriers.size()];
    const v1::Choice choice = AnyChoice(random);
    const bool cast = random() % 2 == 0;
    const auto give = [&](Council& council) {
      return cast ? council.Give(actor, Cast(choice))
                  : council.Give(actor, Correct(choice, newest[actor]));
    };
    if (give(all).ok()) {
      EXPECT_OK(give(valid));
      newest[actor] = all.last_command_id();
    } else {
      valid.Next(actor);
    }
  }
  EXPECT_EQ(all.State(), valid.State());
}

TEST(Properties, StatesThatDifferAreShownDifferently) {
  // Each pair of neighbours differs in one record.
  Council council;
  std::vector<std::vector<crypto::Digest>> states = {council.State()};
  const auto step = [&](absl::string_view actor, const auto& command) {
    council.Must(actor, command);
    states.push_back(council.State());
  };
  step("vera", OfMeeting<v1::OpenMeeting>());
  for (const char* member : kMembers) step(member, CheckInOf(member));
  step("kai", CheckInOf("m5"));
  step("m5", CheckOutOf("m5"));
  step("m5", ConflictOf("m5"));
  council.Propose();
  states.push_back(council.State());
  council.OpenVote();
  states.push_back(council.State());
  step("m1", Cast(v1::CHOICE_YES));
  step("m1", Correct(v1::CHOICE_NO, council.last_command_id()));
  step("kai", Paper("m2", v1::CHOICE_YES));
  step("kai", WithdrawPaper("m2"));
  step("kai", Paper("m2", v1::CHOICE_NO));
  step("sam", ConfirmPaper("m2", v1::CHOICE_NO));
  step("vera", Close());
  step("vera", Establish(0, 2, 0, 3, v1::OUTCOME_REJECTED));
  step("vera", OfMeeting<v1::CloseMeeting>());
  for (size_t i = 1; i < states.size(); ++i) EXPECT_NE(states[i - 1], states[i]) << i;
}

}  // namespace
}  // namespace votum::meetings
