#include "ranking/formats/ballot_lines.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"

namespace votum::ranking {
namespace {

// Threads take pieces of about this size in turn.
constexpr size_t kPieceBytes = 4 << 20;

// A text in pieces of whole lines. The start of a piece is looked up only on request, because
// looking brings pages of a mapped file into memory.
class Pieces {
 public:
  explicit Pieces(absl::string_view text) : text_(text) {}
  size_t size() const { return (text_.size() + kPieceBytes - 1) / kPieceBytes; }
  // Empty where a line is longer than a piece.
  absl::string_view operator[](size_t i) const {
    const size_t begin = Begin(i);
    return text_.substr(begin, Begin(i + 1) - begin);
  }

 private:
  size_t Begin(size_t i) const {
    if (i == 0) return 0;
    const size_t newline = text_.find('\n', i * kPieceBytes - 1);
    return newline == absl::string_view::npos ? text_.size() : newline + 1;
  }

  absl::string_view text_;
};

// The first error by position in the file, regardless of the thread that found it.
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
  return Refuse(Reason::kTooManyBallots, "the weights of all ballots together exceed 2^40");
}

}  // namespace

absl::Status ReadLines(absl::string_view whole, absl::string_view part, ReleaseText release,
                       BallotLineReader reader, BallotSink sink) {
  const Pieces pieces(part);
  for (size_t i = 0; i < pieces.size(); ++i) {
    const absl::string_view piece = pieces[i];
    RETURN_IF_ERROR(reader(Cursor(whole, piece), sink));
    if (release != nullptr) release(piece);
  }
  return absl::OkStatus();
}

absl::Status CheckCounted(size_t options) {
  if (options <= kMaxComparedOptions) return absl::OkStatus();
  return Refuse(Reason::kTooManyOptions,
                absl::StrCat(options, " options; at most ", kMaxComparedOptions,
                             " can be compared in pairs; leave out those that no ballot names"));
}

absl::Status CountLines(absl::string_view whole, absl::string_view part, size_t threads,
                        ReleaseText release, BallotLineReader reader, PairwiseCounts& counts) {
  const Pieces pieces(part);
  std::atomic<size_t> next{0};
  std::atomic<uint64_t> total{counts.total_weight()};
  FirstError error;
  auto work = [&](PairwiseCounts& own) {
    BatchCounter batch(own);
    for (size_t i; (i = next.fetch_add(1)) < pieces.size();) {
      const absl::string_view piece = pieces[i];
      // Threads synchronize per piece, not per ballot, because they would contend for one counter.
      uint64_t weights = 0;
      absl::Status status =
          reader(Cursor(whole, piece), [&](absl::Span<const uint16_t> coded, uint64_t weight) {
            if (weight > kMaxTotalWeight - weights) return TooMany();
            weights += weight;
            batch.Add(coded, weight);
            return absl::OkStatus();
          });
      if (total.fetch_add(weights) + weights > kMaxTotalWeight) status.Update(TooMany());
      error.Set(i, std::move(status));
      if (release != nullptr) release(piece);
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
