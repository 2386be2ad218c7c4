#include "tests/simulator/simulation.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/payload_type.h"
#include "core/command/time_text.h"
#include "core/command/timestamps.h"
#include "core/fold/accepted_time.h"
#include "core/fold/version.h"
#include "tests/simulator/seeded_random.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum::simulator {
namespace {

constexpr size_t kCacheSize = 1 << 14;
constexpr size_t kRemembered = 40;
// The version is raised only towards the end: this program's replicas stop there.
constexpr uint64_t kRaiseVersionAfterPercent = 85;
// The one of these is given whose reason is the rarest.
constexpr int kFaultsTried = 4;
constexpr uint64_t kStoryPercent = 75;
constexpr uint64_t kSpoilPercent = 60;
// Keys of administrators are revoked at the very end: there may be only one left.
constexpr uint64_t kEndsAfterPercent = 95;

absl::Status Broken(absl::string_view what) { return absl::InternalError(what); }

std::string TextOf(const absl::Status& status) {
  return status.ok() ? "in effect" : absl::StrCat("void ", ReasonTextOf(status));
}

const CommandType& CommandNamed(absl::string_view name) {
  const auto& all = CommandTable();
  return *std::find_if(all.begin(), all.end(),
                       [name](const CommandType& type) { return type.name == name; });
}

// Whether the ledger takes it while its clock cannot be right.
bool IsTakenWhenStopped(const World& world, const Envelope& envelope) {
  if (!envelope.type->options->when_stopped()) return false;
  const auto is_taken = [&](uint64_t record) {
    const ActEntry* const entry = world.acts().state().acts.Find(record);
    return entry != nullptr && FindCommandType(entry->act.payload_type())->options->when_stopped();
  };
  const google::protobuf::Message* const command = envelope.command.get();
  if (const auto* contradict = dynamic_cast<const directory::v1::Contradict*>(command))
    return is_taken(contradict->record());
  const auto* const confirm = dynamic_cast<const directory::v1::Confirm*>(command);
  return confirm == nullptr || std::all_of(confirm->acts().begin(), confirm->acts().end(),
                                           [&](const auto& act) { return is_taken(act.record()); });
}

}  // namespace

Simulation::Simulation(uint64_t seed, uint64_t records, Coverage* coverage)
    : dice_(seed),
      coverage_(*coverage),
      records_(records),
      log_key_(wallet_.Make(dice_)),
      ledger_(log_key_, &clocks_, &dice_),
      cache_(kCacheSize),
      lead_(DomainSet::All(), log_key_.public_key(), &cache_, kProgramVersion + 1),
      replicas_(&ledger_, &history_, log_key_.public_key(), &dice_),
      generator_(coverage, &log_key_.public_key()),
      secret_votes_(seed % 3 == 0),
      teller_(secret_votes_) {
  SeedRandomness(seed);
  history_.push_back(DigestsOf(lead_));
}

absl::Status Simulation::Run() {
  RETURN_IF_ERROR(FoundTown());
  // A step gives a command or none; a run that gives none for long would never end.
  for (uint64_t steps = 0; ledger_.size() < records_; ++steps) {
    if (steps > 20 * records_) return Broken("hardly any command is given any more");
    RETURN_IF_ERROR(Step());
  }
  RETURN_IF_ERROR(CheckRounds(lead_.world()));
  RETURN_IF_ERROR(replicas_.Finish());
  if (replicas_.AnyStopped()) coverage_.AddReason(Reason::kNewerLog);
  return absl::OkStatus();
}

std::string Simulation::LastRecords() const { return absl::StrJoin(last_, "\n"); }

Scene Simulation::MakeScene(Pools& pools) {
  const absl::Time now = ledger_.CheckClock().ok() ? ledger_.TimeOfNext() : ledger_.last_time();
  return Scene{lead_,
               lead_.world(),
               ledger_,
               pools,
               wallet_,
               dice_,
               &ids_,
               now,
               clocks_.true_time,
               secret_votes_,
               100 * ledger_.size() > kRaiseVersionAfterPercent * records_,
               100 * ledger_.size() > kEndsAfterPercent * records_,
               {}};
}

