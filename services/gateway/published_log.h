// The log at /log/: answers requests from the mirror, up to the published checkpoint.
//
//   checkpoint                   the newest one to be published, with the cosignatures it has
//   tile/<level>/<index>[.p/<w>] and tile/entries/...    https://c2sp.org/tlog-tiles
//   records/<index>[.p/<w>]      the lines of the entries of a bundle, as an exported log has them
//                                in records.jsonl; salt and record only of public records
//   openings                     {"size":507,"openings":45}: the published size, and how many
//                                openings the records below it have made
//   openings/<index>[.p/<w>]     the lines of a bundle of 256 openings, as in openings.jsonl
//   proof/<index>                https://c2sp.org/tlog-proof against the published checkpoint
//   policy                       https://c2sp.org/tlog-policy
#ifndef VOTUM_SERVICES_GATEWAY_PUBLISHED_LOG_H_
#define VOTUM_SERVICES_GATEWAY_PUBLISHED_LOG_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "crypto/checkpoint.h"
#include "crypto/note.h"
#include "platform/http/answer.h"
#include "platform/http/server.h"
#include "services/gateway/log_mirror.h"
#include "votum/ledger/v1/ledger_service.pb.h"

namespace votum::gateway {

inline constexpr absl::string_view kLogPrefix = "/log/";
// The longest that the newest checkpoint waits for cosignatures where they are not required.
inline constexpr absl::Duration kPatienceWithWitnesses = absl::Seconds(10);

// Thread-safe.
class PublishedLog {
 public:
  PublishedLog(std::unique_ptr<LogMirror> mirror, crypto::NoteVerifier log, std::string policy)
      : mirror_(std::move(mirror)), log_(std::move(log)), policy_(std::move(policy)) {}

  LogMirror& mirror() { return *mirror_; }

  // Takes the ledger's newest checkpoints and publishes one that the mirror covers by now, if there
  // is one:
  //
  //   witnesses required     the witnessed one
  //   witnesses not required the witnessed one, while it is less than kPatienceWithWitnesses behind
  //   no witnesses           the newest
  //
  // The published size never shrinks. OUT_OF_RANGE/NOT_IN_TREE: the mirror must grow first, by
  // entries or by openings that these make.
  // DATA_LOSS/LOG_FORKED: the log signed a root that its own entries do not give; nothing is
  // published.
  absl::Status Publish(const ledger::v1::GetCheckpointResponse& newest, absl::Time now);

  // Answers GET and HEAD below kLogPrefix; 404 for other targets, 405 for other methods, 503
  // before the first checkpoint.
  http::Answer Get(const http::Request& request);

  uint64_t published_size() const;

 private:
  struct Published {
    crypto::Checkpoint head;
    std::string note;
    uint64_t openings = 0;  // made by the records below head.size
  };

  absl::StatusOr<Published> Check(const std::string& note);
  std::shared_ptr<const Published> published() const;
  http::Answer GetTile(absl::string_view path, const Published& published);
  http::Answer GetRecords(absl::string_view path, const Published& published);
  http::Answer GetOpenings(absl::string_view path, const Published& published);
  http::Answer GetProof(absl::string_view index, const Published& published);

  const std::unique_ptr<LogMirror> mirror_;
  const crypto::NoteVerifier log_;
  const std::string policy_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Published> published_;        // guarded by mutex_
  uint64_t last_witnessed_ = 0;                       // guarded by mutex_
  absl::Time behind_since_ = absl::InfiniteFuture();  // guarded by mutex_
};

}  // namespace votum::gateway

#endif  // VOTUM_SERVICES_GATEWAY_PUBLISHED_LOG_H_
