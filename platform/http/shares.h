// The connections of a server share its limits: here is who has how many connections, how much memory
// and how much of the rates. Only connection.h includes this.
#ifndef VOTUM_PLATFORM_HTTP_SHARES_H_
#define VOTUM_PLATFORM_HTTP_SHARES_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "platform/http/rate_limiter.h"
#include "platform/http/server.h"

namespace votum::http {

// A connection that the server has taken and that is not destroyed yet.
class Taken {
 public:
  // Drops the pieces that are still to be sent, and whatever waits for them or for the client to go.
  virtual void Drop() = 0;

 protected:
  ~Taken() = default;
};

// State shared by all connections; outlives them.
struct Common {
  Common(Server::LaterHandler handle, const Limits& limit)
      : handler(std::move(handle)),
        limits(limit),
        requests(limit.requests_per_second, std::max(limit.burst, limit.requests_per_second)),
        arrivals(limit.new_connections_per_second,
                 std::max(limit.connections_per_address, limit.new_connections_per_second)) {}

  bool MayAsk(const std::string& owner) {
    return limits.requests_per_second <= 0 ||
           requests.Take(owner, std::chrono::steady_clock::now());
  }

  // Whether a new connection of `peer` is taken. One that waits may end for it.
  bool MayConnect(const std::string& peer) {
    const auto own = open_of.find(peer);
    if (own != open_of.end() && own->second >= limits.connections_per_address) return false;
    if (limits.new_connections_per_second > 0 &&
        !arrivals.Take(peer, std::chrono::steady_clock::now())) {
      return false;
    }
    if (open >= limits.connections && !waiting.empty()) {
      const std::function<void()> make_room = waiting.front();
      make_room();
    }
    return open < limits.connections;
  }

  // When nothing more will be sent. Whatever waits for a piece often holds the reply, and so the
  // connection that holds the piece: without this they would keep each other forever.
  void DropAll() {
    for (Taken* connection : taken) connection->Drop();
  }

  const Server::LaterHandler handler;
  const Limits limits;
  std::unordered_set<Taken*> taken;
  RateLimiter requests;
  RateLimiter arrivals;  // of connections
  int open = 0;
  std::unordered_map<std::string, int> open_of;  // by owner: an address, or a name
  // Ends a connection of which no request is being answered; the one that has waited longest first.
  std::list<std::function<void()>> waiting;
  size_t bodies = 0;
  std::unordered_map<std::string, size_t> bodies_of;  // by owner; none is 0
};

// A part of the memory for bodies, given back at the end.
class BodyShare {
 public:
  ~BodyShare() { GiveBack(); }

  // 0, or the status of the refusal.
  int Take(Common* common, const std::string& owner, size_t bytes) {
    GiveBack();
    if (bytes <= kSmallBody) return 0;
    const auto own = common->bodies_of.find(owner);
    const size_t has = own == common->bodies_of.end() ? 0 : own->second;
    if (bytes >
        common->limits.bodies_per_address - std::min(has, common->limits.bodies_per_address))
      return 429;
    if (bytes >
        common->limits.bodies_in_all - std::min(common->bodies, common->limits.bodies_in_all))
      return 503;
    common_ = common;
    owner_ = owner;
    bytes_ = bytes;
    common->bodies += bytes;
    common->bodies_of[owner] += bytes;
    return 0;
  }

  void GiveBack() {
    if (common_ == nullptr) return;
    common_->bodies -= bytes_;
    const auto own = common_->bodies_of.find(owner_);
    own->second -= bytes_;
    if (own->second == 0) common_->bodies_of.erase(own);
    common_ = nullptr;
  }

 private:
  Common* common_ = nullptr;
  std::string owner_;
  size_t bytes_ = 0;
};

}  // namespace votum::http

#endif  // VOTUM_PLATFORM_HTTP_SHARES_H_
