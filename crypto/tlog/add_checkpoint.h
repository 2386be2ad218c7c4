// The request of a log to a witness (https://c2sp.org/tlog-witness, add-checkpoint):
//
//   old <decimal: size of the checkpoint that the witness cosigned last>
//   <Base64 of a hash>      none to 63: RFC 6962 consistency proof from there
//   <empty line>
//   <the checkpoint's signed note>
#ifndef VOTUM_CRYPTO_TLOG_ADD_CHECKPOINT_H_
#define VOTUM_CRYPTO_TLOG_ADD_CHECKPOINT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/hash.h"

namespace votum::crypto {

inline constexpr size_t kMaxConsistencyProofHashes = 63;

// The answer that names the size to start from (409) has this content type; its body is that size
// in decimal and a newline.
inline constexpr absl::string_view kTlogSizeContentType = "text/x.tlog.size";

struct AddCheckpointRequest {
  uint64_t old_size = 0;
  std::vector<Digest> consistency_proof;
  std::string checkpoint;  // everything after the empty line
};

std::string FormatAddCheckpoint(const AddCheckpointRequest& request);

// INVALID_ARGUMENT/BAD_ADD_CHECKPOINT unless `body` is what FormatAddCheckpoint gives for some
// request. Whether the checkpoint is one is not asked.
absl::StatusOr<AddCheckpointRequest> ParseAddCheckpoint(absl::string_view body);

}  // namespace votum::crypto

#endif  // VOTUM_CRYPTO_TLOG_ADD_CHECKPOINT_H_
