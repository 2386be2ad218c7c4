#include "services/gateway/readiness.h"

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "platform/grpc/status.h"
#include "votum/runtime/v1/runtime_service.grpc.pb.h"

namespace votum::gateway {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(2);
constexpr absl::Duration kAskAgain = absl::Seconds(1);

}  // namespace

void SeenCheckpoints::See(uint64_t size, absl::Time now) {
  last_ = now;
  if (seen_.empty() || seen_.back().second < size) seen_.emplace_back(now, size);
}

uint64_t SeenCheckpoints::Required(absl::Time now) {
  while (seen_.size() > 1 && now - seen_[1].first >= oldest_) seen_.pop_front();
  return !seen_.empty() && now - seen_.front().first >= oldest_ ? seen_.front().second : 0;
}

// One round of questions to all services.
struct Readiness::Question {
  struct Call {
    std::unique_ptr<runtime::v1::RuntimeService::Stub> stub;
    grpc::ClientContext context;
    runtime::v1::GetProjectionRequest request;
    runtime::v1::GetProjectionResponse response;
  };
  std::map<std::string, Call> calls;
  std::mutex mutex;
  std::map<std::string, absl::StatusOr<uint64_t>> folded;  // guarded by mutex
};

Readiness::Readiness(ServiceChannels channels, absl::Duration oldest)
    : channels_(std::move(channels)), oldest_(oldest), checkpoints_(oldest) {}

Readiness::~Readiness() {
  std::shared_ptr<Question> last;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    last = question_;
  }
  if (last != nullptr) {
    for (auto& [name, call] : last->calls) call.context.TryCancel();
  }
  last = nullptr;
  asked_.AwaitNone();
}

void Readiness::SeeCheckpoint(uint64_t size) {
  const std::lock_guard<std::mutex> lock(mutex_);
  checkpoints_.See(size, absl::Now());
}

void Readiness::Handle(const std::shared_ptr<http::Reply>& reply) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (absl::Now() - answered_ < kAskAgain) {
    const http::Answer answer = answer_;
    lock.unlock();
    return reply->Send(answer);
  }
  waiting_.push_back(reply);
  if (question_ != nullptr) return;
  question_ = asked_.New<Question>();
  const std::shared_ptr<Question> question = question_;
  lock.unlock();
  for (const auto& [name, channel] : channels_)
    question->calls[name].stub = runtime::v1::RuntimeService::NewStub(channel);
  for (auto& [name, call] : question->calls) {
    call.context.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
    call.stub->async()->GetProjection(
        &call.context, &call.request, &call.response,
        [this, question, name = name, &call = call](const grpc::Status& status) {
          std::unique_lock<std::mutex> answers(question->mutex);
          question->folded.emplace(name, status.ok()
                                             ? absl::StatusOr<uint64_t>(call.response.next_index())
                                             : absl::StatusOr<uint64_t>(FromGrpc(status)));
          if (question->folded.size() == question->calls.size()) Answered(question->folded);
        });
  }
}

void Readiness::Answered(const std::map<std::string, absl::StatusOr<uint64_t>>& folded) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const absl::Time now = absl::Now();
  const uint64_t required = checkpoints_.Required(now);
  std::string reasons;
  if (!checkpoints_.IsFresh(now)) {
    absl::StrAppend(&reasons, "no checkpoint of the log has come for ",
                    absl::FormatDuration(oldest_), "\n");
  }
  for (const auto& [name, records] : folded) {
    if (!records.ok()) {
      absl::StrAppend(&reasons, name, " does not answer\n");
    } else if (*records < required) {
      absl::StrAppend(&reasons, name, " has folded ", *records, " of ", required, " records\n");
    }
  }
  answer_ = {reasons.empty() ? 200 : 503, "text/plain; charset=utf-8",
             reasons.empty() ? "ready\n" : reasons};
  if (!reasons.empty()) answer_.headers.emplace_back("Retry-After", "1");
  answered_ = now;
  for (const auto& reply : waiting_) reply->Send(answer_);
  waiting_.clear();
  question_ = nullptr;
}

}  // namespace votum::gateway
