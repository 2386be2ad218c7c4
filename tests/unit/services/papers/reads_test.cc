// The reads of papers: the public sees the proposals that stand on public items.
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "core/command/timestamps.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/papers/service.h"
#include "tests/unit/core/fold/small_log.h"
#include "tests/unit/core/meetings/recorded_council.h"
#include "tests/unit/services/runtime/served.h"

namespace votum::papers {
namespace {

using meetings::Council;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Stub = v1::PapersService::Stub;

v1::ProposalText Text(const std::string& resolution) {
  v1::ProposalText text;
  text.set_title("Mobilstationen");
  text.set_resolution(resolution);
  text.set_reasons("Sie werden gebraucht.");
  return text;
}

void Draft(Council& council, const std::string& id) {
  v1::DraftProposal draft;
  draft.set_proposal_id(id);
  draft.set_lead_organization_id("rat");
  *draft.mutable_text() = Text("Fünf werden gebaut.");
  council.Must("kai", draft);
}

void Revise(Council& council, const std::string& id, uint32_t base, const std::string& resolution) {
  v1::ReviseProposal revise;
  revise.set_proposal_id(id);
  revise.set_base_version(base);
  *revise.mutable_text() = Text(resolution);
  revise.set_reason("Änderungsantrag");
  council.Must("kai", revise);
}

// Proposals "a" on a public item, with three versions, "b" on a non-public one, "c" on none.
testing::SmallLog& Town(testing::SmallLog& log) {
  Council council;
  for (const char* id : {"a", "b", "c"}) Draft(council, id);
  Revise(council, "a", 1, "Sechs werden gebaut.");
  Revise(council, "a", 2, "Sieben werden gebaut.");
  meetings::v1::ConveneMeeting convene;
  convene.set_meeting_id("spaeter");
  convene.set_organization_id("rat");
  convene.set_title("2. Sitzung");
  convene.set_place("Ratssaal");
  *convene.mutable_start_time() = ToTimestamp(council.now() + absl::Hours(24 * 20));
  council.Must("kai", convene);
  meetings::v1::PublishAgenda agenda;
  agenda.set_meeting_id("spaeter");
  for (const char* proposal : {"a", "b"}) {
    meetings::v1::AgendaItemContent& item = *agenda.add_items();
    item.set_item_id(absl::StrCat("top-", proposal));
    item.set_number(proposal);
    item.set_title("Mobilstationen");
    item.set_public_(item.number() == "a");
    if (!item.public_()) item.set_public_title("Grundstücksangelegenheit");
    item.set_proposal_id(proposal);
  }
  council.Must("kai", agenda);
  meetings::RecordCouncil(council, log);
  meetings::AddAuditor(log);
  log.GiveKey("zoe", "bert");
  log.GiveKey("m1", "bert");
  return log;
}

class PapersReads : public ::testing::Test {
 protected:
  testing::SmallLog log_;
  testing::Served<v1::PapersService, PapersServiceImpl> served_{Domain::kMeetings, Town(log_)};
};

TEST_F(PapersReads, WantASoundSessionAndWaitForNothing) {
  served_.ExpectGuarded(&Stub::GetProposal, &Stub::DiffProposal, &Stub::ListProposals);
}

TEST_F(PapersReads, GetProposalTellsThePublicOfNoOther) {
  v1::GetProposalRequest request;
  for (const char* id : {"a", "b", "c", "x"}) {
    request.set_proposal_id(id);
    for (const char* reader : {"", "zoe", "m1", "petra"}) {
      // Members see what stands on their agendas; drafts are for offices, and auditors.
      const bool member = std::string(reader) == "m1" && id[0] == 'b';
      const bool auditor = std::string(reader) == "petra" && id[0] != 'x';
      const bool shown = id[0] == 'a' || member || auditor;
      const auto answer = served_.Ask(&Stub::GetProposal, reader, request);
      if (shown) {
        ASSERT_OK(answer) << id << " to " << reader;
        EXPECT_EQ(answer->proposal().id(), id);
        EXPECT_EQ(answer->proposal().versions_size(), id[0] == 'a' ? 3 : 1);
      } else {
        EXPECT_THAT(answer, IsRefused(Reason::kNoSuchProposal)) << id << " to " << reader;
      }
    }
  }
}

TEST_F(PapersReads, ListProposalsShowsTheSame) {
  const auto items = [](const v1::ListProposalsResponse& page) { return page.proposals(); };
  for (const int size : {1, 2, 0}) {
    const v1::ListProposalsRequest request;
    EXPECT_THAT(served_.IdsOf(&Stub::ListProposals, "", request, size, items), ElementsAre("a"));
    EXPECT_THAT(served_.IdsOf(&Stub::ListProposals, "zoe", request, size, items), ElementsAre("a"));
    EXPECT_THAT(served_.IdsOf(&Stub::ListProposals, "m1", request, size, items),
                ElementsAre("a", "b"));
    EXPECT_THAT(served_.IdsOf(&Stub::ListProposals, "kai", request, size, items),
                ElementsAre("a", "b", "c"));
  }
}

TEST_F(PapersReads, DiffProposalIsOfTheNewestUnlessItIsTold) {
  v1::DiffProposalRequest request;
  request.set_proposal_id("a");
  const auto diff = [&](uint32_t from, uint32_t to) {
    request.set_old_version(from);
    request.set_new_version(to);
    return served_.Ask(&Stub::DiffProposal, "", request);
  };
  const auto newest = diff(0, 0);
  ASSERT_OK(newest);
  EXPECT_THAT(newest->unified_diff(), HasSubstr("-Sechs werden gebaut.\n"));
  EXPECT_THAT(newest->unified_diff(), HasSubstr("+Sieben werden gebaut.\n"));
  EXPECT_EQ(diff(2, 3)->unified_diff(), newest->unified_diff());
  const auto whole = diff(1, 3);
  ASSERT_OK(whole);
  EXPECT_THAT(whole->unified_diff(), HasSubstr("-Fünf werden gebaut.\n"));
  EXPECT_THAT(whole->unified_diff(), HasSubstr("+Sieben werden gebaut.\n"));
  EXPECT_THAT(diff(1, 4), IsRefused(Reason::kNoSuchVersion));
  EXPECT_THAT(diff(4, 1), IsRefused(Reason::kNoSuchVersion));
  request.set_proposal_id("b");
  EXPECT_THAT(served_.Ask(&Stub::DiffProposal, "", request), IsRefused(Reason::kNoSuchProposal));
}

}  // namespace
}  // namespace votum::papers
