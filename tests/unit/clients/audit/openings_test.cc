// The golden log's openings: an audit of the whole log compares them with it, and from what the
// public is shown, with them, votes by roll call are counted again.

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "clients/audit/archive.h"
#include "clients/audit/auditor.h"
#include "clients/audit/recount.h"
#include "core/fold/fold.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace votum::audit {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

struct Outcome {
  std::vector<std::string> faults;
  std::string others;  // everything else that was found, a line for each
  int not_checkable = 0;
};

class OpeningsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const std::string vkey = *ReadFile(GOLDEN "/log.vkey");
    log_ =
        new crypto::NoteVerifier(*crypto::NoteVerifier::FromVkey(vkey.substr(0, vkey.find('\n'))));
    checkpoint_ = *ReadFile(GOLDEN "/log/checkpoint");
    const std::string records = *ReadFile(GOLDEN "/log/records.jsonl");
    SignatureCache cache(1);
    Fold fold(DomainSet::All(), log_->key(), &cache);
    for (const absl::string_view line : absl::StrSplit(records, '\n', absl::SkipEmpty())) {
      entries_.push_back(*ParseEntry(line));
      ASSERT_OK(fold.Apply(entries_.back().record));
    }
    public_ = entries_;
    for (ArchivedEntry& entry : public_) {
      if (fold.reach_log().OwnReach(entry.index).is_public()) continue;
      entry.salt.clear();
      entry.record.clear();
      if (sealed_ == 0 && !fold.reach_log().IsOpened(entry.index)) sealed_ = entry.index;
    }
    for (const auto& [number, one] : fold.reach_log().openings()) {
      const ArchivedEntry& entry = entries_[one.index];
      openings_.push_back({openings_.size(), one.opened_by, one.index, entry.salt, entry.record});
    }
    // The tests below need more than a few.
    ASSERT_GT(openings_.size(), 10u);
  }

  static Outcome Audit(const std::vector<ArchivedEntry>& entries,
                       const std::vector<ArchivedOpening>& openings) {
    Outcome outcome;
    Auditor auditor(*log_, [&outcome](const Finding& finding) {
      if (finding.kind == Finding::Kind::kFault) {
        outcome.faults.push_back(finding.text);
      } else {
        absl::StrAppend(&outcome.others, finding.text, "\n");
      }
      if (finding.kind == Finding::Kind::kNotCheckable) ++outcome.not_checkable;
    });
    for (size_t i = 0; i < entries.size(); ++i) auditor.AddEntry(i + 1, entries[i]);
    auditor.ExpectOpenings();
    for (size_t i = 0; i < openings.size(); ++i) auditor.AddOpening(i + 1, openings[i]);
    auditor.LeaveSealed();
    auditor.Finish(checkpoint_);
    return outcome;
  }
  static std::vector<std::string> Faults(const std::vector<ArchivedOpening>& openings) {
    return Audit(entries_, openings).faults;
  }
  static std::vector<ArchivedOpening> Without(size_t number) {
    std::vector<ArchivedOpening> openings = openings_;
    openings.erase(openings.begin() + static_cast<std::ptrdiff_t>(number));
    return openings;
  }

  static crypto::NoteVerifier* log_;
  static std::string checkpoint_;
  static std::vector<ArchivedEntry> entries_;
  static std::vector<ArchivedEntry> public_;  // as the public was shown each at its own position
  static std::vector<ArchivedOpening> openings_;
  static uint64_t sealed_;  // a record that is neither public nor opened
};

crypto::NoteVerifier* OpeningsTest::log_ = nullptr;
std::string OpeningsTest::checkpoint_;
std::vector<ArchivedEntry> OpeningsTest::entries_;
std::vector<ArchivedEntry> OpeningsTest::public_;
std::vector<ArchivedOpening> OpeningsTest::openings_;
uint64_t OpeningsTest::sealed_ = 0;

TEST_F(OpeningsTest, TheOpeningsThatTheLogGivesPass) {
  const Outcome outcome = Audit(entries_, openings_);
  EXPECT_THAT(outcome.faults, IsEmpty());
  EXPECT_THAT(outcome.others,
              HasSubstr(absl::StrCat("openings: all ", openings_.size(), " that the log gives")));
}

