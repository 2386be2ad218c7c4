#include "core/fold/fold.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/big_endian.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/time_text.h"
#include "core/command/timestamps.h"
#include "core/fold/accepted_time.h"
#include "core/fold/authorize.h"
#include "core/fold/sealing.h"

namespace votum {
namespace {

decltype(RecordedCommand::mark) MarkOf(const crypto::Digest& digest) {
  decltype(RecordedCommand::mark) mark = {};
  std::copy_n(digest.begin(), mark.size(), mark.begin());
  return mark;
}

}  // namespace

bool IsIntegrityFault(const absl::Status& why_void) {
  const std::optional<Reason> reason = ReasonOf(why_void);
  return !reason || !RowOfReason(*reason).race;
}

crypto::Digest CommandDigest(absl::string_view payload_type, absl::string_view payload) {
  // With its length, so that neighbouring parts cannot be read in two ways.
  const std::string length = BigEndian64(payload_type.size());
  return crypto::Sha256({length, payload_type, payload});
}

bool IsSame(const RecordedCommand& recorded, absl::string_view payload_type,
            absl::string_view payload) {
  return recorded.mark == MarkOf(CommandDigest(payload_type, payload));
}

Fold::Fold(DomainSet domains, crypto::PublicKey log_key, SignatureCache* cache,
           uint32_t program_version)
    : domains_(domains),
      log_key_(std::move(log_key)),
      cache_(cache),
      program_version_(program_version) {}

Fold::Fold(const Fold& other)
    : domains_(other.domains_),
      log_key_(other.log_key_),
      cache_(other.cache_),
      program_version_(other.program_version_),
      world_(other.world_),
      reach_log_(other.reach_log_),
      state_(other.state_),
      messages_(other.messages_) {}

std::optional<OpenedRecord> OpenRecord(absl::string_view record_bytes) {
  common::v1::Record record;
  if (!record.ParseFromArray(record_bytes.data(), static_cast<int>(record_bytes.size())))
    return std::nullopt;
  const absl::Status known = CheckAllKnown(record);
  if (!known.ok()) {
    return OpenedRecord{record.index(), FromTimestamp(record.time()),
                        std::move(*record.mutable_service()), record.judged_at(), known};
  }
  // A second form could carry what no reader is shown, and give readers different bytes.
  if (record.SerializeAsString() != record_bytes) {
    return OpenedRecord{record.index(), FromTimestamp(record.time()),
                        std::move(*record.mutable_service()), record.judged_at(),
                        Refuse(Reason::kBadCommand,
                               "the record is not in its one form: a field comes twice, or in "
                               "another place or encoding")};
  }
  return OpenedRecord{record.index(), FromTimestamp(record.time()),
                      std::move(*record.mutable_service()), record.judged_at(),
                      OpenEnvelope(record.payload_type(), std::move(*record.mutable_payload()),
                                   std::move(*record.mutable_signatures()))};
}

absl::StatusOr<RecordOutcome> Fold::Apply(absl::string_view record_bytes, Gaps gaps) {
  return Apply(OpenRecord(record_bytes), gaps);
}

absl::StatusOr<RecordOutcome> Fold::Apply(const std::optional<OpenedRecord>& record, Gaps gaps) {
  if (!record.has_value())
    return absl::DataLossError(absl::StrCat("record ", state_.next_index, " does not parse"));
  if (gaps == Gaps::kAllowed && record->index > state_.next_index) {
    state_.next_index = record->index;
    state_.earliest_next =
        absl::InfinitePast();  // an AcceptTime may be among those that are not shown
  }
  if (record->index != state_.next_index) {
    return absl::DataLossError(absl::StrCat(
        "record ", state_.next_index, " is missing: at its place stands record ", record->index));
  }
  if (record->time < state_.earliest_next) {
    return absl::DataLossError(
        absl::StrCat("record ", state_.next_index, " is older than the one before it"));
  }
  RETURN_IF_ERROR(CheckNotNewer());

  RecordOutcome outcome;
  outcome.index = state_.next_index;
  const absl::StatusOr<Envelope>& envelope = record->envelope;
  if (envelope.ok()) {
    outcome.command_name = envelope->type->name;
    outcome.actor = envelope->header().actor();
    outcome.status =
        record->service == DomainName(envelope->type->domain) || state_.next_index == 0
            ? Judge(*envelope, PositionAt(record->time), &outcome.reach)
            : Refuse(Reason::kWrongService,
                     absl::StrCat(envelope->type->name, " was appended by ", record->service));
  } else {
    outcome.status = envelope.status();
  }
  if (!outcome.status.ok()) {
    state_.voids.InsertOrAssign(outcome.index, ReasonTextOf(outcome.status));
    messages_.InsertOrAssign(outcome.index, std::string(outcome.status.message()));
  }
  if (gaps == Gaps::kRefused) {
    reach_log_.Add(world_, envelope.ok() ? &*envelope : nullptr, outcome.reach,
                   outcome.status.ok());
    outcome.listed = outcome.status.ok() && outcome.reach.is_public() &&
                     domains_.Contains(Domain::kProjects) && !reach_log_.IsWithheld(outcome.index);
    if (outcome.listed) world_.mutable_attestations().Enter(outcome.index, *envelope);
  }
  GoOnTo(record->time);
  return outcome;
}

Fold::Position Fold::PositionAt(absl::Time time) const {
  return {state_.next_index, time, time == state_.record_time ? state_.time_since : state_.seen};
}

void Fold::GoOnTo(absl::Time time) {
  state_.time_since = PositionAt(time).time_since;
  if (time != state_.record_time) state_.record_time = state_.earliest_next = time;
  const directory::DirectoryMachine& directory = world_.directory();
  if (directory.accept_record() == state_.next_index && state_.next_index != 0)
    state_.earliest_next = std::min(state_.earliest_next, directory.accepted_time());
  state_.seen = ++state_.next_index;
}

absl::Status Fold::CheckNotNewer() const {
  const uint32_t version = world_.directory().version();
  if (version <= program_version_) return absl::OkStatus();
  return NewerLog(state_.next_index, version, program_version_);
}

void Fold::PassOver() {
  reach_log_.AddUnseen();
  ++state_.next_index;
}

void Fold::Restore(FoldContents contents) {
  world_.Restore(std::move(contents.world));
  reach_log_.Restore(std::move(contents.reach));
  state_ = std::move(contents.fold);
  messages_ = {};
}

absl::StatusOr<CommandContext> Fold::AuthorizeAt(const Position& position,
                                                 const Envelope& envelope) const {
  ASSIGN_OR_RETURN(CommandContext context,
                   Authorize(world_, envelope, position.index, position.time, log_key_, *cache_));
  context.time_since = position.time_since;
  return context;
}

absl::Status Fold::Judge(const Envelope& envelope, const Position& position, Reach* reach) {
  // This comes first: a program that does not know the command finds it void here, too.
  RETURN_IF_ERROR(CheckVersion(*envelope.type, world_.directory().version()));
  // The first record that bears the id takes it, even if that record is void.
  const crypto::Digest digest = CommandDigest(envelope.payload_type(), envelope.payload);
  const FoldState::CommandKey key = KeyOf(envelope.header().command_id());
  if (const RecordedCommand* first = state_.commands.Find(key); first != nullptr) {
    return Refuse(Reason::kCommandIdReused, absl::StrCat("command ", envelope.header().command_id(),
                                                         " is already record ", first->index));
  }
  state_.commands.InsertOrAssign(key, {state_.next_index, MarkOf(digest)});
  const directory::Sealing sealing = SealingOf(envelope, position.index, position.time);
  const absl::Status owned = world_.directory().CheckOwned(sealing);
  world_.mutable_directory().Own(sealing);
  if (!domains_.Contains(envelope.type->domain)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const CommandContext context, AuthorizeAt(position, envelope));
  RETURN_IF_ERROR(envelope.type->check(world_, context, *envelope.command));
  RETURN_IF_ERROR(owned);
  *reach = envelope.type->ReachOf(world_, *envelope.command);
  if (Acts& acts = world_.mutable_acts(envelope.type->domain); acts.Waits(context, envelope)) {
    acts.Add(context, envelope, digest, reach->is_public());
  } else {
    envelope.type->apply(world_, context, *envelope.command);
  }
  return absl::OkStatus();
}

absl::StatusOr<absl::Time> Fold::TimeOfNext(const Envelope& envelope, absl::Time now) const {
  if (StatedTime(world_, envelope).has_value()) return state_.record_time;
  if (now >= state_.earliest_next - kClockTolerance || envelope.type->options->when_stopped())
    return std::max(now, state_.earliest_next);
  return Refuse(Reason::kClockJumped,
                absl::StrCat("the log's last record is of ", TimeText(state_.earliest_next),
                             ", and the clock here shows ", TimeText(now)));
}

absl::Status Fold::Check(const Envelope& envelope, absl::Time now) const {
  RETURN_IF_ERROR(CheckNotNewer());
  RETURN_IF_ERROR(CheckVersion(*envelope.type, world_.directory().version()));
  ASSIGN_OR_RETURN(const absl::Time time, TimeOfNext(envelope, now));
  absl::Status verdict = CheckAt(envelope, time);
  // The clock here may have jumped ahead, for which the ledger has stopped: it gives such a command
  // the time of the last record, and refuses it if it has really expired.
  if (ReasonOf(verdict) == Reason::kExpired && envelope.type->options->when_stopped())
    return CheckAt(envelope, state_.earliest_next);
  return verdict;
}

absl::Status Fold::CheckAt(const Envelope& envelope, absl::Time time) const {
  ASSIGN_OR_RETURN(const CommandContext context, AuthorizeAt(PositionAt(time), envelope));
  RETURN_IF_ERROR(envelope.type->check(world_, context, *envelope.command));
  return world_.directory().CheckOwned(SealingOf(envelope, state_.next_index, time));
}

absl::StatusOr<std::vector<crypto::PublicKey>> Fold::KeysOf(const Envelope& envelope,
                                                            absl::Time time) const {
  return RequiredKeys(world_, envelope, state_.next_index, time, log_key_);
}

// The bytes of a UUID that OpenEnvelope has accepted; for any other text, a key that no command
// has.
FoldState::CommandKey Fold::KeyOf(absl::string_view command_id) {
  FoldState::CommandKey key = {};
  size_t digits = 0;
  for (const char symbol : command_id) {
    if (symbol == '-') continue;
    if (!absl::ascii_isxdigit(symbol) || digits == 2 * key.size()) return {};
    const int value = symbol <= '9' ? symbol - '0' : symbol - 'a' + 10;
    key[digits / 2] = static_cast<uint8_t>(key[digits / 2] << 4 | value);
    ++digits;
  }
  return digits == 2 * key.size() ? key : FoldState::CommandKey();
}

std::optional<RecordedCommand> Fold::FindCommand(absl::string_view command_id) const {
  const RecordedCommand* found = state_.commands.Find(KeyOf(command_id));
  if (found == nullptr) return std::nullopt;
  return *found;
}

absl::Status Fold::WhyVoid(uint64_t index) const {
  const std::string* text = state_.voids.Find(index);
  if (text == nullptr) return absl::OkStatus();
  const std::string* message = messages_.Find(index);
  const std::optional<Reason> reason = ReasonNamed(*text);
  if (!reason.has_value())
    return RefusedElsewhere(absl::StatusCode::kUnknown, *text, message ? *message : *text);
  return Refuse(*reason, message != nullptr ? *message : RowOfReason(*reason).remedy);
}

}  // namespace votum
