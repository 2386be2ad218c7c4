// The edge to the public, the one port that people's programs need: it answers HTTPS, and folds
// nothing.
//
//   publication ──Subscribe, ListOpenings──▶ mirror ──checkpoint checked against it──▶ /log/...
//   all services ◀──────────────────gRPC────────── RpcEdge ◀──Connect, gRPC-Web── /votum.<service>...
//   the app's files ─────────────────────────────────────────────────────────────▶ /, /assets/...
//
// At rest it holds only public data, and its certificate gives no right: an intruder gains what the
// public sees, and what passes through while he is there.
#ifndef VOTUM_SERVICES_GATEWAY_GATEWAY_H_
#define VOTUM_SERVICES_GATEWAY_GATEWAY_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "crypto/note.h"
#include "platform/http/server.h"
#include "services/gateway/public_log.h"
#include "services/gateway/published_log.h"
#include "services/gateway/readiness.h"
#include "services/gateway/rpc_edge.h"
#include "services/gateway/static_files.h"
#include "services/runtime/log_follower.h"

namespace votum::gateway {

struct GatewayOptions {
  std::string listen;   // numeric host and port, "127.0.0.1:7467", "[::1]:0"
  http::ServerTls tls;  // empty for plain HTTP, on loopback only
  http::Limits limits;
  std::string folder;  // the mirror lies on its disk
  std::string policy;  // shown at /log/policy
  // To the services that people call, with the edge's certificate: for reads without a session, and
  // for all else.
  ServiceChannels for_reads;
  ServiceChannels services;
  std::string web;  // the folder of the app's files; it may be missing
  std::string api;  // the same, of the page that says how to write a client
  absl::Duration ready_within = absl::Seconds(15);  // the oldest state of a service that is ready
};

// Owned by one thread.
class Gateway {
 public:
  // Listens and begins to follow; answers 503 until it has caught up. `source` outlives it. `fatal`
  // is called if the log is broken (DATA_LOSS).
  //   INVALID_ARGUMENT/BAD_GATEWAY   an invalid address, plain HTTP beyond loopback, or an
  //                                  unusable certificate
  //   UNAVAILABLE/CANNOT_LISTEN      the address is taken or not ours, or the folder cannot be used
  static absl::StatusOr<std::unique_ptr<Gateway>> Start(
      const GatewayOptions& options, const crypto::NoteVerifier& log, PublicLog* source,
      std::function<void(const absl::Status&)> fatal);
  ~Gateway();

  uint16_t port() const { return server_->port(); }
  uint64_t published_size() const { return log_.published_size(); }

  // Stops following the log, and stops the server.
  void Stop();

 private:
  Gateway(std::unique_ptr<LogMirror> mirror, const crypto::NoteVerifier& log,
          const GatewayOptions& options, StaticFiles files, PublicLog* source,
          std::function<void(const absl::Status&)> fatal);

  void Route(http::Request request, std::shared_ptr<http::Reply> reply);
  Followed Take(const ledger::v1::SubscribeResponse& stretch);
  // OUT_OF_RANGE/NOT_IN_TREE: entries or openings of the checkpoint have not come yet.
  absl::Status FetchOpeningsAndPublish(const ledger::v1::GetCheckpointResponse& newest);
  void PublishAgainAndAgain();
  void Broken(const absl::Status& why);

  PublicLog& source_;
  const std::function<void(const absl::Status&)> fatal_;
  PublishedLog log_;
  const StaticFiles files_;
  // The server outlives what answers its requests later.
  std::unique_ptr<http::Server> server_;
  RpcEdge rpcs_;
  Readiness readiness_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;  // guarded by mutex_
  LogFollower follower_;
  std::thread publisher_;
  std::thread serving_;
};

}  // namespace votum::gateway

#endif  // VOTUM_SERVICES_GATEWAY_GATEWAY_H_
