#include "services/runtime/scrub.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "base/big_endian.h"
#include "base/log.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "base/uptime.h"
#include "core/describe.h"
#include "crypto/random.h"

namespace votum {
namespace {

constexpr size_t kRememberedSignatures = 1024;
// After a scrub that could not read the log.
constexpr absl::Duration kRetry = absl::Hours(1);
constexpr int kLowestPriority = 19;

// Adds the names of the fields in which `a` and `b`, structs of one type, differ. Tables remember
// their digests, which would not notice an entry that changed in memory: so each entry is visited.
template <typename State>
void AddDiffering(const State& a, const State& b, std::vector<std::string>* parts) {
  std::vector<std::string> names;
  std::vector<crypto::Digest> of_a, of_b;
  State::Describe(
      [&](absl::string_view fields, const auto&... values) {
        names = absl::StrSplit(fields, ',');
        (of_a.push_back(crypto::Sha256(Encode(values))), ...);
      },
      a);
  State::Describe(
      [&](absl::string_view, const auto&... values) {
        (of_b.push_back(crypto::Sha256(Encode(values))), ...);
      },
      b);
  for (size_t i = 0; i < names.size(); ++i)
    if (of_a[i] != of_b[i]) parts->emplace_back(absl::StripAsciiWhitespace(names[i]));
}

}  // namespace

std::string DifferingParts(const Fold& a, const Fold& b) {
  std::vector<std::string> parts;
  AddDiffering(a.world().state(), b.world().state(), &parts);
  AddDiffering(a.state(), b.state(), &parts);
  AddDiffering(a.reach_log().state(), b.reach_log().state(), &parts);
  return absl::StrJoin(parts, ", ");
}

Scrub::Scrub(DomainSet domains, crypto::PublicKey log_key, const Replica* replica,
             LedgerClient* ledger, Metrics* metrics, std::function<void(const absl::Status&)> fatal,
             ScrubOptions options, uint32_t program_version)
    : domains_(domains),
      log_key_(std::move(log_key)),
      replica_(*replica),
      ledger_(*ledger),
      metrics_(*metrics),
      fatal_(std::move(fatal)),
      options_(options),
      program_version_(program_version) {}

Scrub::~Scrub() { Stop(); }

void Scrub::Start() {
  thread_.Start([this] { ScrubAgainAndAgain(); });
}

void Scrub::Stop() {
  thread_.RequestStop();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (stream_ != nullptr) stream_->Cancel();
  }
  thread_.Stop();
}

void Scrub::ScrubAgainAndAgain() {
  // Linux has priorities by thread.
  (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kLowestPriority);
  const auto random = static_cast<int64_t>(FromBigEndian(crypto::RandomBytes(4)));
  absl::Duration pause = options_.every * random / (int64_t{1} << 32);
  while (thread_.Pause(pause)) {
    const absl::Status status = Once();
    if (absl::IsDataLoss(status)) return fatal_(status);
    pause = status.ok() ? options_.every : std::min(options_.every, kRetry);
  }
}

absl::Status Scrub::Once() {
  const absl::Duration begin = Uptime();
  const std::shared_ptr<const Fold> state = replica_.State();
  SignatureCache cache(kRememberedSignatures);
  Fold fold(domains_, log_key_, &cache, program_version_);
  absl::Status status = FoldLog(state->next_index(), &fold);
  if (status.ok()) {
    const std::string parts = DifferingParts(*state, fold);
    if (!parts.empty()) {
      status = absl::DataLossError(absl::StrCat(
          "the state after record ", state->next_index(),
          " is not what the log gives (it differs "
          "in: ",
          parts,
          "); the log itself is sound. Start the process again: without its snapshot, which is "
          "removed, it folds the whole log. If this comes again, test the memory of the machine"));
    }
  }
  if (!status.ok() && !absl::IsDataLoss(status)) {
    Log(Severity::kWarning, "the scrub could not read the log",
        {{"error", std::string(status.message())}});
    return status;
  }
  metrics_.SetScrub(absl::Now(), status.ok());
  Log(status.ok() ? Severity::kInfo : Severity::kError,
      status.ok() ? "scrubbed: the state is that of the log" : "scrubbed, and found a fault",
      {{"records", static_cast<int64_t>(state->next_index())},
       {"seconds", absl::ToInt64Seconds(Uptime() - begin)},
       {"error", std::string(status.message())}});
  return status;
}

absl::Status Scrub::FoldLog(uint64_t end, Fold* fold) {
  if (end == 0) return absl::OkStatus();
  const std::unique_ptr<LogStream> stream = ledger_.Subscribe(0);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stream_ = stream.get();
    if (thread_.stopping()) stream->Cancel();
  }
  absl::Status folded = FoldStream(*stream, end, fold);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stream_ = nullptr;
  }
  stream->Cancel();
  absl::Status ended = stream->End();
  if (!folded.ok() || fold->next_index() == end) return folded;
  if (absl::IsDataLoss(ended)) return ended;
  return absl::UnavailableError(
      absl::StrCat("the log ended before record ", end, ": ", ended.message()));
}

absl::Status Scrub::FoldStream(LogStream& stream, uint64_t end, Fold* fold) {
  ledger::v1::SubscribeResponse batch;
  absl::Duration begin = Uptime();
  while (fold->next_index() < end && stream.Next(&batch)) {
    for (const ledger::v1::Entry& entry : batch.entries()) {
      if (fold->next_index() == end) break;
      RETURN_IF_ERROR(fold->Apply(entry.record()).status());
    }
    if (!thread_.Pause(options_.rest * (Uptime() - begin)))
      return absl::UnavailableError("the process is stopping");
    begin = Uptime();
  }
  return absl::OkStatus();
}

}  // namespace votum
