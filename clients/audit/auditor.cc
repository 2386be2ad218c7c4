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
namespace {

std::string TiersInWords(const google::protobuf::RepeatedPtrField<ideas::v1::Tier>& tiers,
                         int most) {
  std::vector<std::string> words;
  for (int i = 0; i < std::min(most, tiers.size()); ++i)
    words.push_back(absl::StrJoin(tiers[i].idea_ids(), " = "));
  return absl::StrCat(absl::StrJoin(words, " > "), tiers.size() > most ? " > ..." : "");
}

}  // namespace

std::string DescribeVote(const meetings::v1::VoteEvent& event) {
  const meetings::v1::Tally& tally = event.result().tally();
  return absl::StrCat("vote ", event.id(), ": ", tally.yes(), " yes, ", tally.no(), " no, ",
                      tally.abstain(), " abstained, ", tally.not_voted(), " did not vote, of ",
                      event.electorate_size(), " entitled and present. ",
                      event.result().explanation().en());
}

Auditor::Auditor(crypto::NoteVerifier log, std::function<void(const Finding&)> report,
                 uint32_t program_version)
    : log_(std::move(log)),
      report_(std::move(report)),
      fold_(DomainSet::All(), log_.key(), &cache_, program_version),
      races_(log_.key(), &cache_, program_version) {
  races_.ShareElectionMemo(fold_);
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
  FoldEntry(read);
  CheckView(read);
  RememberAttachmentRefs(read);
  if (part_ && read.record.has_value() && read.record->envelope.ok())
    recount_.AddRecord(position, *read.record->envelope);
}

