// RPCs as browsers and scripts send them over HTTP: Connect (https://connectrpc.com/docs/protocol)
// and gRPC-Web. Translates bytes and statuses; calls nobody.
#ifndef VOTUM_SERVICES_GATEWAY_RPC_FORMAT_H_
#define VOTUM_SERVICES_GATEWAY_RPC_FORMAT_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "grpcpp/support/status.h"
#include "platform/http/server.h"

namespace votum::gateway {

enum class RpcProtocol {
  kConnectUnary,   // one message is one body
  kConnectStream,  // each message in an envelope
  kGrpcWeb,        // each message in a frame, then the trailers in one
  kGrpcWebText,    // the same in Base64, for the runtime of browsers, which can stream nothing else
};

struct RpcFormat {
  RpcProtocol protocol = RpcProtocol::kConnectUnary;
  bool json = false;  // messages as JSON, not in protobuf's binary form

  bool is_grpc_web() const {
    return protocol == RpcProtocol::kGrpcWeb || protocol == RpcProtocol::kGrpcWebText;
  }
};

// The headers of a request that are metadata of the call behind it, in lower case. The value of one
// that ends in "-bin" is Base64 in HTTP.
const std::vector<absl::string_view>& PassedHeaders();
// The metadata of a call's answer that are headers of the answer over HTTP, in every format; pages of
// other origins may read them too.
const std::vector<absl::string_view>& AnsweredHeaders();
// The session that a request brings along, as bytes; empty if it brings none, or no Base64.
std::string SessionOf(const http::Request& request);

// The format that a Content-Type names; none if it is no RPC's. Parameters do not matter.
std::optional<RpcFormat> FormatOf(absl::string_view content_type);
std::string ContentTypeOf(const RpcFormat& format);

// The message in a request's body, with envelope or frame removed. INVALID_ARGUMENT unless it has
// exactly one, uncompressed.
absl::StatusOr<std::string> UnwrapMessage(const RpcFormat& format, std::string body);
// A message of an answer in pieces, and that answer's end.
std::string WrapMessage(const RpcFormat& format, absl::string_view message);
std::string WrapEnd(const RpcFormat& format, const grpc::Status& status);

// The whole answer of a call with one message.
http::Answer UnaryAnswer(const RpcFormat& format, const grpc::Status& status,
                         absl::string_view message);

// The time limit that the caller sets, infinite if none. INVALID_ARGUMENT if it is malformed.
absl::StatusOr<absl::Duration> TimeoutOf(const RpcFormat& format, const http::Request& request);
// The metadata for the call behind. INVALID_ARGUMENT if a value is malformed.
absl::StatusOr<std::vector<std::pair<std::string, std::string>>> MetadataOf(
    const http::Request& request);

// A message of type `type` from and to JSON (protobuf's own mapping). INVALID_ARGUMENT for what is
// not one, or has a field that this program does not know; INTERNAL for bytes that are not one.
absl::StatusOr<std::string> FromJson(const google::protobuf::Descriptor* type,
                                     absl::string_view json);
absl::StatusOr<std::string> ToJson(const google::protobuf::Descriptor* type,
                                   absl::string_view bytes);

// HTTP's status for a refusal by Connect.
int HttpStatusOf(grpc::StatusCode code);
// The body of a Connect refusal, which has the details too (google.rpc.ErrorInfo).
std::string ConnectError(const grpc::Status& status);

}  // namespace votum::gateway

#endif  // VOTUM_SERVICES_GATEWAY_RPC_FORMAT_H_
