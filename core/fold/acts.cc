#include "core/fold/acts.h"

#include <algorithm>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/time_text.h"
#include "core/command/timestamps.h"
#include "core/fold/authorize.h"
#include "core/fold/envelope.h"
#include "core/fold/version.h"
#include "core/fold/world.h"

namespace votum {
namespace {

namespace v1 = directory::v1;
using google::protobuf::Message;

std::unique_ptr<Message> CommandOf(const v1::Act& act) {
  std::unique_ptr<Message> command(FindCommandType(act.payload_type())->prototype->New());
  // OpenEnvelope has parsed the same bytes.
  command->ParseFromString(act.payload());
  return command;
}

// An act as it takes effect with the record of `confirmation`: in the context of its own record, at
// the later time.
struct Effect {
  Effect(const v1::Act& act, const CommandContext& confirmation)
      : type(*FindCommandType(act.payload_type())), command(CommandOf(act)), context(confirmation) {
    context.index = act.record();
    context.command_id = type.header(*command).command_id();
    context.actor = act.actor_id();
    context.key_id = act.key_id();
    context.second = confirmation.actor;
    context.effect_index = confirmation.index;
  }

  const CommandType& type;
  std::unique_ptr<Message> command;
  CommandContext context;
};

absl::Status NoSuchAct(absl::string_view scope, uint64_t record) {
  return Refuse(Reason::kNoSuchAct,
                scope.empty()
                    ? absl::StrCat("record ", record,
                                   " is no act of two persons; `votum act list` tells which "
                                   "records are")
                    : absl::StrCat("record ", record, " is no act of two persons in ", scope,
                                   "; `votum meeting attendance` and `votum round show` tell which "
                                   "records are"));
}

// ACT_LAPSED. An act is also over when the log's time was set anew after it: its 24 hours ran by a
// wrong clock.
absl::Status CheckNotLapsed(const World& world, const v1::Act& act, absl::Time time) {
  const uint64_t accepted = world.directory().accept_record();
  if (act.record() < accepted) {
    return Refuse(Reason::kActLapsed,
                  absl::StrCat("the log's time was set anew by record ", accepted,
                               ", after the act of record ", act.record(), "; give it anew"));
  }
  if (time <= FromTimestamp(act.lapse_time())) return absl::OkStatus();
  return Refuse(Reason::kActLapsed,
                absl::StrCat("the act of record ", act.record(), " could be confirmed until ",
                             TimeText(FromTimestamp(act.lapse_time())), "; give it anew"));
}

// OFFICE_MISSING unless the second person of `effect` holds an office that it asks for, or presides
// over the meeting that it is an act of.
absl::Status CheckSecond(const World& world, absl::string_view scope, const Effect& effect) {
  const std::string& second = effect.context.second;
  if (effect.type.domain == Domain::kMeetings) {
    const meetings::MeetingEntry* const meeting = world.agenda().FindMeeting(scope);
    if (meeting != nullptr && world.directory().PresidesOver(second, meeting->organization_id))
      return absl::OkStatus();
  }
  return RequireOffice(world.directory(), second, effect.type.options->second(), "Confirm");
}

// Whether `effect` holds in `world`, as the act of the person who gave it and by the right of the
// second person.
absl::Status CheckAgain(const World& world, absl::string_view scope, const Effect& effect) {
  const directory::DirectoryMachine& directory = world.directory();
  const CommandContext& context = effect.context;
  RETURN_IF_ERROR(CheckSecond(world, scope, effect));
  RETURN_IF_ERROR(CheckVersion(effect.type, context.version));
  // A person who left, or whose key was revoked as stolen, acts no more.
  RETURN_IF_ERROR(ActiveKeyOf(directory, context.actor, context.key_id).status());
  RETURN_IF_ERROR(
      RequireOffice(directory, context.actor, effect.type.options->offices(), effect.type.name));
  return effect.type.check(world, context, *effect.command);
}

// Names the record, among many that may be in one Confirm.
absl::Status InRecord(const Effect& effect, const absl::Status& status) {
  if (status.ok()) return status;
  return Reworded(status, absl::StrCat("record ", effect.context.index, " (", effect.type.name,
                                       "): ", status.message()));
}

// The meeting or round that the command of `envelope` belongs to; empty for one of the directory.
std::string ScopeOf(const Envelope& envelope) {
  const Message& command = *envelope.command;
  for (const char* const name : {"meeting_id", "round_id"}) {
    const auto* const field = command.GetDescriptor()->FindFieldByName(name);
    if (field != nullptr) return command.GetReflection()->GetString(command, field);
  }
  return "";
}

// The person whom the command of `envelope` concerns; empty where there is none.
std::string ConcernedBy(const World& world, const Envelope& envelope) {
  const std::string& field = envelope.type->options->concerned();
  if (field.empty()) return "";
  const Message& command = *envelope.command;
  std::string id =
      command.GetReflection()->GetString(command, command.GetDescriptor()->FindFieldByName(field));
  const directory::DirectoryMachine& directory = world.directory();
  if (field == "key_id") {
    const directory::KeyEntry* key = directory.FindKey(id);
    return key == nullptr ? "" : key->person_id;
  }
  if (field == "membership_id") {
    const directory::MembershipEntry* membership = directory.FindMembership(id);
    return membership == nullptr ? "" : membership->person_id;
  }
  return id;
}

// KEY_JUST_CONFIRMED if one of the two has confirmed the key of the other within the hour.
absl::Status CheckSettled(const World& world, const v1::Act& act, const CommandContext& context) {
  RETURN_IF_ERROR(world.directory().CheckSettled(context.key_id, act.actor_id(), context.time));
  return world.directory().CheckSettled(act.key_id(), context.actor, context.time);
}

}  // namespace

bool Acts::Waits(const CommandContext& context, const Envelope& envelope) const {
  const common::v1::CommandOptions& options = *envelope.type->options;
  if (!envelope.type->NeedsSecond()) return false;
  if (options.founder_alone() && world_.directory().founding()) return false;
  return !options.self_alone() || ConcernedBy(world_, envelope) != context.actor;
}

void Acts::Add(const CommandContext& context, const Envelope& envelope,
               const crypto::Digest& digest, bool is_public) {
  ActEntry& entry = state_.acts.MutableOrNew(context.index);
  entry.scope = ScopeOf(envelope);
  entry.is_public = is_public;
  v1::Act& act = entry.act;
  act.set_record(context.index);
  act.set_payload_type(envelope.payload_type());
  act.set_payload(envelope.payload);
  act.set_digest(std::string(crypto::AsBytes(digest)));
  act.set_actor_id(context.actor);
  act.set_key_id(context.key_id);
  *act.mutable_create_time() = ToTimestamp(context.time);
  *act.mutable_lapse_time() = ToTimestamp(context.time + kActLapse);
  act.set_state(v1::ACT_STATE_PENDING);
  if (const auto* accept = dynamic_cast<const v1::AcceptTime*>(envelope.command.get()))
    entry.accepts = FromTimestamp(accept->time());
  act.set_concerned_id(ConcernedBy(world_, envelope));
  Touch(context, entry);
}

void Acts::Touch(const CommandContext& context, const ActEntry& entry) {
  if (entry.scope.empty()) return;
  ScopeEntry& scope = state_.scopes.MutableOrNew(entry.scope);
  scope.revision = context.index;
  std::vector<uint64_t>& records = scope.records;
  const uint64_t record = entry.act.record();
  const auto place = std::lower_bound(records.begin(), records.end(), record);
  const bool listed = place != records.end() && *place == record;
  // What is in effect shows in the attendance, but for a contradiction.
  const bool shown =
      entry.act.state() != v1::ACT_STATE_CONFIRMED || entry.act.contradict_record() != 0;
  if (shown && !listed) records.insert(place, record);
  if (!shown && listed) records.erase(place);
}

// ---------------------------------------------------------------------------------------------------------------------
// Confirm

absl::StatusOr<const v1::Act*> Acts::FindAct(absl::string_view scope, uint64_t record) const {
  const ActEntry* entry = state_.acts.Find(record);
  if (entry == nullptr || entry->scope != scope) return NoSuchAct(scope, record);
  return &entry->act;
}

absl::StatusOr<const v1::Act*> Acts::MayConfirm(const CommandContext& context,
                                                absl::string_view scope,
                                                const v1::ActReference& reference) const {
  ASSIGN_OR_RETURN(const v1::Act* const found, FindAct(scope, reference.record()));
  const v1::Act& act = *found;
  const std::string name = absl::StrCat("the act of record ", act.record());
  if (act.state() == v1::ACT_STATE_CONFIRMED) {
    return Refuse(Reason::kAlreadyConfirmed,
                  absl::StrCat(name, " is confirmed by record ", act.confirm_record()));
  }
  if (act.state() == v1::ACT_STATE_BLOCKED) {
    return Refuse(Reason::kActBlocked,
                  absl::StrCat(name, " is blocked by record ", act.contradict_record(), ": ",
                               act.concerned_id(), " contradicts it"));
  }
  RETURN_IF_ERROR(CheckNotLapsed(world_, act, context.time));
  if (reference.digest() != act.digest()) {
    return Refuse(Reason::kActDiffers,
                  absl::StrCat(name,
                               " has another digest; look at it again, it is not the one "
                               "that you have seen"));
  }
  if (act.actor_id() == context.actor) {
    return Refuse(Reason::kSamePerson,
                  absl::StrCat(context.actor, " gave ", name, "; another person must confirm it"));
  }
  // What they could enter alone, they may confirm: a chair is on the clerk's list, too.
  if (act.concerned_id() == context.actor &&
      !FindCommandType(act.payload_type())->options->self_alone()) {
    return Refuse(Reason::kSamePerson, absl::StrCat(name, " concerns ", context.actor,
                                                    "; somebody else must confirm it"));
  }
  RETURN_IF_ERROR(CheckSettled(world_, act, context));
  return found;
}

absl::Status Acts::CheckConfirm(const CommandContext& context, absl::string_view scope,
                                const References& acts) const {
  const int count = acts.size();
  std::set<uint64_t> records;
  for (const v1::ActReference& reference : acts) records.insert(reference.record());
  if (count == 0 || count > kMaxConfirmedActs || records.size() != static_cast<size_t>(count)) {
    return Refuse(Reason::kBadActs,
                  absl::StrCat("a Confirm names 1 to ", kMaxConfirmedActs, " acts, each once"));
  }
  // The first act is checked here; each further one in the state that those before it leave.
  std::unique_ptr<World> rehearsal;
  for (const v1::ActReference& reference : acts) {
    ASSIGN_OR_RETURN(const v1::Act* const act, MayConfirm(context, scope, reference));
    const World& world = rehearsal == nullptr ? world_ : *rehearsal;
    const Effect effect(*act, context);
    RETURN_IF_ERROR(InRecord(effect, CheckAgain(world, scope, effect)));
    if (count == 1) return absl::OkStatus();
    if (rehearsal == nullptr) rehearsal = std::make_unique<World>(world_);
    effect.type.apply(*rehearsal, effect.context, *effect.command);
  }
  return absl::OkStatus();
}

void Acts::ApplyConfirm(const CommandContext& context, const References& acts) {
  for (const v1::ActReference& reference : acts) {
    const Effect effect(state_.acts.Find(reference.record())->act, context);
    effect.type.apply(world_, effect.context, *effect.command);
    ActEntry& entry = *state_.acts.Mutable(reference.record());
    v1::Act& act = entry.act;
    act.clear_payload();
    act.set_state(v1::ACT_STATE_CONFIRMED);
    act.set_confirmer_id(context.actor);
    *act.mutable_confirm_time() = ToTimestamp(context.time);
    act.set_confirm_record(context.index);
    Touch(context, entry);
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Contradict

absl::Status Acts::CheckContradict(const CommandContext& context, absl::string_view scope,
                                   uint64_t record, const common::v1::AttachmentRef& reason) const {
  RETURN_IF_ERROR(world_.directory().CheckSealedAbout(context.actor, "reason", reason));
  ASSIGN_OR_RETURN(const v1::Act* const found, FindAct(scope, record));
  const v1::Act& act = *found;
  if (act.concerned_id().empty() || act.concerned_id() != context.actor) {
    return Refuse(Reason::kNotConcerned,
                  absl::StrCat("the act of record ", act.record(), " does not concern ",
                               context.actor, "; only the person whom it concerns contradicts it"));
  }
  if (act.contradict_record() != 0) {
    return Refuse(Reason::kAlreadyContradicted,
                  absl::StrCat("record ", act.contradict_record(),
                               " contradicts the act of record ", act.record(), " already"));
  }
  return act.state() == v1::ACT_STATE_PENDING ? CheckNotLapsed(world_, act, context.time)
                                              : absl::OkStatus();
}

void Acts::ApplyContradict(const CommandContext& context, uint64_t record) {
  ActEntry& entry = *state_.acts.Mutable(record);
  v1::Act& act = entry.act;
  act.set_contradict_record(context.index);
  if (act.state() == v1::ACT_STATE_PENDING &&
      !FindCommandType(act.payload_type())->options->flag_only()) {
    act.set_state(v1::ACT_STATE_BLOCKED);
    act.clear_payload();
  }
  Touch(context, entry);
}

// ---------------------------------------------------------------------------------------------------------------------
// Reads

std::unique_ptr<Message> Acts::PendingCommand(uint64_t record) const {
  const ActEntry* entry = state_.acts.Find(record);
  if (entry == nullptr || entry->act.state() != v1::ACT_STATE_PENDING) return nullptr;
  return CommandOf(entry->act);
}

std::optional<absl::Time> Acts::AcceptedBy(uint64_t record) const {
  const ActEntry* entry = state_.acts.Find(record);
  return entry == nullptr ? std::nullopt : entry->accepts;
}

std::vector<v1::Act> Acts::List(v1::ActState state, uint64_t from, size_t limit) const {
  std::vector<v1::Act> acts;
  const auto end = state_.acts.end();
  for (auto it = state_.acts.lower_bound(from); it != end && acts.size() < limit; ++it) {
    const v1::Act& act = it->second.act;
    if (state == v1::ACT_STATE_UNSPECIFIED || act.state() == state) acts.push_back(act);
  }
  return acts;
}

// ---------------------------------------------------------------------------------------------------------------------
// Of meetings

absl::Status MeetingActs::Check(const CommandContext& context,
                                const meetings::v1::ConfirmMeetingActs& command) const {
  RETURN_IF_ERROR(world().sittings().FindOpen(command.meeting_id()).status());
  RETURN_IF_ERROR(CheckConfirm(context, command.meeting_id(), command.acts()));
  // A record that hides what it does to public entries would say that it does something else, too.
  const bool is_public = IsPublic(command.acts(0).record());
  for (const v1::ActReference& act : command.acts()) {
    if (IsPublic(act.record()) != is_public) {
      return Refuse(Reason::kBadActs,
                    "some of these entries may be seen by anybody, others may not; confirm them in "
                    "two commands");
    }
  }
  return absl::OkStatus();
}

absl::Status MeetingActs::Check(const CommandContext& context,
                                const meetings::v1::ContradictMeetingAct& command) const {
  if (world().agenda().FindMeeting(command.meeting_id()) == nullptr) {
    return Refuse(Reason::kNoSuchMeeting,
                  absl::StrCat("there is no meeting ", command.meeting_id()));
  }
  return CheckContradict(context, command.meeting_id(), command.record(), command.reason());
}

bool MeetingActs::IsPublic(uint64_t record) const {
  const ActEntry* const entry = state().acts.Find(record);
  return entry != nullptr && entry->is_public;
}

bool MeetingActs::ArePublic(const References& acts) const {
  return !acts.empty() && IsPublic(acts[0].record());
}

uint64_t MeetingActs::RevisionOf(absl::string_view meeting_id) const {
  const ScopeEntry* const meeting = FindScope(meeting_id);
  return meeting == nullptr ? 0 : meeting->revision;
}

std::vector<meetings::v1::MeetingAct> MeetingActs::OfMeeting(absl::string_view meeting_id) const {
  std::vector<meetings::v1::MeetingAct> acts;
  const ScopeEntry* const meeting = FindScope(meeting_id);
  if (meeting == nullptr) return acts;
  const std::vector<uint64_t>& records = meeting->records;
  for (size_t i = records.size() - std::min(records.size(), kMaxShownActs); i < records.size();
       ++i) {
    const ActEntry& entry = *state().acts.Find(records[i]);
    meetings::v1::MeetingAct& shown = acts.emplace_back();
    *shown.mutable_act() = entry.act;
    shown.set_public_(entry.is_public);
    if (entry.act.state() != v1::ACT_STATE_PENDING) continue;
    // As if it were confirmed next, by anybody: these commands do not look at the time.
    CommandContext next;
    next.index = meeting->revision + 1;
    next.time = FromTimestamp(entry.act.create_time());
    next.version = world().directory().version();
    const Effect effect(entry.act, next);
    if (const absl::Status status = effect.type.check(world(), effect.context, *effect.command);
        !status.ok())
      shown.set_obstacle(std::string(status.message()));
  }
  return acts;
}

// ---------------------------------------------------------------------------------------------------------------------
// Of rounds

std::vector<v1::Act> RoundActs::OfRound(absl::string_view round_id, size_t bytes) const {
  std::vector<v1::Act> acts;
  const ScopeEntry* const round = FindScope(round_id);
  if (round == nullptr) return acts;
  for (auto record = round->records.rbegin(); record != round->records.rend(); ++record) {
    const v1::Act& act = state().acts.Find(*record)->act;
    if (act.payload().size() > bytes) break;
    bytes -= act.payload().size();
    acts.push_back(act);
  }
  return acts;
}

}  // namespace votum
