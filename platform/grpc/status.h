// Converts absl::Status to and from the wire: code and message unchanged, the reason of
// base/refusal.h as google.rpc.ErrorInfo in grpc-status-details-bin (AIP-193), domain "votum".
#ifndef VOTUM_PLATFORM_GRPC_STATUS_H_
#define VOTUM_PLATFORM_GRPC_STATUS_H_

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace votum {

grpc::Status ToGrpc(const absl::Status& status);
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace votum

#endif  // VOTUM_PLATFORM_GRPC_STATUS_H_
