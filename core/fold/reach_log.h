// The reach of each record of the log, derived from the log.
//
//   own reach   given by the command's row of the table at the record's own position; sealed for
//               void and unknown records. It never changes: public mirrors show it for ever
//   opened      a later record has shown it to everybody. For a roll call on a public item,
//               EstablishResult opens the one record of each member that counts, or the pair of a
//               vote on paper. Corrected and void records, and the votes of other modes, stay as
//               they are
//   withheld    ballots of a vote or round that is open, and void attempts to close it: shown to
//               nobody, auditors included, until it is closed. No other record's effect depends on
//               them before that, so that a log can be audited without them
//
// Contents of sealed attachments are shown to the readers of the record that commits to them, or to
// fewer of these: see attachment_audience in proto/votum/common/v1/options.proto. Which record that is
// the directory knows (directory_state.h).
#ifndef VOTUM_CORE_FOLD_REACH_LOG_H_
#define VOTUM_CORE_FOLD_REACH_LOG_H_

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/command/reach.h"
#include "core/describe.h"
#include "core/fold/envelope.h"
#include "core/fold/world.h"
#include "core/table.h"

namespace votum {

// A vote or a round that is open: ballots are cast into it.
struct OpenUrn {
  uint64_t opened_by = 0;                    // the record that opened it
  Table<uint64_t, std::monostate> withheld;  // records
  VOTUM_FIELDS(opened_by, withheld)
};

// A record that a later one has opened.
struct Opening {
  uint64_t index = 0;
  uint64_t opened_by = 0;
  VOTUM_FIELDS(index, opened_by)
};

// All that is remembered of reach. A copy shares its entries.
struct ReachState {
  uint64_t size = 0;  // records
  // A log has many records and few reaches, numbered in the order in which they came.
  Table<uint32_t, Reach> reaches;
  Table<std::string, uint32_t> numbers;  // of a reach's bytes (Encode)
  // The numbers of each 1024 records: those from 1024 * key on.
  Table<uint64_t, std::vector<uint32_t>> own;

  Table<std::string, OpenUrn> open_urns;   // by name: "vote v1", "round r1"
  Table<uint64_t, Opening> openings;       // 0, 1, ... in the order of the opening
  Table<uint64_t, std::monostate> opened;  // their records
  VOTUM_FIELDS(size, reaches, numbers, own, open_urns, openings, opened)
};

// Not thread-safe.
class ReachLog {
 public:
  // Adds the next record, which `world` has already applied. `envelope` is null for a record that
  // is no command; `reach` is the record's own reach, sealed if it is void.
  void Add(const World& world, const Envelope* envelope, Reach reach, bool in_effect);
  // Adds the next record, which this process may not see.
  void AddUnseen() { AddReach(Reach::Sealed()); }

  uint64_t size() const { return state_.size; }
  // The own reach of a record below size(); valid until the next one is added.
  const Reach& OwnReach(uint64_t index) const;
  bool IsWithheld(uint64_t index) const;
  bool IsOpened(uint64_t index) const { return state_.opened.Contains(index); }
  // Numbered from 0 in the order of the opening.
  const Table<uint64_t, Opening>& openings() const { return state_.openings; }
  // By name: "vote v1", "round r1".
  const Table<std::string, OpenUrn>& open_urns() const { return state_.open_urns; }

  const ReachState& state() const { return state_; }
  void Restore(ReachState state) { state_ = std::move(state); }

 private:
  void AddReach(const Reach& reach);
  uint32_t NumberOf(const Reach& reach);
  void AddToUrn(const World& world, const Envelope& envelope, uint64_t index, bool in_effect);
  void Open(uint64_t index, uint64_t opened_by);
  void OpenVotes(const World& world, absl::string_view vote_event_id, uint64_t opened_by);

  ReachState state_;
};

// Whether `person_id` (empty for the public) may see the record at `index` now: decided by the
// person's present offices and memberships, whenever the record was made.
bool MaySee(const World& world, const ReachLog& log, absl::string_view person_id, uint64_t index);

// Whether `person_id` may read the content of the attachment with this commitment now: auditors may
// read every one, others what its field declares, if they may see the record.
bool MayRead(const World& world, const ReachLog& log, absl::string_view person_id,
             absl::string_view commitment);

}  // namespace votum

#endif  // VOTUM_CORE_FOLD_REACH_LOG_H_
