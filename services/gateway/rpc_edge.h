// Carries RPCs of browsers and scripts to the services' private ports, in the name of the client
// that sent them:
//
//   browser ──Connect or gRPC-Web──▶ RpcEdge ──gRPC, mTLS, metadata "votum-caller"──▶ service
//
// The messages pass as bytes; only JSON is parsed. No call holds a thread, and a stream's next
// message is asked for when the last has left, so that each costs its connection and one message.
//
// Calls have shares by what is known of their caller, so that no crowd takes the places of others:
//
//   reads without a session      of their address    by a connection to the service of their own
//   commands                     of their address
//   reads with bytes that have not proved to be a session (known_sessions.h)    of their address
//   both, with a session that has proved whose it is    of that person, wherever he calls from
//
// The edge's certificate gives a call no right: it reads as the public, or as the session that it
// brings along (platform/grpc/credentials.h).
#ifndef VOTUM_SERVICES_GATEWAY_RPC_EDGE_H_
#define VOTUM_SERVICES_GATEWAY_RPC_EDGE_H_

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "base/counted_objects.h"
#include "base/worker_pool.h"
#include "grpcpp/channel.h"
#include "platform/http/server.h"
#include "services/gateway/known_sessions.h"
#include "services/gateway/rpc_format.h"
#include "services/gateway/rpc_methods.h"
#include "services/runtime/caller_shares.h"

namespace votum::gateway {

// A channel to each service, by its name, with the edge's certificate.
using ServiceChannels = std::map<std::string, std::shared_ptr<grpc::Channel>>;

// The longest message of a read's request, and of JSON, which takes many times its bytes when it is
// parsed. Commands in binary form may be as large as services take them.
inline constexpr size_t kMostReadBytes = size_t{64} << 10;
inline constexpr size_t kMostJsonBytes = size_t{1} << 20;
// The calls that one address (one person, with a session that is known), and all, may have in
// progress, streams included. The last three share a connection to each service, which takes
// kMaxCallsOfConnection: a hall of 600 has a stream, a vote and some reads each.
struct EdgeLimits {
  CallerShares::Limits reads = {1024, 4096};
  CallerShares::Limits commands = {768, 1024};
  CallerShares::Limits unproved = {256, 512};
  CallerShares::Limits persons = {32, 2560};
};
// The longest that a call with one answer may take, whatever its caller says.
inline constexpr absl::Duration kLongestCall = absl::Seconds(60);

// Thread-safe.
class RpcEdge {
 public:
  // `for_reads` are the channels for reads without a session, `channels` those for all else.
  RpcEdge(ServiceChannels for_reads, ServiceChannels channels, const EdgeLimits& limits = {});
  // Stop must have been called.
  ~RpcEdge();

  // Whether the target is one of an RPC, public or not.
  static bool IsRpc(absl::string_view target);

  // The longest body of this request.
  size_t MostBytesOf(const http::Request& request) const;

  // The person for whom the request counts, by the session that it brings; empty if it counts for
  // its address.
  std::string PersonOf(const http::Request& request) const;

  // Answers a request for which IsRpc holds, now or later.
  void Handle(http::Request request, std::shared_ptr<http::Reply> reply);

  // Cancels all calls, and returns when they are gone.
  void Stop();

 private:
  class Call;
  // A place for a call: whose share it takes, of which.
  struct Place {
    CallerShares* shares;
    std::string owner;
  };
  Place PlaceFor(const RpcMethod& method, const http::Request& request);
  // Begins the call. `message` is the request's, as it came.
  void Begin(const RpcMethod& method, const RpcFormat& format, const http::Request& request,
             const std::string& message, const std::shared_ptr<http::Reply>& reply);
  void Forget(Call* call);

  const RpcMethods methods_;
  const ServiceChannels for_reads_;
  const ServiceChannels channels_;
  KnownSessions sessions_;
  CallerShares reads_;
  CallerShares commands_;
  CallerShares unproved_;
  CallerShares persons_;
  WorkerPool parsers_;   // of JSON
  CountedObjects made_;  // all calls, until they are destroyed
  std::mutex mutex_;
  bool stopping_ = false;             // guarded by mutex_
  absl::flat_hash_set<Call*> calls_;  // guarded by mutex_; those under way
};

}  // namespace votum::gateway

#endif  // VOTUM_SERVICES_GATEWAY_RPC_EDGE_H_
