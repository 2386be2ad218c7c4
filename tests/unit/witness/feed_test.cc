// The feed against real witnesses (their core, in memory), and against all misbehaviour of a
// witness. Time is simulated.

#include "witness/feed.h"

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "gtest/gtest.h"
#include "tests/unit/witness/fakes.h"
#include "tests/unit/witness/log_under_test.h"
#include "witness/routes.h"
#include "witness/witness.h"

namespace votum::witness {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kOrigin[] = "council.example/log";

// Witnesses w0, w1, w2 of a log, two of which must have cosigned.
class FeedTest : public ::testing::Test {
 protected:
  struct Peer {
    MapStore store;
    std::unique_ptr<Witness> witness;
    // Replaces the witness if set; nullopt means that there is no answer.
    std::function<std::optional<http::Answer>(const FeedRequest&)> instead;
    absl::Duration latency = absl::Milliseconds(50);
    // The answer that is under way.
    std::optional<FeedRequest> request;
    absl::Time arrival;
    int requests = 0;
  };

  void SetUp() override {
    std::string text = absl::StrCat("log ", log_.vkey(), "\n");
    const auto logs = crypto::Policy::Parse(absl::StrCat(text, "quorum none\n"));
    for (size_t i = 0; i < 3; ++i) {
      WitnessConfig config;
      config.clock = &clock_;
      config.fatal = [](const absl::Status& why) { FAIL() << why; };
      auto signer = crypto::CosignatureSigner::Create(absl::StrCat("witness.example/w", i),
                                                      KeyOfSeedByte(static_cast<char>(10 + i)));
      absl::StrAppend(&text, "witness w", i, " ", signer->verifier().vkey(), " https://w", i,
                      ".example/\n");
      peers_[i].witness =
          *Witness::Create(*std::move(signer), *logs, &peers_[i].store, std::move(config));
    }
    absl::StrAppend(&text, "group g 2 w0 w1 w2\nquorum g\n");
    policy_ = *crypto::Policy::Parse(text);
    feed_ = *WitnessFeed::Create(*policy_, kOrigin, Prover(&log_));
  }

  ConsistencyProver Prover(LogUnderTest* log) {
    return [this, log](uint64_t old_size,
                       uint64_t size) -> absl::StatusOr<std::vector<crypto::Digest>> {
      if (size > published_) return absl::OutOfRangeError("the log has not that much");
      return log->Proof(old_size, size);
    };
  }

  void Publish(uint64_t size) {
    published_ = size;
    ASSERT_OK(feed_->Publish(log_.Checkpoint(size), clock_.now));
  }

  // Lets `duration` pass, a hundredth of a second at a time; alarms are collected in alarms_.
  void Pass(absl::Duration duration) {
    for (const absl::Time end = clock_.now + duration; clock_.now <= end;
         clock_.now += absl::Milliseconds(10)) {
      for (size_t i = 0; i < 3; ++i) Serve(i);
      for (const FeedAlarm& alarm : feed_->TakeAlarms())
        alarms_.push_back(absl::StrCat(alarm.witness, ": ", alarm.text));
    }
  }

  void Serve(size_t i) {
    Peer& peer = peers_[i];
    if (!peer.request.has_value()) {
      // NextDue is never later than the time at which Due has a request.
      const absl::Time promised = feed_->NextDue(i, clock_.now);
      peer.request = feed_->Due(i, clock_.now);
      if (!peer.request.has_value()) return;
      EXPECT_LE(promised, clock_.now) << "w" << i << " was due before it was promised";
      EXPECT_FALSE(feed_->Due(i, clock_.now).has_value()) << "busy";
      ++peer.requests;
      peer.arrival = clock_.now + peer.latency;
    }
    if (clock_.now < peer.arrival) return;
    const FeedRequest request = *std::exchange(peer.request, std::nullopt);
    const auto answer = peer.instead ? peer.instead(request) : Honest(i, request);
    if (answer.has_value()) {
      feed_->OnAnswer(i, *answer, clock_.now);
    } else {
      feed_->OnUnreachable(i, absl::DeadlineExceededError("no answer"), clock_.now);
    }
  }

  std::optional<http::Answer> Honest(size_t i, const FeedRequest& request) {
    return Route(*peers_[i].witness,
                 {request.post ? "POST" : "GET", "/" + request.path, request.body});
  }

  void Silence(size_t i) {
    peers_[i].instead = [](const FeedRequest&) { return std::nullopt; };
  }

