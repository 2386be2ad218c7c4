// The golden log audits without fault; every change of it is found and named.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "clients/audit/archive.h"
#include "clients/audit/auditor.h"
#include "clients/audit/evidence_bundle.h"
#include "core/fold/audit_view.h"
#include "crypto/checkpoint.h"
#include "crypto/dsse.h"
#include "crypto/hash.h"
#include "crypto/keys.h"
#include "gtest/gtest.h"

namespace votum::audit {
namespace {

class GoldenLogTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const std::string vkey = *ReadFile(GOLDEN "/log.vkey");
    log_ =
        new crypto::NoteVerifier(*crypto::NoteVerifier::FromVkey(vkey.substr(0, vkey.find('\n'))));
    checkpoint_ = *ReadFile(GOLDEN "/log/checkpoint");
    lines_ = absl::StrSplit(*ReadFile(GOLDEN "/log/records.jsonl"), '\n', absl::SkipEmpty());
    attachments_ =
        absl::StrSplit(*ReadFile(GOLDEN "/log/attachments.jsonl"), '\n', absl::SkipEmpty());
    bundle_ = *ReadFile(GOLDEN "/beschluss-2026-117.evidence.json");
  }

  // Faults of these lines.
  static std::vector<std::string> Audit(const std::vector<std::string>& lines,
                                        const std::string& checkpoint,
                                        const std::vector<std::string>& attachments) {
    std::vector<std::string> faults;
    Auditor auditor(*log_, [&faults](const Finding& finding) {
      if (finding.kind == Finding::Kind::kFault) faults.push_back(finding.text);
    });
    for (size_t i = 0; i < lines.size(); ++i) auditor.AddEntry(i + 1, ParseEntry(lines[i]));
    for (size_t i = 0; i < attachments.size(); ++i)
      auditor.AddAttachment(i + 1, ParseAttachment(attachments[i]));
    auditor.Finish(checkpoint);
    EXPECT_EQ(auditor.summary().faults, faults.size());
    return faults;
  }
  static std::vector<std::string> AuditLines(const std::vector<std::string>& lines) {
    return Audit(lines, checkpoint_, attachments_);
  }

  // Changes one byte of `text` into another one.
  static char Flip(std::string* text, std::mt19937& random) {
    char& byte = (*text)[random() % text->size()];
    byte = static_cast<char>(byte ^ (1 << (random() % 7)));
    return byte;
  }

  // The lines with the record at `index` replaced, its leaf recomputed, as anybody who holds the
  // archive can do.
  static std::vector<std::string> WithRecord(size_t index, const common::v1::Record& record) {
    std::vector<std::string> lines = lines_;
    ArchivedEntry entry = *ParseEntry(lines[index]);
    entry.record = record.SerializeAsString();
    const crypto::Digest leaf = crypto::Sha256({entry.salt, entry.record});
    entry.leaf = std::string(crypto::AsBytes(leaf));
    lines[index] = FormatEntry(entry);
    return lines;
  }

  // The line of a record that is not shown.
  static std::string WithoutRecord(size_t index) {
    ArchivedEntry entry = *ParseEntry(lines_[index]);
    entry.salt.clear();
    entry.record.clear();
    return FormatEntry(entry);
  }
  // Faults of these lines, except those of the missing checkpoint.
  static std::vector<std::string> RecordFaults(const std::vector<std::string>& lines,
                                               uint64_t* withheld, std::string* notes) {
    std::vector<std::string> faults;
    Auditor auditor(*log_, [&](const Finding& finding) {
      const bool fault = finding.kind == Finding::Kind::kFault;
      if (fault && absl::StartsWith(finding.text, "record")) faults.push_back(finding.text);
      if (!fault) absl::StrAppend(notes, finding.text, "\n");
    });
    for (size_t i = 0; i < lines.size(); ++i) auditor.AddEntry(i + 1, ParseEntry(lines[i]));
    auditor.LeaveSealed();
    auditor.Finish("");
    *withheld = auditor.summary().withheld;
    return faults;
  }

  // The first record of a command type, by its name.
  static size_t Find(absl::string_view command) {
    for (size_t i = 0; i < lines_.size(); ++i) {
      common::v1::Record record;
      record.ParseFromString(ParseEntry(lines_[i])->record);
      if (absl::EndsWith(record.payload_type(), absl::StrCat(".", command, "+protobuf"))) return i;
    }
    ADD_FAILURE() << "no " << command;
    return 0;
  }
  static common::v1::Record RecordAt(size_t index) {
    common::v1::Record record;
    record.ParseFromString(ParseEntry(lines_[index])->record);
    return record;
  }

