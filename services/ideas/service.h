// IdeasService over gRPC: commands go to the executor, reads to the domain; the texts of ideas come
// from the ledger's sealed attachments, for readers who may see them.
#ifndef VOTUM_SERVICES_IDEAS_SERVICE_H_
#define VOTUM_SERVICES_IDEAS_SERVICE_H_

#include <vector>

#include "services/runtime/command_executor.h"
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

  grpc::Status SubmitIdea(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                          common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::SubmitIdea>(*context, *command, receipt);
  }
  grpc::Status RecordIdea(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                          common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::RecordIdea>(*context, *command, receipt);
  }
  grpc::Status ImportIdeas(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                           common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::ImportIdeas>(*context, *command, receipt);
  }
  grpc::Status ModerateIdeas(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                             common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::ModerateIdeas>(*context, *command, receipt);
  }
  grpc::Status MergeIdeas(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                          common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::MergeIdeas>(*context, *command, receipt);
  }
  grpc::Status SplitIdea(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                         common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::SplitIdea>(*context, *command, receipt);
  }
  grpc::Status OpenRound(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                         common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::OpenRound>(*context, *command, receipt);
  }
  grpc::Status RegisterVoters(grpc::ServerContext* context,
                              const common::v1::SignedCommand* command,
                              common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::RegisterVoters>(*context, *command, receipt);
  }
  grpc::Status CastPreference(grpc::ServerContext* context,
                              const common::v1::SignedCommand* command,
                              common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::CastPreference>(*context, *command, receipt);
  }
  grpc::Status RecordPaperPreference(grpc::ServerContext* context,
                                     const common::v1::SignedCommand* command,
                                     common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::RecordPaperPreference>(*context, *command, receipt);
  }
  grpc::Status ConfirmPaperPreference(grpc::ServerContext* context,
                                      const common::v1::SignedCommand* command,
                                      common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::ConfirmPaperPreference>(*context, *command, receipt);
  }
  grpc::Status CloseRound(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                          common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::CloseRound>(*context, *command, receipt);
  }
  grpc::Status EstablishRanking(grpc::ServerContext* context,
                                const common::v1::SignedCommand* command,
                                common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::EstablishRanking>(*context, *command, receipt);
  }

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
