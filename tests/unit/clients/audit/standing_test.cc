// The standing of decisions, oddities, and what is not shown or not there.

#include <sys/stat.h>

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "clients/audit/evidence_bundle.h"
#include "clients/audit/known_check.h"
#include "clients/audit/published_log.h"
#include "core/fold/fold.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/clients/audit/town_log.h"
#include "votum/decisions/v1/decisions.pb.h"

namespace votum::audit {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string DecisionOf(const TownLog& town, size_t index) {
  decisions::v1::ObjectToDecision object;
  object.ParseFromString(town.records()[index].payload());
  return object.decision_id();
}

TEST(StandingTest, ASuspendedDecisionIsSaidToBe) {
  TownLog town;
  const size_t objected = town.First("ObjectToDecision");
  const std::string decision = DecisionOf(town, objected);
  town.CutTo(objected + 1);
  EXPECT_THAT(town.Audit().Of(Finding::Kind::kStanding),
              HasSubstr(absl::StrCat("decision ", decision, ": item adopted; SUSPENDED: ")));
  town.CutTo(objected);
  EXPECT_THAT(town.Audit().Of(Finding::Kind::kStanding),
              AllOf(HasSubstr(absl::StrCat("decision ", decision, ": ")), HasSubstr("NOT RELEASED"),
                    Not(HasSubstr("SUSPENDED"))));
}

TEST(StandingTest, WhatBecameOfDecisionsIsSaid) {
  const TownLog town;
  const std::string anew = DecisionOf(town, town.First("ObjectToDecision"));
  EXPECT_THAT(town.Audit().Of(Finding::Kind::kStanding),
              AllOf(HasSubstr("; released on "), HasSubstr("DECIDED ANEW")));
}

TEST(StandingTest, AKeyIsRevokedByTheRecordThatASecondPersonConfirmed) {
  const TownLog town;
  const size_t confirmed = town.InEffect("RevokeKey").back();
  EXPECT_THAT(town.Audit().Of(Finding::Kind::kStanding),
              HasSubstr(absl::StrCat(
                  "the key with which sam signed it was REVOKED SINCE, by record ", confirmed)));
}

// A document that people have is held against the log: who leaves out its publication, or writes
// another decision under its id, is found out.
TEST(StandingTest, APublishedDocumentIsHeldAgainstTheLog) {
  TownLog town;
  const TownLog whole;
  SignatureCache cache(1000);
  Fold fold(DomainSet::All(), whole.verifier().key(), &cache);
  Context context;
  std::set<std::string> kept;
  for (const ArchivedEntry& entry : whole.Entries()) {
    ASSERT_OK(fold.Apply(entry.record));
    const decisions::DecisionsMachine& decisions = fold.world().decisions();
    for (const auto& [id, decision] : decisions.state().decisions) {
      if (decision.document_sha256().empty() || !kept.insert(id).second) continue;
      const auto document = decisions.GetDocument(id, Audience::kCouncil);
      ASSERT_OK(document);
      context.documents.push_back({"kept " + id, *document});
    }
  }
  ASSERT_FALSE(context.documents.empty());
  Audited audited = whole.Audit(context);
  EXPECT_EQ(audited.summary.faults, 0u);
  EXPECT_THAT(audited.Of(Finding::Kind::kChecked),
              HasSubstr(context.documents[0].name + ": it is the document that was published"));

  town.CutTo(town.First("PublishDecision"));
  audited = town.Audit(context);
  EXPECT_THAT(audited.Of(Finding::Kind::kFault),
              HasSubstr(context.documents[0].name + ": no record of this log publishes"));
  town.Hide(0);
  audited = town.Audit(context);
  EXPECT_EQ(audited.Of(Finding::Kind::kFault), "");
  EXPECT_THAT(audited.Of(Finding::Kind::kNotCheckable), HasSubstr(context.documents[0].name));

  context.documents[0].bytes += " ";
  EXPECT_GT(whole.Audit(context).summary.faults, 0u);
}

TEST(StandingTest, TheFirstLineIsTheSizeAndTheAgeOfTheLog) {
  const TownLog town;
  Context context;
  context.now = absl::FromUnixSeconds(town.records().back().time().seconds()) + absl::Hours(72);
  const Audited audited = town.Audit(context);
  const std::string standing = audited.Of(Finding::Kind::kStanding);
  EXPECT_THAT(standing.substr(0, standing.find('\n')),
              AllOf(HasSubstr(absl::StrCat(town.size(), " records")), HasSubstr("3 days before")));
  EXPECT_THAT(audited.Of(Finding::Kind::kStanding), HasSubstr("no cosignature"));
}

TEST(StandingTest, ABundleBeginsWithIt) {
  TownLog town;
  const size_t objected = town.First("ObjectToDecision");
  const std::string decision = DecisionOf(town, objected);
  town.CutTo(objected + 1);
  const auto bundle =
      MakeEvidenceBundle(town.Entries(), town.CheckpointAt(town.size()), town.verifier(), decision);
  ASSERT_OK(bundle);
  Audited verified;
  VerifyEvidenceBundle(*bundle, town.verifier(), [&verified](const Finding& finding) {
    verified.findings.push_back(finding);
  });
  EXPECT_THAT(verified.Of(Finding::Kind::kStanding),
              AllOf(HasSubstr("SUSPENDED"), HasSubstr(absl::StrCat(town.size(), " records"))));
  EXPECT_THAT(verified.Of(Finding::Kind::kNotThere),
              HasSubstr(absl::StrCat("after the first ", town.size())));

  // A bundle is something that an auditor knows, too.
  ASSERT_OK(CheckpointOfBundle(*bundle, town.verifier()));
  Context context;
  context.known = {{"bundle", CheckpointOfBundle(*bundle, town.verifier())}};
  EXPECT_EQ(TownLog().Audit(context).summary.faults, 0u);
  town.CutTo(objected);
  EXPECT_THAT(town.Audit(context).Of(Finding::Kind::kFault), HasSubstr("cut off"));
}

TEST(NotShownTest, IsCountedAndNoFault) {
  TownLog town;
  const size_t hidden = town.First("ObjectToDecision");
  town.Hide(hidden);
  const Audited audited = town.Audit();
  EXPECT_EQ(audited.summary.faults, 0u) << audited.Of(Finding::Kind::kFault);
  EXPECT_EQ(audited.summary.not_shown, 1u);
  EXPECT_EQ(audited.summary.withheld, 0u);
  EXPECT_THAT(audited.Of(Finding::Kind::kNotCheckable), HasSubstr("1 of "));
  EXPECT_THAT(audited.Of(Finding::Kind::kStanding), HasSubstr("does not follow"));
}

// The log as a gateway serves it.
TEST(PublishedLogTest, IsFetchedInBundlesAndAuditedInPart) {
  TownLog town;
  for (size_t i = 0; i < town.size(); ++i) {
    if (town.CommandAt(i) == "CastVote") town.Hide(i);
  }
  ASSERT_GT(town.size(), 256u) << "two bundles";
  const std::vector<ArchivedEntry> entries = town.Entries();
  const auto lines = [&](size_t from, size_t to) {
    std::string text;
    for (size_t i = from; i < to; ++i) text += FormatEntry(entries[i]) + "\n";
    return text;
  };
  std::map<std::string, std::string> files = {
      {"checkpoint", town.CheckpointAt(town.size())},
      {"records/000", lines(0, 256)},
      {absl::StrCat("records/001.p/", town.size() - 256), lines(256, town.size())},
      {"openings", "{\"size\":400,\"openings\":2}\n"},
      {"openings/000.p/2",
       FormatOpening({0, 9, 7, std::string(32, 's'), "record"}) + "\n" +
           FormatOpening({1, town.size(), 7, std::string(32, 's'), "of a later record"}) + "\n"}};
  const Fetch fetch = [&files](const std::string& path) -> absl::StatusOr<std::string> {
    if (files.count(path) == 0) return absl::NotFoundError(path);
    return files[path];
  };
  const auto fetched = FetchPublished(fetch, town.verifier(), [](double) {});
  ASSERT_OK(fetched);
  EXPECT_EQ(fetched->size, town.size());
  ASSERT_EQ(fetched->entries.size(), town.size());
  EXPECT_EQ(fetched->entries.back().leaf, entries.back().leaf);
  EXPECT_EQ(fetched->openings.size(), 1u) << "the other is of a later record";

  files["records/000"] += "{}";
  EXPECT_THAT(FetchPublished(fetch, town.verifier(), [](double) {}),
              IsRefused(Reason::kBadArchive));
  files["records/000"] = lines(0, 256);
  files["checkpoint"].front() ^= 1;
  EXPECT_FALSE(FetchPublished(fetch, town.verifier(), [](double) {}).ok());
}

TEST(NotThereTest, FilesThatWouldMakeAnAuditWaitAreFaults) {
  const TownLog town;
  for (const char* file : {"/records.jsonl", "/checkpoint", "/openings.jsonl", "/tile/0/001"}) {
    const std::string folder = NewTestFolder("special") + "/log";
    auto writer = ArchiveWriter::Create(folder, ArchiveWriter::Attachments::kSealed);
    ASSERT_OK(writer);
    for (const ArchivedEntry& entry : town.Entries()) writer->Add(entry);
    ASSERT_OK(writer->Close(town.CheckpointAt(town.size())));
    EXPECT_EQ(AuditArchive(folder, town.verifier(), [](const Finding&) {})->faults, 0u);
    std::filesystem::remove(folder + file);
    ASSERT_EQ(mkfifo((folder + file).c_str(), 0600), 0);
    const auto summary = AuditArchive(folder, town.verifier(), [](const Finding&) {});
    ASSERT_OK(summary);
    EXPECT_GT(summary->faults, 0u) << file;
  }
}

TEST(ExportTest, NobodyElseReadsIt) {
  const TownLog town;
  const std::string folder = NewTestFolder("modes") + "/log";
  auto writer = ArchiveWriter::Create(folder);
  ASSERT_OK(writer);
  for (const ArchivedEntry& entry : town.Entries()) writer->Add(entry);
  writer->AddOpenings({});
  ASSERT_OK(writer->Close(town.CheckpointAt(town.size())));
  const auto mode = [](const std::string& path) {
    struct stat status = {};
    EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 0777;
  };
  EXPECT_EQ(mode(folder), 0700u);
  for (const char* file :
       {"/checkpoint", "/records.jsonl", "/openings.jsonl", "/attachments.jsonl"})
    EXPECT_EQ(mode(folder + file), 0600u) << file;
}

TEST(OddityTest, TheyAreAListOfTheirOwnAndFailNothing) {
  const Audited audited = TownLog().Audit();
  EXPECT_EQ(audited.summary.faults, 0u);
  EXPECT_NE(audited.Of(Finding::Kind::kOddity), "");
  EXPECT_THAT(audited.Of(Finding::Kind::kOddity),
              HasSubstr(" alone, under the exception for the second administrator"));
}

}  // namespace
}  // namespace votum::audit
