// The feed with threads: quick, slow and silent witnesses side by side.

#include "witness/feed_runner.h"

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "base/status_matchers.h"
#include "gtest/gtest.h"
#include "tests/harness/await.h"
#include "tests/unit/witness/fakes.h"
#include "tests/unit/witness/log_under_test.h"
#include "witness/routes.h"
#include "witness/witness.h"

namespace votum::witness {
namespace {

constexpr char kOrigin[] = "council.example/log";

class FeedRunnerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string text = absl::StrCat("log ", log_.vkey(), "\n");
    const auto logs = crypto::Policy::Parse(absl::StrCat(text, "quorum none\n"));
    for (int i = 0; i < 3; ++i) {
      WitnessConfig config;
      config.clock = &clock_;
      auto signer = crypto::CosignatureSigner::Create(absl::StrCat("witness.example/w", i),
                                                      KeyOfSeedByte(static_cast<char>(10 + i)));
      absl::StrAppend(&text, "witness w", i, " ", signer->verifier().vkey(), " test://", i, "\n");
      witnesses_[i] = *Witness::Create(*std::move(signer), *logs, &stores_[i], std::move(config));
    }
    policy_ = *crypto::Policy::Parse(absl::StrCat(text, "group g 2 w0 w1 w2\nquorum g\n"));
  }

  std::unique_ptr<FeedRunner> Runner(LogUnderTest* log) {
    // Built beforehand, because the threads only read it.
    log->Checkpoint(kLargest);
    auto feed = WitnessFeed::Create(
        *policy_, kOrigin,
        [log](uint64_t old_size, uint64_t size) -> absl::StatusOr<std::vector<crypto::Digest>> {
          if (size > kLargest) return absl::OutOfRangeError("the log has not that much");
          return log->Proof(old_size, size);
        });
    FeedRunnerConfig config;
    config.clock = &clock_;
    config.connect = [this] {
      return [this](const std::string& url, bool post, const std::string& body) {
        return AnswerOf(url, post, body);
      };
    };
    config.forked = [this](const std::string&) { ++forks_; };
    return std::make_unique<FeedRunner>(*std::move(feed), std::move(config));
  }

  // The answer of the witness at test://<number>/.
  absl::StatusOr<http::Answer> AnswerOf(absl::string_view url, bool post, const std::string& body) {
    absl::ConsumePrefix(&url, "test://");
    const size_t number = static_cast<size_t>(url[0] - '0');
    testing::LetPass(absl::Milliseconds(latency_[number].load()));
    if (silent_[number]) return absl::UnavailableError("nobody is there");
    return Route(*witnesses_[number], {post ? "POST" : "GET", std::string(url.substr(1)), body});
  }

  static constexpr uint64_t kLargest = 1000;
  SystemClock clock_;
  LogUnderTest log_{kOrigin, 1};
  LogUnderTest forked_{kOrigin, 1, "x"};
  MapStore stores_[3];
  std::unique_ptr<Witness> witnesses_[3];
  std::atomic<int> latency_[3] = {0, 0, 0};
  std::atomic<bool> silent_[3] = {false, false, false};
  std::atomic<int> forks_ = 0;
  std::optional<crypto::Policy> policy_;
};

TEST_F(FeedRunnerTest, TwoOfThreeAreEnoughWhileOneIsSlowAndOneComesLate) {
  latency_[1] = 300;
  silent_[2] = true;
  const auto runner = Runner(&log_);
  ASSERT_OK(runner->Publish(log_.Checkpoint(5)));
  EXPECT_TRUE(runner->AwaitQuorum(5, absl::Now() + absl::Seconds(30)));
  EXPECT_OK(policy_->Verify(runner->Witnessed()));
  silent_[2] = false;
  latency_[1] = 0;
  for (uint64_t size = 6; size < 200; ++size) ASSERT_OK(runner->Publish(log_.Checkpoint(size)));
  EXPECT_TRUE(runner->AwaitQuorum(199, absl::Now() + absl::Seconds(30)));
  const auto verified = policy_->Verify(runner->Witnessed());
  ASSERT_OK(verified);
  EXPECT_EQ(verified->checkpoint.size, 199u);
  EXPECT_EQ(runner->Statuses()[0].state, WitnessState::kFollowing);
  EXPECT_EQ(forks_, 0);
}

TEST_F(FeedRunnerTest, WithoutAQuorumItWaitsAsLongAsItIsTold) {
  silent_[1] = silent_[2] = true;
  const auto runner = Runner(&log_);
  ASSERT_OK(runner->Publish(log_.Checkpoint(5)));
  EXPECT_FALSE(runner->AwaitQuorum(5, absl::Now() + absl::Milliseconds(200)));
  EXPECT_EQ(runner->Witnessed(), "");
}

TEST_F(FeedRunnerTest, AForkEndsTheWaitAndIsToldOnce) {
  for (const auto& witness : witnesses_)
    ASSERT_EQ(witness->AddCheckpoint(forked_.Request(0, 12)).status, 200);
  const auto runner = Runner(&log_);
  ASSERT_OK(runner->Publish(log_.Checkpoint(20)));
  const absl::Time start = absl::Now();
  EXPECT_FALSE(runner->AwaitQuorum(20, start + absl::Seconds(60)));
  EXPECT_LT(absl::Now() - start, absl::Seconds(30));
  EXPECT_EQ(forks_, 1);
}

}  // namespace
}  // namespace votum::witness
