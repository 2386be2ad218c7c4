// LogService over gRPC: the log by reach. core/fold/reach_log.h decides who is shown which record;
// this service fetches entries from the ledger and removes the parts that the caller may not see.
#ifndef VOTUM_SERVICES_PUBLICATION_LOG_SERVICE_H_
#define VOTUM_SERVICES_PUBLICATION_LOG_SERVICE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/runtime/caller_shares.h"
#include "services/runtime/ledger_client.h"
#include "services/runtime/read_access.h"
#include "services/runtime/subscription.h"
#include "services/runtime/waiting_room.h"
#include "votum/publication/v1/log_service.grpc.pb.h"

namespace votum::publication {

// Those who ask for a checkpoint and wait for the fold, and threads that go on with them: there is
// little to do. A council may ask from behind one address.
inline constexpr WaitingRoom::Limits kCheckpoints = {512, 2048, 1};

// Thread-safe.
class LogServiceImpl final
    : public v1::LogService::WithCallbackMethod_GetCheckpoint<
          v1::LogService::WithCallbackMethod_Subscribe<v1::LogService::Service>> {
 public:
  // Both outlive this object. The replica of `access` folds all domains.
  LogServiceImpl(const ReadAccess* access, LedgerClient* ledger);
  ~LogServiceImpl() override;

  grpc::Status ListEntries(grpc::ServerContext* context,
                           const ledger::v1::ListEntriesRequest* request,
                           ledger::v1::ListEntriesResponse* response) override;
  grpc::Status GetReceipt(grpc::ServerContext* context,
                          const ledger::v1::GetReceiptRequest* request,
                          ledger::v1::GetReceiptResponse* response) override;
  // Everybody may ask, and each answer waits for the fold: none holds a thread.
  grpc::ServerUnaryReactor* GetCheckpoint(grpc::CallbackServerContext* context,
                                          const ledger::v1::GetCheckpointRequest* request,
                                          ledger::v1::GetCheckpointResponse* response) override;
  grpc::Status GetConsistencyProof(grpc::ServerContext* context,
                                   const ledger::v1::GetConsistencyProofRequest* request,
                                   ledger::v1::GetConsistencyProofResponse* response) override;
  grpc::Status GetAttachments(grpc::ServerContext* context,
                              const ledger::v1::GetAttachmentsRequest* request,
                              ledger::v1::GetAttachmentsResponse* response) override;
  grpc::Status ListOpenings(grpc::ServerContext* context, const v1::ListOpeningsRequest* request,
                            v1::ListOpeningsResponse* response) override;
  grpc::Status ProveObjects(grpc::ServerContext* context, const v1::ProveObjectsRequest* request,
                            v1::ProveObjectsResponse* response) override;
  grpc::ServerWriteReactor<ledger::v1::SubscribeResponse>* Subscribe(
      grpc::CallbackServerContext* context, const ledger::v1::SubscribeRequest* request) override;

  // Ends the streams, which would never end by themselves, and lets nothing wait for the fold any
  // more. Call it before the server stops.
  void EndSubscriptions() {
    hub_.Stop();
    checkpoints_.Close();
  }

 private:
  class CheckpointCall;

  // Waits until the record at `index` is folded. TOO_MANY_WAITING_READS at once if so many wait
  // already that threads would be missing for other reads; others as Replica::WaitFor.
  absl::Status AwaitFold(uint64_t index, absl::Time deadline);
  // One call of the ledger; waits no longer than until `deadline`.
  template <typename Request, typename Response>
  absl::Status Ask(grpc::Status (ledger::v1::LedgerService::StubInterface::*method)(
                       grpc::ClientContext*, const Request&, Response*),
                   const Request& request, Response* response, absl::Time deadline) const;
  // Waits until the record at `index` is folded, if there is one.
  absl::Status AwaitEntry(uint64_t index, absl::Time deadline);
  // The folded entries from `*next` on, as the public was shown them at their position.
  absl::Status ReadForPublic(uint64_t* next, ledger::v1::SubscribeResponse* stretch) const;

  const ReadAccess& access_;
  const Replica& replica_;
  LedgerClient& ledger_;
  SubscriptionHub hub_;
  WaitingRoom checkpoints_;  // that wait for the fold
  CallerShares waiting_;     // threads that wait for the fold
  const uint64_t listener_;
};

}  // namespace votum::publication

#endif  // VOTUM_SERVICES_PUBLICATION_LOG_SERVICE_H_
