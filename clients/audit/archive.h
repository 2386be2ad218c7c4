// The exported log: a folder with
//
//   checkpoint          the signed checkpoint (C2SP signed note)
//   tile/...            the tree and its leaves, as any client of C2SP tile logs reads them
//                       (clients/audit/tiled_log.h); older archives have none
//   records.jsonl       a line for each record, in order:
//                       {"index":0,"leaf":"<b64>","salt":"<b64>","record":"<b64>"}
//   openings.jsonl      a line for each record that a later one has opened to everybody, in order
//                       (core/fold/reach_log.h); older archives have none:
//                       {"number":0,"opened_by":9,"index":7,"salt":"<b64>","record":"<b64>"}
//   attachments.jsonl   a line for each existing attachment that was shown:
//                       {"commitment":"<b64>","subject":"<b64>","salt":"<b64>","content":"<b64>"}
//
// leaf = SHA-256(salt || record), which is also the log's entry in tile/entries/...; salt and
// record are "" for a record that was not shown to the exporter. Each line has exactly one form (no
// white space, this order, strict Base64): changing any byte gives no archive, or a different one.
#ifndef VOTUM_CLIENTS_AUDIT_ARCHIVE_H_
#define VOTUM_CLIENTS_AUDIT_ARCHIVE_H_

#include <cstdint>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "clients/audit/tiled_log.h"

namespace votum::audit {

struct ArchivedEntry {
  uint64_t index = 0;
  std::string leaf;    // 32 bytes
  std::string salt;    // 32 bytes, or none
  std::string record;  // serialized votum.common.v1.Record, or none
};

// A record that a later one has opened.
struct ArchivedOpening {
  uint64_t number = 0;     // among all openings, from 0
  uint64_t opened_by = 0;  // the later record
  uint64_t index = 0;      // the record that it opens
  std::string salt;        // 32 bytes
  std::string record;      // serialized votum.common.v1.Record
};

struct ArchivedAttachment {
  std::string commitment;  // 32 bytes
  std::string subject;     // 16 bytes
  std::string salt;        // 32 bytes
  std::string content;
};

std::string FormatEntry(const ArchivedEntry& entry);
std::string FormatOpening(const ArchivedOpening& opening);
std::string FormatAttachment(const ArchivedAttachment& attachment);

// The parts of a line (without its newline). INVALID_ARGUMENT/BAD_ARCHIVE unless Format... gives
// this very line.
absl::StatusOr<ArchivedEntry> ParseEntry(absl::string_view line);
absl::StatusOr<ArchivedOpening> ParseOpening(absl::string_view line);
absl::StatusOr<ArchivedAttachment> ParseAttachment(absl::string_view line);
// The same for a line with its newline, which must be present.
absl::StatusOr<ArchivedEntry> ParseEntryLine(absl::string_view line);

// Writes an archive into a new folder, file by file; all files are durable after Close.
class ArchiveWriter {
 public:
  // Whether the archive includes the content of sealed attachments. Archives for auditors who do
  // not need it have no attachments.jsonl.
  enum class Attachments { kOpen, kSealed };

  // ALREADY_EXISTS/FOLDER_EXISTS if there is something at `folder`; FAILED_PRECONDITION/NOT_WRITTEN
  // if it cannot be made.
  static absl::StatusOr<ArchiveWriter> Create(const std::string& folder,
                                              Attachments attachments = Attachments::kOpen);

  void Add(const ArchivedEntry& entry) {
    records_ << FormatEntry(entry) << '\n';
    tiles_.Add(entry.leaf);
  }
  // With Attachments::kOpen only.
  void Add(const ArchivedAttachment& attachment) {
    *attachments_ << FormatAttachment(attachment) << '\n';
  }
  // All openings, possibly none. Without this call the archive does not say what was opened.
  void AddOpenings(const std::vector<ArchivedOpening>& openings);
  // Writes the tiles of the added entries, and the checkpoint last. FAILED_PRECONDITION/NOT_WRITTEN if a
  // write failed. Only the audit checks that the checkpoint matches the records.
  absl::Status Close(absl::string_view checkpoint);

 private:
  ArchiveWriter(std::string folder, Attachments attachments);

  std::string folder_;
  std::ofstream records_;
  std::optional<std::ofstream> openings_;
  std::optional<std::ofstream> attachments_;
  TiledLog tiles_;
};

// Reads an archive. `each` receives the line's number (from 1) and its parsed content, and returns
// whether to continue.
class ArchiveReader {
 public:
  explicit ArchiveReader(std::string folder) : folder_(std::move(folder)) {}

  // Refuses an archive with a FIFO or a device in it, whose reader might wait for ever:
  // INVALID_ARGUMENT/BAD_FILE. To be asked first.
  absl::Status CheckFiles() const;
  absl::StatusOr<std::string> Checkpoint() const;
  absl::Status ForEachEntry(
      const std::function<bool(uint64_t, absl::StatusOr<ArchivedEntry>)>& each) const;
  // The raw lines of the records, each with its newline, unless the last one has none.
  absl::Status ForEachEntryLine(const std::function<void(std::string)>& each) const;
  // False for one that was exported before 2026-12.
  bool HasOpenings() const;
  absl::Status ForEachOpening(
      const std::function<bool(uint64_t, absl::StatusOr<ArchivedOpening>)>& each) const;
  // False for one that was exported with its attachments sealed.
  bool HasAttachments() const;
  absl::Status ForEachAttachment(
      const std::function<bool(uint64_t, absl::StatusOr<ArchivedAttachment>)>& each) const;
  // Size of records.jsonl in bytes, for showing progress.
  uint64_t RecordsBytes() const;

 private:
  std::string folder_;
};

}  // namespace votum::audit

#endif  // VOTUM_CLIENTS_AUDIT_ARCHIVE_H_
