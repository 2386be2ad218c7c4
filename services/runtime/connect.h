// Channels that find a restarted process again within fractions of a second; gRPC's own first pause
// is a second, and grows to minutes.
#ifndef VOTUM_SERVICES_RUNTIME_CONNECT_H_
#define VOTUM_SERVICES_RUNTIME_CONNECT_H_

#include <memory>
#include <string>

#include "grpcpp/channel.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"

namespace votum {

inline std::shared_ptr<grpc::Channel> ConnectTo(
    const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 50);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  // A stretch of the log or a page of entries.
  arguments.SetMaxReceiveMessageSize(64 << 20);
  return grpc::CreateCustomChannel(address, credentials, arguments);
}

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_CONNECT_H_
