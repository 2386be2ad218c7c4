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
// fewer of these: see attachment_audience in proto/votum/common/v1/options.proto.
#ifndef VOTUM_CORE_FOLD_REACH_LOG_H_
#define VOTUM_CORE_FOLD_REACH_LOG_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "core/command/reach.h"
#include "core/fold/envelope.h"
#include "core/fold/world.h"
#include "votum/common/v1/options.pb.h"

namespace votum {

// A vote or a round, into which ballots are cast.
struct Urn {
  enum class Kind { kVote, kRound };
  Kind kind = Kind::kVote;
  std::string id;

  friend bool operator<(const Urn& a, const Urn& b) {
    return std::tie(a.kind, a.id) < std::tie(b.kind, b.id);
  }
};

// "vote v1", "round r1".
std::string InWords(const Urn& urn);

// An urn that is open.
struct OpenUrn {
  uint64_t opened_by = 0;          // the record that opened it
  std::vector<uint64_t> withheld;  // ascending
};

// A record that a later one has opened.
struct Opening {
  uint64_t index = 0;
  uint64_t opened_by = 0;
};

// Where the log commits to a sealed attachment.
struct AttachmentPlace {
  // The first record in effect that does. A later one cannot widen who may read the content.
  uint64_t index = 0;
  common::v1::Audience audience = common::v1::AUDIENCE_SEALED;  // as its field declares
};

// Not thread-safe.
class ReachLog {
 public:
  // Adds the next record, which `world` has already applied. `envelope` is null for a record that
  // is no command; `reach` is the record's own reach, sealed if it is void.
  void Add(const World& world, const Envelope* envelope, Reach reach, bool in_effect);
  // Adds the next record, which this process may not see.
  void AddUnseen() { own_.push_back(NumberOf(Reach::Sealed())); }

  uint64_t size() const { return own_.size(); }
  // The own reach of a record below size().
  const Reach& OwnReach(uint64_t index) const { return reaches_[own_[index]]; }
  bool IsWithheld(uint64_t index) const;
  bool IsOpened(uint64_t index) const { return opened_.contains(index); }
  // In the order of the opening.
  const std::vector<Opening>& openings() const { return openings_; }
  const std::map<Urn, OpenUrn>& open_urns() const { return open_urns_; }
  // Null if no record in effect commits to it.
  const AttachmentPlace* FindAttachment(absl::string_view commitment) const;

 private:
  uint32_t NumberOf(const Reach& reach);
  void Open(uint64_t index, uint64_t opened_by);
  void OpenVotes(const World& world, absl::string_view vote_event_id, uint64_t opened_by);

  // A log has many records and few reaches.
  std::vector<Reach> reaches_;
  std::map<Reach, uint32_t> numbers_;
  std::vector<uint32_t> own_;  // by index

  std::map<Urn, OpenUrn> open_urns_;
  std::vector<Opening> openings_;
  absl::flat_hash_map<uint64_t, uint64_t> opened_;  // index to the record that opened it
  absl::flat_hash_map<std::string, AttachmentPlace> attachments_;  // by commitment
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
