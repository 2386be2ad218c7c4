// That a bundle shows all public records about its decision, up to an attestation: whoever hands it
// on cannot leave one out, but with a machine that lies in the log, where every audit finds it.
#include "clients/audit/bundle_attestation.h"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status_matchers.h"
#include "clients/audit/bundle_format.h"
#include "clients/audit/evidence_bundle.h"
#include "core/fold/objects.h"
#include "crypto/merkle.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/clients/audit/town_log.h"
#include "votum/decisions/v1/decisions.pb.h"
#include "votum/meetings/v1/corrections.pb.h"

namespace votum::audit {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// The golden town until a decision is published, in whose vote an error has been proven. A machine attested the histories
// of objects long before, and does again in most tests.
class BundleAttestationTest : public ::testing::Test {
 protected:
  BundleAttestationTest() {
    decisions::v1::PublishDecision publish;
    publish.ParseFromString(town_.records()[published_].payload());
    decision_ = publish.decision_id();
    meetings::v1::RecordDefect defect;
    defect.ParseFromString(town_.records()[defect_].payload());
    vote_ = absl::StrCat("vote/", defect.vote_event_id());
    town_.CutTo(published_ + 1);
  }

  std::string Text() const {
    const auto text = MakeEvidenceBundle(town_.Entries(), town_.CheckpointAt(town_.size()),
                                         town_.verifier(), decision_);
    EXPECT_OK(text);
    return text.value_or("");
  }
  Bundle Honest() const {
    const auto bundle = ParseBundle(Text());
    EXPECT_OK(bundle);
    return *bundle;
  }
  Audited Verify(const std::string& text) const {
    Audited verified;
    verified.summary = VerifyEvidenceBundle(
        text, town_.verifier(),
        [&verified](const Finding& finding) { verified.findings.push_back(finding); });
    return verified;
  }
  // What is found in the honest bundle after `change`.
  std::string FaultsAfter(const std::function<void(Bundle&)>& change) const {
    Bundle bundle = Honest();
    change(bundle);
    return Verify(FormatBundle(bundle)).Of(Finding::Kind::kFault);
  }
  BundleHistory& HistoryIn(Bundle& bundle, const std::string& object) const {
    for (BundleHistory& history : bundle.attestation->histories) {
      if (history.object == object) return history;
    }
    ADD_FAILURE() << "no history of " << object;
    return bundle.attestation->histories.front();
  }
  void LeaveOutOfHistories(Bundle& bundle) const {
    for (BundleHistory& history : bundle.attestation->histories) {
      auto& records = history.records;
      records.erase(std::remove(records.begin(), records.end(), defect_), records.end());
    }
  }
  // With the proofs of the town's log as it is.
  void ProveAnew(Bundle& bundle) const {
    crypto::MerkleTree tree;
    for (const ArchivedEntry& entry : town_.Entries()) tree.Append(entry.leaf);
    bundle.checkpoint = town_.CheckpointAt(town_.size());
    std::vector<BundleEntry*> all = {&bundle.attestation->record};
    for (BundleEntry& entry : bundle.entries) all.push_back(&entry);
    for (BundleEntry& entry : bundle.attestation->others) all.push_back(&entry);
    for (BundleEntry* entry : all) entry->proof = *tree.InclusionProof(entry->index, town_.size());
  }
  void LeaveOutDefect(Bundle& bundle) const {
    auto& entries = bundle.entries;
    const size_t before = entries.size();
    entries.erase(std::remove_if(entries.begin(), entries.end(),
                                 [&](const BundleEntry& entry) { return entry.index == defect_; }),
                  entries.end());
    EXPECT_EQ(entries.size(), before - 1);
  }

