#include "core/fold/envelope.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/fields.h"
#include "crypto/hash.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/reflection.h"
#include "google/protobuf/unknown_field_set.h"
#include "votum/common/v1/options.pb.h"

namespace votum {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Calls `visit` for `message` and every message in it until it returns true; returns whether it
// did.
template <typename Visit>
bool AnyMessage(const Message& message, const Visit& visit) {
  if (visit(message)) return true;
  const google::protobuf::Reflection* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      if (AnyMessage(reflection->GetMessage(message, field), visit)) return true;
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      if (AnyMessage(reflection->GetRepeatedMessage(message, field, i), visit)) return true;
    }
  }
  return false;
}

// The name of an enumeration in `part` itself that has a value without a name; empty if there is
// none.
std::string UnknownValueIn(const Message& part) {
  const google::protobuf::Reflection* reflection = part.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(part, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_ENUM) continue;
    const int count = field->is_repeated() ? reflection->FieldSize(part, field) : 1;
    for (int i = 0; i < count; ++i) {
      const int value = field->is_repeated() ? reflection->GetRepeatedEnumValue(part, field, i)
                                             : reflection->GetEnumValue(part, field);
      if (field->enum_type()->FindValueByNumber(value) == nullptr)
        return absl::StrCat(field->name(), " = ", value);
    }
  }
  return "";
}

// Refuses a bad text in `part` itself.
absl::Status CheckTextsIn(const Message& part) {
  const google::protobuf::Reflection* reflection = part.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(part, &fields);
  std::string scratch;
  for (const FieldDescriptor* field : fields) {
    if (field->type() != FieldDescriptor::TYPE_STRING) continue;
    const int count = field->is_repeated() ? reflection->FieldSize(part, field) : 1;
    for (int i = 0; i < count; ++i) {
      const std::string& text =
          field->is_repeated() ? reflection->GetRepeatedStringReference(part, field, i, &scratch)
                               : reflection->GetStringReference(part, field, &scratch);
      RETURN_IF_ERROR(CheckOptionalText(field->name(), text, text.size()));
    }
  }
  return absl::OkStatus();
}

// Every text of every command follows one rule, whatever its domain asks of it in addition.
absl::Status CheckTexts(const Message& command) {
  absl::Status bad;
  AnyMessage(command, [&bad](const Message& part) {
    bad = CheckTextsIn(part);
    return !bad.ok();
  });
  return bad;
}

common::v1::Audience DeclaredAudience(const FieldDescriptor& field) {
  const auto declared = field.options().GetExtension(common::v1::attachment_audience);
  return declared == common::v1::AUDIENCE_UNSPECIFIED ? common::v1::AUDIENCE_OFFICE : declared;
}

void AddAttachments(const Message& message, std::vector<DeclaredAttachment>* all) {
  const google::protobuf::Reflection* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const bool is_ref = field->message_type() == common::v1::AttachmentRef::descriptor();
    const int count = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      const Message& part = field->is_repeated() ? reflection->GetRepeatedMessage(message, field, i)
                                                 : reflection->GetMessage(message, field);
      if (is_ref) {
        all->push_back({static_cast<const common::v1::AttachmentRef&>(part),
                        DeclaredAudience(*field),
                        field->options().GetExtension(common::v1::attachment_joins_subject)});
      } else {
        AddAttachments(part, all);
      }
    }
  }
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

bool IsUuid4(absl::string_view text) {
  if (text.size() != 36 || text[14] != '4') return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !absl::ascii_isxdigit(text[i]) || absl::ascii_isupper(text[i]))
      return false;
  }
  return true;
}

absl::Status Bad(const CommandType& type, absl::string_view what) {
  return Refuse(Reason::kBadCommand, absl::StrCat(type.name, ": ", what));
}

absl::Status CheckHeader(const CommandType& type, const common::v1::CommandHeader& header) {
  if (!IsUuid4(header.command_id()))
    return Bad(type, "header.command_id must be a UUID of version 4 in lower case");
  if (!header.has_not_after())
    return Bad(type, "header.not_after must say until when the command is good");
  if (header.seen_root().size() != (header.seen_size() == 0 ? 0 : sizeof(crypto::Digest))) {
    return Bad(type,
               "header.seen_root must be the 32 bytes of the root at header.seen_size, or both "
               "must be left out");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckAllKnown(const Message& message) {
  absl::Status unknown;
  AnyMessage(message, [&unknown](const Message& part) {
    const std::string& name = part.GetDescriptor()->name();
    if (!part.GetReflection()->GetUnknownFields(part).empty()) {
      unknown = Refuse(Reason::kUnknownField,
                       absl::StrCat(name,
                                    " has fields that this program does not know; it may "
                                    "be older than the one that wrote them"));
    } else if (const std::string value = UnknownValueIn(part); !value.empty()) {
      unknown = Refuse(Reason::kUnknownValue,
                       absl::StrCat(name, ": this program does not know ", value,
                                    "; it may be older than the one that wrote it"));
    }
    return !unknown.ok();
  });
  return unknown;
}

absl::StatusOr<Envelope> OpenEnvelope(
    absl::string_view payload_type, std::string payload,
    google::protobuf::RepeatedPtrField<common::v1::Signature> signatures) {
  if (payload.size() > kMaxPayloadBytes) {
    return Refuse(Reason::kTooLarge,
                  absl::StrCat("the command has ", payload.size(), " bytes, ", kMaxPayloadBytes,
                               " are allowed; send less at a time"));
  }
  if (signatures.empty() || signatures.size() > kMaxSignatures) {
    return Refuse(Reason::kUnsigned,
                  absl::StrCat("the command has ", signatures.size(), " signatures; 1 to ",
                               kMaxSignatures, " are needed"));
  }
  Envelope envelope;
  envelope.type = FindCommandType(payload_type);
  if (envelope.type == nullptr) {
    return Refuse(Reason::kUnknownCommand,
                  absl::StrCat("there is no command of the type ", payload_type,
                               "; client and service may be of different versions"));
  }
  envelope.command.reset(envelope.type->prototype->New());
  if (!envelope.command->ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
    return Bad(*envelope.type, "the payload does not parse as this message");
  }
  RETURN_IF_ERROR(CheckAllKnown(*envelope.command));
  RETURN_IF_ERROR(CheckHeader(*envelope.type, envelope.header()));
  RETURN_IF_ERROR(CheckTexts(*envelope.command));
  envelope.payload = std::move(payload);
  envelope.signatures = std::move(signatures);
  return envelope;
}

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

std::vector<DeclaredAttachment> DeclaredAttachmentsOf(const Message& message) {
  std::vector<DeclaredAttachment> all;
  AddAttachments(message, &all);
  return all;
}

std::vector<common::v1::AttachmentRef> AttachmentRefsOf(const Message& message) {
  std::vector<common::v1::AttachmentRef> refs;
  for (DeclaredAttachment& one : DeclaredAttachmentsOf(message)) refs.push_back(std::move(one.ref));
  return refs;
}

}  // namespace votum
