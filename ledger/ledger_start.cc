// The ledger's start: from the right edge of the log, or from all of its records.
#include <algorithm>
#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/timestamps.h"
#include "ledger/ledger.h"
#include "ledger/stored_entry.h"

namespace votum::ledger {
namespace {

constexpr size_t kVerifyChunk = 1000;
constexpr size_t kVerifyChunkBytes = size_t{16} << 20;
constexpr size_t kChaptersAtOnce = 500;  // 2 KB each
constexpr size_t kTimesAtOnce = 16;
constexpr size_t kTimesBytes = size_t{64} << 20;

}  // namespace

absl::Status Ledger::Verify() {
  ASSIGN_OR_RETURN(checkpoint_, checkpoints_->Load());
  crypto::Checkpoint checkpoint;
  checkpoint.root = crypto::EmptyRoot();
  if (!checkpoint_.empty()) {
    auto opened = crypto::OpenCheckpoint(checkpoint_, signer_.verifier(), signer_.name());
    if (!opened.ok()) {
      return Refuse(Reason::kWrongLogKey,
                    absl::StrCat("the stored checkpoint is not of log key ", signer_.name(), ": ",
                                 opened.status().message()));
    }
    checkpoint = *std::move(opened);
  }
  ASSIGN_OR_RETURN(const uint64_t stored, entries_->Size());
  if (stored < checkpoint.size) {
    return Refuse(
        Reason::kLogShorter,
        absl::StrCat(
            "the database has ", stored, " entries, but ", checkpoint.size,
            " were signed: it was "
            "restored from an older backup, or entries were lost. Signing now would fork the log; "
            "restore the newest database"));
  }
  if (const absl::Status edge = StartFromEdge(checkpoint, stored); !edge.ok()) {
    Log(Severity::kWarning, "the log cannot start from its right edge; reading all records",
        {{"why", std::string(edge.message())}, {"records", static_cast<int64_t>(stored)}});
    RETURN_IF_ERROR(StartFromAll(checkpoint, stored));
  }
  signed_size_ = checkpoint.size;
  stats_.size = signed_size_;
  if (stored > checkpoint.size) return SignUpTo(stored);
  return absl::OkStatus();
}

absl::Status Ledger::StartFromEdge(const crypto::Checkpoint& checkpoint, uint64_t stored) {
  // Chapters beyond the checkpoint are under no signature: their records are read.
  RETURN_IF_ERROR(ReadChapters(checkpoint.size / kChapterRecords));
  RETURN_IF_ERROR(VerifyStored(stored));
  RETURN_IF_ERROR(CheckRoot(checkpoint));
  return FindTime();
}

absl::Status Ledger::StartFromAll(const crypto::Checkpoint& checkpoint, uint64_t stored) {
  ForgetTree();
  RETURN_IF_ERROR(VerifyStored(stored));
  RETURN_IF_ERROR(CheckRoot(checkpoint));
  return FindTime();
}

void Ledger::ForgetTree() {
  tree_ = std::make_unique<LogTree>(
      [this](uint64_t first) { return entries_->ReadLeaves(first, kChapterRecords); });
  commands_.Clear();
  ids_.clear();
}

absl::Status Ledger::ReadChapters(uint64_t count) {
  commands_.Reserve(count * kChapterRecords);
  for (uint64_t next = 0; next < count;) {
    ASSIGN_OR_RETURN(
        const std::vector<StoredChapter> stored,
        entries_->ReadChapters(next, std::min<uint64_t>(kChaptersAtOnce, count - next)));
    if (stored.empty())
      return absl::DataLossError(absl::StrCat("chapter ", next, " is not in the database"));
    for (const StoredChapter& one : stored) {
      const std::optional<Chapter> chapter = seal_.Open(next, one);
      if (!chapter.has_value())
        return absl::DataLossError(absl::StrCat("chapter ", next, " is not what was sealed"));
      uint64_t record = next * kChapterRecords;
      for (const uint64_t id : chapter->ids) commands_.Add(id, record++);
      tree_->AppendChapter(chapter->root);
      ++next;
    }
  }
  return absl::OkStatus();
}

absl::Status Ledger::VerifyStored(uint64_t stored) {
  const auto read = [this](uint64_t start) {
    return entries_->Read(start, kVerifyChunk, kVerifyChunkBytes);
  };
  std::vector<StoredChapter> chapters;
  const uint64_t begin = tree_->size();
  uint64_t next = begin;
  if (next >= stored) return absl::OkStatus();
  // Reads one batch while verifying the one before.
  auto coming = std::async(std::launch::async, read, next);
  while (next < stored) {
    ASSIGN_OR_RETURN(const std::vector<StoredEntry> stretch, coming.get());
    if (stretch.empty()) return DamagedRecord(next, "is missing");
    next += stretch.size();
    if (next < stored) coming = std::async(std::launch::async, read, next);
    for (const StoredEntry& entry : stretch) {
      ASSIGN_OR_RETURN(std::optional<StoredChapter> chapter, VerifyNext(entry));
      if (chapter.has_value()) chapters.push_back(*std::move(chapter));
    }
    if (chapters.size() >= kChaptersAtOnce || next >= stored) {
      // They may be stored before the root is compared: it is compared with theirs at each start.
      const absl::Status put = entries_->PutChapters(chapters);
      if (!put.ok()) {
        Log(Severity::kWarning, "chapters are not stored; the next start reads all records again",
            {{"error", std::string(put.message())}});
      }
      chapters.clear();
    }
    config_.progress(next - begin, stored - begin);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<StoredChapter>> Ledger::VerifyNext(const StoredEntry& entry) {
  const uint64_t next = tree_->size();
  RETURN_IF_ERROR(CheckGivesLeaf(next, entry));
  common::v1::Record record;
  const bool parses = record.ParseFromString(entry.record);
  const std::string id = HeaderOf(record.payload()).command_id();
  if (!parses || id.empty()) return DamagedRecord(next, "is not that of a command");
  return Grow(entry.leaf, commands_.HashOf(id));
}

std::optional<StoredChapter> Ledger::Grow(absl::string_view leaf, uint64_t id_hash) {
  const uint64_t index = tree_->size();
  commands_.Add(id_hash, index);
  ids_.push_back(id_hash);
  const std::optional<crypto::Digest> root = tree_->Append(leaf);
  if (!root.has_value()) return std::nullopt;
  return seal_.Seal(index / kChapterRecords, {*root, std::exchange(ids_, {})});
}

absl::Status Ledger::CheckRoot(const crypto::Checkpoint& checkpoint) const {
  ASSIGN_OR_RETURN(const crypto::Digest root, tree_->RootAt(checkpoint.size));
  if (root == checkpoint.root) return absl::OkStatus();
  return Refuse(Reason::kLogDamaged,
                absl::StrCat("the first ", checkpoint.size,
                             " leaves do not have the signed root: a leaf was changed"));
}

// LogTime needs the time of the last record, and the first of those at the end that all bear it.
absl::Status Ledger::FindTime() {
  std::optional<absl::Time> last;
  uint64_t since = tree_->size();
  while (since > 0) {
    const uint64_t start = since - std::min<uint64_t>(since, kTimesAtOnce);
    ASSIGN_OR_RETURN(const std::vector<StoredEntry> entries,
                     ReadStored(start, since - start, kTimesBytes));
    for (size_t i = since - start; i-- > 0; --since) {
      common::v1::Record record;
      if (i >= entries.size() || !record.ParseFromString(entries[i].record))
        return DamagedRecord(start + i, "is not that of a command");
      const absl::Time time = FromTimestamp(record.time());
      if (last.has_value() && time != *last) break;
      last = time;
    }
    // A clock that is set by hand is never stopped, and may give all records of a log one time.
    if (since > start || config_.uptime == nullptr) break;
  }
  if (last.has_value()) time_.Add(since, *last);
  return absl::OkStatus();
}

}  // namespace votum::ledger
