#include "services/gateway/log_mirror.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/big_endian.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/entry_line.h"
#include "crypto/record_leaf.h"
#include "crypto/tlog/entry_bundle.h"

namespace votum::gateway {
namespace {

constexpr size_t kEndBytes = 8;
constexpr size_t kRowBytes = crypto::kDigestSize + kEndBytes;
constexpr uint64_t kWidth = crypto::kTileWidth;

uint64_t EndOf(absl::string_view row) {
  return FromBigEndian(row.substr(crypto::kDigestSize, kEndBytes));
}

absl::Status NotInTree() { return Refuse(Reason::kNotInTree, "the log is not that long"); }

absl::Status CheckEntry(const ledger::v1::Entry& entry, uint64_t expected) {
  const crypto::Digest leaf = crypto::RecordLeaf(entry.salt(), entry.record());
  // A hidden record has no salt either: with it, whoever guesses the record could confirm the guess.
  const bool sound = entry.record().empty() ? entry.salt().empty()
                                            : entry.salt().size() == crypto::kDigestSize &&
                                                  crypto::AsBytes(leaf) == entry.leaf();
  if (sound && entry.index() == expected && entry.leaf().size() == crypto::kDigestSize)
    return absl::OkStatus();
  return Refuse(Reason::kBadEntry, absl::StrCat("entry ", entry.index(), " in the place of ",
                                                expected, ", or not what its leaf says"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<LogMirror>> LogMirror::Create(const std::string& folder) {
  ASSIGN_OR_RETURN(NamelessFile rows, NamelessFile::Create(folder));
  ASSIGN_OR_RETURN(NamelessFile lines, NamelessFile::Create(folder));
  ASSIGN_OR_RETURN(NamelessFile openings, NamelessFile::Create(folder));
  return std::unique_ptr<LogMirror>(
      new LogMirror(std::move(rows), std::move(lines), std::move(openings)));
}

absl::Status LogMirror::Add(const google::protobuf::RepeatedPtrField<ledger::v1::Entry>& entries) {
  std::string rows;
  std::string lines;
  uint64_t next = size_;
  for (const ledger::v1::Entry& entry : entries) {
    RETURN_IF_ERROR(CheckEntry(entry, next++));
    absl::StrAppend(&lines, EntryLine(entry.index(), entry.leaf(), entry.salt(), entry.record()),
                    "\n");
    absl::StrAppend(&rows, entry.leaf(), BigEndian64(lines_bytes_ + lines.size()));
  }
  RETURN_IF_ERROR(lines_.WriteAt(lines, lines_bytes_));
  RETURN_IF_ERROR(rows_.WriteAt(rows, size_ * kRowBytes));
  lines_bytes_ += lines.size();
  const std::unique_lock<std::shared_mutex> lock(mutex_);
  for (const ledger::v1::Entry& entry : entries) {
    const crypto::Digest hash = crypto::HashLeaf(entry.leaf());
    tree_.AppendHash(hash);
    AddHash(0, hash);
  }
  size_ = next;
  return absl::OkStatus();
}

absl::Status LogMirror::AddOpenings(const publication::v1::ListOpeningsResponse& page) {
  const auto leaf_of = [this](uint64_t index) -> absl::StatusOr<std::string> {
    ASSIGN_OR_RETURN(const std::string row, Rows(index, 1));
    return row.substr(0, crypto::kDigestSize);
  };
  return openings_.Add(page, size(), leaf_of);
}

void LogMirror::AddHash(size_t level, const crypto::Digest& hash) {
  if (growing_.size() <= level) growing_.resize(level + 1);
  growing_[level].AppendHash(hash);
  if (growing_[level].size() < kWidth) return;
  const crypto::Digest root = growing_[level].Root();
  growing_[level] = crypto::CompactTree();
  if (levels_.size() <= level) levels_.resize(level + 1);
  levels_[level].push_back(root);
  AddHash(level + 1, root);
}

uint64_t LogMirror::size() const {
  const std::shared_lock<std::shared_mutex> lock(mutex_);
  return size_;
}

crypto::Digest LogMirror::Root() const {
  const std::shared_lock<std::shared_mutex> lock(mutex_);
  return tree_.Root();
}

absl::StatusOr<std::string> LogMirror::Rows(uint64_t first, uint64_t count) const {
  const uint64_t end = size();
  if (first >= end || count > end - first) return NotInTree();
  std::string rows = rows_.ReadAt(first * kRowBytes, count * kRowBytes);
  if (rows.size() < count * kRowBytes) return absl::UnavailableError("the mirror cannot be read");
  return rows;
}

absl::StatusOr<std::string> LogMirror::Bytes(const crypto::Tile& tile) const {
  const auto width = static_cast<uint64_t>(tile.width);
  if (tile.index >= size() / kWidth + 1) return NotInTree();  // no product below overflows
  if (tile.level > 0) {
    const auto level = static_cast<size_t>(tile.level) - 1;
    const std::shared_lock<std::shared_mutex> lock(mutex_);
    if (level >= levels_.size() || tile.index * kWidth + width > levels_[level].size())
      return NotInTree();
    std::string bytes;
    for (uint64_t i = 0; i < width; ++i) {
      const crypto::Digest& hash = levels_[level][tile.index * kWidth + i];
      absl::StrAppend(&bytes, crypto::AsBytes(hash));
    }
    return bytes;
  }
  ASSIGN_OR_RETURN(const std::string rows, Rows(tile.index * kWidth, width));
  std::vector<std::string> leaves;
  for (uint64_t i = 0; i < width; ++i)
    leaves.push_back(rows.substr(i * kRowBytes, crypto::kDigestSize));
  if (tile.level == crypto::kEntriesLevel) return crypto::FormatEntryBundle(leaves);
  std::string bytes;
  for (const std::string& leaf : leaves) {
    const crypto::Digest hash = crypto::HashLeaf(leaf);
    absl::StrAppend(&bytes, crypto::AsBytes(hash));
  }
  return bytes;
}

absl::StatusOr<std::string> LogMirror::Fetch(const std::string& path) {
  ASSIGN_OR_RETURN(const crypto::Tile tile, crypto::ParseTilePath(path));
  return Bytes(tile);
}

absl::StatusOr<LineRange> LogMirror::Lines(uint64_t index, int width) const {
  if (index >= size() / kWidth + 1) return NotInTree();
  const uint64_t first = index * kWidth;
  ASSIGN_OR_RETURN(const std::string rows, Rows(first, static_cast<uint64_t>(width)));
  LineRange range;
  if (first > 0) {
    ASSIGN_OR_RETURN(const std::string before, Rows(first - 1, 1));
    range.offset = EndOf(before);
  }
  range.size = EndOf(absl::string_view(rows).substr(rows.size() - kRowBytes)) - range.offset;
  return range;
}

std::string LogMirror::ReadLines(uint64_t offset, size_t most) const {
  return lines_.ReadAt(offset, most);
}

}  // namespace votum::gateway
