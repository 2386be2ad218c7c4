// Where reads and commands wait for a record to be folded, without a thread each, and never too many
// of them.
//
// The caller of a read is a person, or for the public the address it calls from: the reads of one
// caller cannot take the places of others. The caller "" has no limit of its own: a service of
// ours, or a command, whose place was counted before.
//
// Those who have waited go on with threads of the room. A read that is slow there (it fetches sealed
// contents from a ledger that does not answer, for ten seconds at most) counts for its caller until
// it is done: one caller has at most of_caller + kGoingOn of the threads. Where there are more
// threads, others go on at once; at worst, when several callers have nothing but slow reads, a read
// waits ten seconds for each `threads` of them before it.
#ifndef VOTUM_SERVICES_RUNTIME_WAITING_ROOM_H_
#define VOTUM_SERVICES_RUNTIME_WAITING_ROOM_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/runtime/replica.h"

namespace votum {

// Thread-safe.
class WaitingRoom {
 public:
  using Then = std::function<void(const absl::Status&)>;
  struct Limits {
    size_t of_caller;  // how many of one caller wait at a time
    size_t in_all;
    int threads;  // that go on with those who have waited
  };

  // So many of a caller may go on beside those that wait: a caller sends the next read when it has
  // an answer, which it has a moment before the thread is free.
  static constexpr size_t kGoingOn = 4;

  // `replica` outlives this object.
  WaitingRoom(const Replica* replica, Limits limits);
  ~WaitingRoom();

  // Calls `then` once, with
  //   OK                                           the record at `index` is folded
  //   DEADLINE_EXCEEDED/NOT_FOLDED_YET             it is not, at `deadline`
  //   RESOURCE_EXHAUSTED/TOO_MANY_WAITING_READS    at once: too many wait already
  //   UNAVAILABLE                                  at once or later: the room is closed
  // from here if nothing is to be waited for, else on a thread of the room, where it may take its
  // time.
  void Wait(const std::string& caller, uint64_t index, absl::Time deadline, Then then);
  // The same for callers whose thread has other things to do: even if there is nothing to be waited
  // for, `then` is called on a thread of the room, except with what is answered at once.
  void Enter(const std::string& caller, uint64_t index, absl::Time deadline, Then then);

  // How many wait.
  size_t waiting() const;

  // Releases all who wait, and lets nobody wait any more. Returns when all of them were called.
  void Close();

 private:
  struct Entry {
    std::string caller;
    uint64_t index = 0;
    absl::Time deadline;
    Then then;
  };
  using Number = uint64_t;  // of an entry

  void GoOn();
  // Takes out the entry that need not wait any longer, and says why; with mutex_ held. The earliest
  // record first. False if all have to wait.
  bool TakeReady(Entry* entry, absl::Status* status);
  Entry Remove(Number number);
  // Why no more of the caller may enter; with mutex_ held.
  absl::Status MayEnter(const std::string& caller) const;

  const Replica& replica_;
  const Limits limits_;

  mutable std::mutex mutex_;  // guards all that follow
  std::condition_variable changed_;
  bool closed_ = false;
  Number last_ = 0;
  std::map<Number, Entry> entries_;
  std::set<std::pair<uint64_t, Number>> by_index_;
  std::set<std::pair<absl::Time, Number>> by_deadline_;
  struct OfCaller {
    size_t waiting = 0;
    size_t going_on = 0;
  };
  absl::flat_hash_map<std::string, OfCaller> by_caller_;  // those who have any

  uint64_t listener_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_WAITING_ROOM_H_
