// Arbitrary requests of commands: what passes the check of the bytes has the counts of a command,
// and takes no more memory than its bytes and a fixed share; what does not pass is no command that
// a client of ours could have sent.

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "core/fold/envelope.h"
#include "services/runtime/call_bytes.h"
#include "tests/fuzz/crypto/fuzz_check.h"

namespace votum {
namespace {

using common::v1::SignedCommand;
using crypto::Require;

// More than the objects of all signatures and attachments.
constexpr size_t kObjects = size_t{1} << 18;

bool IsWithinLimits(const SignedCommand& command) {
  return command.payload().size() <= kMaxPayloadBytes &&
         command.signatures_size() <= kMaxSignatures &&
         command.attachments_size() <= kMostAttachments;
}

void Fuzz(absl::string_view input) {
  const bool passes = CheckCommandBytes(input).ok();
  SignedCommand command;
  if (!command.ParseFromArray(input.data(), static_cast<int>(input.size()))) return;
  if (passes) {
    Require(IsWithinLimits(command), "the counts are checked");
    Require(command.SpaceUsedLong() <= kObjects + 4 * input.size(), "the memory is limited");
  }
  command.DiscardUnknownFields();
  if (IsWithinLimits(command)) {
    Require(CheckCommandBytes(command.SerializeAsString()).ok(), "a command passes");
  }
}

}  // namespace
}  // namespace votum

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  votum::Fuzz(votum::crypto::Text(data, size));
  return 0;
}
