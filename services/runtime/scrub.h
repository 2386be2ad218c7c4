// Now and then a running process folds the whole log once more, beside its state, and compares.
//
// A process folds each record once and may run for months, or start from a snapshot; the ledger reads
// most entries of its database at no start. A scrub finds bits that have changed in either since:
//
//   * the ledger reads every entry and checks it against the signed root (except the newest, which it
//     has in memory);
//   * every signature is verified again;
//   * the state of the process, as of the moment when the scrub began, must be that of the log.
//
// It goes on one thread of the lowest priority, and rests for most of the time.
#ifndef VOTUM_SERVICES_RUNTIME_SCRUB_H_
#define VOTUM_SERVICES_RUNTIME_SCRUB_H_

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/background_thread.h"
#include "core/fold/fold.h"
#include "services/runtime/ledger_client.h"
#include "services/runtime/metrics.h"
#include "services/runtime/replica.h"

namespace votum {

inline constexpr absl::Duration kScrubEvery = absl::Hours(24 * 7);

struct ScrubOptions {
  absl::Duration every = kScrubEvery;
  // How long it rests after each batch, in times of what the batch took.
  double rest = 3;
};

// Thread-safe.
class Scrub {
 public:
  // All outlive this object. `replica` folds `domains`. `fatal` gets DATA_LOSS if the state is not
  // that of the log, or if the ledger's database is damaged: the process must not go on serving.
  Scrub(DomainSet domains, crypto::PublicKey log_key, const Replica* replica, LedgerClient* ledger,
        Metrics* metrics, std::function<void(const absl::Status&)> fatal, ScrubOptions options,
        uint32_t program_version = kProgramVersion);
  ~Scrub();

  // Scrubs from now on, on a thread of its own: first at a random moment of the first period, so that
  // processes that start together do not scrub together.
  void Start();
  void Stop();

  // One scrub, now.
  //   DATA_LOSS    as above
  //   UNAVAILABLE  the log could not be read to its end; nothing is known
  absl::Status Once();

 private:
  void ScrubAgainAndAgain();
  // Folds the records before `end` into `fold`.
  absl::Status FoldLog(uint64_t end, Fold* fold);
  absl::Status FoldStream(LogStream& stream, uint64_t end, Fold* fold);

  const DomainSet domains_;
  const crypto::PublicKey log_key_;
  const Replica& replica_;
  LedgerClient& ledger_;
  Metrics& metrics_;
  const std::function<void(const absl::Status&)> fatal_;
  const ScrubOptions options_;
  const uint32_t program_version_;

  std::mutex mutex_;
  LogStream* stream_ = nullptr;  // guarded by mutex_
  BackgroundThread thread_;
};

// The names of the parts in which two states differ, "votes, commands"; empty if they are equal. It
// tells nothing about their contents.
std::string DifferingParts(const Fold& a, const Fold& b);

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_SCRUB_H_
