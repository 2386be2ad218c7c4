#include "tests/unit/clients/fake_service.h"

#include <atomic>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "crypto/certificates.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "platform/grpc/status.h"
#include "votum/meetings/v1/meetings_service.grpc.pb.h"

namespace votum::client {
namespace {

std::string MetadataOf(const grpc::ServerContext& context, const char* key) {
  const auto found = context.client_metadata().find(key);
  if (found == context.client_metadata().end()) return "";
  return std::string(found->second.data(), found->second.size());
}

}  // namespace

class FakeService::Service : public meetings::v1::MeetingsService::Service {
 public:
  explicit Service(FakeLog* log) : log_(*log) {}

  grpc::Status CastVote(grpc::ServerContext* context, const common::v1::SignedCommand* command,
                        common::v1::Receipt* receipt) override {
    const absl::Status failure = Note(*context, *command);
    if (!failure.ok()) return ToGrpc(failure);
    common::v1::SignedCommand recorded = *command;
    if (lie.exchange(false)) recorded.clear_signatures();
    *receipt = log_.Append(recorded);
    return grpc::Status::OK;
  }

  grpc::Status GetAttendance(grpc::ServerContext* context,
                             const meetings::v1::GetAttendanceRequest* request,
                             meetings::v1::GetAttendanceResponse* response) override {
    const absl::Status failure = Note(*context, {});
    if (!failure.ok()) return ToGrpc(failure);
    response->mutable_attendance()->set_meeting_id(request->meeting_id());
    return grpc::Status::OK;
  }

  grpc::Status GetVoteEvent(grpc::ServerContext* context,
                            const meetings::v1::GetVoteEventRequest* request,
                            meetings::v1::GetVoteEventResponse* response) override {
    const absl::Status failure = Note(*context, {});
    if (!failure.ok()) return ToGrpc(failure);
    *response->mutable_vote_event() = Event(request->vote_event_id());
    return grpc::Status::OK;
  }

  // Five votes, two on a page.
  grpc::Status ListVoteEvents(grpc::ServerContext* context,
                              const meetings::v1::ListVoteEventsRequest* request,
                              meetings::v1::ListVoteEventsResponse* response) override {
    const absl::Status failure = Note(*context, {});
    if (!failure.ok()) return ToGrpc(failure);
    {
      const std::lock_guard<std::mutex> lock(mutex);
      if (!age.empty()) context->AddInitialMetadata("votum-state-age", age);
    }
    const int first = request->page_token().empty() ? 1 : std::stoi(request->page_token());
    for (int i = first; i < first + 2 && i <= 5; ++i)
      *response->add_vote_events() = Event(absl::StrCat("v", i));
    if (first + 2 <= 5) response->set_next_page_token(absl::StrCat(first + 2));
    return grpc::Status::OK;
  }

  grpc::Status WatchMeeting(
      grpc::ServerContext* context, const meetings::v1::WatchMeetingRequest*,
      grpc::ServerWriter<meetings::v1::WatchMeetingResponse>* writer) override {
    const absl::Status failure = Note(*context, {});
    if (!failure.ok()) return ToGrpc(failure);
    meetings::v1::WatchMeetingResponse response;
    // Endless: continues until the client cancels.
    for (uint64_t index = 0; !context->IsCancelled(); ++index) {
      response.set_index(index);
      if (!writer->Write(response)) break;
    }
    return grpc::Status::OK;
  }

  std::mutex mutex;
  std::deque<absl::Status> failures;  // guarded by mutex
  std::vector<SeenCall> calls;        // guarded by mutex
  std::atomic<bool> lie{false};
  std::string age;  // guarded by mutex
  std::unique_ptr<grpc::Server> server;
  int port = 0;

 private:
  static meetings::v1::VoteEvent Event(const std::string& id) {
    meetings::v1::VoteEvent event;
    event.set_id(id);
    event.set_meeting_id("sitzung-7");
    event.set_motion_id("Anträge");
    event.set_mode(meetings::v1::VOTE_MODE_ROLL_CALL);
    return event;
  }

  // Records the call and returns its intended failure.
  absl::Status Note(const grpc::ServerContext& context, const common::v1::SignedCommand& command) {
    const std::lock_guard<std::mutex> lock(mutex);
    calls.push_back({MetadataOf(context, "votum-session-bin"),
                     MetadataOf(context, "votum-min-index"), command});
    if (failures.empty()) return absl::OkStatus();
    absl::Status failure = failures.front();
    failures.pop_front();
    return failure;
  }

  FakeLog& log_;
};

FakeService::FakeService(const std::string& folder)
    : ca_file_(folder + "/ca.crt"),
      identity_file_(folder + "/services.pem"),
      service_(std::make_unique<Service>(&log_)) {
  const auto authority = crypto::MakeAuthority("Votum Test", absl::Now());
  const auto identity = crypto::IssueServiceCertificate(
      *authority, {"meetings", {"localhost"}, {"127.0.0.1"}, 1}, absl::Now());
  if (!identity.ok() || !WriteFile(ca_file_, authority->certificate_pem).ok() ||
      !WriteFile(identity_file_,
                 absl::StrCat(identity->certificate_pem, identity->key_pem.Reveal()))
           .ok()) {
    std::abort();
  }
  grpc::SslServerCredentialsOptions tls;
  tls.pem_key_cert_pairs.push_back(
      {std::string(identity->key_pem.Reveal()), identity->certificate_pem});
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(tls), &service_->port);
  builder.RegisterService(service_.get());
  service_->server = builder.BuildAndStart();
  if (service_->server == nullptr) std::abort();
}

FakeService::~FakeService() { service_->server->Shutdown(); }

void FakeService::FailNext(std::vector<absl::Status> failures) {
  const std::lock_guard<std::mutex> lock(service_->mutex);
  service_->failures.assign(failures.begin(), failures.end());
}

void FakeService::TellAge(const std::string& seconds) {
  const std::lock_guard<std::mutex> lock(service_->mutex);
  service_->age = seconds;
}

void FakeService::LieNext() { service_->lie = true; }

Context FakeService::ContextOf(const std::string& key_file) const {
  Context context;
  context.deployment = kDeployment;
  context.log_vkey = log_.vkey();
  context.ca_certificate_file = ca_file_;
  context.endpoints["meetings"] = absl::StrCat("127.0.0.1:", service_->port);
  if (!key_file.empty()) {
    context.person_id = "m01";
    context.key_file = key_file;
  }
  return context;
}

std::vector<SeenCall> FakeService::calls() const {
  const std::lock_guard<std::mutex> lock(service_->mutex);
  return service_->calls;
}

}  // namespace votum::client