absl::Status Simulation::Step() {
  PassTime();
  RETURN_IF_ERROR(replicas_.Move(lead_));
  if (dice_.Chance(2)) RETURN_IF_ERROR(ledger_.CheckProofs());
  if (dice_.Chance(6)) return SendLate();
  Pools pools(lead_.world());
  Scene scene = MakeScene(pools);
  // While the ledger has stopped, two administrators look at it.
  const bool stopped = !ledger_.CheckClock().ok() && dice_.Chance(50);
  if (!stopped && dice_.Chance(kStoryPercent)) return Tell();
  if (stopped)
    return GiveSomething(scene, CommandNamed(dice_.Chance(50) ? "AcceptTime" : "Confirm"));
  if (scene.ends && dice_.Chance(30)) return GiveSomething(scene, CommandNamed("RevokeKey"));
  if (scene.may_raise_version && dice_.Chance(10)) {
    return GiveSomething(scene, CommandNamed(dice_.Chance(50) ? "ActivateVersion" : "Confirm"));
  }
  return GiveSomething(scene, generator_.PickType(scene));
}

void Simulation::PassTime() {
  const uint64_t roll = dice_.Below(1000);
  absl::Duration passed = absl::Milliseconds(static_cast<int64_t>(1 + dice_.Below(3000)));
  if (roll < 250) passed = absl::Seconds(static_cast<int64_t>(dice_.Below(120)));
  if (roll < 25) passed = absl::Hours(static_cast<int64_t>(1 + dice_.Below(30)));
  if (roll < 10) passed = absl::Hours(static_cast<int64_t>(24 * (1 + dice_.Below(12))));
  clocks_.Pass(passed);
  const bool right = absl::AbsDuration(clocks_.ledger_offset) <= kClockTolerance;
  // Within what the ledger allows, and beyond.
  if (roll >= 500 && roll < 510 && right)
    clocks_.ledger_offset = absl::Seconds(static_cast<int64_t>(dice_.Below(56)) - 28);
  if (roll >= 510 && roll < 513)
    clocks_.ledger_offset = absl::Minutes(static_cast<int64_t>(dice_.Below(6000)) - 3000);
  if (roll >= 520 && roll < 560 && !right) clocks_.ledger_offset = absl::ZeroDuration();
  if (roll >= 560 && roll < 563) {
    ledger_.Restart();
    late_.clear();
  }
}

absl::Status Simulation::GiveSomething(Scene& scene, const CommandType& type) {
  Found found = generator_.Search(scene, type);
  const bool good = static_cast<bool>(found.good);
  const bool may_fail = coverage_.MayFail(type.name, /*anew=*/false, good);
  const auto is_given = [&](const Refused& refused, uint64_t percent) {
    if (!refused.draft) return false;
    if (refused.times == 0 && coverage_.MayFail(type.name, /*anew=*/true, good)) return true;
    return may_fail && dice_.Chance(percent);
  };
  if (!found.good) {
    return is_given(found.refused, 100) ? Submit({Sign(scene, found.refused.draft), &type})
                                        : absl::OkStatus();
  }
  if (may_fail && dice_.Chance(8)) return Submit(MakeFaulty(scene, found.good));
  if (is_given(found.refused, 0)) return Submit({Sign(scene, found.refused.draft), &type});
  if (dice_.Chance(kSpoilPercent)) {
    const Refused spoiled = generator_.Spoil(scene, found.good);
    if (is_given(spoiled, 50)) return Submit({Sign(scene, spoiled.draft), &type});
  }
  return Submit({Sign(scene, found.good), &type});
}

