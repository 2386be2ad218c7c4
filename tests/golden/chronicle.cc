#include "tests/golden/chronicle.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/fields.h"
#include "core/command/payload_type.h"
#include "core/fold/command_table.h"
#include "core/fold/envelope.h"
#include "crypto/hash.h"
#include "google/protobuf/descriptor.h"
#include "tests/golden/spoiled.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum::testing {
namespace {

using google::protobuf::Message;

constexpr size_t kCacheSize = 1 << 16;

common::v1::CommandHeader& MutableHeader(Message& command) {
  return static_cast<common::v1::CommandHeader&>(*command.GetReflection()->MutableMessage(
      &command, command.GetDescriptor()->FindFieldByName("header")));
}

std::unique_ptr<Message> Copy(const Message& message) {
  std::unique_ptr<Message> copy(message.New());
  copy->CopyFrom(message);
  return copy;
}

absl::StatusOr<const CommandType*> TypeOf(const Message& command) {
  const CommandType* type = FindCommandType(PayloadType(command.GetDescriptor()));
  if (type != nullptr) return type;
  return absl::InvalidArgumentError(
      absl::StrCat(command.GetDescriptor()->full_name(), " is no command"));
}

// Calls `change` for all references to attachments in `message`.
template <typename Change>
void ForEachReference(Message& message, const Change& change) {
  if (message.GetDescriptor() == common::v1::AttachmentRef::descriptor())
    return change(static_cast<common::v1::AttachmentRef&>(message));
  const auto* reflection = message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->message_type() == nullptr) continue;
    const int count = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      ForEachReference(field->is_repeated()
                           ? *reflection->MutableRepeatedMessage(&message, field, i)
                           : *reflection->MutableMessage(&message, field),
                       change);
    }
  }
}

// A void record owns what it names, too: a command that is appended before the good one commits to
// something else, under a subject of its own where that is new.
void SealElsewhere(const World& world, uint64_t position, Message* command) {
  ForEachReference(*command, [&](common::v1::AttachmentRef& ref) {
    if (!CheckAttachmentRef("", ref).ok()) return;
    const crypto::Digest other = crypto::Sha256(absl::StrCat(position, ref.commitment()));
    ref.set_commitment(std::string(crypto::AsBytes(other)));
    if (world.directory().FindSubject(ref.subject()) != nullptr) return;
    const crypto::Digest subject = crypto::Sha256(absl::StrCat(position, ref.subject()));
    ref.set_subject(std::string(crypto::AsBytes(subject)).substr(0, ref.subject().size()));
  });
}

}  // namespace

Chronicle::Chronicle(Voids voids)
    : voids_(voids), cache_(kCacheSize), fold_(DomainSet::All(), log_.log_key(), &cache_) {
  AddFounding();
}

void Chronicle::AddFounding() {
  for (const char* name : {"log", "anna", "bert", "code of anna", "code of bert"}) KeyNamed(name);
  persons_ = {"anna", "bert"};
  for (const std::string& bytes : log_.records()) {
    common::v1::Record record;
    record.ParseFromString(bytes);
    common::v1::SignedCommand command;
    command.set_payload_type(record.payload_type());
    command.set_payload(record.payload());
    *command.mutable_signatures() = record.signatures();
    Remember(command, record.index());
    fold_.Apply(bytes).IgnoreError();
  }
}

const crypto::PrivateKey& Chronicle::KeyNamed(const std::string& name) {
  const auto known = key_ids_by_name_.find(name);
  if (known != key_ids_by_name_.end()) return keys_.at(known->second);
  crypto::PrivateKey key = SmallLog::KeyNamed(name);
  const std::string id = key.public_key().id();
  key_ids_by_name_[name] = id;
  return keys_.emplace(id, std::move(key)).first->second;
}

void Chronicle::Remember(const common::v1::SignedCommand& command, uint64_t position) {
  Known& known = known_.emplace_back();
  known.position = position;
  known.type = FindCommandType(command.payload_type());
  known.command.reset(known.type->prototype->New());
  known.command->ParseFromString(command.payload());
  for (const auto& signature : command.signatures()) known.key_ids.push_back(signature.key_id());
}

