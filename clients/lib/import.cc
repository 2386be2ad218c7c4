#include "clients/lib/import.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/numbers.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/lib/csv.h"
#include "clients/lib/signer.h"
#include "core/command/fields.h"
#include "crypto/hash.h"
#include "nlohmann/json.hpp"

namespace votum::client {
namespace {

namespace v1 = ideas::v1;

constexpr int kIdeasOfAPart = 500;
constexpr size_t kTextOfAPart = size_t{1} << 20;
constexpr size_t kMaxTextBytes = size_t{16} << 10;
constexpr size_t kMaxIdBytes = 200;
constexpr size_t kMaxOriginBytes = 200;
constexpr size_t kMaxIdeaIdBytes = 64;

absl::Status Bad(const TextPosition& position, absl::string_view what) {
  return Refuse(Reason::kBadImportFile, absl::StrCat(ToString(position), ": ", what));
}

// The values of a row by the names of their columns, each with its place in the file.
using Fields = std::map<std::string, CsvField>;

// The setters return what is wrong with the field, or nothing once it is set.

std::string SetText(const CsvField& field, size_t max_bytes, std::string& text) {
  text = absl::StrReplaceAll(absl::StripAsciiWhitespace(field.text), {{"\r\n", "\n"}});
  const absl::Status sound = CheckText("it", text, max_bytes);
  return std::string(sound.message());
}

std::string SetTitle(const CsvField& field, std::string& text) {
  std::string title;
  const std::string fault = SetText(field, kMaxTextBytes, title);
  if (!fault.empty()) return fault;
  if (absl::StrContains(title, '\n')) return "it has several lines; a title is one";
  text = absl::StrCat(title, "\n", text);
  return "";
}

std::string SetCount(const CsvField& field, uint64_t& count) {
  const std::optional<uint64_t> number = ParseDecimal(field.text);
  if (!number.has_value()) return absl::StrCat("\"", field.text, "\" is not a whole number");
  count = *number;
  return "";
}

// A file's word for a value of an enum.
template <typename Enum>
struct Word {
  const char* word;
  Enum value;
};
// CHANNEL_ONLINE is left out: the submitter of an imported idea did not send it in.
constexpr Word<v1::Channel> kChannels[] = {{"paper", v1::CHANNEL_PAPER},
                                           {"workshop", v1::CHANNEL_WORKSHOP},
                                           {"spoken", v1::CHANNEL_SPOKEN},
                                           {"import", v1::CHANNEL_IMPORT}};
constexpr Word<v1::SubmitterGroup> kGroups[] = {{"citizens", v1::SUBMITTER_GROUP_CITIZENS},
                                                {"employees", v1::SUBMITTER_GROUP_EMPLOYEES},
                                                {"companies", v1::SUBMITTER_GROUP_COMPANIES},
                                                {"council", v1::SUBMITTER_GROUP_COUNCIL}};

template <typename Enum, size_t kCount>
std::string SetWord(const CsvField& field, const Word<Enum> (&words)[kCount], Enum& value) {
  std::vector<absl::string_view> known;
  for (const Word<Enum>& word : words) {
    if (field.text == word.word) {
      value = word.value;
      return "";
    }
    known.push_back(word.word);
  }
  return absl::StrCat("\"", field.text, "\" is none of ", absl::StrJoin(known, ", "));
}

using Field = const CsvField&;
struct Column {
  const char* name;
  bool required;
  std::string (*set)(Field, ImportRow&);
};
constexpr Column kColumns[] = {
    {"id", true, [](Field f, ImportRow& r) { return SetText(f, kMaxIdBytes, r.id); }},
    {"text", true, [](Field f, ImportRow& r) { return SetText(f, kMaxTextBytes, r.text); }},
    // After the text, in front of which it goes.
    {"title", false, [](Field f, ImportRow& r) { return SetTitle(f, r.text); }},
    {"agrees", false, [](Field f, ImportRow& r) { return SetCount(f, r.agrees); }},
    {"disagrees", false, [](Field f, ImportRow& r) { return SetCount(f, r.disagrees); }},
    {"channel", false, [](Field f, ImportRow& r) { return SetWord(f, kChannels, r.channel); }},
    {"group", false, [](Field f, ImportRow& r) { return SetWord(f, kGroups, r.group); }},
    {"origin", false, [](Field f, ImportRow& r) { return SetText(f, kMaxOriginBytes, r.origin); }}};

const Column* FindColumn(absl::string_view name) {
  const auto* found = std::find_if(std::begin(kColumns), std::end(kColumns),
                                   [&](const Column& column) { return name == column.name; });
  return found == std::end(kColumns) ? nullptr : found;
}

absl::Status CheckName(const CsvField& name) {
  if (FindColumn(name.text) != nullptr) return absl::OkStatus();
  std::vector<absl::string_view> known;
  for (const Column& column : kColumns) known.push_back(column.name);
  return Bad(name.begin, absl::StrCat("there is no column \"", name.text, "\"; the columns are ",
                                      absl::StrJoin(known, ", ")));
}

absl::StatusOr<ImportRow> RowOf(const TextPosition& begin, const Fields& fields,
                                const ImportDefaults& defaults) {
  ImportRow row;
  row.line = begin.line;
  row.channel = defaults.channel;
  row.group = defaults.group;
  row.origin = defaults.origin;
  for (const Column& column : kColumns) {
    const auto field = fields.find(column.name);
    // An optional field may also be empty.
    if (!column.required && (field == fields.end() || field->second.text.empty())) continue;
    if (field == fields.end()) return Bad(begin, absl::StrCat("\"", column.name, "\" is missing"));
    const std::string fault = column.set(field->second, row);
    if (!fault.empty()) return Bad(field->second.begin, absl::StrCat(column.name, ": ", fault));
  }
  if (row.text.size() > kMaxTextBytes)
    return Bad(begin, absl::StrCat("title and text are longer than ", kMaxTextBytes, " bytes"));
  return row;
}

absl::StatusOr<std::vector<ImportRow>> ReadCsv(absl::string_view content,
                                               const ImportDefaults& defaults) {
  ASSIGN_OR_RETURN(const std::vector<CsvRow> rows, ParseCsv(content));
  const CsvRow& names = rows[0];
  Fields header;
  for (const CsvField& name : names) {
    RETURN_IF_ERROR(CheckName(name));
    if (!header.emplace(name.text, name).second)
      return Bad(name.begin, absl::StrCat("the column ", name.text, " comes twice"));
  }
  std::vector<ImportRow> read;
  for (size_t i = 1; i < rows.size(); ++i) {
    Fields fields;
    for (size_t j = 0; j < names.size(); ++j) fields.emplace(names[j].text, rows[i][j]);
    ASSIGN_OR_RETURN(ImportRow row, RowOf(rows[i][0].begin, fields, defaults));
    read.push_back(std::move(row));
  }
  return read;
}

// A flat JSON object as fields. The parser tells no column but that of a fault; values have the
// line's.
class FlatObject : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit FlatObject(size_t line) : line_(line) {}

