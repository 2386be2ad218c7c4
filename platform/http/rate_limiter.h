// Limits the requests of each address with a token bucket, in memory that does not grow with the
// number of addresses. Pure; not thread-safe.
#ifndef VOTUM_PLATFORM_HTTP_RATE_LIMITER_H_
#define VOTUM_PLATFORM_HTTP_RATE_LIMITER_H_

#include <chrono>
#include <cstddef>
#include <string>
#include <unordered_map>

namespace votum::http {

class RateLimiter {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Each address may send `burst` requests at once, and `per_second` in the long run. Both are at
  // least 1.
  RateLimiter(int per_second, int burst, size_t most_addresses = 1 << 14);

  // Whether a request from `address` may be served now.
  bool Take(const std::string& address, Time now);

  size_t addresses() const { return buckets_.size(); }

 private:
  struct Bucket {
    double tokens;
    Time filled;
  };
  double TokensAt(const Bucket& bucket, Time now) const;
  void MakeRoom(Time now);

  const double per_second_;
  const double burst_;
  const size_t most_addresses_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace votum::http

#endif  // VOTUM_PLATFORM_HTTP_RATE_LIMITER_H_
