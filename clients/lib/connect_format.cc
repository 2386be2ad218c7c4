#include "clients/lib/connect_format.h"

#include <cstdint>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/big_endian.h"
#include "google/rpc/status.pb.h"
#include "nlohmann/json.hpp"
#include "platform/grpc/connect_protocol.h"

namespace votum::client {
namespace {

// The answer of a server that does not know Connect.
grpc::Status PlainRefusal(int http_status) {
  const bool busy = http_status == 429 || http_status >= 502;
  return {busy ? grpc::StatusCode::UNAVAILABLE : grpc::StatusCode::UNKNOWN,
          absl::StrCat("the answer is HTTP ", http_status, " and none of the edge's")};
}

std::string TextOf(const nlohmann::json& json, const char* member) {
  const auto found = json.find(member);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// False if `json` is no refusal.
bool ReadError(const nlohmann::json& json, grpc::Status* status) {
  if (!json.is_object() || TextOf(json, "code").empty()) return false;
  google::rpc::Status details;
  const auto list = json.find("details");
  if (list != json.end() && list->is_array()) {
    for (const nlohmann::json& detail : *list) {
      std::string value;
      if (!detail.is_object() || !absl::Base64Unescape(TextOf(detail, "value"), &value)) continue;
      google::protobuf::Any& any = *details.add_details();
      any.set_type_url(absl::StrCat("type.googleapis.com/", TextOf(detail, "type")));
      any.set_value(value);
    }
  }
  const grpc::StatusCode code = CodeNamed(TextOf(json, "code"));
  details.set_code(code);
  details.set_message(TextOf(json, "message"));
  *status = {code, details.message(), details.SerializeAsString()};
  return true;
}

nlohmann::json Parse(absl::string_view text) {
  return nlohmann::json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
}

}  // namespace

grpc::Status ConnectRefusal(int http_status, absl::string_view body) {
  grpc::Status status;
  return ReadError(Parse(body), &status) ? status : PlainRefusal(http_status);
}

std::string EnvelopeOf(absl::string_view message) { return Enveloped(kEnvelopeOfMessage, message); }

bool ConnectStream::Take(absl::string_view piece,
                         const std::function<bool(absl::string_view)>& on_message) {
  bytes_.append(piece.data(), piece.size());
  size_t done = 0;
  bool more = true;
  while (more && bytes_.size() - done >= kEnvelopePrefixBytes) {
    const absl::string_view rest = absl::string_view(bytes_).substr(done);
    const uint64_t length = FromBigEndian(rest.substr(1, sizeof(uint32_t)));
    if (length > kMostAnswerBytes) return false;
    if (rest.size() - kEnvelopePrefixBytes < length) break;
    const absl::string_view message = rest.substr(kEnvelopePrefixBytes, length);
    done += kEnvelopePrefixBytes + length;
    if (rest[0] == kEnvelopeOfMessage) {
      more = on_message(message);
    } else {
      more = false;
      ended_ = rest[0] == kEnvelopeOfEnd && ReadEnd(message);
    }
  }
  bytes_.erase(0, done);
  return more;
}

bool ConnectStream::ReadEnd(absl::string_view text) {
  const nlohmann::json json = Parse(text);
  if (!json.is_object()) return false;
  const auto error = json.find("error");
  return error == json.end() || ReadError(*error, &status_);
}

}  // namespace votum::client