Simulation::Sent Simulation::MakeFaulty(Scene& scene, const Draft& good) {
  Sent rarest;
  uint64_t times = std::numeric_limits<uint64_t>::max();
  for (int left = kFaultsTried; left > 0; --left) {
    Sent sent{SignWithFault(scene, good), good.type, /*faulty=*/true};
    const auto envelope = OpenEnvelope(sent.command.payload_type(), sent.command.payload(),
                                       sent.command.signatures());
    const std::optional<Reason> reason =
        ReasonOf(envelope.ok() ? lead_.Check(*envelope, clocks_.ledger_time()) : envelope.status());
    // One that is accepted must be given too: it would be a fault of the fold.
    const uint64_t given = reason.has_value() ? coverage_.Of(*reason) : 0;
    if (left < kFaultsTried && given >= times) continue;
    times = given;
    rarest = std::move(sent);
  }
  return rarest;
}

absl::Status Simulation::Tell() {
  const Beat& beat = teller_.Now(dice_);
  clocks_.Pass(absl::Hours(teller_.TakeHours()));
  Pools pools(lead_.world());
  Scene scene = MakeScene(pools);
  scene.pinned = teller_.pinned();
  scene.fields = beat.fields;
  newest_.reset();
  RETURN_IF_ERROR(GiveSomething(scene, CommandNamed(beat.command)));
  // A spoiled one may be in effect too: it tells the story otherwise.
  teller_.Tried(newest_.get());
  return absl::OkStatus();
}

void Simulation::Count(const absl::Status& refusal) {
  if (const std::optional<Reason> reason = ReasonOf(refusal)) coverage_.AddReason(*reason);
}

absl::Status Simulation::Submit(Sent sent) {
  sent.judged_at = ledger_.size();
  const auto envelope =
      OpenEnvelope(sent.command.payload_type(), sent.command.payload(), sent.command.signatures());
  const absl::Status clock = ledger_.CheckClock();
  if (!clock.ok() && envelope.ok()) {
    Count(clock);
    return SubmitWhenStopped(sent, *envelope);
  }
  absl::Status verdict =
      envelope.ok() ? lead_.Check(*envelope, clocks_.ledger_time()) : envelope.status();
  if (verdict.ok()) verdict = CheckIsKnown(lead_.world().acts(), *envelope, kProgramVersion);
  // A service of this program lets no newer version in, but one of the next does.
  if (ReasonOf(verdict) == Reason::kVersionUnknown) {
    Count(verdict);
    verdict = absl::OkStatus();
  }
  if (!verdict.ok() && !dice_.Chance(50)) {
    Count(verdict);
    coverage_.AddTry(sent.type->name, false);
    return absl::OkStatus();
  }
  if (verdict.ok() && dice_.Chance(5)) {
    late_.push_back(std::move(sent));
    return absl::OkStatus();
  }
  const bool stated = envelope.ok() && StatedTime(lead_.world(), *envelope).has_value();
  const bool wrong_service = dice_.Below(400) == 0;
  const absl::string_view service = wrong_service ? "nobody" : DomainName(sent.type->domain);
  return Append(sent, service, stated ? ledger_.last_time() : ledger_.TimeOfNext(),
                wrong_service ? std::nullopt : std::optional<absl::Status>(verdict));
}

absl::Status Simulation::SubmitWhenStopped(const Sent& sent, const Envelope& envelope) {
  if (!IsTakenWhenStopped(lead_.world(), envelope)) return absl::OkStatus();
  if (const absl::Status verdict = lead_.Check(envelope, clocks_.ledger_time()); !verdict.ok()) {
    Count(verdict);
    coverage_.AddTry(sent.type->name, false);
    return absl::OkStatus();
  }
  return Append(sent, DomainName(sent.type->domain), ledger_.last_time(), std::nullopt);
}

absl::Status Simulation::SendLate() {
  if (!ledger_.CheckClock().ok()) return absl::OkStatus();
  if (!late_.empty()) {
    const Sent sent = std::move(late_.front());
    late_.pop_front();
    return Append(sent, DomainName(sent.type->domain), ledger_.TimeOfNext(), std::nullopt);
  }
  if (past_.empty()) return absl::OkStatus();
  Sent again = dice_.Pick(past_);
  // An honest ledger answers with the first record; another appends the same bytes a second time.
  if (dice_.Chance(50)) return CheckSentTwice(again, ledger_.size());
  again.judged_at = ledger_.size();
  return Append(again, DomainName(again.type->domain), ledger_.TimeOfNext(), std::nullopt);
}

