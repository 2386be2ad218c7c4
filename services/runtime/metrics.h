// Counters of a process, in Prometheus' text format at http://ADDRESS/metrics.
#ifndef VOTUM_SERVICES_RUNTIME_METRICS_H_
#define VOTUM_SERVICES_RUNTIME_METRICS_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"

namespace votum {

// The name under which a command is counted and logged. Those whose records are sealed share one: whoever
// sees the metrics must not learn how many have voted by now, on a device or on paper.
std::string CountedName(const google::protobuf::Descriptor& command);

// Thread-safe. Labels are names of commands and reasons; never ids of persons.
class Metrics {
 public:
  Metrics();
  ~Metrics();

  // Serves the metrics at `address` ("127.0.0.1:9464", port 0 for any). UNAVAILABLE/METRICS_ADDRESS
  // if it cannot listen.
  absl::Status Serve(const std::string& address);

  // One command answered: `result` is "ok", "repeated" or the refusal's reason.
  void CountCommand(absl::string_view command, absl::string_view result, absl::Duration taken);
  // One read answered.
  void CountRead(absl::string_view method, bool ok);
  // The number of records folded.
  void SetNextIndex(uint64_t next_index);
  // How many records a starting process has still to read or fold.
  void SetRecordsLeft(uint64_t records);
  // How long ago the state was last known to be the ledger's newest.
  void SetStateAge(absl::Duration age);
  // A scrub has ended at `time`, and found that the state is that of the log, or not.
  void SetScrub(absl::Time time, bool same);
  // How long the fold has waited for reads: the longest wait, and the number of long ones
  // (Published::kLongWait).
  void SetWaitsForReads(absl::Duration longest, uint64_t long_count);
  // The ledger's counters: size of the log, appends, and the batches that they took.
  void SetLedger(uint64_t size, uint64_t appends, uint64_t batches);

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_METRICS_H_
