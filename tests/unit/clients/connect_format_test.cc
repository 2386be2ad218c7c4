#include "clients/lib/connect_format.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "clients/lib/unary_call.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace votum::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ConnectFormatTest, ARefusalKeepsCodeMessageAndReason) {
  // google.rpc.ErrorInfo{reason: "VOTE_CLOSED", domain: "votum"}
  const grpc::Status status = ConnectRefusal(
      400, R"({"code":"failed_precondition","message":"vote v1 is closed","details":[{"type":)"
           R"("google.rpc.ErrorInfo","value":"CgtWT1RFX0NMT1NFRBIFdm90dW0"}]})");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(status.error_message(), "vote v1 is closed");
  EXPECT_EQ(ReasonOf(StatusOfService(status)), Reason::kVoteClosed);
}

TEST(ConnectFormatTest, AnythingElseIsTheHttpStatus) {
  const struct {
    int http_status;
    const char* body;
    grpc::StatusCode code;
  } kCases[] = {
      {502, "<html>Bad Gateway</html>", grpc::StatusCode::UNAVAILABLE},
      {503, "", grpc::StatusCode::UNAVAILABLE},
      {429, "{}", grpc::StatusCode::UNAVAILABLE},
      {403, "[1]", grpc::StatusCode::UNKNOWN},
      {200, R"({"message":"no code"})", grpc::StatusCode::UNKNOWN},
      {400, R"({"code":7})", grpc::StatusCode::UNKNOWN},
  };
  for (const auto& one : kCases) {
    const grpc::Status status = ConnectRefusal(one.http_status, one.body);
    EXPECT_EQ(status.error_code(), one.code) << one.body;
    EXPECT_THAT(status.error_message(), HasSubstr(absl::StrCat(one.http_status)));
  }
}

TEST(ConnectFormatTest, WhatIsWrongInDetailsIsLeftOut) {
  const grpc::Status status = ConnectRefusal(
      404,
      R"({"code":"not_found","details":[1,{"type":5,"value":"%"},{"value":7},"x"],"message":{}})");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "");
}

// All messages of `bytes`, given in pieces of `piece` bytes.
std::vector<std::string> MessagesOf(const std::string& bytes, size_t piece, ConnectStream* stream) {
  std::vector<std::string> messages;
  for (size_t i = 0; i < bytes.size(); i += piece) {
    const bool more = stream->Take(bytes.substr(i, piece), [&](absl::string_view message) {
      messages.emplace_back(message);
      return true;
    });
    if (!more) break;
  }
  return messages;
}

std::string EndOf(const std::string& json) {
  std::string end = EnvelopeOf(json);
  end[0] = 0x02;
  return end;
}

TEST(ConnectFormatTest, MessagesComeInPiecesOfAnySize) {
  const std::string bytes = absl::StrCat(EnvelopeOf("one"), EnvelopeOf(""),
                                         EnvelopeOf(std::string(300, 'x')), EndOf("{}"));
  for (size_t piece = 1; piece <= bytes.size(); ++piece) {
    ConnectStream stream;
    EXPECT_THAT(MessagesOf(bytes, piece, &stream), ElementsAre("one", "", std::string(300, 'x')));
    EXPECT_TRUE(stream.ended());
    EXPECT_TRUE(stream.status().ok());
  }
}

TEST(ConnectFormatTest, AStreamEndsWithItsRefusal) {
  ConnectStream stream;
  MessagesOf(EndOf(R"({"error":{"code":"not_found","message":"no meeting"},"metadata":{}})"), 7,
             &stream);
  EXPECT_TRUE(stream.ended());
  EXPECT_EQ(stream.status().error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST(ConnectFormatTest, AStreamThatBreaksOffOrIsNoneHasNotEnded) {
  std::string compressed = EnvelopeOf("x");
  compressed[0] = 0x01;
  std::string too_long = EnvelopeOf("x");
  too_long[1] = 0x7f;
  for (const std::string& bytes :
       {EnvelopeOf("whole") + EnvelopeOf("half").substr(0, 6), compressed, too_long, EndOf("no"),
        EndOf(R"({"error":3})"), std::string("<html>")}) {
    ConnectStream stream;
    MessagesOf(bytes, 3, &stream);
    EXPECT_FALSE(stream.ended()) << bytes;
  }
}

TEST(ConnectFormatTest, WhoeverHasSeenEnoughIsGivenNoMore) {
  ConnectStream stream;
  std::vector<std::string> seen;
  EXPECT_FALSE(stream.Take(EnvelopeOf("a") + EnvelopeOf("b"), [&](absl::string_view message) {
    seen.emplace_back(message);
    return false;
  }));
  EXPECT_THAT(seen, ElementsAre("a"));
}

}  // namespace
}  // namespace votum::client
