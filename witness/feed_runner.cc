#include "witness/feed_runner.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace votum::witness {
namespace {

// The longest sleep: the feed's clock may be set while a thread sleeps by another clock.
constexpr absl::Duration kLongestSleep = absl::Minutes(1);

std::string Join(const std::string& url, const std::string& path) {
  return absl::StrCat(url, absl::EndsWith(url, "/") ? "" : "/", path);
}

}  // namespace

FeedRunner::FeedRunner(WitnessFeed feed, FeedRunnerConfig config)
    : config_(std::move(config)), feed_(std::move(feed)) {
  for (size_t i = 0; i < feed_.policy().witnesses().size(); ++i) {
    threads_.emplace_back([this, i, send = config_.connect()] { Serve(i, send); });
  }
}

FeedRunner::~FeedRunner() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
}

absl::Status FeedRunner::Publish(const std::string& note) {
  const std::lock_guard<std::mutex> lock(mutex_);
  absl::Status published = feed_.Publish(note, config_.clock->Now());
  changed_.notify_all();
  return published;
}

std::string FeedRunner::Witnessed() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return feed_.witnessed();
}

bool FeedRunner::AwaitQuorum(uint64_t size, absl::Time deadline) {
  std::unique_lock<std::mutex> lock(mutex_);
  const auto has_quorum = [this, size] {
    return !feed_.witnessed().empty() && feed_.witnessed_size() >= size;
  };
  changed_.wait_until(lock, absl::ToChronoTime(deadline),
                      [&] { return has_quorum() || feed_.fork().has_value(); });
  return has_quorum();
}

std::vector<WitnessStatus> FeedRunner::Statuses() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<WitnessStatus> statuses;
  for (size_t i = 0; i < feed_.policy().witnesses().size(); ++i) {
    statuses.push_back(feed_.status(i));
  }
  return statuses;
}

void FeedRunner::TellAlarms() {
  for (const FeedAlarm& alarm : feed_.TakeAlarms()) config_.alarm(alarm);
  if (feed_.fork().has_value() && !fork_told_) {
    fork_told_ = true;
    config_.forked(*feed_.fork());
  }
}

void FeedRunner::Serve(size_t witness, const http::Send& send) {
  std::unique_lock<std::mutex> lock(mutex_);
  const std::string url = feed_.policy().witnesses()[witness].url;
  while (!stopping_) {
    const absl::Time now = config_.clock->Now();
    const std::optional<FeedRequest> request = feed_.Due(witness, now);
    TellAlarms();
    if (!request.has_value()) {
      const absl::Duration sleep = std::min(feed_.NextDue(witness, now) - now, kLongestSleep);
      changed_.wait_for(lock, absl::ToChronoMilliseconds(sleep + absl::Milliseconds(1)));
      continue;
    }
    lock.unlock();
    const auto answer = send(Join(url, request->path), request->post, request->body);
    lock.lock();
    if (answer.ok()) {
      feed_.OnAnswer(witness, *answer, config_.clock->Now());
    } else {
      feed_.OnUnreachable(witness, answer.status(), config_.clock->Now());
    }
    TellAlarms();
    // The answer may have ended the round for the other witnesses.
    changed_.notify_all();
    config_.answered();
  }
}

}  // namespace votum::witness
