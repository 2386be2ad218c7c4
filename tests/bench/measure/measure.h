// Measurements for benchmarks: processor time, which depends less on other load than wall-clock
// time, and the machine's rate of signature verification, with which other rates are compared.
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

// The rate at which one thread per processor verifies Ed25519 signatures of envelopes, measured for
// two seconds.
VerifyRate RawVerifyRate();

}  // namespace votum::bench

#endif  // VOTUM_TESTS_BENCH_MEASURE_MEASURE_H_
