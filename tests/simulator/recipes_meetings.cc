// Recipes: convening, the course of a meeting, motions.
#include <algorithm>

#include "core/command/timestamps.h"
#include "core/meetings/electorate.h"
#include "rules/profile.h"
#include "tests/simulator/recipes.h"
#include "tests/simulator/stories.h"
#include "votum/meetings/v1/acts.pb.h"
#include "votum/meetings/v1/agenda.pb.h"
#include "votum/meetings/v1/corrections.pb.h"
#include "votum/meetings/v1/proceedings.pb.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::simulator {
namespace {

namespace v1 = meetings::v1;

const meetings::SittingEntry* SittingOf(Scene& scene, const std::string& meeting_id) {
  return scene.world.sittings().Find(meeting_id);
}

// A member of the meeting's organization; empty if there is none.
std::string SomeMember(Scene& scene, const std::string& meeting_id) {
  const meetings::MeetingEntry* meeting = scene.world.agenda().FindMeeting(meeting_id);
  if (meeting == nullptr) return "";
  const auto members = scene.world.directory().ActiveMembers(meeting->organization_id);
  return members.empty() ? std::string() : scene.dice.Pick(members)->person_id;
}

// Somebody present; empty if nobody is.
std::string SomePresent(Scene& scene, const std::string& meeting_id) {
  const meetings::SittingEntry* sitting = SittingOf(scene, meeting_id);
  if (sitting == nullptr || sitting->present.empty()) return "";
  Ids present;
  for (const auto& [person_id, number] : sitting->present) present.push_back(person_id);
  return scene.dice.Pick(present);
}

void ConveneMeeting(Scene& scene, v1::ConveneMeeting& command) {
  command.set_meeting_id(scene.NewId("meeting"));
  if (scene.dice.Chance(80))
    command.set_organization_id(scene.dice.Chance(60) ? "rat" : "ausschuss");
  if (command.urgent()) command.set_urgency_reason(scene.Words());
  // A story knows when its meeting is.
  if (*scene.fields != '\0') {
    *command.mutable_start_time() = ToTimestamp(scene.now + absl::Hours(24 * kStoryDays));
  }
}

void PublishAgenda(Scene& scene, v1::PublishAgenda& command) {
  for (v1::AgendaItemContent& item : *command.mutable_items()) {
    item.set_item_id(scene.NewId("item"));
    if (scene.dice.Chance(70)) item.set_public_(true);
    if (scene.dice.Chance(50)) item.clear_proposal_id();
  }
}

// What concerns somebody is given by them, but for some times; a story needs it in effect.
template <typename Command>
void ByThemselves(Scene& scene, const Command& command) {
  const bool of_story = !scene.pinned.empty() && *scene.fields == '\0';
  if (of_story || scene.dice.Chance(70)) scene.author = command.person_id();
}

void CheckIn(Scene& scene, v1::CheckIn& command) {
  if (const std::string person = SomeMember(scene, command.meeting_id()); !person.empty())
    command.set_person_id(person);
  ByThemselves(scene, command);
}

void CheckOut(Scene& scene, v1::CheckOut& command) {
  if (const std::string person = SomePresent(scene, command.meeting_id()); !person.empty())
    command.set_person_id(person);
  ByThemselves(scene, command);
}

void DemandMode(Scene& scene, v1::DemandMode& command) {
  if (scene.dice.Chance(70)) command.clear_faction_id();
  scene.author = SomePresent(scene, command.meeting_id());
}

void DeclareConflict(Scene& scene, v1::DeclareConflict& command) {
  if (const std::string person = SomeMember(scene, command.meeting_id()); !person.empty())
    command.set_person_id(person);
  ByThemselves(scene, command);
}

// Acts of a meeting that has some, of `state`; seldom of any state.
std::vector<v1::MeetingAct> SomeActs(Scene& scene, std::string* meeting_id,
                                     directory::v1::ActState state) {
  const auto& meetings = scene.world.meeting_acts().state().scopes;
  if (scene.pinned.empty() && !meetings.Contains(*meeting_id) && !meetings.empty()) {
    Ids ids;
    for (const auto& [id, acts] : meetings) ids.push_back(id);
    *meeting_id = scene.dice.PickLate(ids);
  }
  std::vector<v1::MeetingAct> acts = scene.world.meeting_acts().OfMeeting(*meeting_id);
  if (scene.dice.Chance(10)) return acts;
  acts.erase(std::remove_if(acts.begin(), acts.end(),
                            [state](const v1::MeetingAct& act) {
                              return act.act().state() != state || !act.obstacle().empty();
                            }),
             acts.end());
  return acts;
}

void ConfirmMeetingActs(Scene& scene, v1::ConfirmMeetingActs& command) {
  command.clear_acts();
  const std::vector<v1::MeetingAct> acts =
      SomeActs(scene, command.mutable_meeting_id(), directory::v1::ACT_STATE_PENDING);
  for (auto act = acts.rbegin(); act != acts.rend(); ++act) {
    directory::v1::ActReference& reference = *command.add_acts();
    reference.set_record(act->act().record());
    reference.set_digest(act->act().digest());
    if (scene.dice.Chance(60)) break;
  }
  static constexpr absl::string_view kSeconds[] = {"max", "vera", "kai", "kim", "sam"};
  if (scene.dice.Chance(80)) scene.author = std::string(kSeconds[scene.dice.Below(5)]);
}

void ContradictMeetingAct(Scene& scene, v1::ContradictMeetingAct& command) {
  const std::vector<v1::MeetingAct> acts =
      SomeActs(scene, command.mutable_meeting_id(), directory::v1::ACT_STATE_PENDING);
  if (acts.empty()) return;
  const directory::v1::Act& act = scene.dice.PickLate(acts).act();
  command.set_record(act.record());
  scene.author = act.concerned_id();
  if (scene.dice.Chance(10)) scene.author = scene.dice.Pick(scene.pools.Actors());
  *command.mutable_reason() = scene.SealedAbout(scene.author);
  if (command.reason().commitment().empty()) command.clear_reason();
}

void WithdrawConflict(Scene& scene, v1::WithdrawConflict& command) {
  const meetings::SittingEntry* sitting = SittingOf(scene, command.meeting_id());
  if (sitting == nullptr || sitting->conflicts.empty()) return;
  const auto& [item_id, persons] =
      *std::next(sitting->conflicts.begin(),
                 static_cast<int64_t>(scene.dice.Below(sitting->conflicts.size())));
  command.set_item_id(item_id);
  if (!persons.empty()) scene.author = persons.begin()->first;
}

void RecordDisruption(Scene& scene, v1::RecordDisruption& command) {
  if (scene.dice.Chance(40)) return command.clear_person_id();
  command.set_person_id(SomeMember(scene, command.meeting_id()));
  *command.mutable_text() = scene.SealedAbout(command.person_id());
  if (command.text().commitment().empty()) command.clear_text();
  if (scene.dice.Chance(50)) scene.author = command.person_id();
}

// The candidates of a second ballot, if there is one to be held; else new ones.
void NameCandidates(Scene& scene, v1::ProposeMotion& command) {
  const auto& runoffs = scene.world.motions().state().runoffs;
  if (!runoffs.empty() && scene.dice.Chance(40)) {
    Ids votes;
    for (const auto& [vote, candidates] : runoffs) votes.push_back(vote);
    command.set_runoff_of(scene.dice.PickLate(votes));
    for (const std::string& id : *runoffs.Find(command.runoff_of())) {
      v1::Candidate& candidate = *command.add_candidates();
      candidate.set_id(id);
      candidate.set_name(id);
    }
    return;
  }
  for (const char* id : {"ada", "ben", "cem"}) {
    v1::Candidate& candidate = *command.add_candidates();
    candidate.set_id(id);
    candidate.set_name(id);
    if (command.candidates_size() > 1 && scene.dice.Chance(50)) break;
  }
  const uint64_t roll = scene.dice.Below(4);
  if (roll == 0) command.set_seats(1 + static_cast<uint32_t>(scene.dice.Below(5)));
  if (roll == 1) command.set_places(2);
  if (roll == 1) command.set_choose_max(2);
}

void ProposeMotion(Scene& scene, v1::ProposeMotion& command) {
  command.set_motion_id(scene.NewId("motion"));
  command.clear_candidates();
  for (const char* election_only : {"runoff_of", "seats", "choose_min", "choose_max", "places"}) {
    command.GetReflection()->ClearField(&command,
                                        command.GetDescriptor()->FindFieldByName(election_only));
  }
  command.clear_rule_key();
  if (scene.dice.Chance(80)) command.clear_norm();
  if (scene.dice.Chance(40)) command.set_polarity(v1::POLARITY_ADOPTS_ITEM);
  if (scene.dice.Chance(35)) return NameCandidates(scene, command);
  const meetings::MeetingEntry* meeting = scene.world.agenda().FindMeeting(command.meeting_id());
  if (meeting == nullptr || scene.dice.Chance(70)) return;
  const auto& motions = scene.world.directory().ProfileOf(meeting->profile_index).motions();
  if (!motions.empty()) command.set_rule_key(scene.dice.Pick(motions).key());
}

void CallItemAgain(Scene& scene, v1::CallItemAgain& command) {
  Ids meetings, items;
  for (const auto& [id, sitting] : scene.world.sittings().state().sittings) {
    for (const auto& [item_id, quorum] : sitting.quorums) {
      if (quorum.state != rules::QuorumState::kNotQuorate) continue;
      meetings.push_back(id);
      items.push_back(item_id);
    }
  }
  if (items.empty()) return;
  const uint64_t place = scene.dice.Below(items.size());
  command.set_postponed_meeting_id(meetings[place]);
  command.set_postponed_item_id(items[place]);
}

void ChallengeQuorum(Scene& scene, v1::ChallengeQuorum& command) {
  scene.author = SomePresent(scene, command.meeting_id());
}

void DecideConflict(Scene& scene, v1::DecideConflict& command) {
  if (const auto* event = scene.world.votes().Find(command.vote_event_id())) {
    command.set_meeting_id(event->meeting_id);
    command.set_item_id(scene.world.motions().Find(event->motion_id)->item_id);
  }
  if (const std::string person = SomeMember(scene, command.meeting_id()); !person.empty())
    command.set_person_id(person);
}

}  // namespace

std::vector<Recipe> MeetingRecipes() {
  return {For(8, ConveneMeeting),
          For(10, PublishAgenda),
          For<v1::CancelMeeting>(1),
          For<v1::OpenMeeting>(10),
          For<v1::CloseMeeting>(1),
          For(40, CheckIn),
          For(4, CheckOut),
          For(4, DemandMode),
          For(4, DeclareConflict),
          For(4, WithdrawConflict),
          For(3, RecordDisruption),
          For(18, ProposeMotion),
          For<v1::WithdrawMotion>(3),
          For(2, ChallengeQuorum),
          For<v1::CountQuorum>(5),
          For(5, CallItemAgain),
          For(6, DecideConflict, 60),
          For(12, ConfirmMeetingActs),
          For(3, ContradictMeetingAct)};
}

}  // namespace votum::simulator
