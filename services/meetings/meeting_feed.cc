#include "services/meetings/meeting_feed.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/meetings/redaction.h"
#include "crypto/hash.h"
#include "platform/grpc/status.h"
#include "services/runtime/refused_stream.h"

namespace votum::meetings {
namespace {

using Response = v1::WatchMeetingResponse;

// Faster changes are sent together: ten answers a second are enough for any screen.
constexpr std::chrono::milliseconds kShortestPause(100);

grpc::ServerWriteReactor<Response>* Refused(const absl::Status& why) {
  return new RefusedStream<Response>(ToGrpc(why));
}

// But for the attendance.
Response ForReader(const Response& all, Audience audience) {
  Response shown;
  shown.set_index(all.index());
  for (const v1::VoteEvent& event : all.vote_events()) {
    *shown.add_vote_events() = meetings::ForReader(event, audience);
  }
  return shown;
}

// Index of the last record that changed what the feed shows; none before the meeting has begun.
std::optional<uint64_t> RevisionOf(const World& world, const std::string& meeting_id) {
  const SittingEntry* sitting = world.sittings().Find(meeting_id);
  if (sitting == nullptr) return std::nullopt;
  return std::max({sitting->revision, world.votes().RevisionOf(meeting_id),
                   world.meeting_acts().RevisionOf(meeting_id)});
}

// What an audience is shown.
struct Shown {
  std::shared_ptr<const Response> response;
  crypto::Digest content{};  // of the response, but for its index
};

}  // namespace

absl::StatusOr<v1::Attendance> AttendanceOf(const World& world, absl::string_view meeting_id) {
  ASSIGN_OR_RETURN(v1::Attendance attendance, world.sittings().GetAttendance(meeting_id));
  for (v1::MeetingAct& act : world.meeting_acts().OfMeeting(meeting_id))
    *attendance.add_acts() = std::move(act);
  return attendance;
}

// A meeting at one moment, as each audience sees it. Used by one thread.
struct MeetingFeed::Snapshot {
  Response all;
  std::string organization_id;  // that meets
  v1::Attendance for_public;
  std::optional<uint64_t> revision;  // see RevisionOf
  std::array<Shown, 3> by_audience;

  const Shown& For(Audience audience) {
    Shown& shown = by_audience[static_cast<size_t>(audience)];
    if (shown.response == nullptr) {
      Response response = ForReader(all, audience);
      *response.mutable_attendance() =
          audience == Audience::kPublic ? for_public : all.attendance();
      response.clear_index();
      shown.content = crypto::Sha256(response.SerializeAsString());
      response.set_index(all.index());
      shown.response = std::make_shared<const Response>(std::move(response));
    }
    return shown;
  }
};

// One stream. At most one write is in progress; meanwhile the newest answer waits in next_.
class MeetingFeed::Watcher final : public grpc::ServerWriteReactor<Response> {
 public:
  // It has taken a place of `caller` among `shares`.
  Watcher(MeetingFeed* feed, grpc::CallbackServerContext* context, CallerShares* shares,
          std::string caller, std::string meeting_id)
      : feed_(*feed),
        context_(*context),
        shares_(*shares),
        caller_(std::move(caller)),
        meeting_id_(std::move(meeting_id)),
        session_end_(ReadAccess::EndOfSession(*context)) {}

  void GiveBack() { shares_.GiveBack(caller_, 1); }
  const std::string& meeting_id() const { return meeting_id_; }
  // When its reader's right ends at the latest; never for one whose stream is ending.
  absl::Time session_end() const { return ended_ ? absl::InfiniteFuture() : session_end_; }

  // Whether this stream has not been offered that state of the meeting.
  bool Lacks(const std::optional<uint64_t>& revision) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return !ending_.has_value() && (!offered_ || offered_revision_ != revision);
  }

  // Sends what the watcher may see of `snapshot`, unless something newer was sent, or the same: a
  // message without a change would tell that something has changed which is not shown, a ballot in a
  // vote on a non-public item, say.
  void Offer(Snapshot& snapshot) {
    const std::lock_guard<std::mutex> lock(mutex_);
    // The context lives until the stream ends, which needs mutex_.
    if (ending_.has_value() || (offered_ && snapshot.all.index() < offered_index_)) return;
    const absl::StatusOr<Reader> reader = feed_.access_.Identify(context_);
    if (!reader.ok()) return EndLocked(ToGrpc(reader.status()));
    const Shown& shown = snapshot.For(reader->rights.In(snapshot.organization_id));
    const bool changed = !offered_ || offered_content_ != shown.content;
    offered_ = true;
    offered_index_ = snapshot.all.index();
    offered_revision_ = snapshot.revision;
    if (!changed) return;
    offered_content_ = shown.content;
    next_ = shown.response;
    if (writing_ == nullptr) WriteNextLocked();
  }

