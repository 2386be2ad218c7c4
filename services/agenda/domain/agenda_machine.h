// From proposals to the agenda of a meeting.
//
// A proposal (Beschlussvorlage) has versions, all of which stay readable, and a consultation path
// (Beratungsfolge): committees advise, in order, and the last organization decides. A meeting is
// convened with the notice period of the organization's rules; the record that convenes it is the
// proof of dispatch. An agenda can be replaced until the meeting's start: whether the meeting has
// really begun is the voting domain's matter, which this one does not read.
#ifndef VOTUM_SERVICES_AGENDA_DOMAIN_AGENDA_MACHINE_H_
#define VOTUM_SERVICES_AGENDA_DOMAIN_AGENDA_MACHINE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/directory/domain/directory_machine.h"
#include "services/domain/audience.h"
#include "services/domain/command_context.h"
#include "services/domain/visitor.h"
#include "votum/agenda/v1/agenda.pb.h"

namespace votum::agenda {

struct ItemEntry {
  v1::AgendaItemContent content;
  std::string meeting_id;
  uint32_t proposal_version = 0;  // newest when the agenda was published; 0 without proposal
};

struct MeetingEntry {
  std::string id;
  std::string organization_id;
  std::string title;
  std::string place;
  absl::Time start;
  v1::MeetingState state = v1::MEETING_STATE_UNSPECIFIED;
  absl::Time convened;
  bool urgent = false;
  std::string urgency_reason;
  std::string notice_explanation;
  std::vector<std::string> item_ids;  // in order
};

// Not thread-safe.
class AgendaMachine {
 public:
  // `directory` outlives this object.
  explicit AgendaMachine(const directory::DirectoryMachine& directory) : directory_(directory) {}
  AgendaMachine(const AgendaMachine&) = delete;
  AgendaMachine& operator=(const AgendaMachine&) = delete;

  absl::Status Check(const CommandContext& context, const v1::DraftProposal& command) const;
  absl::Status Check(const CommandContext& context, const v1::ReviseProposal& command) const;
  absl::Status Check(const CommandContext& context, const v1::SetConsultationPath& command) const;
  absl::Status Check(const CommandContext& context, const v1::RecordRecommendation& command) const;
  absl::Status Check(const CommandContext& context, const v1::ConveneMeeting& command) const;
  absl::Status Check(const CommandContext& context, const v1::PublishAgenda& command) const;
  absl::Status Check(const CommandContext& context, const v1::CancelMeeting& command) const;

  void Apply(const CommandContext& context, const v1::DraftProposal& command);
  void Apply(const CommandContext& context, const v1::ReviseProposal& command);
  void Apply(const CommandContext& context, const v1::SetConsultationPath& command);
  void Apply(const CommandContext& context, const v1::RecordRecommendation& command);
  void Apply(const CommandContext& context, const v1::ConveneMeeting& command);
  void Apply(const CommandContext& context, const v1::PublishAgenda& command);
  void Apply(const CommandContext& context, const v1::CancelMeeting& command);

  // For other domains; null where there is none. Valid until the next Apply.
  const ItemEntry* FindItem(absl::string_view item_id) const;
  const MeetingEntry* FindMeeting(absl::string_view meeting_id) const;
  const v1::Proposal* FindProposal(absl::string_view proposal_id) const;

  // NOT_FOUND/NO_SUCH_PROPOSAL, NO_SUCH_MEETING, NO_SUCH_VERSION. The public gets of non-public
  // items the number and the neutral title, and no proposal that stands on none but non-public
  // items or on no agenda yet.
  absl::StatusOr<v1::Proposal> GetProposal(absl::string_view proposal_id, Audience audience) const;
  absl::StatusOr<std::string> DiffProposal(absl::string_view proposal_id, uint32_t old_version,
                                           uint32_t new_version, Audience audience) const;
  absl::StatusOr<v1::Meeting> GetMeeting(absl::string_view meeting_id, Audience audience) const;
  // By id, at most `limit` after `after_id`.
  std::vector<v1::Proposal> ListProposals(absl::string_view after_id, size_t limit,
                                          Audience audience) const;
  std::vector<v1::Meeting> ListMeetings(absl::string_view after_id, size_t limit,
                                        Audience audience) const;

  void Visit(const ResourceVisitor& visitor) const;

 private:
  bool MaySee(const v1::Proposal& proposal, Audience audience) const;
  v1::Meeting ToProto(const MeetingEntry& entry, Audience audience) const;

  const directory::DirectoryMachine& directory_;
  std::map<std::string, v1::Proposal, std::less<>> proposals_;
  std::map<std::string, MeetingEntry, std::less<>> meetings_;
  std::map<std::string, ItemEntry, std::less<>> items_;
};

}  // namespace votum::agenda

#endif  // VOTUM_SERVICES_AGENDA_DOMAIN_AGENDA_MACHINE_H_
