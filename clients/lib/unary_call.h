// One unary gRPC call by the path of its method, for clients of many methods of one shape, which
// then need no stub for each.
#ifndef VOTUM_CLIENTS_LIB_UNARY_CALL_H_
#define VOTUM_CLIENTS_LIB_UNARY_CALL_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"

namespace votum::client {

// "meetings", "CastVote" -> "/votum.meetings.v1.MeetingsService/CastVote"; the service of
// "publication" is LogService.
std::string MethodPath(const std::string& service, const std::string& method);

// The status of a call, with the reason that the service gave (base/refusal.h), marked as coming
// from the other side.
absl::Status StatusOfService(const grpc::Status& status);
// Whether `status` came from a service, or from the way to it, and not from this machine.
bool IsOfService(const absl::Status& status);

// Calls and waits. Refusals come back with their reason (base/refusal.h).
absl::Status UnaryCall(const std::shared_ptr<grpc::Channel>& channel, const std::string& path,
                       grpc::ClientContext* context, const google::protobuf::Message& request,
                       google::protobuf::Message* response);

}  // namespace votum::client

#endif  // VOTUM_CLIENTS_LIB_UNARY_CALL_H_
