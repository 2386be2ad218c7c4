#include "services/runtime/snapshots.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/log.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "base/uptime.h"

namespace votum {
namespace {

constexpr absl::Duration kPause = absl::Milliseconds(50);

// Asks until the ledger answers. CANCELLED if `pause` gives false.
absl::Status UntilAnswered(const std::function<bool(absl::Duration)>& pause,
                           const std::function<absl::Status()>& ask) {
  for (;;) {
    absl::Status answer = ask();
    if (!absl::IsUnavailable(answer)) return answer;
    if (!pause(kPause)) return absl::CancelledError("the process stops");
  }
}

}  // namespace

Snapshots::Snapshots(SnapshotFile file, std::string build, crypto::NoteVerifier log, uint64_t every)
    : file_(std::move(file)), build_(std::move(build)), log_(std::move(log)), every_(every) {}

std::optional<Snapshot> Snapshots::Load(const Fold& fold, LedgerClient& ledger,
                                        const std::function<bool(absl::Duration)>& pause) {
  begin_ = Uptime();
  const auto read = [&]() -> absl::StatusOr<Snapshot> {
    ASSIGN_OR_RETURN(const std::string bytes, file_.Read());
    return DecodeSnapshot(bytes, SnapshotKindOf(build_, log_.name(), fold));
  };
  // Before the ledger is asked, which may still be starting.
  absl::StatusOr<Snapshot> snapshot = read();
  const absl::Status answered = UntilAnswered(pause, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(size_at_start_,
                     ledger.AwaitSize(absl::Now() + kLedgerPatience, LedgerClient::Tries::kOne));
    return absl::OkStatus();
  });
  if (absl::IsCancelled(answered) || absl::IsNotFound(snapshot.status())) return std::nullopt;
  Severity severity = Severity::kWarning;
  if (snapshot.ok()) {
    const absl::Status begins = UntilAnswered(pause, [&] {
      return ledger.VerifyBeginning(snapshot->tree, log_, absl::Now() + kLedgerPatience);
    });
    if (begins.ok()) {
      restored_ = tried_ = written_ = snapshot->tree.size();
      Folded(restored_);
      return *std::move(snapshot);
    }
    if (absl::IsCancelled(begins)) return std::nullopt;
    // This process has folded a log that the ledger does not continue.
    severity = Severity::kError;
    snapshot = begins;
  }
  Log(severity, "the snapshot is not used; the whole log is folded",
      {{"error", std::string(snapshot.status().message())}});
  return std::nullopt;
}

void Snapshots::Folded(uint64_t index) {
  if (has_said_how_ || index < size_at_start_) return;
  has_said_how_ = true;
  Log(Severity::kInfo, restored_ == 0 ? "started from record 0" : "started from a snapshot",
      {{"snapshot", static_cast<int64_t>(restored_)},
       {"folded", static_cast<int64_t>(index - restored_)},
       {"milliseconds", absl::ToInt64Milliseconds(Uptime() - begin_)}});
}

bool Snapshots::IsDue(uint64_t index) const {
  return index >= tried_ + every_ && (index >= size_at_start_ || index >= 2 * tried_);
}

bool Snapshots::Offer(const std::shared_ptr<const Fold>& state, const crypto::CompactTree& tree) {
  if (!IsDue(state->next_index()) || writing_.exchange(true)) return false;
  tried_ = state->next_index();
  return writer_.Add([this, state, tree] {
    Write(*state, tree);
    writing_ = false;
  });
}

void Snapshots::Close(const Fold& state, const crypto::CompactTree& tree) {
  writer_.Close();
  if (state.next_index() != 0 && state.next_index() != written_) Write(state, tree);
}

void Snapshots::Write(const Fold& state, const crypto::CompactTree& tree) {
  // The next start must find out, too, that only a newer program can go on.
  if (!state.CheckNotNewer().ok()) return;
  const absl::Duration begin = Uptime();
  const std::string bytes = EncodeSnapshot(SnapshotKindOf(build_, log_.name(), state), state, tree);
  const absl::Status written = file_.Write(bytes);
  const int64_t index = static_cast<int64_t>(state.next_index());
  if (!written.ok()) {
    Log(Severity::kWarning, "no snapshot is written; the one before it is kept",
        {{"records", index}, {"error", std::string(written.message())}});
    return;
  }
  written_ = state.next_index();
  Log(Severity::kInfo, "a snapshot is written",
      {{"records", index},
       {"bytes", static_cast<int64_t>(bytes.size())},
       {"milliseconds", absl::ToInt64Milliseconds(Uptime() - begin)}});
}

}  // namespace votum
