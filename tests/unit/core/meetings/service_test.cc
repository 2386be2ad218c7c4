// The service over gRPC: reads by reader, pages, and the feed.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status_matchers.h"
#include "gtest/gtest.h"
#include "platform/grpc/status.h"
#include "tests/harness/await.h"
#include "tests/unit/core/meetings/council.h"
#include "tests/unit/core/meetings/town.h"

namespace votum::meetings {
namespace {

v1::ProposeMotion Motion(const std::string& id, const std::string& item_id) {
  auto motion = OfMeeting<v1::ProposeMotion>();
  motion.set_item_id(item_id);
  motion.set_motion_id(id);
  motion.set_proposition("Sollen wir?");
  motion.set_polarity(v1::POLARITY_ADOPTS_ITEM);
  return motion;
}

void OpenVote(Town& town, const std::string& id, const std::string& item_id) {
  town.Record(Motion("motion-" + id, item_id));
  auto open = OfMeeting<v1::OpenVote>();
  open.set_motion_id("motion-" + id);
  open.set_vote_event_id(id);
  open.set_mode(v1::VOTE_MODE_ROLL_CALL);
  town.Record(std::move(open));
}

// One watching client. No read takes longer than twenty seconds.
class Watch {
 public:
  explicit Watch(Town& town, const std::string& session = "",
                 const std::string& meeting_id = Council::kMeeting) {
    context_.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
    if (!session.empty()) context_.AddMetadata(kSessionMetadata, session);
    v1::WatchMeetingRequest request;
    request.set_meeting_id(meeting_id);
    reader_ = town.stub().WatchMeeting(&context_, request);
  }

