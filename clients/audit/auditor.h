// Checks a log from its first record to its last, trusting nothing but the log key:
//
//   each leaf is the commitment of its record; the tree of all leaves has the root that the log key
//   signed; records are in order and time never goes back; every signature verifies under a key
//   that was active at that position; each signer's view is the beginning of this log; each result
//   stated in the log (rankings, votes, decisions) follows from the records before it; each opening
//   gives its leaf, and is what the log opens; each sealed attachment matches its record's
//   commitment.
//
// It begins with the standing: how old the log is, who has cosigned it, and which decisions may be
// acted upon. Whatever the auditor has kept from before is held against the log (known_check.h). Beside
// faults it lists oddities (oddities.h), and what was not there to be checked.
//
// Nobody, auditors included, is shown the ballots of a vote or round before it is closed: until
// then an audit counts them, and checks everything else except races.
//
// A record that is withheld for another reason is "not shown to you", and never a fault: who asks
// decides what is shown. From there on nothing can be folded. The audit then checks leaves, tree and
// openings, counts votes by roll call again (recount.h), and says that no state was derived.
//
// Void records (a second vote, a vote that came too late) are listed with their reasons, and are no
// fault if they were good where their service judged them (race_check.h). A record that an honest
// ledger and honest services cannot have written is a fault, and so is anything inconsistent.
//
// Records of a version of the log that this program does not know are neither judged nor a fault:
// the audit says from which record on it cannot check. Void records before that one are compared
// with the place of their judgement as always.
#ifndef VOTUM_CLIENTS_AUDIT_AUDITOR_H_
#define VOTUM_CLIENTS_AUDIT_AUDITOR_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "clients/audit/archive.h"
#include "clients/audit/finding.h"
#include "clients/audit/known_check.h"
#include "clients/audit/oddities.h"
#include "clients/audit/opening_check.h"
#include "clients/audit/race_check.h"
#include "clients/audit/read_ahead.h"
#include "clients/audit/recount.h"
#include "clients/audit/standing.h"
#include "core/fold/fold.h"
#include "crypto/merkle.h"
#include "crypto/note.h"
#include "crypto/tlog/policy.h"

namespace votum::audit {

inline constexpr size_t kAheadEntries = 2048;

// All that an auditor brings along beside the log key.
struct Context {
  std::optional<crypto::Policy> policy;  // which witnesses must have cosigned
  std::vector<Known> known;
  std::vector<KnownDocument> documents;
  absl::Time now = absl::Now();
};

// The outcome of an audit in numbers. Records are counted whether or not they are shown.
struct Summary {
  uint64_t records = 0;
  uint64_t faults = 0;
  uint64_t voids = 0;
  uint64_t withheld = 0;   // because a vote or round is open
  uint64_t not_shown = 0;  // for another reason
};

class Auditor {
 public:
  // `log` is the trusted key; `report` gets each finding as it is made. Only tests give another
  // version than that of this program.
  Auditor(crypto::NoteVerifier log, Report report, Context context = {},
          uint32_t program_version = kProgramVersion);

  // The next lines of the records, at most kAheadEntries, as ReadAhead takes them. They are read
  // now and added by the next call; a call without lines ends the records. `leaf` gets the leaf of
  // each added line, if it has one.
  void AddLines(std::vector<std::string> lines,
                const std::function<void(const std::string&)>& leaf);
  // The next line of the records; `line` counts from 1. An entry that failed to parse is a fault.
  void AddEntry(uint64_t line, const absl::StatusOr<ArchivedEntry>& entry) {
    AddRead(line, Read(entry));
  }
  // Says that openings come with this log, which are then compared with it. Before them.
  void ExpectOpenings() { has_openings_ = true; }
  // A line of the openings, after all entries.
  void AddOpening(uint64_t line, const absl::StatusOr<ArchivedOpening>& opening);
  // A line of the attachments, after all entries.
  void AddAttachment(uint64_t line, const absl::StatusOr<ArchivedAttachment>& attachment);
  // Says that attachments are not shown to this audit, instead of adding them.
  void LeaveSealed() { sealed_ = true; }
  // Adds a finding of the caller's about the same log; a fault counts as one of the auditor's.
  void Add(const Finding& finding);
  // How many records, from the first, AddAgain must get after all entries, so that void records are
  // judged again where their services judged them (race_check.h).
  uint64_t again() const { return races_can_be_judged() ? races_.size() : 0; }
  // The records again, in order, as their bytes.
  void AddAgain(absl::string_view record) { races_.Again(record); }
  // Compares with the signed checkpoint and reports the derived state. After all entries and
  // attachments.
  void Finish(absl::string_view checkpoint_note);

