// Storage of the log: entries and sealed attachments, appended in batches.
//
// A batch is one transaction: all of it is durable when AppendBatch returns OK, otherwise none of
// it (a batch too large for one transaction is split into several, in order). Any error of
// AppendBatch is final: the outcome may be unknown (a failed fsync must not be retried, because the
// page cache may lie), so the caller stops the process and the next start determines it.
#ifndef VOTUM_LEDGER_STORE_H_
#define VOTUM_LEDGER_STORE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace votum::ledger {

struct StoredEntry {
  uint64_t index = 0;
  std::string leaf;    // 32 bytes
  std::string salt;    // 32 bytes
  std::string record;  // serialized votum.common.v1.Record
};

// A sealed attachment as stored on disk.
struct StoredAttachment {
  std::string commitment;  // 32 bytes
  std::string subject;     // 16 bytes
  std::string box;         // salt and content, sealed under the subject's key
};

// The key of a subject, sealed under the key-encryption key.
struct StoredSubjectKey {
  std::string subject;  // 16 bytes
  std::string box;
};

// From 256 entries, all that a start needs (chapter.h). It follows from them, and may be lost.
struct StoredChapter {
  uint64_t number = 0;  // of entries 256 * number and following
  std::string root;     // 32 bytes: the root over their leaves
  std::string ids;      // their command ids, hashed
  std::string seal;     // 32 bytes
};

// One entry with all that belongs to it.
struct NewEntry {
  StoredEntry entry;
  std::vector<StoredAttachment> attachments;
  std::vector<StoredSubjectKey> subject_keys;  // of subjects that had none
  std::optional<StoredChapter> chapter;        // of which it is the last entry
};

// Reads may be called from any thread; AppendBatch from one thread at a time.
class EntryStore {
 public:
  virtual ~EntryStore() = default;

  virtual absl::Status AppendBatch(const std::vector<NewEntry>& batch) = 0;

  // The number of entries, told from the last one: whether all before it are there shows when they
  // are read.
  virtual absl::StatusOr<uint64_t> Size() = 0;
  // Entries from `start`, at most `limit`, until their records exceed `max_bytes` (at least one, if
  // there is one).
  virtual absl::StatusOr<std::vector<StoredEntry>> Read(uint64_t start, size_t limit,
                                                        size_t max_bytes) = 0;
  // The leaves of the entries from `start` on, at most `limit`.
  virtual absl::StatusOr<std::vector<std::string>> ReadLeaves(uint64_t start, size_t limit) = 0;

  // The chapters from `number` on that are stored, at most `limit`, in order.
  virtual absl::StatusOr<std::vector<StoredChapter>> ReadChapters(uint64_t number,
                                                                  size_t limit) = 0;
  // Stores chapters, instead of those with the same numbers. Not while AppendBatch runs.
  virtual absl::Status PutChapters(const std::vector<StoredChapter>& chapters) = 0;

  virtual absl::StatusOr<std::optional<StoredAttachment>> FindAttachment(
      absl::string_view commitment) = 0;
  // Destroys the attachments and the key of `subject`, so that no byte of them is left in the
  // files; true if there was anything. May be called from any thread. UNAVAILABLE while a read is
  // in progress; retry.
  virtual absl::StatusOr<bool> EraseSubject(absl::string_view subject) = 0;
  // The sealed key of `subject`.
  virtual absl::StatusOr<std::optional<std::string>> FindSubjectKey(absl::string_view subject) = 0;
  // DATA_LOSS/DATABASE_REPLACED if the next start would not find what this store has: its files were
  // removed or replaced. AppendBatch finds that out by itself. May be called from any thread.
  virtual absl::Status CheckPlace() { return absl::OkStatus(); }
};

}  // namespace votum::ledger

#endif  // VOTUM_LEDGER_STORE_H_
