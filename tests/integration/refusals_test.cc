// Commands that must not count, over real processes and real TLS: each is refused with its own
// reason.

#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "core/command/payload_type.h"
#include "crypto/dsse.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "gtest/gtest.h"
#include "tests/harness/city.h"
#include "tests/harness/layouts.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/meetings/v1/meetings_service.pb.h"

namespace votum::testing {
namespace {

namespace v1 = meetings::v1;

v1::CastVote Vote(const std::string& vote_event_id, v1::Choice choice = v1::CHOICE_YES) {
  v1::CastVote vote;
  vote.set_meeting_id("sitzung-1");
  vote.set_vote_event_id(vote_event_id);
  vote.set_choice(choice);
  return vote;
}

v1::CloseVote Close(const std::string& vote_event_id) {
  v1::CloseVote close;
  close.set_meeting_id("sitzung-1");
  close.set_vote_event_id(vote_event_id);
  return close;
}

// A single process answers votes without a waiting thread; separate processes use one. A city for
// all tests of a layout: founding it takes seconds.
class RefusalsTest : public ::testing::TestWithParam<City::Layout> {
 protected:
  void SetUp() override {
    std::unique_ptr<City>& city = cities_[GetParam()];
    city_ = city.get();
    if (city_ != nullptr) return;
    city = std::make_unique<City>(NewTestFolder("refusals"), GetParam());
    city_ = city.get();
    city_->SetUpCouncil(10);
    city_->OpenMeeting(9);  // m01 and m02 stay away
    v1::DeclareConflict conflict;
    conflict.set_meeting_id("sitzung-1");
    conflict.set_item_id("top-1");
    conflict.set_person_id("m03");
    ASSERT_OK(city_->Do("m03", std::move(conflict)));
  }
  static void TearDownTestSuite() { cities_.clear(); }

  v1::VoteEvent GetVote(const std::string& reader, const std::string& vote_event_id) {
    v1::GetVoteEventRequest request;
    request.set_vote_event_id(vote_event_id);
    v1::GetVoteEventResponse response;
    EXPECT_OK(city_->Read(reader, "meetings", "GetVoteEvent", request, &response));
    return response.vote_event();
  }

