// Proposals and the ideas that they took up, as state: handles and snapshots.
#include <string>

#include "core/papers/papers_machine.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/core/meetings/council.h"

namespace votum::papers {
namespace {

using meetings::Council;

v1::ProposalText Text(const std::string& resolution) {
  v1::ProposalText text;
  text.set_title("Mobilstationen");
  text.set_resolution(resolution);
  text.set_reasons("Sie werden gebraucht.");
  return text;
}

// Proposal "vorlage-1" of the council.
void Draft(Council& council) {
  v1::DraftProposal draft;
  draft.set_proposal_id("vorlage-1");
  draft.set_lead_organization_id("rat");
  *draft.mutable_text() = Text("Fünf werden gebaut.");
  council.Must("kai", draft);
}

v1::ReviseProposal RevisionOf(uint32_t base_version) {
  v1::ReviseProposal revise;
  revise.set_proposal_id("vorlage-1");
  revise.set_base_version(base_version);
  *revise.mutable_text() = Text("Sechs werden gebaut.");
  revise.set_reason("Änderungsantrag");
  return revise;
}

void ExpectThatASnapshotIs(const PapersState& state) {
  PapersState restored;
  ASSERT_TRUE(Decode(Encode(state), restored));
  EXPECT_EQ(Differences(restored, state), "");
  EXPECT_EQ(DigestOf(restored), DigestOf(state));
}

TEST(PapersTest, AHandleKeepsItsStateAndASnapshotIsTheState) {
  Council council;
  Draft(council);
  const PapersState then = council.papers().state();
  const crypto::Digest digest = DigestOf(then);
  council.Must("kai", RevisionOf(1));
  const PapersState& now = council.papers().state();
  EXPECT_EQ(then.proposals.Find("vorlage-1")->versions_size(), 1);
  EXPECT_EQ(now.proposals.Find("vorlage-1")->versions_size(), 2);
  EXPECT_EQ(DigestOf(then), digest);
  EXPECT_NE(DigestOf(now), digest);
  EXPECT_THAT(Differences(then, now), testing::StartsWith("proposals[\"vorlage-1\"]: "));
  ExpectThatASnapshotIs(now);
}

TEST(PapersTest, ARevisionIsMadeToTheNewestVersionSoThatNoneIsOverwritten) {
  Council council;
  Draft(council);
  council.Must("kai", RevisionOf(1));
  const crypto::Digest before = DigestOf(council.papers().state());
  for (const uint32_t base_version : {0u, 1u, 3u}) {
    EXPECT_THAT(council.Give("kim", RevisionOf(base_version)), IsRefused(Reason::kVersionConflict))
        << base_version;
  }
  EXPECT_EQ(DigestOf(council.papers().state()), before);
  council.Must("kim", RevisionOf(2));
  EXPECT_EQ(council.papers().FindProposal("vorlage-1")->versions(2).number(), 3u);
}

TEST(PapersTest, IdeasThatWentIntoAProposalAreState) {
  const directory::DirectoryMachine directory;
  const ideas::IdeasMachine ideas(directory);
  PapersMachine papers(directory, ideas);
  const PapersState then = papers.state();
  v1::HandOverIdeas hand_over;
  hand_over.set_proposal_id("vorlage-1");
  hand_over.add_idea_ids("a");
  hand_over.add_idea_ids("b");
  papers.Apply(CommandContext(), hand_over);
  const PapersState& now = papers.state();
  EXPECT_EQ(papers.ProposalOf("b"), "vorlage-1");
  EXPECT_EQ(Differences(then, now),
            "proposal_of_idea[\"a\"]: - | \"vorlage-1\"\n"
            "proposal_of_idea[\"b\"]: - | \"vorlage-1\"\n");
  EXPECT_NE(DigestOf(then), DigestOf(now));
  ExpectThatASnapshotIs(now);
}

}  // namespace
}  // namespace votum::papers
