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
#include "crypto/encoding.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/timestamp.pb.h"
#include "services/domain/timestamps.h"

namespace votum::cli {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

absl::Status Usage(absl::string_view what) { return RefuseArgument("USAGE", what); }

// VOTE_MODE_ROLL_CALL -> "roll-call": the prefix that all values share goes.
std::string WordOf(const EnumValueDescriptor* value) {
  const std::string zero = value->type()->value(0)->name();
  const size_t prefix = zero.size() - sizeof("UNSPECIFIED") + 1;
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
    return Usage(absl::StrCat("\"", text, "\" is not a number up to ", max));
  return *number;
}

absl::Status SetOne(Message* message, const FieldDescriptor* field, const std::string& value) {
  const Reflection* reflection = message->GetReflection();
  const bool repeated = field->is_repeated();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string text;
      if (field->type() == FieldDescriptor::TYPE_BYTES) {
        ASSIGN_OR_RETURN(text, crypto::HexDecode(value));
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
      reflection->SetBool(message, field, value != "false" && value != "no");
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
      return Usage(absl::StrCat(field->name(), " cannot be given on the command line; use --file"));
  }
}

}  // namespace

absl::Status SetField(Message* message, const std::string& path,
                      const std::vector<std::string>& values) {
  const std::vector<std::string> names = absl::StrSplit(path, '.');
  for (size_t i = 0; i + 1 < names.size(); ++i) {
    const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName(names[i]);
    message = message->GetReflection()->MutableMessage(message, field);
  }
  const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName(names.back());
  for (const std::string& value : values) {
    if (const absl::Status set = SetOne(message, field, value); !set.ok()) {
      return Refuse(set.code(), ReasonOf(set).empty() ? "USAGE" : ReasonOf(set),
                    absl::StrCat(path, ": ", set.message()));
    }
  }
  return absl::OkStatus();
}

std::string FieldText(const Message& message, const std::string& path) {
  const Message* at = &message;
  const std::vector<std::string> names = absl::StrSplit(path, '.');
  for (size_t i = 0; i + 1 < names.size(); ++i) {
    at = &at->GetReflection()->GetMessage(*at, at->GetDescriptor()->FindFieldByName(names[i]));
  }
  const FieldDescriptor* field = at->GetDescriptor()->FindFieldByName(names.back());
  const Reflection* reflection = at->GetReflection();
  if (field->is_repeated()) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_STRING)
      return absl::StrCat(reflection->FieldSize(*at, field));
    std::vector<std::string> values;
    for (int i = 0; i < reflection->FieldSize(*at, field); ++i)
      values.push_back(reflection->GetRepeatedString(*at, field, i));
    return absl::StrJoin(values, " ");
  }
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string text = reflection->GetString(*at, field);
      if (field->type() == FieldDescriptor::TYPE_BYTES) return crypto::HexEncode(text);
      return text.substr(0, text.find('\n'));
    }
    case FieldDescriptor::CPPTYPE_ENUM:
      return WordOf(reflection->GetEnum(*at, field));
    case FieldDescriptor::CPPTYPE_UINT32:
      return absl::StrCat(reflection->GetUInt32(*at, field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return absl::StrCat(reflection->GetUInt64(*at, field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection->GetBool(*at, field) ? "yes" : "no";
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (field->message_type() == google::protobuf::Timestamp::descriptor() &&
          reflection->HasField(*at, field)) {
        return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC",
                                FromTimestamp(static_cast<const google::protobuf::Timestamp&>(
                                    reflection->GetMessage(*at, field))),
                                absl::UTCTimeZone());
      }
      return "";
    default:
      return "";
  }
}

}  // namespace votum::cli