  static std::map<City::Layout, std::unique_ptr<City>> cities_;
  City* city_ = nullptr;
};

std::map<City::Layout, std::unique_ptr<City>> RefusalsTest::cities_;

TEST_P(RefusalsTest, EachWithItsOwnReasonAndOnlyTheVoteItselfCounts) {
  city_->OpenVote("v1");
  ASSERT_OK(city_->Do("m04", Vote("v1")));
  EXPECT_THAT(city_->Do("m04", Vote("v1", v1::CHOICE_NO)), IsRefused(Reason::kAlreadyVoted));
  EXPECT_THAT(city_->Do("m01", Vote("v1")), IsRefused(Reason::kNotPresent));
  EXPECT_THAT(city_->Do("m03", Vote("v1")), IsRefused(Reason::kExcludedByConflict));
  EXPECT_THAT(city_->Do("karl.kanzlei", Vote("v1")), IsRefused(Reason::kNotEntitled));

  // A replayed command is not a second vote: the first receipt comes back.
  v1::CastVote vote = Vote("v1");
  const common::v1::SignedCommand signed_vote = city_->Sign("m05", &vote);
  const auto first = city_->Send(signed_vote);
  ASSERT_OK(first);
  const auto again = city_->Send(signed_vote);
  ASSERT_OK(again);
  EXPECT_EQ(first->index(), again->index());
  EXPECT_EQ(first->record(), again->record());

  // The same id over other content is refused.
  v1::CastVote other = Vote("v1", v1::CHOICE_NO);
  *other.mutable_header() = [&] {
    v1::CastVote sent;
    sent.ParseFromString(signed_vote.payload());
    return sent.header();
  }();
  common::v1::SignedCommand reused = signed_vote;
  reused.set_payload(other.SerializeAsString());
  reused.mutable_signatures(0)->set_signature(
      *crypto::SignDsse(city_->KeyOf("m05"), reused.payload_type(), reused.payload()));
  EXPECT_THAT(city_->Send(reused), IsRefused(Reason::kCommandIdReused));

  // A bad signature.
  v1::CastVote forged = Vote("v1");
  common::v1::SignedCommand bad = city_->Sign("m06", &forged);
  (*bad.mutable_signatures(0)->mutable_signature())[10] ^= 1;
  EXPECT_THAT(city_->Send(bad), IsRefused(Reason::kBadSignature));

  // In another's name.
  v1::CastVote impersonated = Vote("v1");
  common::v1::SignedCommand borrowed = city_->Sign("m06", &impersonated);
  v1::CastVote in_name_of_m07;
  in_name_of_m07.ParseFromString(borrowed.payload());
  in_name_of_m07.mutable_header()->set_actor("m07");
  borrowed.set_payload(in_name_of_m07.SerializeAsString());
  borrowed.mutable_signatures(0)->set_signature(
      *crypto::SignDsse(city_->KeyOf("m06"), borrowed.payload_type(), borrowed.payload()));
  EXPECT_THAT(city_->Send(borrowed), IsRefused(Reason::kNotTheKeysOwner));

  // From another deployment.
  v1::CastVote elsewhere;
  elsewhere.ParseFromString(bad.payload());
  elsewhere.mutable_header()->set_deployment("votum.andere.example/log");
  elsewhere.mutable_header()->set_command_id(crypto::NewUuid());
  common::v1::SignedCommand foreign = bad;
  foreign.set_payload(elsewhere.SerializeAsString());
  foreign.mutable_signatures(0)->set_signature(
      *crypto::SignDsse(city_->KeyOf("m06"), foreign.payload_type(), foreign.payload()));
  EXPECT_THAT(city_->Send(foreign), IsRefused(Reason::kWrongDeployment));

  // While the vote is open, readers learn only who has voted.
  for (const char* reader : {"", "m04", "maria.meister", "petra.pruef"}) {
    const v1::VoteEvent seen = GetVote(reader, "v1");
    EXPECT_EQ(seen.votes_size(), 0) << reader;
    EXPECT_FALSE(seen.has_result()) << reader;
    EXPECT_FALSE(seen.has_computed_result()) << reader;
    EXPECT_EQ(seen.cast_count(), 2u) << reader;
  }

  // A revoked key.
  ASSERT_OK(city_->Revoke("m08"));
  EXPECT_THAT(city_->Do("m08", Vote("v1")), IsRefused(Reason::kKeyRevoked));

  // After closing.
  ASSERT_OK(city_->Do("maria.meister", Close("v1")));
  EXPECT_THAT(city_->Do("m06", Vote("v1")), IsRefused(Reason::kVoteClosed));

  // A result that does not follow from the votes.
  v1::EstablishResult result;
  result.set_meeting_id("sitzung-1");
  result.set_vote_event_id("v1");
  result.mutable_tally()->set_yes(3);
  result.mutable_tally()->set_not_voted(5);
  result.set_outcome(v1::OUTCOME_ADOPTED);
  EXPECT_THAT(city_->Do("maria.meister", v1::EstablishResult(result)),
              IsRefused(Reason::kResultDiffers));
  result.mutable_tally()->set_yes(2);
  result.mutable_tally()->set_not_voted(6);
  ASSERT_OK(city_->Do("maria.meister", std::move(result)));
  const v1::VoteEvent seen = GetVote("", "v1");
  EXPECT_EQ(seen.result().tally().yes(), 2u);
  EXPECT_EQ(seen.votes_size(), 2);
}

TEST_P(RefusalsTest, ManyAtOnceEndInExactlyOneVote) {
  city_->OpenVote("v2");
  // Eight votes of one member race; some may pass the check before appending. Only one takes
  // effect.
  std::vector<common::v1::SignedCommand> votes;
  for (int i = 0; i < 8; ++i) {
    v1::CastVote vote = Vote("v2", i % 2 == 0 ? v1::CHOICE_YES : v1::CHOICE_NO);
    votes.push_back(city_->Sign("m09", &vote));
  }
  std::vector<absl::Status> results(votes.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < votes.size(); ++i) {
    threads.emplace_back([&, i] { results[i] = city_->Send(votes[i]).status(); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(
      std::count_if(results.begin(), results.end(), [](const absl::Status& s) { return s.ok(); }),
      1);
  for (const absl::Status& status : results) {
    if (!status.ok()) EXPECT_THAT(status, IsRefused(Reason::kAlreadyVoted));
  }
  EXPECT_EQ(GetVote("", "v2").cast_count(), 1u);
  ASSERT_OK(city_->Do("maria.meister", Close("v2")));
}

TEST_P(RefusalsTest, ServicesAloneMayAppend) {
  v1::CastVote vote = Vote("v1");
  // A person's client reaches the ledger's port, but without a service certificate.
  EXPECT_THAT(city_->AppendDirectly(city_->Sign("m06", &vote)), IsRefused(Reason::kNotAService));
}

INSTANTIATE_TEST_SUITE_P(Layouts, RefusalsTest, BothLayouts(), LayoutName);

}  // namespace
}  // namespace votum::testing