TEST_F(OpeningsTest, AMissingOneIsNamed) {
  const auto missing = [](size_t number) {
    return absl::StrCat("opening ", number, ": it is missing, though record ",
                        openings_[number].opened_by, " opens record ", openings_[number].index);
  };
  for (const size_t number : {size_t{0}, size_t{5}, openings_.size() - 1})
    EXPECT_THAT(Faults(Without(number)), ElementsAre(missing(number)));
  EXPECT_EQ(Faults({}).size(), openings_.size());
}

TEST_F(OpeningsTest, OneThatNothingOpenedIsAFault) {
  std::vector<ArchivedOpening> openings = openings_;
  const ArchivedEntry& entry = entries_[sealed_];
  openings.push_back({openings.size(), entries_.size() - 1, sealed_, entry.salt, entry.record});
  EXPECT_THAT(Faults(openings),
              ElementsAre(HasSubstr(absl::StrCat("no record opens record ", sealed_))));
}

TEST_F(OpeningsTest, EveryChangeIsFound) {
  const struct {
    const char* fault;
    std::function<void(std::vector<ArchivedOpening>*)> change;
  } cases[] = {
      {"its bytes do not give the leaf", [](auto* all) { (*all)[3].record.back() ^= 1; }},
      {"its bytes do not give the leaf", [](auto* all) { (*all)[3].salt[0] ^= 1; }},
      {"its bytes do not give the leaf", [](auto* all) { (*all)[3].index = (*all)[4].index; }},
      {"but by the log record", [](auto* all) { ++(*all)[3].opened_by; }},
      {"it cannot be that", [](auto* all) { (*all)[3].opened_by = (*all)[3].index; }},
      {"it cannot be that", [](auto* all) { (*all)[3].opened_by = entries_.size(); }},
      {"it cannot be that", [](auto* all) { (*all)[3].index = ~uint64_t{0}; }},
      {"doubled or moved", [](auto* all) { std::swap((*all)[3], (*all)[4]); }},
      {"doubled or moved", [](auto* all) { (*all)[3].number = 2; }},
      {"it is missing", [](auto* all) { all->back().number = ~uint64_t{0} - 1; }},
  };
  for (const auto& [fault, change] : cases) {
    std::vector<ArchivedOpening> openings = openings_;
    change(&openings);
    EXPECT_THAT(absl::StrJoin(Faults(openings), "\n"), HasSubstr(fault));
  }
}

TEST_F(OpeningsTest, ALogThatComesWithoutThemIsNoFault) {
  Outcome outcome;
  Auditor auditor(*log_, [&outcome](const Finding& finding) {
    EXPECT_NE(finding.kind, Finding::Kind::kFault) << finding.text;
    absl::StrAppend(&outcome.others, finding.text, "\n");
  });
  for (size_t i = 0; i < entries_.size(); ++i) auditor.AddEntry(i + 1, entries_[i]);
  auditor.LeaveSealed();
  auditor.Finish(checkpoint_);
  EXPECT_THAT(outcome.others,
              HasSubstr(absl::StrCat("openings (later records made ", openings_.size(), ")")));
}

// The records as the edge serves them, and /log/openings.
TEST_F(OpeningsTest, ThePublicCountsRollCallsAgain) {
  const Outcome outcome = Audit(public_, openings_);
  EXPECT_THAT(outcome.faults, IsEmpty());
  EXPECT_THAT(outcome.others,
              AllOf(HasSubstr("opened ballots counted again: "),
                    HasSubstr(absl::StrCat(", as record ", openings_[0].opened_by, " announces")),
                    HasSubstr("leaves have the signed root"),
                    HasSubstr("records are not shown to you"), Not(HasSubstr("state of "))));
  EXPECT_EQ(outcome.not_checkable, 1);
}

TEST_F(OpeningsTest, WhatThePublicIsNotShownChangesTheCountOrIsMissed) {
  EXPECT_THAT(Audit(public_, Without(openings_.size() - 1)).faults,
              ElementsAre(StartsWith("vote ")));
  EXPECT_THAT(Audit(public_, Without(5)).faults, ::testing::Contains("opening 5: it is missing"));
  const Outcome none = Audit(public_, {});
  EXPECT_THAT(none.faults, IsEmpty());
  EXPECT_THAT(none.others, HasSubstr("no ballots of this roll call are opened here"));
}

