// Limits what all callers together, and each of them alone, have in progress: places, bytes. The
// crowd that one caller sends cannot take what the others need.
#ifndef VOTUM_SERVICES_RUNTIME_CALLER_SHARES_H_
#define VOTUM_SERVICES_RUNTIME_CALLER_SHARES_H_

#include <cstddef>
#include <mutex>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "grpcpp/server_context.h"

namespace votum {

// Thread-safe.
class CallerShares {
 public:
  struct Limits {
    size_t of_caller;
    size_t in_all;
  };
  enum class Taken {
    kYes,
    kCallerHasItsShare,  // and nothing was taken
    kAllIsTaken,         // and nothing was taken
  };

  explicit CallerShares(Limits limits) : limits_(limits) {}

  // Takes `amount` for `caller`, who gives it back later. The caller "" has no limit of its own.
  Taken Take(const std::string& caller, size_t amount);
  void GiveBack(const std::string& caller, size_t amount);

  const Limits& limits() const { return limits_; }

 private:
  const Limits limits_;
  std::mutex mutex_;
  size_t in_all_ = 0;                                   // guarded by mutex_
  absl::flat_hash_map<std::string, size_t> by_caller_;  // guarded by mutex_; none is 0
};

// With the edge's certificate alone: the address of the client for whom the edge calls, "192.0.2.7"
// or "2001:db8::1".
inline constexpr char kCallerMetadata[] = "votum-caller";

// The caller whose share a call takes: the address that the call comes from, and "" for a service
// of ours, which shows a certificate and acts for many. Behind the edge it is the address of its
// client, as if that had called here; what the edge asks for itself counts as its own, and takes no
// share of the public at its address.
std::string CallerOf(const grpc::ServerContextBase& context);
// The same for a call with a certificate in the name of `certificate`, "" if it has none, from
// `peer`, whose metadata says that it is for `behind`.
std::string CallerNamed(const std::string& certificate, const std::string& peer,
                        const std::string& behind);

// Where a call comes from, without the port: "ipv4:192.0.2.7" for "ipv4:192.0.2.7:4711". With
// IPv6 each subscriber has a whole network of 64 bits and may call from any address in it, so the
// network stands for the caller: "ipv6:2001:db8:0:7::/64".
std::string AddressOfPeer(const std::string& peer);

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_CALLER_SHARES_H_
