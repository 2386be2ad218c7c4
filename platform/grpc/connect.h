// Channels that find a restarted process again within fractions of a second (gRPC's own first pause
// is a second, and grows to minutes), use several processes in turn, and leave a process that does
// not answer.
#ifndef VOTUM_PLATFORM_GRPC_CONNECT_H_
#define VOTUM_PLATFORM_GRPC_CONNECT_H_

#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "grpcpp/channel.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"

namespace votum {

// Distributes the calls of a channel to `target` over all processes behind it in turn. Callers
// retry on UNAVAILABLE and then reach another process; a repeated command counts only once.
//
// A list of numeric addresses ("ipv4:10.0.0.1:7451,10.0.0.2:7451") cannot be named in a
// certificate; the first host then serves as the name of all of them.
inline void Balance(absl::string_view target, grpc::ChannelArguments* arguments) {
  arguments->SetLoadBalancingPolicyName("round_robin");
  const size_t scheme = target.find(':') + 1;
  if (!absl::StartsWith(target, "ipv4:") && !absl::StartsWith(target, "ipv6:")) return;
  const absl::string_view first = target.substr(scheme, target.find(',') - scheme);
  arguments->SetSslTargetNameOverride(std::string(first.substr(0, first.rfind(':'))));
}

// Interval of keepalive pings on a silent connection, and the time limit for their answers. A
// frozen process keeps its connections open, so only pings detect it; Host permits its callers this
// interval.
inline constexpr int kAskMilliseconds = 3000;

// Arguments that channels between our processes have in common.
inline grpc::ChannelArguments ChannelArgumentsTo(const std::string& target) {
  grpc::ChannelArguments arguments;
  Balance(target, &arguments);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kAskMilliseconds);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kAskMilliseconds);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // The size of a batch of the log or a page of entries.
  arguments.SetMaxReceiveMessageSize(64 << 20);
  return arguments;
}

// For callers who try again: a connection that takes longer than a moment is given up, so that the
// next try reaches another process.
inline std::shared_ptr<grpc::Channel> ConnectTo(
    const std::string& target, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments = ChannelArgumentsTo(target);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 50);
  return grpc::CreateCustomChannel(target, credentials, arguments);
}

// For callers who do not: a call waits while its connection is made, also by a busy machine.
inline std::shared_ptr<grpc::Channel> ConnectPatientlyTo(
    const std::string& target, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  return grpc::CreateCustomChannel(target, credentials, ChannelArgumentsTo(target));
}

}  // namespace votum

#endif  // VOTUM_PLATFORM_GRPC_CONNECT_H_
