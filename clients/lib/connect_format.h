// Answers of the protocol Connect (https://connectrpc.com/docs/protocol), with messages in binary
// form, as a client reads them. They are whatever a server sends.
#ifndef VOTUM_CLIENTS_LIB_CONNECT_FORMAT_H_
#define VOTUM_CLIENTS_LIB_CONNECT_FORMAT_H_

#include <cstddef>
#include <functional>
#include <string>

#include "absl/strings/string_view.h"
#include "grpcpp/support/status.h"

namespace votum::client {

// The longest message of an answer, as by gRPC.
inline constexpr size_t kMostAnswerBytes = size_t{64} << 20;

// A refusal: its JSON {"code": "...", "message": "...", "details": [{"type": "...", "value": Base64}]},
// or, where `body` is none, what the HTTP status tells (of a proxy in front of the edge, say).
grpc::Status ConnectRefusal(int http_status, absl::string_view body);

// A message of a stream: flags (1 byte) and length (4 bytes, big-endian), then its bytes.
std::string EnvelopeOf(absl::string_view message);

// The messages of a stream, out of the pieces in which it comes.
class ConnectStream {
 public:
  // Calls `on_message` for each message that is complete by now. False if there is nothing more to
  // read: `on_message` said so, the end has come, or this is no such stream.
  bool Take(absl::string_view piece, const std::function<bool(absl::string_view)>& on_message);

  // Whether the stream has ended as it should, and how.
  bool ended() const { return ended_; }
  const grpc::Status& status() const { return status_; }

 private:
  bool ReadEnd(absl::string_view text);

  std::string bytes_;  // of what is not complete yet
  bool ended_ = false;
  grpc::Status status_;
};

}  // namespace votum::client

#endif  // VOTUM_CLIENTS_LIB_CONNECT_FORMAT_H_
