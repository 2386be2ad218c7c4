#include "services/runtime/caller_shares.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "platform/grpc/credentials.h"

namespace votum {
namespace {

constexpr size_t kNetworkBytes = 8;

// The network of the IPv6 address in `host`, which gRPC writes as "[2001:db8::1%25eth0]" with the
// brackets escaped or not; `host` itself if it is none. An IPv4 address in IPv6's form is a whole
// caller.
std::string NetworkOf(absl::string_view host) {
  for (const absl::string_view open : {"%5B", "[", "%5b"}) absl::ConsumePrefix(&host, open);
  for (const absl::string_view close : {"%5D", "]", "%5d"}) absl::ConsumeSuffix(&host, close);
  const std::string bare(host.substr(0, host.find('%')));
  in6_addr address{};
  if (inet_pton(AF_INET6, bare.c_str(), &address) != 1) return std::string(host);
  const bool is_ipv4 = IN6_IS_ADDR_V4MAPPED(&address);
  if (!is_ipv4) {
    std::fill(std::begin(address.s6_addr) + kNetworkBytes, std::end(address.s6_addr), uint8_t{0});
  }
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(AF_INET6, &address, text.data(), text.size());
  return absl::StrCat(text.data(), is_ipv4 ? "" : "/64");
}

}  // namespace

CallerShares::Taken CallerShares::Take(const std::string& caller, size_t amount) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (amount > limits_.in_all - in_all_) return Taken::kAllIsTaken;
  if (!caller.empty()) {
    const auto own = by_caller_.find(caller);
    const size_t has = own == by_caller_.end() ? 0 : own->second;
    if (amount > limits_.of_caller - has) return Taken::kCallerHasItsShare;
    if (amount > 0) by_caller_[caller] = has + amount;
  }
  in_all_ += amount;
  return Taken::kYes;
}

void CallerShares::GiveBack(const std::string& caller, size_t amount) {
  const std::lock_guard<std::mutex> lock(mutex_);
  in_all_ -= amount;
  if (caller.empty() || amount == 0) return;
  const auto own = by_caller_.find(caller);
  own->second -= amount;
  if (own->second == 0) by_caller_.erase(own);
}

std::string CallerOf(const grpc::ServerContextBase& context) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find(kCallerMetadata);
  return CallerNamed(CertificateOf(context), context.peer(),
                     found == metadata.end()
                         ? std::string()
                         : std::string(found->second.data(), found->second.size()));
}

std::string CallerNamed(const std::string& certificate, const std::string& peer,
                        const std::string& behind) {
  if (certificate.empty() || certificate == kVisitor) return AddressOfPeer(peer);
  if (certificate != kGateway) return "";
  in_addr v4{};
  if (inet_pton(AF_INET, behind.c_str(), &v4) == 1) return absl::StrCat("ipv4:", behind);
  in6_addr v6{};
  if (inet_pton(AF_INET6, behind.c_str(), &v6) == 1)
    return absl::StrCat("ipv6:", NetworkOf(behind));
  return absl::StrCat("edge ", AddressOfPeer(peer));
}

std::string AddressOfPeer(const std::string& peer) {
  const size_t colon = peer.rfind(':');
  if (colon == std::string::npos || colon == peer.find(':')) return peer;
  const std::string address = peer.substr(0, colon);
  if (!absl::StartsWith(address, "ipv6:")) return address;
  return absl::StrCat("ipv6:", NetworkOf(absl::string_view(address).substr(5)));
}

}  // namespace votum
