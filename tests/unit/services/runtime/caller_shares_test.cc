#include "services/runtime/caller_shares.h"

#include "gtest/gtest.h"

namespace votum {
namespace {

using Taken = CallerShares::Taken;

TEST(CallerSharesTest, NobodyTakesWhatOthersNeed) {
  CallerShares shares({3, 5});
  EXPECT_EQ(shares.Take("a", 2), Taken::kYes);
  EXPECT_EQ(shares.Take("a", 2), Taken::kCallerHasItsShare);
  EXPECT_EQ(shares.Take("a", 1), Taken::kYes) << "a refusal takes nothing";
  EXPECT_EQ(shares.Take("b", 3), Taken::kAllIsTaken);
  EXPECT_EQ(shares.Take("b", 2), Taken::kYes);
  EXPECT_EQ(shares.Take("c", 1), Taken::kAllIsTaken);
  shares.GiveBack("a", 3);
  EXPECT_EQ(shares.Take("a", 3), Taken::kYes);
}

TEST(CallerSharesTest, TheNamelessCallerHasOnlyTheLimitOfAll) {
  CallerShares shares({1, 3});
  EXPECT_EQ(shares.Take("", 3), Taken::kYes);
  EXPECT_EQ(shares.Take("", 1), Taken::kAllIsTaken);
  EXPECT_EQ(shares.Take("a", 1), Taken::kAllIsTaken);
  shares.GiveBack("", 1);
  EXPECT_EQ(shares.Take("a", 1), Taken::kYes);
}

TEST(CallerSharesTest, NoAmountIsTooLargeToBeCounted) {
  CallerShares shares({1, 3});
  EXPECT_EQ(shares.Take("", 2), Taken::kYes);
  EXPECT_EQ(shares.Take("a", ~size_t{0}), Taken::kAllIsTaken);
  EXPECT_EQ(shares.Take("", ~size_t{0}), Taken::kAllIsTaken);
  EXPECT_EQ(shares.Take("a", 1), Taken::kYes);
}

TEST(CallerSharesTest, APortIsNobodyAndANetworkOfIpv6IsOneCaller) {
  EXPECT_EQ(AddressOfPeer("ipv4:192.0.2.7:4711"), "ipv4:192.0.2.7");
  EXPECT_EQ(AddressOfPeer("ipv6:%5B2001:db8:0:7:1:2:3:4%5D:4711"), "ipv6:2001:db8:0:7::/64");
  EXPECT_EQ(AddressOfPeer("ipv6:[2001:db8:0:7::9]:4712"), "ipv6:2001:db8:0:7::/64");
  EXPECT_EQ(AddressOfPeer("ipv6:[2001:db8:0:8::9]:4712"), "ipv6:2001:db8:0:8::/64");
  EXPECT_EQ(AddressOfPeer("ipv6:%5Bfe80::1%25eth0%5D:1"), "ipv6:fe80::/64");
  EXPECT_EQ(AddressOfPeer("ipv6:%5B::ffff:192.0.2.7%5D:4711"), "ipv6:::ffff:192.0.2.7");
  EXPECT_EQ(AddressOfPeer("unix:"), "unix:");
  EXPECT_EQ(AddressOfPeer("inproc"), "inproc");
}

TEST(CallerSharesTest, OnlyTheEdgeSaysForWhomItCalls) {
  const std::string peer = "ipv4:192.0.2.7:4711";
  const struct {
    const char* certificate;
    const char* behind;
    const char* caller;
  } kCases[] = {
      {"", "", "ipv4:192.0.2.7"},
      {"meetings", "", ""},
      {"gateway", "", "edge ipv4:192.0.2.7"},
      // The edge's client is the same caller as if it had come by itself.
      {"gateway", "198.51.100.1", "ipv4:198.51.100.1"},
      {"gateway", "2001:db8:0:7:1:2:3:4", "ipv6:2001:db8:0:7::/64"},
      {"gateway", "2001:db8:0:7::", "ipv6:2001:db8:0:7::/64"},
      {"gateway", "::ffff:198.51.100.1", "ipv6:::ffff:198.51.100.1"},
      // Whatever is no address gains nothing.
      {"gateway", "meetings", "edge ipv4:192.0.2.7"},
      {"gateway", "198.51.100.1 ", "edge ipv4:192.0.2.7"},
      // Others cannot take somebody else's share, nor shed their own.
      {"", "198.51.100.1", "ipv4:192.0.2.7"},
      {"meetings", "198.51.100.1", ""},
      // A visitor's certificate opens a port and changes nothing else.
      {"visitor", "", "ipv4:192.0.2.7"},
      {"visitor", "198.51.100.1", "ipv4:192.0.2.7"},
  };
  for (const auto& row : kCases) {
    EXPECT_EQ(CallerNamed(row.certificate, peer, row.behind), row.caller)
        << row.certificate << " for " << row.behind;
  }
}

}  // namespace
}  // namespace votum
