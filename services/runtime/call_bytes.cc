#include "services/runtime/call_bytes.h"

#include <cstddef>
#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/fold/envelope.h"
#include "google/protobuf/io/coded_stream.h"
#include "grpcpp/support/slice.h"

namespace votum {
namespace {

using common::v1::Attachment;
using common::v1::Signature;
using common::v1::SignedCommand;

// A tag of protobuf's wire format is the number of a field and, in the last bits, its form.
constexpr int kFormBits = 3;
constexpr uint32_t kForms = (1 << kFormBits) - 1;
constexpr uint32_t kOfLength = 2;  // a length, and as many bytes

absl::Status NoCommand() {
  return Refuse(Reason::kBadCommand,
                "the request is not a votum.common.v1.SignedCommand; sign one");
}

// Calls `on_field` with the number and the content of each field, until it refuses. All fields of
// the messages here are texts, bytes or messages, numbered from 1 to `last`.
absl::Status CheckFields(
    absl::string_view bytes, int last,
    absl::FunctionRef<absl::Status(int number, absl::string_view content)> on_field) {
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()),
                                            static_cast<int>(bytes.size()));
  while (const uint32_t tag = in.ReadTag()) {
    const auto number = static_cast<int>(tag >> kFormBits);
    if (number > last) {
      return Refuse(Reason::kUnknownField,
                    absl::StrCat("the signed command has a field ", number,
                                 " that this program does not know; it may be older than the one "
                                 "that wrote it"));
    }
    uint32_t size = 0;
    if ((tag & kForms) != kOfLength || !in.ReadVarint32(&size)) return NoCommand();
    const auto start = static_cast<size_t>(in.CurrentPosition());
    if (size > bytes.size() - start) return NoCommand();
    RETURN_IF_ERROR(on_field(number, bytes.substr(start, size)));
    in.Skip(static_cast<int>(size));
  }
  return in.ConsumedEntireMessage() ? absl::OkStatus() : NoCommand();
}

// A part of a command, none of whose fields is a message.
absl::Status CheckPart(absl::string_view bytes, int last) {
  return CheckFields(bytes, last, [](int, absl::string_view) { return absl::OkStatus(); });
}

}  // namespace

absl::Status CheckCommandBytes(absl::string_view bytes) {
  int signatures = 0;
  int attachments = 0;
  const auto check = [&](int number, absl::string_view content) -> absl::Status {
    if (number == SignedCommand::kPayloadFieldNumber && content.size() > kMaxPayloadBytes) {
      return Refuse(Reason::kTooLarge,
                    absl::StrCat("the command has ", content.size(), " bytes, ", kMaxPayloadBytes,
                                 " are allowed; send less at a time"));
    }
    if (number == SignedCommand::kSignaturesFieldNumber) {
      if (++signatures > kMaxSignatures) {
        return Refuse(Reason::kUnsigned,
                      absl::StrCat("the command has more than ", kMaxSignatures,
                                   " signatures; 1 to ", kMaxSignatures, " are needed"));
      }
      return CheckPart(content, Signature::kSignatureFieldNumber);
    }
    if (number == SignedCommand::kAttachmentsFieldNumber) {
      if (++attachments > kMostAttachments) {
        return Refuse(Reason::kBadAttachment,
                      absl::StrCat("a command carries at most ", kMostAttachments,
                                   " attachments; send several commands"));
      }
      return CheckPart(content, Attachment::kSubjectFieldNumber);
    }
    return absl::OkStatus();
  };
  return CheckFields(bytes, SignedCommand::kAttachmentsFieldNumber, check);
}

absl::Status ParseCommand(const grpc::ByteBuffer& buffer, SignedCommand* command) {
  grpc::Slice slice;
  if (!buffer.DumpToSingleSlice(&slice).ok()) return NoCommand();
  RETURN_IF_ERROR(CheckCommandBytes(
      absl::string_view(reinterpret_cast<const char*>(slice.begin()), slice.size())));
  return command->ParseFromArray(slice.begin(), static_cast<int>(slice.size())) ? absl::OkStatus()
                                                                                : NoCommand();
}

bool ParseBuffer(const grpc::ByteBuffer& buffer, google::protobuf::MessageLite* message) {
  grpc::Slice slice;
  return buffer.DumpToSingleSlice(&slice).ok() &&
         message->ParseFromArray(slice.begin(), static_cast<int>(slice.size()));
}

grpc::ByteBuffer BufferOf(const google::protobuf::MessageLite& message) {
  const grpc::Slice slice(message.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

}  // namespace votum
