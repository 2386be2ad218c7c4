#include "clients/audit/auditor.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/timestamps.h"
#include "core/fold/audit_view.h"
#include "core/meetings/secret_vote.h"
#include "crypto/checkpoint.h"
#include "crypto/commitment.h"
#include "crypto/election/verify_archive.h"
#include "crypto/encoding.h"
#include "rules/calendar.h"

namespace votum::audit {
Auditor::Auditor(crypto::NoteVerifier log, Report report, Context context, uint32_t program_version)
    : log_(std::move(log)),
      report_(std::move(report)),
      context_(std::move(context)),
      fold_(DomainSet::All(), log_.key(), &cache_, program_version),
      races_(log_.key(), &cache_, program_version) {
  races_.ShareMemos(fold_);
}

void Auditor::Fault(std::string text) { Add({Finding::Kind::kFault, std::move(text)}); }

void Auditor::Add(const Finding& finding) {
  if (finding.kind == Finding::Kind::kFault) ++faults_;
  report_(finding);
}

void Auditor::AddLines(std::vector<std::string> lines,
                       const std::function<void(const std::string&)>& leaf) {
  const std::vector<ReadEntry> read = ahead_.Take();
  ahead_.Begin(std::move(lines));
  for (const ReadEntry& one : read) {
    AddRead(entries_ + 1, one);
    if (one.entry.ok()) leaf(one.entry->leaf);
  }
}

void Auditor::AddRead(uint64_t line, const ReadEntry& read) {
  const absl::StatusOr<ArchivedEntry>& entry = read.entry;
  const uint64_t position = entries_++;
  if (!entry.ok()) {
    Fault(absl::StrCat("record ", position, " (line ", line, "): ", entry.status().message()));
    foldable_ = false;
    return;
  }
  tree_.Append(entry->leaf);
  if (entry->index != position) {
    Fault(absl::StrCat("record ", position, " (line ", line, "): the line says it is record ",
                       entry->index, "; a record was dropped, doubled or moved"));
    foldable_ = false;
    return;
  }
  if (entry->record.empty()) return PassOver(position);
  if (!read.gives_leaf) {
    Fault(absl::StrCat("record ", position,
                       ": its bytes do not give its leaf; record, salt or leaf was changed"));
  }
  if (read.record.has_value()) last_time_ = read.record->time;
  FoldEntry(read);
  CheckView(read);
  RememberAttachmentRefs(read);
  if (!read.record.has_value() || !read.record->envelope.ok()) return;
  recount_.AddRecord(position, *read.record->envelope);
  if (part_) standing_.Add(position, *read.record->envelope);
}

void Auditor::PassOver(uint64_t position) {
  unseen_.push_back(position);
  // A record that this program does not understand may have opened the vote that it belongs to.
  if (part_ || not_checkable_from_.has_value()) return;
  if (foldable_ && !fold_.reach_log().open_urns().empty()) return fold_.PassOver();
  if (foldable_) GoOnWithPart(position, "is not shown to you");
}

void Auditor::CheckUnseen() {
  const auto& open = fold_.reach_log().open_urns();
  const bool closed = open.size() < open_urns_;
  open_urns_ = open.size();
  if (!closed || unseen_.empty()) return;
  uint64_t oldest = fold_.next_index();
  for (const auto& [urn, state] : open) oldest = std::min(oldest, state.opened_by);
  // Records after the opening of a vote or round that is still open may belong to it.
  if (unseen_.front() > oldest) return;
  GoOnWithPart(unseen_.front(),
               "is not shown to you, though the vote or round that was open then "
               "is closed");
}

void Auditor::GoOnWithPart(uint64_t position, absl::string_view why) {
  part_ = true;
  foldable_ = false;
  Note(absl::StrCat("record ", position, " ", why, ": from there on no state can be derived"));
}

void Auditor::FoldEntry(const ReadEntry& read) {
  if (!foldable_) return;
  const auto outcome = fold_.Apply(read.record);
  if (ReasonOf(outcome.status()) == Reason::kNewerLog) {
    not_checkable_from_ = fold_.next_index();
    foldable_ = false;
    return Add({Finding::Kind::kNotCheckable,
                absl::StrCat("not checkable with this version: ", outcome.status().message())});
  }
  if (!outcome.ok()) {
    Fault(std::string(outcome.status().message()));
    foldable_ = false;
    return;
  }
  if (!outcome->status.ok()) {
    AddVoid(read, *outcome);
  } else {
    standing_.Add(outcome->index, *read.record->envelope);
    oddities_.Add(*read.record, fold_);
  }
  NoteAcceptedTime(outcome->index);
  CheckUnseen();
}

void Auditor::NoteAcceptedTime(uint64_t index) {
  const directory::DirectoryMachine& directory = fold_.world().directory();
  if (index == 0 || directory.accept_record() != index) return;
  Note(absl::StrCat("with record ", index,
                    " two administrators accepted the ledger's clock, which had jumped: it "
                    "showed about ",
                    rules::TimeText(directory.accepted_time())));
}

void Auditor::AddVoid(const ReadEntry& read, const RecordOutcome& outcome) {
  if (IsIntegrityFault(outcome.status)) {
    Fault(absl::StrCat("record ", outcome.index, " (", outcome.command_name,
                       "): ", ReasonTextOf(outcome.status), ": ", outcome.status.message()));
  } else {
    races_.Add(read.entry->record);
  }
}

void Auditor::CheckView(const ReadEntry& read) {
  // A later version may give the header another meaning.
  if (not_checkable_from_.has_value()) return;
  if (!read.record.has_value() || !read.record->envelope.ok()) return;
  const common::v1::CommandHeader& header = read.record->envelope->header();
  if (header.seen_size() == 0) return;
  const auto root = tree_.RootAt(header.seen_size());
  if (header.seen_size() <= read.entry->index && root.ok() &&
      crypto::AsBytes(*root) == header.seen_root()) {
    return;
  }
  Fault(absl::StrCat("record ", read.entry->index, ": VIEW_FORKED: its signer, ",
                     header.actor().empty() ? "who is not named" : header.actor(),
                     ", has seen a log of ", header.seen_size(),
                     " records that is not the beginning of this one"));
}

void Auditor::ReportUnfounded() {
  if (!races_can_be_judged()) return;
  for (const RaceCheck::Unfounded& one : races_.Finish()) {
    Fault(absl::StrCat("record ", one.index, " (", one.command_name,
                       "): its service found it good at size ", one.judged_at,
                       ", where it was not: ", ReasonTextOf(one.why), ": ", one.why.message()));
  }
}

void Auditor::RememberAttachmentRefs(const ReadEntry& read) {
  if (!read.record.has_value() || !read.record->envelope.ok()) return;
  for (const common::v1::AttachmentRef& ref : AttachmentRefsOf(*read.record->envelope->command)) {
    const auto [known, is_new] =
        commitments_.emplace(ref.commitment(), Commitment{read.entry->index, {}});
    known->second.subjects.insert(ref.subject());
  }
}

void Auditor::AddOpening(uint64_t line, const absl::StatusOr<ArchivedOpening>& opening) {
  const bool sound = openings_.Add(line, opening, tree_, fold_,
                                   [this](std::string why) { Fault(std::move(why)); });
  if (sound && part_) recount_.AddOpening(*opening);
}

void Auditor::AddAttachment(uint64_t line, const absl::StatusOr<ArchivedAttachment>& attachment) {
  if (!attachment.ok()) {
    Fault(absl::StrCat("attachment on line ", line, ": ", attachment.status().message()));
    return;
  }
  if (!crypto::VerifyCommitment(attachment->commitment, attachment->salt, attachment->content)
           .ok()) {
    Fault(absl::StrCat("attachment on line ", line, ": its content is not what its commitment ",
                       crypto::HexEncode(attachment->commitment), " stands for"));
    return;
  }
  const auto wanted = commitments_.find(attachment->commitment);
  if (wanted == commitments_.end()) {
    // A record that this program does not understand may commit to it.
    if (not_checkable_from_.has_value()) return;
    Fault(
        absl::StrCat("attachment on line ", line, ": no record commits to it, or it comes twice"));
    return;
  }
  if (wanted->second.subjects.count(attachment->subject) == 0) {
    Fault(absl::StrCat("attachment on line ", line, ": record ", wanted->second.index,
                       " names another subject for it"));
  }
  commitments_.erase(wanted);
  ++attachments_;
}

namespace {

// The static files of the log in `folder`, whose leaves `tiles` has.
void CheckTiles(const std::string& folder, const TiledLog& tiles, Auditor* auditor) {
  if (!TiledLog::IsIn(folder)) {
    return auditor->Add({Finding::Kind::kNotThere, "tiles"});
  }
  if (tiles.size() != auditor->summary().records) {
    auditor->Add({Finding::Kind::kNote, "tiles: not compared, for not every leaf could be read"});
    return;
  }
  const uint64_t faults = auditor->summary().faults;
  const uint64_t right = tiles.Compare(folder, [auditor](const std::string& fault) {
    auditor->Add({Finding::Kind::kFault, fault});
  });
  if (auditor->summary().faults == faults) {
    auditor->Add({Finding::Kind::kChecked,
                  absl::StrCat("tiles: all ", right, " files are those of the records' leaves")});
  }
}

}  // namespace

absl::StatusOr<Summary> AuditArchive(const std::string& folder, const crypto::NoteVerifier& log,
                                     const Report& report, Context context,
                                     const std::function<void(double)>& progress) {
  const ArchiveReader archive(folder);
  if (const absl::Status special = archive.CheckFiles(); !special.ok()) {
    report({Finding::Kind::kFault, std::string(special.message())});
    return Summary{0, 1};
  }
  ASSIGN_OR_RETURN(const std::string checkpoint, archive.Checkpoint());
  Auditor auditor(log, report, std::move(context));
  const double total = static_cast<double>(std::max<uint64_t>(1, archive.RecordsBytes()));
  uint64_t seen = 0;
  TiledLog tiles;
  // While one chunk is folded, the next is read and its signatures are verified.
  std::vector<std::string> lines;
  const auto advance = [&] {
    auditor.AddLines(std::exchange(lines, {}),
                     [&tiles](const std::string& leaf) { tiles.Add(leaf); });
    if (progress != nullptr) progress(std::min(1.0, static_cast<double>(seen) / total));
  };
  RETURN_IF_ERROR(archive.ForEachEntryLine([&](std::string line) {
    seen += line.size();
    lines.push_back(std::move(line));
    if (lines.size() == kAheadEntries) advance();
  }));
  advance();
  advance();
  const uint64_t again = auditor.again();
  if (again > 0) {
    RETURN_IF_ERROR(archive.ForEachEntry([&](uint64_t line, absl::StatusOr<ArchivedEntry> entry) {
      if (line > again || !entry.ok()) return false;
      auditor.AddAgain(entry->record);
      return true;
    }));
  }
  if (archive.HasOpenings()) {
    auditor.ExpectOpenings();
    RETURN_IF_ERROR(
        archive.ForEachOpening([&](uint64_t line, const absl::StatusOr<ArchivedOpening>& opening) {
          auditor.AddOpening(line, opening);
          return true;
        }));
  }
  if (archive.HasAttachments()) {
    RETURN_IF_ERROR(archive.ForEachAttachment(
        [&](uint64_t line, const absl::StatusOr<ArchivedAttachment>& attachment) {
          auditor.AddAttachment(line, attachment);
          return true;
        }));
  } else {
    auditor.LeaveSealed();
  }
  CheckTiles(folder, tiles, &auditor);
  auditor.Finish(checkpoint);
  return auditor.summary();
}

}  // namespace votum::audit
