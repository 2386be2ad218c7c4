// MeetingsService over gRPC: commands go to the executor, reads to the domain, WatchMeeting to the
// feed.
#ifndef VOTUM_SERVICES_MEETINGS_SERVICE_H_
#define VOTUM_SERVICES_MEETINGS_SERVICE_H_

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "crypto/secret.h"
#include "services/meetings/election_office.h"
#include "services/meetings/meeting_feed.h"
#include "services/runtime/command_executor.h"
#include "services/runtime/ledger_client.h"
#include "services/runtime/read_access.h"
#include "votum/meetings/v1/key_ceremonies.pb.h"
#include "votum/meetings/v1/lots.pb.h"
#include "votum/meetings/v1/meetings_service.grpc.pb.h"
#include "votum/meetings/v1/proceedings.pb.h"

namespace votum::meetings {

// Thread-safe.
class MeetingsServiceImpl final
    : public v1::MeetingsService::WithCallbackMethod_WatchMeeting<v1::MeetingsService::Service> {
 public:
  // All outlive this object. `sealing_key` has 32 bytes and is the same in every process of the
  // service: under it the keys of secret votes are sealed.
  MeetingsServiceImpl(const ReadAccess* access, const CommandExecutor* executor,
                      LedgerClient* ledger, crypto::SecretBytes sealing_key);

  grpc::Status ConveneMeeting(grpc::ServerContext* context,
                              const common::v1::SignedCommand* command,
                              common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::ConveneMeeting>(*context, *command, receipt);
  }
  grpc::Status PublishAgenda(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                             common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::PublishAgenda>(*context, *command, receipt);
  }
  grpc::Status CancelMeeting(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                             common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::CancelMeeting>(*context, *command, receipt);
  }
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

  grpc::Status AnnounceKeyCeremony(grpc::ServerContext* context,
                                   const common::v1::SignedCommand* command,
                                   common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::AnnounceKeyCeremony>(*context, *command, receipt);
  }
  grpc::Status SubmitTrusteeCertificate(grpc::ServerContext* context,
                                        const common::v1::SignedCommand* command,
                                        common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::SubmitTrusteeCertificate>(*context, *command, receipt);
  }
  grpc::Status SubmitTrusteeContribution(grpc::ServerContext* context,
                                         const common::v1::SignedCommand* command,
                                         common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::SubmitTrusteeContribution>(*context, *command, receipt);
  }
  grpc::Status SubmitTrusteeKey(grpc::ServerContext* context,
                                const common::v1::SignedCommand* command,
                                common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::SubmitTrusteeKey>(*context, *command, receipt);
  }
  grpc::Status CancelKeyCeremony(grpc::ServerContext* context,
                                 const common::v1::SignedCommand* command,
                                 common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::CancelKeyCeremony>(*context, *command, receipt);
  }
  grpc::Status WithdrawCredential(grpc::ServerContext* context,
                                  const common::v1::SignedCommand* command,
                                  common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::WithdrawCredential>(*context, *command, receipt);
  }
  grpc::Status SubmitDecryption(grpc::ServerContext* context,
                                const common::v1::SignedCommand* command,
                                common::v1::Receipt* receipt) override {
    return executor_.Execute<v1::SubmitDecryption>(*context, *command, receipt);
  }
  // In secret_votes_service.cc.
  grpc::Status OpenVote(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                        common::v1::Receipt* receipt) override;
  grpc::Status RegisterCredential(grpc::ServerContext* context,
                                  const common::v1::SignedCommand* command,
                                  common::v1::Receipt* receipt) override;
  grpc::Status BeginBallots(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                            common::v1::Receipt* receipt) override;
  grpc::Status CastSecretBallot(grpc::ServerContext* context,
                                const common::v1::SignedCommand* command,
                                common::v1::Receipt* receipt) override;
  grpc::Status RecordParticipation(grpc::ServerContext* context,
                                   const common::v1::SignedCommand* command,
                                   common::v1::Receipt* receipt) override;
  grpc::Status PrepareSecretVote(grpc::ServerContext* context,
                                 const v1::PrepareSecretVoteRequest* request,
                                 v1::PrepareSecretVoteResponse* response) override;
  grpc::Status ListCredentials(grpc::ServerContext* context,
                               const v1::ListCredentialsRequest* request,
                               v1::ListCredentialsResponse* response) override;
  grpc::Status GetParticipation(grpc::ServerContext* context,
                                const v1::GetParticipationRequest* request,
                                v1::GetParticipationResponse* response) override;
  grpc::Status DecryptWithServerKey(grpc::ServerContext* context,
                                    const v1::DecryptWithServerKeyRequest* request,
                                    v1::DecryptWithServerKeyResponse* response) override;
  grpc::Status GetSecretVote(grpc::ServerContext* context, const v1::GetSecretVoteRequest* request,
                             v1::GetSecretVoteResponse* response) override;
  grpc::Status GetElectionSetup(grpc::ServerContext* context,
                                const v1::GetElectionSetupRequest* request,
                                v1::GetElectionSetupResponse* response) override;
  grpc::Status GetElectionArchive(grpc::ServerContext* context,
                                  const v1::GetElectionArchiveRequest* request,
                                  v1::GetElectionArchiveResponse* response) override;
  grpc::Status GetKeyCeremony(grpc::ServerContext* context,
                              const v1::GetKeyCeremonyRequest* request,
                              v1::GetKeyCeremonyResponse* response) override;
  grpc::Status ListKeyCeremonies(grpc::ServerContext* context,
                                 const v1::ListKeyCeremoniesRequest* request,
                                 v1::ListKeyCeremoniesResponse* response) override;

  grpc::Status GetMeeting(grpc::ServerContext* context, const v1::GetMeetingRequest* request,
                          v1::GetMeetingResponse* response) override;
  grpc::Status ListMeetings(grpc::ServerContext* context, const v1::ListMeetingsRequest* request,
                            v1::ListMeetingsResponse* response) override;
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
  // From now on calls of the method of this name, which takes `Command`, hold no thread while their
  // record becomes durable: all members vote in the same seconds.
  template <typename Command>
  void AnswerWithoutWaiting(const char* method);

  const ReadAccess& access_;
  const CommandExecutor& executor_;
  MeetingFeed feed_;
  const ElectionOffice office_;

  // The archive that was read last: readers fetch it a stretch at a time.
  struct BuiltArchive {
    std::string head;
    std::string bytes;
  };
  std::mutex archive_mutex_;
  std::shared_ptr<const BuiltArchive> newest_archive_;  // guarded by archive_mutex_
};

}  // namespace votum::meetings

#endif  // VOTUM_SERVICES_MEETINGS_SERVICE_H_