  v1::WatchMeetingResponse Next() {
    v1::WatchMeetingResponse response;
    EXPECT_TRUE(reader_->Read(&response));
    return response;
  }
  // The first answer that has folded the record at `index`.
  v1::WatchMeetingResponse From(uint64_t index) {
    v1::WatchMeetingResponse response;
    do {
      if (!reader_->Read(&response)) {
        ADD_FAILURE() << "the stream ended before record " << index;
        break;
      }
    } while (response.index() < index);
    return response;
  }
  // The final status of the stream, once all answers are read.
  absl::Status End() {
    v1::WatchMeetingResponse response;
    while (reader_->Read(&response)) {
    }
    return FromGrpc(reader_->Finish());
  }
  void Cancel() { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchMeetingResponse>> reader_;
};

std::string Session(const Town& town) { return town.SessionUntil(absl::Now() + absl::Minutes(10)); }

TEST(WatchMeeting, SendsTheMeetingAtOnceAndAfterEachChange) {
  Town town;
  Watch watch(town);
  v1::WatchMeetingResponse response = watch.Next();
  EXPECT_EQ(response.attendance().state(), v1::SITTING_STATE_OPEN);
  EXPECT_EQ(response.attendance().present_count(), 0);

  response = watch.From(town.Record(CheckInOf("anna")));
  EXPECT_EQ(response.attendance().present_count(), 1);
  EXPECT_TRUE(response.attendance().quorate());

  OpenVote(town, "vote", "top-1");
  response = watch.From(town.Record(Cast(v1::CHOICE_YES)));
  ASSERT_EQ(response.vote_events_size(), 1);
  EXPECT_EQ(response.vote_events(0).cast_count(), 1);
  EXPECT_EQ(response.vote_events(0).votes_size(), 0);
  EXPECT_FALSE(response.vote_events(0).has_profile());

  response = watch.From(town.Record(Close()));
  EXPECT_EQ(response.vote_events(0).votes_size(), 0) << "the public sees them with the result";
  response = watch.From(town.Record(Establish(1, 0, 0, 0, v1::OUTCOME_ADOPTED)));
  ASSERT_EQ(response.vote_events(0).votes_size(), 1);
  EXPECT_EQ(response.vote_events(0).votes(0).choice(), v1::CHOICE_YES);
}

TEST(WatchMeeting, ShowsEachReaderWhatIsForTheReader) {
  Town town;
  Watch everybody(town);
  Watch council(town, Session(town));
  town.Record(CheckInOf("anna"));
  OpenVote(town, "vote", "top-2");
  const uint64_t last = town.Record(Close());
  const v1::WatchMeetingResponse shown = everybody.From(last);
  ASSERT_EQ(shown.vote_events_size(), 1);
  EXPECT_EQ(shown.vote_events(0).id(), "vote");
  EXPECT_EQ(shown.vote_events(0).electorate_size(), 0);
  EXPECT_FALSE(shown.vote_events(0).has_computed_result());
  const v1::WatchMeetingResponse all = council.From(last);
  EXPECT_EQ(all.vote_events(0).electorate_size(), 1);
  EXPECT_TRUE(all.vote_events(0).has_computed_result());
}

TEST(WatchMeeting, EndsForUnknownMeetingsAndBadSessions) {
  Town town;
  EXPECT_THAT(Watch(town, "", "x").End(), IsRefused(Reason::kNoSuchMeeting));
  EXPECT_THAT(Watch(town, "no session").End(), IsRefused(Reason::kBadSession));
  EXPECT_THAT(Watch(town, town.SessionUntil(absl::Now() - absl::Seconds(1))).End(),
              IsRefused(Reason::kSessionExpired));
}

TEST(WatchMeeting, EndsWithTheSessionThoughNothingHappens) {
  Town town;
  const absl::Time expiry = absl::Now() + absl::Milliseconds(700);
  Watch watch(town, town.SessionUntil(expiry));
  watch.Next();
  EXPECT_THAT(watch.End(), IsRefused(Reason::kSessionExpired));
  EXPECT_GE(absl::Now(), expiry);
}

TEST(WatchMeeting, SlowReadersSkipToTheNewest) {
  Town town;
  Watch watch(town);
  uint64_t last = 0;
  for (int i = 0; i < 200; ++i) {
    town.Send(CheckInOf("anna"));
    last = town.Send(CheckOutOf("anna"));
  }
  ASSERT_OK(town.replica().WaitFor(last, absl::Now() + absl::Seconds(20)));
  const v1::WatchMeetingResponse newest = watch.From(last);
  EXPECT_EQ(newest.index(), last);
  EXPECT_EQ(newest.attendance().presences_size(), 200);
}

TEST(WatchMeeting, ServesMoreStreamsThanThereAreThreads) {
  Town town;
  std::vector<std::unique_ptr<Watch>> watches;
  for (int i = 0; i < 2 * kMaxThreads; ++i) {
    watches.push_back(std::make_unique<Watch>(town));
    watches.back()->Next();
  }
  const uint64_t index = town.Record(CheckInOf("anna"));
  for (const auto& watch : watches) {
    EXPECT_EQ(watch->From(index).attendance().present_count(), 1);
  }
}

TEST(WatchMeeting, GoesOnForOthersWhenSomeLeave) {
  Town town;
  Watch stays(town);
  for (int i = 0; i < 20; ++i) {
    Watch leaves(town);
    if (i % 2 == 0) leaves.Next();
    leaves.Cancel();
    EXPECT_THAT(leaves.End(), HasCode(absl::StatusCode::kCancelled));
  }
  EXPECT_EQ(stays.From(town.Record(CheckInOf("anna"))).attendance().present_count(), 1);
}

TEST(WatchMeeting, StreamsEndWhenTheServiceStops) {
  auto town = std::make_unique<Town>();
  Watch watch(*town);
  watch.Next();
  town = nullptr;
  EXPECT_FALSE(watch.End().ok());
}

TEST(Reads, ShowWhatThereIs) {
  Town town;
  const uint64_t index = town.Record(CheckInOf("anna"));
  OpenVote(town, "vote", "top-1");
  grpc::ClientContext context;
  context.AddMetadata(kMinIndexMetadata, absl::StrCat(index));
  v1::GetAttendanceRequest request;
  request.set_meeting_id(Council::kMeeting);
  v1::GetAttendanceResponse response;
  ASSERT_TRUE(town.stub().GetAttendance(&context, request, &response).ok());
  EXPECT_EQ(response.attendance().present_count(), 1);

  grpc::ClientContext motion_context;
  v1::GetMotionRequest motion_request;
  motion_request.set_motion_id("motion-vote");
  v1::GetMotionResponse motion;
  ASSERT_TRUE(town.stub().GetMotion(&motion_context, motion_request, &motion).ok());
  EXPECT_EQ(motion.motion().vote_event_id(), "vote");

  grpc::ClientContext event_context;
  v1::GetVoteEventRequest event_request;
  event_request.set_vote_event_id("vote");
  v1::GetVoteEventResponse event;
  ASSERT_TRUE(town.stub().GetVoteEvent(&event_context, event_request, &event).ok());
  EXPECT_EQ(event.vote_event().profile().id(), "de-nw-rat");
}

TEST(Reads, ListVotesByPages) {
  Town town;
  town.Record(CheckInOf("anna"));
  for (const char* id : {"c", "a", "b"}) {
    OpenVote(town, id, "top-1");
    town.Record(Close(id));
  }
  std::vector<std::string> ids;
  v1::ListVoteEventsRequest request;
  request.set_meeting_id(Council::kMeeting);
  request.set_page_size(2);
  int pages = 0;
  do {
    grpc::ClientContext context;
    v1::ListVoteEventsResponse response;
    ASSERT_TRUE(town.stub().ListVoteEvents(&context, request, &response).ok());
    for (const v1::VoteEvent& event : response.vote_events()) ids.push_back(event.id());
    request.set_page_token(response.next_page_token());
    ++pages;
  } while (!request.page_token().empty());
  EXPECT_EQ(pages, 2);
  EXPECT_THAT(ids, ::testing::ElementsAre("c", "a", "b"));
}

}  // namespace
}  // namespace votum::meetings
