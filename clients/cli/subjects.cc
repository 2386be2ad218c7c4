#include "clients/cli/subjects.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "clients/cli/pages.h"
#include "clients/cli/words.h"
#include "crypto/encoding.h"
#include "votum/directory/v1/directory_service.pb.h"
#include "votum/ideas/v1/ideas_service.pb.h"
#include "votum/meetings/v1/meetings_service.pb.h"

namespace votum::cli {
namespace {

namespace iv1 = ideas::v1;
namespace mv1 = meetings::v1;

// The ideas that were made from those under `subjects`, by id, with what they were made from.
std::map<std::string, std::string> SuccessorsOf(const std::set<std::string>& subjects,
                                                const Sealed& sealed) {
  std::map<std::string, std::string> sources;
  std::vector<const iv1::Idea*> next;
  for (const auto& [id, idea] : sealed.ideas) {
    if (subjects.count(idea.text().subject()) > 0) next.push_back(&idea);
  }
  while (!next.empty()) {
    const iv1::Idea& idea = *next.back();
    next.pop_back();
    for (const std::string& id : idea.successor_idea_ids()) {
      const auto found = sealed.ideas.find(id);
      if (found != sealed.ideas.end() && sources.emplace(id, idea.id()).second)
        next.push_back(&found->second);
    }
  }
  return sources;
}

}  // namespace

absl::StatusOr<Sealed> FetchSealed(client::Client& client) {
  Sealed sealed;
  RETURN_IF_ERROR(EachPage<iv1::ListIdeasResponse>(
      client, "ideas", "ListIdeas", iv1::ListIdeasRequest(), [&](iv1::ListIdeasResponse& page) {
        for (iv1::Idea& idea : *page.mutable_ideas()) sealed.ideas[idea.id()] = std::move(idea);
        return true;
      }));
  RETURN_IF_ERROR(EachPage<directory::v1::ListPersonsResponse>(
      client, "directory", "ListPersons", directory::v1::ListPersonsRequest(),
      [&](directory::v1::ListPersonsResponse& page) {
        for (directory::v1::Person& person : *page.mutable_persons())
          sealed.persons.push_back(std::move(person));
        return true;
      }));
  std::vector<std::string> meeting_ids;
  RETURN_IF_ERROR(EachPage<mv1::ListMeetingsResponse>(
      client, "meetings", "ListMeetings", mv1::ListMeetingsRequest(),
      [&](mv1::ListMeetingsResponse& page) {
        for (const mv1::Meeting& meeting : page.meetings()) {
          if (meeting.state() != mv1::MEETING_STATE_CONVENED) meeting_ids.push_back(meeting.id());
        }
        return true;
      }));
  for (const std::string& id : meeting_ids) {
    mv1::ListVoteEventsRequest request;
    request.set_meeting_id(id);
    const absl::Status read = EachPage<mv1::ListVoteEventsResponse>(
        client, "meetings", "ListVoteEvents", request, [&](mv1::ListVoteEventsResponse& page) {
          for (mv1::VoteEvent& event : *page.mutable_vote_events()) {
            if (event.has_secret()) sealed.secret_votes.push_back(std::move(event));
          }
          return true;
        });
    // A meeting that was called off has neither votes nor attendance.
    if (absl::IsNotFound(read)) continue;
    RETURN_IF_ERROR(read);
    mv1::GetAttendanceRequest of_meeting;
    of_meeting.set_meeting_id(id);
    mv1::GetAttendanceResponse answer;
    RETURN_IF_ERROR(client.Read("meetings", "GetAttendance", of_meeting, &answer));
    if (answer.attendance().disruptions_size() > 0)
      sealed.attendances.push_back(std::move(*answer.mutable_attendance()));
  }
  return sealed;
}

std::string WhatLiesUnder(const std::set<std::string>& subjects, const Sealed& sealed) {
  std::string lines;
  for (const auto& [id, idea] : sealed.ideas) {
    const bool erased = subjects.count(idea.text().subject()) > 0;
    if (erased)
      absl::StrAppend(&lines, "erased: text of idea ", id,
                      ", and name and address of its author\n");
    for (const iv1::Moderation& moderation : idea.moderations()) {
      const std::string& subject = moderation.sealed_ground().subject();
      if (subjects.count(subject) > 0) {
        absl::StrAppend(&lines, "erased: why idea ", id, " was rejected\n");
      } else if (erased && !subject.empty()) {
        absl::StrAppend(&lines, "stays: why idea ", id, " was rejected, under subject ",
                        crypto::HexEncode(subject), ": erase it too if it speaks of people\n");
      }
    }
  }
  for (const directory::v1::Person& person : sealed.persons) {
    if (subjects.count(person.sealed_name().subject()) > 0) {
      absl::StrAppend(&lines, "erased: all that is sealed of person ", person.id(),
                      ": name, labels of keys, reasons, descriptions of disruptions\n");
    }
  }
  for (const mv1::VoteEvent& event : sealed.secret_votes) {
    if (subjects.count(event.secret().subject()) > 0) {
      absl::StrAppend(&lines, "erased: the server's keys of secret vote ", event.id(),
                      ", and who registered which credential\n");
    }
  }
  for (const mv1::Attendance& attendance : sealed.attendances) {
    for (const mv1::Disruption& disruption : attendance.disruptions()) {
      if (subjects.count(disruption.sealed_text().subject()) > 0) {
        absl::StrAppend(&lines, "erased: description of a disruption of meeting ",
                        attendance.meeting_id(), ", recorded by ", disruption.recorder_id(), "\n");
      }
    }
  }
  for (const auto& [id, source] : SuccessorsOf(subjects, sealed)) {
    const std::string& subject = sealed.ideas.at(id).text().subject();
    if (subjects.count(subject) > 0) continue;
    absl::StrAppend(&lines, "stays: idea ", id, ", made from ", source, ", under subject ",
                    crypto::HexEncode(subject), ": erase it too if it has the same words\n");
  }
  if (lines.empty()) lines = "nothing that you are shown lies under these subjects\n";
  return lines;
}

}  // namespace votum::cli
