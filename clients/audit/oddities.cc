#include "clients/audit/oddities.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "clients/audit/command_of.h"
#include "core/command/timestamps.h"
#include "rules/calendar.h"
#include "rules/profile_origin.h"
#include "rules/quorum.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/meetings/v1/acts.pb.h"
#include "votum/meetings/v1/agenda.pb.h"
#include "votum/meetings/v1/proceedings.pb.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::audit {
namespace {

namespace mv1 = meetings::v1;

std::string InWords(absl::Duration duration) {
  return absl::FormatDuration(absl::Trunc(absl::AbsDuration(duration), absl::Seconds(1)));
}

bool NobodyVoted(const mv1::Tally& tally) {
  const auto has_votes = [](const mv1::CandidateCount& one) { return one.votes() > 0; };
  return tally.yes() + tally.no() + tally.abstain() == 0 &&
         std::none_of(tally.candidates().begin(), tally.candidates().end(), has_votes);
}

void AddVotes(const World& world, std::vector<std::string>* all) {
  for (const auto& [id, event] : world.votes().state().vote_events) {
    if (event.result.has_value() && NobodyVoted(event.result->tally()))
      all->push_back(absl::StrCat("vote ", id, ": nobody voted, and it has a result"));
  }
}

// One line for each meeting: where all came and went at once, it is the meeting that is odd.
void AddPresences(const World& world, std::vector<std::string>* all) {
  constexpr size_t kNamed = 3;
  for (const auto& [meeting, sitting] : world.sittings().state().sittings) {
    std::vector<std::string> people;
    for (const auto& [number, presence] : sitting.presences) {
      if (!presence.end.has_value() || *presence.end - presence.start >= kOddPresence) continue;
      people.push_back(
          absl::StrCat(presence.person_id, " (", InWords(*presence.end - presence.start), ")"));
    }
    if (people.empty()) continue;
    const size_t count = people.size();
    people.resize(std::min(count, kNamed));
    all->push_back(absl::StrCat(
        "meeting ", meeting, ": present for less than a minute: ", absl::StrJoin(people, ", "),
        count > kNamed ? absl::StrCat(" and ", count - kNamed, " more") : ""));
  }
}

// Profiles that were ever adopted.
void AddProfiles(const World& world, std::vector<std::string>* all) {
  std::map<uint64_t, std::string> adopted;  // record: in words
  const auto look = [&](uint64_t record, const rules::v1::RuleProfile& profile) {
    if (rules::OriginOf(profile) != rules::ProfileOrigin::kBuiltIn)
      adopted.emplace(record, rules::DescribeOrigin(profile));
  };
  for (const auto& [record, profile] : world.directory().state().profiles) look(record, profile);
  for (const auto& [record, words] : adopted)
    all->push_back(absl::StrCat("rules adopted by record ", record, ": the profile ", words));
}

// The words of a decision are the secretary's; only people can tell whether they mean what was voted
// on. They are odd if they hold neither the words of the motion nor those of the proposal.
void AddTexts(const World& world, std::vector<std::string>* all) {
  for (const auto& [id, decision] : world.decisions().state().decisions) {
    const auto holds = [&text = decision.text()](const std::string& words) {
      return !words.empty() && absl::StrContains(text, words);
    };
    const auto* proposal = world.papers().FindProposal(decision.proposal_id());
    bool found = holds(decision.proposition());
    if (proposal != nullptr) {
      for (const auto& version : proposal->versions())
        found |=
            version.number() == decision.proposal_version() && holds(version.text().resolution());
    }
    if (!found) {
      all->push_back(absl::StrCat("decision ", id,
                                  ": its text holds neither the words of the motion nor those of "
                                  "the proposal; compare them"));
    }
  }
}

using Pair = std::pair<std::string, std::string>;

// All acts of two persons were those of the same two.
void AddPairs(const World& world, std::vector<std::string>* all) {
  std::map<Pair, size_t> pairs;
  size_t count = 0;
  const auto add = [&](const std::string& a, const std::string& b) {
    if (a.empty() || b.empty() || a == b) return;
    ++count;
    ++pairs[std::minmax(a, b)];
  };
  for (const Acts* const acts :
       {static_cast<const Acts*>(&world.acts()), static_cast<const Acts*>(&world.meeting_acts()),
        static_cast<const Acts*>(&world.round_acts())}) {
    for (const auto& [record, entry] : acts->state().acts)
      add(entry.act.actor_id(), entry.act.confirmer_id());
  }
  for (const auto& [id, key] : world.directory().state().keys) add(key.issued_by, key.confirmed_by);
  if (count < kOddActs || pairs.size() != 1) return;
  const auto& [first, second] = pairs.begin()->first;
  all->push_back(absl::StrCat("all ", count,
                              " acts that need two persons were given and confirmed "
                              "by the same two, ",
                              first, " and ", second));
}

}  // namespace

void Oddities::Add(const OpenedRecord& record, const Fold& fold) {
  AddTime(record);
  AddAgenda(record, fold);
  AddVote(record, fold);
  AddKey(record, fold);
}