  static crypto::NoteVerifier* log_;
  static std::string checkpoint_;
  static std::vector<std::string> lines_;
  static std::vector<std::string> attachments_;
  static std::string bundle_;
};

crypto::NoteVerifier* GoldenLogTest::log_ = nullptr;
std::string GoldenLogTest::checkpoint_;
std::vector<std::string> GoldenLogTest::lines_;
std::vector<std::string> GoldenLogTest::attachments_;
std::string GoldenLogTest::bundle_;

TEST_F(GoldenLogTest, PassesAsItIs) {
  EXPECT_THAT(AuditLines(lines_), ::testing::IsEmpty());
  const auto summary = AuditArchive(GOLDEN "/log", *log_, [](const Finding&) {});
  ASSERT_OK(summary);
  EXPECT_EQ(summary->faults, 0u);
  EXPECT_EQ(summary->records, lines_.size());
}

TEST_F(GoldenLogTest, OneFlippedBitInARecordsLineIsFoundAndNamed) {
  std::mt19937 random(1);
  for (int round = 0; round < 40; ++round) {
    std::vector<std::string> lines = lines_;
    const size_t index = random() % lines.size();
    Flip(&lines[index], random);
    const auto faults = AuditLines(lines);
    ASSERT_FALSE(faults.empty()) << "record " << index;
    EXPECT_THAT(absl::StrJoin(faults, "\n"), ::testing::HasSubstr(absl::StrCat("record ", index)))
        << lines[index];
  }
}

TEST_F(GoldenLogTest, OneFlippedBitElsewhereIsFound) {
  std::mt19937 random(2);
  for (int round = 0; round < 20; ++round) {
    std::string checkpoint = checkpoint_;
    Flip(&checkpoint, random);
    EXPECT_FALSE(Audit(lines_, checkpoint, attachments_).empty()) << checkpoint;
    std::vector<std::string> attachments = attachments_;
    Flip(&attachments[random() % attachments.size()], random);
    EXPECT_FALSE(Audit(lines_, checkpoint_, attachments).empty());
  }
}

TEST_F(GoldenLogTest, DroppedDoubledAndMovedRecordsAreNamed) {
  for (const size_t index : {size_t{0}, size_t{17}, lines_.size() / 2, lines_.size() - 1}) {
    std::vector<std::string> dropped = lines_;
    dropped.erase(dropped.begin() + static_cast<std::ptrdiff_t>(index));
    EXPECT_THAT(absl::StrJoin(AuditLines(dropped), "\n"),
                ::testing::HasSubstr(absl::StrCat("record ", index)));
    std::vector<std::string> doubled = lines_;
    doubled.insert(doubled.begin() + static_cast<std::ptrdiff_t>(index), lines_[index]);
    EXPECT_THAT(absl::StrJoin(AuditLines(doubled), "\n"),
                ::testing::HasSubstr(absl::StrCat("record ", index + 1)));
  }
  std::vector<std::string> moved = lines_;
  std::swap(moved[100], moved[101]);
  EXPECT_THAT(absl::StrJoin(AuditLines(moved), "\n"), ::testing::HasSubstr("record 100"));
}

TEST_F(GoldenLogTest, AMissingAttachmentIsAnAlarmThatNamesItsRecord) {
  std::vector<std::string> attachments = attachments_;
  attachments.erase(attachments.begin());
  EXPECT_THAT(absl::StrJoin(Audit(lines_, checkpoint_, attachments), "\n"),
              ::testing::HasSubstr("record "));
}

TEST_F(GoldenLogTest, AttachmentsThatStaySealedAreSaidToBeAndNothingElseIsMissed) {
  std::string findings;
  Auditor auditor(*log_, [&](const Finding& finding) {
    EXPECT_NE(finding.kind, Finding::Kind::kFault) << finding.text;
    absl::StrAppend(&findings, finding.text, "\n");
  });
  for (size_t i = 0; i < lines_.size(); ++i) auditor.AddEntry(i + 1, ParseEntry(lines_[i]));
  auditor.LeaveSealed();
  auditor.Finish(checkpoint_);
  EXPECT_THAT(findings, ::testing::HasSubstr(absl::StrCat(
                            "sealed attachments: ", attachments_.size(), " stay sealed")));
}

