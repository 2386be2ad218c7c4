// A witness (https://c2sp.org/tlog-witness): cosigns a log's checkpoint if it is consistent with
// the one that it cosigned last, so that a log cannot show different trees to different people
// without a witness knowing.
//
// Pure except for its store: computes the answers to requests, without HTTP.
#ifndef VOTUM_WITNESS_WITNESS_H_
#define VOTUM_WITNESS_WITNESS_H_

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/clock.h"
#include "crypto/checkpoint.h"
#include "crypto/note.h"
#include "crypto/tlog/add_checkpoint.h"
#include "crypto/tlog/cosignature.h"
#include "crypto/tlog/policy.h"
#include "platform/http/answer.h"
#include "witness/head_store.h"

namespace votum::witness {

// The maximum size of a request in bytes: 63 hashes, a checkpoint, and more than a hundred
// cosignatures.
inline constexpr size_t kMaxRequestBytes = size_t{64} << 10;

struct WitnessConfig {
  Clock* clock = nullptr;
  // Called with a line for the operator if a log has signed two trees of the same size: proof that
  // it has forked. The line holds the refused checkpoint; the other one is in the store.
  std::function<void(const std::string&)> alarm = [](const std::string&) {};
  // Called when it is unknown whether a checkpoint was stored. In a server it must not return (the
  // next start finds out); if it returns, the request is answered with 500.
  std::function<void(const absl::Status&)> fatal;
};

// Thread-safe.
class Witness {
 public:
  // Serves the logs of the policy `logs`; its witnesses and quorum are ignored. A log may have
  // several keys. FAILED_PRECONDITION/NO_LOGS if there is none. `store` outlives the witness.
  static absl::StatusOr<std::unique_ptr<Witness>> Create(crypto::CosignatureSigner signer,
                                                         const crypto::Policy& logs,
                                                         HeadStore* store, WitnessConfig config);

  // POST /add-checkpoint; the first matching row decides:
  //
  //   413  the body is larger than kMaxRequestBytes
  //   400  the body is not of the form of crypto/tlog/add_checkpoint.h, or holds no signed note
  //   404  the log (the note's first line) is not one of ours
  //   403  no key of the log has signed, or the signature of one fails
  //   422  size 0 with a root that is not that of the empty tree
  //   400  the note is not a checkpoint, or smaller than the old size
  //   409  the old size is not that of the last cosigned checkpoint (0 if there is none), which is
  //        the body
  //   422  the proof does not hold, or the size is the old one and the root is not
  //   500  the store failed
  //   200  the cosignature is the body; the checkpoint is stored
  http::Answer AddCheckpoint(absl::string_view body);

  // GET /<hex SHA-256 of the origin>/checkpoint: the last checkpoint cosigned, with the signatures
  // of its log and ours; 404 if there is none.
  http::Answer GetCheckpoint(absl::string_view origin_sha256);

  const crypto::CosignatureVerifier& verifier() const { return signer_.verifier(); }

 private:
  // A checkpoint that its log has signed.
  struct Submitted {
    crypto::AddCheckpointRequest request;
    crypto::OpenedNote note;
    crypto::Checkpoint checkpoint;
  };

  Witness(crypto::CosignatureSigner signer, HeadStore* store, WitnessConfig config);

  absl::StatusOr<Submitted> Read(absl::string_view body, int* status) const;
  http::Answer Advance(const Submitted& submitted);

  const crypto::CosignatureSigner signer_;
  HeadStore& store_;
  const WitnessConfig config_;
  std::map<std::string, std::vector<crypto::NoteVerifier>> logs_;  // by origin
  std::map<std::string, std::string> origins_;                     // by their SHA-256 in hex
  std::mutex mutex_;  // held from reading the last checkpoint to storing the next
};

}  // namespace votum::witness

#endif  // VOTUM_WITNESS_WITNESS_H_
