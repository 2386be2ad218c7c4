#include <memory>
#include <string>
#include <utility>

#include "clients/lib/route.h"
#include "clients/lib/server_stream.h"
#include "clients/lib/unary_call.h"
#include "grpcpp/client_context.h"

namespace votum::client {
namespace {

void Begin(const Call& call, grpc::ClientContext* context) {
  if (call.deadline < absl::InfiniteFuture())
    context->set_deadline(absl::ToChronoTime(call.deadline));
  for (const auto& [name, value] : call.metadata) context->AddMetadata(name, value);
}

void End(const grpc::ClientContext& context, Call* call) {
  const auto& metadata = context.GetServerInitialMetadata();
  const auto found = metadata.find(kStateAge);
  if (found != metadata.end()) call->state_age.assign(found->second.data(), found->second.size());
}

class ByGrpc final : public Route {
 public:
  explicit ByGrpc(std::shared_ptr<grpc::Channel> channel) : channel_(std::move(channel)) {}

  absl::Status Unary(const std::string& path, const google::protobuf::Message& request,
                     google::protobuf::Message* response, Call* call) override {
    grpc::ClientContext context;
    Begin(*call, &context);
    absl::Status status = UnaryCall(channel_, path, &context, request, response);
    End(context, call);
    return status;
  }

  absl::Status Stream(const std::string& path, const google::protobuf::Message& request,
                      google::protobuf::Message* response, Call* call,
                      const std::function<bool()>& on_response) override {
    grpc::ClientContext context;
    Begin(*call, &context);
    absl::Status status = ServerStream(channel_, path, &context, request, response, on_response);
    End(context, call);
    return status;
  }

 private:
  const std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace

std::shared_ptr<Route> GrpcRoute(std::shared_ptr<grpc::Channel> channel) {
  return std::make_shared<ByGrpc>(std::move(channel));
}

}  // namespace votum::client
