// Makes signed commands: fills in the header, serializes once, and signs these bytes.
#ifndef VOTUM_CLIENTS_LIB_SIGNER_H_
#define VOTUM_CLIENTS_LIB_SIGNER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/command/sealed_text.h"
#include "crypto/checkpoint.h"
#include "crypto/keys.h"
#include "google/protobuf/message.h"
#include "votum/common/v1/command.pb.h"

namespace votum::client {

// The validity of a command unless its signer sets another: less than core/fold/command_table.h
// allows, since the device's clock may be some minutes ahead.
inline constexpr absl::Duration kValidity = absl::Minutes(10);

// How a command is signed.
struct Signing {
  std::string deployment;
  std::string actor;                        // empty for commands that anybody may give
  std::vector<const crypto::Signer*> keys;  // the actor's first
  // Puts the first key's public part into the header, for keys that are not enrolled.
  bool public_key_in_header = false;
  // The newest checkpoint of the log that this device has seen. None for commands that must not be
  // linked to the device: it would tell which receipt came last.
  std::optional<crypto::Checkpoint> seen = std::nullopt;
};

// Fills in the header of `command` (a message whose field "header" is a CommandHeader) with a new
// command id, and signs. `now` is the time of the deployment: the command is good for kValidity.
absl::StatusOr<common::v1::SignedCommand> SignCommand(const Signing& signing, absl::Time now,
                                                      google::protobuf::Message* command);

// A new receipt code for a submitter: a one-time code whose only use is to read what became of the
// idea. The record has only its SHA-256.
struct ReceiptCode {
  std::string code;
  std::string digest;  // 32 bytes
};
ReceiptCode NewReceiptCode();
// The digest of a code as typed in. INVALID_ARGUMENT if it has a typing error.
absl::StatusOr<std::string> ReceiptCodeDigest(absl::string_view code);

using votum::SealedText;

// Seals `content` under a subject of its own.
SealedText SealText(absl::string_view content, absl::string_view media_type = kPlainText);

}  // namespace votum::client

#endif  // VOTUM_CLIENTS_LIB_SIGNER_H_