  // Ends the stream if its reader has lost the right since: the session is over, the key revoked.
  void CheckRight() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (ending_.has_value()) return;
    const absl::StatusOr<Reader> reader = feed_.access_.Identify(context_);
    if (!reader.ok()) EndLocked(ToGrpc(reader.status()));
  }

  void End(const grpc::Status& status) {
    const std::lock_guard<std::mutex> lock(mutex_);
    EndLocked(status);
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    writing_ = nullptr;
    if (ending_.has_value()) return Finish(*ending_);
    if (!ok) return EndLocked(grpc::Status::CANCELLED);
    if (next_ != nullptr) WriteNextLocked();
  }

  void OnCancel() override { End(grpc::Status::CANCELLED); }

  void OnDone() override { feed_.Forget(this); }

 private:
  void WriteNextLocked() {
    writing_ = std::move(next_);
    next_ = nullptr;
    StartWrite(writing_.get());
  }

  // A stream may finish when no write is in progress.
  void EndLocked(const grpc::Status& status) {
    if (ending_.has_value()) return;
    ending_ = status;
    ended_ = true;
    if (writing_ == nullptr) Finish(status);
  }

  MeetingFeed& feed_;
  grpc::CallbackServerContext& context_;
  CallerShares& shares_;
  const std::string caller_;
  const std::string meeting_id_;
  const absl::Time session_end_;
  std::atomic<bool> ended_{false};

  std::mutex mutex_;
  std::shared_ptr<const Response> writing_;  // guarded by mutex_, as all that follow
  std::shared_ptr<const Response> next_;
  bool offered_ = false;
  uint64_t offered_index_ = 0;
  std::optional<uint64_t> offered_revision_;
  crypto::Digest offered_content_{};
  std::optional<grpc::Status> ending_;
};

MeetingFeed::MeetingFeed(const ReadAccess* access, CallerShares::Limits persons,
                         CallerShares::Limits of_public)
    : access_(*access), persons_(persons), public_(of_public) {
  listener_ = access_.replica().AddListener([this] {
    const std::lock_guard<std::mutex> lock(mutex_);
    has_grown_ = true;
    changed_.notify_all();
  });
  thread_ = std::thread([this] { Publish(); });
}

