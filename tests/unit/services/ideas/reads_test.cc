// The reads of ideas: rounds, which everybody may follow, and grounds of moderation, which not.
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "core/command/sealed_text.h"
#include "crypto/hash.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ideas/service.h"
#include "tests/unit/core/fold/small_log.h"
#include "tests/unit/services/runtime/served.h"

namespace votum::ideas {
namespace {

using ::testing::ElementsAre;
using Stub = v1::IdeasService::Stub;

void Publish(testing::SmallLog& log, const std::string& id) {
  v1::RecordIdea record;
  v1::IdeaContent& content = *record.mutable_content();
  content.set_idea_id(id);
  content.mutable_text()->set_commitment(id + std::string(32 - id.size(), 'c'));
  content.mutable_text()->set_subject(std::string(16, 's'));
  content.mutable_text()->set_media_type("text/plain");
  content.set_channel(v1::CHANNEL_PAPER);
  content.set_group(v1::SUBMITTER_GROUP_CITIZENS);
  log.Append("anna", std::move(record), "ideas");
  v1::ModerateIdeas moderate;
  moderate.add_idea_ids(id);
  moderate.set_verdict(v1::MODERATION_VERDICT_PUBLISH);
  log.Append("anna", std::move(moderate), "ideas");
}

// Rounds "r1" to "r5" of the ideas a and b, the first of which is closed.
testing::SmallLog& Town(testing::SmallLog& log) {
  for (const char* id : {"a", "b"}) Publish(log, id);
  for (int i = 1; i <= 5; ++i) {
    v1::OpenRound open;
    open.set_round_id(absl::StrCat("r", i));
    open.set_title("Runde");
    open.set_method("schulze.wv_lv");
    open.set_max_ranked(2);
    for (const char* id : {"a", "b"}) open.add_idea_ids(id);
    v1::RoundGroup& group = *open.add_groups();
    group.set_group_id("citizens");
    group.set_name("Bürger");
    group.set_weight(1);
    log.Append("anna", std::move(open), "ideas");
  }
  v1::CloseRound close;
  close.set_round_id("r1");
  log.Append("anna", std::move(close), "ideas");
  log.Register("zoe");
  log.GiveKey("zoe", "bert");
  return log;
}

class IdeasReads : public ::testing::Test {
 protected:
  testing::SmallLog log_;
  testing::Served<v1::IdeasService, IdeasServiceImpl> served_{Domain::kPapers, Town(log_)};
};

TEST_F(IdeasReads, WantASoundSessionAndWaitForNothing) {
  served_.ExpectGuarded(&Stub::GetIdea, &Stub::GetIdeaByReceiptCode, &Stub::ListIdeas,
                        &Stub::GetRound, &Stub::ListRounds);
}

// Words about an idea are words about people: whoever wrote it, or is named in it.
TEST_F(IdeasReads, GroundsOfRejectionsAreForOfficesAndWhoeverSentTheIdeaIn) {
  const crypto::Salt salt = crypto::Sha256("salt");
  const SealedText text = Seal(salt, std::string(16, 't'), "an idea");
  const SealedText ground = Seal(salt, std::string(16, 'g'), "insults Erna Beispiel");
  const std::string code(32, 'r');
  v1::RecordIdea record;
  record.mutable_content()->set_idea_id("c");
  *record.mutable_content()->mutable_text() = text.ref;
  record.mutable_content()->set_channel(v1::CHANNEL_PAPER);
  record.mutable_content()->set_group(v1::SUBMITTER_GROUP_CITIZENS);
  record.mutable_content()->set_receipt_code_digest(code);
  log_.Append("anna", std::move(record), "ideas");
  v1::ModerateIdeas moderate;
  moderate.add_idea_ids("c");
  moderate.set_verdict(v1::MODERATION_VERDICT_REJECT);
  *moderate.mutable_ground() = ground.ref;
  log_.Append("anna", std::move(moderate), "ideas");
  v1::ModerateIdeas publish;  // after all, so that everybody sees what happened before
  publish.add_idea_ids("c");
  publish.set_verdict(v1::MODERATION_VERDICT_PUBLISH);
  log_.Append("anna", std::move(publish), "ideas");
  for (const SealedText* sealed : {&text, &ground}) served_.Keep(sealed->attachment);
  served_.Follow();

  const std::map<std::string, std::string> grounds = {
      {"", ""}, {"zoe", ""}, {"anna", "insults Erna Beispiel"}};
  for (const auto& [reader, shown] : grounds) {
    v1::GetIdeaRequest request;
    request.set_idea_id("c");
    const auto idea = served_.Ask(&Stub::GetIdea, reader, request);
    ASSERT_OK(idea);
    ASSERT_EQ(idea->idea().moderations_size(), 2);
    EXPECT_EQ(idea->idea().text_content(), "an idea");
    EXPECT_EQ(idea->idea().moderations(0).ground(), shown) << reader;
    const auto list = served_.Ask(&Stub::ListIdeas, reader, v1::ListIdeasRequest());
    ASSERT_OK(list);
    ASSERT_EQ(list->ideas_size(), 3);
    EXPECT_EQ(list->ideas(2).moderations(0).ground(), shown) << reader;
  }
  v1::GetIdeaByReceiptCodeRequest mine;
  mine.set_receipt_code_digest(code);
  const auto idea = served_.Ask(&Stub::GetIdeaByReceiptCode, "", mine);
  ASSERT_OK(idea);
  EXPECT_EQ(idea->idea().moderations(0).ground(), "insults Erna Beispiel");
}

TEST_F(IdeasReads, ListRoundsShowsEverybodyTheRoundsWithoutRankings) {
  const auto items = [](const v1::ListRoundsResponse& page) { return page.rounds(); };
  for (const char* reader : {"", "zoe", "anna"}) {
    for (const int size : {1, 2, 5, 0}) {
      EXPECT_THAT(served_.IdsOf(&Stub::ListRounds, reader, v1::ListRoundsRequest(), size, items),
                  ElementsAre("r1", "r2", "r3", "r4", "r5"));
    }
  }
  const auto answer = served_.Ask(&Stub::ListRounds, "", v1::ListRoundsRequest());
  ASSERT_OK(answer);
  EXPECT_EQ(answer->rounds(0).state(), v1::ROUND_STATE_CLOSED);
  EXPECT_EQ(answer->rounds(0).rankings_size(), 0);
  EXPECT_EQ(answer->rounds(1).state(), v1::ROUND_STATE_OPEN);
  v1::ListRoundsRequest request;
  request.set_page_size(-1);
  EXPECT_THAT(served_.Ask(&Stub::ListRounds, "", request), IsRefused(Reason::kBadPage));
}

TEST_F(IdeasReads, GetRoundShowsRankingsOnceItIsClosed) {
  v1::GetRoundRequest request;
  request.set_round_id("r1");
  const auto closed = served_.Ask(&Stub::GetRound, "", request);
  ASSERT_OK(closed);
  EXPECT_EQ(closed->round().rankings_size(), 2) << "of the group, and of all together";
  request.set_round_id("r2");
  const auto open = served_.Ask(&Stub::GetRound, "", request);
  ASSERT_OK(open);
  EXPECT_EQ(open->round().rankings_size(), 0);
  request.set_round_id("r9");
  EXPECT_THAT(served_.Ask(&Stub::GetRound, "", request), IsRefused(Reason::kNoSuchRound));
}

}  // namespace
}  // namespace votum::ideas