absl::StatusOr<std::vector<std::string>> Chronicle::Sign(const std::string& author,
                                                         const CommandType& type,
                                                         Message* command) {
  absl::string_view name = author;
  const bool anonymous = absl::ConsumePrefix(&name, "code:");
  const crypto::PrivateKey& key = KeyNamed(std::string(name));
  common::v1::CommandHeader& header = MutableHeader(*command);
  header.set_actor(anonymous ? "" : author);
  const bool new_key = type.options->signer() == common::v1::SIGNER_NEW_KEY;
  if (anonymous || new_key) header.set_public_key(key.public_key().spki_der());
  std::vector<std::string> ids = {key.public_key().id()};
  if (!new_key) return ids;
  persons_.insert(author);
  const std::string& code = static_cast<directory::v1::EnrolKey&>(*command).code_key_id();
  ids.push_back(keys_.count(code) > 0 ? code : KeyNamed("code of " + author).public_key().id());
  return ids;
}

common::v1::SignedCommand Chronicle::SignAgain(const Known& known) {
  std::vector<const crypto::PrivateKey*> keys;
  for (const std::string& id : known.key_ids) keys.push_back(&keys_.at(id));
  const std::unique_ptr<Message> again = Copy(*known.command);
  return log_.SignWith(keys, again.get());
}

absl::Status Chronicle::Verdict(const common::v1::SignedCommand& command) const {
  ASSIGN_OR_RETURN(const Envelope envelope,
                   OpenEnvelope(command.payload_type(), command.payload(), command.signatures()));
  return fold_.Check(envelope, log_.time() + absl::Seconds(1));
}

// The domain's verdict on it, for which no signature is verified.
absl::Status Chronicle::VerdictOfDomain(const Known& known) const {
  const crypto::PublicKey log_key = log_.log_key();
  CommandContext context;
  context.index = fold_.next_index();
  context.time = log_.time() + absl::Seconds(1);
  context.version = world().directory().version();
  context.actor = known.type->header(*known.command).actor();
  context.key_id = known.key_ids[0];
  context.log_key = &log_key;
  return known.type->check(world(), context, *known.command);
}

bool Chronicle::WasGood(const Known& known, const common::v1::SignedCommand& command) {
  const auto envelope =
      OpenEnvelope(command.payload_type(), command.payload(), command.signatures());
  if (!envelope.ok()) return false;
  Fold before(DomainSet::All(), log_.log_key(), &cache_);
  for (uint64_t i = 0; i < known.position; ++i) before.Apply(log_.records()[i]).IgnoreError();
  return before.Check(*envelope, before.last_time()).ok() ||
         before.Check(*envelope, log_.time() + absl::Seconds(1)).ok();
}

bool Chronicle::IsNew(const absl::Status& why) const {
  const std::optional<Reason> reason = ReasonOf(why);
  return reason.has_value() && reasons_.count(*reason) == 0;
}

absl::Status Chronicle::Append(const common::v1::SignedCommand& command, absl::string_view service,
                               uint64_t judged_at) {
  log_.AppendSigned(command, std::string(service), judged_at);
  ASSIGN_OR_RETURN(const RecordOutcome outcome, fold_.Apply(log_.records().back()));
  return outcome.status;
}

void Chronicle::AppendAsIs(const common::v1::SignedCommand& command, absl::string_view service) {
  const std::optional<Reason> reason = ReasonOf(Append(command, service, fold_.next_index()));
  if (reason.has_value()) reasons_.insert(*reason);
}

absl::Status Chronicle::AppendJudged(const common::v1::SignedCommand& command, uint64_t judged_at) {
  return Append(command, DomainName(FindCommandType(command.payload_type())->domain), judged_at);
}

absl::Status Chronicle::AppendVoid(const common::v1::SignedCommand& command,
                                   const CommandType& type, uint64_t judged_at,
                                   const absl::Status& why) {
  const absl::Status outcome = Append(command, DomainName(type.domain), judged_at);
  if (ReasonOf(outcome) != ReasonOf(why)) {
    return absl::InternalError(absl::StrCat(type.name, " was to be void for ", why.message(),
                                            ", and came to: ", outcome.ToString()));
  }
  reasons_.insert(*ReasonOf(why));
  return absl::OkStatus();
}

