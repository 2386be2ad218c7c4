#include "services/runtime/metrics.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "votum/ideas/v1/ideas.pb.h"
#include "votum/meetings/v1/secret_votes.pb.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(MetricsTest, WhatIsSealedIsCountedWithoutItsName) {
  for (const auto* const sealed :
       {meetings::v1::CastVote::descriptor(), meetings::v1::CorrectVote::descriptor(),
        meetings::v1::RecordPaperVote::descriptor(), meetings::v1::MarkBallot::descriptor(),
        meetings::v1::CastSecretBallot::descriptor(), ideas::v1::CastPreference::descriptor()}) {
    EXPECT_EQ(CountedName(*sealed), "sealed") << sealed->name();
  }
  EXPECT_EQ(CountedName(*meetings::v1::CloseVote::descriptor()), "CloseVote");
}

TEST(MetricsTest, AnAddressInUseIsNamedWithTheWayOut) {
  const int other = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(bind(other, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(other, 1), 0);
  ASSERT_EQ(getsockname(other, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const std::string taken = absl::StrCat("127.0.0.1:", ntohs(address.sin_port));
  Metrics metrics;
  const absl::Status status = metrics.Serve(taken);
  EXPECT_THAT(status, IsRefused(Reason::kMetricsAddress));
  EXPECT_THAT(
      std::string(status.message()),
      AllOf(HasSubstr(taken), HasSubstr("change metrics_address"), Not(HasSubstr("Civet"))));
  close(other);
  EXPECT_OK(metrics.Serve(taken));
}

}  // namespace
}  // namespace votum
