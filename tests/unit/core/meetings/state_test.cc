// The state of each machine: a handle keeps what it was taken of, digests tell states apart, and a
// snapshot is the state.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/core/meetings/secret_council.h"

namespace votum::meetings {
namespace {

using ::testing::HasSubstr;

// `act` changes `state`, which is then different from before at `place`.
template <typename State, typename Act>
void ExpectChange(const State& state, absl::string_view place, const Act& act) {
  const State then = state;
  const std::string bytes = Encode(then);
  const crypto::Digest digest = DigestOf(then);
  EXPECT_EQ(DigestOf(state), digest);
  act();
  EXPECT_EQ(Encode(then), bytes);
  EXPECT_EQ(DigestOf(then), digest);
  EXPECT_NE(DigestOf(state), digest);
  EXPECT_THAT(Differences(then, state), HasSubstr(place));
  State restored;
  ASSERT_TRUE(Decode(Encode(state), restored));
  EXPECT_EQ(Differences(restored, state), "");
  EXPECT_EQ(DigestOf(restored), DigestOf(state));
}

TEST(MeetingsStateTest, OfTheAgenda) {
  Council council;
  ExpectChange(council.agenda().state(), "items[\"top-9\"]: - | ",
               [&] { council.OpenAnother("zweite", "top-9"); });
}

TEST(MeetingsStateTest, OfSittings) {
  Council council;
  council.UpToVote();
  council.Must("m5", ConflictOf("m5", "top-2"));
  ExpectChange(council.sittings().state(), "sittings[\"sitzung\"].present[\"m1\"]: 1 | -",
               [&] { council.Must("m1", CheckOutOf("m1")); });
  council.Must("m1", CheckInOf("m1"));
  EXPECT_EQ(council.sittings().GetAttendance(Council::kMeeting)->presences_size(), 6);
}

TEST(MeetingsStateTest, OfMotions) {
  Council council;
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3", "m4"});
  council.Propose();
  ExpectChange(council.motions().state(), "motions[\"motion\"].demands: [] | ", [&] {
    auto demand = OfMeeting<v1::DemandMode>();
    demand.set_motion_id("motion");
    demand.set_mode(v1::VOTE_MODE_ROLL_CALL);
    council.Must("m1", demand);
  });
}

TEST(MeetingsStateTest, OfVotes) {
  Council council;
  council.UpToVote();
  council.Must("m1", Cast(v1::CHOICE_YES));
  const VotesState& state = council.votes().state();
  const VotesState then = state;
  ExpectChange(state, "vote_events[\"vote\"].votes[\"m2\"]: - | ",
               [&] { council.Must("m2", Cast(v1::CHOICE_NO)); });
  // A vote copies none of the others.
  EXPECT_EQ(state.vote_events.Find("vote")->votes.Find("m1"),
            then.vote_events.Find("vote")->votes.Find("m1"));
  ExpectChange(state, "vote_events[\"vote\"].pending_papers[\"m3\"]: - | ",
               [&] { council.Must("kai", Paper("m3", v1::CHOICE_YES)); });
  ExpectChange(state, "vote_events[\"vote\"].pending_papers[\"m3\"]: {",
               [&] { council.Must("sam", ConfirmPaper("m3", v1::CHOICE_YES)); });
  ExpectChange(state, "vote_events[\"vote\"].closed: - | ", [&] { council.Must("vera", Close()); });
}

TEST(MeetingsStateTest, OfSecretVotes) {
  SecretCouncil council;
  ExpectChange(council.votes().setups().state(), "elections[\"vote\"]: - | ",
               [&] { council.OpenSecretVote(); });
  council.Register({"vera", "dora", "m1", "m2", "m3"});
  council.BeginBallots();
  council.CastAs("m1", {1, 0, 0});
  const VotesState& state = council.votes().state();
  const VotesState then = state;
  ExpectChange(state, "vote_events[\"vote\"].secret: ", [&] { council.CastAs("m2", {0, 1, 0}); });
  council.CastAs("m1", {0, 1, 0});
  const auto urn_of = [](const VotesState& votes) -> const SecretVoteEntry& {
    return *votes.vote_events.Find("vote")->secret;
  };
  // A ballot copies none of the others, not even that of the same member.
  const auto& [position, first] = *urn_of(then).ballots.begin();
  EXPECT_EQ(first.Find(0), urn_of(state).ballots.Find(position)->Find(0));
  EXPECT_EQ(urn_of(state).credentials.Find(0), urn_of(then).credentials.Find(0));

  council.CastAs("vera", {1, 0, 0});
  council.Must("vera", Close());
  ExpectChange(state, "vote_events[\"vote\"].secret: ", [&] { council.Decrypt({0, 1, 2}); });
  EXPECT_EQ(*council.vote().result, (election::Result{{1, 2, 0}}));
}

TEST(MeetingsStateTest, OfKeyCeremonies) {
  SecretCouncil council;
  ExpectChange(council.ceremonies().state(), "ceremonies[\"amtszeit\"].cancel_reason: ", [&] {
    v1::CancelKeyCeremony cancel;
    cancel.set_ceremony_id("amtszeit");
    cancel.set_reason("Ein Schlüssel ist verloren.");
    council.Must("sam", cancel);
  });
}

}  // namespace
}  // namespace votum::meetings
