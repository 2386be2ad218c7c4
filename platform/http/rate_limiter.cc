#include "platform/http/rate_limiter.h"

#include <algorithm>

namespace votum::http {

RateLimiter::RateLimiter(int per_second, int burst, size_t most_addresses)
    : per_second_(std::max(per_second, 1)),
      burst_(std::max(burst, 1)),
      most_addresses_(std::max<size_t>(most_addresses, 1)) {}

double RateLimiter::TokensAt(const Bucket& bucket, Time now) const {
  const double seconds = std::chrono::duration<double>(now - bucket.filled).count();
  return std::min(burst_, bucket.tokens + std::max(seconds, 0.0) * per_second_);
}

// A full bucket carries no information and is dropped. If all buckets are in recent use, some are
// dropped too: so many addresses are an attack that limits per address cannot stop.
void RateLimiter::MakeRoom(Time now) {
  for (auto it = buckets_.begin(); it != buckets_.end();) {
    it = TokensAt(it->second, now) >= burst_ ? buckets_.erase(it) : std::next(it);
  }
  while (buckets_.size() > most_addresses_ / 2) buckets_.erase(buckets_.begin());
}

bool RateLimiter::Take(const std::string& address, Time now) {
  if (buckets_.size() >= most_addresses_ && buckets_.count(address) == 0) MakeRoom(now);
  Bucket& bucket = buckets_.try_emplace(address, Bucket{burst_, now}).first->second;
  bucket.tokens = TokensAt(bucket, now);
  bucket.filled = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

}  // namespace votum::http
