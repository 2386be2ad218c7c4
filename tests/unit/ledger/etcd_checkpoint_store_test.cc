#include "ledger/etcd_checkpoint_store.h"

#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "gtest/gtest.h"
#include "tests/harness/etcd.h"

namespace votum::ledger {
namespace {

class EtcdCheckpointStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    etcd_ = testing::EtcdCluster::Start(NewTestFolder("etcd"), 3);
    if (etcd_ == nullptr) GTEST_SKIP() << "etcd is not installed";
    options_.endpoints = etcd_->endpoints();
    options_.key = "votum/test/checkpoint";
  }

  std::unique_ptr<testing::EtcdCluster> etcd_;
  EtcdOptions options_;
};

TEST_F(EtcdCheckpointStoreTest, IsSwappedOnlyForTheOneExpected) {
  EtcdCheckpointStore store(options_);
  EtcdCheckpointStore another(options_);
  const std::string one = "one\n\n\xe2\x80\x94 signature\n";
  EXPECT_EQ(*store.Load(), "");
  ASSERT_OK(store.Replace("", one));
  EXPECT_THAT(another.Replace("", "two"), IsRefused(Reason::kCheckpointChanged));
  EXPECT_THAT(another.Replace("on", "two"), IsRefused(Reason::kCheckpointChanged));
  EXPECT_EQ(*another.Load(), one);
  ASSERT_OK(another.Replace(one, "two"));
  EXPECT_THAT(store.Replace(one, "three"), IsRefused(Reason::kCheckpointChanged));
  EXPECT_THAT(store.Replace(one, "two"), IsRefused(Reason::kCheckpointChanged))
      << "that another wrote the same is no swap of ours";
  EtcdOptions elsewhere = options_;
  elsewhere.key = "votum/another/checkpoint";
  EXPECT_EQ(*EtcdCheckpointStore(elsewhere).Load(), "");
}

TEST_F(EtcdCheckpointStoreTest, AMinorityMayGoAndAMajorityStopsTheSwapping) {
  EtcdCheckpointStore store(options_);
  ASSERT_OK(store.Replace("", "1"));
  etcd_->member(0).Freeze();  // the endpoint that is asked first
  ASSERT_OK(store.Replace("1", "2"));
  etcd_->member(1).Kill();
  EtcdOptions impatient = options_;
  impatient.patience = absl::Seconds(2);
  EtcdCheckpointStore stopped(impatient);
  EXPECT_THAT(stopped.Load(), HasCode(absl::StatusCode::kUnavailable));
  EXPECT_THAT(stopped.Replace("2", "3"), HasCode(absl::StatusCode::kUnavailable));
  etcd_->member(0).Thaw();
  etcd_->member(1).Start();
  // An unanswered attempt may or may not have been carried out.
  const auto now = store.Load();
  ASSERT_OK(now);
  EXPECT_TRUE(*now == "2" || *now == "3") << *now;
  EXPECT_OK(store.Replace(*now, "4"));
}

TEST_F(EtcdCheckpointStoreTest, ASwapWithoutAnAnswerIsSettled) {
  EtcdCheckpointStore store(options_);
  std::string there;
  ASSERT_OK(store.Replace("", "0"));
  there = "0";
  // Each member in turn is frozen while it is asked; others may have carried out the unanswered
  // request.
  for (int round = 1; round <= 3; ++round) {
    etcd_->member(round % 3).Freeze();
    const std::string next = std::to_string(round);
    ASSERT_OK(store.Replace(there, next));
    there = next;
    etcd_->member(round % 3).Thaw();
  }
  EXPECT_EQ(*store.Load(), "3");
}

}  // namespace
}  // namespace votum::ledger
