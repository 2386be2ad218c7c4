#include "ledger/high_water.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/log.h"
#include "base/refusal.h"
#include "base/status_macros.h"

namespace votum::ledger {
namespace {

constexpr size_t kMaxNoteBytes = size_t{64} << 10;

}  // namespace

HighWaterStore::HighWaterStore(std::unique_ptr<CheckpointStore> inner, std::string path,
                               crypto::NoteVerifier log, HighWaterOptions options)
    : inner_(std::move(inner)),
      path_(std::move(path)),
      log_(std::move(log)),
      options_(options),
      writer_([this] { Write(); }) {}

HighWaterStore::~HighWaterStore() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  writer_.join();
}

absl::StatusOr<std::string> HighWaterStore::ReadRemembered() {
  auto note = ReadFile(path_, kMaxNoteBytes);
  if (absl::IsNotFound(note.status())) {
    if (options_.opening != Opening::kFounding) {
      Log(Severity::kWarning,
          "the file that remembers the newest checkpoint is missing, and is made",
          {{"file", path_}});
    }
    return std::string();
  }
  RETURN_IF_ERROR(note.status());
  auto checkpoint = crypto::OpenCheckpoint(*note, log_, log_.name());
  if (!checkpoint.ok()) {
    return Refuse(
        Reason::kForeignFile,
        absl::StrCat(path_, " is not a checkpoint of this log: ", checkpoint.status().message(),
                     "; put the file of this deployment in its place, or remove it if the "
                     "database and the checkpoint store are certainly the newest"));
  }
  remembered_ = *std::move(checkpoint);
  return *std::move(note);
}

absl::StatusOr<std::string> HighWaterStore::Load() {
  ASSIGN_OR_RETURN(std::string stored, inner_->Load());
  ASSIGN_OR_RETURN(std::string remembered, ReadRemembered());
  if (stored.empty() && options_.opening == Opening::kFounded) {
    return Refuse(
        Reason::kCheckpointMissing,
        "the checkpoint store is empty, although this log is founded; mount or restore the "
        "newest checkpoint store. If it is gone for good and the entries are certainly "
        "complete, make a new one with: votumd recover");
  }
  if (stored.empty() && !remembered.empty()) {
    RETURN_IF_ERROR(inner_->Replace("", remembered));
    return remembered;
  }
  const auto checkpoint = crypto::OpenCheckpoint(stored, log_, log_.name());
  if (!checkpoint.ok()) return stored;  // the ledger refuses it, or begins
  if (!remembered.empty() && remembered_.size == checkpoint->size &&
      remembered_.root != checkpoint->root) {
    return Refuse(
        Reason::kLogDamaged,
        absl::StrCat(path_, " and the checkpoint store have two different checkpoints of ",
                     checkpoint->size, " records: the log has forked; tell an auditor"));
  }
  if (remembered_.size > checkpoint->size) {
    behind_ = std::move(stored);
    ahead_ = remembered;
    return remembered;
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    written_size_ = remembered_.size;
  }
  Remember(stored, checkpoint->size);
  return stored;
}

absl::Status HighWaterStore::Replace(absl::string_view expected, absl::string_view next) {
  const bool is_behind = !ahead_.empty() && expected == ahead_;
  RETURN_IF_ERROR(inner_->Replace(is_behind ? behind_ : expected, next));
  ahead_.clear();
  const auto checkpoint = crypto::OpenCheckpoint(next, log_, log_.name());
  if (checkpoint.ok()) Remember(next, checkpoint->size);
  return absl::OkStatus();
}

void HighWaterStore::Remember(absl::string_view note, uint64_t size) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const bool first = newest_size_ <= written_size_;
  newest_ = std::string(note);
  newest_size_ = size;
  if (first || newest_size_ - written_size_ >= options_.records) changed_.notify_one();
}

void HighWaterStore::Trust() {
  const std::lock_guard<std::mutex> lock(mutex_);
  trusted_ = true;
  changed_.notify_one();
}

void HighWaterStore::Write() {
  std::unique_lock<std::mutex> lock(mutex_);
  const auto is_behind = [this] { return trusted_ && newest_size_ > written_size_; };
  const auto delay = absl::ToChronoMilliseconds(options_.delay);
  bool failed = false;
  for (;;) {
    changed_.wait(lock, [&] { return stopping_ || is_behind(); });
    // After a failure (a full disk, say) the next attempt waits, however many records there are.
    changed_.wait_for(lock, delay, [&] {
      return stopping_ || (!failed && newest_size_ - written_size_ >= options_.records);
    });
    if (is_behind()) {
      const std::string note = newest_;
      const uint64_t size = newest_size_;
      lock.unlock();
      const absl::Status written = WriteFile(path_, note, 0600);
      lock.lock();
      if (written.ok()) written_size_ = size;
      if (!written.ok() && !failed) {
        Log(Severity::kError, "the newest checkpoint is not remembered",
            {{"error", std::string(written.message())}});
      }
      failed = !written.ok();
    }
    if (stopping_ && (failed || !is_behind())) return;
  }
}

}  // namespace votum::ledger
