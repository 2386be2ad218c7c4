// IdeasService over gRPC: reads go to the domain, commands to the executor; the texts of ideas come
// from the ledger's sealed attachments, for readers who may see them.
#ifndef VOTUM_SERVICES_IDEAS_SERVICE_H_
#define VOTUM_SERVICES_IDEAS_SERVICE_H_

#include <vector>

#include "absl/time/time.h"
#include "services/ideas/intake_limits.h"
#include "services/runtime/command_methods.h"
#include "services/runtime/ledger_client.h"
#include "services/runtime/read_access.h"
#include "votum/ideas/v1/ideas_service.grpc.pb.h"

namespace votum::ideas {

// Thread-safe.
class IdeasServiceImpl final : public WithoutCommands<v1::IdeasService> {
 public:
  // All outlive this object.
  IdeasServiceImpl(const ReadAccess* access, LedgerClient* ledger)
      : access_(*access),
        ledger_(*ledger),
        intake_([this](absl::Time since) { return OnlineIdeasSince(since); }) {}

  // The limits of what the public sends in. The service outlives them.
  HooksByType hooks();

  grpc::Status GetIdea(grpc::ServerContext* context, const v1::GetIdeaRequest* request,
                       v1::GetIdeaResponse* response) override;
  grpc::Status GetIdeaByReceiptCode(grpc::ServerContext* context,
                                    const v1::GetIdeaByReceiptCodeRequest* request,
                                    v1::GetIdeaByReceiptCodeResponse* response) override;
  grpc::Status ListIdeas(grpc::ServerContext* context, const v1::ListIdeasRequest* request,
                         v1::ListIdeasResponse* response) override;
  grpc::Status GetRound(grpc::ServerContext* context, const v1::GetRoundRequest* request,
                        v1::GetRoundResponse* response) override;
  grpc::Status ListRounds(grpc::ServerContext* context, const v1::ListRoundsRequest* request,
                          v1::ListRoundsResponse* response) override;

 private:
  size_t OnlineIdeasSince(absl::Time since) const;

  const ReadAccess& access_;
  LedgerClient& ledger_;
  IntakeLimits intake_;
};

}  // namespace votum::ideas

#endif  // VOTUM_SERVICES_IDEAS_SERVICE_H_
