// Pushes meetings to those who watch them (WatchMeeting).
//
//   replica ──"a record is folded"──▶ one publishing thread ──newest answer──▶ watcher ──▶ stream
//                 a new watcher ─────▶
//
// No call holds a thread: each stream is a callback reactor, and the thread that brings it finds
// out no more than who watches. A change is built once for each audience and shared by all
// watchers; a watcher with a slow network skips to the newest answer and never makes others wait.
// Whoever is shown nothing new gets no message.
// Each watcher is identified again after each change of the log, and when the session expires, so
// that a stream ends with the right to it: the session is over, the key revoked (UNAUTHENTICATED:
// watch again with a new session). One who never reads costs one answer until the server stops, and each caller has a limited number of streams: a person, or
// for the public the address it calls from.
#ifndef VOTUM_SERVICES_MEETINGS_MEETING_FEED_H_
#define VOTUM_SERVICES_MEETINGS_MEETING_FEED_H_

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/fold/world.h"
#include "grpcpp/support/server_callback.h"
#include "services/runtime/caller_shares.h"
#include "services/runtime/read_access.h"
#include "votum/meetings/v1/meetings_service.pb.h"

namespace votum::meetings {

// How many streams may be open: of persons, each with some devices, and of the public, whose guests
// may watch from behind one address. Two, so that no crowd of the public takes the places of
// persons.
inline constexpr CallerShares::Limits kWatchingPersons = {16, 4096};
inline constexpr CallerShares::Limits kWatchingPublic = {512, 2048};

// The attendance of a meeting, with what waits there for a second person. Shows everything.
absl::StatusOr<v1::Attendance> AttendanceOf(const World& world, absl::string_view meeting_id);

// Thread-safe.
class MeetingFeed {
 public:
  // `access` outlives this object.
  explicit MeetingFeed(const ReadAccess* access, CallerShares::Limits persons = kWatchingPersons,
                       CallerShares::Limits of_public = kWatchingPublic);
  // All streams must have ended (the server is shut down).
  ~MeetingFeed();

  // The reactor of a stream: sends the meeting as it is, and again after each change.
  // NOT_FOUND/NO_SUCH_MEETING; RESOURCE_EXHAUSTED/TOO_MANY_WAITING_READS; as ReadAccess::Identify.
  grpc::ServerWriteReactor<v1::WatchMeetingResponse>* Watch(grpc::CallbackServerContext* context,
                                                            std::string meeting_id);

 private:
  class Watcher;
  struct Snapshot;

  // The meeting as it is now.
  absl::StatusOr<std::shared_ptr<Snapshot>> Take(const std::string& meeting_id) const;
  void Publish();
  // When a session of a watcher ends next.
  absl::Time NextEndLocked() const;
  // Those whose session is over.
  std::vector<std::shared_ptr<Watcher>> ExpiredLocked() const;
  // Offers the meeting as it is to each of `watchers`, which all watch this one.
  void OfferTo(const std::string& meeting_id,
               const std::vector<std::shared_ptr<Watcher>>& watchers);
  void Forget(Watcher* watcher);

  const ReadAccess& access_;
  CallerShares persons_;
  CallerShares public_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Watcher*, std::shared_ptr<Watcher>> watchers_;  // guarded by mutex_
  // Those who have got nothing yet; guarded by mutex_.
  std::vector<std::shared_ptr<Watcher>> newcomers_;
  bool has_grown_ = false;  // guarded by mutex_: the log, since all watchers were looked at
  bool stopping_ = false;   // guarded by mutex_

  uint64_t listener_ = 0;
  std::thread thread_;
};

}  // namespace votum::meetings

#endif  // VOTUM_SERVICES_MEETINGS_MEETING_FEED_H_
