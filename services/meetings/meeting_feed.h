// Pushes meetings to those who watch them (WatchMeeting).
//
//   replica ──"a record is folded"──▶ one publishing thread ──newest answer──▶ watcher ──▶ stream
//
// No call holds a thread: each stream is a callback reactor. A change is built once for each
// audience and shared by all watchers; a watcher with a slow network skips to the newest answer
// and never makes others wait. The watcher is identified again before each answer, so a stream ends
// when its session expires or the key is revoked (UNAUTHENTICATED: watch again with a new session).
#ifndef VOTUM_SERVICES_MEETINGS_MEETING_FEED_H_
#define VOTUM_SERVICES_MEETINGS_MEETING_FEED_H_

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "grpcpp/support/server_callback.h"
#include "services/runtime/read_access.h"
#include "votum/meetings/v1/meetings_service.pb.h"

namespace votum::meetings {

// Thread-safe.
class MeetingFeed {
 public:
  // `access` outlives this object.
  explicit MeetingFeed(const ReadAccess* access);
  // All streams must have ended (the server is shut down).
  ~MeetingFeed();

  // The reactor of a stream: sends the meeting as it is, and again after each change.
  // NOT_FOUND/NO_SUCH_MEETING.
  grpc::ServerWriteReactor<v1::WatchMeetingResponse>* Watch(grpc::CallbackServerContext* context,
                                                            std::string meeting_id);

 private:
  class Watcher;
  struct Snapshot;

  // The meeting as it is now.
  absl::StatusOr<std::shared_ptr<Snapshot>> Take(const std::string& meeting_id) const;
  void Publish();
  void PublishAll();
  void Forget(Watcher* watcher);

  const ReadAccess& access_;

  std::mutex mutex_;
  std::map<Watcher*, std::shared_ptr<Watcher>> watchers_;  // guarded by mutex_
  bool stopping_ = false;                                  // guarded by mutex_
  std::condition_variable stop_;

  std::thread thread_;
};

}  // namespace votum::meetings

#endif  // VOTUM_SERVICES_MEETINGS_MEETING_FEED_H_
