// LedgerService over gRPC: only for services, which see everything.
#ifndef VOTUM_SERVICES_LEDGER_SERVICE_H_
#define VOTUM_SERVICES_LEDGER_SERVICE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "grpcpp/server_context.h"
#include "ledger/ledger.h"
#include "services/ledger/desk.h"
#include "services/runtime/subscription.h"
#include "votum/ledger/v1/ledger_service.grpc.pb.h"

namespace votum::ledger {

// Identifies the calling service; how depends on where the server listens.
class LedgerAccess {
 public:
  virtual ~LedgerAccess() = default;
  // The name of the calling service. PERMISSION_DENIED/NOT_A_SERVICE for anybody else.
  virtual absl::StatusOr<std::string> ServiceOf(const grpc::ServerContextBase& context) const = 0;
};

// Whether a service of this name may append; the others only read. PERMISSION_DENIED/NOT_A_SERVICE.
absl::Status MayAppend(absl::string_view service);

// Those contents of `commitments` that exist; however many.
absl::StatusOr<std::vector<common::v1::Attachment>> ReadAttachments(
    const Ledger& ledger, absl::Span<const std::string> commitments);

// Reads the entries from `*next` on, as many as exist and fit into one message; advances `*next`
// past them.
absl::Status ReadStretch(Ledger& ledger, uint64_t* next, v1::SubscribeResponse* stretch);

// Thread-safe.
class LedgerServiceImpl final
    : public v1::LedgerService::WithRawCallbackMethod_Append<
          v1::LedgerService::WithCallbackMethod_GetReceipt<
              v1::LedgerService::WithCallbackMethod_GetCheckpoint<
                  v1::LedgerService::WithCallbackMethod_Subscribe<v1::LedgerService::Service>>>> {
 public:
  // All outlive this object. `desk` is that of `ledger`.
  LedgerServiceImpl(Ledger* ledger, SubscriptionHub* hub, const LedgerAccess* access, Desk* desk)
      : ledger_(*ledger), hub_(*hub), access_(*access), desk_(*desk) {}

  // Gets the bytes of an AppendRequest: nothing is made of them for anybody but a service, and
  // nothing on the thread that brings them.
  grpc::ServerUnaryReactor* Append(grpc::CallbackServerContext* context,
                                   const grpc::ByteBuffer* request,
                                   grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* GetReceipt(grpc::CallbackServerContext* context,
                                       const v1::GetReceiptRequest* request,
                                       v1::GetReceiptResponse* response) override;
  // Asked for by everybody who reads the log and for each command that may be ahead of its service:
  // it is at hand, and must not lack a thread.
  grpc::ServerUnaryReactor* GetCheckpoint(grpc::CallbackServerContext* context,
                                          const v1::GetCheckpointRequest* request,
                                          v1::GetCheckpointResponse* response) override;
  grpc::Status GetConsistencyProof(grpc::ServerContext* context,
                                   const v1::GetConsistencyProofRequest* request,
                                   v1::GetConsistencyProofResponse* response) override;
  grpc::Status ListEntries(grpc::ServerContext* context, const v1::ListEntriesRequest* request,
                           v1::ListEntriesResponse* response) override;
  grpc::Status GetAttachments(grpc::ServerContext* context,
                              const v1::GetAttachmentsRequest* request,
                              v1::GetAttachmentsResponse* response) override;
  grpc::ServerWriteReactor<v1::SubscribeResponse>* Subscribe(
      grpc::CallbackServerContext* context, const v1::SubscribeRequest* request) override;

 private:
  Ledger& ledger_;
  SubscriptionHub& hub_;
  const LedgerAccess& access_;
  Desk& desk_;
};

}  // namespace votum::ledger

#endif  // VOTUM_SERVICES_LEDGER_SERVICE_H_