absl::Status Chronicle::Give(const std::string& author, Message* command) {
  ASSIGN_OR_RETURN(const CommandType* type, TypeOf(*command));
  Known good;
  good.type = type;
  ASSIGN_OR_RETURN(good.key_ids, Sign(author, *type, command));
  good.command = Copy(*command);
  if (voids_ == Voids::kFaults) RETURN_IF_ERROR(AppendFaults(author, good));
  const common::v1::SignedCommand signed_command = SignAgain(good);
  const uint64_t position = fold_.next_index();
  RETURN_IF_ERROR(Append(signed_command, DomainName(type->domain), position));
  Remember(signed_command, position);
  // Keys and offices change only there.
  const bool with_signatures = type->domain == Domain::kDirectory;
  if (voids_ == Voids::kRaces) RETURN_IF_ERROR(AppendRaces(with_signatures));
  between_();
  return absl::OkStatus();
}

absl::Status Chronicle::Hold(const std::string& author, Message* command) {
  ASSIGN_OR_RETURN(const CommandType* type, TypeOf(*command));
  Known held;
  held.type = type;
  ASSIGN_OR_RETURN(held.key_ids, Sign(author, *type, command));
  held.command = Copy(*command);
  held.position = fold_.next_index();
  RETURN_IF_ERROR(Verdict(SignAgain(held)));
  known_.push_back(std::move(held));
  return absl::OkStatus();
}

absl::Status Chronicle::Wait(absl::Duration duration) {
  std::vector<common::v1::SignedCommand> before;
  for (const Known& known : known_) before.push_back(SignAgain(known));
  log_.PassTo(log_.time() + duration);
  if (voids_ != Voids::kRaces) return absl::OkStatus();
  for (size_t i = known_.size(); i-- > 0;) {
    const absl::Status why = Verdict(before[i]);
    if (IsNew(why) && !IsIntegrityFault(why) && WasGood(known_[i], before[i]))
      RETURN_IF_ERROR(AppendVoid(before[i], *known_[i].type, known_[i].position, why));
  }
  return AppendRaces(/*with_signatures=*/true);
}

absl::Status Chronicle::AppendRaces(bool with_signatures) {
  for (Known& known : known_) {
    absl::Status why = VerdictOfDomain(known);
    if (!with_signatures && !IsNew(why)) continue;
    const common::v1::SignedCommand command = SignAgain(known);
    why = Verdict(command);
    if (!IsNew(why) || IsIntegrityFault(why) || !known.tried.insert(*ReasonOf(why)).second)
      continue;
    if (WasGood(known, command))
      RETURN_IF_ERROR(AppendVoid(command, *known.type, known.position, why));
  }
  return absl::OkStatus();
}

absl::Status Chronicle::AppendFault(const std::string& author, const CommandType& type,
                                    Message* command) {
  SealElsewhere(world(), fold_.next_index(), command);
  Known bad;
  bad.type = &type;
  ASSIGN_OR_RETURN(bad.key_ids, Sign(author, type, command));
  bad.command = Copy(*command);
  const common::v1::SignedCommand signed_command = SignAgain(bad);
  const absl::Status why = Verdict(signed_command);
  if (!IsNew(why)) return absl::OkStatus();
  return AppendVoid(signed_command, type, fold_.next_index(), why);
}

absl::Status Chronicle::AppendFaults(const std::string& author, const Known& good) {
  std::vector<const Message*> others;
  for (const Known& known : known_) others.push_back(known.command.get());
  for (const std::unique_ptr<Message>& spoiled : Spoiled(*good.command, others))
    RETURN_IF_ERROR(AppendFault(author, *good.type, spoiled.get()));
  // Only the owner of the key enrols it.
  if (good.type->options->signer() == common::v1::SIGNER_NEW_KEY) return absl::OkStatus();
  const std::set<std::string> persons = persons_;
  for (const std::string& person : persons) {
    const std::unique_ptr<Message> same = Copy(*good.command);
    if (person != author) RETURN_IF_ERROR(AppendFault(person, *good.type, same.get()));
  }
  return absl::OkStatus();
}

std::string Chronicle::NewestCommandId(absl::string_view name, absl::string_view actor) const {
  std::string id;
  for (const Known& known : known_) {
    const common::v1::CommandHeader& header = known.type->header(*known.command);
    if (known.type->name == name && header.actor() == actor && !header.command_id().empty())
      id = header.command_id();
  }
  return id;
}

}  // namespace votum::testing
