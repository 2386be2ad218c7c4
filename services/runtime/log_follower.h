// Follows a log: a stream of it from a position on, opened again whenever it ends.
#ifndef VOTUM_SERVICES_RUNTIME_LOG_FOLLOWER_H_
#define VOTUM_SERVICES_RUNTIME_LOG_FOLLOWER_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "absl/status/status.h"
#include "services/runtime/ledger_client.h"
#include "votum/ledger/v1/ledger_service.pb.h"

namespace votum {

// Result of handling one batch.
enum class Followed {
  kGoOn,
  kTryAgain,  // end the stream, and open another one after a pause
  kStop,      // for good
};

// Thread-safe.
class LogFollower {
 public:
  // `subscribe` opens a stream from a record on, and `next_index` names that record; `take` gets
  // each batch, of which the first of a stream begins there. A stream that ends with DATA_LOSS will
  // never go on: `damaged` gets its status, if there is one, and nothing follows. All are called on
  // the following thread.
  LogFollower(std::function<std::unique_ptr<LogStream>(uint64_t)> subscribe,
              std::function<uint64_t()> next_index,
              std::function<Followed(const ledger::v1::SubscribeResponse&)> take,
              std::function<void(const absl::Status&)> damaged = nullptr);
  ~LogFollower();

  void Start();
  // Ends the stream and the thread; `take` is not called after its return.
  void Stop();

 private:
  void Follow();
  bool FollowOnce();

  const std::function<std::unique_ptr<LogStream>(uint64_t)> subscribe_;
  const std::function<uint64_t()> next_index_;
  const std::function<Followed(const ledger::v1::SubscribeResponse&)> take_;
  const std::function<void(const absl::Status&)> damaged_;

  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;        // guarded by mutex_
  LogStream* stream_ = nullptr;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_LOG_FOLLOWER_H_
