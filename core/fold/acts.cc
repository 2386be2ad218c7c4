#include "core/fold/acts.h"

#include <set>
#include <utility>

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

std::unique_ptr<Message> CommandOf(const CommandType& type, const v1::Act& act) {
  std::unique_ptr<Message> command(type.prototype->New());
  // OpenEnvelope has parsed the same bytes.
  command->ParseFromString(act.payload());
  return command;
}

// The context of an act that takes effect with the record of `confirmation`: that of its own
// record, at the later time.
CommandContext ContextOf(const CommandContext& own, const CommandContext& confirmation) {
  CommandContext context = own;
  context.time = confirmation.time;
  context.time_since = confirmation.time_since;
  context.version = confirmation.version;
  context.log_key = confirmation.log_key;
  context.second = confirmation.actor;
  context.effect_index = confirmation.index;
  return context;
}

absl::Status NoSuchAct(uint64_t record) {
  return Refuse(Reason::kNoSuchAct, absl::StrCat("record ", record,
                                                 " is no act of two persons; `votum act list` "
                                                 "tells which records are"));
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

// Names the record, among many that may be in one Confirm.
absl::Status InRecord(const v1::Act& act, const CommandType& type, const absl::Status& status) {
  if (status.ok()) return status;
  return Reworded(status,
                  absl::StrCat("record ", act.record(), " (", type.name, "): ", status.message()));
}

}  // namespace

void Acts::Add(const CommandContext& context, const Envelope& envelope,
               const crypto::Digest& digest) {
  Entry& entry = entries_[context.index];
  entry.type = envelope.type;
  entry.context = context;
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
  const std::string& concerned = envelope.type->options->concerned();
  if (concerned.empty()) return;
  const Message& command = *envelope.command;
  act.set_concerned_id(command.GetReflection()->GetString(
      command, command.GetDescriptor()->FindFieldByName(concerned)));
}

// ---------------------------------------------------------------------------------------------------------------------
// Confirm

absl::StatusOr<const Acts::Entry*> Acts::FindEntry(uint64_t record) const {
  const auto found = entries_.find(record);
  if (found == entries_.end()) return NoSuchAct(record);
  return &found->second;
}

absl::StatusOr<const Acts::Entry*> Acts::MayConfirm(const CommandContext& context,
                                                    const v1::ActReference& reference) const {
  ASSIGN_OR_RETURN(const Entry* const entry, FindEntry(reference.record()));
  const v1::Act& act = entry->act;
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
  return entry;
}

absl::Status Acts::CheckAgain(const World& world, const CommandContext& context,
                              const Entry& entry) {
  RETURN_IF_ERROR(
      RequireOffice(world.directory(), context.second, entry.type->options->second(), "Confirm"));
  RETURN_IF_ERROR(CheckVersion(*entry.type, context.version));
  // A person who left, or whose key was revoked as stolen, acts no more.
  RETURN_IF_ERROR(ActiveKeyOf(world.directory(), context.actor, context.key_id).status());
  RETURN_IF_ERROR(RequireOffice(world.directory(), context.actor, entry.type->options->offices(),
                                entry.type->name));
  return entry.type->check(world, context, *CommandOf(*entry.type, entry.act));
}

absl::Status Acts::Check(const CommandContext& context, const v1::Confirm& command) const {
  const int count = command.acts_size();
  std::set<uint64_t> records;
  for (const v1::ActReference& reference : command.acts()) records.insert(reference.record());
  if (count == 0 || count > kMaxConfirmedActs || records.size() != static_cast<size_t>(count)) {
    return Refuse(Reason::kBadActs,
                  absl::StrCat("a Confirm names 1 to ", kMaxConfirmedActs, " acts, each once"));
  }
  // The first act is checked here; each further one in the state that those before it leave.
  std::unique_ptr<World> rehearsal;
  for (const v1::ActReference& reference : command.acts()) {
    ASSIGN_OR_RETURN(const Entry* const entry, MayConfirm(context, reference));
    const World& world = rehearsal == nullptr ? world_ : *rehearsal;
    const CommandContext own = ContextOf(entry->context, context);
    RETURN_IF_ERROR(InRecord(entry->act, *entry->type, CheckAgain(world, own, *entry)));
    if (count == 1) return absl::OkStatus();
    if (rehearsal == nullptr) {
      rehearsal = std::make_unique<World>();
      rehearsal->CopyDirectory(world_);
    }
    entry->type->apply(*rehearsal, own, *CommandOf(*entry->type, entry->act));
  }
  return absl::OkStatus();
}

void Acts::Apply(const CommandContext& context, const v1::Confirm& command) {
  for (const v1::ActReference& reference : command.acts()) {
    Entry& entry = entries_.find(reference.record())->second;
    entry.type->apply(world_, ContextOf(entry.context, context),
                      *CommandOf(*entry.type, entry.act));
    v1::Act& act = entry.act;
    act.clear_payload();
    act.set_state(v1::ACT_STATE_CONFIRMED);
    act.set_confirmer_id(context.actor);
    *act.mutable_confirm_time() = ToTimestamp(context.time);
    act.set_confirm_record(context.index);
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Contradict

absl::Status Acts::Check(const CommandContext& context, const v1::Contradict& command) const {
  RETURN_IF_ERROR(world_.directory().CheckSealedAbout(context.actor, "reason", command.reason()));
  ASSIGN_OR_RETURN(const Entry* const entry, FindEntry(command.record()));
  const v1::Act& act = entry->act;
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

void Acts::Apply(const CommandContext& context, const v1::Contradict& command) {
  v1::Act& act = entries_.find(command.record())->second.act;
  act.set_contradict_record(context.index);
  if (act.state() != v1::ACT_STATE_PENDING) return;
  act.set_state(v1::ACT_STATE_BLOCKED);
  act.clear_payload();
}

// ---------------------------------------------------------------------------------------------------------------------
// Reads

std::unique_ptr<Message> Acts::PendingCommand(uint64_t record) const {
  const auto found = entries_.find(record);
  if (found == entries_.end() || found->second.act.state() != v1::ACT_STATE_PENDING) return nullptr;
  return CommandOf(*found->second.type, found->second.act);
}

std::optional<absl::Time> Acts::AcceptedBy(uint64_t record) const {
  const auto found = entries_.find(record);
  return found == entries_.end() ? std::nullopt : found->second.accepts;
}

std::vector<v1::Act> Acts::List(v1::ActState state, uint64_t from, size_t limit) const {
  std::vector<v1::Act> acts;
  for (auto it = entries_.lower_bound(from); it != entries_.end() && acts.size() < limit; ++it) {
    const v1::Act& act = it->second.act;
    if (state == v1::ACT_STATE_UNSPECIFIED || act.state() == state) acts.push_back(act);
  }
  return acts;
}

void Acts::Visit(const ResourceVisitor& visitor) const {
  for (const auto& [record, entry] : entries_) visitor(entry.act);
}

}  // namespace votum
