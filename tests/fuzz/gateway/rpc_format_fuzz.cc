// Arbitrary bodies and headers of RPCs: nothing crashes; a message that is unwrapped is wrapped to
// the same again; JSON that is taken gives bytes that give JSON that is taken, with the same bytes.
//
// The input is a content type, a line break, and the body.

#include <cstdint>
#include <string>

#include "services/gateway/rpc_format.h"
#include "tests/fuzz/crypto/fuzz_check.h"
#include "votum/meetings/v1/meetings_service.pb.h"

namespace votum::gateway {
namespace {

using crypto::Require;

void CheckJson(absl::string_view json) {
  for (const google::protobuf::Descriptor* const type :
       {common::v1::SignedCommand::descriptor(), meetings::v1::ListMeetingsRequest::descriptor(),
        meetings::v1::GetMeetingResponse::descriptor()}) {
    const auto bytes = FromJson(type, json);
    if (!bytes.ok()) continue;
    const auto again = ToJson(type, *bytes);
    Require(again.ok(), "a message has JSON");
    const auto same = FromJson(type, *again);
    Require(same.ok() && *same == *bytes, "JSON loses nothing");
  }
}

void Fuzz(absl::string_view input) {
  const size_t line = input.find('\n');
  if (line == absl::string_view::npos) return;
  const absl::string_view type = input.substr(0, line);
  const std::string body(input.substr(line + 1));
  const http::Request request = {"POST",
                                 "/",
                                 "",
                                 {{"connect-timeout-ms", body},
                                  {"grpc-timeout", body},
                                  {"votum-session-bin", body},
                                  {"votum-min-index", body}}};
  (void)MetadataOf(request);
  const auto format = FormatOf(type);
  if (!format.has_value()) return;
  (void)TimeoutOf(*format, request);
  const grpc::Status refused(grpc::StatusCode::INTERNAL, body, body);
  Require(!WrapEnd(*format, refused).empty(), "a refusal has an end");
  Require(!UnaryAnswer(*format, refused, "").body.empty(), "a refusal has an answer");
  const auto message = UnwrapMessage(*format, body);
  if (!message.ok()) return;
  if (format->protocol == RpcProtocol::kConnectStream || format->protocol == RpcProtocol::kGrpcWeb)
    Require(WrapMessage(*format, *message) == body, "an envelope has one form");
  if (format->json) CheckJson(*message);
}

}  // namespace
}  // namespace votum::gateway

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  votum::gateway::Fuzz(votum::crypto::Text(data, size));
  return 0;
}
