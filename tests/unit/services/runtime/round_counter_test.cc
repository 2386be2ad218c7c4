// A fold that comes to the result of a round does not count it, where somebody has counted before.
#include "services/runtime/round_counter.h"

#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "base/status_matchers.h"
#include "gtest/gtest.h"
#include "tests/harness/await.h"
#include "tests/unit/core/fold/small_log.h"
#include "tests/unit/services/runtime/fake_ledger.h"
#include "votum/ideas/v1/ideas.pb.h"

namespace votum {
namespace {

namespace iv1 = ideas::v1;

class RoundCounterTest : public ::testing::Test {
 protected:
  RoundCounterTest() {
    for (const char* id : {"a", "b"}) {
      iv1::RecordIdea record;
      iv1::IdeaContent& content = *record.mutable_content();
      content.set_idea_id(id);
      content.mutable_text()->set_commitment(id + std::string(31, 'c'));
      content.mutable_text()->set_subject(std::string(16, 's'));
      content.mutable_text()->set_media_type("text/plain");
      content.set_channel(iv1::CHANNEL_PAPER);
      content.set_group(iv1::SUBMITTER_GROUP_CITIZENS);
      log_.Append("anna", std::move(record), "ideas");
      iv1::ModerateIdeas moderate;
      moderate.add_idea_ids(id);
      moderate.set_verdict(iv1::MODERATION_VERDICT_PUBLISH);
      log_.Append("anna", std::move(moderate), "ideas");
    }
    replica_.Start();
    Open("r1");
    Close("r1");
  }
  ~RoundCounterTest() override { replica_.Stop(); }

  void Open(const std::string& round) {
    iv1::OpenRound open;
    open.set_round_id(round);
    open.set_title("Runde");
    open.set_method("schulze.wv_lv");
    open.set_max_ranked(2);
    for (const char* id : {"a", "b"}) open.add_idea_ids(id);
    iv1::RoundGroup& group = *open.add_groups();
    group.set_group_id("citizens");
    group.set_name("Bürger");
    group.set_weight(1);
    Give(std::move(open));
  }
  void Close(const std::string& round) {
    iv1::CloseRound close;
    close.set_round_id(round);
    Give(std::move(close));
  }
  void Establish(const std::string& round) {
    iv1::EstablishRanking establish;
    establish.set_round_id(round);
    iv1::Tier& tie = *establish.add_ranking();
    for (const char* id : {"a", "b"}) tie.add_idea_ids(id);
    Give(std::move(establish));
  }
  template <typename Command>
  void Give(Command command) {
    log_.Append("anna", std::move(command), "ideas");
    ledger_.Show(log_.records());
    ASSERT_OK(replica_.WaitFor(log_.records().size() - 1, absl::Now() + absl::Seconds(30)));
    EXPECT_OK(replica_.State()->WhyVoid(log_.records().size() - 1));
  }

  testing::SmallLog log_;
  testing::FakeLedger ledger_;
  SignatureCache cache_{64};
  Replica replica_{DomainSet::Closure(Domain::kIdeas), log_.log_key(), &ledger_, &cache_,
                   [](const absl::Status& why) { ADD_FAILURE() << why; }};
};

TEST_F(RoundCounterTest, AClosedRoundIsCountedOnceAndBeforeItsResultIsFolded) {
  RoundCounter counter(&replica_, absl::Milliseconds(1));
  counter.Start();
  EXPECT_TRUE(testing::Await([&] { return counter.count() == 1; }));
  Open("r2");
  EXPECT_EQ(counter.count(), 1u) << "it is open";
  Close("r2");
  EXPECT_TRUE(testing::Await([&] { return counter.count() == 2; }));
  Establish("r1");
  Establish("r2");
  counter.Stop();
  EXPECT_EQ(counter.count(), 2u);
}

}  // namespace
}  // namespace votum
