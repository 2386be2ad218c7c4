#include "services/ledger/eraser.h"

#include "base/log.h"

namespace votum::ledger {

Eraser::Eraser(Ledger* ledger, absl::Duration pause)
    : ledger_(*ledger), pause_(pause), thread_([this] { EraseAgainAndAgain(); }) {}

Eraser::~Eraser() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void Eraser::Erase(const Table<uint64_t, std::string>& subjects) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (subjects.size() == subjects_.size()) return;
  subjects_ = subjects;
  changed_.notify_all();
}

void Eraser::EraseAgainAndAgain() {
  for (uint64_t done = 0;;) {
    std::string subject;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [&] { return stopping_ || done < subjects_.size(); });
      if (stopping_) return;
      subject = *subjects_.Find(done);
    }
    const absl::StatusOr<bool> erased = ledger_.EraseSubject(subject);
    if (erased.ok()) {
      ++done;
      if (*erased) Log(Severity::kInfo, "a subject was erased", {});
      continue;
    }
    Log(Severity::kError, "a subject could not be erased; trying again",
        {{"error", std::string(erased.status().message())}});
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait_for(lock, absl::ToChronoMilliseconds(pause_), [&] { return stopping_; });
    if (stopping_) return;
  }
}

}  // namespace votum::ledger
