#include "core/fold/reach_log.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"

namespace votum {
namespace {

namespace dv1 = directory::v1;

// The urn of a command that declares one.
std::optional<Urn> UrnOf(const Envelope& envelope) {
  const std::string& name = envelope.type->options->urn();
  if (name.empty()) return std::nullopt;
  const auto* field = envelope.command->GetDescriptor()->FindFieldByName(name);
  return Urn{name == "round_id" ? Urn::Kind::kRound : Urn::Kind::kVote,
             envelope.command->GetReflection()->GetString(*envelope.command, field)};
}

bool ContainsAttachments(const google::protobuf::Descriptor* type,
                         std::set<const google::protobuf::Descriptor*>* seen) {
  if (type == nullptr || !seen->insert(type).second) return false;
  if (type == common::v1::AttachmentRef::descriptor()) return true;
  for (int i = 0; i < type->field_count(); ++i) {
    if (ContainsAttachments(type->field(i)->message_type(), seen)) return true;
  }
  return false;
}

// Asked for each record: most commands cannot refer to an attachment, and need not be searched.
bool CanHaveAttachments(const CommandType& type) {
  static const auto* const kTypes = [] {
    auto* types = new absl::flat_hash_set<const CommandType*>();
    for (const CommandType& row : CommandTable()) {
      std::set<const google::protobuf::Descriptor*> seen;
      if (ContainsAttachments(row.prototype->GetDescriptor(), &seen)) types->insert(&row);
    }
    return types;
  }();
  return kTypes->contains(&type);
}

bool HoldsOffice(const directory::DirectoryMachine& directory, absl::string_view person_id) {
  return directory.HasAnyOffice(person_id,
                                {common::v1::OFFICE_ADMINISTRATOR, common::v1::OFFICE_CLERK,
                                 common::v1::OFFICE_SECRETARY, common::v1::OFFICE_MAYOR});
}

bool IsOpen(const World& world, const Urn& urn) {
  if (urn.kind == Urn::Kind::kVote) {
    const meetings::VoteEventEntry* event = world.votes().Find(urn.id);
    return event != nullptr && event->state == meetings::v1::VOTE_EVENT_STATE_OPEN;
  }
  const auto round = world.ideas().FindRound(urn.id);
  return round.ok() && (*round)->state() == ideas::v1::ROUND_STATE_OPEN;
}

}  // namespace

std::string InWords(const Urn& urn) {
  return absl::StrCat(urn.kind == Urn::Kind::kVote ? "vote " : "round ", urn.id);
}

void ReachLog::Add(const World& world, const Envelope* envelope, Reach reach, bool in_effect) {
  const uint64_t index = own_.size();
  own_.push_back(NumberOf(reach));
  if (envelope == nullptr) return;
  const std::optional<Urn> urn = UrnOf(*envelope);
  if (urn.has_value()) {
    if (envelope->type->options->opens_urn()) {
      if (in_effect && IsOpen(world, *urn)) open_urns_[*urn].opened_by = index;
    } else if (const auto open = open_urns_.find(*urn); open != open_urns_.end()) {
      if (IsOpen(world, *urn)) {
        open->second.withheld.push_back(index);
      } else {
        open_urns_.erase(open);
      }
    }
  }
  if (!in_effect) return;
  if (CanHaveAttachments(*envelope->type)) {
    for (DeclaredAttachment& one : DeclaredAttachmentsOf(*envelope->command)) {
      attachments_.try_emplace(std::move(*one.ref.mutable_commitment()),
                               AttachmentPlace{index, one.audience});
    }
  }
  const auto* established =
      dynamic_cast<const meetings::v1::EstablishResult*>(envelope->command.get());
  if (established != nullptr) OpenVotes(world, established->vote_event_id(), index);
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
  if (OwnReach(index).is_public() || !opened_.emplace(index, opened_by).second) return;
  openings_.push_back({index, opened_by});
}

const AttachmentPlace* ReachLog::FindAttachment(absl::string_view commitment) const {
  const auto found = attachments_.find(commitment);
  return found == attachments_.end() ? nullptr : &found->second;
}

bool ReachLog::IsWithheld(uint64_t index) const {
  return std::any_of(open_urns_.begin(), open_urns_.end(), [index](const auto& open) {
    const std::vector<uint64_t>& withheld = open.second.withheld;
    return std::binary_search(withheld.begin(), withheld.end(), index);
  });
}

uint32_t ReachLog::NumberOf(const Reach& reach) {
  const auto [found, is_new] = numbers_.emplace(reach, static_cast<uint32_t>(reaches_.size()));
  if (is_new) reaches_.push_back(reach);
  return found->second;
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
  const AttachmentPlace* place = log.FindAttachment(commitment);
  if (place == nullptr || !MaySee(world, log, person_id, place->index)) return false;
  if (place->audience == common::v1::AUDIENCE_PUBLIC) return true;
  return place->audience == common::v1::AUDIENCE_OFFICE && !person_id.empty() &&
         HoldsOffice(directory, person_id);
}

}  // namespace votum
