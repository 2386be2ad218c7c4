#include "core/meetings/vote_opening.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/meetings/agenda_machine.h"
#include "core/meetings/electorate.h"
#include "core/meetings/secret_vote.h"
#include "rules/calendar.h"
#include "rules/explain.h"
#include "rules/modes.h"
#include "rules/quorum.h"

namespace votum::meetings {
namespace {

// Whether a vote does not fit into one choice and one candidate.
bool NeedsBallots(const MotionEntry& motion) { return motion.choose_max > 1 || motion.places > 1; }

rules::v1::Mode ToRule(v1::VoteMode mode) {
  if (mode == v1::VOTE_MODE_SECRET) return rules::v1::MODE_SECRET;
  return mode == v1::VOTE_MODE_ROLL_CALL ? rules::v1::MODE_ROLL_CALL : rules::v1::MODE_OPEN;
}

// The demands for each mode, added up.
std::vector<rules::ModeRequest> RequestsOf(const MotionEntry& motion) {
  std::vector<rules::ModeRequest> requests;
  for (const v1::VoteMode mode : {v1::VOTE_MODE_SECRET, v1::VOTE_MODE_ROLL_CALL}) {
    rules::ModeRequest request;
    request.mode = ToRule(mode);
    for (const DemandEntry& demand : motion.demands) {
      if (demand.mode != mode) continue;
      ++request.supporters;
      request.by_faction = request.by_faction || !demand.faction_id.empty();
    }
    if (request.supporters > 0) requests.push_back(request);
  }
  return requests;
}

// No doubt about the quorum waits for a count.
absl::Status CheckQuorumCourse(const SittingEntry& sitting, absl::string_view item_id) {
  const auto quorum = sitting.quorums.find(item_id);
  if (quorum == sitting.quorums.end() || rules::MayDecide(quorum->second.state))
    return absl::OkStatus();
  const rules::QuorumState state = quorum->second.state;
  if (state == rules::QuorumState::kChallenged || state == rules::QuorumState::kSecondCall) {
    return Refuse(Reason::kQuorumChallenged,
                  absl::StrCat("the members present have to be counted for item ", item_id,
                               " before it is voted on (CountQuorum)"));
  }
  return Refuse(Reason::kItemPostponed,
                absl::StrCat("item ", item_id, " was postponed for want of a quorum",
                             state == rules::QuorumState::kDoneWith
                                 ? " for the second time, and is done with"
                                 : "; call it again in another meeting (CallItemAgain)"));
}

// Enough members count on the motion's item now.
absl::Status CheckQuorate(const directory::DirectoryMachine& directory, const SittingEntry& sitting,
                          const MotionEntry& motion) {
  const rules::v1::QuorumRule& rule = directory.ProfileOf(sitting.profile_index).quorum();
  const rules::QuorumResult quorum =
      rules::EvaluateQuorum(rule, AttendanceOn(directory, sitting, motion.item_id, motion.norm));
  if (quorum.quorate) return absl::OkStatus();
  return Refuse(
      Reason::kNotQuorate,
      absl::StrCat(rules::ExplainQuorum(rule, quorum).en(), " Members in conflict on item ",
                   motion.item_id,
                   " and members without voting right are not counted, nor is what a clerk entered "
                   "and nobody has confirmed (`votum meeting confirm`). Wait until more members "
                   "have checked in, or postpone the item"));
}

// `mode` is allowed, and not enough members demand another one.
absl::Status CheckMode(const directory::DirectoryMachine& directory, const SittingEntry& sitting,
                       const MotionEntry& motion, v1::VoteMode mode) {
  const rules::v1::RuleProfile& profile = directory.ProfileOf(sitting.profile_index);
  const bool election = !motion.candidates.empty();
  const rules::Attendance attendance =
      AttendanceOn(directory, sitting, motion.item_id, motion.norm);
  rules::Bases bases;
  bases.present = attendance.present;
  bases.seated = SeatedNumber(directory, sitting.organization_id);
  bases.statutory = attendance.statutory;
  rules::v1::ModeRule rule = profile.modes();
  if (election && profile.election().open_if_nobody_objects()) {
    // Any single member can object to an open election.
    rule.mutable_secret()->set_allowed(true);
    rule.mutable_secret()->clear_fraction();
    rule.mutable_secret()->set_by_majority(false);
    *rule.mutable_secret()->mutable_provenance() = profile.election().provenance();
  }
  const rules::ModeDecision decision = rules::DecideMode(rule, bases, RequestsOf(motion));
  if (decision.mode != rules::v1::MODE_OPEN && decision.mode != ToRule(mode))
    return Refuse(Reason::kModeDemanded, decision.reason.en());
  const bool secret_forbidden = profile.has_modes() && !profile.modes().secret().allowed();
  if (mode == v1::VOTE_MODE_SECRET && secret_forbidden && !election) {
    return Refuse(Reason::kModeNotAllowed,
                  absl::StrCat("motions are not put in secret here, ",
                               profile.modes().secret().provenance().norm()));
  }
  return absl::OkStatus();
}

// Enough members are entitled for a secret vote.
absl::Status CheckSecrecy(const rules::v1::RuleProfile& profile, size_t electorate,
                          bool on_devices) {
  const rules::v1::ModeRule& modes = profile.modes();
  // Votes on papers alone were taken before profiles had a minimum.
  if (!on_devices && !modes.has_secret_ballots()) return absl::OkStatus();
  const uint32_t set = modes.secret_ballots().minimum_electorate();
  const uint32_t minimum = set == 0 ? kMinimumElectorate : set;
  if (electorate >= minimum) return absl::OkStatus();
  return Refuse(
      Reason::kTooFewVoters,
      absl::StrCat(electorate, " members are entitled, and ", minimum,
                   " are needed for a secret vote: the result would show how single members "
                   "voted. Vote openly, or later with more"));
}

}  // namespace

absl::Status CheckMayOpen(const directory::DirectoryMachine& directory, absl::Time time,
                          const SittingEntry& sitting, const MotionEntry& motion,
                          const v1::OpenVote& command) {
  const rules::v1::RuleProfile& profile = directory.ProfileOf(sitting.profile_index);
  RETURN_IF_ERROR(CheckInForce(profile, time));
  RETURN_IF_ERROR(CheckQuorumCourse(sitting, motion.item_id));
  RETURN_IF_ERROR(CheckQuorate(directory, sitting, motion));
  RETURN_IF_ERROR(CheckMode(directory, sitting, motion, command.mode()));
  if (command.mode() == v1::VOTE_MODE_SECRET) {
    return CheckSecrecy(profile, Electorate(directory, sitting, motion.item_id, motion.norm).size(),
                        command.has_electronic());
  }
  if (!NeedsBallots(motion)) return absl::OkStatus();
  return Refuse(Reason::kBadMode, absl::StrCat("in election ", motion.id,
                                               " each names several candidates, or several "
                                               "are elected: take it in secret"));
}

}  // namespace votum::meetings