  TownLog town_;
  const size_t defect_ = town_.First("RecordDefect");
  const size_t published_ = town_.First("PublishDecision");
  std::string decision_;
  std::string vote_;
};

TEST_F(BundleAttestationTest, SaysUpToWhereNothingElseConcernsTheDecision) {
  const Audited before = Verify(Text());
  EXPECT_EQ(before.summary.faults, 0u) << before.Of(Finding::Kind::kFault);
  EXPECT_THAT(before.Of(Finding::Kind::kStanding), HasSubstr("is not stated"));

  const size_t attested = town_.AttestObjects();
  const Audited verified = Verify(Text());
  EXPECT_EQ(verified.summary.faults, 0u) << verified.Of(Finding::Kind::kFault);
  EXPECT_THAT(verified.Of(Finding::Kind::kStanding),
              AllOf(HasSubstr(absl::StrCat("up to record ", attested, " of ")),
                    HasSubstr("says the machine zeuge"), Not(HasSubstr("is not stated"))));
  EXPECT_THAT(verified.Of(Finding::Kind::kNotThere),
              HasSubstr(absl::StrCat("after the first ", attested)));
  EXPECT_EQ(town_.Audit().summary.faults, 0u);
  EXPECT_THAT(town_.Audit().Of(Finding::Kind::kChecked),
              HasSubstr(absl::StrCat("that of record ", attested, " holds")));
  EXPECT_OK(CheckpointOfBundle(Text(), town_.verifier()));
}

TEST_F(BundleAttestationTest, AnOlderAttestationSaysNothingOfADecision) {
  EXPECT_LT(town_.First("AttestObjects"), defect_);
  const std::string text = Text();
  EXPECT_THAT(text, Not(HasSubstr("\"attestation\"")));
  const Audited verified = Verify(text);
  EXPECT_EQ(verified.summary.faults, 0u);
  EXPECT_THAT(verified.Of(Finding::Kind::kStanding), HasSubstr("is not stated"));
}

TEST_F(BundleAttestationTest, NothingCanBeLeftOut) {
  town_.AttestObjects();
  EXPECT_THAT(FaultsAfter([&](Bundle& bundle) { LeaveOutDefect(bundle); }),
              AllOf(HasSubstr(absl::StrCat("record ", defect_, " concerns ")),
                    HasSubstr("and is not shown")));
  EXPECT_THAT(FaultsAfter([&](Bundle& bundle) {
                LeaveOutDefect(bundle);
                LeaveOutOfHistories(bundle);
              }),
              HasSubstr("is another one"));
  EXPECT_THAT(FaultsAfter([&](Bundle& bundle) {
                // The proof that something else has no history.
                const auto none = town_.Attestations().attested.Prove("decision/none");
                HistoryIn(bundle, vote_).proof = none;
              }),
              HasSubstr(absl::StrCat("the history of ", vote_, " is not proved")));
}

TEST_F(BundleAttestationTest, RecordsOfOtherMattersAreShownAndNotJudged) {
  town_ = TownLog();
  const size_t started = town_.First("StartProject");
  town_.CutTo(started + 1);
  town_.AttestObjects();
  EXPECT_THAT(Verify(Text()).Of(Finding::Kind::kStanding),
              HasSubstr(absl::StrCat(started, " (StartProject)")));
  EXPECT_THAT(FaultsAfter([](Bundle& bundle) { bundle.attestation->others.clear(); }),
              HasSubstr("and is not shown"));
}

// Shown, with its proof, and not judged: the standing would not know of it.
TEST_F(BundleAttestationTest, NothingThatTheDecisionRestsOnIsShownAsAnotherMatter) {
  town_.AttestObjects();
  EXPECT_THAT(FaultsAfter([&](Bundle& bundle) {
                const auto& entries = bundle.entries;
                const auto defect =
                    std::find_if(entries.begin(), entries.end(),
                                 [&](const BundleEntry& entry) { return entry.index == defect_; });
                bundle.attestation->others.push_back(*defect);
                LeaveOutDefect(bundle);
              }),
              HasSubstr(absl::StrCat("record ", defect_, " is shown as one of another matter")));
}

// A record that is void in the log comes to life where the one before it is left out.
TEST(CheckInEffectTest, FindsRecordsThatTheHistoriesDoNotKnow) {
  const std::vector<BundleHistory> histories = {{"vote/v", {5, 9}, ""}};
  EXPECT_OK(CheckInEffect(histories, 20, {{5, {"vote/v"}}, {9, {"item/i", "vote/v"}}}));
  EXPECT_OK(CheckInEffect(histories, 20, {{7, {"item/i"}}, {21, {"vote/v"}}}));
  EXPECT_THAT(CheckInEffect(histories, 20, {{7, {"item/i", "vote/v"}}}),
              IsRefused(Reason::kBadBundle));
}

TEST_F(BundleAttestationTest, EachObjectHasItsHistory) {
  town_.AttestObjects();
  const Bundle honest = Honest();
  ASSERT_GT(honest.attestation->histories.size(), 6u);
  for (size_t i = 0; i < honest.attestation->histories.size(); ++i) {
    const std::string object = honest.attestation->histories[i].object;
    if (i > 0 && object.rfind("key/", 0) == 0 &&
        honest.attestation->histories[i - 1].object.rfind("key/", 0) == 0)
      continue;  // one key stands for all
    const std::string faults = FaultsAfter([i](Bundle& bundle) {
      bundle.attestation->histories.erase(bundle.attestation->histories.begin() +
                                          static_cast<std::ptrdiff_t>(i));
    });
    // Without that of the decision, nothing is stated.
    EXPECT_EQ(faults.empty(), object == "decision/" + decision_) << object;
  }
}

TEST_F(BundleAttestationTest, OnlyAMachinesRecordOfItsOwnPlaceIsBelieved) {
  const size_t attested = town_.AttestObjects();
  const Bundle honest = Honest();
  for (const BundleEntry& entry : {honest.entries.front(), honest.entries.back()}) {
    EXPECT_NE(FaultsAfter([&](Bundle& bundle) { bundle.attestation->record = entry; }), "")
        << "record " << entry.index;
  }
  EXPECT_NE(FaultsAfter([&](Bundle& bundle) { bundle.attestation->record.salt[0] ^= 1; }), "");
  // The log's owner changes it where it stands, and shows the rest as it is.
  const auto faults_with = [&](const std::function<void(common::v1::Record&)>& change) {
    const common::v1::Record record = town_.records()[attested];
    change(town_.Mutable(attested));
    Bundle bundle = honest;
    bundle.attestation->record.record = town_.records()[attested].SerializeAsString();
    ProveAnew(bundle);
    const std::string faults = Verify(FormatBundle(bundle)).Of(Finding::Kind::kFault);
    town_.Mutable(attested) = record;
    return faults;
  };
  EXPECT_EQ(faults_with([](common::v1::Record&) {}), "");
  EXPECT_THAT(faults_with([](common::v1::Record& record) {
                (*record.mutable_signatures(0)->mutable_signature())[5] ^= 1;
              }),
              HasSubstr("does not verify"));
  EXPECT_THAT(faults_with([](common::v1::Record& record) { record.set_service("directory"); }),
              HasSubstr("no attestation of histories"));
}

// The machine, the maker of the bundle and the log's owner are in league: a bundle shows nothing,
// every audit does.
TEST_F(BundleAttestationTest, AFalseAttestationIsRefutedByAnAudit) {
  ObjectHistories lies = town_.Attestations().objects;
  const size_t attested = town_.AttestObjects();
  Bundle bundle = Honest();
  LeaveOutDefect(bundle);
  LeaveOutOfHistories(bundle);
  // The next one states the defect again: only with the first is it void.
  auto& entries = bundle.entries;
  entries.erase(std::find_if(entries.begin(), entries.end(),
                             [&](const BundleEntry& entry) { return entry.index == defect_ + 1; }));
  for (const BundleHistory& history : bundle.attestation->histories) {
    if (!history.records.empty()) lies.InsertOrAssign(history.object, HistoryOf(history.records));
  }

  town_.CutTo(attested);
  ASSERT_EQ(town_.AttestObjects(lies), attested);
  bundle.attestation->record.record = town_.records()[attested].SerializeAsString();
  for (BundleHistory& history : bundle.attestation->histories)
    history.proof = lies.Prove(history.object);
  ProveAnew(bundle);
  const Audited verified = Verify(FormatBundle(bundle));
  EXPECT_THAT(verified.Of(Finding::Kind::kFault), Not(HasSubstr("attestation of record")));
  EXPECT_THAT(verified.Of(Finding::Kind::kStanding),
              AllOf(HasSubstr("says the machine zeuge"), HasSubstr("refutes that")));
  EXPECT_THAT(town_.Audit().Of(Finding::Kind::kFault), HasSubstr("(AttestObjects): STATE_DIFFERS"));
  EXPECT_FALSE(Honest().attestation.has_value()) << "nobody else makes a bundle with it";
}

// Answers as LogService, by the newest attestation of `town`.
AskNewest AskOf(const TownLog& town) {
  return [&town](const std::vector<std::string>& objects) -> absl::StatusOr<NewestAttestation> {
    const AttestationsState state = town.Attestations();
    crypto::MerkleTree tree;
    for (const ArchivedEntry& entry : town.Entries()) tree.Append(entry.leaf);
    const ArchivedEntry entry = town.Entries()[state.attested_by];
    NewestAttestation newest{
        town.CheckpointAt(town.size()), {entry.index, entry.salt, entry.record, {}}, {}};
    newest.record.proof = *tree.InclusionProof(entry.index, town.size());
    for (const std::string& object : objects) newest.proofs.push_back(state.attested.Prove(object));
    return newest;
  };
}

TEST_F(BundleAttestationTest, TheServicesAreAskedForWhatCameSince) {
  TownLog later = town_;
  const size_t attested = later.AttestObjects();
  const auto asked = [&](const AskNewest& ask) {
    Audited verified;
    VerifyEvidenceBundle(
        Text(), town_.verifier(),
        [&verified](const Finding& finding) { verified.findings.push_back(finding); }, absl::Now(),
        ask);
    return verified.Of(Finding::Kind::kStanding) + verified.Of(Finding::Kind::kNotCheckable);
  };
  town_.CutTo(published_);
  EXPECT_THAT(asked(AskOf(later)),
              AllOf(HasSubstr(absl::StrCat("up to record ", attested)),
                    HasSubstr(absl::StrCat("NEWER RECORDS than those of this bundle concern ",
                                           "decision/", decision_, " (record ", published_, ")")),
                    HasSubstr("ask for a new bundle")));
  town_ = later;
  EXPECT_THAT(asked(AskOf(later)), HasSubstr("nothing newer that is public concerns it"));

  EXPECT_THAT(asked([](const std::vector<std::string>&) { return NewestAttestation(); }),
              HasSubstr("no machine has attested that yet"));
  EXPECT_THAT(asked([](const std::vector<std::string>&) -> absl::StatusOr<NewestAttestation> {
                return absl::UnavailableError("nobody is there");
              }),
              HasSubstr("whether newer records concern it: nobody is there"));
  const auto spoiled = [&](const std::function<void(NewestAttestation&)>& change) {
    return asked([&](const std::vector<std::string>& objects) {
      absl::StatusOr<NewestAttestation> newest = AskOf(later)(objects);
      change(*newest);
      return newest;
    });
  };
  for (const auto& change : std::vector<std::function<void(NewestAttestation&)>>{
           [](NewestAttestation& newest) { newest.proofs.pop_back(); },
           [](NewestAttestation& newest) { std::swap(newest.proofs[0], newest.proofs[1]); },
           [](NewestAttestation& newest) { newest.record.salt[3] ^= 1; },
           [&](NewestAttestation& newest) { newest.checkpoint = later.CheckpointAt(5); }})
    EXPECT_THAT(spoiled(change), HasSubstr("whether newer records concern it: "));
}

}  // namespace
}  // namespace votum::audit
