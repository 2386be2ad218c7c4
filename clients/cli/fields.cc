#include "clients/cli/fields.h"

#include <limits>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "base/numbers.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/cli/cli.h"
#include "core/command/timestamps.h"
#include "crypto/encoding.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/timestamp.pb.h"
#include "rules/calendar.h"

namespace votum::cli {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

absl::Status Usage(absl::string_view what) { return Refuse(Reason::kUsage, what); }

// VOTE_MODE_ROLL_CALL -> "roll-call": the prefix shared by all values is dropped.
std::string WordOf(const EnumValueDescriptor* value) {
  const std::string zero = value->type()->value(0)->name();
  const size_t prefix = zero.size() - sizeof("UNSPECIFIED") + 1;
  // A value known only to a newer contract.
  if (value->name().size() < prefix) return value->name();
  return absl::StrReplaceAll(absl::AsciiStrToLower(value->name().substr(prefix)), {{"_", "-"}});
}

absl::StatusOr<const EnumValueDescriptor*> EnumValue(const EnumDescriptor* type,
                                                     const std::string& word) {
  std::vector<std::string> words;
  for (int i = 1; i < type->value_count(); ++i) {
    if (WordOf(type->value(i)) == word) return type->value(i);
    words.push_back(WordOf(type->value(i)));
  }
  return Usage(absl::StrCat("\"", word, "\" is none of ", absl::StrJoin(words, ", ")));
}

absl::StatusOr<uint64_t> Number(const std::string& text, uint64_t max) {
  const std::optional<uint64_t> number = ParseDecimal(text);
  if (!number.has_value() || *number > max)
    return Usage(absl::StrCat("\"", text, "\" is not a whole number from 0 to ", max));
  return *number;
}

absl::Status SetOne(Message* message, const FieldDescriptor* field, const std::string& value) {
  const Reflection* reflection = message->GetReflection();
  const bool repeated = field->is_repeated();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string text;
      if (field->type() == FieldDescriptor::TYPE_BYTES) {
        const auto bytes = crypto::HexDecode(value);
        if (!bytes.ok()) {
          return Usage(
              absl::StrCat("\"", value, "\" is not hexadecimal: two digits for each byte"));
        }
        text = *bytes;
      } else {
        ASSIGN_OR_RETURN(text, TextOf(value));
      }
      repeated ? reflection->AddString(message, field, text)
               : reflection->SetString(message, field, text);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_UINT32: {
      ASSIGN_OR_RETURN(const uint64_t number, Number(value, std::numeric_limits<uint32_t>::max()));
      reflection->SetUInt32(message, field, static_cast<uint32_t>(number));
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_UINT64: {
      ASSIGN_OR_RETURN(const uint64_t number, Number(value, std::numeric_limits<uint64_t>::max()));
      reflection->SetUInt64(message, field, number);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_BOOL:
      if (value != "yes" && value != "no")
        return Usage(absl::StrCat("\"", value, "\" is neither yes nor no"));
      reflection->SetBool(message, field, value == "yes");
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_ENUM: {
      ASSIGN_OR_RETURN(const EnumValueDescriptor* chosen, EnumValue(field->enum_type(), value));
      reflection->SetEnum(message, field, chosen);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      absl::Time time;
      std::string error;
      if (field->message_type() != google::protobuf::Timestamp::descriptor() ||
          !absl::ParseTime(absl::RFC3339_full, value, &time, &error)) {
        return Usage(absl::StrCat("\"", value, "\" is not a time like 2026-12-01T17:00:00+01:00"));
      }
      reflection->MutableMessage(message, field)->CopyFrom(ToTimestamp(time));
      return absl::OkStatus();
    }
    default:
      return Usage("this cannot be given on the command line; use --file");
  }
}

// The message that has the last field of `path`, and that field.
struct Place {
  Message* message;
  const FieldDescriptor* field;
};

const FieldDescriptor* FieldAt(const google::protobuf::Descriptor* type, const std::string& path) {
  const size_t dot = path.find('.');
  const FieldDescriptor* field = type->FindFieldByName(path.substr(0, dot));
  return dot == std::string::npos ? field : FieldAt(field->message_type(), path.substr(dot + 1));
}

Place PlaceOf(Message* message, const std::string& path) {
  const size_t dot = path.find('.');
  const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName(path.substr(0, dot));
  if (dot == std::string::npos) return {message, field};
  return PlaceOf(message->GetReflection()->MutableMessage(message, field), path.substr(dot + 1));
}

bool IsSet(Message* message, const std::string& path) {
  const Place place = PlaceOf(message, path);
  const Reflection* reflection = place.message->GetReflection();
  return place.field->is_repeated() ? reflection->FieldSize(*place.message, place.field) > 0
                                    : reflection->HasField(*place.message, place.field);
}

bool IsTime(const FieldDescriptor* field) {
  return field->message_type() == google::protobuf::Timestamp::descriptor();
}

}  // namespace

const FieldDescriptor* FieldOf(const Message& prototype, const FieldOption& option) {
  return FieldAt(prototype.GetDescriptor(), option.field);
}

std::string ValueKind(const FieldDescriptor* field) {
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM: {
      std::vector<std::string> words;
      for (int i = 1; i < field->enum_type()->value_count(); ++i)
        words.push_back(WordOf(field->enum_type()->value(i)));
      return absl::StrJoin(words, "|");
    }
    case FieldDescriptor::CPPTYPE_BOOL:
      return "yes|no";
    case FieldDescriptor::CPPTYPE_STRING:
      return field->type() == FieldDescriptor::TYPE_BYTES ? "HEX" : "TEXT";
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return "TIME";
    default:
      return "NUMBER";
  }
}

