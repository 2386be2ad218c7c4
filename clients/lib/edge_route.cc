#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "clients/lib/connect_format.h"
#include "clients/lib/route.h"
#include "clients/lib/unary_call.h"
#include "grpcpp/support/status.h"

namespace votum::client {
namespace {

constexpr char kUnaryType[] = "application/proto";
constexpr char kStreamType[] = "application/connect+proto";
constexpr size_t kMostErrorBytes = size_t{1} << 20;

absl::Status DoesNotParse(const std::string& path) {
  return absl::InternalError(absl::StrCat("an answer of ", path, " does not parse"));
}

class ByEdge final : public Route {
 public:
  ByEdge(std::string url, http::ClientTls tls) : url_(std::move(url)), poster_(std::move(tls)) {}

  absl::Status Unary(const std::string& path, const google::protobuf::Message& request,
                     google::protobuf::Message* response, Call* call) override {
    std::string body;
    const auto gather = [&body](const http::Answer&, absl::string_view piece) {
      body.append(piece.data(), piece.size());
      return body.size() <= kMostAnswerBytes;
    };
    const auto head =
        poster_.Post(RequestOf(path, kUnaryType, request.SerializeAsString(), *call), gather);
    if (!head.ok()) return NoAnswer(head.status());
    NoteAge(*head, call);
    if (head->status != 200) return StatusOfService(ConnectRefusal(head->status, body));
    if (!absl::StartsWith(head->content_type, kUnaryType))
      return StatusOfService(ConnectRefusal(head->status, ""));
    return response->ParseFromString(body) ? absl::OkStatus() : DoesNotParse(path);
  }

  absl::Status Stream(const std::string& path, const google::protobuf::Message& request,
                      google::protobuf::Message* response, Call* call,
                      const std::function<bool()>& on_response) override {
    const std::string envelope = EnvelopeOf(request.SerializeAsString());
    ConnectStream stream;
    std::string other;  // a body that is no stream
    bool parsed = true;
    bool wanted = true;
    const auto take = [&](absl::string_view bytes) {
      parsed = response->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
      wanted = parsed && on_response();
      return wanted;
    };
    const auto on_piece = [&](const http::Answer& head, absl::string_view piece) {
      if (IsStream(head)) return stream.Take(piece, take);
      other.append(piece.data(), piece.size());
      return other.size() <= kMostErrorBytes;
    };
    const auto head = poster_.Post(RequestOf(path, kStreamType, envelope, *call), on_piece);
    if (head.ok()) NoteAge(*head, call);
    if (!parsed) return DoesNotParse(path);
    if (!wanted) return absl::OkStatus();
    if (!head.ok()) return NoAnswer(head.status());
    if (!IsStream(*head)) return StatusOfService(ConnectRefusal(head->status, other));
    if (stream.ended()) return StatusOfService(stream.status());
    return StatusOfService({grpc::StatusCode::UNAVAILABLE, "the stream broke off"});
  }

 private:
  static bool IsStream(const http::Answer& head) {
    return head.status == 200 && absl::StartsWith(head.content_type, kStreamType);
  }
  static void NoteAge(const http::Answer& head, Call* call) {
    if (!head.headers.empty()) call->state_age = head.headers[0].second;
  }
  static absl::Status NoAnswer(const absl::Status& status) {
    return StatusOfService(
        {static_cast<grpc::StatusCode>(status.code()), std::string(status.message())});
  }

  http::PostRequest RequestOf(const std::string& path, const char* type, std::string body,
                              const Call& call) const {
    http::PostRequest request = {url_ + path, type, std::move(body), {}};
    request.wanted = {kStateAge};
    request.headers.emplace_back("Connect-Protocol-Version", "1");
    if (call.deadline < absl::InfiniteFuture()) {
      request.whole = std::max(call.deadline - absl::Now(), absl::Milliseconds(1));
      request.headers.emplace_back("Connect-Timeout-Ms",
                                   absl::StrCat(absl::ToInt64Milliseconds(request.whole)));
    }
    for (const auto& [name, value] : call.metadata) {
      request.headers.emplace_back(
          name, absl::EndsWith(name, "-bin") ? absl::Base64Escape(value) : value);
    }
    return request;
  }

  const std::string url_;
  http::Poster poster_;
};

}  // namespace

std::shared_ptr<Route> EdgeRoute(std::string url, http::ClientTls tls) {
  return std::make_shared<ByEdge>(std::move(url), std::move(tls));
}

}  // namespace votum::client
