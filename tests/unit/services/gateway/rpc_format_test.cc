// Connect's and gRPC-Web's bytes, as their specifications give them.

#include "services/gateway/rpc_format.h"

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_matchers.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "platform/grpc/status.h"
#include "votum/meetings/v1/meetings_service.pb.h"

namespace votum::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr RpcFormat kJson = {RpcProtocol::kConnectUnary, true};
constexpr RpcFormat kBinary = {RpcProtocol::kConnectUnary, false};
constexpr RpcFormat kStream = {RpcProtocol::kConnectStream, false};
constexpr RpcFormat kWeb = {RpcProtocol::kGrpcWeb, false};
constexpr RpcFormat kWebText = {RpcProtocol::kGrpcWebText, false};

std::string Bytes(absl::string_view hex) { return absl::HexStringToBytes(hex); }

TEST(RpcFormatTest, TheContentTypeNamesTheFormat) {
  const struct {
    const char* type;
    RpcProtocol protocol;
    bool json;
  } kCases[] = {
      {"application/json", RpcProtocol::kConnectUnary, true},
      {"Application/JSON; charset=utf-8", RpcProtocol::kConnectUnary, true},
      {"application/proto", RpcProtocol::kConnectUnary, false},
      {"application/connect+json", RpcProtocol::kConnectStream, true},
      {"application/connect+proto", RpcProtocol::kConnectStream, false},
      {"application/grpc-web", RpcProtocol::kGrpcWeb, false},
      {"application/grpc-web+proto", RpcProtocol::kGrpcWeb, false},
      {"application/grpc-web-text", RpcProtocol::kGrpcWebText, false},
  };
  for (const auto& row : kCases) {
    const auto format = FormatOf(row.type);
    ASSERT_TRUE(format.has_value()) << row.type;
    EXPECT_EQ(format->protocol, row.protocol) << row.type;
    EXPECT_EQ(format->json, row.json) << row.type;
  }
  for (const char* type : {"", "text/plain", "application/jsonl", "application/grpc",
                           "application/x-www-form-urlencoded", "multipart/form-data"}) {
    EXPECT_FALSE(FormatOf(type).has_value()) << type;
  }
}

TEST(RpcFormatTest, AMessageInItsEnvelopeAndFrame) {
  EXPECT_EQ(*UnwrapMessage(kBinary, "abc"), "abc");
  for (const RpcFormat& format : {kStream, kWeb}) {
    EXPECT_EQ(WrapMessage(format, "abc"), Bytes("0000000003616263"));
    EXPECT_EQ(*UnwrapMessage(format, Bytes("0000000003616263")), "abc");
    EXPECT_EQ(*UnwrapMessage(format, Bytes("0000000000")), "");
  }
  EXPECT_EQ(WrapMessage(kWebText, "abc"), "AAAAAANhYmM=");
  EXPECT_EQ(*UnwrapMessage(kWebText, "AAAAAANhYmM="), "abc");
}

TEST(RpcFormatTest, ExactlyOneUncompressedMessage) {
  for (const char* hex : {"", "00000000", "0000000003", "00000000036162", "000000000361626364",
                          "00000000036162630000000000",  // two
                          "0100000003616263",            // compressed
                          "0200000003616263", "8000000003616263", "00ffffffff616263"}) {
    for (const RpcFormat& format : {kStream, kWeb}) {
      EXPECT_EQ(UnwrapMessage(format, Bytes(hex)).status().code(),
                absl::StatusCode::kInvalidArgument)
          << hex;
    }
  }
  EXPECT_FALSE(UnwrapMessage(kWebText, "AAAA*").ok());
}

TEST(RpcFormatTest, ARefusalKeepsCodeMessageAndDetails) {
  const grpc::Status refused =
      ToGrpc(Refuse(Reason::kNoSuchMeeting, "there is no meeting \"50 %\"; grün"));
  const http::Answer connect = UnaryAnswer(kBinary, refused, "");
  EXPECT_EQ(connect.status, 404);
  EXPECT_EQ(connect.content_type, "application/json");
  const auto json = nlohmann::json::parse(connect.body);
  EXPECT_EQ(json["code"], "not_found");
  EXPECT_EQ(json["message"], "there is no meeting \"50 %\"; grün");
  EXPECT_EQ(json["details"][0]["type"], "google.rpc.ErrorInfo");
  EXPECT_EQ(json["details"][0]["debug"]["reason"], "NO_SUCH_MEETING");
  // Field 1 reason, field 2 domain; Base64 without padding.
  EXPECT_EQ(json["details"][0]["value"], "Cg9OT19TVUNIX01FRVRJTkcSBXZvdHVt");

  const http::Answer web = UnaryAnswer(kWeb, refused, "");
  EXPECT_EQ(web.status, 200);
  EXPECT_EQ(web.content_type, "application/grpc-web+proto");
  EXPECT_EQ(web.body[0], '\x80');
  EXPECT_THAT(web.body.substr(5),
              StartsWith("grpc-status:5\r\n"
                         "grpc-message:there is no meeting \"50 %25\"; gr%C3%BCn\r\n"
                         "grpc-status-details-bin:"));

  const std::string end = WrapEnd(kStream, refused);
  EXPECT_EQ(end[0], '\x02');
  EXPECT_EQ(nlohmann::json::parse(end.substr(5))["error"], json);
  EXPECT_EQ(WrapEnd(kStream, grpc::Status::OK).substr(5), "{}");
  EXPECT_EQ(WrapEnd(kWeb, grpc::Status::OK).substr(5), "grpc-status:0\r\n");
}

