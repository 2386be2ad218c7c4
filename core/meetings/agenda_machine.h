// Convening: meetings, their notice, their agenda.
//
// A meeting is convened with the notice period of the organization's rules; the record that
// convenes it is the proof of dispatch. An agenda can be replaced until the meeting's start:
// whether the meeting has really begun is known to its sitting (sittings.h).
//
// A meeting has the rules that are in force when it is convened, to its end: whoever adopts others,
// with the agenda before their eyes, decides nothing on it.
#ifndef VOTUM_CORE_MEETINGS_AGENDA_MACHINE_H_
#define VOTUM_CORE_MEETINGS_AGENDA_MACHINE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/command/audience.h"
#include "core/command/command_context.h"
#include "core/describe.h"
#include "core/directory/directory_machine.h"
#include "core/papers/papers_machine.h"
#include "core/table.h"
#include "votum/meetings/v1/agenda.pb.h"

namespace votum::meetings {

struct ItemEntry {
  v1::AgendaItemContent content;
  std::string meeting_id;
  uint32_t proposal_version = 0;  // newest when the agenda was published; 0 without proposal
  VOTUM_FIELDS(content, meeting_id, proposal_version)
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
  uint64_t profile_index = 0;         // of the record that adopted the meeting's rules
  std::vector<std::string> item_ids;  // in order
  VOTUM_FIELDS(id, organization_id, title, place, start, state, convened, urgent, urgency_reason,
               notice_explanation, profile_index, item_ids)
};

// All that this machine remembers. A copy shares its entries.
struct AgendaState {
  Table<std::string, MeetingEntry> meetings;  // by id
  Table<std::string, ItemEntry> items;        // by id
  Table<std::string, uint32_t> public_items;  // proposal: the number of its public items, if any
  VOTUM_FIELDS(meetings, items, public_items)
};

// The rules hold on the day of `time`: FAILED_PRECONDITION/RULES_NOT_IN_FORCE.
absl::Status CheckInForce(const rules::v1::RuleProfile& profile, absl::Time time);

// Not thread-safe.
class AgendaMachine {
 public:
  // Both outlive this object.
  AgendaMachine(const directory::DirectoryMachine& directory, const papers::PapersMachine& papers)
      : directory_(directory), papers_(papers) {}
  AgendaMachine(const AgendaMachine&) = delete;
  AgendaMachine& operator=(const AgendaMachine&) = delete;

  absl::Status Check(const CommandContext& context, const v1::ConveneMeeting& command) const;
  absl::Status Check(const CommandContext& context, const v1::PublishAgenda& command) const;
  absl::Status Check(const CommandContext& context, const v1::CancelMeeting& command) const;

  void Apply(const CommandContext& context, const v1::ConveneMeeting& command);
  void Apply(const CommandContext& context, const v1::PublishAgenda& command);
  void Apply(const CommandContext& context, const v1::CancelMeeting& command);

  // For other domains; null where there is none. Valid until the next Apply.
  const ItemEntry* FindItem(absl::string_view item_id) const;
  const MeetingEntry* FindMeeting(absl::string_view meeting_id) const;
  // The item is on the meeting's agenda: NOT_FOUND/NO_SUCH_ITEM.
  absl::Status CheckItem(absl::string_view item_id, absl::string_view meeting_id) const;
  // Whether the proposal stands on a public item; the public sees it only from then on.
  bool IsDealtWithInPublic(absl::string_view proposal_id) const;

  // NOT_FOUND/NO_SUCH_MEETING. The public gets the number and the neutral title of non-public
  // items.
  absl::StatusOr<v1::Meeting> GetMeeting(absl::string_view meeting_id, const Rights& rights) const;
  // By id, at most `limit` after `after_id`.
  std::vector<v1::Meeting> ListMeetings(absl::string_view after_id, size_t limit,
                                        const Rights& rights) const;

  const AgendaState& state() const { return state_; }
  void Restore(AgendaState state) { state_ = std::move(state); }

 private:
  v1::Meeting ToProto(const MeetingEntry& entry, Audience audience) const;
  void AddItem(absl::string_view meeting_id, const v1::AgendaItemContent& content);
  void RemoveItem(absl::string_view item_id);

  const directory::DirectoryMachine& directory_;
  const papers::PapersMachine& papers_;
  AgendaState state_;
};

}  // namespace votum::meetings

#endif  // VOTUM_CORE_MEETINGS_AGENDA_MACHINE_H_
