#include "services/gateway/openings_mirror.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/entry_line.h"
#include "crypto/hash.h"
#include "crypto/record_leaf.h"
#include "crypto/tlog/tile.h"

namespace votum::gateway {
namespace {

// Whether `opening` has this number and follows one that record `opened_by` made of `index`; the
// first follows nothing.
bool IsInOrder(const publication::v1::Opening& opening, uint64_t number, uint64_t opened_by,
               uint64_t index) {
  const ledger::v1::Entry& entry = opening.entry();
  if (opening.number() != number || entry.index() >= opening.opened_by()) return false;
  if (number == 0 || opening.opened_by() > opened_by) return true;
  return opening.opened_by() == opened_by && entry.index() > index;
}

}  // namespace

absl::Status OpeningsMirror::Add(
    const publication::v1::ListOpeningsResponse& page, uint64_t log_size,
    const std::function<absl::StatusOr<std::string>(uint64_t)>& leaf_of) {
  const uint64_t old_size = size();
  const uint64_t old_end = old_size == 0 ? 0 : rows_.back().end;
  uint64_t opened_by = old_size == 0 ? 0 : rows_.back().opened_by;
  uint64_t index = last_index_;
  std::string lines;
  std::vector<Row> rows;
  uint64_t complete_to = 0;
  for (const publication::v1::Opening& opening : page.openings()) {
    const ledger::v1::Entry& entry = opening.entry();
    if (opening.opened_by() >= log_size) {
      // Openings come in order, so all those of earlier records are there.
      complete_to = log_size;
      break;
    }
    if (!IsInOrder(opening, old_size + rows.size(), opened_by, index)) {
      return Refuse(
          Reason::kBadOpening,
          absl::StrCat("opening ", opening.number(), " of record ", entry.index(), " by record ",
                       opening.opened_by(), " in the place of opening ", old_size + rows.size()));
    }
    ASSIGN_OR_RETURN(const std::string leaf, leaf_of(entry.index()));
    const crypto::Digest given = crypto::RecordLeaf(entry.salt(), entry.record());
    if (entry.salt().size() != crypto::kDigestSize || crypto::AsBytes(given) != leaf) {
      return Refuse(Reason::kBadOpening,
                    absl::StrCat("opening ", opening.number(),
                                 ": its bytes do not give the leaf of record ", entry.index()));
    }
    opened_by = opening.opened_by();
    index = entry.index();
    absl::StrAppend(
        &lines,
        OpeningLine(opening.number(), opened_by, entry.index(), entry.salt(), entry.record()),
        "\n");
    rows.push_back({opened_by, old_end + lines.size()});
  }
  if (old_size + rows.size() == page.total()) complete_to = page.size();
  RETURN_IF_ERROR(lines_.WriteAt(lines, old_end));
  last_index_ = index;
  const std::unique_lock<std::shared_mutex> lock(mutex_);
  rows_.insert(rows_.end(), rows.begin(), rows.end());
  complete_to_ = std::max(complete_to_, complete_to);
  return absl::OkStatus();
}

uint64_t OpeningsMirror::size() const {
  const std::shared_lock<std::shared_mutex> lock(mutex_);
  return rows_.size();
}

uint64_t OpeningsMirror::complete_to() const {
  const std::shared_lock<std::shared_mutex> lock(mutex_);
  return complete_to_;
}

uint64_t OpeningsMirror::CountBelow(uint64_t log_size) const {
  const std::shared_lock<std::shared_mutex> lock(mutex_);
  const auto first_beyond = std::partition_point(
      rows_.begin(), rows_.end(), [log_size](const Row& row) { return row.opened_by < log_size; });
  return static_cast<uint64_t>(first_beyond - rows_.begin());
}

absl::StatusOr<LineRange> OpeningsMirror::Lines(uint64_t index, int width) const {
  const std::shared_lock<std::shared_mutex> lock(mutex_);
  const auto wanted = static_cast<uint64_t>(width);
  if (wanted == 0 || index > rows_.size() / crypto::kTileWidth ||
      index * crypto::kTileWidth + wanted > rows_.size())
    return Refuse(Reason::kNotInTree, "there are not that many openings");
  const uint64_t first = index * crypto::kTileWidth;
  LineRange range;
  if (first > 0) range.offset = rows_[first - 1].end;
  range.size = rows_[first + wanted - 1].end - range.offset;
  return range;
}

}  // namespace votum::gateway
