// The bytes of calls whose messages are not parsed by gRPC: commands are checked before anything is
// made of them.
//
// A parsed message may take many times the memory of its bytes: an empty signature is two bytes on
// the wire, and an object of its own. So that nobody makes a process hold gigabytes by sending
// megabytes, the counts are looked at first.
#ifndef VOTUM_SERVICES_RUNTIME_CALL_BYTES_H_
#define VOTUM_SERVICES_RUNTIME_CALL_BYTES_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message_lite.h"
#include "grpcpp/support/byte_buffer.h"
#include "votum/common/v1/command.pb.h"

namespace votum {

// The most attachments of one command; the ledger's limit (ledger/vault.h).
inline constexpr int kMostAttachments = 1000;

// Parses `buffer` as a SignedCommand, if its counts and sizes are those of one that could be
// carried out. INVALID_ARGUMENT: BAD_COMMAND if the bytes are none; TOO_LARGE, UNSIGNED,
// BAD_ATTACHMENT if there is too much in them; UNKNOWN_FIELD.
absl::Status ParseCommand(const grpc::ByteBuffer& buffer, common::v1::SignedCommand* command);

// The same check for bytes that are not parsed.
absl::Status CheckCommandBytes(absl::string_view bytes);

// False if `buffer` does not parse as `message`.
bool ParseBuffer(const grpc::ByteBuffer& buffer, google::protobuf::MessageLite* message);
grpc::ByteBuffer BufferOf(const google::protobuf::MessageLite& message);

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_CALL_BYTES_H_