absl::Status Simulation::CheckSentTwice(const Sent& sent, uint64_t index) const {
  const auto envelope =
      OpenEnvelope(sent.command.payload_type(), sent.command.payload(), sent.command.signatures());
  if (!envelope.ok()) return absl::OkStatus();
  const auto known = lead_.FindCommand(envelope->header().command_id());
  if (known.has_value() && known->index < index &&
      IsSame(*known, sent.command.payload_type(), sent.command.payload()))
    return absl::OkStatus();
  return Broken(absl::StrCat("command ", envelope->header().command_id(),
                             " was recorded, and the fold does not know it"));
}

absl::Status Simulation::Append(const Sent& sent, absl::string_view service, absl::Time time,
                                std::optional<absl::Status> verdict) {
  const StateDigests before = history_.back();
  const std::string record = ledger_.Append(sent.command, service, sent.judged_at, time);
  const uint64_t accepted = lead_.world().directory().accept_record();
  const auto outcome = lead_.Apply(record);
  if (!outcome.ok()) return Broken(absl::StrCat("the fold stops: ", outcome.status().message()));
  last_.push_back(absl::StrCat(outcome->index, " ", TimeText(time), " ", service, " ",
                               sent.type->name, " ", outcome->actor, " ", TextOf(outcome->status)));
  if (last_.size() > kRemembered) last_.pop_front();
  history_.push_back(DigestsOf(lead_));
  coverage_.AddTry(sent.type->name, outcome->status.ok());
  Count(outcome->status);
  if (const uint64_t now = lead_.world().directory().accept_record(); now != accepted)
    ledger_.Accept(now, lead_.world().directory().accepted_time());
  if (!sent.faulty && outcome->status.ok()) past_.push_back(sent);
  if (past_.size() > kRemembered) past_.pop_front();
  return CheckOutcome(sent, *outcome, before, verdict);
}

absl::Status Simulation::CheckOutcome(const Sent& sent, const RecordOutcome& outcome,
                                      const StateDigests& before,
                                      const std::optional<absl::Status>& verdict) {
  RETURN_IF_ERROR(reach_.Look(lead_, dice_));
  // An expired command that a stopped ledger takes is judged by the time of the last record as well,
  // because a service does not know whether the ledger has stopped (Fold::Check).
  const bool expired =
      ReasonOf(outcome.status) == Reason::kExpired && sent.type->options->when_stopped();
  if (verdict.has_value() && !expired && ReasonOf(*verdict) != ReasonOf(outcome.status)) {
    return Broken(absl::StrCat("the verdict on a ", sent.type->name, " was: ", verdict->ToString(),
                               "; and its outcome is: ", outcome.status.ToString()));
  }
  if (!outcome.status.ok()) {
    if (history_.back().effects == before.effects) return absl::OkStatus();
    return Broken(absl::StrCat("a void ", sent.type->name, " has changed the state"));
  }
  if (sent.faulty) return Broken(absl::StrCat("a faulty ", sent.type->name, " is in effect"));
  if (sent.command.signatures().empty()) return Broken("an unsigned command is in effect");
  const auto envelope =
      OpenEnvelope(sent.command.payload_type(), sent.command.payload(), sent.command.signatures());
  if (envelope.ok()) {
    generator_.Remember(*envelope->command);
    newest_.reset(envelope->command->New());
    newest_->CopyFrom(*envelope->command);
  }
  RETURN_IF_ERROR(CheckVotes(lead_.world(), outcome.index));
  FinalFacts facts = FinalFactsOf(lead_.world());
  RETURN_IF_ERROR(CheckNothingFinalChanged(final_, facts));
  final_ = std::move(facts);
  if (outcome.index % 64 == 0) RETURN_IF_ERROR(CheckRounds(lead_.world()));
  return absl::OkStatus();
}

}  // namespace votum::simulator