void Oddities::AddTime(const OpenedRecord& record) {
  const common::v1::CommandHeader& header = record.envelope->header();
  // Anybody may write any time into a command that no enrolled key signs.
  if (!header.has_create_time() || header.actor().empty()) return;
  const Times now{record.index, record.time, FromTimestamp(header.create_time())};
  if (!farthest_.has_value() ||
      absl::AbsDuration(now.ahead()) > absl::AbsDuration(farthest_->ahead()))
    farthest_ = now;
  if (before_.has_value() && absl::AbsDuration(now.ahead() - before_->ahead()) > kOddClock) {
    found_.push_back(absl::StrCat("record ", now.index, ": a step of the clock by ",
                                  InWords(now.ahead() - before_->ahead()), ": since record ",
                                  before_->index, " the log's time went on by ",
                                  InWords(now.log - before_->log), ", and that of the signers by ",
                                  InWords(now.signer - before_->signer)));
  }
  if (!plateau_.has_value() || plateau_->log != now.log) {
    plateau_ = now;
    plateau_said_ = false;
  } else if (!plateau_said_ && now.signer - plateau_->signer > kOddClock) {
    plateau_said_ = true;
    found_.push_back(absl::StrCat(
        "record ", now.index, ": the log's time has stood still since record ", plateau_->index,
        ", while the signers' clocks went on by ", InWords(now.signer - plateau_->signer)));
  }
  before_ = now;
}

void Oddities::AddAgenda(const OpenedRecord& record, const Fold& fold) {
  const auto* publish = As<mv1::PublishAgenda>(*record.envelope);
  if (publish == nullptr) return;
  const World& world = fold.world();
  const auto* meeting = world.agenda().FindMeeting(publish->meeting_id());
  const auto& profile = world.directory().ProfileOf(meeting->profile_index);
  const absl::CivilDay held(rules::LocalTime(profile.time_zone(), meeting->start));
  const absl::CivilDay earliest = rules::FirstMeetingDay(profile, record.time, meeting->urgent);
  std::set<std::string>& known = agendas_[meeting->id];
  for (const mv1::AgendaItemContent& item : publish->items()) {
    if (!known.insert(item.item_id()).second || held >= earliest) continue;
    found_.push_back(absl::StrCat(
        "record ", record.index, ": item ", item.item_id(), " came onto the agenda of meeting ",
        meeting->id, " within its notice period: known from then on, it could be dealt with from ",
        absl::FormatCivilTime(earliest), ", and the meeting is on ", absl::FormatCivilTime(held)));
  }
}

void Oddities::AddVote(const OpenedRecord& record, const Fold& fold) {
  const World& world = fold.world();
  if (const auto* open = As<mv1::OpenVote>(*record.envelope); open != nullptr) {
    const auto* motion = world.motions().Find(open->motion_id());
    const auto* sitting = world.sittings().Find(open->meeting_id());
    if (!motion->mover_id.empty() && sitting->present.Find(motion->mover_id) == nullptr) {
      found_.push_back(absl::StrCat("record ", record.index, ": vote ", open->vote_event_id(),
                                    " was opened while the mover, ", motion->mover_id,
                                    ", was absent"));
    }
    return;
  }
  const auto* leave = As<mv1::CheckOut>(*record.envelope);
  const auto* confirm = As<mv1::ConfirmMeetingActs>(*record.envelope);  // of somebody's leaving
  const auto* sitting = leave != nullptr     ? world.sittings().Find(leave->meeting_id())
                        : confirm != nullptr ? world.sittings().Find(confirm->meeting_id())
                                             : nullptr;
  if (sitting == nullptr || sitting->open_vote_event_id.empty()) return;
  const auto* event = world.votes().Find(sitting->open_vote_event_id);
  const auto here = static_cast<uint32_t>(
      std::count_if(event->electorate.begin(), event->electorate.end(),
                    [&](const std::string& id) { return sitting->present.Find(id) != nullptr; }));
  const rules::v1::QuorumRule& rule = world.votes().ProfileOf(*event).quorum();
  if (rules::EvaluateQuorum(rule, event->statutory_number, here).quorate) return;
  if (!quorum_lost_.insert(event->id).second) return;
  found_.push_back(absl::StrCat("record ", record.index, ": the quorum was lost during vote ",
                                event->id, ": ", here, " of its electorate were left"));
}

void Oddities::AddKey(const OpenedRecord& record, const Fold& fold) {
  const auto* confirm = As<directory::v1::ConfirmKey>(*record.envelope);
  if (confirm == nullptr) return;
  const auto* key = fold.world().directory().FindKey(confirm->key_id());
  if (key == nullptr || key->issued_by != record.envelope->header().actor()) return;
  found_.push_back(absl::StrCat("record ", record.index, ": key ", key->id, " of ", key->person_id,
                                " came into force by ", key->issued_by,
                                " alone, under the exception for the second administrator"));
}

std::vector<std::string> Oddities::Finish(const Fold& fold) const {
  std::vector<std::string> all = found_;
  const World& world = fold.world();
  if (farthest_.has_value() && absl::AbsDuration(farthest_->ahead()) > kOddClock)
    all.push_back(LargestDifference());
  AddVotes(world, &all);
  AddPresences(world, &all);
  AddProfiles(world, &all);
  AddTexts(world, &all);
  AddPairs(world, &all);
  return all;
}

std::string Oddities::LargestDifference() const {
  if (!farthest_.has_value()) return "";
  const absl::Duration ahead = farthest_->ahead();
  return absl::StrCat("time: the log's stands farthest from a signer's clock at record ",
                      farthest_->index, ", by ", InWords(ahead),
                      ahead < absl::ZeroDuration() ? " behind it" : " ahead of it");
}

}  // namespace votum::audit
