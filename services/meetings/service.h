// MeetingsService over gRPC: reads go to the domain, WatchMeeting to the feed, commands to the
// executor, which asks this service where only it can tell whether a command is sound.
#ifndef VOTUM_SERVICES_MEETINGS_SERVICE_H_
#define VOTUM_SERVICES_MEETINGS_SERVICE_H_

#include <memory>
#include <mutex>
#include <string>

#include "crypto/secret.h"
#include "services/meetings/election_office.h"
#include "services/meetings/failed_ballots.h"
#include "services/meetings/meeting_feed.h"
#include "services/runtime/command_methods.h"
#include "services/runtime/ledger_client.h"
#include "services/runtime/read_access.h"
#include "votum/meetings/v1/key_ceremonies.pb.h"
#include "votum/meetings/v1/lots.pb.h"
#include "votum/meetings/v1/meetings_service.grpc.pb.h"
#include "votum/meetings/v1/proceedings.pb.h"

namespace votum::meetings {

// The audience that the reader is of this meeting, which need not exist.
Audience AudienceAt(const World& world, const Reader& reader, absl::string_view meeting_id);

// Thread-safe.
class MeetingsServiceImpl final
    : public WithoutCommands<
          v1::MeetingsService,
          v1::MeetingsService::WithCallbackMethod_WatchMeeting<v1::MeetingsService::Service>> {
 public:
  // All outlive this object. `sealing_key` has 32 bytes and is the same in every process of the
  // service: it seals the keys of secret votes.
  MeetingsServiceImpl(const ReadAccess* access, LedgerClient* ledger,
                      crypto::SecretBytes sealing_key);

  // The checks that only this service can make. It outlives them.
  HooksByType hooks() const;

  // In secret_votes_service.cc, until GetMeeting.
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
  // Hooks of commands, in secret_votes_service.cc: OK, or why the command must not be recorded.
  absl::Status MayAppend(const v1::OpenVote& open, const common::v1::SignedCommand& as_sent,
                         absl::Time deadline) const;
  absl::Status MayAppend(const v1::RegisterCredential& registration,
                         const common::v1::SignedCommand& as_sent, absl::Time deadline) const;
  absl::Status MayAppend(const v1::BeginBallots& begin, const common::v1::SignedCommand& as_sent,
                         absl::Time deadline) const;
  absl::Status MayAppend(const v1::RecordParticipation& record,
                         const common::v1::SignedCommand& as_sent, absl::Time deadline) const;
  absl::Status VerifyAhead(const v1::CastSecretBallot& cast,
                           const common::v1::SignedCommand& as_sent, absl::Time deadline) const;

  const ReadAccess& access_;
  LedgerClient& ledger_;
  MeetingFeed feed_;
  const ElectionOffice office_;
  mutable FailedBallots failed_ballots_;

  // The archive that was read last: readers fetch it piece by piece.
  struct BuiltArchive {
    std::string head;
    std::string bytes;
  };
  std::mutex archive_mutex_;
  std::shared_ptr<const BuiltArchive> newest_archive_;  // guarded by archive_mutex_
};

}  // namespace votum::meetings

#endif  // VOTUM_SERVICES_MEETINGS_SERVICE_H_