  const Fields& fields() const { return fields_; }
  const absl::Status& fault() const { return fault_; }

  bool key(std::string& name) override {
    key_ = {name, {line_, 1}};
    if (const absl::Status known = CheckName(key_); !known.ok()) return Fail(known);
    if (fields_.count(name) > 0) return Fail(Bad(key_.begin, absl::StrCat(name, " comes twice")));
    return true;
  }
  bool string(std::string& text) override { return Value(text); }
  bool number_unsigned(uint64_t number) override { return Value(absl::StrCat(number)); }
  bool start_object(size_t) override { return ++depth_ == 1 || NotPlain(); }
  bool end_object() override { return true; }

  bool null() override { return NotPlain(); }
  bool boolean(bool) override { return NotPlain(); }
  bool number_integer(int64_t) override { return NotPlain(); }
  bool number_float(double, const std::string&) override { return NotPlain(); }
  bool binary(nlohmann::json::binary_t&) override { return NotPlain(); }
  bool start_array(size_t) override { return NotPlain(); }
  bool end_array() override { return true; }
  bool parse_error(size_t position, const std::string& /*token*/,
                   const nlohmann::json::exception& /*error*/) override {
    return Fail(Bad({line_, std::max<size_t>(position, 1)}, "is not JSON"));
  }

 private:
  bool Value(const std::string& text) {
    // A string by itself is JSON, but not an object.
    if (depth_ == 0) return NotPlain();
    fields_.emplace(key_.text, CsvField{text, {line_, 1}});
    return true;
  }
  bool NotPlain() {
    return Fail(Bad({line_, 1},
                    depth_ == 0 ? std::string("each line must be a JSON object")
                                : absl::StrCat(key_.text, " must be a text or a whole number")));
  }
  bool Fail(absl::Status fault) {
    if (fault_.ok()) fault_ = std::move(fault);
    return false;
  }

