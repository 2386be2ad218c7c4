// All that both ends of the protocol Connect (https://connectrpc.com/docs/protocol) must agree on: the
// names of codes, and the envelopes of a stream's messages.
#ifndef VOTUM_PLATFORM_GRPC_CONNECT_PROTOCOL_H_
#define VOTUM_PLATFORM_GRPC_CONNECT_PROTOCOL_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/big_endian.h"
#include "grpcpp/support/status.h"

namespace votum {

struct ConnectCode {
  absl::string_view name;
  int http_status;  // of a refusal whose answer is no stream
};

// By grpc::StatusCode; OK has no name.
inline constexpr std::array<ConnectCode, 17> kConnectCodes = {{{"", 200},
                                                               {"canceled", 499},
                                                               {"unknown", 500},
                                                               {"invalid_argument", 400},
                                                               {"deadline_exceeded", 504},
                                                               {"not_found", 404},
                                                               {"already_exists", 409},
                                                               {"permission_denied", 403},
                                                               {"resource_exhausted", 429},
                                                               {"failed_precondition", 400},
                                                               {"aborted", 409},
                                                               {"out_of_range", 400},
                                                               {"unimplemented", 501},
                                                               {"internal", 500},
                                                               {"unavailable", 503},
                                                               {"data_loss", 500},
                                                               {"unauthenticated", 401}}};

// That of UNKNOWN for a number that is no code.
inline const ConnectCode& ConnectCodeOf(grpc::StatusCode code) {
  const auto index = static_cast<size_t>(code);
  return index < kConnectCodes.size() ? kConnectCodes[index]
                                      : kConnectCodes[grpc::StatusCode::UNKNOWN];
}

// The code with this name; UNKNOWN for what is none.
inline grpc::StatusCode CodeNamed(absl::string_view name) {
  const auto* const found =
      std::find_if(kConnectCodes.begin() + 1, kConnectCodes.end(),
                   [name](const ConnectCode& code) { return code.name == name; });
  if (found == kConnectCodes.end()) return grpc::StatusCode::UNKNOWN;
  return static_cast<grpc::StatusCode>(found - kConnectCodes.begin());
}

// The flags (one byte) and the length (four, big-endian) that precede each message of a stream, as they
// do in gRPC-Web.
inline constexpr size_t kEnvelopePrefixBytes = 5;
inline constexpr char kEnvelopeOfMessage = 0x00;
inline constexpr char kEnvelopeOfEnd = 0x02;

inline std::string Enveloped(char flags, absl::string_view bytes) {
  return absl::StrCat(std::string(1, flags), BigEndian32(static_cast<uint32_t>(bytes.size())),
                      bytes);
}

}  // namespace votum

#endif  // VOTUM_PLATFORM_GRPC_CONNECT_PROTOCOL_H_
