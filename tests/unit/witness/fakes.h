// Fakes of the clock and disk of a witness under test.
#ifndef VOTUM_TESTS_UNIT_WITNESS_FAKES_H_
#define VOTUM_TESTS_UNIT_WITNESS_FAKES_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "witness/head_store.h"

namespace votum::witness {

class FixedClock : public Clock {
 public:
  absl::Time Now() override { return now; }
  absl::Time now = absl::FromUnixSeconds(1700000000);
};

class MapStore : public HeadStore {
 public:
  absl::StatusOr<std::string> Load(const std::string& origin) override {
    if (!failure.ok()) return failure;
    return heads[origin];
  }
  absl::Status Replace(const std::string& origin, absl::string_view expected,
                       absl::string_view next) override {
    if (!write_failure.ok()) return write_failure;
    if (heads[origin] != expected) return absl::AbortedError("changed");
    heads[origin] = std::string(next);
    return absl::OkStatus();
  }
  std::map<std::string, std::string> heads;
  absl::Status failure;
  absl::Status write_failure;
};

}  // namespace votum::witness

#endif  // VOTUM_TESTS_UNIT_WITNESS_FAKES_H_
