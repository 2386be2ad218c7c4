// Runs a WitnessFeed: sends its requests to the witnesses, with one thread for each, so that a slow
// witness delays no other.
#ifndef VOTUM_WITNESS_FEED_RUNNER_H_
#define VOTUM_WITNESS_FEED_RUNNER_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "platform/http/client.h"
#include "witness/feed.h"

namespace votum::witness {

struct FeedRunnerConfig {
  Clock* clock = nullptr;
  // Makes a thread's sender; called once for each witness.
  std::function<http::Send()> connect;
  // Called on a witness's thread; must be short, and must not call the runner.
  std::function<void(const FeedAlarm&)> alarm = [](const FeedAlarm&) {};
  // Called on a witness's thread after each of its answers; must be short, and must not call the
  // runner.
  std::function<void()> answered = [] {};
  // Called once, with the note that proves it, if the log has forked: it must not grow any more.
  std::function<void(const std::string&)> forked = [](const std::string&) {};
};

// Thread-safe.
class FeedRunner {
 public:
  FeedRunner(WitnessFeed feed, FeedRunnerConfig config);
  // Waits for the answers that are under way.
  ~FeedRunner();
  FeedRunner(const FeedRunner&) = delete;
  FeedRunner& operator=(const FeedRunner&) = delete;

  // As WitnessFeed::Publish; waits for no witness.
  absl::Status Publish(const std::string& note);

  // The newest checkpoint with the cosignatures of a quorum; empty before the first.
  std::string Witnessed() const;
  // Waits until the checkpoint of at least `size` has its quorum, the log has forked, or `deadline`
  // has come; returns whether it has the quorum.
  bool AwaitQuorum(uint64_t size, absl::Time deadline);
  // The state of each witness, in the order of the policy.
  std::vector<WitnessStatus> Statuses() const;

 private:
  void Serve(size_t witness, const http::Send& send);
  void TellAlarms();

  const FeedRunnerConfig config_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;  // the feed, or stopping
  WitnessFeed feed_;                 // guarded by mutex_
  bool stopping_ = false;            // guarded by mutex_
  bool fork_told_ = false;           // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace votum::witness

#endif  // VOTUM_WITNESS_FEED_RUNNER_H_
