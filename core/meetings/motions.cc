#include "core/meetings/motions.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/dependents.h"
#include "core/command/fields.h"
#include "core/meetings/electorate.h"
#include "core/meetings/roles.h"
#include "rules/profile.h"
#include "rules/seats.h"

namespace votum::meetings {
namespace {

constexpr size_t kMaxPropositionBytes = 32 << 10;
constexpr size_t kMaxNormBytes = 200;
constexpr int kMaxCandidates = 100;
constexpr size_t kMaxNameBytes = 400;

absl::Status BadCandidates(absl::string_view what) { return Refuse(Reason::kBadCandidates, what); }

// Checks how many candidates a ballot names, and how many are elected.
absl::Status CheckChoosing(const v1::ProposeMotion& command) {
  const auto candidates = static_cast<uint32_t>(command.candidates_size());
  const uint32_t fewest = std::max(command.choose_min(), 1u);
  const uint32_t most = std::max(command.choose_max(), 1u);
  const uint32_t places = std::max(command.places(), 1u);
  if (fewest > most || most > candidates || places > candidates) {
    return BadCandidates(absl::StrCat("a ballot cannot name ", fewest, " to ", most, " of ",
                                      candidates, " candidates for ", places, " places"));
  }
  if (most == 1 && places == 1) return absl::OkStatus();
  if (command.seats() == 0 && command.runoff_of().empty()) return absl::OkStatus();
  return BadCandidates("lists and second ballots have one choice and one place");
}

// "ordinary, hauptsatzung"
std::string KeysOf(const rules::v1::RuleProfile& profile) {
  std::string keys;
  for (const rules::v1::MotionRule& rule : profile.motions()) {
    absl::StrAppend(&keys, keys.empty() ? "" : ", ", rule.key());
  }
  return keys;
}

v1::Motion ToMotion(const MotionEntry& entry) {
  v1::Motion motion;
  motion.set_id(entry.id);
  motion.set_meeting_id(entry.meeting_id);
  motion.set_item_id(entry.item_id);
  motion.set_proposition(entry.proposition);
  motion.set_polarity(entry.polarity);
  motion.set_rule_key(entry.rule_key);
  motion.set_mover_id(entry.mover_id);
  motion.set_vote_event_id(entry.vote_event_id);
  motion.set_public_(entry.is_public);
  motion.set_norm(entry.norm);
  for (const v1::Candidate& candidate : entry.candidates) *motion.add_candidates() = candidate;
  motion.set_runoff_of(entry.runoff_of);
  motion.set_seats(entry.seats);
  motion.set_choose_min(entry.choose_min);
  motion.set_choose_max(entry.choose_max);
  motion.set_places(entry.places);
  if (entry.withdrawn.has_value()) *motion.mutable_withdrawn() = ToCorrection(*entry.withdrawn);
  for (const DemandEntry& recorded : entry.demands) {
    v1::ModeDemand& demand = *motion.add_demands();
    demand.set_mode(recorded.mode);
    demand.set_person_id(recorded.person_id);
    demand.set_faction_id(recorded.faction_id);
  }
  return motion;
}

}  // namespace

size_t FindCandidate(const MotionEntry& motion, absl::string_view candidate_id) {
  const auto stands = std::find_if(motion.candidates.begin(), motion.candidates.end(),
                                   [&](const auto& one) { return one.id() == candidate_id; });
  return static_cast<size_t>(stands - motion.candidates.begin());
}

absl::Status CheckRule(const rules::v1::RuleProfile& profile, absl::string_view rule_key) {
  if (rules::FindMotionRule(profile, rule_key) != nullptr) return absl::OkStatus();
  return Refuse(Reason::kUnknownRule,
                absl::StrCat("the rules ", profile.id(), " of this meeting have no majority \"",
                             rule_key, "\"; they have: ", KeysOf(profile)));
}

absl::Status Motions::CheckCandidates(const SittingEntry& sitting,
                                      const v1::ProposeMotion& command) const {
  if (command.candidates().empty()) {
    if (command.seats() == 0 && command.runoff_of().empty() && command.choose_min() == 0 &&
        command.choose_max() == 0 && command.places() == 0) {
      return absl::OkStatus();
    }
    return BadCandidates("seats, places, choices and second ballots need candidates");
  }
  RETURN_IF_ERROR(CheckChoosing(command));
  const rules::v1::RuleProfile& profile = directory_.ProfileOf(sitting.profile_index);
  const bool lists = command.seats() > 0;
  if (lists ? !profile.has_committee_seats() : !profile.has_election()) {
    return Refuse(Reason::kNoElectionRule,
                  absl::StrCat("the rules ", profile.id(), " say nothing of ",
                               lists ? "committee seats" : "elections",
                               "; adopt rules that do, and convene another meeting under them"));
  }
  if (!command.rule_key().empty())
    return BadCandidates("an election has the majority of the rules for elections: no rule_key");
  if (command.candidates_size() > kMaxCandidates || command.seats() > rules::kMaxSeats)
    return BadCandidates(absl::StrCat("at most ", kMaxCandidates, " candidates can stand"));
  std::set<std::string> ids;
  for (const v1::Candidate& candidate : command.candidates()) {
    RETURN_IF_ERROR(CheckId("candidates.id", candidate.id()));
    RETURN_IF_ERROR(CheckText("candidates.name", candidate.name(), kMaxNameBytes));
    if (!ids.insert(candidate.id()).second)
      return BadCandidates(absl::StrCat("candidate ", candidate.id(), " stands twice"));
  }
  if (command.runoff_of().empty()) return absl::OkStatus();
  const std::set<std::string>* runoff = state_.runoffs.Find(command.runoff_of());
  if (runoff == nullptr) {
    return BadCandidates(
        absl::StrCat("vote ", command.runoff_of(), " has no result that asks for a second ballot"));
  }
  if (ids != *runoff)
    return BadCandidates(absl::StrCat("in the second ballot of ", command.runoff_of(),
                                      " stand those that its result names"));
  return absl::OkStatus();
}

absl::Status Motions::Check(const CommandContext& context, const v1::ProposeMotion& command) const {
  ASSIGN_OR_RETURN(const SittingEntry* sitting, sittings_.FindOpen(command.meeting_id()));
  RETURN_IF_ERROR(CheckPresides(directory_, context.actor, sitting->organization_id));
  RETURN_IF_ERROR(agenda_.CheckItem(command.item_id(), command.meeting_id()));
  RETURN_IF_ERROR(CheckId("motion_id", command.motion_id()));
  if (Find(command.motion_id()) != nullptr) {
    return Refuse(Reason::kMotionExists,
                  absl::StrCat("motion ", command.motion_id(), " exists; choose another id"));
  }
  RETURN_IF_ERROR(CheckText("proposition", command.proposition(), kMaxPropositionBytes));
  if (command.polarity() == v1::POLARITY_UNSPECIFIED || !v1::Polarity_IsValid(command.polarity())) {
    return Refuse(Reason::kBadPolarity,
                  "polarity must say what a Yes means: it adopts the item, rejects it, or "
                  "is incidental");
  }
  if (!command.mover_id().empty() && !directory_.PersonExists(command.mover_id())) {
    return Refuse(Reason::kNoSuchPerson,
                  absl::StrCat("mover ", command.mover_id(), " is not in the directory"));
  }
  RETURN_IF_ERROR(CheckOptionalText("norm", command.norm(), kMaxNormBytes));
  RETURN_IF_ERROR(CheckCandidates(*sitting, command));
  return CheckRule(directory_.ProfileOf(sitting->profile_index), command.rule_key());
}

void Motions::Apply(const CommandContext&, const v1::ProposeMotion& command) {
  MotionEntry motion;
  motion.id = command.motion_id();
  motion.meeting_id = command.meeting_id();
  motion.item_id = command.item_id();
  motion.proposition = command.proposition();
  motion.polarity = command.polarity();
  motion.rule_key = command.rule_key();
  motion.mover_id = command.mover_id();
  motion.norm = command.norm();
  motion.candidates.assign(command.candidates().begin(), command.candidates().end());
  motion.runoff_of = command.runoff_of();
  motion.seats = command.seats();
  motion.choose_min = command.choose_min();
  motion.choose_max = command.choose_max();
  motion.places = command.places();
  motion.is_public = agenda_.FindItem(command.item_id())->content.public_();
  state_.motions.InsertOrAssign(command.motion_id(), std::move(motion));
}

absl::Status Motions::Check(const CommandContext& context, const v1::DemandMode& command) const {
  ASSIGN_OR_RETURN(const SittingEntry* sitting, sittings_.FindOpen(command.meeting_id()));
  ASSIGN_OR_RETURN(const MotionEntry* motion,
                   FindStanding(command.meeting_id(), command.motion_id()));
  if (!motion->vote_event_id.empty()) {
    return Refuse(Reason::kVoteOpened, absl::StrCat("the vote on motion ", motion->id,
                                                    " has been opened: its mode stands"));
  }
  if (command.mode() != v1::VOTE_MODE_ROLL_CALL && command.mode() != v1::VOTE_MODE_SECRET)
    return Refuse(Reason::kBadMode, "a roll call or a secret vote can be demanded");
  RETURN_IF_ERROR(CheckPresentVoter(directory_, *sitting, context.actor));
  if (!command.faction_id().empty() &&
      !directory_.PresidesOver(context.actor, command.faction_id())) {
    return Refuse(Reason::kNotChair, absl::StrCat(context.actor,
                                                  " is neither chair nor deputy "
                                                  "chair of ",
                                                  command.faction_id()));
  }
  const bool again =
      std::any_of(motion->demands.begin(), motion->demands.end(), [&](const DemandEntry& demand) {
        return demand.mode == command.mode() && demand.person_id == context.actor &&
               demand.faction_id == command.faction_id();
      });
  if (!again) return absl::OkStatus();
  return Refuse(Reason::kAlreadyDemanded,
                absl::StrCat(context.actor, " has demanded that already"));
}

void Motions::Apply(const CommandContext& context, const v1::DemandMode& command) {
  state_.motions.Mutable(command.motion_id())
      ->demands.push_back({command.mode(), context.actor, command.faction_id()});
}

absl::Status Motions::Check(const CommandContext& context,
                            const v1::WithdrawMotion& command) const {
  ASSIGN_OR_RETURN(const SittingEntry* sitting, sittings_.FindOpen(command.meeting_id()));
  ASSIGN_OR_RETURN(const MotionEntry* motion,
                   FindStanding(command.meeting_id(), command.motion_id()));
  if (motion->mover_id != context.actor)
    RETURN_IF_ERROR(CheckPresides(directory_, context.actor, sitting->organization_id));
  RETURN_IF_ERROR(CheckText("reason", command.reason(), kMaxReasonBytes));
  std::vector<Dependent> dependents;
  if (const std::string& vote = motion->vote_event_id; !vote.empty()) {
    dependents.push_back(sitting->open_vote_event_id == vote
                             ? Dependent{absl::StrCat("vote ", vote, " on it is open"),
                                         "close it; without a result it decides nothing"}
                             : Dependent{absl::StrCat("vote ", vote, " was taken on it"),
                                         "put another motion that repeals or replaces it"});
  }
  return CheckNothingRestsOn(absl::StrCat("motion ", motion->id), dependents);
}

void Motions::Apply(const CommandContext& context, const v1::WithdrawMotion& command) {
  state_.motions.Mutable(command.motion_id())->withdrawn = CorrectionBy(context, command.reason());
}

absl::StatusOr<const MotionEntry*> Motions::FindStanding(absl::string_view meeting_id,
                                                         absl::string_view motion_id) const {
  const MotionEntry* motion = Find(motion_id);
  if (motion == nullptr || motion->meeting_id != meeting_id) {
    return Refuse(Reason::kNoSuchMotion,
                  absl::StrCat("there is no motion ", motion_id, " in meeting ", meeting_id,
                               "; propose it before"));
  }
  if (!motion->withdrawn.has_value()) return motion;
  return Refuse(Reason::kMotionWithdrawn,
                absl::StrCat("motion ", motion_id, " was taken back at record ",
                             motion->withdrawn->index, "; propose another one"));
}

const MotionEntry* Motions::Find(absl::string_view id) const { return state_.motions.Find(id); }

absl::StatusOr<v1::Motion> Motions::Get(absl::string_view id) const {
  const MotionEntry* motion = Find(id);
  if (motion != nullptr) return ToMotion(*motion);
  return Refuse(Reason::kNoSuchMotion, absl::StrCat("there is no motion ", id));
}

void Motions::PutToVote(absl::string_view motion_id, absl::string_view vote_event_id) {
  state_.motions.Mutable(motion_id)->vote_event_id = std::string(vote_event_id);
}

void Motions::RunoffCalled(absl::string_view vote_event_id, std::set<std::string> candidate_ids) {
  state_.runoffs.InsertOrAssign(vote_event_id, std::move(candidate_ids));
}

}  // namespace votum::meetings
