// The one rule for texts stands at the door of every command: whatever text a command has, in
// whatever message within it, a bad one is refused before anything else looks at the command.

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "base/status_matchers.h"
#include "core/fold/command_table.h"
#include "core/fold/envelope.h"
#include "gmock/gmock.h"
#include "google/protobuf/reflection.h"
#include "gtest/gtest.h"
#include "votum/common/v1/command.pb.h"

namespace votum {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The fields that lead from a command to a text of it.
using Path = std::vector<const FieldDescriptor*>;

void AddPaths(const Descriptor& message, Path& path, std::vector<Path>& all) {
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor* const field = message.field(i);
    path.push_back(field);
    if (field->type() == FieldDescriptor::TYPE_STRING) all.push_back(path);
    // A message within itself, one level deep.
    const auto depth = std::count_if(path.begin(), path.end(), [&](const FieldDescriptor* one) {
      return one->message_type() != nullptr && one->message_type() == field->message_type();
    });
    if (field->message_type() != nullptr && depth < 2) AddPaths(*field->message_type(), path, all);
    path.pop_back();
  }
}

void SetText(Message& message, const Path& path, size_t at, const std::string& text) {
  const auto* const reflection = message.GetReflection();
  const FieldDescriptor* const field = path[at];
  if (at + 1 < path.size()) {
    Message* const part = field->is_repeated() ? reflection->AddMessage(&message, field)
                                               : reflection->MutableMessage(&message, field);
    return SetText(*part, path, at + 1, text);
  }
  if (field->is_repeated()) {
    reflection->AddString(&message, field, "fine");
    reflection->AddString(&message, field, text);
  } else {
    reflection->SetString(&message, field, text);
  }
}

absl::Status Open(const CommandType& type, const std::function<void(Message&)>& fill) {
  const std::unique_ptr<Message> command(type.prototype->New());
  const auto* const reflection = command->GetReflection();
  auto* const header = static_cast<common::v1::CommandHeader*>(
      reflection->MutableMessage(command.get(), command->GetDescriptor()->FindFieldByNumber(1)));
  header->set_command_id("01234567-89ab-4cde-8f01-23456789abcd");
  header->mutable_not_after()->set_seconds(1);
  fill(*command);
  google::protobuf::RepeatedPtrField<common::v1::Signature> signatures;
  signatures.Add();
  return OpenEnvelope(type.payload_type, command->SerializeAsString(), signatures).status();
}

const std::map<std::string, std::string>& BadTexts() {
  static const auto* const kBad = new std::map<std::string, std::string>{
      {"escape", "Vorlage\x1b[1A\x1b[2K"},        {"C1", "Vorlage\u009b2K"},
      {"override of direction", "\u202eegalroV"}, {"no width", "Vor\u200blage"},
      {"line separator", "Vorlage\u2028ok"},      {"carriage return", "Vorlage\rok"},
      {"NUL", std::string("Vor\0lage", 9)},       {"accents apart", "U\u0308bung"}};
  return *kBad;
}

TEST(TextDoorTest, NoCommandHasABadTextAnywhere) {
  size_t texts = 0;
  for (const CommandType& type : CommandTable()) {
    std::vector<Path> paths;
    Path path;
    AddPaths(*type.prototype->GetDescriptor(), path, paths);
    for (const Path& text : paths) {
      // The form of an id of a command is checked first.
      if (text.back()->full_name() == "votum.common.v1.CommandHeader.command_id") continue;
      ++texts;
      const auto with = [&](const std::string& value) {
        return Open(type, [&](Message& command) { SetText(command, text, 0, value); });
      };
      EXPECT_OK(with("Übung\n\tZeile")) << type.name << " " << text.back()->full_name();
      for (const auto& [name, bad] : BadTexts()) {
        const absl::Status refused = with(bad);
        EXPECT_THAT(refused, IsRefused(Reason::kBadText))
            << type.name << " " << text.back()->full_name() << ": " << name;
        EXPECT_TRUE(absl::StrContains(refused.message(), text.back()->name())) << refused;
      }
    }
  }
  EXPECT_GT(texts, 200u);
}

}  // namespace
}  // namespace votum
