// The fold: state as a pure function of the log.
//
//   state(0) = nothing;   state(n + 1) = Apply(state(n), record n)
//
// Each record is judged at its own position. A record that does not hold there (a second vote, a
// vote after closing, a key revoked one record earlier) is void: it stays in the log, has no
// effect, and everybody who folds the log finds it void for the same reason. Services and auditors
// call this same code.
#ifndef VOTUM_CORE_FOLD_FOLD_H_
#define VOTUM_CORE_FOLD_FOLD_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/describe.h"
#include "core/fold/envelope.h"
#include "core/fold/reach_log.h"
#include "core/fold/signature_cache.h"
#include "core/fold/version.h"
#include "core/fold/world.h"
#include "core/table.h"
#include "crypto/hash.h"
#include "crypto/keys.h"

namespace votum {

// The outcome of a record.
struct RecordOutcome {
  uint64_t index = 0;
  std::string command_name;  // "CastVote"; empty where the type is unknown
  std::string actor;
  // OK if the record is in effect, waits for a second person, or belongs to a domain that is not
  // folded here. Otherwise the record is void for this reason.
  absl::Status status;
  // The people who may see it. Sealed where its domain is not folded here.
  Reach reach;
  // Whether it has entered the histories of the objects that it concerns (attestations.h): it is in
  // effect, and everybody sees it at its own position. Never where not all domains are folded.
  bool listed = false;
};

// Whether a record that is void for `why_void` cannot come from an honest ledger and honest
// services, which refuse such commands before they are appended: an auditor reports it as a fault,
// not as a lost race (ReasonRow::race).
bool IsIntegrityFault(const absl::Status& why_void);

// A command that was recorded. There is one for each record, so it holds no more than it must.
struct RecordedCommand {
  uint64_t index = 0;
  // The first bytes of CommandDigest: tell a repeated command from another one under the same id.
  // Whoever signs two commands with one id and one mark (2^96 tries) gets the receipt of the first.
  std::array<uint8_t, 24> mark = {};
  VOTUM_FIELDS(index, mark)
};

// The fold's own memory, beside World and ReachLog. A copy shares its entries.
struct FoldState {
  using CommandKey = std::array<uint8_t, 16>;  // the bytes of a UUID

  uint64_t next_index = 0;
  uint64_t seen = 0;  // the index after the last record that was not passed over
  absl::Time record_time = absl::UnixEpoch();    // of the last record
  absl::Time earliest_next = absl::UnixEpoch();  // see Fold::last_time()
  // From here on all records bear record_time: CommandContext::time_since.
  uint64_t time_since = 0;
  // Record: the text of its reason, which outlasts this program's numbers.
  Table<uint64_t, std::string> voids;
  Table<CommandKey, RecordedCommand> commands;  // by command id
  VOTUM_FIELDS(next_index, seen, record_time, earliest_next, time_since, voids, commands)
};

// All that a Fold has learned from its log, save the messages of void records, which are for people.
// A copy shares its entries.
struct FoldContents {
  WorldState world;
  ReachState reach;
  FoldState fold;
  VOTUM_FIELDS(world, reach, fold)
};

// A record, parsed as far as that needs no state: in any order, by any thread.
struct OpenedRecord {
  uint64_t index = 0;
  absl::Time time;
  std::string service;
  uint64_t judged_at = 0;  // the size of the log at which the service found it good
  absl::StatusOr<Envelope> envelope;
};

// Returns nothing if `record_bytes` are not a record at all. A record with fields that this program
// does not know has the envelope UNKNOWN_FIELD; one that is not as ledgers write it (each field once,
// in the order of their numbers), BAD_COMMAND.
std::optional<OpenedRecord> OpenRecord(absl::string_view record_bytes);

// Whether gaps in the log are allowed: only for a bundle that shows a part of a log, each record
// with its own proof.
enum class Gaps { kRefused, kAllowed };

// Not thread-safe.
class Fold {
 public:
  // Folds `domains` and skips records of others. `cache` outlives this object. Only tests pass
  // a version that is not this program's.
  Fold(DomainSet domains, crypto::PublicKey log_key, SignatureCache* cache,
       uint32_t program_version = kProgramVersion);
  // The same state, shared: takes as long for a large log as for a small one. Each copy then goes its
  // own way, on its own thread; the other never waits for it.
  Fold(const Fold& other);