TEST(RpcFormatTest, AMessageThatIsNoTextStillMakesAnAnswer) {
  const http::Answer answer =
      UnaryAnswer(kJson, {grpc::StatusCode::UNKNOWN, "\xff\r\nx-header: 1", "\xff no details"}, "");
  EXPECT_FALSE(nlohmann::json::parse(answer.body).is_discarded());
  EXPECT_THAT(WrapEnd(kWeb, {grpc::StatusCode::UNKNOWN, "\xff\r\nx-header: 1"}),
              HasSubstr("grpc-message:%FF%0D%0Ax-header: 1\r\n"));
}

TEST(RpcFormatTest, OnlyBusyAnswersAskToComeBack) {
  for (const auto& [code, http_status] : {std::pair(grpc::StatusCode::RESOURCE_EXHAUSTED, 429),
                                          std::pair(grpc::StatusCode::UNAVAILABLE, 503)}) {
    const http::Answer answer = UnaryAnswer(kJson, {code, "busy"}, "");
    EXPECT_EQ(answer.status, http_status);
    ASSERT_EQ(answer.headers.size(), 1u);
    EXPECT_EQ(answer.headers[0].first, "Retry-After");
  }
  EXPECT_TRUE(UnaryAnswer(kJson, {grpc::StatusCode::NOT_FOUND, ""}, "").headers.empty());
}

TEST(RpcFormatTest, TimeLimits) {
  const auto timeout = [](const RpcFormat& format, const char* name, const std::string& value) {
    return TimeoutOf(format, {"POST", "/", "", {{name, value}}});
  };
  EXPECT_EQ(*TimeoutOf(kJson, {}), absl::InfiniteDuration());
  EXPECT_EQ(*TimeoutOf(kWeb, {}), absl::InfiniteDuration());
  EXPECT_EQ(*timeout(kJson, "connect-timeout-ms", "1500"), absl::Milliseconds(1500));
  EXPECT_EQ(*timeout(kStream, "connect-timeout-ms", "0"), absl::ZeroDuration());
  EXPECT_EQ(*timeout(kWeb, "grpc-timeout", "2H"), absl::Hours(2));
  EXPECT_EQ(*timeout(kWeb, "grpc-timeout", "10S"), absl::Seconds(10));
  EXPECT_EQ(*timeout(kWebText, "grpc-timeout", "99999999m"), absl::Milliseconds(99999999));
  // Each protocol has its own header.
  EXPECT_EQ(*timeout(kWeb, "connect-timeout-ms", "1"), absl::InfiniteDuration());
  for (const char* bad : {"-1", "1.5", "x", "12345678901", "1e3", " 1"})
    EXPECT_FALSE(timeout(kJson, "connect-timeout-ms", bad).ok()) << bad;
  for (const char* bad : {"10", "S", "123456789S", "-1S", "1s", "1 S"})
    EXPECT_FALSE(timeout(kWeb, "grpc-timeout", bad).ok()) << bad;
}

TEST(RpcFormatTest, PassesOnlyTheHeadersOfItsList) {
  const auto metadata = MetadataOf({"POST",
                                    "/",
                                    "",
                                    {{"votum-session-bin", "AAEC/w"},
                                     {"votum-min-index", "7"},
                                     {"votum-caller", "192.0.2.1"},
                                     {"votum-service", "meetings"},
                                     {"authorization", "x"},
                                     {"te", "trailers"}}});
  ASSERT_OK(metadata);
  using Pair = std::pair<std::string, std::string>;
  EXPECT_THAT(*metadata, ::testing::ElementsAre(Pair{"votum-session-bin", Bytes("000102ff")},
                                                Pair{"votum-min-index", "7"}));
  EXPECT_FALSE(MetadataOf({"POST", "/", "", {{"votum-session-bin", "*"}}}).ok());
}

TEST(RpcFormatTest, JsonFollowsTheContracts) {
  const auto* const type = meetings::v1::GetMotionRequest::descriptor();
  const auto bytes = FromJson(type, R"({"motionId": "m1"})");
  ASSERT_OK(bytes);
  EXPECT_EQ(*ToJson(type, *bytes), R"({"motionId":"m1"})");
  EXPECT_EQ(*FromJson(type, R"({"motion_id": "m1"})"), *bytes);
  for (const std::string bad : {"", "[]", "null x", R"({"motion": "m1"})", R"({"motionId": 1})",
                                "{\"motionId\": \"\xff\"}"}) {
    EXPECT_FALSE(FromJson(type, bad).ok()) << bad;
  }
  EXPECT_FALSE(FromJson(type, std::string(100'000, '[')).ok());
  EXPECT_FALSE(ToJson(type, "\xff").ok());
}

}  // namespace
}  // namespace votum::gateway
