// Holds back reads with "votum-min-index" until their record is folded, ahead of their methods: a
// read that waits is a call that has not been handed to its method yet, and holds no thread of the
// server.
//
//   client ──▶ server ──▶ ReadGate: who calls? ──▶ WaitingRoom ──▶ the service's method, ReadAccess
//
// The caller is identified first. A caller who is unknown or has too many reads waiting is let
// through at once, and ReadAccess answers with the reason.
#ifndef VOTUM_SERVICES_RUNTIME_READ_GATE_H_
#define VOTUM_SERVICES_RUNTIME_READ_GATE_H_

#include <memory>
#include <string>

#include "grpcpp/server_context.h"
#include "grpcpp/support/server_interceptor.h"
#include "services/runtime/read_access.h"
#include "services/runtime/replica.h"
#include "services/runtime/waiting_room.h"

namespace votum {

// Thread-safe.
class ReadGate {
 public:
  // Both outlive this object.
  ReadGate(Replica* replica, const ReadAccess* access);

  // Lets a server call this gate, which outlives the server's calls.
  std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> ForServer();

  // Lets all reads go that wait, and lets none wait any more: before the server stops, which waits
  // for its calls.
  void Close();

 private:
  friend class HeldRead;
  // `service` is that of the read.
  void Hold(const grpc::ServerContextBase& context, const std::string& service, uint64_t index,
            WaitingRoom::Then then);

  const ReadAccess& access_;
  // Two, so that no crowd of the public takes the places or the threads of persons.
  WaitingRoom persons_;
  WaitingRoom public_;
};

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_READ_GATE_H_
