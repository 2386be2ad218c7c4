#include "services/gateway/rpc_format.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/big_endian.h"
#include "base/numbers.h"
#include "base/status_macros.h"
#include "google/protobuf/message.h"
#include "google/protobuf/util/json_util.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "nlohmann/json.hpp"
#include "platform/grpc/connect_protocol.h"
#include "services/runtime/freshness.h"
#include "services/runtime/read_access.h"

namespace votum::gateway {
namespace {

constexpr char kCompressed = 0x01;
constexpr char kTrailers = static_cast<char>(0x80);
// As both protocols limit them, so that nothing overflows.
constexpr size_t kMostMillisecondDigits = 10;
constexpr size_t kMostTimeoutDigits = 8;

struct ContentTypeRow {
  absl::string_view type;
  RpcFormat format;
};
// For one format, the first is the one that is answered.
constexpr std::array<ContentTypeRow, 9> kContentTypes = {{
    {"application/json", {RpcProtocol::kConnectUnary, true}},
    {"application/proto", {RpcProtocol::kConnectUnary, false}},
    {"application/connect+json", {RpcProtocol::kConnectStream, true}},
    {"application/connect+proto", {RpcProtocol::kConnectStream, false}},
    {"application/grpc-web+proto", {RpcProtocol::kGrpcWeb, false}},
    {"application/grpc-web", {RpcProtocol::kGrpcWeb, false}},
    {"application/grpc-web+json", {RpcProtocol::kGrpcWeb, true}},
    {"application/grpc-web-text+proto", {RpcProtocol::kGrpcWebText, false}},
    {"application/grpc-web-text", {RpcProtocol::kGrpcWebText, false}},
}};

// `bytes` as gRPC-Web sends them: as they are, or in Base64.
std::string ForWeb(const RpcFormat& format, const std::string& bytes) {
  return format.protocol == RpcProtocol::kGrpcWebText ? absl::Base64Escape(bytes) : bytes;
}

std::string Unpadded(std::string base64) {
  while (absl::EndsWith(base64, "=")) base64.pop_back();
  return base64;
}

// Printable ASCII as is, and all else as %XX, as in HTTP/2.
std::string PercentEncoded(absl::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (c >= ' ' && c <= '~' && c != '%') {
      encoded += c;
    } else {
      absl::StrAppend(&encoded, "%", absl::AsciiStrToUpper(absl::BytesToHexString({&c, 1})));
    }
  }
  return encoded;
}

std::string Trailers(const grpc::Status& status) {
  std::string text = absl::StrCat("grpc-status:", static_cast<int>(status.error_code()), "\r\n");
  if (!status.error_message().empty())
    absl::StrAppend(&text, "grpc-message:", PercentEncoded(status.error_message()), "\r\n");
  if (!status.error_details().empty()) {
    absl::StrAppend(&text, "grpc-status-details-bin:",
                    Unpadded(absl::Base64Escape(status.error_details())), "\r\n");
  }
  return text;
}

// A detail as Connect shows it; what we know is also there in a form that people can read.
nlohmann::json Detail(const google::protobuf::Any& any) {
  absl::string_view type = any.type_url();
  type.remove_prefix(type.rfind('/') + 1);
  nlohmann::json detail = {{"type", std::string(type)},
                           {"value", Unpadded(absl::Base64Escape(any.value()))}};
  google::rpc::ErrorInfo info;
  if (any.UnpackTo(&info)) detail["debug"] = {{"reason", info.reason()}, {"domain", info.domain()}};
  return detail;
}

nlohmann::json ErrorJson(const grpc::Status& status) {
  nlohmann::json error = {{"code", std::string(ConnectCodeOf(status.error_code()).name)},
                          {"message", status.error_message()}};
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return error;
  for (const google::protobuf::Any& any : details.details())
    error["details"].push_back(Detail(any));
  return error;
}

std::string Text(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::unique_ptr<google::protobuf::Message> NewMessage(const google::protobuf::Descriptor* type) {
  return std::unique_ptr<google::protobuf::Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

absl::StatusOr<absl::Duration> GrpcTimeout(absl::string_view text) {
  const auto malformed = absl::InvalidArgumentError(
      absl::StrCat("grpc-timeout \"", absl::CEscape(text), "\" is no time, such as 10S or 500m"));
  if (text.size() < 2 || text.size() > kMostTimeoutDigits + 1) return malformed;
  const auto number = ParseDecimal(text.substr(0, text.size() - 1));
  if (!number.has_value()) return malformed;
  const auto count = static_cast<int64_t>(*number);
  switch (text.back()) {
    case 'H':
      return absl::Hours(count);
    case 'M':
      return absl::Minutes(count);
    case 'S':
      return absl::Seconds(count);
    case 'm':
      return absl::Milliseconds(count);
    case 'u':
      return absl::Microseconds(count);
    case 'n':
      return absl::Nanoseconds(count);
    default:
      return malformed;
  }
}

}  // namespace

const std::vector<absl::string_view>& PassedHeaders() {
  static const auto* const kPassed = new std::vector<absl::string_view>{
      kSessionMetadata,   // who reads
      kMinIndexMetadata,  // up to which record the state must be folded
  };
  return *kPassed;
}

const std::vector<absl::string_view>& AnsweredHeaders() {
  static const auto* const kAnswered = new std::vector<absl::string_view>{
      kStateAgeMetadata,  // how old the state is that was read
  };
  return *kAnswered;
}

std::string SessionOf(const http::Request& request) {
  std::string session;
  return absl::Base64Unescape(request.Header(kSessionMetadata), &session) ? session : "";
}

std::optional<RpcFormat> FormatOf(absl::string_view content_type) {
  const std::string type = absl::AsciiStrToLower(
      absl::StripAsciiWhitespace(content_type.substr(0, content_type.find(';'))));
  for (const ContentTypeRow& row : kContentTypes) {
    if (row.type == type) return row.format;
  }
  return std::nullopt;
}

std::string ContentTypeOf(const RpcFormat& format) {
  for (const ContentTypeRow& row : kContentTypes) {
    if (row.format.protocol == format.protocol && row.format.json == format.json)
      return std::string(row.type);
  }
  return "application/json";
}

absl::StatusOr<std::string> UnwrapMessage(const RpcFormat& format, std::string body) {
  if (format.protocol == RpcProtocol::kConnectUnary) return body;
  if (format.protocol == RpcProtocol::kGrpcWebText) {
    std::string decoded;
    if (!absl::Base64Unescape(body, &decoded))
      return absl::InvalidArgumentError("the body is not Base64");
    body = std::move(decoded);
  }
  if (body.size() < kEnvelopePrefixBytes)
    return absl::InvalidArgumentError("the body is shorter than the prefix of a message");
  if ((body[0] & kCompressed) != 0)
    return absl::InvalidArgumentError("the message is compressed; send it as it is");
  if (body[0] != 0)
    return absl::InvalidArgumentError("the prefix of the message has unknown flags");
  if (FromBigEndian(absl::string_view(body).substr(1, 4)) != body.size() - kEnvelopePrefixBytes)
    return absl::InvalidArgumentError("the body is not exactly one message");
  return body.substr(kEnvelopePrefixBytes);
}

std::string WrapMessage(const RpcFormat& format, absl::string_view message) {
  return ForWeb(format, Enveloped(kEnvelopeOfMessage, message));
}

std::string WrapEnd(const RpcFormat& format, const grpc::Status& status) {
  if (format.is_grpc_web()) return ForWeb(format, Enveloped(kTrailers, Trailers(status)));
  nlohmann::json end = nlohmann::json::object();
  if (!status.ok()) end["error"] = ErrorJson(status);
  return Enveloped(kEnvelopeOfEnd, Text(end));
}

http::Answer UnaryAnswer(const RpcFormat& format, const grpc::Status& status,
                         absl::string_view message) {
  if (format.protocol != RpcProtocol::kConnectUnary) {
    return {200, ContentTypeOf(format),
            absl::StrCat(status.ok() ? WrapMessage(format, message) : "", WrapEnd(format, status))};
  }
  if (status.ok()) return {200, ContentTypeOf(format), std::string(message)};
  http::Answer answer = {HttpStatusOf(status.error_code()), "application/json",
                         ConnectError(status)};
  if (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED ||
      status.error_code() == grpc::StatusCode::UNAVAILABLE) {
    answer.headers.emplace_back("Retry-After", "1");
  }
  return answer;
}

absl::StatusOr<absl::Duration> TimeoutOf(const RpcFormat& format, const http::Request& request) {
  if (format.is_grpc_web()) {
    const absl::string_view text = request.Header("grpc-timeout");
    return text.empty() ? absl::InfiniteDuration() : GrpcTimeout(text);
  }
  const absl::string_view text = request.Header("connect-timeout-ms");
  if (text.empty()) return absl::InfiniteDuration();
  const auto number = text.size() > kMostMillisecondDigits ? std::nullopt : ParseDecimal(text);
  if (!number.has_value())
    return absl::InvalidArgumentError("Connect-Timeout-Ms is no number of up to ten digits");
  return absl::Milliseconds(static_cast<int64_t>(*number));
}

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> MetadataOf(
    const http::Request& request) {
  std::vector<std::pair<std::string, std::string>> metadata;
  for (const absl::string_view name : PassedHeaders()) {
    const absl::string_view value = request.Header(name);
    if (value.empty()) continue;
    std::string decoded(value);
    if (absl::EndsWith(name, "-bin") && !absl::Base64Unescape(value, &decoded))
      return absl::InvalidArgumentError(absl::StrCat("the header ", name, " is not Base64"));
    metadata.emplace_back(name, std::move(decoded));
  }
  return metadata;
}

absl::StatusOr<std::string> FromJson(const google::protobuf::Descriptor* type,
                                     absl::string_view json) {
  const auto message = NewMessage(type);
  const auto parsed = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(json.data(), json.size()), message.get());
  if (parsed.ok()) return message->SerializeAsString();
  const auto why = parsed.message();
  return absl::InvalidArgumentError(absl::StrCat("the body is no JSON of a ", type->full_name(),
                                                 ": ", absl::string_view(why.data(), why.size())));
}

absl::StatusOr<std::string> ToJson(const google::protobuf::Descriptor* type,
                                   absl::string_view bytes) {
  const auto message = NewMessage(type);
  std::string json;
  if (!message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
      !google::protobuf::util::MessageToJsonString(*message, &json).ok()) {
    return absl::InternalError(absl::StrCat("the answer is no ", type->full_name()));
  }
  return json;
}

int HttpStatusOf(grpc::StatusCode code) { return ConnectCodeOf(code).http_status; }

std::string ConnectError(const grpc::Status& status) { return Text(ErrorJson(status)); }

}  // namespace votum::gateway
