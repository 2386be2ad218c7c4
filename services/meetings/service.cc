#include "services/meetings/service.h"

#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "core/fold/reach_log.h"
#include "core/meetings/redaction.h"
#include "services/runtime/paging.h"
#include "services/runtime/sealed_contents.h"

namespace votum::meetings {
Audience AudienceAt(const World& world, const Reader& reader, absl::string_view meeting_id) {
  const MeetingEntry* const meeting = world.agenda().FindMeeting(meeting_id);
  return reader.rights.In(meeting == nullptr ? "" : meeting->organization_id);
}

MeetingsServiceImpl::MeetingsServiceImpl(const ReadAccess* access, LedgerClient* ledger,
                                         crypto::SecretBytes sealing_key)
    : access_(*access), ledger_(*ledger), feed_(access), office_(ledger, std::move(sealing_key)) {}

grpc::Status MeetingsServiceImpl::GetMeeting(grpc::ServerContext* context,
                                             const v1::GetMeetingRequest* request,
                                             v1::GetMeetingResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(*response->mutable_meeting(),
                     world.agenda().GetMeeting(request->meeting_id(), reader.rights));
    return absl::OkStatus();
  };
  return access_.Read(*context, "GetMeeting", read);
}

grpc::Status MeetingsServiceImpl::ListMeetings(grpc::ServerContext* context,
                                               const v1::ListMeetingsRequest* request,
                                               v1::ListMeetingsResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const Page page, ParsePage(request->page_size(), request->page_token()));
    for (auto& resource : world.agenda().ListMeetings(page.after, page.size, reader.rights))
      *response->add_meetings() = std::move(resource);
    if (static_cast<size_t>(response->meetings_size()) == page.size) {
      response->set_next_page_token(
          NextPageToken(response->meetings(response->meetings_size() - 1).id()));
    }
    return absl::OkStatus();
  };
  return access_.Read(*context, "ListMeetings", read);
}

grpc::Status MeetingsServiceImpl::GetAttendance(grpc::ServerContext* context,
                                                const v1::GetAttendanceRequest* request,
                                                v1::GetAttendanceResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(v1::Attendance attendance, AttendanceOf(world, request->meeting_id()));
    *response->mutable_attendance() = ForReader(std::move(attendance), world.agenda(),
                                                AudienceAt(world, reader, request->meeting_id()));
    return absl::OkStatus();
  };
  // Everybody whom the meeting is shown to sees that there was a disruption; its description is read
  // by those who may read it in the log.
  const auto contents = [&](const Fold& fold, const Reader& reader) {
    std::vector<ShownContent> shown;
    for (v1::Disruption& disruption : *response->mutable_attendance()->mutable_disruptions()) {
      if (MayRead(fold.world(), fold.reach_log(), reader.person_id,
                  disruption.sealed_text().commitment())) {
        shown.push_back({&disruption.sealed_text(), disruption.mutable_text()});
      }
    }
    return shown;
  };
  return ReadWithContents(access_, ledger_, *context, "GetAttendance", response, read, contents);
}

grpc::Status MeetingsServiceImpl::GetMotion(grpc::ServerContext* context,
                                            const v1::GetMotionRequest* request,
                                            v1::GetMotionResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(v1::Motion motion, world.motions().Get(request->motion_id()));
    const Audience audience = AudienceAt(world, reader, motion.meeting_id());
    *response->mutable_motion() = ForReader(std::move(motion), audience);
    return absl::OkStatus();
  };
  return access_.Read(*context, "GetMotion", read);
}

grpc::Status MeetingsServiceImpl::GetLot(grpc::ServerContext* context,
                                         const v1::GetLotRequest* request,
                                         v1::GetLotResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(v1::Lot lot, world.lots().Get(request->lot_id()));
    const VoteEventEntry& vote = *world.votes().Find(lot.vote_event_id());
    const bool is_public = world.motions().Find(vote.motion_id)->is_public;
    const Audience audience = AudienceAt(world, reader, lot.meeting_id());
    *response->mutable_lot() = ForReader(std::move(lot), is_public, audience);
    return absl::OkStatus();
  };
  return access_.Read(*context, "GetLot", read);
}

grpc::Status MeetingsServiceImpl::GetVoteEvent(grpc::ServerContext* context,
                                               const v1::GetVoteEventRequest* request,
                                               v1::GetVoteEventResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(v1::VoteEvent event, world.votes().Get(request->vote_event_id()));
    const Audience audience = AudienceAt(world, reader, event.meeting_id());
    *response->mutable_vote_event() = ForReader(std::move(event), audience);
    return absl::OkStatus();
  };
  return access_.Read(*context, "GetVoteEvent", read);
}

grpc::Status MeetingsServiceImpl::ListVoteEvents(grpc::ServerContext* context,
                                                 const v1::ListVoteEventsRequest* request,
                                                 v1::ListVoteEventsResponse* response) {
  const auto read = [&](const World& world, const Reader& reader) -> absl::Status {
    ASSIGN_OR_RETURN(const Page page, ParsePage(request->page_size(), request->page_token()));
    // One more than requested tells whether there is another page.
    ASSIGN_OR_RETURN(std::vector<v1::VoteEvent> events,
                     world.votes().List(request->meeting_id(), page.after, page.size + 1));
    if (events.size() > page.size) {
      events.pop_back();
      response->set_next_page_token(NextPageToken(events.back().id()));
    }
    const Audience audience = AudienceAt(world, reader, request->meeting_id());
    for (v1::VoteEvent& event : events)
      *response->add_vote_events() = ForReader(std::move(event), audience);
    return absl::OkStatus();
  };
  return access_.Read(*context, "ListVoteEvents", read);
}

grpc::ServerWriteReactor<v1::WatchMeetingResponse>* MeetingsServiceImpl::WatchMeeting(
    grpc::CallbackServerContext* context, const v1::WatchMeetingRequest* request) {
  return feed_.Watch(context, request->meeting_id());
}

}  // namespace votum::meetings
