// What benchmarks measure with: the processor's time, which changes less with what else runs on the
// machine than the time on the wall, and the rate at which the machine verifies signatures, beside
// which other rates are read.
#ifndef VOTUM_TESTS_BENCH_MEASURE_MEASURE_H_
#define VOTUM_TESTS_BENCH_MEASURE_MEASURE_H_

#include <sys/types.h>

namespace votum::bench {

// Seconds of the processor that this process, another one, or this thread has used.
double ProcessSeconds();
double ProcessSeconds(pid_t process);
double ThreadSeconds();

struct VerifyRate {
  double per_second = 0;  // of all threads together
  double cpu_us = 0;      // microseconds of the processor for each
};

// How fast a thread for each processor verifies Ed25519 signatures of envelopes, for two seconds.
VerifyRate RawVerifyRate();

}  // namespace votum::bench

#endif  // VOTUM_TESTS_BENCH_MEASURE_MEASURE_H_