TEST_F(GoldenLogTest, AProgramOlderThanTheLogSaysFromWhereOnItCannotCheckAndNamesNoFault) {
  std::string findings;
  int not_checkable = 0;
  Auditor auditor(
      *log_,
      [&](const Finding& finding) {
        EXPECT_NE(finding.kind, Finding::Kind::kFault) << finding.text;
        if (finding.kind == Finding::Kind::kNotCheckable) ++not_checkable;
        absl::StrAppend(&findings, finding.text, "\n");
      },
      Context(), /*program_version=*/0);
  for (size_t i = 0; i < lines_.size(); ++i) auditor.AddEntry(i + 1, ParseEntry(lines_[i]));
  for (size_t i = 0; i < attachments_.size(); ++i)
    auditor.AddAttachment(i + 1, ParseAttachment(attachments_[i]));
  auditor.Finish(checkpoint_);
  EXPECT_EQ(auditor.not_checkable_from(), 0u);
  EXPECT_EQ(auditor.summary().faults, 0u);
  EXPECT_EQ(not_checkable, 1) << "it is said once";
  EXPECT_THAT(findings, ::testing::HasSubstr("from record 0 on the log is of version 1"));
  EXPECT_THAT(findings, ::testing::HasSubstr("leaves have the signed root"))
      << "what needs no judgement is still checked";
}

// The log as an auditor gets it: without ballots while the vote is open.
TEST_F(GoldenLogTest, WithheldBallotsOfAnOpenVoteAreCountedAndNoFault) {
  const size_t opened = Find("OpenVote");
  const size_t closed = Find("CloseVote");
  std::vector<std::string> lines(lines_.begin(), lines_.begin() + static_cast<long>(closed) + 1);
  uint64_t ballots = 0;
  for (size_t i = opened; i < closed; ++i) {
    if (!absl::StrContains(RecordAt(i).payload_type(), "Vote+")) continue;
    if (i == opened) continue;
    lines[i] = WithoutRecord(i);
    ++ballots;
  }
  ASSERT_GT(ballots, 10u);
  const std::string last = lines.back();
  lines.pop_back();
  uint64_t withheld = 0;
  std::string notes;
  EXPECT_THAT(RecordFaults(lines, &withheld, &notes), ::testing::IsEmpty());
  EXPECT_EQ(withheld, ballots);
  EXPECT_THAT(notes, ::testing::HasSubstr(absl::StrCat(", ", ballots, " records withheld")));

  // Once it is closed, they would be there for whoever may see all. That they are not shown is no
  // fault, and said.
  lines.push_back(last);
  notes.clear();
  EXPECT_THAT(RecordFaults(lines, &withheld, &notes), ::testing::IsEmpty());
  EXPECT_EQ(withheld, 0u);
  EXPECT_THAT(notes, ::testing::HasSubstr("that was open then is closed"));
  EXPECT_THAT(notes, ::testing::HasSubstr(absl::StrCat(ballots, " of ", lines.size(),
                                                       " records are not shown to you")));
  // The same while nothing is open.
  lines = {lines_.begin(), lines_.begin() + static_cast<long>(opened)};
  lines[opened - 1] = WithoutRecord(opened - 1);
  notes.clear();
  EXPECT_THAT(RecordFaults(lines, &withheld, &notes), ::testing::IsEmpty());
  EXPECT_THAT(notes,
              ::testing::HasSubstr(absl::StrCat("record ", opened - 1, " is not shown to you")));
}

// Withheld records decide nothing before the closing record: a fold without them finds the same
// outcome for every other record.
TEST_F(GoldenLogTest, NothingBeforeTheClosingDependsOnWhatIsWithheld) {
  SignatureCache cache(2 * lines_.size());
  const auto new_fold = [&] {
    return std::make_unique<Fold>(DomainSet::All(), log_->key(), &cache);
  };
  const std::unique_ptr<Fold> whole = new_fold();
  std::unique_ptr<Fold> blind;
  size_t compared = 0;
  for (size_t i = 0; i < lines_.size(); ++i) {
    const std::string record = ParseEntry(lines_[i])->record;
    if (blind == nullptr && !whole->reach_log().open_urns().empty()) {
      blind = new_fold();
      for (size_t j = 0; j < i; ++j) ASSERT_OK(blind->Apply(ParseEntry(lines_[j])->record));
    }
    const auto outcome = whole->Apply(record);
    ASSERT_OK(outcome);
    if (whole->reach_log().open_urns().empty()) blind = nullptr;
    if (blind == nullptr) continue;
    if (whole->reach_log().IsWithheld(i)) {
      blind->PassOver();
      continue;
    }
    const auto without = blind->Apply(record);
    ASSERT_OK(without);
    EXPECT_EQ(without->status, outcome->status) << "record " << i;
    EXPECT_TRUE(without->reach == outcome->reach) << "record " << i;
    const AuditView view = AuditViewOf(whole->world().state());
    const AuditView blind_view = AuditViewOf(blind->world().state());
    for (const Domain domain : kAllDomains) {
      EXPECT_EQ(blind_view.HasOpenUrn(domain), view.HasOpenUrn(domain)) << "record " << i;
      // The number of ballots is in the digest, and withheld.
      if (view.HasOpenUrn(domain)) continue;
      EXPECT_EQ(blind_view.Digest(domain), view.Digest(domain)) << "record " << i;
    }
    ++compared;
  }
  EXPECT_GT(compared, 0u);
}

