// One server-streaming gRPC call by the path of its method, as unary_call.h for unary ones.
#ifndef VOTUM_CLIENTS_LIB_SERVER_STREAM_H_
#define VOTUM_CLIENTS_LIB_SERVER_STREAM_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"

namespace votum::client {

// Calls, and hands each answer, parsed into `response`, to `on_response`, until that returns false
// (then OK) or the stream ends (then its status).
absl::Status ServerStream(const std::shared_ptr<grpc::Channel>& channel, const std::string& path,
                          grpc::ClientContext* context, const google::protobuf::Message& request,
                          google::protobuf::Message* response,
                          const std::function<bool()>& on_response);

}  // namespace votum::client

#endif  // VOTUM_CLIENTS_LIB_SERVER_STREAM_H_
