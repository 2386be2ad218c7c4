#include "clients/cli/printer.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "clients/cli/fields.h"
#include "clients/cli/safe_output.h"
#include "core/command/timestamps.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/json_util.h"

namespace votum::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr size_t kIndent = 2;
constexpr size_t kGap = 2;

// Counts characters as bytes that are not continuation bytes.
size_t Width(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

bool IsPlainMessage(const FieldDescriptor* field) {
  return field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
         field->message_type() != google::protobuf::Timestamp::descriptor();
}

void Append(const Message& message, size_t indent, std::string* text);

void AppendValue(const Message& message, const FieldDescriptor* field, int index, size_t indent,
                 std::string* text) {
  const std::string margin(indent, ' ');
  if (!IsPlainMessage(field)) {
    const std::string value = ValueText(message, field, index);
    absl::StrAppend(text, margin, field->name(), ": ",
                    absl::StrReplaceAll(value, {{"\n", absl::StrCat("\n", margin, "  ")}}), "\n");
    return;
  }
  const auto* reflection = message.GetReflection();
  absl::StrAppend(text, margin, field->name(), ":\n");
  Append(field->is_repeated() ? reflection->GetRepeatedMessage(message, field, index)
                              : reflection->GetMessage(message, field),
         indent + kIndent, text);
}

// The fields that have a value, by number. A "no" is a value too: its absence would be read as "not
// known".
std::vector<const FieldDescriptor*> FieldsOf(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    const bool says_no = field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL &&
                         !field->is_repeated() && !field->has_presence() &&
                         !message.GetReflection()->GetBool(message, field);
    if (says_no) fields.push_back(field);
  }
  std::sort(fields.begin(), fields.end(), [](const FieldDescriptor* a, const FieldDescriptor* b) {
    return a->number() < b->number();
  });
  return fields;
}

void AppendField(const Message& message, const FieldDescriptor* field, size_t indent,
                 std::string* text) {
  const int count = field->is_repeated() ? message.GetReflection()->FieldSize(message, field) : 1;
  for (int i = 0; i < count; ++i) AppendValue(message, field, i, indent, text);
}

void Append(const Message& message, size_t indent, std::string* text) {
  for (const FieldDescriptor* field : FieldsOf(message)) AppendField(message, field, indent, text);
}

}  // namespace

std::string JsonText(const Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string text;
  // Fails only for Any and ill-formed texts, which no resource has.
  (void)google::protobuf::util::MessageToJsonString(message, &text, options);
  return text;
}

std::string JsonTime(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", FromTimestamp(time), absl::UTCTimeZone());
}

std::string ReadableText(const Message& message, const std::vector<std::string>& first) {
  const auto place = [&first](const FieldDescriptor* field) {
    return std::find(first.begin(), first.end(), field->name()) - first.begin();
  };
  std::vector<const FieldDescriptor*> fields = FieldsOf(message);
  std::stable_sort(
      fields.begin(), fields.end(),
      [&place](const FieldDescriptor* a, const FieldDescriptor* b) { return place(a) < place(b); });
  std::string text;
  for (const FieldDescriptor* field : fields) AppendField(message, field, 0, &text);
  return text;
}

std::string Table(const std::vector<std::vector<std::string>>& lines) {
  std::vector<std::vector<std::string>> cells = lines;
  std::vector<size_t> widths;
  for (auto& line : cells) {
    widths.resize(std::max(widths.size(), line.size()));
    for (size_t c = 0; c < line.size(); ++c) {
      line[c] = OneLine(line[c]);
      widths[c] = std::max(widths[c], Width(line[c]));
    }
  }
  std::string text;
  for (const auto& line : cells) {
    for (size_t c = 0; c < line.size(); ++c) {
      const bool last = c + 1 == line.size();
      absl::StrAppend(&text, line[c],
                      std::string(last ? 0 : widths[c] - Width(line[c]) + kGap, ' '));
    }
    text += "\n";
  }
  return text;
}

}  // namespace votum::cli
