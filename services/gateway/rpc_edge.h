// Carries RPCs of browsers and scripts to the services' private ports, in the name of the client
// that sent them:
//
//   browser ──Connect or gRPC-Web──▶ RpcEdge ──gRPC, mTLS, metadata "votum-caller"──▶ service
//
// The messages pass as bytes; only JSON is parsed. No call holds a thread, and a stream's next
// message is asked for when the last has left, so that each costs its connection and one message.
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
// What one address, and all, may have in progress, streams included.
inline constexpr CallerShares::Limits kEdgeCalls = {1024, 8192};
// The longest that a call with one answer may take, whatever its caller says.
inline constexpr absl::Duration kLongestCall = absl::Seconds(60);

// Thread-safe.
class RpcEdge {
 public:
  explicit RpcEdge(ServiceChannels channels, CallerShares::Limits limits = kEdgeCalls);
  // Stop must have been called.
  ~RpcEdge();

  // Whether the target is one of an RPC, public or not.
  static bool IsRpc(absl::string_view target);

  // The longest body of this request.
  size_t MostBytesOf(const http::Request& request) const;

  // Answers a request for which IsRpc holds, now or later.
  void Handle(http::Request request, std::shared_ptr<http::Reply> reply);

  // Cancels all calls, and returns when they are gone.
  void Stop();

 private:
  class Call;
  // Begins the call. `message` is the request's, as it came.
  void Begin(const RpcMethod& method, const RpcFormat& format, const http::Request& request,
             const std::string& message, const std::shared_ptr<http::Reply>& reply);
  void Forget(Call* call);

  const RpcMethods methods_;
  const ServiceChannels channels_;
  CallerShares shares_;
  WorkerPool parsers_;   // of JSON
  CountedObjects made_;  // all calls, until they are destroyed
  std::mutex mutex_;
  bool stopping_ = false;             // guarded by mutex_
  absl::flat_hash_set<Call*> calls_;  // guarded by mutex_; those under way
};

}  // namespace votum::gateway

#endif  // VOTUM_SERVICES_GATEWAY_RPC_EDGE_H_
