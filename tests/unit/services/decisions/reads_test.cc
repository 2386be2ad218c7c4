// The reads of decisions: the public sees a decision on a public item once both have signed it.
#include <string>
#include <utility>

#include "base/status_matchers.h"
#include "crypto/hash.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/decisions/service.h"
#include "tests/unit/core/fold/small_log.h"
#include "tests/unit/core/meetings/recorded_council.h"
#include "tests/unit/services/runtime/served.h"

namespace votum::decisions {
namespace {

namespace mv1 = meetings::v1;
using meetings::Council;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Stub = v1::DecisionsService::Stub;

void Adopt(Council& council, const std::string& item, const std::string& motion,
           const std::string& vote) {
  council.Propose(item, "", motion);
  council.OpenVote(mv1::VOTE_MODE_ROLL_CALL, motion, vote);
  for (const char* person : {"m1", "m2", "m3"})
    council.Must(person, meetings::Cast(mv1::CHOICE_YES, vote));
  council.Must("vera", meetings::Close(vote));
  council.Must("vera", meetings::Establish(3, 0, 0, 2, mv1::OUTCOME_ADOPTED, vote));
}

void Draft(testing::SmallLog& log, const std::string& id, const std::string& vote) {
  v1::DraftDecision draft;
  draft.set_decision_id(id);
  draft.set_vote_event_id(vote);
  draft.set_title("Beschluss");
  draft.set_text("Fünf Mobilstationen werden gebaut.");
  log.Append("kai", std::move(draft), "decisions");
}

// Decision "b-1" on the public item, "b-2" on the non-public one; nobody has signed.
testing::SmallLog& Town(testing::SmallLog& log) {
  Council council;
  council.Open();
  council.CheckIn({"vera", "m1", "m2", "m3", "m4"});
  Adopt(council, "top-1", "motion", "vote");
  Adopt(council, "top-2", "motion-2", "vote-2");
  meetings::RecordCouncil(council, log);
  for (const char* id : {"zoe", "sam"}) log.GiveKey(id, "bert");
  meetings::AddAuditor(log);
  Draft(log, "b-1", "vote");
  Draft(log, "b-2", "vote-2");
  return log;
}

class DecisionsReads : public ::testing::Test {
 protected:
  v1::Decision Get(const std::string& id) {
    v1::GetDecisionRequest request;
    request.set_decision_id(id);
    const auto answer = served_.Ask(&Stub::GetDecision, "m1", request);
    EXPECT_OK(answer);
    return answer.ok() ? answer->decision() : v1::Decision();
  }

  void Sign(const std::string& id, const std::string& person, v1::Capacity capacity) {
    v1::SignDecision sign;
    sign.set_decision_id(id);
    sign.set_text_sha256(TextDigest(Get(id)));
    sign.set_capacity(capacity);
    log_.Append(person, std::move(sign), "decisions");
    served_.Follow();
  }

  void SignByBoth(const std::string& id) {
    Sign(id, "vera", v1::CAPACITY_CHAIR);
    Sign(id, "sam", v1::CAPACITY_SECRETARY);
  }

  absl::StatusOr<v1::GetDecisionDocumentResponse> Document(const std::string& reader,
                                                           const std::string& id) {
    v1::GetDecisionDocumentRequest request;
    request.set_decision_id(id);
    return served_.Ask(&Stub::GetDecisionDocument, reader, request);
  }

  std::vector<std::string> ListedTo(const std::string& reader, int size) {
    return served_.IdsOf(&Stub::ListDecisions, reader, v1::ListDecisionsRequest(), size,
                         [](const v1::ListDecisionsResponse& page) { return page.decisions(); });
  }

  testing::SmallLog log_;
  testing::Served<v1::DecisionsService, DecisionsServiceImpl> served_{Domain::kDecisions,
                                                                      Town(log_)};
};

TEST_F(DecisionsReads, WantASoundSessionAndWaitForNothing) {
  served_.ExpectGuarded(&Stub::GetDecision, &Stub::ListDecisions, &Stub::GetDecisionDocument);
}

TEST_F(DecisionsReads, ListDecisionsHidesDraftsAndNonPublicItemsFromThePublic) {
  for (const int size : {1, 2, 0}) {
    for (const char* reader : {"m1", "kai", "petra"}) {
      EXPECT_THAT(ListedTo(reader, size), ElementsAre("b-1", "b-2")) << reader;
    }
    for (const char* reader : {"", "zoe"}) EXPECT_THAT(ListedTo(reader, size), ElementsAre());
  }
  SignByBoth("b-1");
  SignByBoth("b-2");
  for (const char* reader : {"", "zoe"}) EXPECT_THAT(ListedTo(reader, 1), ElementsAre("b-1"));
  EXPECT_THAT(ListedTo("petra", 1), ElementsAre("b-1", "b-2"));
}

TEST_F(DecisionsReads, GetDecisionDocumentIsShownToWhoeverSeesTheDecision) {
  EXPECT_THAT(Document("", "b-1"), IsRefused(Reason::kNoSuchDecision)) << "nobody has signed";
  EXPECT_OK(Document("m1", "b-1"));
  SignByBoth("b-1");
  SignByBoth("b-2");
  const auto shown = Document("", "b-1");
  ASSERT_OK(shown);
  EXPECT_THAT(shown->document(), HasSubstr("Fünf Mobilstationen werden gebaut."));
  const crypto::Digest digest = crypto::Sha256(shown->document());
  EXPECT_EQ(shown->sha256(), crypto::AsBytes(digest));
  EXPECT_EQ(Document("m1", "b-1")->document(), shown->document()) << "one document for all";
  for (const char* reader : {"", "zoe"}) {
    EXPECT_THAT(Document(reader, "b-2"), IsRefused(Reason::kNoSuchDecision)) << reader;
  }
  EXPECT_OK(Document("petra", "b-2"));
  EXPECT_THAT(Document("m1", "b-9"), IsRefused(Reason::kNoSuchDecision));
}

}  // namespace
}  // namespace votum::decisions