  const size_t line_;
  int depth_ = 0;
  CsvField key_;
  Fields fields_;
  absl::Status fault_;
};

absl::StatusOr<std::vector<ImportRow>> ReadJsonLines(absl::string_view content,
                                                     const ImportDefaults& defaults) {
  std::vector<ImportRow> rows;
  TextPosition position;
  for (absl::string_view line : absl::StrSplit(content, '\n')) {
    if (!absl::StripAsciiWhitespace(line).empty()) {
      FlatObject object(position.line);
      // nlohmann's own exceptions end in parse_error; a false answer ends the parsing.
      nlohmann::json::sax_parse(line.begin(), line.end(), &object);
      RETURN_IF_ERROR(object.fault());
      ASSIGN_OR_RETURN(ImportRow row, RowOf(position, object.fields(), defaults));
      rows.push_back(std::move(row));
    }
    ++position.line;
  }
  return rows;
}

absl::Status CheckIdsDiffer(const std::vector<ImportRow>& rows) {
  std::map<std::string, size_t> lines;
  for (const ImportRow& row : rows) {
    const auto [first, added] = lines.emplace(row.id, row.line);
    if (added) continue;
    return Refuse(Reason::kBadImportFile,
                  absl::StrCat("line ", row.line, ": the id ", row.id, " stands in line ",
                               first->second, " already"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ImportFormat> ImportFormatOf(absl::string_view file_name) {
  const std::string name = absl::AsciiStrToLower(file_name);
  if (absl::EndsWith(name, ".csv")) return ImportFormat::kCsv;
  if (absl::EndsWith(name, ".jsonl") || absl::EndsWith(name, ".ndjson"))
    return ImportFormat::kJsonLines;
  return Refuse(Reason::kBadImportFile,
                absl::StrCat(file_name, ": the name must end in .csv, .jsonl or .ndjson"));
}

absl::StatusOr<std::vector<ImportRow>> ReadImport(absl::string_view content, ImportFormat format,
                                                  const ImportDefaults& defaults) {
  ASSIGN_OR_RETURN(std::vector<ImportRow> rows, format == ImportFormat::kCsv
                                                    ? ReadCsv(content, defaults)
                                                    : ReadJsonLines(content, defaults));
  if (rows.empty()) return Refuse(Reason::kBadImportFile, "the file has no ideas");
  RETURN_IF_ERROR(CheckIdsDiffer(rows));
  return rows;
}

std::string ImportedIdeaId(absl::string_view source, absl::string_view row_id) {
  const std::string words = absl::StrCat(source, ".", row_id);
  // A dot in the row's id could make two sources meet in one id.
  const bool plain = CheckId("id", words).ok() && !absl::StrContains(row_id, '.');
  if (plain) return words;
  const std::string hash = crypto::ToHex(crypto::Sha256({source, "\n", row_id}));
  return absl::StrCat("import.", hash.substr(0, kMaxIdeaIdBytes / 2));
}

std::vector<ImportPart> MakeImport(const std::string& source, const std::vector<ImportRow>& rows) {
  std::vector<ImportPart> parts;
  size_t text_bytes = 0;
  for (const ImportRow& row : rows) {
    if (parts.empty() || parts.back().command.ideas_size() == kIdeasOfAPart ||
        text_bytes + row.text.size() > kTextOfAPart) {
      parts.emplace_back().command.set_source(source);
      text_bytes = 0;
    }
    text_bytes += row.text.size();
    ImportPart& part = parts.back();
    SealedText text = SealText(row.text);
    v1::ImportedIdea* idea = part.command.add_ideas();
    idea->set_import_key(row.id);
    idea->set_agree_count(row.agrees);
    idea->set_disagree_count(row.disagrees);
    v1::IdeaContent* content = idea->mutable_content();
    content->set_idea_id(ImportedIdeaId(source, row.id));
    *content->mutable_text() = std::move(text.ref);
    content->set_channel(row.channel);
    content->set_group(row.group);
    content->set_origin(row.origin);
    part.attachments.push_back(std::move(text.attachment));
  }
  return parts;
}

}  // namespace votum::client