absl::Status FillFields(const std::vector<FieldOption>& options,
                        const std::vector<std::vector<std::string>>& values,
                        const std::string& self, Message* message) {
  for (size_t i = 0; i < options.size(); ++i) {
    const FieldOption& option = options[i];
    const FieldDescriptor* field = FieldOf(*message, option);
    if (values[i].size() > 1 && !field->is_repeated())
      return Usage(absl::StrCat(option.flag, " is given twice"));
    if (!values[i].empty()) {
      RETURN_IF_ERROR(SetField(message, option.field, values[i], option.flag));
    } else if (option.need == Need::kRequired && !IsSet(message, option.field)) {
      return Usage(absl::StrCat(option.flag, " is missing: ", option.help));
    } else if (option.need == Need::kSelf && !IsSet(message, option.field)) {
      RETURN_IF_ERROR(SetField(message, option.field, {self}));
    }
  }
  return absl::OkStatus();
}

absl::Status SetField(Message* message, const std::string& path,
                      const std::vector<std::string>& values, absl::string_view option) {
  const Place place = PlaceOf(message, path);
  for (const std::string& value : values) {
    if (const absl::Status set = SetOne(place.message, place.field, value); !set.ok()) {
      return Refuse(ReasonOf(set) == Reason::kBadFile ? Reason::kBadFile : Reason::kUsage,
                    absl::StrCat(option.empty() ? path : option, ": ", set.message()));
    }
  }
  return absl::OkStatus();
}

std::string ValueText(const Message& message, const FieldDescriptor* field, int index) {
  const Reflection* reflection = message.GetReflection();
  const bool repeated = field->is_repeated();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string text = repeated ? reflection->GetRepeatedString(message, field, index)
                                        : reflection->GetString(message, field);
      return field->type() == FieldDescriptor::TYPE_BYTES ? crypto::HexEncode(text) : text;
    }
    case FieldDescriptor::CPPTYPE_ENUM:
      return WordOf(repeated ? reflection->GetRepeatedEnum(message, field, index)
                             : reflection->GetEnum(message, field));
    case FieldDescriptor::CPPTYPE_UINT32:
      return absl::StrCat(repeated ? reflection->GetRepeatedUInt32(message, field, index)
                                   : reflection->GetUInt32(message, field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return absl::StrCat(repeated ? reflection->GetRepeatedUInt64(message, field, index)
                                   : reflection->GetUInt64(message, field));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(repeated ? reflection->GetRepeatedInt64(message, field, index)
                                   : reflection->GetInt64(message, field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection->GetBool(message, field) ? "yes" : "no";
    default:
      if (!IsTime(field) || !reflection->HasField(message, field)) return "";
      return rules::TimeText(FromTimestamp(
          static_cast<const google::protobuf::Timestamp&>(reflection->GetMessage(message, field))));
  }
}

std::string FieldText(const Message& message, const std::string& path) {
  const size_t dot = path.find('.');
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(path.substr(0, dot));
  const Reflection* reflection = message.GetReflection();
  if (dot != std::string::npos) {
    if (!field->is_repeated())
      return FieldText(reflection->GetMessage(message, field), path.substr(dot + 1));
    const int last = reflection->FieldSize(message, field) - 1;
    if (last < 0) return "";
    return FieldText(reflection->GetRepeatedMessage(message, field, last), path.substr(dot + 1));
  }
  if (!field->is_repeated()) {
    const std::string text = ValueText(message, field, 0);
    return text.substr(0, text.find('\n'));
  }
  const int count = reflection->FieldSize(message, field);
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) return absl::StrCat(count);
  std::vector<std::string> values;
  for (int i = 0; i < count; ++i) values.push_back(ValueText(message, field, i));
  return absl::StrJoin(values, " ");
}

}  // namespace votum::cli
