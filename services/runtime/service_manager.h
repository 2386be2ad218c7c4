// Tells the manager that started a process how it is: systemd's notification protocol (sd_notify(3)),
// one datagram for each message, to the socket that the manager names.
//
// A unit with Type=notify is started once the process says READY=1. Until then the manager waits for
// TimeoutStartSec, and for longer if the process asks for it.
#ifndef VOTUM_SERVICES_RUNTIME_SERVICE_MANAGER_H_
#define VOTUM_SERVICES_RUNTIME_SERVICE_MANAGER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace votum {

// Thread-safe.
class ServiceManager {
 public:
  // `socket` is the manager's: a path, or '@' and an abstract name. Empty for none: then nothing is
  // sent.
  explicit ServiceManager(std::string socket) : socket_(std::move(socket)) {}
  // The manager that the environment names ($NOTIFY_SOCKET).
  static ServiceManager FromEnvironment();

  // The process serves.
  void Ready() const;
  void Stopping() const;
  // Still starting, as `status` says in words for people, and alive: please wait for at least
  // `at_least` from now.
  void Starting(absl::string_view status, absl::Duration at_least) const;

 private:
  // A message that is not taken is lost; the manager may be gone, and the process must not wait.
  void Send(absl::string_view message) const;

  const std::string socket_;
};

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_SERVICE_MANAGER_H_
