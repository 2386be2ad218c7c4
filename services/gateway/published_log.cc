#include "services/gateway/published_log.h"

#include <functional>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/numbers.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/tlog/tile.h"
#include "crypto/tlog/tile_reader.h"
#include "crypto/tlog_proof.h"

namespace votum::gateway {
namespace {

constexpr char kText[] = "text/plain; charset=utf-8";
// Tiles and the records of a bundle never change.
constexpr char kForever[] = "public, max-age=31536000, immutable";
// Bytes of records that are answered at once; more are sent piece by piece.
constexpr uint64_t kShortBody = uint64_t{64} << 10;
constexpr int kTileLevels = 64 / crypto::kTileHeight;

http::Answer Refused(int status, absl::string_view why) {
  return {status, kText, absl::StrCat(why, "\n")};
}

http::Answer NothingHere() {
  return Refused(404,
                 "there is nothing here. The log: /log/checkpoint, /log/tile/<level>/<index>, "
                 "/log/tile/entries/<index>, /log/records/<index>, /log/openings, "
                 "/log/openings/<index>, /log/proof/<record>, /log/policy "
                 "(https://c2sp.org/tlog-tiles, docs/protocol.md)");
}

// Public data that any page may read, kept as `cache` says.
http::Answer Shown(std::string type, std::string body, std::string cache) {
  return {200,
          std::move(type),
          std::move(body),
          {{"Cache-Control", std::move(cache)},
           {"Access-Control-Allow-Origin", "*"},
           {"X-Content-Type-Options", "nosniff"}}};
}

// Lines that never change. `read` gives the bytes of their file.
http::Answer ShownLines(const LineRange& range,
                        std::function<std::string(uint64_t offset, size_t most)> read) {
  http::Answer answer = Shown("application/jsonl", "", kForever);
  if (range.size > kShortBody) {
    answer.long_body = {
        range.size, [read = std::move(read), start = range.offset](uint64_t offset, size_t most) {
          return read(start + offset, most);
        }};
    return answer;
  }
  answer.body = read(range.offset, range.size);
  if (answer.body.size() != range.size) return Refused(500, "the lines cannot be read");
  return answer;
}

// Whether a tree of `size` entries has all of `tile`.
bool Has(uint64_t size, const crypto::Tile& tile) {
  const int level = std::max(tile.level, 0);
  if (level >= kTileLevels) return false;
  const uint64_t nodes = size >> (crypto::kTileHeight * level);
  const uint64_t first = tile.index * crypto::kTileWidth;
  if (first / crypto::kTileWidth != tile.index || first > nodes) return false;
  return nodes - first >= static_cast<uint64_t>(tile.width);
}

}  // namespace

// ---------------------------------------------------------------------------------------------------------------------
// Publishing

absl::StatusOr<PublishedLog::Published> PublishedLog::Check(const std::string& note) {
  Published checked;
  checked.note = note;
  ASSIGN_OR_RETURN(checked.head, crypto::OpenCheckpoint(note, log_, log_.name()));
  const uint64_t size = checked.head.size;
  if (size > mirror_->size() || size > mirror_->openings().complete_to()) {
    return Refuse(Reason::kNotInTree, "the mirror is behind");
  }
  checked.openings = mirror_->openings().CountBelow(size);
  if (size == 0) return checked;
  const auto root = crypto::TileReader(size, checked.head.root, mirror_.get()).RootAt(size);
  if (absl::IsDataLoss(root.status()) || (root.ok() && *root != checked.head.root)) {
    return Refuse(Reason::kLogForked,
                  absl::StrCat("the log's entries do not give the root of size ", size,
                               " that it has signed"));
  }
  RETURN_IF_ERROR(root.status());
  return checked;
}

absl::Status PublishedLog::Publish(const ledger::v1::GetCheckpointResponse& newest,
                                   absl::Time now) {
  std::string candidate = newest.witnessed_checkpoint();
  if (!newest.witnesses_required()) {
    if (candidate.empty()) {
      candidate = newest.checkpoint();
    } else {
      ASSIGN_OR_RETURN(const uint64_t witnessed, crypto::SizeOfCheckpoint(candidate));
      ASSIGN_OR_RETURN(const uint64_t size, crypto::SizeOfCheckpoint(newest.checkpoint()));
      const std::lock_guard<std::mutex> lock(mutex_);
      if (witnessed == size || witnessed != last_witnessed_) behind_since_ = now;
      last_witnessed_ = witnessed;
      if (now - behind_since_ >= kPatienceWithWitnesses) candidate = newest.checkpoint();
    }
  }
  if (candidate.empty()) return absl::OkStatus();
  if (const auto last = published(); last != nullptr && last->note == candidate)
    return absl::OkStatus();
  ASSIGN_OR_RETURN(Published checked, Check(candidate));
  const std::lock_guard<std::mutex> lock(mutex_);
  if (published_ != nullptr && checked.head.size < published_->head.size) return absl::OkStatus();
  published_ = std::make_shared<const Published>(std::move(checked));
  return absl::OkStatus();
}

std::shared_ptr<const PublishedLog::Published> PublishedLog::published() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return published_;
}

