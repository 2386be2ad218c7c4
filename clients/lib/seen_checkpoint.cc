#include "clients/lib/seen_checkpoint.h"

#include <cstddef>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "clients/lib/context.h"
#include "crypto/hash.h"
#include "crypto/merkle.h"

namespace votum::client {
namespace {

constexpr size_t kMaxNoteBytes = 64 << 10;
constexpr absl::Duration kAskAgain = absl::Milliseconds(200);

absl::Status CheckContinues(const crypto::Checkpoint& seen, const crypto::Checkpoint& newest,
                            const LogReads& log) {
  std::vector<std::string> hashes;
  if (newest.size > seen.size) {
    ASSIGN_OR_RETURN(hashes, log.consistency(seen.size, newest.size));
  }
  ASSIGN_OR_RETURN(const std::vector<crypto::Digest> proof, crypto::ProofFromBytes(hashes));
  if (crypto::VerifyConsistency(seen.size, newest.size, proof, seen.root, newest.root).ok())
    return absl::OkStatus();
  return Refuse(
      Reason::kLogWentBack,
      absl::StrCat("the log of ", newest.size, " records does not continue the one of ", seen.size,
                   " that this device has seen: others stand in the place of records; keep "
                   "the device as it is, and tell an auditor"));
}

}  // namespace

void SeenCheckpoint::LoadOnce() const {
  if (loaded_) return;
  loaded_ = true;
  if (path_.empty()) return;
  const auto note = ReadFile(path_, kMaxNoteBytes);
  if (!note.ok()) return;
  auto checkpoint = crypto::OpenCheckpoint(*note, log_, log_.name());
  if (checkpoint.ok()) newest_ = *std::move(checkpoint);
}

std::optional<crypto::Checkpoint> SeenCheckpoint::Get() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  LoadOnce();
  return newest_;
}

void SeenCheckpoint::Remember(absl::string_view note) {
  auto checkpoint = crypto::OpenCheckpoint(note, log_, log_.name());
  if (!checkpoint.ok()) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  LoadOnce();
  if (newest_.has_value() && checkpoint->size <= newest_->size) return;
  newest_ = *std::move(checkpoint);
  if (path_.empty()) return;
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), ignored);
  // Not durable, because every signed command writes it and two fsyncs would double its time: a
  // device that loses power forgets at most its newest checkpoints, a torn file has no valid
  // signature, and the next command brings a newer one. The command itself has succeeded.
  WriteCache(path_, note).IgnoreError();
}

absl::StatusOr<std::string> SeenCheckpoint::Newest(const LogReads& log, absl::Duration patience) {
  const absl::Time deadline = absl::Now() + patience;
  for (;;) {
    // Before the question: meanwhile another process may see more.
    const std::optional<crypto::Checkpoint> seen = Get();
    ASSIGN_OR_RETURN(std::string note, log.newest());
    crypto::Checkpoint newest;
    if (!note.empty()) {
      ASSIGN_OR_RETURN(newest, crypto::OpenCheckpoint(note, log_, log_.name()));
    }
    const uint64_t known = seen.has_value() ? seen->size : 0;
    if (newest.size >= known) {
      if (known > 0) RETURN_IF_ERROR(CheckContinues(*seen, newest, log));
      if (!note.empty()) Remember(note);
      return note;
    }
    if (absl::Now() >= deadline) {
      return Refuse(
          Reason::kLogWentBack,
          absl::StrCat("this device has seen a log of ", known,
                       " records, and the server has only ", newest.size,
                       ": it was restored from an older backup, or records were lost; keep "
                       "the device as it is, and tell an auditor"));
    }
    absl::SleepFor(kAskAgain);
  }
}

std::string SeenCheckpointPath(const crypto::NoteVerifier& log) {
  return absl::StrCat(ContextFolder(), "/seen/",
                      crypto::ToHex(crypto::Sha256(log.vkey())).substr(0, 32));
}

}  // namespace votum::client
