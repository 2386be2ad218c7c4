// VotingService over gRPC: commands go to the executor, reads to the domain, WatchMeeting to the
// feed.
#ifndef VOTUM_SERVICES_VOTING_SERVICE_H_
#define VOTUM_SERVICES_VOTING_SERVICE_H_

#include "services/runtime/command_executor.h"
#include "services/runtime/read_access.h"
#include "services/voting/meeting_feed.h"
#include "votum/voting/v1/lots.pb.h"
#include "votum/voting/v1/proceedings.pb.h"
#include "votum/voting/v1/voting_service.grpc.pb.h"

namespace votum::voting {

// Thread-safe.
class VotingServiceImpl final
    : public v1::VotingService::WithCallbackMethod_WatchMeeting<v1::VotingService::Service> {
 public:
  // Both outlive this object.
  VotingServiceImpl(const ReadAccess* access, const CommandExecutor* executor)
      : access_(*access), executor_(*executor), feed_(access) {}

  grpc::Status OpenMeeting(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                           common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::OpenMeeting>(*context, *command, receipt);
  }
  grpc::Status CloseMeeting(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                            common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::CloseMeeting>(*context, *command, receipt);
  }
  grpc::Status CheckIn(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                       common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::CheckIn>(*context, *command, receipt);
  }
  grpc::Status CheckOut(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                        common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::CheckOut>(*context, *command, receipt);
  }
  grpc::Status DeclareConflict(grpc::ServerContext* context,
                               const common::v1::SignedCommand* command,
                               common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::DeclareConflict>(*context, *command, receipt);
  }
  grpc::Status ProposeMotion(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                             common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::ProposeMotion>(*context, *command, receipt);
  }
  grpc::Status OpenVote(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                        common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::OpenVote>(*context, *command, receipt);
  }
  grpc::Status CastVote(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                        common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::CastVote>(*context, *command, receipt);
  }
  grpc::Status CorrectVote(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                           common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::CorrectVote>(*context, *command, receipt);
  }
  grpc::Status RecordPaperVote(grpc::ServerContext* context,
                               const common::v1::SignedCommand* command,
                               common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::RecordPaperVote>(*context, *command, receipt);
  }
  grpc::Status ConfirmPaperVote(grpc::ServerContext* context,
                                const common::v1::SignedCommand* command,
                                common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::ConfirmPaperVote>(*context, *command, receipt);
  }
  grpc::Status WithdrawPaperVote(grpc::ServerContext* context,
                                 const common::v1::SignedCommand* command,
                                 common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::WithdrawPaperVote>(*context, *command, receipt);
  }
  grpc::Status CloseVote(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                         common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::CloseVote>(*context, *command, receipt);
  }
  grpc::Status EstablishResult(grpc::ServerContext* context,
                               const common::v1::SignedCommand* command,
                               common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::EstablishResult>(*context, *command, receipt);
  }
  grpc::Status RecordDisruption(grpc::ServerContext* context,
                                const common::v1::SignedCommand* command,
                                common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::RecordDisruption>(*context, *command, receipt);
  }
  grpc::Status ChallengeQuorum(grpc::ServerContext* context,
                               const common::v1::SignedCommand* command,
                               common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::ChallengeQuorum>(*context, *command, receipt);
  }
  grpc::Status CountQuorum(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                           common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::CountQuorum>(*context, *command, receipt);
  }
  grpc::Status CallItemAgain(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                             common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::CallItemAgain>(*context, *command, receipt);
  }
  grpc::Status DecideConflict(grpc::ServerContext* context,
                              const common::v1::SignedCommand* command,
                              common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::DecideConflict>(*context, *command, receipt);
  }
  grpc::Status DemandMode(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                          common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::DemandMode>(*context, *command, receipt);
  }
  grpc::Status MarkBallot(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                          common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::MarkBallot>(*context, *command, receipt);
  }
  grpc::Status RecordBallotCount(grpc::ServerContext* context,
                                 const common::v1::SignedCommand* command,
                                 common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::RecordBallotCount>(*context, *command, receipt);
  }
  grpc::Status ConfirmBallotCount(grpc::ServerContext* context,
                                  const common::v1::SignedCommand* command,
                                  common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::ConfirmBallotCount>(*context, *command, receipt);
  }
  grpc::Status OpenLot(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                       common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::OpenLot>(*context, *command, receipt);
  }
  grpc::Status CommitToLot(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                           common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::CommitToLot>(*context, *command, receipt);
  }
  grpc::Status FixLot(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                      common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::FixLot>(*context, *command, receipt);
  }
  grpc::Status RevealForLot(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                            common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::RevealForLot>(*context, *command, receipt);
  }
  grpc::Status DrawLot(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                       common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::DrawLot>(*context, *command, receipt);
  }

  grpc::Status GetLot(grpc::ServerContext* context, const v1::GetLotRequest* request,
                      v1::GetLotResponse* response) override;
  grpc::Status GetAttendance(grpc::ServerContext* context, const v1::GetAttendanceRequest* request,
                             v1::GetAttendanceResponse* response) override;
  grpc::Status GetMotion(grpc::ServerContext* context, const v1::GetMotionRequest* request,
                         v1::GetMotionResponse* response) override;
  grpc::Status GetVoteEvent(grpc::ServerContext* context, const v1::GetVoteEventRequest* request,
                            v1::GetVoteEventResponse* response) override;
  grpc::Status ListVoteEvents(grpc::ServerContext* context,
                              const v1::ListVoteEventsRequest* request,
                              v1::ListVoteEventsResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchMeetingResponse>* WatchMeeting(
      grpc::CallbackServerContext* context, const v1::WatchMeetingRequest* request) override;

 private:
  const ReadAccess& access_;
  const CommandExecutor& executor_;
  MeetingFeed feed_;
};

}  // namespace votum::voting

#endif  // VOTUM_SERVICES_VOTING_SERVICE_H_
