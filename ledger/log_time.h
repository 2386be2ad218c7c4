// The times of records, and whether the clock that they come from can be right.
//
// The law counts periods from the times of records, and no record can be changed. So a clock that
// has jumped must not give a time to even one record. A jump shows in three ways: the clock stands
// before the last record; it has not gone as far as a clock that nobody sets; or, where a process
// has just started and cannot compare the two, nothing was recorded for an improbably long time.
//
// A process that starts believes a possible clock, but compares nothing with it before another clock
// has shown about the same: the device of a person who signs a command. A machine may start with a
// clock that is minutes off, and set it right as soon as it has a network.
//
// The clock is trusted again as soon as it shows a possible time, or if two administrators say that
// it is right (directory.v1.AcceptTime). Then records may be older than the ones before.
#ifndef VOTUM_LEDGER_LOG_TIME_H_
#define VOTUM_LEDGER_LOG_TIME_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace votum::ledger {

// How long a log may be silent before a process starts that trusts its clock without further ado.
// A council's longest break is a summer.
inline constexpr absl::Duration kLongestSilence = absl::Hours(24 * 180);

// By how much the time that an AcceptTime states may be behind the clock that it accepts: a person
// reads it, thinks, and signs.
inline constexpr absl::Duration kMostBehind = absl::Minutes(15);

// Times are in whole microseconds, as records have them. Not thread-safe.
class LogTime {
 public:
  // `uptime` is a clock that nobody sets, of which only differences count. Null if the clock of the
  // log is set by hand, for demonstrations and tests: then any time is taken.
  explicit LogTime(std::function<absl::Duration()> uptime) : uptime_(std::move(uptime)) {}

  // Record `index`, the next one of the log, bears `time`; so do all after it, up to the next call.
  void Add(uint64_t index, absl::Time time);
  // Record `record`, the last one that Add was told or one of those with the same time, is a Confirm,
  // and was appended while the clock showed `now`, and the signer's device about the same.
  void Confirmed(uint64_t record, absl::Time now);
  // Record `record` confirmed an AcceptTime{time}. Without effect if the log's time has gone on
  // since that record, or if this has been said before. The clock is trusted as it was at that
  // record (Confirmed). If an earlier process appended it, nobody has compared the clock since: it
  // is trusted if what it shows, `now`, can be what was accepted.
  void Accept(uint64_t record, absl::Time time, absl::Time now);

  // Whether the clock can be right as it shows `now`: FAILED_PRECONDITION/CLOCK_JUMPED.
  absl::Status Check(absl::Time now) const;
  // Another clock has shown about `now`, which Check has found good: from here on, a jump is a
  // difference from this.
  void Vouch(absl::Time now);

  // The time of a record that is appended at `now`, which Check has found good.
  absl::Time At(absl::Time now) const { return std::max(now, earliest_); }
  // The time of the last record; also of the next one, if the clock is not trusted.
  absl::Time last() const { return last_; }

 private:
  struct Reading {
    absl::Time now;
    absl::Duration uptime;
  };

  const std::function<absl::Duration()> uptime_;
  bool empty_ = true;                        // the log
  absl::Time last_ = absl::UnixEpoch();      // of the last record
  absl::Time earliest_ = absl::UnixEpoch();  // last_, or what was accepted since if that is earlier
  uint64_t still_since_ = 0;                 // the first of the last records that all bear last_
  uint64_t accepted_by_ = 0;                 // the newest record that Accept was told; 0 for none
  std::optional<Reading> trusted_;           // the last one that another clock has vouched for
  std::map<uint64_t, Reading> confirmed_;    // at each Confirm since still_since_, by record
};

}  // namespace votum::ledger

#endif  // VOTUM_LEDGER_LOG_TIME_H_