MeetingFeed::~MeetingFeed() {
  access_.replica().RemoveListener(listener_);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

grpc::ServerWriteReactor<Response>* MeetingFeed::Watch(grpc::CallbackServerContext* context,
                                                       std::string meeting_id) {
  absl::StatusOr<Reader> reader = access_.Identify(*context);
  if (!reader.ok()) return Refused(reader.status());
  const bool person = !reader->person_id.empty();
  CallerShares& shares = person ? persons_ : public_;
  std::string caller = person ? std::move(reader->person_id) : CallerOf(*context);
  const CallerShares::Taken taken = shares.Take(caller, 1);
  if (taken != CallerShares::Taken::kYes) {
    const bool own = taken == CallerShares::Taken::kCallerHasItsShare;
    return Refused(Refuse(
        Reason::kTooManyWaitingReads,
        absl::StrCat(own ? shares.limits().of_caller : shares.limits().in_all, " streams",
                     own ? " of this caller" : "",
                     " watch meetings already; end one of them first, or read the meeting now and "
                     "then (GetAttendance, ListVoteEvents)")));
  }
  const auto watcher =
      std::make_shared<Watcher>(this, context, &shares, std::move(caller), std::move(meeting_id));
  const std::lock_guard<std::mutex> lock(mutex_);
  watchers_[watcher.get()] = watcher;
  newcomers_.push_back(watcher);
  changed_.notify_all();
  return watcher.get();
}

void MeetingFeed::Forget(Watcher* watcher) {
  std::shared_ptr<Watcher> last;  // outlives the lock: it may be the last reference
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = watchers_.find(watcher);
  last = std::move(found->second);
  watchers_.erase(found);
  last->GiveBack();
}

absl::StatusOr<std::shared_ptr<MeetingFeed::Snapshot>> MeetingFeed::Take(
    const std::string& meeting_id) const {
  return access_.replica().WithState(
      [&](const Fold& fold) -> absl::StatusOr<std::shared_ptr<Snapshot>> {
        const World& world = fold.world();
        auto snapshot = std::make_shared<Snapshot>();
        ASSIGN_OR_RETURN(*snapshot->all.mutable_attendance(), AttendanceOf(world, meeting_id));
        snapshot->organization_id = world.sittings().Find(meeting_id)->organization_id;
        snapshot->for_public =
            meetings::ForReader(snapshot->all.attendance(), world.agenda(), Audience::kPublic);
        ASSIGN_OR_RETURN(std::vector<v1::VoteEvent> events,
                         world.votes().List(meeting_id, "", std::numeric_limits<size_t>::max()));
        for (v1::VoteEvent& event : events) {
          // The rules are the largest part, and do not change.
          event.clear_profile();
          *snapshot->all.add_vote_events() = std::move(event);
        }
        if (fold.next_index() > 0) snapshot->all.set_index(fold.next_index() - 1);
        snapshot->revision = RevisionOf(world, meeting_id);
        return snapshot;
      });
}

// Streams end with the right to them, also while nothing happens.
absl::Time MeetingFeed::NextEndLocked() const {
  absl::Time next = absl::Now() + absl::Hours(1);
  for (const auto& [key, watcher] : watchers_) next = std::min(next, watcher->session_end());
  return next;
}

std::vector<std::shared_ptr<MeetingFeed::Watcher>> MeetingFeed::ExpiredLocked() const {
  const absl::Time now = absl::Now();
  std::vector<std::shared_ptr<Watcher>> expired;
  for (const auto& [key, watcher] : watchers_) {
    if (watcher->session_end() <= now) expired.push_back(watcher);
  }
  return expired;
}

// Newcomers get their first answer at once, and all others theirs after the shortest pause.
void MeetingFeed::Publish() {
  auto next = std::chrono::steady_clock::now();
  for (;;) {
    std::map<std::string, std::vector<std::shared_ptr<Watcher>>> by_meeting;
    std::vector<std::shared_ptr<Watcher>> expired;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait_until(lock, absl::ToChronoTime(NextEndLocked()),
                          [this] { return stopping_ || has_grown_ || !newcomers_.empty(); });
      expired = ExpiredLocked();
      if (has_grown_ || !newcomers_.empty())
        changed_.wait_until(lock, next, [this] { return stopping_ || !newcomers_.empty(); });
      if (stopping_) return;
      std::vector<std::shared_ptr<Watcher>> waiting = std::exchange(newcomers_, {});
      const auto now = std::chrono::steady_clock::now();
      if (has_grown_ && now >= next) {
        has_grown_ = false;
        next = now + kShortestPause;
        waiting.clear();  // they are among all
        for (const auto& [key, watcher] : watchers_) waiting.push_back(watcher);
      }
      for (std::shared_ptr<Watcher>& watcher : waiting)
        by_meeting[watcher->meeting_id()].push_back(std::move(watcher));
    }
    for (const std::shared_ptr<Watcher>& watcher : expired) watcher->CheckRight();
    for (const auto& [meeting_id, watchers] : by_meeting) OfferTo(meeting_id, watchers);
  }
}

void MeetingFeed::OfferTo(const std::string& meeting_id,
                          const std::vector<std::shared_ptr<Watcher>>& watchers) {
  const auto revision = access_.replica().WithState(
      [&meeting_id](const Fold& fold) { return RevisionOf(fold.world(), meeting_id); });
  absl::StatusOr<std::shared_ptr<Snapshot>> snapshot = absl::UnknownError("not taken");
  for (const std::shared_ptr<Watcher>& watcher : watchers) {
    if (!watcher->Lacks(revision)) {
      watcher->CheckRight();
      continue;
    }
    if (absl::IsUnknown(snapshot.status())) snapshot = Take(meeting_id);
    if (snapshot.ok()) {
      watcher->Offer(**snapshot);
    } else {
      watcher->End(ToGrpc(snapshot.status()));
    }
  }
}

}  // namespace votum::meetings
