#include "clients/lib/seen_checkpoint.h"

#include <cstddef>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "clients/lib/context.h"
#include "crypto/hash.h"

namespace votum::client {
namespace {

constexpr size_t kMaxNoteBytes = 64 << 10;

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

std::string SeenCheckpointPath(const crypto::NoteVerifier& log) {
  return absl::StrCat(ContextFolder(), "/seen/",
                      crypto::ToHex(crypto::Sha256(log.vkey())).substr(0, 32));
}

}  // namespace votum::client