  Summary summary() const {
    return {entries_, faults_, fold_.void_records().size(), part_ ? 0 : unseen_.size(),
            part_ ? unseen_.size() : 0};
  }
  // The first record that this program cannot judge, because the log's version is above its own.
  std::optional<uint64_t> not_checkable_from() const { return not_checkable_from_; }
  const Fold& fold() const { return fold_; }

 private:
  // A record's commitment to a sealed attachment.
  struct Commitment {
    uint64_t index = 0;  // of the first record
    // Anybody may commit to the same content again, under another subject.
    std::set<std::string> subjects;
  };

  // Notes that the record at `index`, folded last, set the log's time anew.
  void NoteAcceptedTime(uint64_t index);
  void Fault(std::string text);
  void Checked(std::string text) { report_({Finding::Kind::kChecked, std::move(text)}); }
  void Note(std::string text) { report_({Finding::Kind::kNote, std::move(text)}); }

  // Whether all of the log is there up to the last record that was judged.
  bool races_can_be_judged() const {
    if (not_checkable_from_.has_value())
      return unseen_.empty() || unseen_.front() >= *not_checkable_from_;
    return foldable_ && unseen_.empty();
  }
  void AddRead(uint64_t line, const ReadEntry& read);
  void FoldEntry(const ReadEntry& read);
  void AddVoid(const ReadEntry& read, const RecordOutcome& outcome);
  // Reports a fault unless the signer's view is the beginning of this log.
  void CheckView(const ReadEntry& read);
  void ReportUnfounded();
  // A record that was not shown: withheld if something is open; otherwise this is a part of a log.
  void PassOver(uint64_t position);
  // Notices that a record which was not shown cannot belong to a vote or round still open.
  void CheckUnseen();
  // From here on nothing can be derived, since the auditor is not shown the record at `position`.
  void GoOnWithPart(uint64_t position, absl::string_view why);
  void ReportOpen();
  void ReportRecords();
  void ReportOpenings();
  // Finishes the audit of a part of a log.
  void FinishPart();
  // Reports each attachment as open, sealed, erased, or missing; the last is a fault.
  void ReportAttachments();
  void RememberAttachmentRefs(const ReadEntry& read);
  void CheckCheckpoint(absl::string_view note);
  // How old the log is, and who says that this is all of it.
  void ReportSizeAndAge(absl::string_view note);
  void ReportWitnesses(absl::string_view note);
  void ReportKnown();
  // Where the decisions stand.
  void ReportStanding();
  void ReportOddities();
  void ReportVoid();
  void ReportState();
  void ReportRankings();
  void ReportVotes();
  void ReportSecretVotes();
  void ReportDecisions();
  void ReportKnownDocuments();
  void ReportProjects();

  const crypto::NoteVerifier log_;
  const Report report_;
  const Context context_;
  SignatureCache cache_{
      std::numeric_limits<size_t>::max()};  // of all records: races_ folds them again
  ReadAhead ahead_{&cache_, std::max(1u, std::thread::hardware_concurrency())};
  Fold fold_;
  RaceCheck races_;
  crypto::MerkleTree tree_;
  uint64_t entries_ = 0;
  uint64_t faults_ = 0;
  bool foldable_ = true;  // every record so far is in order and of a version that is known
  std::optional<uint64_t> not_checkable_from_;
  std::map<std::string, Commitment> commitments_;  // attachments committed to and not seen yet
  uint64_t attachments_ = 0;
  bool sealed_ = false;
  bool part_ = false;  // records are not shown, and not because something is open
  absl::Time last_time_ = absl::InfinitePast();  // of the last record that is shown
  OpeningCheck openings_;
  bool has_openings_ = false;
  Recount recount_;  // used where nothing can be folded
  Standing standing_;
  Oddities oddities_;
  std::vector<uint64_t> unseen_;  // indexes of records that were not shown, ascending
  size_t open_urns_ = 0;          // before the record at hand
};

// The result of an established vote, in one line of English.
std::string DescribeVote(const meetings::v1::VoteEvent& event);

// Audits the archive in `folder`. An error only if there is no archive to read.
absl::StatusOr<Summary> AuditArchive(const std::string& folder, const crypto::NoteVerifier& log,
                                     const Report& report, Context context = {},
                                     const std::function<void(double)>& progress = nullptr);

}  // namespace votum::audit

#endif  // VOTUM_CLIENTS_AUDIT_AUDITOR_H_
