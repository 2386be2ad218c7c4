// A signed command, parsed and found well-formed: its type is known, its message complete, its
// header sound. Its signatures and its effect have not been checked yet.
#ifndef VOTUM_CORE_FOLD_ENVELOPE_H_
#define VOTUM_CORE_FOLD_ENVELOPE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/fold/command_table.h"
#include "google/protobuf/message.h"
#include "votum/common/v1/command.pb.h"

namespace votum {

inline constexpr size_t kMaxPayloadBytes = size_t{1} << 20;
inline constexpr int kMaxSignatures = 4;

struct Envelope {
  const CommandType* type = nullptr;
  std::unique_ptr<google::protobuf::Message> command;
  std::string payload;
  google::protobuf::RepeatedPtrField<common::v1::Signature> signatures;

  const std::string& payload_type() const { return type->payload_type; }
  const common::v1::CommandHeader& header() const { return type->header(*command); }
};

// Refusals: UNKNOWN_COMMAND, UNKNOWN_FIELD, UNKNOWN_VALUE (of an enumeration), BAD_COMMAND (does
// not parse, no header, bad command id, no not_after, half a view), BAD_TEXT (CheckText), TOO_LARGE,
// UNSIGNED.
absl::StatusOr<Envelope> OpenEnvelope(
    absl::string_view payload_type, std::string payload,
    google::protobuf::RepeatedPtrField<common::v1::Signature> signatures);

// INVALID_ARGUMENT/UNKNOWN_FIELD or UNKNOWN_VALUE if anything in `message` is unknown to this
// program: it cannot say what the message means.
absl::Status CheckAllKnown(const google::protobuf::Message& message);

// A reference to a sealed attachment, with the audience that its field declares.
struct DeclaredAttachment {
  common::v1::AttachmentRef ref;
  common::v1::Audience audience;  // never unspecified: options.proto says what a missing one means
  bool joins_subject;             // attachment_joins_subject
};

// Whether a command of `type` can refer to attachments at all: most cannot.
bool CanHaveAttachments(const CommandType& type);
// The attachments that `message` refers to anywhere, in the order of its fields.
std::vector<DeclaredAttachment> DeclaredAttachmentsOf(const google::protobuf::Message& message);
// The same without what their fields declare.
std::vector<common::v1::AttachmentRef> AttachmentRefsOf(const google::protobuf::Message& message);

}  // namespace votum

#endif  // VOTUM_CORE_FOLD_ENVELOPE_H_
