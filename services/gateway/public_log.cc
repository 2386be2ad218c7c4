#include "services/gateway/public_log.h"

#include "base/status_macros.h"
#include "platform/grpc/status.h"

namespace votum::gateway {

std::unique_ptr<LogStream> PublicLog::Subscribe(uint64_t start) {
  return MakeLogStream(
      start, [this](grpc::ClientContext* context, const ledger::v1::SubscribeRequest& request) {
        return stub_->Subscribe(context, request);
      });
}

absl::StatusOr<ledger::v1::GetCheckpointResponse> PublicLog::GetCheckpoint(absl::Time deadline) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(deadline));
  ledger::v1::GetCheckpointResponse response;
  RETURN_IF_ERROR(FromGrpc(stub_->GetCheckpoint(&context, {}, &response)));
  return response;
}

absl::StatusOr<publication::v1::ListOpeningsResponse> PublicLog::ListOpenings(uint64_t start,
                                                                              absl::Time deadline) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(deadline));
  publication::v1::ListOpeningsRequest request;
  request.set_start_number(start);
  publication::v1::ListOpeningsResponse response;
  RETURN_IF_ERROR(FromGrpc(stub_->ListOpenings(&context, request, &response)));
  return response;
}

}  // namespace votum::gateway
