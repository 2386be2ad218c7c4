// Tells the edge for which person it calls: who a session belongs to is known where the log is
// folded, and the edge must not believe its client (services/gateway/known_sessions.h).
#ifndef VOTUM_SERVICES_RUNTIME_READER_TELLER_H_
#define VOTUM_SERVICES_RUNTIME_READER_TELLER_H_

#include <memory>

#include "grpcpp/support/server_interceptor.h"
#include "services/runtime/read_access.h"

namespace votum {

// Response metadata of every call by the edge that brings a valid session, a command too: the id of
// the person who signed it.
inline constexpr char kReaderMetadata[] = "votum-reader";

// Makes a server add it. `access` outlives the server's calls.
std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> TellReadersTo(
    const ReadAccess* access);

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_READER_TELLER_H_