TEST_F(OpeningsTest, OpeningsOfAVoteThatIsNotShownAreSaidToBeUncounted) {
  std::vector<ArchivedEntry> entries = public_;
  ArchivedEntry& result = entries[openings_.back().opened_by];
  result.salt.clear();
  result.record.clear();
  const Outcome outcome = Audit(entries, openings_);
  EXPECT_THAT(outcome.others,
              HasSubstr(absl::StrCat("made by record ", result.index, ", which establishes no")));
}

TEST_F(OpeningsTest, AnArchiveKeepsThem) {
  const std::string folder = NewTestFolder("openings") + "/log";
  auto writer = ArchiveWriter::Create(folder, ArchiveWriter::Attachments::kSealed);
  ASSERT_OK(writer);
  for (const ArchivedEntry& entry : public_) writer->Add(entry);
  writer->AddOpenings(openings_);
  ASSERT_OK(writer->Close(checkpoint_));
  std::string findings;
  const auto summary = AuditArchive(folder, *log_, [&findings](const Finding& finding) {
    absl::StrAppend(&findings, finding.text, "\n");
  });
  ASSERT_OK(summary);
  EXPECT_EQ(summary->faults, 0u) << findings;
  EXPECT_EQ(summary->records, entries_.size());
  EXPECT_EQ(summary->withheld, 0u);
  EXPECT_GT(summary->not_shown, 0u);
  EXPECT_THAT(findings, HasSubstr("opened ballots counted again"));
}

// Ballots that no honest service would have recorded.
TEST_F(OpeningsTest, TheCountTakesNoBallotThatDoesNotBelongThere) {
  const auto count = [](const std::vector<ArchivedOpening>& openings) {
    Recount recount;
    for (const ArchivedEntry& entry : public_) {
      const auto record = OpenRecord(entry.record);
      if (!entry.record.empty() && record->envelope.ok())
        recount.AddRecord(entry.index, *record->envelope);
    }
    for (const ArchivedOpening& opening : openings) recount.AddOpening(opening);
    std::string wrong;
    for (const Recount::Counted& vote : recount.Finish()) {
      if (vote.opened && !vote.right) absl::StrAppend(&wrong, vote.text, "\n");
    }
    return wrong;
  };
  EXPECT_EQ(count(openings_), "");
  size_t cast = 0;
  common::v1::Record record;
  for (; cast < openings_.size(); ++cast) {
    ASSERT_TRUE(record.ParseFromString(openings_[cast].record));
    if (absl::StrContains(record.payload_type(), ".CastVote+")) break;
  }
  ASSERT_LT(cast, openings_.size());
  const auto with = [&](const std::function<void(common::v1::Record*)>& change) {
    std::vector<ArchivedOpening> openings = openings_;
    common::v1::Record changed = record;
    change(&changed);
    openings[cast].record = changed.SerializeAsString();
    return count(openings);
  };
  std::vector<ArchivedOpening> twice = openings_;
  twice.push_back(twice[cast]);
  EXPECT_THAT(count(twice), HasSubstr("has two votes"));
  EXPECT_THAT(with([](common::v1::Record* r) {
                auto& signature = *r->mutable_signatures(0)->mutable_signature();
                signature[signature.size() / 2] ^= 1;
              }),
              HasSubstr("its signature does not verify"));
  EXPECT_THAT(with([](common::v1::Record* r) {
                r->mutable_signatures(0)->set_key_id(std::string(64, '0'));
              }),
              HasSubstr("no record before it enrols its key"));
  EXPECT_THAT(with([](common::v1::Record* r) { r->set_index(r->index() + 1); }),
              HasSubstr("it is another record"));
  EXPECT_THAT(with([](common::v1::Record* r) { r->set_payload("no command"); }),
              HasSubstr("the payload does not parse"));
  // A record of another kind, in order and signed.
  std::vector<ArchivedOpening> foreign = openings_;
  const uint64_t opened_by = openings_[cast].opened_by;
  foreign[cast] = {foreign[cast].number, opened_by, opened_by, entries_[opened_by].salt,
                   entries_[opened_by].record};
  EXPECT_THAT(count(foreign), HasSubstr("it is not a ballot of vote"));
}

}  // namespace
}  // namespace votum::audit
