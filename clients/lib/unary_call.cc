#include "clients/lib/unary_call.h"

#include <future>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/proto_buffer_reader.h"
#include "platform/grpc/status.h"

namespace votum::client {
namespace {
constexpr char kOfService[] = "votum/of-service";
}  // namespace

absl::Status StatusOfService(const grpc::Status& status) {
  absl::Status converted = FromGrpc(status);
  // Does nothing to OK.
  converted.SetPayload(kOfService, absl::Cord());
  return converted;
}

bool IsOfService(const absl::Status& status) { return status.GetPayload(kOfService).has_value(); }

std::string MethodPath(const std::string& service, const std::string& method) {
  if (service == "publication") return absl::StrCat("/votum.publication.v1.LogService/", method);
  std::string name = service;
  name[0] = absl::ascii_toupper(name[0]);
  return absl::StrCat("/votum.", service, ".v1.", name, "Service/", method);
}

absl::Status UnaryCall(const std::shared_ptr<grpc::Channel>& channel, const std::string& path,
                       grpc::ClientContext* context, const google::protobuf::Message& request,
                       google::protobuf::Message* response) {
  const grpc::Slice slice(request.SerializeAsString());
  const grpc::ByteBuffer sent(&slice, 1);
  grpc::ByteBuffer received;
  grpc::GenericStub stub(channel);
  std::promise<grpc::Status> done;
  stub.UnaryCall(context, path, grpc::StubOptions(), &sent, &received,
                 [&done](grpc::Status status) { done.set_value(std::move(status)); });
  const grpc::Status status = done.get_future().get();
  if (!status.ok()) return StatusOfService(status);
  grpc::ProtoBufferReader reader(&received);
  if (!response->ParseFromZeroCopyStream(&reader)) {
    return absl::InternalError(absl::StrCat("the answer of ", path, " does not parse"));
  }
  return absl::OkStatus();
}

}  // namespace votum::client
