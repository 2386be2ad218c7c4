#include "services/gateway/known_sessions.h"

#include <algorithm>
#include <utility>

#include "crypto/hash.h"
#include "services/runtime/read_access.h"

namespace votum::gateway {
namespace {

std::string DigestOf(absl::string_view session) {
  const crypto::Digest digest = crypto::Sha256(session);
  return std::string(crypto::AsBytes(digest));
}

}  // namespace

std::string KnownSessions::PersonOf(absl::string_view session, absl::Time now) const {
  const std::string digest = DigestOf(session);
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = known_.find(digest);
  return found == known_.end() || found->second.until <= now ? "" : found->second.person;
}

void KnownSessions::Learn(absl::string_view session, const std::string& person, absl::Time now) {
  std::string digest = DigestOf(session);
  const std::lock_guard<std::mutex> lock(mutex_);
  Drop(digest);
  if (known_.size() >= kInAll) ForgetOld(now);
  if (known_.size() >= kInAll) return;
  known_.emplace(digest, Known{person, now + kLongestSession});
  std::deque<Digest>& own = of_person_[person];
  own.push_back(std::move(digest));
  if (own.size() <= kOfPerson) return;
  known_.erase(own.front());
  own.pop_front();
}

void KnownSessions::Forget(absl::string_view session) {
  const std::string digest = DigestOf(session);
  const std::lock_guard<std::mutex> lock(mutex_);
  Drop(digest);
}

void KnownSessions::Drop(const Digest& digest) {
  const auto found = known_.find(digest);
  if (found == known_.end()) return;
  const auto own = of_person_.find(found->second.person);
  own->second.erase(std::find(own->second.begin(), own->second.end(), digest));
  if (own->second.empty()) of_person_.erase(own);
  known_.erase(found);
}

void KnownSessions::ForgetOld(absl::Time now) {
  for (auto person = of_person_.begin(); person != of_person_.end();) {
    std::deque<Digest>& own = person->second;
    std::deque<Digest> kept;
    for (Digest& digest : own) {
      const auto found = known_.find(digest);
      if (found->second.until > now) {
        kept.push_back(std::move(digest));
      } else {
        known_.erase(found);
      }
    }
    own = std::move(kept);
    if (own.empty()) {
      of_person_.erase(person++);
    } else {
      ++person;
    }
  }
}

}  // namespace votum::gateway
