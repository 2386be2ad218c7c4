// Acts of two persons: commands whose declaration names the office of a `second`.
//
// The record of such a command is pending: its Check held, its Apply is not called. A Confirm of
// another person checks it again at the Confirm's own position and applies it there; after 24 hours
// nobody can confirm it any more. The person whom an act concerns may contradict it: before it is
// confirmed, this blocks it; afterwards, it only flags it, and so it always does where the act takes
// a power away.
//
// Two persons are two people: not one with two keys or two offices, and not one who has let the
// other in with a key in the same hour. Nor is the second the person whom the act concerns: who is
// given an office by one person alone would have it by that person's word and their own.
//
// A Confirm names up to 200 acts and carries them all out or none: it is rehearsed on a copy of the
// state. A service can only check acts of a domain that it folds, so each of these has commands of its
// own to confirm them: the directory; the meetings, for what is entered about a member by somebody
// else, where whoever presides may confirm as well; the ideas, for lists of voting codes. There all
// acts of a Confirm are of one meeting or round, the acts' scope.
#ifndef VOTUM_CORE_FOLD_ACTS_H_
#define VOTUM_CORE_FOLD_ACTS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/command/command_context.h"
#include "core/describe.h"
#include "core/table.h"
#include "crypto/hash.h"
#include "google/protobuf/message.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/ideas/v1/ideas.pb.h"
#include "votum/meetings/v1/acts.pb.h"

namespace votum {

struct Envelope;
class World;

// How long an act can be confirmed.
inline constexpr absl::Duration kActLapse = absl::Hours(24);
// The most acts in one Confirm.
inline constexpr int kMaxConfirmedActs = 200;
// The most acts of a meeting that an answer shows: a clerk who enters thousands makes no read slow.
inline constexpr size_t kMaxShownActs = 500;

struct ActEntry {
  // Names its command type, and the keys and people of its record.
  directory::v1::Act act;
  std::optional<absl::Time> accepts;  // the time that an AcceptTime states
  std::string scope;       // the meeting or round of the command; empty for one of the directory
  bool is_public = false;  // whether anybody may see the record
  VOTUM_FIELDS(act, accepts, scope, is_public)
};

// The acts of one scope that are not simply in effect: pending, blocked or contradicted.
struct ScopeEntry {
  std::vector<uint64_t> records;  // ascending
  uint64_t revision = 0;          // index of the last record that changed what they show
  VOTUM_FIELDS(records, revision)
};

// All that is remembered of the acts of one domain. A copy shares its entries.
struct ActsState {
  Table<uint64_t, ActEntry> acts;         // by record
  Table<std::string, ScopeEntry> scopes;  // by id
  VOTUM_FIELDS(acts, scopes)
};

// The acts of one domain. Not thread-safe.
class Acts {
 public:
  Acts(const Acts&) = delete;
  Acts& operator=(const Acts&) = delete;

  // Whether the command of `envelope` waits for a second person: not if its person gives it alone,
  // because it concerns nobody else or the deployment is still being founded.
  bool Waits(const CommandContext& context, const Envelope& envelope) const;
  // Enters the command of `envelope`, whose type asks for a second and whose Check held. `digest`
  // is its CommandDigest (core/fold/fold.h), `is_public` whether anybody may see its record.
  void Add(const CommandContext& context, const Envelope& envelope, const crypto::Digest& digest,
           bool is_public);

  // The command of an act that is pending, lapsed or not; null for any other record.
  std::unique_ptr<google::protobuf::Message> PendingCommand(uint64_t record) const;
  // The time that an AcceptTime states, whatever became of it; nothing for any other record.
  std::optional<absl::Time> AcceptedBy(uint64_t record) const;
  // By record: at most `limit` with a record of `from` or later, in `state` if that is given.
  std::vector<directory::v1::Act> List(directory::v1::ActState state, uint64_t from,
                                       size_t limit) const;

  const ActsState& state() const { return state_; }
  void Restore(ActsState state) { state_ = std::move(state); }

 protected:
  using References = google::protobuf::RepeatedPtrField<directory::v1::ActReference>;

  // `world` holds this object; acts that are confirmed change it.
  explicit Acts(World* world) : world_(*world) {}
  ~Acts() = default;

