// Nobody finds out how anybody has voted before a vote or a round is closed: in all golden logs, at
// each record at which one is open, a state that differs in the hidden choices alone has the same
// digests for auditors, and other full ones; each audience gets the same answers to all reads that
// could tell; and every record of a ballot is withheld, so that it is in no export.

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "core/fold/audit_view.h"
#include "core/fold/command_table.h"
#include "core/fold/fold.h"
#include "core/fold/reach_log.h"
#include "core/meetings/redaction.h"
#include "gtest/gtest.h"
#include "tests/golden/golden_log.h"

namespace votum::testing {
namespace {

// Others choose, in another order, by other credentials; papers say something else.
void ChangeChoices(meetings::VoteEventEntry& vote, bool again) {
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
  if (again && !ballots.empty())
    vote.secret->trackers.InsertOrAssign("of somebody who voted again", {});
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

// Changes the contents of all urns that are open, or of all that are not. With `again`, somebody has
// voted once more, which reads count and digests do not show.
WorldState WithOtherChoices(WorldState state, bool open, bool again = true) {
  const auto votes = state.votes.vote_events;
  for (const auto& [id, vote] : votes) {
    if (IsOpen(vote) != open) continue;
    ChangeChoices(*state.votes.vote_events.Mutable(id), again);
    if (open) state.votes.revisions.InsertOrAssign(vote.meeting_id, 1);
  }
  for (const auto& [id, round] : state.ideas.rounds) {
    if ((round.round.state() == ideas::v1::ROUND_STATE_OPEN) == open)
      ChangeChoices(*state.ideas.urns.Mutable(id));
  }
  return state;
}

// Folds each golden log, and looks at its state after each record.
void AtEachRecord(const std::function<void(const Fold&)>& look) {
  for (const auto& entry : std::filesystem::directory_iterator(GOLDEN)) {
    if (!std::filesystem::exists(entry.path() / "log")) continue;
    SCOPED_TRACE(entry.path());
    const auto log = ReadGoldenRecords(entry.path().string());
    ASSERT_OK(log);
    SignatureCache cache(1);
    Fold fold(DomainSet::All(), log->key.key(), &cache);
    for (const std::string& record : log->records) {
      if (!fold.Apply(record).ok()) break;
      ASSERT_NO_FATAL_FAILURE(look(fold));
    }
  }
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
  ASSERT_NO_FATAL_FAILURE(AtEachRecord([&](const Fold& fold) {
    ASSERT_NO_FATAL_FAILURE(Compare(fold, Domain::kMeetings, votes));
    ASSERT_NO_FATAL_FAILURE(Compare(fold, Domain::kIdeas, rounds));
  }));
  EXPECT_GT(votes.hidden, 20);
  EXPECT_GT(rounds.hidden, 20);
  EXPECT_GT(votes.shown, 20) << "once it is closed, auditors see who chose what";
  EXPECT_GT(rounds.shown, 20);
}

// All that a reader with `rights` is shown of meetings, votes and rounds, counts included.
std::string ShownTo(const Rights& rights, const World& world) {
  std::string shown;
  const auto add = [&shown](const auto& message) {
    absl::StrAppend(&shown, message.SerializeAsString(), "|");
  };
  for (const meetings::v1::Meeting& meeting : world.agenda().ListMeetings("", 1000, rights)) {
    add(meeting);
    const Audience audience = rights.In(meeting.organization_id());
    const auto attendance = world.sittings().GetAttendance(meeting.id());
    if (!attendance.ok()) continue;  // it has not begun
    add(meetings::ForReader(*attendance, world.agenda(), audience));
    const auto events = world.votes().List(meeting.id(), "", 1000);
    if (!events.ok()) continue;
    for (const meetings::v1::VoteEvent& event : *events) {
      add(meetings::ForReader(event, audience));
      add(meetings::ForReader(*world.motions().Get(event.motion_id()), audience));
      if (!event.has_secret()) continue;
      add(meetings::ForReader(*world.secret_votes().Get(event.id()),
                              world.secret_votes().MayReadArchive(event.id(), audience, "")));
    }
  }
  for (const ideas::v1::Round& round : world.ideas().ListRounds("", 1000))
    add(*world.ideas().GetRound(round.id()));
  return shown;
}

// Each audience: whoever holds an office reads as the council does, everywhere.
const std::map<std::string, Rights>& Audiences() {
  static const auto* const kAudiences =
      new std::map<std::string, Rights>{{"public", Audience::kPublic},
                                        {"member", Rights::OfMember({"rat"})},
                                        {"member of another body", Rights::OfMember({"ausschuss"})},
                                        {"clerk, administrator", Audience::kCouncil},
                                        {"auditor", Audience::kAuditor}};
  return *kAudiences;
}

// At how many positions with something open the reads were compared, by mode of the vote.
using Positions = std::map<std::string, int>;

void CompareReads(const Fold& fold, Positions& positions) {
  const WorldState state = fold.world().state();
  const AuditView view = AuditViewOf(state);
  if (view.open_votes.empty() && view.open_rounds.empty()) return;
  World other;
  other.Restore(WithOtherChoices(state, /*open=*/true, /*again=*/false));
  for (const auto& [name, rights] : Audiences())
    ASSERT_EQ(ShownTo(rights, other), ShownTo(rights, fold.world())) << fold.next_index() << name;
  for (const auto& [id, count] : view.open_votes) {
    const meetings::VoteEventEntry& event = *fold.world().votes().Find(id);
    if (count.ballots > 0)
      ++positions[absl::StrCat(VoteMode_Name(event.mode),
                               event.secret.has_value() ? " device" : "")];
  }
  for (const auto& [id, count] : view.open_rounds) {
    if (count.ballots > 0) ++positions["round"];
  }
}

TEST(HiddenChoices, ReadsOfNoAudienceDependOnThem) {
  Positions positions;
  ASSERT_NO_FATAL_FAILURE(AtEachRecord([&](const Fold& fold) { CompareReads(fold, positions); }));
  for (const char* kind : {"VOTE_MODE_OPEN", "VOTE_MODE_ROLL_CALL", "VOTE_MODE_SECRET",
                           "VOTE_MODE_SECRET device", "round"})
    EXPECT_GT(positions[kind], 2) << kind;
}

// The urn that a record belongs to, but for the one that opens it: "vote_event_id v1".
std::string UrnOf(const CommandType& type, const google::protobuf::Message& command) {
  if (type.options->urn().empty() || type.options->opens_urn()) return "";
  const auto* const field = command.GetDescriptor()->FindFieldByName(type.options->urn());
  return absl::StrCat(field->name(), " ", command.GetReflection()->GetString(command, field));
}

// Whether `command`, which is in a ballot's way, is shown to auditors: a paper that goes into the urn
// while devices register is, since registrations depend on it.
bool IsShownAtOnce(const World& world, const google::protobuf::Message& command) {
  const auto* const mark = dynamic_cast<const meetings::v1::MarkBallot*>(&command);
  if (mark == nullptr) return false;
  const meetings::VoteEventEntry* const event = world.votes().Find(mark->vote_event_id());
  return event != nullptr && event->secret.has_value() &&
         event->secret->phase == meetings::v1::SECRET_VOTE_PHASE_REGISTRATION;
}

TEST(HiddenChoices, RecordsOfBallotsAreWithheldFromEverybody) {
  std::map<std::string, int> withheld;  // by command
  for (const auto& entry : std::filesystem::directory_iterator(GOLDEN)) {
    if (!std::filesystem::exists(entry.path() / "log")) continue;
    SCOPED_TRACE(entry.path());
    const auto log = ReadGoldenRecords(entry.path().string());
    ASSERT_OK(log);
    SignatureCache cache(1);
    Fold fold(DomainSet::All(), log->key.key(), &cache);
    std::map<std::string, std::vector<uint64_t>> ballots;  // by urn
    for (const std::string& record : log->records) {
      const auto opened = OpenRecord(record);
      const auto outcome = fold.Apply(opened);
      if (!outcome.ok()) break;
      const AuditView view = AuditViewOf(fold.world().state());
      std::set<std::string> open;
      for (const auto& [id, count] : view.open_votes) open.insert("vote_event_id " + id);
      for (const auto& [id, count] : view.open_rounds) open.insert("round_id " + id);
      if (opened.has_value() && opened->envelope.ok()) {
        const Envelope& envelope = *opened->envelope;
        const std::string urn = UrnOf(*envelope.type, *envelope.command);
        const bool shown = outcome->status.ok() && IsShownAtOnce(fold.world(), *envelope.command);
        if (open.count(urn) > 0 && !shown) {
          ballots[urn].push_back(outcome->index);
          ++withheld[envelope.type->name];
        }
      }
      for (const auto& [urn, indexes] : ballots) {
        if (open.count(urn) == 0) continue;
        for (const uint64_t index : indexes) {
          ASSERT_TRUE(fold.reach_log().IsWithheld(index)) << index << " at " << fold.next_index();
          ASSERT_FALSE(fold.reach_log().OwnReach(index).is_public()) << index;
          ASSERT_FALSE(fold.reach_log().IsOpened(index)) << index;
          // So an export, a page or a stream has its leaf alone, of 32 bytes whatever it stands for.
          ASSERT_FALSE(MaySee(fold.world(), fold.reach_log(), "", index)) << index;
          for (const auto& [person, registered] : fold.world().directory().state().persons)
            ASSERT_FALSE(MaySee(fold.world(), fold.reach_log(), person, index)) << person;
        }
      }
    }
  }
  for (const char* name :
       {"CastVote", "CorrectVote", "RecordPaperVote", "ConfirmPaperVote", "MarkBallot",
        "CastSecretBallot", "CastPreference", "RecordPaperPreference", "ConfirmPaperPreference"})
    EXPECT_GT(withheld[name], 0) << name;
}

// Whoever is not shown the ballots of what is open comes to the same outcome of every other record.
TEST(HiddenChoices, NoOtherRecordDependsOnThem) {
  int compared = 0;
  for (const char* folder : {"town", "secret-vote", "2026-11-council-cycle"}) {
    SCOPED_TRACE(folder);
    const auto log = ReadGoldenRecords(absl::StrCat(GOLDEN, "/", folder));
    ASSERT_OK(log);
    SignatureCache cache(1 << 12);
    Fold whole(DomainSet::All(), log->key.key(), &cache);
    std::unique_ptr<Fold> blind;
    for (const std::string& record : log->records) {
      if (blind == nullptr && !whole.reach_log().open_urns().empty())
        blind = std::make_unique<Fold>(whole);
      const uint64_t index = whole.next_index();
      const auto outcome = whole.Apply(record);
      if (!outcome.ok()) break;
      if (whole.reach_log().open_urns().empty()) blind = nullptr;
      if (blind == nullptr) continue;
      if (whole.reach_log().IsWithheld(index)) {
        blind->PassOver();
        continue;
      }
      const auto without = blind->Apply(record);
      ASSERT_OK(without);
      EXPECT_EQ(without->status, outcome->status) << "record " << index;
      EXPECT_TRUE(without->reach == outcome->reach) << "record " << index;
      ++compared;
    }
  }
  EXPECT_GT(compared, 20);
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