  // The names of the cosigners of the witnessed checkpoint, which must satisfy the policy.
  std::vector<size_t> Cosigners() {
    const auto verified = policy_->Verify(feed_->witnessed());
    EXPECT_OK(verified);
    std::vector<size_t> cosigners;
    if (!verified.ok()) return cosigners;
    EXPECT_EQ(verified->checkpoint.size, feed_->witnessed_size());
    for (const crypto::Cosigned& one : verified->cosigned) cosigners.push_back(one.witness);
    return cosigners;
  }

  FixedClock clock_;
  LogUnderTest log_{kOrigin, 1};
  LogUnderTest forked_{kOrigin, 1, "x"};
  Peer peers_[3];
  std::optional<crypto::Policy> policy_;
  std::optional<WitnessFeed> feed_;
  uint64_t published_ = 0;
  std::vector<std::string> alarms_;
};

TEST_F(FeedTest, NewWitnessesAreFoundToBeNew) {
  Publish(7);
  EXPECT_EQ(feed_->witnessed(), "");
  Pass(absl::Seconds(1));
  EXPECT_THAT(Cosigners(), ElementsAre(0, 1, 2));
  EXPECT_EQ(feed_->witnessed_size(), 7u);
  for (const Peer& peer : peers_) EXPECT_EQ(peer.requests, 2) << "409, then 200";
  Publish(8);
  Pass(absl::Seconds(1));
  EXPECT_EQ(feed_->witnessed_size(), 8u);
  EXPECT_EQ(peers_[0].requests, 3) << "one request is enough now";
  EXPECT_EQ(feed_->status(0).state, WitnessState::kFollowing);
  EXPECT_EQ(feed_->status(0).cosigned_size, 8u);
  EXPECT_THAT(alarms_, IsEmpty());
}

TEST_F(FeedTest, AfterARestartEachWitnessGoesOnFromWhereItIs) {
  Publish(7);
  Pass(absl::Seconds(1));
  Silence(2);
  Publish(20);
  Pass(absl::Seconds(5));
  // The log starts anew, and has grown.
  feed_ = *WitnessFeed::Create(*policy_, kOrigin, Prover(&log_));
  for (Peer& peer : peers_) peer.instead = nullptr;
  Publish(30);
  Pass(absl::Seconds(1));
  EXPECT_EQ(feed_->witnessed_size(), 30u);
  EXPECT_THAT(Cosigners(), ElementsAre(0, 1, 2));
}

TEST_F(FeedTest, AnEmptyLogCanBeWitnessed) {
  Publish(0);
  Pass(absl::Seconds(1));
  EXPECT_THAT(Cosigners(), ElementsAre(0, 1, 2));
  Publish(1);
  Pass(absl::Seconds(1));
  EXPECT_EQ(feed_->witnessed_size(), 1u);
}

TEST_F(FeedTest, OneAbsentWitnessDoesNotStopTheOthers) {
  Silence(1);
  for (uint64_t size = 1; size <= 50; ++size) {
    Publish(size);
    Pass(absl::Seconds(3));
    EXPECT_EQ(feed_->witnessed_size(), size);
    EXPECT_THAT(Cosigners(), ElementsAre(0, 2));
  }
  EXPECT_LT(peers_[1].requests, 12) << "it is asked less and less often";
  EXPECT_THAT(alarms_, IsEmpty());
  Pass(absl::Minutes(10));
  ASSERT_EQ(alarms_.size(), 1u);
  EXPECT_THAT(alarms_[0], HasSubstr("w1: it has not cosigned for "));
  Pass(absl::Minutes(20));
  EXPECT_EQ(alarms_.size(), 1u) << "it is said once";
  peers_[1].instead = nullptr;
  Pass(absl::Minutes(5));
  EXPECT_THAT(Cosigners(), ElementsAre(0, 1, 2)) << "its cosignature is added when it comes";
}

TEST_F(FeedTest, WithoutAQuorumTheLastWitnessedCheckpointStays) {
  Publish(5);
  Pass(absl::Seconds(1));
  Silence(0);
  Silence(1);
  Publish(6);
  Pass(absl::Minutes(11));
  EXPECT_EQ(feed_->witnessed_size(), 5u);
  EXPECT_THAT(Cosigners(), ElementsAre(0, 1, 2));
  EXPECT_THAT(alarms_, ::testing::Contains(HasSubstr(": no quorum of witnesses for ")));
  Publish(7);
  peers_[1].instead = nullptr;
  Pass(absl::Minutes(6));
  EXPECT_EQ(feed_->witnessed_size(), 7u);
  EXPECT_THAT(Cosigners(), ElementsAre(1, 2));
}

TEST_F(FeedTest, ALogThatGrowsFasterThanItsWitnessesAnswerIsWitnessedAllTheSame) {
  std::mt19937 random(1);
  uint64_t size = 0;
  uint64_t last_witnessed = 0;
  for (int round = 0; round < 600; ++round) {
    Publish(size += 1 + random() % 3);
    for (Peer& peer : peers_) {
      peer.latency = absl::Milliseconds(200 + random() % 1500);
      peer.instead = nullptr;
    }
    // Now and then one of them does not answer.
    if (random() % 4 == 0) Silence(random() % 3);
    Pass(absl::Milliseconds(100));
    if (round % 200 == 199) {
      EXPECT_GT(feed_->witnessed_size(), last_witnessed) << round;
      last_witnessed = feed_->witnessed_size();
      EXPECT_GE(Cosigners().size(), 2u);
    }
  }
  for (Peer& peer : peers_) peer.instead = nullptr;
  Pass(absl::Minutes(1));
  EXPECT_EQ(feed_->witnessed_size(), size);
  EXPECT_THAT(Cosigners(), ElementsAre(0, 1, 2));
  EXPECT_THAT(alarms_, IsEmpty());
}

TEST_F(FeedTest, AWitnessThatSomebodyElseFedCatchesTheNextRound) {
  Publish(5);
  Pass(absl::Seconds(1));
  // The log publishes 9, then 12; somebody takes 12 to w1 before the feed asks it for 9.
  peers_[1].latency = absl::Seconds(1);
  published_ = 12;
  ASSERT_EQ(peers_[1].witness->AddCheckpoint(log_.Request(5, 12)).status, 200);
  ASSERT_OK(feed_->Publish(log_.Checkpoint(9), clock_.now));
  ASSERT_OK(feed_->Publish(log_.Checkpoint(12), clock_.now));
  Pass(absl::Seconds(20));
  EXPECT_EQ(feed_->witnessed_size(), 12u);
  EXPECT_THAT(Cosigners(), ElementsAre(0, 1, 2));
  EXPECT_FALSE(feed_->fork().has_value());
  EXPECT_THAT(alarms_, IsEmpty());
}

TEST_F(FeedTest, ALargerCheckpointThatTheLogHasGrownToMeanwhileIsNoFork) {
  Publish(5);
  Pass(absl::Seconds(1));
  // The log has 12 already, and w1 has heard of it from somebody; the feed has not yet.
  published_ = 12;
  ASSERT_EQ(peers_[1].witness->AddCheckpoint(log_.Request(5, 12)).status, 200);
  ASSERT_OK(feed_->Publish(log_.Checkpoint(9), clock_.now));
  Pass(absl::Seconds(2));
  EXPECT_FALSE(feed_->fork().has_value());
  ASSERT_OK(feed_->Publish(log_.Checkpoint(12), clock_.now));
  Pass(absl::Seconds(30));
  EXPECT_EQ(feed_->witnessed_size(), 12u);
  EXPECT_THAT(Cosigners(), ElementsAre(0, 1, 2));
}

TEST_F(FeedTest, ARestoredDatabaseIsAForkByTheLogsOwnSignature) {
  Publish(20);
  Pass(absl::Seconds(1));
  // An older backup: the log has 10 entries, and its key continues to sign.
  feed_ = *WitnessFeed::Create(*policy_, kOrigin, Prover(&log_));
  Publish(10);
  Pass(absl::Seconds(1));
  ASSERT_TRUE(feed_->fork().has_value());
  EXPECT_TRUE(absl::StartsWith(*feed_->fork(), log_.Checkpoint(20)));
  EXPECT_THAT(alarms_, ::testing::Contains(HasSubstr("THE LOG HAS FORKED")));
  const int requests = peers_[0].requests;
  Pass(absl::Hours(2));
  EXPECT_EQ(peers_[0].requests, requests) << "it asks for nothing any more";
  EXPECT_EQ(feed_->NextDue(0, clock_.now), absl::InfiniteFuture());
}

TEST_F(FeedTest, AnotherTreeUnderTheSameKeyIsAFork) {
  for (const uint64_t size : {12, 20}) {
    SetUp();
    alarms_.clear();
    for (Peer& peer : peers_) peer.store.heads.clear();
    ASSERT_EQ(peers_[2].witness->AddCheckpoint(forked_.Request(0, 12)).status, 200);
    Publish(size);
    Pass(absl::Seconds(1));
    ASSERT_TRUE(feed_->fork().has_value()) << size;
    EXPECT_TRUE(absl::StartsWith(*feed_->fork(), forked_.Checkpoint(12)));
  }
}

TEST_F(FeedTest, AWitnessThatLiesCannotStopTheLog) {
  LogUnderTest stranger(kOrigin, 7, "x");
  const http::Answer kLies[] = {
      {422, "text/plain", "inconsistent\n"},
      {409, "text/x.tlog.size", "1000000\n"},
      {409, "text/x.tlog.size", "18446744073709551615\n"},
      {409, "text/x.tlog.size", "0\n"},
      {409, "text/x.tlog.size", "-1\n"},
      {409, "text/plain", "3\n"},
      {200, "text/plain", ""},
      {200, "text/plain", "nonsense\n"},
      {200, "text/plain", crypto::FormatSignatureLine({"witness.example/w1", 1, "x"})},
      {200, "text/plain", std::string(100000, '\n')},
      {404, "text/plain", "\x1b[31mnot found"},
      {403, "", ""},
      {500, "", ""},
      {301, "text/html", "elsewhere"},
      {0, "", ""},
  };
  const std::string kEvidence[] = {"", "nonsense", log_.Checkpoint(3), stranger.Checkpoint(50)};
  for (const http::Answer& lie : kLies) {
    for (const std::string& evidence : kEvidence) {
      SetUp();
      for (Peer& peer : peers_) peer.store.heads.clear();
      peers_[1].instead = [&](const FeedRequest& request) -> std::optional<http::Answer> {
        return request.post ? lie : http::Answer{200, "text/plain", evidence};
      };
      peers_[1].requests = 0;
      for (const uint64_t size : {5, 6, 7}) {
        Publish(size);
        Pass(absl::Seconds(4));
      }
      EXPECT_EQ(feed_->witnessed_size(), 7u) << lie.status << " " << lie.body;
      EXPECT_THAT(Cosigners(), ElementsAre(0, 2));
      EXPECT_FALSE(feed_->fork().has_value()) << lie.status << " " << evidence;
      EXPECT_LT(peers_[1].requests, 20) << lie.status << " " << lie.body;
    }
  }
}

TEST_F(FeedTest, TellsTheOperatorOnceWhatAWitnessSays) {
  peers_[1].instead = [](const FeedRequest&) -> std::optional<http::Answer> {
    return http::Answer{404, "text/plain", "\x1b[31mno such log\n"};
  };
  Publish(5);
  Pass(absl::Minutes(9));
  EXPECT_THAT(alarms_, ElementsAre("w1: it does not take our requests: status 404, "
                                   "\\x1b[31mno such log"));
  EXPECT_EQ(feed_->status(1).state, WitnessState::kRefusing);
}

TEST_F(FeedTest, AQuietLogIsCosignedAgain) {
  Publish(5);
  Pass(absl::Seconds(1));
  const std::string first = feed_->witnessed();
  Pass(absl::Minutes(50));
  EXPECT_EQ(feed_->witnessed(), first);
  Pass(absl::Minutes(15));
  EXPECT_NE(feed_->witnessed(), first);
  EXPECT_EQ(feed_->witnessed_size(), 5u);
  EXPECT_THAT(Cosigners(), ElementsAre(0, 1, 2));
  EXPECT_EQ(peers_[0].requests, 3);
}

TEST_F(FeedTest, APolicyWithoutQuorumTakesEveryCheckpoint) {
  const auto policy = crypto::Policy::Parse(absl::StrCat("log ", log_.vkey(), "\nquorum none\n"));
  feed_ = *WitnessFeed::Create(*policy, kOrigin, Prover(&log_));
  for (const uint64_t size : {1, 2, 3}) {
    Publish(size);
    EXPECT_EQ(feed_->witnessed(), log_.Checkpoint(size));
  }
}

TEST_F(FeedTest, RefusesWhatItCannotFeed) {
  EXPECT_THAT(WitnessFeed::Create(*policy_, "other.example/log", Prover(&log_)).status(),
              IsRefused(Reason::kNoSuchLog));
  const auto no_url = crypto::Policy::Parse(absl::StrCat(
      "log ", log_.vkey(), "\nwitness w ", peers_[0].witness->verifier().vkey(), "\nquorum w\n"));
  EXPECT_THAT(WitnessFeed::Create(*no_url, kOrigin, Prover(&log_)).status(),
              IsRefused(Reason::kNoWitnessUrl));
  Publish(5);
  EXPECT_THAT(feed_->Publish(log_.Checkpoint(5), clock_.now), IsRefused(Reason::kNotLarger));
  EXPECT_THAT(feed_->Publish(log_.Checkpoint(4), clock_.now), IsRefused(Reason::kNotLarger));
  EXPECT_THAT(feed_->Publish("nonsense", clock_.now), IsRefused(Reason::kBadNote));
  LogUnderTest stranger(kOrigin, 7);
  EXPECT_THAT(feed_->Publish(stranger.Checkpoint(6), clock_.now),
              IsRefused(Reason::kNoKnownSignature));
}

}  // namespace
}  // namespace votum::witness
