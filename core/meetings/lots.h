// Lots that decide ties where the rules ask for one. Nobody can know or steer the outcome: members
// commit to contributions, a checkpoint of the log fixes the commitments, the contributions are
// revealed, and the draw follows from both (rules/lot.h). Anybody can draw again.
#ifndef VOTUM_CORE_MEETINGS_LOTS_H_
#define VOTUM_CORE_MEETINGS_LOTS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/command/command_context.h"
#include "core/describe.h"
#include "core/directory/directory_machine.h"
#include "core/meetings/votes.h"
#include "core/table.h"
#include "votum/meetings/v1/lots.pb.h"

namespace votum::meetings {

// A lot that decides a tie.
struct LotEntry {
  struct Contribution {
    std::string commitment;
    std::string contribution;  // empty until revealed
    VOTUM_FIELDS(commitment, contribution)
  };
  std::string id;
  std::string meeting_id;
  std::string vote_event_id;
  std::vector<std::string> items;
  uint32_t draw = 1;
  uint64_t newest_index = 0;                       // of the opening or the newest commitment
  Table<std::string, Contribution> contributions;  // by person
  std::string checkpoint;                          // empty until fixed
  absl::Time fixed;
  std::string seed;                // empty until drawn
  std::vector<std::string> drawn;  // in this order
  VOTUM_FIELDS(id, meeting_id, vote_event_id, items, draw, newest_index, contributions, checkpoint,
               fixed, seed, drawn)
};

// All that this machine remembers. A copy shares its entries.
struct LotsState {
  Table<std::string, LotEntry> lots;        // by id
  Table<std::string, std::string> by_vote;  // vote: the lot that decides it
  VOTUM_FIELDS(lots, by_vote)
};

// Not thread-safe.
class Lots {
 public:
  // All outlive this object. It completes the results in `votes` that wait for a lot.
  Lots(const directory::DirectoryMachine& directory, const Sittings& sittings,
       const Motions& motions, Votes& votes)
      : directory_(directory), sittings_(sittings), motions_(motions), votes_(votes) {}
  Lots(const Lots&) = delete;
  Lots& operator=(const Lots&) = delete;

  // Commands. lots.proto says who may give each, and what it checks.
  absl::Status Check(const CommandContext& context, const v1::OpenLot& command) const;
  absl::Status Check(const CommandContext& context, const v1::CommitToLot& command) const;
  absl::Status Check(const CommandContext& context, const v1::FixLot& command) const;
  absl::Status Check(const CommandContext& context, const v1::RevealForLot& command) const;
  absl::Status Check(const CommandContext& context, const v1::DrawLot& command) const;

  // The effects; only after Check was OK in the same state.
  void Apply(const CommandContext& context, const v1::OpenLot& command);
  void Apply(const CommandContext& context, const v1::CommitToLot& command);
  void Apply(const CommandContext& context, const v1::FixLot& command);
  void Apply(const CommandContext& context, const v1::RevealForLot& command);
  void Apply(const CommandContext& context, const v1::DrawLot& command);

  // NOT_FOUND/NO_SUCH_LOT.
  absl::StatusOr<v1::Lot> Get(absl::string_view id) const;

  const LotsState& state() const { return state_; }
  void Restore(LotsState state) { state_ = std::move(state); }

 private:
  // The lot, if it belongs to that meeting and is not drawn: NOT_FOUND/NO_SUCH_LOT;
  // FAILED_PRECONDITION/LOT_DRAWN.
  absl::StatusOr<const LotEntry*> FindRunning(absl::string_view meeting_id,
                                              absl::string_view lot_id) const;

  const directory::DirectoryMachine& directory_;
  const Sittings& sittings_;
  const Motions& motions_;
  Votes& votes_;
  LotsState state_;
};

}  // namespace votum::meetings

#endif  // VOTUM_CORE_MEETINGS_LOTS_H_
