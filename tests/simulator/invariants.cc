#include "tests/simulator/invariants.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/describe.h"

namespace votum::simulator {
namespace {

namespace mv1 = meetings::v1;
using meetings::VoteEventEntry;

absl::Status Broken(absl::string_view what) { return absl::InternalError(what); }

std::string Hex(const crypto::Digest& digest) { return crypto::ToHex(digest); }

void AddVoteFacts(const World& world, FinalFacts& facts) {
  for (const auto& [id, event] : world.votes().state().vote_events) {
    const std::string name = absl::StrCat("vote ", id);
    facts[name + " electorate"] = Hex(DigestOf(event.electorate));
    if (event.state == mv1::VOTE_EVENT_STATE_OPEN) continue;
    facts[name + " urn"] = absl::StrCat(Hex(event.votes.Digest()), " ", Hex(event.ballots.Digest()),
                                        " ", event.close_index, " ", event.pending_papers.size());
    if (event.secret.has_value()) facts[name + " ballots"] = Hex(event.secret->ballots.Digest());
    if (!event.result.has_value()) continue;
    // The lot that decides a tie completes the rest of the result.
    facts[name + " result"] =
        absl::StrCat(event.result->index(), " ", event.result->tally().ShortDebugString());
    if (event.result->outcome() != mv1::OUTCOME_UNSPECIFIED)
      facts[name + " outcome"] = event.result->ShortDebugString();
  }
  for (const auto& [id, lot] : world.lots().state().lots) {
    if (!lot.drawn.empty()) facts[absl::StrCat("lot ", id)] = Print(lot);
  }
}

void AddMeetingFacts(const World& world, FinalFacts& facts) {
  for (const auto& [id, sitting] : world.sittings().state().sittings) {
    if (sitting.state == mv1::SITTING_STATE_CLOSED)
      facts[absl::StrCat("presence at ", id)] = Hex(sitting.presences.Digest());
  }
  for (const auto& [id, meeting] : world.agenda().state().meetings) {
    if (meeting.state == mv1::MEETING_STATE_CANCELLED)
      facts[absl::StrCat("meeting ", id)] = "cancelled";
  }
  for (const auto& [id, motion] : world.motions().state().motions) {
    facts[absl::StrCat("motion ", id)] = absl::StrCat(motion.proposition, motion.item_id);
    if (motion.withdrawn.has_value())
      facts[absl::StrCat("motion ", id, " withdrawn")] = Print(*motion.withdrawn);
    if (!motion.vote_event_id.empty())
      facts[absl::StrCat("motion ", id, " vote")] = motion.vote_event_id;
  }
  for (const auto& [id, ceremony] : world.ceremonies().state().ceremonies) {
    if (!ceremony.result.empty()) facts[absl::StrCat("ceremony ", id)] = ceremony.result;
  }
}

void AddDecisionFacts(const World& world, FinalFacts& facts) {
  for (const auto& [id, decision] : world.decisions().state().decisions) {
    const std::string name = absl::StrCat("decision ", id);
    facts[name] = absl::StrCat(decision.title(), "\n", decision.text());
    for (const auto& signature : decision.signatures())
      facts[absl::StrCat(name, " signed at ", signature.index())] = signature.ShortDebugString();
    if (decision.release_index() != 0)
      facts[name + " released"] = absl::StrCat(decision.release_index(), decision.state());
    if (decision.has_objection_time() &&
        decision.state() == decisions::v1::DECISION_STATE_DECIDED_ANEW)
      facts[name + " anew"] = decision.objection_reason();
  }
  for (const auto& [id, project] : world.projects().state().projects) {
    for (const auto& milestone : project.milestones()) {
      if (milestone.has_reach_time())
        facts[absl::StrCat("milestone ", id, " ", milestone.plan().id())] =
            milestone.reach_time().ShortDebugString();
    }
  }
}

void AddDirectoryFacts(const World& world, FinalFacts& facts) {
  for (const auto& [id, key] : world.directory().state().keys) {
    facts[absl::StrCat("owner of key ", id)] = key.person_id;
    if (key.state == directory::v1::KEY_STATE_REVOKED) facts[absl::StrCat("key ", id)] = "revoked";
  }
  for (const auto& [id, code] : world.directory().state().codes) {
    if (code.used) facts[absl::StrCat("code ", id)] = "used";
  }
  for (const auto& [id, membership] : world.directory().state().memberships) {
    if (membership.end.has_value())
      facts[absl::StrCat("end of membership ", id)] = absl::FormatTime(*membership.end);
  }
  for (const auto& [subject, none] : world.directory().state().erased)
    facts["erased " + subject] = "";
  for (const ActsState* const acts :
       {&world.acts().state(), &world.meeting_acts().state(), &world.round_acts().state()}) {
    for (const auto& [record, entry] : acts->acts) {
      if (entry.act.state() != directory::v1::ACT_STATE_PENDING)
        facts[absl::StrCat("act ", record)] =
            absl::StrCat(entry.act.state(), " ", entry.act.confirm_record());
    }
  }
}

void AddIdeaFacts(const World& world, FinalFacts& facts) {
  for (const auto& [id, entry] : world.ideas().state().rounds) {
    if (entry.round.state() == ideas::v1::ROUND_STATE_OPEN) continue;
    facts[absl::StrCat("count of round ", id)] =
        absl::StrCat(Hex(world.ideas().state().urns.Find(id)->ballots.Digest()), " ",
                     world.ideas().GetRound(id)->rankings_size());
    if (entry.round.state() == ideas::v1::ROUND_STATE_ESTABLISHED)
      facts[absl::StrCat("ranking of round ", id)] = entry.round.ShortDebugString();
  }
  for (const auto& [idea, proposal] : world.papers().state().proposal_of_idea)
    facts[absl::StrCat("idea ", idea, " handed over")] = proposal;
  for (const auto& [id, proposal] : world.papers().state().proposals) {
    for (const auto& version : proposal.versions())
      facts[absl::StrCat("proposal ", id, " version ", version.number())] =
          absl::StrCat(version.index());
  }
}

// As many members as are in the electorate, each counted once.
absl::Status CheckSums(const World& world, const VoteEventEntry& event) {
  const auto result = world.votes().ComputeResult(event.id);
  if (!result.ok()) return absl::OkStatus();
  const mv1::Tally& tally = result->tally();
  const uint64_t given = uint64_t{tally.yes()} + tally.no() + tally.abstain() + tally.invalid();
  const uint64_t devices = event.secret.has_value() ? event.secret->counted() : 0;
  const uint64_t cast = event.votes.size() + event.ballots.size() + devices;
  if (given != cast || given + tally.not_voted() != event.electorate.size()) {
    return Broken(absl::StrCat("vote ", event.id, " counts ", tally.ShortDebugString(), ", while ",
                               cast, " of ", event.electorate.size(), " have voted"));
  }
  uint64_t for_somebody = 0;
  for (const mv1::CandidateCount& one : tally.candidates()) for_somebody += one.votes();
  const uint64_t most = std::max(world.motions().Find(event.motion_id)->choose_max, 1u);
  if (tally.candidates().empty() ||
      (for_somebody >= tally.yes() && for_somebody <= most * tally.yes()))
    return absl::OkStatus();
  return Broken(absl::StrCat("vote ", event.id,
                             ": the candidates do not add up: ", tally.ShortDebugString()));
}

absl::Status CheckVote(const World& world, const VoteEventEntry& event) {
  const auto entitled = [&](const std::string& person) {
    return std::binary_search(event.electorate.begin(), event.electorate.end(), person);
  };
  const uint64_t devices = event.secret.has_value() ? event.secret->counted() : 0;
  if (event.votes.size() + event.pending_papers.size() + event.ballots.size() + devices >
      event.electorate.size())
    return Broken(absl::StrCat("vote ", event.id, " has more votes than voters"));
  for (const auto& [person, vote] : event.votes) {
    if (!entitled(person)) return Broken(absl::StrCat(person, " voted in vote ", event.id));
    if (event.pending_papers.Contains(person))
      return Broken(absl::StrCat(person, " has a vote and a paper in vote ", event.id));
  }
  for (const auto& [person, none] : event.ballots) {
    const bool device = event.secret.has_value() && event.secret->registered.Contains(person);
    if (!entitled(person) || device)
      return Broken(absl::StrCat(person, " has no right to a paper in vote ", event.id));
  }
  for (const std::string& person : event.excluded) {
    if (entitled(person))
      return Broken(absl::StrCat(person, " is excluded from vote ", event.id, " and takes part"));
  }
  return CheckSums(world, event);
}

}  // namespace

StateDigests DigestsOf(const Fold& fold) {
  WorldState world = fold.world().state();
  StateDigests digests{
      DigestOf(world), {}, DigestOf(fold.reach_log().state()), DigestOf(fold.state())};
  world.directory.sealed_under = {};
  world.directory.commitments = {};
  world.directory.kept = {};
  digests.effects = DigestOf(world);
  return digests;
}

FinalFacts FinalFactsOf(const World& world) {
  FinalFacts facts;
  AddVoteFacts(world, facts);
  AddMeetingFacts(world, facts);
  AddDecisionFacts(world, facts);
  AddDirectoryFacts(world, facts);
  AddIdeaFacts(world, facts);
  return facts;
}

absl::Status CheckNothingFinalChanged(const FinalFacts& before, const FinalFacts& after) {
  for (const auto& [name, fact] : before) {
    const auto found = after.find(name);
    if (found != after.end() && found->second == fact) continue;
    return Broken(absl::StrCat("what is final has changed: ", name, " was ", fact, ", and is ",
                               found == after.end() ? "gone" : found->second));
  }
  return absl::OkStatus();
}

absl::Status CheckVotes(const World& world, uint64_t index) {
  for (const auto& [id, event] : world.votes().state().vote_events) {
    if (world.votes().RevisionOf(event.meeting_id) != index) continue;
    absl::Status holds = CheckVote(world, event);
    if (!holds.ok()) return holds;
  }
  return absl::OkStatus();
}

absl::Status CheckRounds(const World& world) {
  for (const auto& [id, entry] : world.ideas().state().rounds) {
    if (entry.round.state() == ideas::v1::ROUND_STATE_OPEN) continue;
    uint64_t ballots = 0;
    for (const auto& [group, of_group] : world.ideas().state().urns.Find(id)->ballots)
      ballots += of_group.size();
    const auto round = world.ideas().GetRound(id);
    if (!round.ok()) return round.status();
    if (ballots != round->ballot_count())
      return Broken(absl::StrCat("round ", id, " counts ", round->ballot_count(), " of ", ballots,
                                 " ballots"));
  }
  return absl::OkStatus();
}

absl::Status ReachWatch::Look(const Fold& fold, Dice& dice) {
  const uint64_t newest = fold.next_index() - 1;
  seen_.push_back({fold.reach_log().OwnReach(newest), fold.reach_log().IsOpened(newest),
                   fold.reach_log().IsWithheld(newest)});
  for (int i = 0; i < 8; ++i) {
    absl::Status holds = LookAt(fold, dice.Below(seen_.size()));
    if (!holds.ok()) return holds;
  }
  return absl::OkStatus();
}

absl::Status ReachWatch::LookAt(const Fold& fold, uint64_t index) {
  Seen& seen = seen_[index];
  const ReachLog& log = fold.reach_log();
  if (!(log.OwnReach(index) == seen.own))
    return Broken(absl::StrCat("the reach of record ", index, " has changed"));
  if (seen.opened && !log.IsOpened(index))
    return Broken(absl::StrCat("record ", index, " was open to everybody, and is no more"));
  if (!seen.withheld && log.IsWithheld(index))
    return Broken(absl::StrCat("record ", index, " was shown, and is withheld now"));
  if (log.IsWithheld(index) && MaySee(fold.world(), log, "", index))
    return Broken(absl::StrCat("record ", index, " is withheld, and shown to the public"));
  seen.opened = log.IsOpened(index);
  seen.withheld = log.IsWithheld(index);
  return absl::OkStatus();
}

}  // namespace votum::simulator
