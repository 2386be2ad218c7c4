// A stream that ends at once, with the reason why there is none.
#ifndef VOTUM_SERVICES_RUNTIME_REFUSED_STREAM_H_
#define VOTUM_SERVICES_RUNTIME_REFUSED_STREAM_H_

#include "grpcpp/support/server_callback.h"

namespace votum {

// Deletes itself when gRPC is done with it.
template <typename Response>
class RefusedStream final : public grpc::ServerWriteReactor<Response> {
 public:
  explicit RefusedStream(const grpc::Status& why) { this->Finish(why); }
  void OnDone() override { delete this; }
};

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_REFUSED_STREAM_H_
