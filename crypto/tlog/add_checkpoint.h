// A log's request to a witness (https://c2sp.org/tlog-witness, add-checkpoint):
//
//   old <decimal: size of the checkpoint that the witness cosigned last>
//   <Base64 of a hash>      0 to 63 lines: RFC 6962 consistency proof from there
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

// Content type of the 409 answer, which names the size to start from; its body is that size in
// decimal and a newline.
inline constexpr absl::string_view kTlogSizeContentType = "text/x.tlog.size";

struct AddCheckpointRequest {
  uint64_t old_size = 0;
  std::vector<Digest> consistency_proof;
  std::string checkpoint;  // everything after the empty line
};

std::string FormatAddCheckpoint(const AddCheckpointRequest& request);

// INVALID_ARGUMENT/BAD_ADD_CHECKPOINT unless `body` is what FormatAddCheckpoint gives for some
// request. The checkpoint itself is not checked.
absl::StatusOr<AddCheckpointRequest> ParseAddCheckpoint(absl::string_view body);

}  // namespace votum::crypto

#endif  // VOTUM_CRYPTO_TLOG_ADD_CHECKPOINT_H_
