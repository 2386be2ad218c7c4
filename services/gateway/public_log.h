// The log as the publication service shows it to everybody: what the edge mirrors.
#ifndef VOTUM_SERVICES_GATEWAY_PUBLIC_LOG_H_
#define VOTUM_SERVICES_GATEWAY_PUBLIC_LOG_H_

#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "services/runtime/ledger_client.h"
#include "votum/publication/v1/log_service.grpc.pb.h"

namespace votum::gateway {

// Thread-safe.
class PublicLog {
 public:
  explicit PublicLog(std::shared_ptr<grpc::Channel> channel)
      : stub_(publication::v1::LogService::NewStub(std::move(channel))) {}

  // From record `start` on.
  std::unique_ptr<LogStream> Subscribe(uint64_t start);
  absl::StatusOr<ledger::v1::GetCheckpointResponse> GetCheckpoint(absl::Time deadline);
  // From opening `start` on.
  absl::StatusOr<publication::v1::ListOpeningsResponse> ListOpenings(uint64_t start,
                                                                     absl::Time deadline);

 private:
  const std::unique_ptr<publication::v1::LogService::StubInterface> stub_;
};

}  // namespace votum::gateway

#endif  // VOTUM_SERVICES_GATEWAY_PUBLIC_LOG_H_