TEST_F(GoldenLogTest, AForgedSignatureIsNamedEvenIfTheLeafIsMadeToFit) {
  const size_t index = Find("CastVote");
  common::v1::Record record = RecordAt(index);
  // A key other than the voter's signs the same bytes.
  const auto forger = crypto::PrivateKey::Generate(crypto::KeyType::kEd25519);
  record.mutable_signatures(0)->set_signature(
      *crypto::SignDsse(*forger, record.payload_type(), record.payload()));
  EXPECT_THAT(absl::StrJoin(AuditLines(WithRecord(index, record)), "\n"),
              ::testing::HasSubstr(absl::StrCat("record ", index, " (CastVote): BAD_SIGNATURE")));
}

TEST_F(GoldenLogTest, AChangedVoteAndAChangedResultAreNamed) {
  const size_t vote_index = Find("CastVote");
  common::v1::Record record = RecordAt(vote_index);
  meetings::v1::CastVote vote;
  vote.ParseFromString(record.payload());
  vote.set_choice(vote.choice() == meetings::v1::CHOICE_YES ? meetings::v1::CHOICE_NO
                                                            : meetings::v1::CHOICE_YES);
  record.set_payload(vote.SerializeAsString());
  EXPECT_THAT(absl::StrJoin(AuditLines(WithRecord(vote_index, record)), "\n"),
              ::testing::HasSubstr(absl::StrCat("record ", vote_index)));

  const size_t result_index = Find("EstablishResult");
  record = RecordAt(result_index);
  meetings::v1::EstablishResult result;
  result.ParseFromString(record.payload());
  result.set_outcome(meetings::v1::OUTCOME_REJECTED);
  record.set_payload(result.SerializeAsString());
  EXPECT_THAT(absl::StrJoin(AuditLines(WithRecord(result_index, record)), "\n"),
              ::testing::HasSubstr(absl::StrCat("record ", result_index)));
}

TEST_F(GoldenLogTest, AnotherLogKeyIsNotTrusted) {
  const auto other = crypto::PrivateKey::Generate(crypto::KeyType::kEd25519);
  const auto verifier = crypto::NoteVerifier::Create(log_->name(), other->public_key());
  EXPECT_GT(AuditArchive(GOLDEN "/log", *verifier, [](const Finding&) {})->faults, 0u);
  EXPECT_GT(VerifyEvidenceBundle(bundle_, *verifier, [](const Finding&) {}).faults, 0u);
}

TEST_F(GoldenLogTest, TheBundlePassesAndNoByteOfItCanBeChanged) {
  EXPECT_EQ(VerifyEvidenceBundle(bundle_, *log_, [](const Finding&) {}).faults, 0u);
  std::mt19937 random(3);
  for (int round = 0; round < 40; ++round) {
    std::string bundle = bundle_;
    Flip(&bundle, random);
    EXPECT_GT(VerifyEvidenceBundle(bundle, *log_, [](const Finding&) {}).faults, 0u);
  }
  EXPECT_GT(
      VerifyEvidenceBundle(bundle_.substr(0, bundle_.size() / 2), *log_, [](const Finding&) {})
          .faults,
      0u);
  EXPECT_GT(VerifyEvidenceBundle("", *log_, [](const Finding&) {}).faults, 0u);
}

TEST_F(GoldenLogTest, ABundleMadeFromTheArchiveVerifies) {
  std::vector<ArchivedEntry> entries;
  for (const std::string& line : lines_) entries.push_back(*ParseEntry(line));
  const auto bundle = MakeEvidenceBundle(entries, checkpoint_, *log_, "beschluss-2026-117");
  ASSERT_OK(bundle);
  EXPECT_EQ(VerifyEvidenceBundle(*bundle, *log_, [](const Finding&) {}).faults, 0u);
  EXPECT_THAT(MakeEvidenceBundle(entries, checkpoint_, *log_, "beschluss-0"),
              IsRefused(Reason::kNoSuchDecision));
}

}  // namespace
}  // namespace votum::audit
