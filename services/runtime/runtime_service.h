// RuntimeService: a process describes its own state, for comparison by operators, tests and
// auditors.
#ifndef VOTUM_SERVICES_RUNTIME_RUNTIME_SERVICE_H_
#define VOTUM_SERVICES_RUNTIME_RUNTIME_SERVICE_H_

#include <array>
#include <mutex>

#include "services/runtime/read_access.h"
#include "votum/runtime/v1/runtime_service.grpc.pb.h"

namespace votum {

// Thread-safe.
class RuntimeServiceImpl final : public runtime::v1::RuntimeService::Service {
 public:
  // `access` outlives this object.
  explicit RuntimeServiceImpl(const ReadAccess* access) : access_(*access) {}

  grpc::Status GetProjection(grpc::ServerContext* context,
                             const runtime::v1::GetProjectionRequest* request,
                             runtime::v1::GetProjectionResponse* response) override;

 private:
  // Digests cover all of the state for services, and for others as much of it as auditors see.
  enum Extent { kWhole, kAsAuditorsSee };

  // The projection with its digests, computed once for each number of records.
  runtime::v1::GetProjectionResponse Newest(Extent extent);

  const ReadAccess& access_;
  std::mutex mutex_;
  // By Extent; guarded by mutex_; empty before the first.
  std::array<runtime::v1::GetProjectionResponse, 2> newest_;
};

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_RUNTIME_SERVICE_H_
