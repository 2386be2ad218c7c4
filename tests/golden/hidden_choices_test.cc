// Nobody finds out by a digest how anybody has voted: in all golden logs, at each record at which a
// vote or a round is open, a state that differs in the hidden choices alone has the same digests for
// auditors, and other full ones.

#include <filesystem>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "core/fold/audit_view.h"
#include "core/fold/fold.h"
#include "gtest/gtest.h"
#include "tests/golden/golden_log.h"

namespace votum::testing {
namespace {

// Others choose, in another order, by other credentials; papers say something else.
void ChangeChoices(meetings::VoteEventEntry& vote) {
  const auto votes = vote.votes;
  uint64_t index = 0;
  for (const auto& [person, cast] : votes) {
    meetings::VoteEntry& changed = *vote.votes.Mutable(person);
    changed.choice = cast.choice == meetings::v1::CHOICE_YES ? meetings::v1::CHOICE_NO
                                                             : meetings::v1::CHOICE_YES;
    changed.index = ++index;
    changed.command_id += "-other";
  }
  const auto papers = vote.pending_papers;
  for (const auto& [person, paper] : papers)
    vote.pending_papers.Mutable(person)->choice = meetings::v1::CHOICE_ABSTAIN;
  const auto marks = std::exchange(vote.ballots, {});
  for (const auto& [person, mark] : marks) vote.ballots.InsertOrAssign("not-" + person, mark);
  if (!vote.secret.has_value()) return;
  const auto ballots = std::exchange(vote.secret->ballots, {});
  for (const auto& [position, cast] : ballots)
    vote.secret->ballots.InsertOrAssign(position + 1, cast);
  if (!ballots.empty()) vote.secret->trackers.InsertOrAssign("of somebody who voted again", {});
}

void ChangeChoices(ideas::RoundUrn& urn) {
  const auto all = urn.ballots;
  for (const auto& [group, ballots] : all) {
    for (const auto& [voter, ranking] : ballots)
      urn.ballots.Mutable(group)->Mutable(voter)->push_back(1);
  }
  const auto papers = urn.pending_papers;
  for (const auto& [number, paper] : papers)
    urn.pending_papers.Mutable(number)->ranking.push_back(1);
}

bool IsOpen(const meetings::VoteEventEntry& vote) {
  return vote.state == meetings::v1::VOTE_EVENT_STATE_OPEN;
}

// Changes the contents of all urns that are open, or of all that are not.
WorldState WithOtherChoices(WorldState state, bool open) {
  const auto votes = state.votes.vote_events;
  for (const auto& [id, vote] : votes) {
    if (IsOpen(vote) != open) continue;
    ChangeChoices(*state.votes.vote_events.Mutable(id));
    if (open) state.votes.revisions.InsertOrAssign(vote.meeting_id, 1);
  }
  for (const auto& [id, round] : state.ideas.rounds) {
    if ((round.round.state() == ideas::v1::ROUND_STATE_OPEN) == open)
      ChangeChoices(*state.ideas.urns.Mutable(id));
  }
  return state;
}

struct Seen {
  int hidden = 0;  // positions at which choices were hidden
  int shown = 0;   // positions at which choices of urns that are closed were shown
};

void Compare(const Fold& fold, Domain domain, Seen& seen) {
  const WorldState state = fold.world().state();
  const AuditView view = AuditViewOf(state);
  const WorldState other = WithOtherChoices(state, /*open=*/true);
  ASSERT_EQ(AuditViewOf(other).Digest(domain), view.Digest(domain)) << fold.next_index();
  if (DigestOfDomain(other, domain) != fold.StateDigest(domain)) ++seen.hidden;
  const WorldState later = WithOtherChoices(state, /*open=*/false);
  if (DigestOfDomain(later, domain) == fold.StateDigest(domain)) return;
  ++seen.shown;
  ASSERT_NE(AuditViewOf(later).Digest(domain), view.Digest(domain)) << fold.next_index();
}

TEST(HiddenChoices, DigestsForAuditorsDependOnNone) {
  Seen votes;
  Seen rounds;
  for (const auto& entry : std::filesystem::directory_iterator(GOLDEN)) {
    if (!std::filesystem::exists(entry.path() / "log")) continue;
    SCOPED_TRACE(entry.path());
    const auto log = ReadGoldenRecords(entry.path().string());
    ASSERT_OK(log);
    SignatureCache cache(1);
    Fold fold(DomainSet::All(), log->key.key(), &cache);
    for (const std::string& record : log->records) {
      if (!fold.Apply(record).ok()) break;
      ASSERT_NO_FATAL_FAILURE(Compare(fold, Domain::kMeetings, votes));
      ASSERT_NO_FATAL_FAILURE(Compare(fold, Domain::kIdeas, rounds));
    }
  }
  EXPECT_GT(votes.hidden, 20);
  EXPECT_GT(rounds.hidden, 20);
  EXPECT_GT(votes.shown, 20) << "once it is closed, auditors see who chose what";
  EXPECT_GT(rounds.shown, 20);
}

// The number of ballots is no secret, and in the digest.
TEST(HiddenChoices, TheNumberOfBallotsIsInTheDigest) {
  WorldState state;
  state.votes.vote_events.MutableOrNew("v").state = meetings::v1::VOTE_EVENT_STATE_OPEN;
  state.ideas.rounds.MutableOrNew("r").round.set_state(ideas::v1::ROUND_STATE_OPEN);
  state.ideas.urns.MutableOrNew("r");
  const AuditView before = AuditViewOf(state);
  state.votes.vote_events.Mutable("v")->votes.MutableOrNew("m1");
  state.ideas.urns.Mutable("r")->ballots.MutableOrNew("g").MutableOrNew("m1");
  const AuditView after = AuditViewOf(state);
  EXPECT_NE(after.Digest(Domain::kMeetings), before.Digest(Domain::kMeetings));
  EXPECT_NE(after.Digest(Domain::kIdeas), before.Digest(Domain::kIdeas));
  for (const Domain domain : {Domain::kMeetings, Domain::kIdeas})
    EXPECT_TRUE(after.HasOpenUrn(domain));
  EXPECT_FALSE(after.HasOpenUrn(Domain::kPapers));
}

}  // namespace
}  // namespace votum::testing
