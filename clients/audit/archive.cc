#include "clients/audit/archive.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/file.h"
#include "base/numbers.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/entry_line.h"
#include "crypto/encoding.h"
#include "nlohmann/json.hpp"

namespace votum::audit {
namespace {

using nlohmann::ordered_json;

constexpr char kCheckpointFile[] = "/checkpoint";
constexpr char kRecordsFile[] = "/records.jsonl";
constexpr char kOpeningsFile[] = "/openings.jsonl";
constexpr char kAttachmentsFile[] = "/attachments.jsonl";
constexpr size_t kMaxCheckpointBytes = 1000000;

absl::Status BadArchive(absl::string_view what) { return Refuse(Reason::kBadArchive, what); }

// The bytes of string field `name`, which must be Base64 of a length in `sizes` (any, if empty).
absl::StatusOr<std::string> Bytes(const ordered_json& object, const char* name,
                                  std::initializer_list<size_t> sizes) {
  const auto field = object.find(name);
  if (field == object.end() || !field->is_string())
    return BadArchive(absl::StrCat("\"", name, "\" is missing"));
  auto bytes = crypto::Base64Decode(field->get_ref<const std::string&>());
  if (!bytes.ok()) return BadArchive(absl::StrCat("\"", name, "\" is not Base64"));
  if (sizes.size() == 0) return bytes;
  for (const size_t size : sizes) {
    if (bytes->size() == size) return bytes;
  }
  return BadArchive(absl::StrCat("\"", name, "\" has ", bytes->size(), " bytes"));
}

absl::StatusOr<ordered_json> ParseObject(absl::string_view line) {
  ordered_json object =
      ordered_json::parse(line.begin(), line.end(), nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return BadArchive("the line is not a JSON object");
  return object;
}

std::string Dump(const ordered_json& object) {
  return object.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

// Reads a line of an entry or an opening from left to right. Lines have exactly one form, so no
// JSON parser is needed, which would cost a third of verifying the record's signature.
class Scanner {
 public:
  explicit Scanner(absl::string_view line) : rest_(line) {}

  absl::Status Expect(absl::string_view text) {
    return absl::ConsumePrefix(&rest_, text) ? absl::OkStatus() : NotTheOneForm();
  }
  absl::StatusOr<uint64_t> Number(const char* name) {
    const std::optional<uint64_t> number = ParseDecimal(Until(','));
    if (!number.has_value()) return BadArchive(absl::StrCat("\"", name, "\" is not a number"));
    return *number;
  }
  absl::StatusOr<std::string> Base64(const char* name) {
    auto bytes = crypto::Base64Decode(Until('"'));
    if (!bytes.ok()) return BadArchive(absl::StrCat("\"", name, "\" is not Base64"));
    return bytes;
  }
  // The end of a line.
  absl::Status SaltAndRecord(std::string* salt, std::string* record) {
    RETURN_IF_ERROR(Expect(",\"salt\":\""));
    ASSIGN_OR_RETURN(*salt, Base64("salt"));
    RETURN_IF_ERROR(Expect("\",\"record\":\""));
    ASSIGN_OR_RETURN(*record, Base64("record"));
    RETURN_IF_ERROR(Expect("\"}"));
    return rest_.empty() ? absl::OkStatus() : NotTheOneForm();
  }

 private:
  static absl::Status NotTheOneForm() { return BadArchive("the line is not in its one form"); }
  absl::string_view Until(char end) {
    const absl::string_view part = rest_.substr(0, rest_.find(end));
    rest_.remove_prefix(part.size());
    return part;
  }

  absl::string_view rest_;
};

// Calls `each` with every line of the file, its newline included, until it returns false.
absl::Status ForEachLine(const std::string& path, const std::function<bool(std::string)>& each) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return Refuse(Reason::kNoArchive,
                  absl::StrCat("cannot open ", path, "; is this folder an exported log?"));
  std::string line;
  while (std::getline(file, line)) {
    // getline also ends at the end of the file, where there may be no newline.
    if (!file.eof()) line += '\n';
    if (!each(std::move(line))) break;
  }
  return absl::OkStatus();
}

// A new file that only its owner reads, also where it is copied or packed with its permissions.
std::ofstream NewPrivateFile(const std::string& path) {
  std::ofstream file(path, std::ios::binary);
  chmod(path.c_str(), 0600);  // still empty, in a folder that nobody else enters
  return file;
}

// Makes everything written so far to the file system of `folder` durable: an export has thousands
// of files, and syncing each one takes a minute.
absl::Status SyncFileSystemOf(const std::string& folder) {
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat("open ", folder));
  const auto closer = absl::MakeCleanup([fd] { close(fd); });
  if (syncfs(fd) != 0) return absl::ErrnoToStatus(errno, absl::StrCat("sync ", folder));
  return absl::OkStatus();
}

}  // namespace

std::string FormatEntry(const ArchivedEntry& entry) {
  return EntryLine(entry.index, entry.leaf, entry.salt, entry.record);
}

std::string FormatOpening(const ArchivedOpening& opening) {
  return OpeningLine(opening.number, opening.opened_by, opening.index, opening.salt,
                     opening.record);
}

std::string FormatAttachment(const ArchivedAttachment& attachment) {
  ordered_json object;
  object["commitment"] = crypto::Base64Encode(attachment.commitment);
  object["subject"] = crypto::Base64Encode(attachment.subject);
  object["salt"] = crypto::Base64Encode(attachment.salt);
  object["content"] = crypto::Base64Encode(attachment.content);
  return Dump(object);
}

absl::StatusOr<ArchivedEntry> ParseEntry(absl::string_view line) {
  ArchivedEntry entry;
  Scanner scanner(line);
  RETURN_IF_ERROR(scanner.Expect("{\"index\":"));
  ASSIGN_OR_RETURN(entry.index, scanner.Number("index"));
  RETURN_IF_ERROR(scanner.Expect(",\"leaf\":\""));
  ASSIGN_OR_RETURN(entry.leaf, scanner.Base64("leaf"));
  RETURN_IF_ERROR(scanner.Expect("\""));
  RETURN_IF_ERROR(scanner.SaltAndRecord(&entry.salt, &entry.record));
  if (entry.leaf.size() != 32)
    return BadArchive(absl::StrCat("\"leaf\" has ", entry.leaf.size(), " bytes"));
  if (!entry.salt.empty() && entry.salt.size() != 32)
    return BadArchive(absl::StrCat("\"salt\" has ", entry.salt.size(), " bytes"));
  if (entry.salt.empty() != entry.record.empty())
    return BadArchive("salt without record, or record without salt");
  return entry;
}

absl::StatusOr<ArchivedEntry> ParseEntryLine(absl::string_view line) {
  if (!absl::ConsumeSuffix(&line, "\n")) return BadArchive("the line does not end in a newline");
  return ParseEntry(line);
}

absl::StatusOr<ArchivedOpening> ParseOpening(absl::string_view line) {
  ArchivedOpening opening;
  Scanner scanner(line);
  RETURN_IF_ERROR(scanner.Expect("{\"number\":"));
  ASSIGN_OR_RETURN(opening.number, scanner.Number("number"));
  RETURN_IF_ERROR(scanner.Expect(",\"opened_by\":"));
  ASSIGN_OR_RETURN(opening.opened_by, scanner.Number("opened_by"));
  RETURN_IF_ERROR(scanner.Expect(",\"index\":"));
  ASSIGN_OR_RETURN(opening.index, scanner.Number("index"));
  RETURN_IF_ERROR(scanner.SaltAndRecord(&opening.salt, &opening.record));
  if (opening.salt.size() != 32)
    return BadArchive(absl::StrCat("\"salt\" has ", opening.salt.size(), " bytes"));
  return opening;
}

absl::StatusOr<ArchivedAttachment> ParseAttachment(absl::string_view line) {
  ASSIGN_OR_RETURN(const ordered_json object, ParseObject(line));
  ArchivedAttachment attachment;
  ASSIGN_OR_RETURN(attachment.commitment, Bytes(object, "commitment", {32}));
  ASSIGN_OR_RETURN(attachment.subject, Bytes(object, "subject", {16}));
  ASSIGN_OR_RETURN(attachment.salt, Bytes(object, "salt", {32}));
  ASSIGN_OR_RETURN(attachment.content, Bytes(object, "content", {}));
  if (FormatAttachment(attachment) != line) return BadArchive("the line is not in its one form");
  return attachment;
}

ArchiveWriter::ArchiveWriter(std::string folder, Attachments attachments)
    : folder_(std::move(folder)), records_(NewPrivateFile(folder_ + kRecordsFile)) {
  if (attachments == Attachments::kOpen) attachments_ = NewPrivateFile(folder_ + kAttachmentsFile);
}

absl::StatusOr<ArchiveWriter> ArchiveWriter::Create(const std::string& folder,
                                                    Attachments attachments) {
  RETURN_IF_ERROR(CheckNewFolder(folder));
  // An auditor's export has what people sealed: nobody else on this machine reads it.
  if (mkdir(folder.c_str(), 0700) != 0) {
    const std::error_code error(errno, std::generic_category());
    return Refuse(Reason::kNotWritten,
                  absl::StrCat("cannot make the folder ", folder, ": ", error.message()));
  }
  return ArchiveWriter(folder, attachments);
}

void ArchiveWriter::AddOpenings(const std::vector<ArchivedOpening>& openings) {
  openings_ = NewPrivateFile(folder_ + kOpeningsFile);
  for (const ArchivedOpening& opening : openings) *openings_ << FormatOpening(opening) << '\n';
}

absl::Status ArchiveWriter::Close(absl::string_view checkpoint) {
  records_.close();
  bool written = records_.good();
  for (std::optional<std::ofstream>* file : {&openings_, &attachments_}) {
    if (!file->has_value()) continue;
    (*file)->close();
    written &= (*file)->good();
  }
  if (!written) {
    return Refuse(Reason::kNotWritten,
                  absl::StrCat("could not write all of ", folder_, "; is the disk full?"));
  }
  RETURN_IF_ERROR(tiles_.Write(folder_));
  // The checkpoint is written last: if it exists, everything else does too.
  RETURN_IF_ERROR(SyncFileSystemOf(folder_));
  return WriteFile(folder_ + kCheckpointFile, checkpoint, 0600);
}

absl::Status ArchiveReader::CheckFiles() const {
  for (const char* file : {kCheckpointFile, kRecordsFile, kOpeningsFile, kAttachmentsFile})
    RETURN_IF_ERROR(CheckRegularFile(folder_ + file));
  return absl::OkStatus();
}

absl::StatusOr<std::string> ArchiveReader::Checkpoint() const {
  return ReadFile(folder_ + kCheckpointFile, kMaxCheckpointBytes);
}

absl::Status ArchiveReader::ForEachEntry(
    const std::function<bool(uint64_t, absl::StatusOr<ArchivedEntry>)>& each) const {
  uint64_t number = 0;
  return ForEachLine(folder_ + kRecordsFile,
                     [&](const std::string& line) { return each(++number, ParseEntryLine(line)); });
}

absl::Status ArchiveReader::ForEachEntryLine(const std::function<void(std::string)>& each) const {
  return ForEachLine(folder_ + kRecordsFile, [&each](std::string line) {
    each(std::move(line));
    return true;
  });
}

bool ArchiveReader::HasOpenings() const { return std::filesystem::exists(folder_ + kOpeningsFile); }

absl::Status ArchiveReader::ForEachOpening(
    const std::function<bool(uint64_t, absl::StatusOr<ArchivedOpening>)>& each) const {
  uint64_t number = 0;
  return ForEachLine(folder_ + kOpeningsFile, [&](absl::string_view line) {
    return each(++number, absl::ConsumeSuffix(&line, "\n")
                              ? absl::StatusOr<ArchivedOpening>(ParseOpening(line))
                              : BadArchive("the line does not end in a newline"));
  });
}

bool ArchiveReader::HasAttachments() const {
  return std::filesystem::exists(folder_ + kAttachmentsFile);
}

absl::Status ArchiveReader::ForEachAttachment(
    const std::function<bool(uint64_t, absl::StatusOr<ArchivedAttachment>)>& each) const {
  uint64_t number = 0;
  return ForEachLine(folder_ + kAttachmentsFile, [&](absl::string_view line) {
    return each(++number, absl::ConsumeSuffix(&line, "\n")
                              ? ParseAttachment(line)
                              : BadArchive("the line does not end in a newline"));
  });
}

uint64_t ArchiveReader::RecordsBytes() const {
  std::error_code error;
  const uint64_t size = std::filesystem::file_size(folder_ + kRecordsFile, error);
  return error ? 0 : size;
}

}  // namespace votum::audit
