// Whether this deployment is worth sending people to: every service behind the edge answers, and has
// folded the log up to a checkpoint that is not older than some seconds.
#ifndef VOTUM_SERVICES_GATEWAY_READINESS_H_
#define VOTUM_SERVICES_GATEWAY_READINESS_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "base/counted_objects.h"
#include "platform/http/server.h"
#include "services/gateway/rpc_edge.h"

namespace votum::gateway {

// The sizes of the log, as far as they were known at each moment.
class SeenCheckpoints {
 public:
  explicit SeenCheckpoints(absl::Duration oldest) : oldest_(oldest) {}

  // A checkpoint of `size` records was the newest at `now`.
  void See(uint64_t size, absl::Time now);
  // Whether one was seen within the time.
  bool IsFresh(absl::Time now) const { return now - last_ <= oldest_; }
  // As many records everybody must have folded by now: those of the newest checkpoint that was
  // there long enough ago.
  uint64_t Required(absl::Time now);

 private:
  const absl::Duration oldest_;
  absl::Time last_ = absl::InfinitePast();
  std::deque<std::pair<absl::Time, uint64_t>> seen_;  // growing; the first may be old
};

// Thread-safe. Asks services at most once a second, whoever asks here.
class Readiness {
 public:
  // A checkpoint counts for `oldest`.
  Readiness(ServiceChannels channels, absl::Duration oldest);
  // Cancels the questions under way, and waits until they are gone.
  ~Readiness();

  void SeeCheckpoint(uint64_t size);
  // Answers 200, or 503 with the reasons, one a line.
  void Handle(const std::shared_ptr<http::Reply>& reply);

 private:
  struct Question;
  void Answered(const std::map<std::string, absl::StatusOr<uint64_t>>& folded);

  const ServiceChannels channels_;
  const absl::Duration oldest_;
  CountedObjects asked_;  // all questions, until they are destroyed
  std::mutex mutex_;
  SeenCheckpoints checkpoints_;  // guarded by mutex_, as all that follow
  std::vector<std::shared_ptr<http::Reply>> waiting_;
  std::shared_ptr<Question> question_;  // under way
  http::Answer answer_;
  absl::Time answered_ = absl::InfinitePast();
};

}  // namespace votum::gateway

#endif  // VOTUM_SERVICES_GATEWAY_READINESS_H_
