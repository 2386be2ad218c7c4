#include "tests/golden/spoiled.h"

#include <cstdint>
#include <functional>
#include <limits>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace votum::testing {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Messages = std::vector<std::unique_ptr<Message>>;

// The way from the command to the message that has the field: a field each, of lists the first.
using Path = std::vector<const FieldDescriptor*>;

Message* Reach(Message* message, const Path& path) {
  for (const FieldDescriptor* field : path) {
    const Reflection* reflection = message->GetReflection();
    message = field->is_repeated() ? reflection->MutableRepeatedMessage(message, field, 0)
                                   : reflection->MutableMessage(message, field);
  }
  return message;
}

// The texts that `others` have in a field of this name, at their top.
std::set<std::string> TextsOf(const FieldDescriptor& field,
                              const std::vector<const Message*>& others) {
  std::set<std::string> texts;
  for (const Message* other : others) {
    const FieldDescriptor* same = other->GetDescriptor()->FindFieldByName(field.name());
    if (same == nullptr || same->is_repeated() || same->type() != field.type()) continue;
    texts.insert(other->GetReflection()->GetString(*other, same));
  }
  return texts;
}

class Spoiler {
 public:
  Spoiler(const Message& command, const std::vector<const Message*>& others)
      : command_(command), others_(others) {}

  Messages SpoilAll() && {
    Visit(command_, {});
    return std::move(spoiled_);
  }

 private:
  using Change = std::function<void(Message*, const Reflection*)>;

  void Add(const Path& path, const Change& change) {
    std::unique_ptr<Message> copy(command_.New());
    copy->CopyFrom(command_);
    Message* const message = Reach(copy.get(), path);
    change(message, message->GetReflection());
    spoiled_.push_back(std::move(copy));
  }

  void Visit(const Message& message, const Path& path) {
    const Descriptor* const type = message.GetDescriptor();
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* const field = type->field(i);
      if (path.empty() && field->name() == "header") continue;
      if (field->is_repeated()) {
        SpoilList(message, field, path);
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        SpoilMessage(message, field, path);
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        SpoilText(message, field, path);
      } else {
        SpoilNumber(field, path);
      }
    }
  }

  void SpoilMessage(const Message& message, const FieldDescriptor* field, const Path& path) {
    if (!message.GetReflection()->HasField(message, field)) return;
    Add(path, [field](Message* m, const Reflection* r) { r->ClearField(m, field); });
    Path further = path;
    further.push_back(field);
    Visit(message.GetReflection()->GetMessage(message, field), further);
  }

  void SpoilList(const Message& message, const FieldDescriptor* field, const Path& path) {
    const Reflection* const reflection = message.GetReflection();
    if (reflection->FieldSize(message, field) == 0) return;
    Add(path, [field](Message* m, const Reflection* r) { r->ClearField(m, field); });
    Add(path, [field](Message* m, const Reflection* r) { r->RemoveLast(m, field); });
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      Add(path, [field](Message* m, const Reflection* r) {
        r->AddString(m, field, r->GetRepeatedString(*m, field, 0));
      });
      Add(path, [field](Message* m, const Reflection* r) {
        r->SetRepeatedString(m, field, 0, "nobody");
      });
      return;
    }
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return;
    Add(path, [field](Message* m, const Reflection* r) {
      const std::unique_ptr<Message> first(r->GetRepeatedMessage(*m, field, 0).New());
      first->CopyFrom(r->GetRepeatedMessage(*m, field, 0));
      r->AddMessage(m, field)->CopyFrom(*first);
    });
    Path further = path;
    further.push_back(field);
    Visit(reflection->GetRepeatedMessage(message, field, 0), further);
  }

  void SpoilText(const Message& message, const FieldDescriptor* field, const Path& path) {
    const std::string old = message.GetReflection()->GetString(message, field);
    std::set<std::string> texts = TextsOf(*field, others_);
    texts.insert({"", "nobody", absl::StrCat(old, "?")});
    texts.erase(old);
    for (const std::string& text : texts) {
      Add(path, [field, text](Message* m, const Reflection* r) { r->SetString(m, field, text); });
    }
  }

  void SpoilNumber(const FieldDescriptor* field, const Path& path) {
    Add(path, [field](Message* m, const Reflection* r) { r->ClearField(m, field); });
    for (const int value : {1, 2, 3, 9999}) {
      Add(path, [field, value](Message* m, const Reflection* r) {
        switch (field->cpp_type()) {
          case FieldDescriptor::CPPTYPE_ENUM:
            return r->SetEnumValue(m, field, value);
          case FieldDescriptor::CPPTYPE_BOOL:
            return r->SetBool(m, field, !r->GetBool(*m, field));
          case FieldDescriptor::CPPTYPE_UINT32:
            return r->SetUInt32(m, field, static_cast<uint32_t>(value));
          case FieldDescriptor::CPPTYPE_UINT64:
            return r->SetUInt64(m, field, static_cast<uint64_t>(value));
          case FieldDescriptor::CPPTYPE_INT64:
            return r->SetInt64(m, field, value);
          default:
            return;
        }
      });
    }
  }

  const Message& command_;
  const std::vector<const Message*>& others_;
  Messages spoiled_;
};

}  // namespace

Messages Spoiled(const Message& command, const std::vector<const Message*>& others) {
  return Spoiler(command, others).SpoilAll();
}

}  // namespace votum::testing
