#include "crypto/election/archive.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/numbers.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/election/json.h"
#include "crypto/hash.h"
#include "nlohmann/json.hpp"

namespace votum::election {
namespace {

constexpr size_t kBlock = 512;
constexpr absl::string_view kHeaderName = "BELENIOS";
constexpr absl::string_view kDataSuffix = ".data.json";
constexpr absl::string_view kEventSuffix = ".event.json";
constexpr size_t kSizeField = 124;
constexpr uint64_t kMaxTimestamp = (uint64_t{1} << 33) - 1;  // 11 octal digits
constexpr size_t kMaxEventBytes = 1024;

struct NamedType {
  EventType type;
  absl::string_view name;
};
constexpr NamedType kTypes[] = {
    {EventType::kSetup, "Setup"},
    {EventType::kBallot, "Ballot"},
    {EventType::kEndBallots, "EndBallots"},
    {EventType::kEncryptedTally, "EncryptedTally"},
    {EventType::kShuffle, "Shuffle"},
    {EventType::kEndShuffles, "EndShuffles"},
    {EventType::kPartialDecryption, "PartialDecryption"},
    {EventType::kResult, "Result"},
};

std::string Sha256Hex(absl::string_view bytes) { return crypto::ToHex(crypto::Sha256(bytes)); }

void Put(std::string* header, size_t offset, const char* format, uint64_t value) {
  char field[24];
  const int size = std::snprintf(field, sizeof(field), format, value);
  header->replace(offset, static_cast<size_t>(size), field, static_cast<size_t>(size));
}

// A tar header of the seventh edition of Unix.
std::string RecordHeader(absl::string_view name, uint64_t size, uint64_t timestamp) {
  std::string header(kBlock, '\0');
  header.replace(0, name.size(), name.data(), name.size());
  header.replace(100, 7, "0000644");
  header.replace(108, 7, "0000000");
  header.replace(116, 7, "0000000");
  Put(&header, kSizeField, "%011lo", size);
  Put(&header, 136, "%011lo", timestamp);
  header.replace(148, 8, 8, ' ');
  header[156] = '0';
  uint64_t sum = 0;
  for (const char byte : header) sum += static_cast<unsigned char>(byte);
  Put(&header, 148, "%06lo", sum);
  header[154] = '\0';
  return header;
}

std::string FileHeader(uint64_t timestamp) {
  return absl::StrCat("{\"version\":1,\"timestamp\":\"", timestamp, "\"}");
}

size_t Padding(size_t size) { return (kBlock - size % kBlock) % kBlock; }

// The records of a file, one after the other.
class RecordReader {
 public:
  explicit RecordReader(absl::string_view bytes) : rest_(bytes) {}

  bool done() const { return rest_.empty(); }
  size_t number() const { return number_; }

  struct Record {
    std::string name;
    absl::string_view body;
    absl::string_view header;
  };

  absl::StatusOr<Record> Next() {
    if (rest_.size() < kBlock) return Truncated();
    Record record;
    record.header = rest_.substr(0, kBlock);
    record.name = std::string(record.header.substr(0, record.header.substr(0, 100).find('\0')));
    uint64_t size = 0;
    for (const char digit : record.header.substr(kSizeField, 11)) {
      if (digit < '0' || digit > '7') return BadHeader();
      size = size * 8 + static_cast<uint64_t>(digit - '0');
    }
    rest_.remove_prefix(kBlock);
    if (rest_.size() < size + Padding(size)) return Truncated();
    record.body = rest_.substr(0, size);
    const absl::string_view padding = rest_.substr(size, Padding(size));
    if (std::any_of(padding.begin(), padding.end(), [](char byte) { return byte != 0; })) {
      return BadHeader();
    }
    rest_.remove_prefix(size + padding.size());
    ++number_;
    return record;
  }

  absl::Status BadHeader() const {
    return Refuse(Reason::kBadRecordHeader, absl::StrCat("record ", number_,
                                                         " of the file is not written as "
                                                         "Belenios writes records"));
  }

 private:
  absl::Status Truncated() const {
    return Refuse(Reason::kArchiveTruncated,
                  absl::StrCat("the file ends inside its record ", number_));
  }

