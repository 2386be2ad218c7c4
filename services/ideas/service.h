// IdeasService over gRPC: commands go to the executor, reads to the domain; the texts of ideas come
// from the ledger's sealed attachments, for readers who may see them.
#ifndef VOTUM_SERVICES_IDEAS_SERVICE_H_
#define VOTUM_SERVICES_IDEAS_SERVICE_H_

#include <vector>

#include "services/runtime/command_executor.h"
#include "services/runtime/command_methods.h"
#include "services/runtime/ledger_client.h"
#include "services/runtime/read_access.h"
#include "votum/ideas/v1/ideas_service.grpc.pb.h"

namespace votum::ideas {

// Thread-safe.
class IdeasServiceImpl final : public v1::IdeasService::Service {
 public:
  // All outlive this object.
  IdeasServiceImpl(const ReadAccess* access, const CommandExecutor* executor, LedgerClient* ledger)
      : access_(*access), executor_(*executor), ledger_(*ledger) {}

  VOTUM_COMMANDS_OF_IDEAS(VOTUM_COMMAND_METHOD)

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
  // Fills in the texts that exist. An idea whose text was erased is shown without it.
  grpc::Status FillTexts(const grpc::ServerContext& context,
                         const std::vector<v1::Idea*>& ideas) const;

  const ReadAccess& access_;
  const CommandExecutor& executor_;
  LedgerClient& ledger_;
};

}  // namespace votum::ideas

#endif  // VOTUM_SERVICES_IDEAS_SERVICE_H_
