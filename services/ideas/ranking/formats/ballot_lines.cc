#include "services/ideas/ranking/formats/ballot_lines.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

#include "base/refusal.h"
#include "base/status_macros.h"

namespace votum::ranking {
namespace {

// Threads take pieces of about this size in turn.
constexpr size_t kPieceBytes = 4 << 20;

std::vector<absl::string_view> Pieces(absl::string_view part) {
  std::vector<absl::string_view> pieces;
  while (!part.empty()) {
    size_t end =
        part.size() <= kPieceBytes ? absl::string_view::npos : part.find('\n', kPieceBytes);
    end = end == absl::string_view::npos ? part.size() : end + 1;
    pieces.push_back(part.substr(0, end));
    part.remove_prefix(end);
  }
  return pieces;
}

// The first error by place in the file, whatever thread meets it.
class FirstError {
 public:
  void Set(size_t piece, absl::Status status) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (status.ok() || (!status_.ok() && piece_ < piece)) return;
    piece_ = piece;
    status_ = std::move(status);
  }
  absl::Status Get() const { return status_; }

 private:
  std::mutex mutex_;
  size_t piece_ = 0;
  absl::Status status_;
};

absl::Status TooMany() {
  return RefuseArgument("TOO_MANY_BALLOTS", "the weights of all ballots together exceed 2^40");
}

}  // namespace

absl::Status ReadLines(absl::string_view whole, absl::string_view part, ReleaseText release,
                       BallotLineReader reader, BallotSink sink) {
  for (absl::string_view piece : Pieces(part)) {
    RETURN_IF_ERROR(reader(Cursor(whole, piece), sink));
    if (release != nullptr) release(piece);
  }
  return absl::OkStatus();
}

absl::Status CountLines(absl::string_view whole, absl::string_view part, size_t threads,
                        ReleaseText release, BallotLineReader reader, PairwiseCounts& counts) {
  const std::vector<absl::string_view> pieces = Pieces(part);
  std::atomic<size_t> next{0};
  std::atomic<uint64_t> total{counts.total_weight()};
  FirstError error;
  auto work = [&](PairwiseCounts& own) {
    BatchCounter batch(own);
    for (size_t piece; (piece = next.fetch_add(1)) < pieces.size();) {
      // Threads tell each other of a piece, not of each ballot: they would wait for one counter.
      uint64_t weights = 0;
      absl::Status status = reader(Cursor(whole, pieces[piece]),
                                   [&](absl::Span<const uint16_t> coded, uint64_t weight) {
                                     if (weight > kMaxTotalWeight - weights) return TooMany();
                                     weights += weight;
                                     batch.Add(coded, weight);
                                     return absl::OkStatus();
                                   });
      if (total.fetch_add(weights) + weights > kMaxTotalWeight) status.Update(TooMany());
      error.Set(piece, std::move(status));
      if (release != nullptr) release(pieces[piece]);
    }
  };
  threads = std::clamp<size_t>(threads, 1, std::max<size_t>(pieces.size(), 1));
  std::vector<PairwiseCounts> own(threads - 1, PairwiseCounts(counts.options()));
  std::vector<std::thread> workers;
  for (PairwiseCounts& mine : own) workers.emplace_back([&] { work(mine); });
  work(counts);
  for (std::thread& worker : workers) worker.join();
  for (const PairwiseCounts& mine : own) counts.Merge(mine);
  return error.Get();
}

}  // namespace votum::ranking