void Auditor::PassOver(uint64_t position) {
  if (part_) {
    unseen_.push_back(position);
    foldable_ = false;
    return;
  }
  if (not_checkable_from_.has_value()) {
    // A record that this program does not understand may have opened the vote that it belongs to.
    unseen_.push_back(position);
    return;
  }
  if (foldable_ && !fold_.reach_log().open_urns().empty()) {
    unseen_.push_back(position);
    fold_.PassOver();
    return;
  }
  Fault(absl::StrCat("record ", position,
                     ": it was not shown to whoever exported this log; without it no state can be "
                     "derived: export as an auditor"));
  foldable_ = false;
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
  Fault(absl::StrCat(
      "record ", unseen_.front(),
      ": it was not shown to whoever exported this log, though the vote or round "
      "that was open then is closed; without it no state can be derived: export again"));
  foldable_ = false;
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
  if (!outcome->status.ok()) AddVoid(read, *outcome);
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

void Auditor::CheckCheckpoint(absl::string_view note) {
  const auto checkpoint = crypto::OpenCheckpoint(note, log_, log_.name());
  if (!checkpoint.ok()) {
    Fault(absl::StrCat("checkpoint: ", checkpoint.status().message()));
    return;
  }
  Checked(absl::StrCat("checkpoint: signed by the trusted log key ", log_.name(), ", for ",
                       checkpoint->size, " records"));
  if (checkpoint->size != entries_) {
    Fault(absl::StrCat(
        "checkpoint: it stands for ", checkpoint->size, " records, but the archive has ", entries_,
        checkpoint->size > entries_ ? absl::StrCat("; record ", entries_, " is missing") : ""));
  } else if (checkpoint->root != tree_.Root()) {
    Fault(absl::StrCat("checkpoint: the tree of the ", entries_,
                       " leaves has another root than the signed one"));
  } else {
    Checked(absl::StrCat("Merkle tree: the ", entries_, " leaves have the signed root ",
                         crypto::Base64Encode(crypto::AsBytes(checkpoint->root))));
  }
}

void Auditor::Finish(absl::string_view checkpoint_note) {
  CheckCheckpoint(checkpoint_note);
  if (part_ && !unseen_.empty()) return FinishPart();
  ReportUnfounded();
  ReportRecords();
  ReportOpen();
  ReportOpenings();
  ReportAttachments();
  if (not_checkable_from_.has_value()) {
    Note(absl::StrCat("the results below are those at record ", *not_checkable_from_,
                      ", from which on nothing could be judged"));
    if (!unseen_.empty() && unseen_.back() >= *not_checkable_from_) {
      Note(
          "some records that could not be judged were not shown either; whether a vote or round is "
          "open cannot be told");
    }
  } else if (!foldable_) {
    Note(
        "the states behind the fault could not be derived; the results below are those at the last "
        "sound record");
  } else if (faults_ == 0) {
    Checked(absl::StrCat("signatures and authority: verified for each record at its own position (",
                         entries_ - unseen_.size() - fold_.void_records().size(), " in effect, ",
                         fold_.void_records().size(), " void)"));
  }
  ReportVoid();
  ReportRankings();
  ReportVotes();
  ReportSecretVotes();
  ReportDecisions();
  ReportProjects();
  ReportState();
}

void Auditor::FinishPart() {
  ReportRecords();
  ReportOpenings();
  for (Recount::Counted& vote : recount_.Finish()) {
    if (!vote.opened) {
      Note(std::move(vote.text));
    } else if (vote.right) {
      Checked(std::move(vote.text));
    } else {
      Fault(std::move(vote.text));
    }
  }
  if (attachments_ > 0)
    Note(absl::StrCat("attachments: ", attachments_, " are what their records commit to"));
  Add({Finding::Kind::kNotCheckable,
       absl::StrCat(unseen_.size(), " of ", entries_,
                    " records were not shown to whoever exported this log; without them no state "
                    "can be derived: only an auditor's export can be audited whole")});
}

void Auditor::ReportRecords() {
  if (faults_ > 0) return;
  Checked(absl::StrCat("records: each of the ", entries_ - unseen_.size(),
                       unseen_.empty() ? " gives" : " that are shown gives",
                       " its leaf, in order, none missing"));
}

void Auditor::ReportOpenings() {
  const size_t derived = fold_.reach_log().openings().size();
  if (!has_openings_) {
    if (derived > 0) {
      Note(absl::StrCat("openings: later records have opened ", derived,
                        ", which this log comes without"));
    }
    return;
  }
  const uint64_t faults = faults_;
  openings_.Finish(fold_, [this](std::string why) { Fault(std::move(why)); });
  if (faults_ > faults) return;
  if (openings_.unjudged() > 0) {
    Note(absl::StrCat("openings: ", openings_.count(),
                      " came with this log; whether a record made ", openings_.unjudged(),
                      " of them cannot be checked"));
  } else if (faults_ == 0) {
    Checked(absl::StrCat("openings: all ", openings_.count(),
                         " that the log gives are there, and give their leaves"));
  }
}

void Auditor::ReportOpen() {
  if (unseen_.empty() || !foldable_) return;
  std::vector<std::string> open;
  for (const auto& [urn, state] : fold_.reach_log().open_urns()) open.push_back(urn);
  Note(absl::StrCat(
      "open: ", absl::StrJoin(open, ", "), ", ", unseen_.size(),
      " records withheld: ballots are shown to nobody before it is closed; audit again "
      "then"));
}

void Auditor::ReportAttachments() {
  const directory::DirectoryMachine& directory = fold_.world().directory();
  uint64_t erased = 0;
  uint64_t sealed = 0;
  uint64_t unclear = 0;  // perhaps erased by a record that this program does not understand
  bool missing = false;
  for (const auto& [commitment, ref] : commitments_) {
    const auto is_erased = [&](const std::string& subject) { return directory.IsErased(subject); };
    if (std::any_of(ref.subjects.begin(), ref.subjects.end(), is_erased)) {
      ++erased;
      continue;
    }
    if (sealed_) {
      ++sealed;
      continue;
    }
    if (not_checkable_from_.has_value()) {
      ++unclear;
      continue;
    }
    missing = true;
    Fault(absl::StrCat("record ", ref.index, ": its sealed attachment ",
                       crypto::HexEncode(commitment),
                       " is missing, and no record says that it was erased"));
  }
  if (missing) return;
  const std::string and_erased =
      erased == 0
          ? ""
          : absl::StrCat("; ", erased, " more were erased, by records that name the legal ground");
  if (sealed_) {
    return Note(absl::StrCat("sealed attachments: ", sealed,
                             " stay sealed: whether they are there and what their records commit "
                             "to was not asked",
                             and_erased));
  }
  if (unclear > 0) {
    return Note(absl::StrCat(
        "sealed attachments: ", attachments_, " are what their records commit to; ", unclear,
        " are not there, and whether they were erased cannot be checked", and_erased));
  }
  Checked(absl::StrCat("sealed attachments: all ", attachments_,
                       " are what their records commit to", and_erased));
}

void Auditor::ReportVoid() {
  for (const auto& [index, reason] : fold_.void_records()) {
    const absl::Status status = fold_.WhyVoid(index);
    if (IsIntegrityFault(status)) continue;
    Note(absl::StrCat("record ", index, " is void: ", reason, ": ", status.message()));
  }
  if (fold_.world().directory().simulated_clock()) {
    Note("the founding record says that this log's clock was set by hand: a demonstration");
  }
}

void Auditor::ReportRankings() {
  for (const auto& [id, entry] : fold_.world().ideas().state().rounds) {
    const ideas::v1::Round* const round = &entry.round;
    if (round->state() != ideas::v1::ROUND_STATE_ESTABLISHED) continue;
    const bool resolved = !round->tie_order().empty();
    const auto& ranking =
        resolved ? round->resolved_ranking() : round->rankings().rbegin()->ranking();
    std::string line =
        absl::StrCat("ranking round ", round->id(), ": ", round->ballot_count(),
                     " ballots counted again by ", round->method(), ": ", TiersInWords(ranking, 3),
                     ", as established by record ", round->established_index());
    if (resolved) {
      absl::StrAppend(&line, "; ties of the ballots resolved by ", round->tie_rule(), ": ",
                      absl::StrJoin(round->tie_order(), ", "));
    }
    if (round->status_quo()) {
      absl::StrAppend(&line, "; ", round->beat_status_quo_size(), " of ", round->idea_ids_size(),
                      " ideas beat the status quo");
    }
    Checked(line);
  }
}

void Auditor::ReportVotes() {
  const meetings::Votes& votes = fold_.world().votes();
  for (const auto& [id, entry] : votes.state().vote_events) {
    if (entry.state != meetings::v1::VOTE_EVENT_STATE_ESTABLISHED) continue;
    const meetings::v1::VoteEvent event = *votes.Get(id);
    Checked(
        absl::StrCat(DescribeVote(event), " As established by record ", event.result().index()));
  }
}

// Verifies the archive that follows from the log like a foreign one: all ballots, the tally, the
// decryptions, the result.
void Auditor::ReportSecretVotes() {
  const meetings::SecretVotes& votes = fold_.world().secret_votes();
  for (const std::string& id : votes.List()) {
    const absl::StatusOr<std::string> archive = votes.Archive(id);
    if (!archive.ok()) {
      Note(absl::StrCat("secret vote ", id, ": ", ReasonTextOf(archive.status()), ": ",
                        archive.status().message()));
      continue;
    }
    const meetings::SecretVoteEntry& vote = *(*votes.Find(id))->secret;
    election::VerifyOptions options;
    options.threads = std::max(1u, std::thread::hardware_concurrency());
    options.known_voters = vote.credentials.size();
    const election::ArchiveReport report = election::VerifyArchive(*archive, options);
    const std::string name =
        absl::StrCat("secret vote ", id, ": archive of election ", report.uuid, " (last event ",
                     report.head, ", ", report.ballots, " ballots, ", report.counted, " counted)");
    const auto is_missing = [](const election::Failure& failure) {
      return failure.reason == Reason::kNotTallied;
    };
    if (!vote.result && std::all_of(report.failures.begin(), report.failures.end(), is_missing)) {
      Note(absl::StrCat(name, " holds up to its tally, which is not decrypted yet"));
    } else if (!report.ok()) {
      const election::Failure& first = report.failures[0];
      Fault(absl::StrCat(name, ": ", first.where, ": ", ReasonText(first.reason), ": ",
                         first.message));
    } else if (report.result != vote.result) {
      Fault(absl::StrCat(name, ": its result is not the one that was counted"));
    } else {
      Checked(
          absl::StrCat(name, ": every proof holds, and the result is the one that was counted"));
    }
  }
}

void Auditor::ReportDecisions() {
  for (const auto& [id, entry] : fold_.world().decisions().state().decisions) {
    const decisions::v1::Decision* const decision = &entry;
    std::vector<std::string> signers;
    for (const auto& signature : decision->signatures()) signers.push_back(signature.person_id());
    std::string text = absl::StrCat(
        "decision ", decision->id(), ": item ", decision->item_adopted() ? "adopted" : "rejected",
        ", signed by ", signers.empty() ? "nobody yet" : absl::StrJoin(signers, " and "));
    if (decision->release_index() != 0) {
      absl::StrAppend(&text, "; released ",
                      rules::TimeText(FromTimestamp(decision->release_time())), ", allowed from ",
                      rules::TimeText(FromTimestamp(decision->release_allowed_time())));
    }
    if (!decision->document_sha256().empty()) {
      absl::StrAppend(&text, "; published document ",
                      crypto::HexEncode(decision->document_sha256()));
    }
    Checked(std::move(text));
  }
}

void Auditor::ReportProjects() {
  for (const auto& [id, project] : fold_.world().projects().state().projects) {
    Checked(absl::StrCat("project ", id, ": started by decision ", project.decision_id(), ", ",
                         project.work_packages_size(), " work packages, ",
                         project.milestones_size(), " milestones"));
  }
}

void Auditor::ReportState() {
  const AttestationsState& attestations = fold_.world().attestations().state();
  for (const auto& [layout, count] : attestations.count) {
    if (layout == kStateLayout) {
      Checked(absl::StrCat("attestations: ", count, " held, each of the state at its own size"));
    } else {
      Note(absl::StrCat("attestations: ", count, " are of layout ", layout,
                        ", which this program cannot compare; it has layout ", kStateLayout));
    }
  }
  const AuditView view = AuditViewOf(fold_.world().state());
  for (const Domain domain : kAllDomains) {
    if (!unseen_.empty() && view.HasOpenUrn(domain)) {
      Note(absl::StrCat("state of ", DomainName(domain),
                        ": its digest has the number of ballots, which are withheld here"));
      continue;
    }
    Checked(absl::StrCat("state of ", DomainName(domain), ": SHA-256 ",
                         crypto::ToHex(view.Digest(domain))));
  }
}

namespace {

// The static files of the log in `folder`, whose leaves `tiles` has.
void CheckTiles(const std::string& folder, const TiledLog& tiles, Auditor* auditor) {
  if (!TiledLog::IsIn(folder)) {
    auditor->Add({Finding::Kind::kNote, "tiles: this archive has none"});
    return;
  }
  if (tiles.size() != auditor->records()) {
    auditor->Add({Finding::Kind::kNote, "tiles: not compared, for not every leaf could be read"});
    return;
  }
  const uint64_t faults = auditor->faults();
  const uint64_t right = tiles.Compare(folder, [auditor](const std::string& fault) {
    auditor->Add({Finding::Kind::kFault, fault});
  });
  if (auditor->faults() == faults) {
    auditor->Add({Finding::Kind::kChecked,
                  absl::StrCat("tiles: all ", right, " files are those of the records' leaves")});
  }
}

}  // namespace

absl::StatusOr<uint64_t> AuditArchive(const std::string& folder, const crypto::NoteVerifier& log,
                                      const std::function<void(const Finding&)>& report,
                                      const std::function<void(double)>& progress,
                                      uint64_t* records, uint64_t* withheld, Extent extent) {
  const ArchiveReader archive(folder);
  ASSIGN_OR_RETURN(const std::string checkpoint, archive.Checkpoint());
  Auditor auditor(log, report);
  if (extent == Extent::kPart) auditor.AllowUnseen();
  const double total = static_cast<double>(std::max<uint64_t>(1, archive.RecordsBytes()));
  uint64_t seen = 0;
  TiledLog tiles;
  // While one chunk is folded, the next is read and its signatures are verified.
  std::vector<std::string> lines;
  const auto advance = [&] {
    auditor.AddLines(std::exchange(lines, {}),
                     [&tiles](const std::string& leaf) { tiles.Add(leaf); });
    progress(std::min(1.0, static_cast<double>(seen) / total));
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
  *records = auditor.records();
  if (withheld != nullptr) *withheld = auditor.withheld();
  return auditor.faults();
}

}  // namespace votum::audit
