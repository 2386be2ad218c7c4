#include "core/fold/reach_log.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/fold/rights.h"
#include "google/protobuf/descriptor.h"
#include "votum/common/v1/options.pb.h"

namespace votum {
namespace {

constexpr uint64_t kChunk = 1024;  // records in an entry of ReachState::own

// A vote or a round.
struct Urn {
  enum class Kind { kVote, kRound };
  Kind kind = Kind::kVote;
  std::string id;

  std::string name() const { return absl::StrCat(kind == Kind::kVote ? "vote " : "round ", id); }
};

// The urn of a command that declares one.
std::optional<Urn> UrnOf(const Envelope& envelope) {
  const std::string& name = envelope.type->options->urn();
  if (name.empty()) return std::nullopt;
  const auto* field = envelope.command->GetDescriptor()->FindFieldByName(name);
  return Urn{name == "round_id" ? Urn::Kind::kRound : Urn::Kind::kVote,
             envelope.command->GetReflection()->GetString(*envelope.command, field)};
}

bool IsOpen(const World& world, const Urn& urn) {
  if (urn.kind == Urn::Kind::kVote) {
    const meetings::VoteEventEntry* event = world.votes().Find(urn.id);
    return event != nullptr && event->state == meetings::v1::VOTE_EVENT_STATE_OPEN;
  }
  const auto round = world.ideas().FindRound(urn.id);
  return round.ok() && (*round)->state() == ideas::v1::ROUND_STATE_OPEN;
}

// Whether devices register for a vote. Whoever has put a paper into the urn cannot register one any
// more: without the papers of these minutes nobody could tell which registrations hold.
bool Registers(const World& world, const Urn& urn) {
  if (urn.kind != Urn::Kind::kVote) return false;
  const meetings::VoteEventEntry* event = world.votes().Find(urn.id);
  return event != nullptr && event->secret.has_value() &&
         event->secret->phase == meetings::v1::SECRET_VOTE_PHASE_REGISTRATION;
}

}  // namespace

void ReachLog::Add(const World& world, const Envelope* envelope, Reach reach, bool in_effect) {
  const uint64_t index = state_.size;
  AddReach(reach);
  if (envelope == nullptr) return;
  AddToUrn(world, *envelope, index, in_effect);
  if (!in_effect) return;
  const auto* established =
      dynamic_cast<const meetings::v1::EstablishResult*>(envelope->command.get());
  if (established != nullptr) OpenVotes(world, established->vote_event_id(), index);
}

void ReachLog::AddReach(const Reach& reach) {
  state_.own.MutableOrNew(state_.size / kChunk).push_back(NumberOf(reach));
  ++state_.size;
}

uint32_t ReachLog::NumberOf(const Reach& reach) {
  const std::string bytes = Encode(reach);
  const uint32_t* known = state_.numbers.Find(bytes);
  if (known != nullptr) return *known;
  const uint32_t number = static_cast<uint32_t>(state_.reaches.size());
  state_.reaches.InsertOrAssign(number, reach);
  return state_.numbers.InsertOrAssign(bytes, number);
}

const Reach& ReachLog::OwnReach(uint64_t index) const {
  return *state_.reaches.Find(state_.own.Find(index / kChunk)->at(index % kChunk));
}

void ReachLog::AddToUrn(const World& world, const Envelope& envelope, uint64_t index,
                        bool in_effect) {
  const std::optional<Urn> urn = UrnOf(envelope);
  if (!urn.has_value()) return;
  const std::string name = urn->name();
  if (envelope.type->options->opens_urn()) {
    if (in_effect && IsOpen(world, *urn)) state_.open_urns.MutableOrNew(name).opened_by = index;
  } else if (state_.open_urns.Contains(name)) {
    if (IsOpen(world, *urn)) {
      if (in_effect && Registers(world, *urn)) return;
      state_.open_urns.Mutable(name)->withheld.InsertOrAssign(index, {});
    } else {
      state_.open_urns.Erase(name);
    }
  }
}

void ReachLog::OpenVotes(const World& world, absl::string_view vote_event_id, uint64_t opened_by) {
  const meetings::VoteEventEntry* event = world.votes().Find(vote_event_id);
  if (event == nullptr || event->mode != meetings::v1::VOTE_MODE_ROLL_CALL) return;
  // Decided by the reach of the item at the opening record, which is that record's own reach.
  if (!OwnReach(opened_by).is_public()) return;
  std::vector<uint64_t> indexes;
  for (const auto& [person_id, vote] : event->votes) {
    if (vote.paper) indexes.push_back(vote.recorded_index);
    indexes.push_back(vote.index);
  }
  std::sort(indexes.begin(), indexes.end());
  for (const uint64_t index : indexes) Open(index, opened_by);
}

void ReachLog::Open(uint64_t index, uint64_t opened_by) {
  if (OwnReach(index).is_public() || IsOpened(index)) return;
  state_.opened.InsertOrAssign(index, {});
  state_.openings.InsertOrAssign(state_.openings.size(), {index, opened_by});
}

bool ReachLog::IsWithheld(uint64_t index) const {
  return std::any_of(state_.open_urns.begin(), state_.open_urns.end(),
                     [index](const auto& open) { return open.second.withheld.Contains(index); });
}

bool MaySee(const World& world, const ReachLog& log, absl::string_view person_id, uint64_t index) {
  if (index >= log.size()) return false;
  const Reach& reach = log.OwnReach(index);
  if (reach.is_public() || log.IsOpened(index)) return true;
  if (person_id.empty() || log.IsWithheld(index)) return false;
  const directory::DirectoryMachine& directory = world.directory();
  if (directory.HasOffice(person_id, common::v1::OFFICE_AUDITOR)) return true;
  if (reach.kind() == Reach::Kind::kSealed) return false;
  if (HoldsOffice(directory, person_id)) return true;
  const std::vector<std::string>& bodies = reach.bodies();
  return std::any_of(bodies.begin(), bodies.end(), [&](const std::string& body) {
    return directory.ActiveMembership(person_id, body) != nullptr;
  });
}

bool MayRead(const World& world, const ReachLog& log, absl::string_view person_id,
             absl::string_view commitment) {
  const directory::DirectoryMachine& directory = world.directory();
  if (!person_id.empty() && directory.HasOffice(person_id, common::v1::OFFICE_AUDITOR)) return true;
  // The record of a void command is sealed, and so is what it alone commits to.
  const directory::AttachmentPlace* place = directory.FindAttachment(commitment);
  if (place == nullptr || !MaySee(world, log, person_id, place->index)) return false;
  if (place->audience == common::v1::AUDIENCE_PUBLIC) return true;
  return place->audience == common::v1::AUDIENCE_OFFICE && !person_id.empty() &&
         HoldsOffice(directory, person_id);
}

}  // namespace votum
