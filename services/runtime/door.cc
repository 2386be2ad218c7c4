#include "services/runtime/door.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "services/runtime/caller_shares.h"

namespace votum {
namespace {

// Beside its connections' two, a process opens files of its log, and connections to others.
constexpr rlim_t kFilesOfConnection = 8;
constexpr int kEvents = 64;
constexpr int kPauseWithoutFiles = 50;  // milliseconds
constexpr size_t kLeaveTogether = 16;
// The loop watches listeners by their position, the end by this number, guests by theirs above both.
constexpr uint64_t kStop = uint64_t{1} << 32;
constexpr uint64_t kGuests = uint64_t{1} << 33;

absl::Status CannotListen(const std::string& address, absl::string_view why) {
  return absl::UnavailableError(absl::StrCat("cannot listen at ", address, ": ", why));
}

std::string ErrorText() { return std::string(absl::ErrnoToStatus(errno, "").message()); }

int PortOf(int descriptor) {
  sockaddr_storage own{};
  socklen_t size = sizeof(own);
  if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&own), &size) != 0) return 0;
  return ntohs(own.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&own)->sin6_port
                                         : reinterpret_cast<sockaddr_in*>(&own)->sin_port);
}

// The address that a connection counts for, as services count callers.
std::string AddressOf(const sockaddr_storage& peer, socklen_t size) {
  std::array<char, NI_MAXHOST> host{};
  if (getnameinfo(reinterpret_cast<const sockaddr*>(&peer), size, host.data(), host.size(), nullptr,
                  0, NI_NUMERICHOST) != 0) {
    return "";
  }
  return peer.ss_family == AF_INET6 ? AddressOfPeer(absl::StrCat("ipv6:[", host.data(), "]:0"))
                                    : AddressOfPeer(absl::StrCat("ipv4:", host.data(), ":0"));
}

void Watch(const Descriptor& poll, int descriptor, uint32_t events, uint64_t what) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = what;
  epoll_ctl(poll.get(), EPOLL_CTL_ADD, descriptor, &event);
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) close(number_);
}
Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}
int Descriptor::Release() { return std::exchange(number_, -1); }

Door::Limits Door::LimitsOfProcess() {
  Limits limits;
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    limits.in_all = static_cast<size_t>(
        std::clamp<rlim_t>(files.rlim_cur / kFilesOfConnection, 16, limits.in_all));
  }
  limits.of_address = std::max<size_t>(limits.in_all / 4, 16);
  return limits;
}

absl::StatusOr<std::unique_ptr<Door>> Door::Open(const std::vector<std::string>& addresses,
                                                 Limits limits) {
  std::unique_ptr<Door> door(new Door(limits));
  for (const std::string& address : addresses) RETURN_IF_ERROR(door->Listen(address));
  door->poll_ = Descriptor(epoll_create1(EPOLL_CLOEXEC));
  door->stop_ = Descriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (door->poll_.get() < 0 || door->stop_.get() < 0)
    return absl::UnavailableError(absl::StrCat("no more files can be opened: ", ErrorText()));
  return door;
}

absl::Status Door::Listen(const std::string& address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) return CannotListen(address, "it has no port");
  absl::string_view host = absl::string_view(address).substr(0, colon);
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int code =
      getaddrinfo(std::string(host).c_str(), address.substr(colon + 1).c_str(), &hints, &found);
  if (code != 0) return CannotListen(address, gai_strerror(code));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> all(found, freeaddrinfo);
  int port = 0;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    Descriptor listener(socket(one->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int yes = 1;
    const int no = 0;
    setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    // [::] is all addresses, as with gRPC itself.
    if (one->ai_family == AF_INET6)
      setsockopt(listener.get(), IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no));
    if (bind(listener.get(), one->ai_addr, one->ai_addrlen) != 0 ||
        listen(listener.get(), SOMAXCONN) != 0) {
      // A name may stand for an address that this machine has not.
      if (errno == EADDRNOTAVAIL || errno == EAFNOSUPPORT || errno == EBADF) continue;
      return CannotListen(address, ErrorText());
    }
    const int own = PortOf(listener.get());
    if (port == 0) port = own;
    if (own == port) listeners_.push_back({std::move(listener), ports_.size()});
  }
  if (port == 0) return CannotListen(address, "this machine has no such address");
  ports_.push_back(port);
  return absl::OkStatus();
}

