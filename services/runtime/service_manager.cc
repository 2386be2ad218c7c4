#include "services/runtime/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace votum {

ServiceManager ServiceManager::FromEnvironment() {
  const char* const socket = std::getenv("NOTIFY_SOCKET");
  return ServiceManager(socket == nullptr ? "" : socket);
}

void ServiceManager::Ready() const { Send("READY=1\nSTATUS=serving"); }

void ServiceManager::Stopping() const { Send("STOPPING=1\nSTATUS=stopping"); }

void ServiceManager::Starting(absl::string_view status, absl::Duration at_least) const {
  Send(absl::StrCat("STATUS=", status,
                    "\nEXTEND_TIMEOUT_USEC=", absl::ToInt64Microseconds(at_least)));
}

void ServiceManager::Send(absl::string_view message) const {
  sockaddr_un address{};
  if (socket_.empty() || socket_.size() >= sizeof(address.sun_path)) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  // An abstract name begins with a zero byte, and ends where the address ends.
  if (socket_[0] == '@') address.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  const int sender = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (sender < 0) return;
  (void)sendto(sender, message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
               reinterpret_cast<const sockaddr*>(&address), size);
  close(sender);
}

}  // namespace votum