  // BAD_ACTS, NO_SUCH_ACT, ALREADY_CONFIRMED, ACT_BLOCKED, ACT_LAPSED, ACT_DIFFERS, SAME_PERSON,
  // KEY_JUST_CONFIRMED;
  // OFFICE_MISSING if the second person lacks the office, or the first no longer has one; what the
  // act's own Check refuses. Each message names the record. All acts are of `scope`.
  absl::Status CheckConfirm(const CommandContext& context, absl::string_view scope,
                            const References& acts) const;
  void ApplyConfirm(const CommandContext& context, const References& acts);

  // BAD_ATTACHMENT, SUBJECT_ERASED; NO_SUCH_ACT, NOT_CONCERNED, ALREADY_CONTRADICTED, ACT_LAPSED.
  absl::Status CheckContradict(const CommandContext& context, absl::string_view scope,
                               uint64_t record, const common::v1::AttachmentRef& reason) const;
  void ApplyContradict(const CommandContext& context, uint64_t record);

  const World& world() const { return world_; }
  // The acts of `scope` that are not simply in effect; null for none.
  const ScopeEntry* FindScope(absl::string_view scope) const { return state_.scopes.Find(scope); }

 private:
  // NO_SUCH_ACT.
  absl::StatusOr<const directory::v1::Act*> FindAct(absl::string_view scope, uint64_t record) const;
  // Whether `reference` names an act that waits, and that this person did not give nor gains by.
  absl::StatusOr<const directory::v1::Act*> MayConfirm(
      const CommandContext& context, absl::string_view scope,
      const directory::v1::ActReference& reference) const;
  // The act has changed with the record of `context`.
  void Touch(const CommandContext& context, const ActEntry& entry);

  World& world_;
  ActsState state_;
};

class DirectoryActs final : public Acts {
 public:
  explicit DirectoryActs(World* world) : Acts(world) {}

  absl::Status Check(const CommandContext& context, const directory::v1::Confirm& command) const {
    return CheckConfirm(context, "", command.acts());
  }
  void Apply(const CommandContext& context, const directory::v1::Confirm& command) {
    ApplyConfirm(context, command.acts());
  }
  absl::Status Check(const CommandContext& context,
                     const directory::v1::Contradict& command) const {
    return CheckContradict(context, "", command.record(), command.reason());
  }
  void Apply(const CommandContext& context, const directory::v1::Contradict& command) {
    ApplyContradict(context, command.record());
  }
};

class MeetingActs final : public Acts {
 public:
  explicit MeetingActs(World* world) : Acts(world) {}

  // As for the directory; also NO_SUCH_MEETING.
  absl::Status Check(const CommandContext& context,
                     const meetings::v1::ConfirmMeetingActs& command) const;
  void Apply(const CommandContext& context, const meetings::v1::ConfirmMeetingActs& command) {
    ApplyConfirm(context, command.acts());
  }
  absl::Status Check(const CommandContext& context,
                     const meetings::v1::ContradictMeetingAct& command) const;
  void Apply(const CommandContext& context, const meetings::v1::ContradictMeetingAct& command) {
    ApplyContradict(context, command.record());
  }

  // Whether anybody may see the records of these acts, of which one Confirm names either public ones or
  // others (BAD_ACTS), or the record of this one.
  bool ArePublic(const References& acts) const;
  bool IsPublic(uint64_t record) const;
  // The acts of a meeting that are pending, lapsed or not, blocked or contradicted, by record: the
  // newest kMaxShownActs.
  std::vector<meetings::v1::MeetingAct> OfMeeting(absl::string_view meeting_id) const;
  // Index of the last record that changed what OfMeeting gives; 0 for none.
  uint64_t RevisionOf(absl::string_view meeting_id) const;
};

// Lists of voting codes of ranking rounds.
class RoundActs final : public Acts {
 public:
  explicit RoundActs(World* world) : Acts(world) {}

  // As for the directory.
  absl::Status Check(const CommandContext& context, const ideas::v1::ConfirmVoters& command) const {
    return CheckConfirm(context, command.round_id(), command.acts());
  }
  void Apply(const CommandContext& context, const ideas::v1::ConfirmVoters& command) {
    ApplyConfirm(context, command.acts());
  }

  // The acts of a round that are pending, lapsed or not, the newest first, as many as have payloads
  // of `bytes` in all.
  std::vector<directory::v1::Act> OfRound(absl::string_view round_id, size_t bytes) const;
};

}  // namespace votum

#endif  // VOTUM_CORE_FOLD_ACTS_H_
