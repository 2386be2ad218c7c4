// The two ways on which calls reach the services of a deployment: gRPC to each service's own port,
// or Connect over HTTPS to the one public address of all (the edge, services/gateway).
#ifndef VOTUM_CLIENTS_LIB_ROUTE_H_
#define VOTUM_CLIENTS_LIB_ROUTE_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "grpcpp/channel.h"
#include "platform/http/client.h"

namespace votum::client {

// The name under which an answer says how old the state is that it was read from (docs/protocol.md).
inline constexpr char kStateAge[] = "votum-state-age";

// All that goes with a call beside its request, and comes with its answer.
struct Call {
  absl::Time deadline = absl::InfiniteFuture();
  // As of gRPC: values of names that end in "-bin" are bytes.
  std::vector<std::pair<std::string, std::string>> metadata;
  std::string state_age;  // of the answer: kStateAge; empty if none came
};

// Thread-safe. Refusals come back with their reason (base/refusal.h), and with IsOfService.
class Route {
 public:
  virtual ~Route() = default;

  // Calls the method with `path` ("/votum.meetings.v1.MeetingsService/CastVote"), and waits.
  virtual absl::Status Unary(const std::string& path, const google::protobuf::Message& request,
                             google::protobuf::Message* response, Call* call) = 0;
  // Hands each answer, parsed into `response`, to `on_response`, until that returns false (then OK)
  // or the stream ends (then its status).
  virtual absl::Status Stream(const std::string& path, const google::protobuf::Message& request,
                              google::protobuf::Message* response, Call* call,
                              const std::function<bool()>& on_response) = 0;
};

std::shared_ptr<Route> GrpcRoute(std::shared_ptr<grpc::Channel> channel);
// `url` as "https://votum.musterstadt.example", without a path.
std::shared_ptr<Route> EdgeRoute(std::string url, http::ClientTls tls);

}  // namespace votum::client

#endif  // VOTUM_CLIENTS_LIB_ROUTE_H_