  // Folds the next record, given as its exact bytes. The state is unchanged after these errors:
  //   DATA_LOSS                      it cannot be the next record of any log (does not parse, wrong
  //                                  index, time runs backwards): the log itself is broken
  //   FAILED_PRECONDITION/NEWER_LOG  the log's version is above the program's: see CheckNotNewer
  absl::StatusOr<RecordOutcome> Apply(absl::string_view record_bytes, Gaps gaps = Gaps::kRefused);
  // The same for the result of OpenRecord.
  absl::StatusOr<RecordOutcome> Apply(const std::optional<OpenedRecord>& record,
                                      Gaps gaps = Gaps::kRefused);

  // OK as long as this program knows the version of the log that is in force for the next record;
  // FAILED_PRECONDITION/NEWER_LOG from then on: nothing further can be judged, and this state may be
  // out of date.
  absl::Status CheckNotNewer() const;

  // Skips the next record, which this process may not see (withheld: reach_log.h).
  void PassOver();

  // Whether `envelope` would hold as the next record if it were given to the ledger at `now`: the
  // verdict of Apply without its effect. The record would bear the later of `now` and last_time(),
  // or the time of the last record if it can only be recorded while the ledger has stopped for its
  // clock (accepted_time.h). FAILED_PRECONDITION/CLOCK_JUMPED if `now` is more than kClockTolerance
  // before last_time(), for a command that is not taken then.
  absl::Status Check(const Envelope& envelope, absl::Time now) const;

  // The keys that must have signed `envelope` for Check to succeed. Verifying with them takes ten
  // times as long as everything else in Check, and needs no state: see VerifySignatures.
  absl::StatusOr<std::vector<crypto::PublicKey>> KeysOf(const Envelope& envelope,
                                                        absl::Time time) const;

  // Remembers verified ballots together with `other`, which folds the same log: neither verifies
  // one that the other has. Changes no result.
  void ShareMemos(const Fold& other) { world_.ShareMemos(other.world_); }

  // The recorded command with this id, if any.
  std::optional<RecordedCommand> FindCommand(absl::string_view command_id) const;

  // The number of records folded, which is the index of the next one.
  uint64_t next_index() const { return state_.next_index; }
  // The earliest time that the next record can have: that of the last record folded, or the time
  // that was accepted since (AcceptTime) if that is earlier.
  absl::Time last_time() const { return state_.earliest_next; }
  const World& world() const { return world_; }
  const DomainSet& domains() const { return domains_; }

  // All void records, by index, with the texts of their reasons.
  const Table<uint64_t, std::string>& void_records() const { return state_.voids; }
  // Why the record at `index` is void; OK if it is in effect.
  absl::Status WhyVoid(uint64_t index) const;

  // The reach of each record. Complete if all domains are folded and no record was left out by
  // Gaps::kAllowed.
  const ReachLog& reach_log() const { return reach_log_; }

  crypto::Digest StateDigest(Domain domain) const { return world_.StateDigest(domain); }

  const FoldState& state() const { return state_; }

  FoldContents contents() const { return {world_.state(), reach_log_.state(), state_}; }
  // Goes on from `contents`, which a Fold of the same program had that folded the same domains of
  // the same log (snapshot.h).
  void Restore(FoldContents contents);

  const crypto::PublicKey& log_key() const { return log_key_; }
  uint32_t program_version() const { return program_version_; }

 private:
  static FoldState::CommandKey KeyOf(absl::string_view command_id);

  // Index and time of a record, as in CommandContext.
  struct Position {
    uint64_t index;
    absl::Time time;
    uint64_t time_since;
  };
  // The next record's, at `time`.
  Position PositionAt(absl::Time time) const;
  // Passes the next record, which bears `time`.
  void GoOnTo(absl::Time time);
  absl::StatusOr<absl::Time> TimeOfNext(const Envelope& envelope, absl::Time now) const;
  // Check, as if the next record were of `time`.
  absl::Status CheckAt(const Envelope& envelope, absl::Time time) const;
  absl::StatusOr<CommandContext> AuthorizeAt(const Position& position,
                                             const Envelope& envelope) const;

  // `reach` is set if the command is in effect.
  absl::Status Judge(const Envelope& envelope, const Position& position, Reach* reach);

  const DomainSet domains_;
  const crypto::PublicKey log_key_;
  SignatureCache* const cache_;
  const uint32_t program_version_;

  World world_;
  ReachLog reach_log_;
  FoldState state_;
  // The messages of `voids`, which are for people and no state.
  Table<uint64_t, std::string> messages_;
};

// SHA-256 of payload type and payload.
crypto::Digest CommandDigest(absl::string_view payload_type, absl::string_view payload);
// Whether the recorded command is this one.
bool IsSame(const RecordedCommand& recorded, absl::string_view payload_type,
            absl::string_view payload);

}  // namespace votum

#endif  // VOTUM_CORE_FOLD_FOLD_H_
