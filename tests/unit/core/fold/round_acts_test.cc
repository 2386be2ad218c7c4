// Lists of voting codes: none is good before a second person confirms it, and nobody but those who
// may do so learns of it.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/status_matchers.h"
#include "core/fold/acts.h"
#include "core/fold/fold.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/harness/people.h"
#include "tests/unit/core/fold/program.h"
#include "tests/unit/core/fold/small_log.h"
#include "votum/ideas/v1/ideas.pb.h"

namespace votum {
namespace {

namespace dv1 = directory::v1;
namespace iv1 = ideas::v1;
using ::testing::IsEmpty;
using testing::Program;
using ::testing::SizeIs;
using testing::SmallLog;

// Rounds "r1" and "r2" are open to the citizens. carla and chris are clerks, emil holds no office.
class RoundActsTest : public ::testing::Test {
 protected:
  RoundActsTest() {
    for (const char* person : {"carla", "chris", "emil"}) {
      log_.Register(person);
      log_.GiveKey(person, "bert");
    }
    for (const char* person : {"carla", "chris"}) {
      dv1::GrantOffice grant;
      grant.set_person_id(person);
      grant.set_office(common::v1::OFFICE_CLERK);
      log_.Append("anna", std::move(grant));
    }
    iv1::ModerateIdeas publish;
    publish.set_verdict(iv1::MODERATION_VERDICT_PUBLISH);
    for (const char* idea : {"bench", "tree"}) {
      iv1::RecordIdea record;
      record.mutable_content()->set_idea_id(idea);
      record.mutable_content()->set_channel(iv1::CHANNEL_WORKSHOP);
      record.mutable_content()->set_group(iv1::SUBMITTER_GROUP_CITIZENS);
      std::string subject = idea;
      subject.resize(16, '.');
      *record.mutable_content()->mutable_text() = Seal(crypto::Sha256(idea), subject, idea).ref;
      EXPECT_EQ(VoidReason(Give("carla", std::move(record))), std::nullopt);
      publish.add_idea_ids(idea);
    }
    Give("carla", std::move(publish));
    for (const char* round : {"r1", "r2"}) {
      iv1::OpenRound open;
      open.set_round_id(round);
      open.set_title("Bänke");
      open.set_method("schulze.wv_lv");
      open.set_max_ranked(2);
      for (const char* idea : {"bench", "tree"}) open.add_idea_ids(idea);
      iv1::RoundGroup& group = *open.add_groups();
      group.set_group_id("citizens");
      group.set_name("Bürger");
      group.set_weight(1);
      EXPECT_EQ(VoidReason(Give("carla", std::move(open))), std::nullopt);
    }
    log_.Wait(directory::kKeySettles);
  }

  uint64_t Give(const std::string& person, google::protobuf::Message&& command) {
    return log_.Append(person, std::move(command), "ideas");
  }
  uint64_t Codes(const std::string& by, const std::string& code, const std::string& round = "r1") {
    iv1::RegisterVoters voters;
    voters.set_round_id(round);
    voters.set_group_id("citizens");
    voters.add_code_public_keys(SmallLog::KeyNamed(code).public_key().spki_der());
    return Give(by, std::move(voters));
  }
  uint64_t Confirm(const std::string& by, const std::vector<uint64_t>& acts) {
    iv1::ConfirmVoters confirm;
    confirm.set_round_id("r1");
    *confirm.mutable_acts() = log_.ConfirmationOf(acts).acts();
    return Give(by, std::move(confirm));
  }
  // A ballot with this code.
  uint64_t Cast(const std::string& code) {
    iv1::CastPreference cast;
    cast.set_round_id("r1");
    cast.set_group_id("citizens");
    cast.add_ranking()->add_idea_ids("bench");
    const crypto::PrivateKey key = SmallLog::KeyNamed(code);
    cast.mutable_header()->set_public_key(key.public_key().spki_der());
    return log_.AppendSigned(log_.SignWith({&key}, &cast), "ideas");
  }

  std::optional<Reason> VoidReason(uint64_t index) {
    EXPECT_OK(program_.FoldAll());
    return program_.VoidReason(index);
  }
  std::vector<dv1::Act> Pending(size_t bytes = size_t{1} << 20) {
    EXPECT_OK(program_.FoldAll());
    return program_.fold().world().round_acts().OfRound("r1", bytes);
  }

  SmallLog log_;
  Program program_{log_};
};

TEST_F(RoundActsTest, ACodeIsGoodOnceAnotherPersonConfirmsTheList) {
  const uint64_t list = Codes("carla", "code-1");
  EXPECT_EQ(VoidReason(list), std::nullopt);
  EXPECT_EQ(VoidReason(Cast("code-1")), Reason::kNotEntitled);
  EXPECT_EQ(VoidReason(Confirm("carla", {list})), Reason::kSamePerson);
  EXPECT_EQ(VoidReason(Confirm("emil", {list})), Reason::kOfficeMissing);
  EXPECT_EQ(VoidReason(Confirm("chris", {list})), std::nullopt);
  EXPECT_EQ(VoidReason(Cast("code-1")), std::nullopt);
  EXPECT_THAT(Pending(), IsEmpty());
}

TEST_F(RoundActsTest, ListsOfOneRoundAreConfirmedTogetherAndACodeCountsOnce) {
  const uint64_t first = Codes("carla", "code-1");
  const uint64_t same = Codes("carla", "code-1");
  const uint64_t second = Codes("carla", "code-2");
  const uint64_t other = Codes("carla", "code-3", "r2");
  EXPECT_EQ(VoidReason(Confirm("chris", {first, same})), Reason::kVoterExists);
  EXPECT_EQ(VoidReason(Confirm("chris", {first, other})), Reason::kNoSuchAct);
  EXPECT_EQ(VoidReason(Cast("code-1")), Reason::kNotEntitled) << "all or none";
  EXPECT_EQ(VoidReason(Confirm("chris", {first, second})), std::nullopt);
  EXPECT_EQ(VoidReason(Cast("code-2")), std::nullopt);
}

TEST_F(RoundActsTest, TheNewestListsAreShownAndBothRecordsAreSealed) {
  const uint64_t older = Codes("carla", "code-1");
  const uint64_t newer = Codes("carla", "code-2");
  ASSERT_THAT(Pending(), SizeIs(2));
  EXPECT_EQ(Pending()[0].record(), newer);
  EXPECT_THAT(Pending(Pending()[0].payload().size()), SizeIs(1));
  const uint64_t confirmed = Confirm("chris", {older, newer});
  EXPECT_EQ(VoidReason(confirmed), std::nullopt);
  for (const uint64_t record : {older, newer, confirmed})
    EXPECT_EQ(program_.fold().reach_log().OwnReach(record), Reach::Sealed());
}

}  // namespace
}  // namespace votum
