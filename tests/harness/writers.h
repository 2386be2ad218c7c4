// Clients under load while something else fails, with checks afterwards: nothing acknowledged is
// lost, nothing is recorded twice, there is only one log.
#ifndef VOTUM_TESTS_HARNESS_WRITERS_H_
#define VOTUM_TESTS_HARNESS_WRITERS_H_

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clients/lib/client.h"
#include "tests/harness/city.h"
#include "votum/common/v1/command.pb.h"

namespace votum::testing {

// Each writer registers one person after the other, through the client library as people use it.
class Writers {
 public:
  // Starts `count` writers. A command that has no answer after `patience` is a problem.
  Writers(City& city, int count, absl::Duration patience);
  ~Writers() { Stop(); }

  // Waits until `count` further commands are acknowledged; false if that takes longer than `time`.
  bool Await(int count, absl::Duration time) const;
  int acknowledged() const { return acknowledged_; }
  // The longest time without an acknowledgement since the previous call of this function.
  absl::Duration TakeLongestPause();
  // Lets each writer finish its command.
  void Stop();

  // Call after Stop. The violations: failed commands; acknowledged records that are missing from
  // the auditors' log or occur twice; checkpoints of another log in receipts; services with
  // differing states. Empty if there are none.
  std::vector<std::string> Problems();

 private:
  void Write(int writer);
  void CheckLog(std::vector<std::string>& problems);
  void CheckProjections(std::vector<std::string>& problems);

  City& city_;
  std::unique_ptr<client::Client> client_;
  std::atomic<bool> stop_{false};
  std::atomic<int> acknowledged_{0};
  std::mutex mutex_;
  std::vector<common::v1::Receipt> receipts_;  // guarded by mutex_
  std::vector<std::string> failures_;          // guarded by mutex_
  absl::Time last_;                            // guarded by mutex_: the newest acknowledgement
  absl::Duration longest_;                     // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace votum::testing

#endif  // VOTUM_TESTS_HARNESS_WRITERS_H_
