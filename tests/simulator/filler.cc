#include "tests/simulator/filler.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/command/timestamps.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/timestamp.pb.h"
#include "votum/common/v1/command.pb.h"
#include "votum/common/v1/options.pb.h"

namespace votum::simulator {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

struct FieldRow {
  absl::string_view field;
  absl::string_view kind;  // of scene.cc
};

// Names of text fields that hold an id. All other texts are words.
constexpr FieldRow kFields[] = {
    {"person_id", "person"},
    {"person_ids", "person"},
    {"trustee_ids", "person"},
    {"trustee_id", "person"},
    {"sponsor_id", "person"},
    {"lead_id", "person"},
    {"mover_id", "person"},
    {"organization_id", "organization"},
    {"lead_organization_id", "organization"},
    {"faction_id", "organization"},
    {"membership_id", "membership"},
    {"key_id", "key"},
    {"code_key_id", "code"},
    {"idea_id", "idea"},
    {"idea_ids", "idea"},
    {"source_idea_id", "idea"},
    {"source_idea_ids", "idea"},
    {"round_id", "round"},
    {"proposal_id", "proposal"},
    {"meeting_id", "meeting"},
    {"postponed_meeting_id", "meeting"},
    {"item_id", "item"},
    {"postponed_item_id", "item"},
    {"motion_id", "motion"},
    {"vote_event_id", "vote"},
    {"runoff_of", "vote"},
    {"lot_id", "lot"},
    {"ceremony_id", "ceremony"},
    {"decision_id", "decision"},
    {"decides_anew_id", "decision"},
    {"project_id", "project"},
};

// Null for a field that holds no id.
const FieldRow* RowOf(const FieldDescriptor& field) {
  const auto row = std::find_if(std::begin(kFields), std::end(kFields),
                                [&](const FieldRow& one) { return one.field == field.name(); });
  return row == std::end(kFields) ? nullptr : row;
}

std::string Text(Scene& scene, const FieldDescriptor& field) {
  if (field.type() == FieldDescriptor::TYPE_BYTES) return scene.dice.Bytes(32);
  const FieldRow* const row = RowOf(field);
  if (row == nullptr) return scene.Words();
  const uint64_t roll = scene.dice.Below(100);
  if (scene.IsPinned(row->kind) && roll < 95 && !field.is_repeated()) return scene.Focus(row->kind);
  // A recipe says which id is new; for a command without one, this finds it in a few attempts.
  if (roll < 10) return scene.NewId(row->kind);
  const std::string& focus = scene.Focus(row->kind);
  return roll < 85 && !focus.empty() && !field.is_repeated() ? focus : scene.Some(row->kind);
}

uint32_t Number(Scene& scene) {
  static constexpr uint32_t kNumbers[] = {0, 1, 1, 1, 2, 2, 3, 5, 7, 100};
  return kNumbers[scene.dice.Below(std::size(kNumbers))];
}

absl::Time Ahead(Scene& scene) {
  static constexpr int64_t kMinutes[] = {1, 5, 60, 60 * 24, 60 * 24 * 9, 60 * 24 * 25};
  return scene.now + absl::Minutes(kMinutes[scene.dice.Below(std::size(kMinutes))]);
}

// An enumeration's value; seldom that which stands for none.
int EnumValue(Scene& scene, const FieldDescriptor& field) {
  const auto& values = *field.enum_type();
  const bool none = values.value_count() == 1 || scene.dice.Chance(3);
  const uint64_t place =
      none ? 0 : 1 + scene.dice.Below(static_cast<uint64_t>(values.value_count()) - 1);
  return values.value(static_cast<int>(place))->number();
}

void FillMessage(Scene& scene, Message& message) {
  if (message.GetDescriptor() == google::protobuf::Timestamp::descriptor()) {
    static_cast<google::protobuf::Timestamp&>(message) = ToTimestamp(Ahead(scene));
  } else if (message.GetDescriptor() == common::v1::AttachmentRef::descriptor()) {
    static_cast<common::v1::AttachmentRef&>(message) = scene.Sealed();
  } else {
    Fill(scene, message);
  }
}

void Set(Scene& scene, Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.SetString(&message, &field, Text(scene, field));
    case FieldDescriptor::CPPTYPE_ENUM:
      return reflection.SetEnumValue(&message, &field, EnumValue(scene, field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.SetBool(&message, &field, scene.dice.Chance(50));
    case FieldDescriptor::CPPTYPE_UINT32:
      return reflection.SetUInt32(&message, &field, Number(scene));
    case FieldDescriptor::CPPTYPE_UINT64:
      return reflection.SetUInt64(&message, &field, Number(scene));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return FillMessage(scene, *reflection.MutableMessage(&message, &field));
    default:
      return;  // commands have no others
  }
}

void Add(Scene& scene, Message& message, const FieldDescriptor& field) {
  const Reflection& reflection = *message.GetReflection();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    FillMessage(scene, *reflection.AddMessage(&message, &field));
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    reflection.AddString(&message, &field, Text(scene, field));
  }
}

// The command line finds out ids that are left out; the command itself needs them.
bool MayBeLeftOut(const FieldDescriptor& field) {
  return RowOf(field) == nullptr &&
         field.options().GetExtension(common::v1::flag).need() == common::v1::NEED_OPTIONAL;
}

}  // namespace

void CollectIds(const Message& command, std::map<std::string, std::string, std::less<>>& ids) {
  const Reflection& reflection = *command.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(command, &fields);
  for (const FieldDescriptor* const field : fields) {
    const bool is_message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (is_message && field->is_repeated()) {
      CollectIds(reflection.GetRepeatedMessage(command, field, 0), ids);
    } else if (is_message) {
      CollectIds(reflection.GetMessage(command, field), ids);
    } else if (const FieldRow* row = RowOf(*field)) {
      ids.try_emplace(std::string(row->kind), field->is_repeated()
                                                  ? reflection.GetRepeatedString(command, field, 0)
                                                  : reflection.GetString(command, field));
    }
  }
}

void Fill(Scene& scene, Message& command) {
  for (int i = 0; i < command.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *command.GetDescriptor()->field(i);
    if (field.message_type() == common::v1::CommandHeader::descriptor()) continue;
    if (MayBeLeftOut(field) && scene.dice.Chance(60)) continue;
    if (!field.is_repeated()) {
      Set(scene, command, field);
      continue;
    }
    for (uint64_t left = scene.dice.Chance(3) ? 0 : 1 + scene.dice.Below(3); left > 0; --left)
      Add(scene, command, field);
  }
}

}  // namespace votum::simulator
