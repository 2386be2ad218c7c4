// The end of an audit's report: the standing, the checks of the whole, and the derived state.

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "base/refusal.h"
#include "clients/audit/auditor.h"
#include "clients/audit/witness_check.h"
#include "core/command/timestamps.h"
#include "core/fold/audit_view.h"
#include "core/meetings/secret_vote.h"
#include "crypto/checkpoint.h"
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

void Auditor::ReportSizeAndAge(absl::string_view note) {
  const std::string size = last_time_ == absl::InfinitePast()
                               ? absl::StrCat(entries_, " records")
                               : SizeAndAge(entries_, last_time_, context_.now);
  report_({Finding::Kind::kStanding, absl::StrCat("log ", log_.name(), ": ", size)});
  if (!context_.policy.has_value()) {
    report_({Finding::Kind::kStanding, UncheckedCosignatures(note)});
    report_({Finding::Kind::kNotThere, "cosignatures of witnesses (no --policy)"});
  }
}

void Auditor::ReportWitnesses(absl::string_view note) {
  if (!context_.policy.has_value()) return;
  for (const Finding& finding : CheckWitnesses(*context_.policy, note, last_time_)) Add(finding);
}

void Auditor::ReportKnown() {
  for (const Known& known : context_.known) Add(CheckKnown(known, log_, tree_));
  if (context_.known.empty() && context_.documents.empty()) {
    report_({Finding::Kind::kNotThere,
             "anything older that would show a log cut off or written anew (--old, --receipt, "
             "--bundle, --document)"});
  }
}

void Auditor::ReportStanding() {
  const auto say = [this](std::string text) {
    report_({Finding::Kind::kStanding, std::move(text)});
  };
  if (part_) {
    for (std::string& seen : standing_.Seen()) say(std::move(seen));
    return say("where decisions stand does not follow from the records that are shown to you");
  }
  if (!foldable_) {
    say(absl::StrCat("what follows was so at record ", fold_.next_index(),
                     ", from which on nothing could be derived:"));
  }
  for (std::string& one : standing_.OfAll(fold_.world())) say(std::move(one));
}

void Auditor::ReportOddities() {
  for (std::string& one : oddities_.Finish(fold_))
    report_({Finding::Kind::kOddity, std::move(one)});
  if (std::string time = oddities_.LargestDifference(); !time.empty()) Checked(std::move(time));
}

void Auditor::Finish(absl::string_view checkpoint_note) {
  ReportSizeAndAge(checkpoint_note);
  CheckCheckpoint(checkpoint_note);
  ReportWitnesses(checkpoint_note);
  ReportKnown();
  ReportStanding();
  if (part_) return FinishPart();
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
  ReportKnownDocuments();
  ReportProjects();
  ReportState();
  ReportOddities();
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
  for (const KnownDocument& known : context_.documents) {
    Add({Finding::Kind::kNotCheckable,
         absl::StrCat(
             known.name,
             ": what was published does not follow from the records that are shown to you")});
  }
  if (attachments_ > 0)
    Note(absl::StrCat("attachments: ", attachments_, " are what their records commit to"));
  Add({Finding::Kind::kNotCheckable,
       absl::StrCat(unseen_.size(), " of ", entries_,
                    " records are not shown to you; without them no state can be derived: only the "
                    "log as an auditor is shown it can be audited whole")});
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
      report_(
          {Finding::Kind::kNotThere, absl::StrCat("openings (later records made ", derived, ")")});
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
  report_({Finding::Kind::kNotThere,
           absl::StrCat(unseen_.size(), unseen_.size() == 1 ? " ballot" : " ballots",
                        " of what is open")});
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
    report_({Finding::Kind::kNotThere, absl::StrCat(sealed, " sealed contents")});
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

void Auditor::ReportKnownDocuments() {
  for (const KnownDocument& known : context_.documents) {
    Finding finding = CheckKnownDocument(known, fold_.world());
    // The record that published it may stand where nothing could be derived any more.
    if (finding.kind == Finding::Kind::kFault && (!foldable_ || not_checkable_from_.has_value()))
      finding.kind = Finding::Kind::kNotCheckable;
    Add(finding);
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
  if (attestations.attested_by != 0) {
    Checked(absl::StrCat("attestation of histories: that of record ", attestations.attested_by,
                         " holds for ", attestations.attested.size(), " objects"));
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

}  // namespace votum::audit