Door::~Door() { Stop(); }

void Door::Start(std::vector<std::unique_ptr<Acceptor>> acceptors) {
  acceptors_ = std::move(acceptors);
  Watch(poll_, stop_.get(), EPOLLIN, kStop);
  for (size_t i = 0; i < listeners_.size(); ++i)
    Watch(poll_, listeners_[i].descriptor.get(), EPOLLIN, i);
  thread_ = std::thread([this] { Serve(); });
}

void Door::Stop() {
  if (!thread_.joinable()) return;
  const uint64_t one = 1;
  while (write(stop_.get(), &one, sizeof(one)) < 0 && errno == EINTR) {
  }
  thread_.join();
  listeners_.clear();
  guests_.clear();
  of_address_.clear();
}

void Door::Serve() {
  std::array<epoll_event, kEvents> events{};
  for (;;) {
    const int count = epoll_wait(poll_.get(), events.data(), kEvents, -1);
    bool has_files = true;
    for (int i = 0; i < count; ++i) {
      const uint64_t what = events.at(static_cast<size_t>(i)).data.u64;
      if (what == kStop) return;
      if (what >= kGuests) {
        Leave(what - kGuests);
      } else {
        has_files = AcceptOne(static_cast<size_t>(what)) && has_files;
      }
    }
    // Otherwise the listener would be called again and again.
    pollfd stop = {stop_.get(), POLLIN, 0};
    if (!has_files) poll(&stop, 1, kPauseWithoutFiles);
  }
}

bool Door::AcceptOne(size_t listener) {
  sockaddr_storage peer{};
  socklen_t size = sizeof(peer);
  const Listener& here = listeners_[listener];
  Descriptor connection(accept4(here.descriptor.get(), reinterpret_cast<sockaddr*>(&peer), &size,
                                SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (connection.get() < 0)
    return errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM;
  const std::string address = AddressOf(peer, size);
  const auto own = of_address_.find(address);
  if (own != of_address_.end() && own->second >= limits_.of_address) return true;
  if (guests_.size() >= limits_.in_all && !MakeRoom()) return true;
  Descriptor second(fcntl(connection.get(), F_DUPFD_CLOEXEC, 0));
  if (second.get() < 0) return false;
  const int yes = 1;
  setsockopt(connection.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
  const uint64_t guest = ++last_guest_;
  // Without events it tells of the end alone: gRPC shuts a connection down before it closes it.
  Watch(poll_, second.get(), 0, kGuests + guest);
  ++of_address_[address];
  guests_.emplace(guest, Guest{std::move(second), address});
  Acceptor::NewConnectionParameters parameters;
  parameters.listener_fd = here.descriptor.get();
  parameters.fd = connection.Release();
  acceptors_[here.address]->HandleNewConnection(&parameters);
  return true;
}

bool Door::MakeRoom() {
  std::vector<std::pair<int64_t, uint64_t>> silent;  // how long, and who
  for (const auto& [guest, about] : guests_) {
    tcp_info info{};
    socklen_t size = sizeof(info);
    if (getsockopt(about.second.get(), IPPROTO_TCP, TCP_INFO, &info, &size) != 0) continue;
    if (absl::Milliseconds(info.tcpi_last_data_recv) >= limits_.silence)
      silent.emplace_back(info.tcpi_last_data_recv, guest);
  }
  // A few at a time: looking at all of them costs more than each new connection may.
  const size_t leaving = std::min(silent.size(), kLeaveTogether);
  std::partial_sort(silent.begin(), silent.begin() + static_cast<std::ptrdiff_t>(leaving),
                    silent.end(), std::greater<>());
  for (size_t i = 0; i < leaving; ++i) {
    const uint64_t guest = silent[i].second;
    shutdown(guests_.at(guest).second.get(), SHUT_RDWR);  // gRPC notices, and closes it
    Leave(guest);
  }
  return leaving > 0;
}

void Door::Leave(uint64_t guest) {
  const auto found = guests_.find(guest);
  if (found == guests_.end()) return;
  const auto own = of_address_.find(found->second.address);
  if (--own->second == 0) of_address_.erase(own);
  epoll_ctl(poll_.get(), EPOLL_CTL_DEL, found->second.second.get(), nullptr);
  guests_.erase(found);
}

}  // namespace votum
