#include "services/runtime/log_follower.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "base/log.h"

namespace votum {
LogFollower::LogFollower(std::function<std::unique_ptr<LogStream>(uint64_t)> subscribe,
                         std::function<uint64_t()> next_index,
                         std::function<Followed(const ledger::v1::SubscribeResponse&)> take,
                         std::function<void(const absl::Status&)> damaged)
    : subscribe_(std::move(subscribe)),
      next_index_(std::move(next_index)),
      take_(std::move(take)),
      damaged_(std::move(damaged)) {}

LogFollower::~LogFollower() { Stop(); }

void LogFollower::Start() {
  thread_ = std::thread([this] { Follow(); });
}

void LogFollower::Stop() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    if (stream_ != nullptr) stream_->Cancel();
    stopped_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void LogFollower::Follow() {
  absl::Duration pause = kFirstPause;
  for (;;) {
    const uint64_t before = next_index_();
    if (!FollowOnce()) return;
    pause = next_index_() > before ? kFirstPause : std::min(2 * pause, kLongestPause);
    std::unique_lock<std::mutex> lock(mutex_);
    if (stopped_.wait_for(lock, absl::ToChronoNanoseconds(pause), [this] { return stopping_; }))
      return;
  }
}

// Follows one stream to its end. False if no other is wanted.
bool LogFollower::FollowOnce() {
  const std::unique_ptr<LogStream> stream = subscribe_(next_index_());
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stream_ = stream.get();
    if (stopping_) stream->Cancel();
  }
  ledger::v1::SubscribeResponse response;
  Followed followed = Followed::kGoOn;
  while (followed == Followed::kGoOn && stream->Next(&response)) followed = take_(response);
  if (followed != Followed::kGoOn) stream->Cancel();
  const absl::Status status = stream->End();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stream_ = nullptr;
    if (stopping_) return false;
  }
  if (followed == Followed::kGoOn && absl::IsDataLoss(status) && damaged_ != nullptr) {
    damaged_(status);
    return false;
  }
  if (followed == Followed::kGoOn) {
    Log(Severity::kWarning, "log stream ended; subscribing again",
        {{"status", std::string(status.message())},
         {"next_index", static_cast<int64_t>(next_index_())}});
  }
  return followed != Followed::kStop;
}

}  // namespace votum
