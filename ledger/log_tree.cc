#include "ledger/log_tree.h"

#include <array>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "ledger/stored_entry.h"

namespace votum::ledger {
namespace {

// More than one batch finishes: it has at most 4,096 records.
constexpr uint64_t kNewestChaptersKept = 32;
static_assert(kNewestChaptersKept < kMostChaptersInMemory);

absl::Status NotInTree(absl::string_view what, uint64_t size) {
  return Refuse(Reason::kNotInTree, absl::StrCat(what, " is not in the tree of ", size, " leaves"));
}

// The nodes of a log: above the chapters, and in the few that a proof needs.
struct Nodes {
  const crypto::MerkleTree& chapters;
  // By number. That of a size without a cut chapter is null, and has the number of the next one.
  std::array<std::pair<uint64_t, const crypto::MerkleTree*>, 2> open;

  crypto::Digest operator()(int level, uint64_t index) const {
    if (level >= kChapterHeight) return *chapters.CompleteNode(level - kChapterHeight, index);
    const int below = kChapterHeight - level;
    const uint64_t number = index >> below;
    const crypto::MerkleTree* const chapter =
        open[0].first == number && open[0].second != nullptr ? open[0].second : open[1].second;
    return *chapter->CompleteNode(level, index - (number << below));
  }
};

}  // namespace

uint64_t LogTree::size() const {
  const std::shared_lock<std::shared_mutex> lock(mutex_);
  return chapters_.size() * kChapterRecords + open_->size();
}

void LogTree::AppendChapter(const crypto::Digest& root) {
  const std::unique_lock<std::shared_mutex> lock(mutex_);
  chapters_.AppendHash(root);
}

std::optional<crypto::Digest> LogTree::Append(absl::string_view leaf) {
  const crypto::Digest hash = crypto::HashLeaf(leaf);
  const std::unique_lock<std::shared_mutex> lock(mutex_);
  open_->AppendHash(hash);
  if (open_->size() < kChapterRecords) return std::nullopt;
  const crypto::Digest root = open_->Root();
  Keep(chapters_.size(), std::exchange(open_, std::make_shared<crypto::MerkleTree>()));
  chapters_.AppendHash(root);
  return root;
}

void LogTree::Keep(uint64_t number, const Chapter& chapter) const {
  if (!kept_.emplace(number, chapter).second) return;
  kept_order_.push_back(number);
  while (kept_order_.size() > kMostChaptersInMemory) {
    const uint64_t oldest = kept_order_.front();
    kept_order_.pop_front();
    // The newest may not be in the store yet, so nobody could load them again.
    if (oldest + kNewestChaptersKept >= chapters_.size()) {
      kept_order_.push_back(oldest);
    } else {
      kept_.erase(oldest);
    }
  }
}

absl::StatusOr<LogTree::Chapter> LogTree::ChapterWith(uint64_t index) const {
  const uint64_t number = index / kChapterRecords;
  {
    const std::shared_lock<std::shared_mutex> lock(mutex_);
    if (number == chapters_.size()) return open_;
    const auto kept = kept_.find(number);
    if (kept != kept_.end()) return kept->second;
  }
  return Load(number);
}

absl::StatusOr<LogTree::Chapter> LogTree::CutChapter(uint64_t size) const {
  if (size % kChapterRecords == 0) return nullptr;
  return ChapterWith(size);
}

absl::StatusOr<LogTree::Chapter> LogTree::Load(uint64_t number) const {
  const uint64_t first = number * kChapterRecords;
  ASSIGN_OR_RETURN(const std::vector<std::string> leaves, read_(first));
  auto chapter = std::make_shared<crypto::MerkleTree>();
  for (const std::string& leaf : leaves) chapter->Append(leaf);
  const std::unique_lock<std::shared_mutex> lock(mutex_);
  if (leaves.size() != kChapterRecords || chapter->Root() != *chapters_.CompleteNode(0, number)) {
    return Refuse(
        Reason::kLogDamaged,
        absl::StrCat("the leaves of the records ", first, " to ", first + kChapterRecords - 1,
                     " of the database are not those that were signed"));
  }
  Keep(number, chapter);
  return chapter;
}

absl::Status LogTree::CheckSize(uint64_t size) const {
  const uint64_t all = this->size();
  return size <= all ? absl::OkStatus() : NotInTree(absl::StrCat("size ", size), all);
}

absl::StatusOr<crypto::Digest> LogTree::RootAt(uint64_t size) const {
  RETURN_IF_ERROR(CheckSize(size));
  ASSIGN_OR_RETURN(const Chapter cut, CutChapter(size));
  const std::shared_lock<std::shared_mutex> lock(mutex_);
  return crypto::RootFrom(Nodes{chapters_, {{{size / kChapterRecords, cut.get()}}}}, size);
}

absl::StatusOr<std::vector<crypto::Digest>> LogTree::InclusionProof(uint64_t index,
                                                                    uint64_t size) const {
  RETURN_IF_ERROR(CheckSize(size));
  if (index >= size) return NotInTree(absl::StrCat("leaf ", index), size);
  ASSIGN_OR_RETURN(const Chapter own, ChapterWith(index));
  ASSIGN_OR_RETURN(const Chapter cut, CutChapter(size));
  const std::shared_lock<std::shared_mutex> lock(mutex_);
  return crypto::InclusionProofFrom(
      Nodes{chapters_,
            {{{index / kChapterRecords, own.get()}, {size / kChapterRecords, cut.get()}}}},
      index, size);
}

absl::StatusOr<std::vector<crypto::Digest>> LogTree::ConsistencyProof(uint64_t old_size,
                                                                      uint64_t new_size) const {
  RETURN_IF_ERROR(CheckSize(new_size));
  if (old_size > new_size) return NotInTree(absl::StrCat("size ", old_size), new_size);
  ASSIGN_OR_RETURN(const Chapter old_cut, CutChapter(old_size));
  ASSIGN_OR_RETURN(const Chapter new_cut, CutChapter(new_size));
  const std::shared_lock<std::shared_mutex> lock(mutex_);
  return crypto::ConsistencyProofFrom(Nodes{chapters_,
                                            {{{old_size / kChapterRecords, old_cut.get()},
                                              {new_size / kChapterRecords, new_cut.get()}}}},
                                      old_size, new_size);
}

absl::Status LogTree::CheckLeaf(uint64_t index, absl::string_view leaf) const {
  if (index >= size()) return NotInTree(absl::StrCat("leaf ", index), size());
  ASSIGN_OR_RETURN(const Chapter own, ChapterWith(index));
  const crypto::Digest hash = crypto::HashLeaf(leaf);
  const std::shared_lock<std::shared_mutex> lock(mutex_);
  if (*own->CompleteNode(0, index % kChapterRecords) == hash) return absl::OkStatus();
  return DamagedRecord(index, "has another leaf than was signed");
}

}  // namespace votum::ledger