uint64_t PublishedLog::published_size() const {
  const auto now = published();
  return now == nullptr ? 0 : now->head.size;
}

// ---------------------------------------------------------------------------------------------------------------------
// Answers

http::Answer PublishedLog::GetTile(absl::string_view path, const Published& published) {
  const auto tile = crypto::ParseTilePath(path);
  if (!tile.ok() || !Has(published.head.size, *tile)) return NothingHere();
  auto bytes = mirror_->Bytes(*tile);
  if (!bytes.ok()) return Refused(500, "the tile cannot be read");
  return Shown("application/octet-stream", *std::move(bytes), kForever);
}

http::Answer PublishedLog::GetRecords(absl::string_view path, const Published& published) {
  const auto tile = crypto::ParseTilePath(absl::StrCat("tile/entries/", path));
  if (!tile.ok() || !Has(published.head.size, *tile)) return NothingHere();
  const auto range = mirror_->Lines(tile->index, tile->width);
  if (!range.ok()) return Refused(500, "the records cannot be read");
  return ShownLines(*range, [mirror = mirror_.get()](uint64_t offset, size_t most) {
    return mirror->ReadLines(offset, most);
  });
}

http::Answer PublishedLog::GetOpenings(absl::string_view path, const Published& published) {
  const auto tile = crypto::ParseTilePath(absl::StrCat("tile/entries/", path));
  if (!tile.ok() || !Has(published.openings, *tile)) return NothingHere();
  const auto range = mirror_->openings().Lines(tile->index, tile->width);
  if (!range.ok()) return Refused(500, "the openings cannot be read");
  return ShownLines(*range, [mirror = mirror_.get()](uint64_t offset, size_t most) {
    return mirror->openings().ReadLines(offset, most);
  });
}

http::Answer PublishedLog::GetProof(absl::string_view text, const Published& published) {
  const std::optional<uint64_t> index = ParseDecimal(text);
  if (!index.has_value()) return NothingHere();
  if (*index >= published.head.size) {
    return Refused(404, absl::StrCat("the published log has ", published.head.size, " records"));
  }
  auto proven = crypto::TileReader(published.head.size, published.head.root, mirror_.get())
                    .InclusionProof(*index);
  if (!proven.ok()) return Refused(500, "the proof cannot be made");
  return Shown(kText,
               crypto::FormatTlogProof(
                   {std::nullopt, *index, std::move(proven->inclusion_proof), published.note}),
               "public, max-age=5");
}

http::Answer PublishedLog::Get(const http::Request& request) {
  if (request.method != "GET" && request.method != "HEAD") {
    http::Answer answer = Refused(405, "the log is only read: GET or HEAD");
    answer.headers.emplace_back("Allow", "GET, HEAD");
    return answer;
  }
  absl::string_view path = request.target;
  if (!absl::ConsumePrefix(&path, kLogPrefix)) return NothingHere();
  if (path == "policy") return Shown(kText, policy_, "public, max-age=60");
  const auto now = published();
  if (now == nullptr) {
    http::Answer answer = Refused(503, "the log is still being read; come back in a moment");
    answer.headers.emplace_back("Retry-After", "2");
    return answer;
  }
  if (path == "checkpoint") return Shown(kText, now->note, "public, max-age=1");
  if (absl::StartsWith(path, "tile/")) return GetTile(path, *now);
  if (absl::ConsumePrefix(&path, "records/")) return GetRecords(path, *now);
  if (path == "openings") {
    return Shown("application/json",
                 absl::StrCat("{\"size\":", now->head.size, ",\"openings\":", now->openings, "}\n"),
                 "public, max-age=1");
  }
  if (absl::ConsumePrefix(&path, "openings/")) return GetOpenings(path, *now);
  if (absl::ConsumePrefix(&path, "proof/")) return GetProof(path, *now);
  return NothingHere();
}

}  // namespace votum::gateway
