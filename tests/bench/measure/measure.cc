#include "tests/bench/measure/measure.h"

#include <time.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "crypto/dsse.h"
#include "crypto/keys.h"

namespace votum::bench {
namespace {

constexpr absl::Duration kVerifyFor = absl::Seconds(2);

double Seconds(clockid_t clock) {
  timespec time = {};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

double ProcessSeconds() { return Seconds(CLOCK_PROCESS_CPUTIME_ID); }
double ProcessSeconds(pid_t process) {
  clockid_t clock = {};
  return clock_getcpuclockid(process, &clock) == 0 ? Seconds(clock) : 0;
}
double ThreadSeconds() { return Seconds(CLOCK_THREAD_CPUTIME_ID); }

VerifyRate RawVerifyRate() {
  const auto key = crypto::PrivateKey::Generate(crypto::KeyType::kEd25519);
  const std::string signature = *crypto::SignDsse(*key, "type", "payload");
  std::atomic<bool> stop{false};
  std::atomic<int64_t> verified{0};
  std::vector<std::thread> workers;
  const double cpu = ProcessSeconds();
  const absl::Time start = absl::Now();
  for (unsigned i = 0; i < std::thread::hardware_concurrency(); ++i) {
    workers.emplace_back([&] {
      int64_t count = 0;
      while (!stop)
        count += crypto::VerifyDsse(key->public_key(), "type", "payload", signature).ok() ? 1 : 0;
      verified += count;
    });
  }
  absl::SleepFor(kVerifyFor);
  stop = true;
  for (std::thread& worker : workers) worker.join();
  const auto count = static_cast<double>(verified);
  return {count / absl::ToDoubleSeconds(absl::Now() - start),
          1e6 * (ProcessSeconds() - cpu) / count};
}

}  // namespace votum::bench