  absl::string_view rest_;
  size_t number_ = 0;
};

absl::Status BadFileHeader() {
  return Refuse(Reason::kBadArchiveHeader,
                "the file does not begin as a Belenios archive does; is it a .bel file?");
}

absl::StatusOr<uint64_t> ReadFileHeader(RecordReader* reader) {
  const auto record = reader->Next();
  if (!record.ok()) {
    return ReasonOf(record.status()) == Reason::kArchiveTruncated ? record.status()
                                                                  : BadFileHeader();
  }
  absl::string_view timestamp = record->body;
  if (record->name != kHeaderName ||
      !absl::ConsumePrefix(&timestamp, "{\"version\":1,\"timestamp\":\"") ||
      !absl::ConsumeSuffix(&timestamp, "\"}")) {
    return BadFileHeader();
  }
  const std::optional<uint64_t> seconds = ParseDecimal(timestamp);
  if (!seconds || *seconds > kMaxTimestamp ||
      record->header != RecordHeader(kHeaderName, record->body.size(), *seconds)) {
    return BadFileHeader();
  }
  return *seconds;
}

absl::StatusOr<ArchiveRecord> ToArchiveRecord(const RecordReader& reader,
                                              const RecordReader::Record& record,
                                              uint64_t timestamp) {
  if (record.header != RecordHeader(record.name, record.body.size(), timestamp)) {
    return reader.BadHeader();
  }
  ArchiveRecord result;
  absl::string_view hash = record.name;
  result.is_event = absl::ConsumeSuffix(&hash, kEventSuffix);
  if (!result.is_event && !absl::ConsumeSuffix(&hash, kDataSuffix)) return reader.BadHeader();
  if (hash != Sha256Hex(record.body)) {
    return Refuse(Reason::kHashMismatch, absl::StrCat("the content of ", record.name,
                                                      " does not have the hash in its name"));
  }
  result.hash = std::string(hash);
  result.body = std::string(record.body);
  return result;
}

absl::Status BadEvent(absl::string_view hash) {
  return Refuse(Reason::kBadEvent,
                absl::StrCat("event ", hash, " is not written as Belenios writes events"));
}

absl::StatusOr<Event> ParseEventFields(absl::string_view json) {
  ASSIGN_OR_RETURN(const nlohmann::json document, ParseJson(json, kMaxEventBytes));
  const JsonView view(document, "event");
  Event event;
  ASSIGN_OR_RETURN(event.parent, view.OptionalText("parent"));
  ASSIGN_OR_RETURN(event.payload, view.OptionalText("payload"));
  ASSIGN_OR_RETURN(const JsonView height, view.Member("height"));
  ASSIGN_OR_RETURN(event.height, height.Integer(UINT32_MAX));
  ASSIGN_OR_RETURN(const std::string name, view.OptionalText("type"));
  const auto* type = std::find_if(std::begin(kTypes), std::end(kTypes),
                                  [&name](const NamedType& known) { return known.name == name; });
  if (type == std::end(kTypes)) return Refuse(Reason::kBadEvent, "an unknown type");
  event.type = type->type;
  return event;
}

absl::StatusOr<Event> ParseEvent(const ArchiveRecord& record) {
  absl::StatusOr<Event> event = ParseEventFields(record.body);
  if (!event.ok() || FormatEvent(*event) != record.body) return BadEvent(record.hash);
  return event;
}

absl::Status ReadGroups(RecordReader* reader, Archive* archive) {
  std::vector<ArchiveRecord> data;
  while (!reader->done()) {
    ASSIGN_OR_RETURN(const RecordReader::Record raw, reader->Next());
    ASSIGN_OR_RETURN(ArchiveRecord record, ToArchiveRecord(*reader, raw, archive->timestamp));
    if (!record.is_event) {
      data.push_back(std::move(record));
      continue;
    }
    ASSIGN_OR_RETURN(Event event, ParseEvent(record));
    const std::string parent = archive->groups.empty() ? "" : archive->groups.back().hash;
    if (event.parent != parent || event.height != archive->groups.size()) {
      return Refuse(Reason::kBrokenChain,
                    absl::StrCat("event ", record.hash, " does not follow the event before it"));
    }
    archive->groups.push_back({std::move(event), std::move(record.hash), std::move(data)});
    data.clear();
  }
  if (!data.empty()) {
    return Refuse(Reason::kArchiveTruncated, "the file ends with data that belong to no event");
  }
  return absl::OkStatus();
}

}  // namespace

absl::string_view EventTypeName(EventType type) {
  return std::find_if(std::begin(kTypes), std::end(kTypes),
                      [type](const NamedType& named) { return named.type == type; })
      ->name;
}

std::string FormatEvent(const Event& event) {
  return absl::StrCat(
      "{", event.parent.empty() ? "" : absl::StrCat("\"parent\":\"", event.parent, "\","),
      "\"height\":", event.height, ",\"type\":\"", EventTypeName(event.type), "\"",
      event.payload.empty() ? "" : absl::StrCat(",\"payload\":\"", event.payload, "\""), "}");
}

std::string FormatSetup(absl::string_view election, absl::string_view trustees,
                        absl::string_view credentials) {
  return absl::StrCat("{\"election\":\"", election, "\",\"trustees\":\"", trustees,
                      "\",\"credentials\":\"", credentials, "\"}");
}

std::string FormatSizedTally(uint64_t num_tallied, uint64_t total_weight,
                             absl::string_view encrypted_tally) {
  return absl::StrCat("{\"num_tallied\":", num_tallied,
                      ",\"total_weight\":", JsonWeight(total_weight), ",\"encrypted_tally\":\"",
                      encrypted_tally, "\"}");
}

std::string FormatOwnedDecryption(uint64_t owner, absl::string_view partial_decryption) {
  return absl::StrCat("{\"owner\":", owner, ",\"payload\":\"", partial_decryption, "\"}");
}

absl::StatusOr<Archive> ReadArchive(absl::string_view bytes) {
  Archive archive;
  RecordReader reader(bytes);
  ASSIGN_OR_RETURN(archive.timestamp, ReadFileHeader(&reader));
  RETURN_IF_ERROR(ReadGroups(&reader, &archive));
  return archive;
}

ArchiveWriter::ArchiveWriter(uint64_t timestamp) : timestamp_(std::min(timestamp, kMaxTimestamp)) {
  AddRecord(std::string(kHeaderName), FileHeader(timestamp_));
}

ArchiveWriter::ArchiveWriter(const Archive& archive) : ArchiveWriter(archive.timestamp) {
  for (const EventGroup& group : archive.groups) {
    std::vector<std::string> data;
    for (const ArchiveRecord& record : group.data) data.push_back(record.body);
    Add(group.event.type, data);
  }
}

void ArchiveWriter::AddRecord(const std::string& name, absl::string_view body) {
  absl::StrAppend(&bytes_, RecordHeader(name, body.size(), timestamp_), body);
  bytes_.append(Padding(body.size()), '\0');
}

void ArchiveWriter::Add(EventType type, absl::Span<const std::string> data) {
  Event event{head_, height_, type, data.empty() ? "" : Sha256Hex(data.back())};
  for (const std::string& body : data) {
    AddRecord(absl::StrCat(Sha256Hex(body), kDataSuffix), body);
  }
  const std::string text = FormatEvent(event);
  head_ = Sha256Hex(text);
  ++height_;
  AddRecord(absl::StrCat(head_, kEventSuffix), text);
}

void ArchiveWriter::AddSetup(const std::string& election, const std::string& trustees,
                             const std::string& credentials) {
  Add(EventType::kSetup,
      {election, trustees, credentials,
       FormatSetup(Sha256Hex(election), Sha256Hex(trustees), Sha256Hex(credentials))});
}

void ArchiveWriter::AddBallot(const std::string& ballot) { Add(EventType::kBallot, {ballot}); }

void ArchiveWriter::AddEndBallots() { Add(EventType::kEndBallots, {}); }

void ArchiveWriter::AddEncryptedTally(const std::string& encrypted_tally, uint64_t num_tallied,
                                      uint64_t total_weight) {
  Add(EventType::kEncryptedTally,
      {encrypted_tally, FormatSizedTally(num_tallied, total_weight, Sha256Hex(encrypted_tally))});
}

void ArchiveWriter::AddPartialDecryption(uint64_t owner, const std::string& partial_decryption) {
  Add(EventType::kPartialDecryption,
      {partial_decryption, FormatOwnedDecryption(owner, Sha256Hex(partial_decryption))});
}

void ArchiveWriter::AddResult(const std::string& result) { Add(EventType::kResult, {result}); }

}  // namespace votum::election
