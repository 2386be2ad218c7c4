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
// directory, whose commands alone declare a second so far.
#ifndef VOTUM_CORE_FOLD_ACTS_H_
#define VOTUM_CORE_FOLD_ACTS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/command/command_context.h"
#include "core/describe.h"
#include "core/table.h"
#include "crypto/hash.h"
#include "google/protobuf/message.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum {

struct Envelope;
class World;

// How long an act can be confirmed.
inline constexpr absl::Duration kActLapse = absl::Hours(24);
// The most acts in one Confirm.
inline constexpr int kMaxConfirmedActs = 200;

struct ActEntry {
  // Names its command type, and the keys and people of its record.
  directory::v1::Act act;
  std::optional<absl::Time> accepts;  // the time that an AcceptTime states
  VOTUM_FIELDS(act, accepts)
};

// All that is remembered of acts. A copy shares its entries.
struct ActsState {
  Table<uint64_t, ActEntry> acts;  // by record
  VOTUM_FIELDS(acts)
};

// Not thread-safe.
class Acts {
 public:
  // `world` holds this object; acts that are confirmed change it.
  explicit Acts(World* world) : world_(*world) {}
  Acts(const Acts&) = delete;
  Acts& operator=(const Acts&) = delete;

  // Whether the command of `envelope` waits for a second person: not if its person gives it alone,
  // because it concerns nobody else or the deployment is still being founded.
  bool Waits(const CommandContext& context, const Envelope& envelope) const;
  // Enters the command of `envelope`, whose type asks for a second and whose Check held. `digest`
  // is its CommandDigest (core/fold/fold.h).
  void Add(const CommandContext& context, const Envelope& envelope, const crypto::Digest& digest);

  // BAD_ACTS, NO_SUCH_ACT, ALREADY_CONFIRMED, ACT_BLOCKED, ACT_LAPSED, ACT_DIFFERS, SAME_PERSON,
  // KEY_JUST_CONFIRMED;
  // OFFICE_MISSING if the second person lacks the office, or the first no longer has one; what the
  // act's own Check refuses. Each message names the record.
  absl::Status Check(const CommandContext& context, const directory::v1::Confirm& command) const;
  void Apply(const CommandContext& context, const directory::v1::Confirm& command);

  // BAD_ATTACHMENT, SUBJECT_ERASED; NO_SUCH_ACT, NOT_CONCERNED, ALREADY_CONTRADICTED, ACT_LAPSED.
  absl::Status Check(const CommandContext& context, const directory::v1::Contradict& command) const;
  void Apply(const CommandContext& context, const directory::v1::Contradict& command);

  // The command of an act that is pending, lapsed or not; null for any other record.
  std::unique_ptr<google::protobuf::Message> PendingCommand(uint64_t record) const;
  // The time that an AcceptTime states, whatever became of it; nothing for any other record.
  std::optional<absl::Time> AcceptedBy(uint64_t record) const;
  // By record: at most `limit` with a record of `from` or later, in `state` if that is given.
  std::vector<directory::v1::Act> List(directory::v1::ActState state, uint64_t from,
                                       size_t limit) const;

  const ActsState& state() const { return state_; }
  void Restore(ActsState state) { state_ = std::move(state); }

 private:
  // NO_SUCH_ACT.
  absl::StatusOr<const directory::v1::Act*> FindAct(uint64_t record) const;
  // Whether `reference` names an act that waits, and that this person did not give nor gains by.
  absl::StatusOr<const directory::v1::Act*> MayConfirm(
      const CommandContext& context, const directory::v1::ActReference& reference) const;

  World& world_;
  ActsState state_;
};

}  // namespace votum

#endif  // VOTUM_CORE_FOLD_ACTS_H_
