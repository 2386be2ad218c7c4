#include "crypto/tlog/add_checkpoint.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/numbers.h"
#include "base/refusal.h"
#include "crypto/encoding.h"

namespace votum::crypto {
namespace {

constexpr absl::string_view kOld = "old ";

absl::Status BadRequest(absl::string_view why) {
  return Refuse(Reason::kBadAddCheckpoint, absl::StrCat("not an add-checkpoint request: ", why));
}

}  // namespace

std::string FormatAddCheckpoint(const AddCheckpointRequest& request) {
  std::string body = absl::StrCat(kOld, request.old_size, "\n");
  for (const Digest& hash : request.consistency_proof) {
    absl::StrAppend(&body, Base64Encode(AsBytes(hash)), "\n");
  }
  return absl::StrCat(body, "\n", request.checkpoint);
}

absl::StatusOr<AddCheckpointRequest> ParseAddCheckpoint(absl::string_view body) {
  AddCheckpointRequest request;
  for (bool first = true;; first = false) {
    const size_t end = body.find('\n');
    if (end == absl::string_view::npos) return BadRequest("no empty line before the checkpoint");
    absl::string_view line = body.substr(0, end);
    body.remove_prefix(end + 1);
    if (first) {
      const bool is_old = absl::ConsumePrefix(&line, kOld);
      const std::optional<uint64_t> size = ParseDecimal(line);
      if (!is_old || !size.has_value()) return BadRequest("the first line is: old <size>");
      request.old_size = *size;
      continue;
    }
    if (line.empty()) break;
    if (request.consistency_proof.size() == kMaxConsistencyProofHashes) {
      return BadRequest(
          absl::StrCat("the proof has more than ", kMaxConsistencyProofHashes, " hashes"));
    }
    const absl::StatusOr<std::string> hash = Base64Decode(line);
    if (!hash.ok() || hash->size() != kDigestSize) {
      return BadRequest("a line of the proof is not the Base64 of 32 bytes");
    }
    request.consistency_proof.push_back(*DigestFromBytes(*hash));
  }
  request.checkpoint = std::string(body);
  return request;
}

}  // namespace votum::crypto
