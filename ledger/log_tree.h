// The Merkle tree of a log that is too long to be read at each start.
//
// The log is cut into chapters of kChapterRecords records, which are complete subtrees. The tree
// keeps in memory the roots of all chapters with the nodes above them (67 bytes a chapter), the
// nodes of the last, unfinished chapter, and those of the chapters that were read last. The leaves of
// all others are read when a proof needs them, and compared with their chapter's root. So whoever
// compares RootAt with a signed root has checked everything that this tree will ever say.
#ifndef VOTUM_LEDGER_LOG_TREE_H_
#define VOTUM_LEDGER_LOG_TREE_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crypto/hash.h"
#include "crypto/merkle.h"

namespace votum::ledger {

inline constexpr int kChapterHeight = 8;  // log2 of kChapterRecords
inline constexpr uint64_t kChapterRecords = uint64_t{1} << kChapterHeight;
// The most finished chapters whose nodes are kept; 20 KB each.
inline constexpr size_t kMostChaptersInMemory = 256;

// Thread-safe; one thread at a time appends. No lock is held while leaves are read.
class LogTree {
 public:
  // Reads the leaves (32 bytes each) of the records from `first` on, kChapterRecords of them.
  using ReadLeaves = std::function<absl::StatusOr<std::vector<std::string>>(uint64_t first)>;

  explicit LogTree(ReadLeaves read) : read_(std::move(read)) {}

  // Adds the next chapter. REQUIRES: size() is a multiple of kChapterRecords.
  void AppendChapter(const crypto::Digest& root);
  // Adds the next leaf; returns the root of the chapter that it finishes, if it does.
  std::optional<crypto::Digest> Append(absl::string_view leaf);

  uint64_t size() const;

  // As crypto::MerkleTree. Besides OUT_OF_RANGE/NOT_IN_TREE:
  //
  //   DATA_LOSS/LOG_DAMAGED  leaves that were read do not give the root of their chapter
  //   and errors of reading
  absl::StatusOr<crypto::Digest> RootAt(uint64_t size) const;
  absl::StatusOr<std::vector<crypto::Digest>> InclusionProof(uint64_t index, uint64_t size) const;
  absl::StatusOr<std::vector<crypto::Digest>> ConsistencyProof(uint64_t old_size,
                                                               uint64_t new_size) const;
  // OK if leaf `index` is `leaf`, or else DATA_LOSS/LOG_DAMAGED; errors as above.
  absl::Status CheckLeaf(uint64_t index, absl::string_view leaf) const;

 private:
  // A chapter's own tree. That of the unfinished chapter grows, under mutex_.
  using Chapter = std::shared_ptr<crypto::MerkleTree>;

  absl::Status CheckSize(uint64_t size) const;
  // The chapter with record `index`, which is below size().
  absl::StatusOr<Chapter> ChapterWith(uint64_t index) const;
  // The chapter of which only a part is among the first `size` records; null if there is none.
  absl::StatusOr<Chapter> CutChapter(uint64_t size) const;
  absl::StatusOr<Chapter> Load(uint64_t number) const;
  void Keep(uint64_t number, const Chapter& chapter) const;  // REQUIRES: mutex_ is held alone

  const ReadLeaves read_;
  mutable std::shared_mutex mutex_;
  crypto::MerkleTree chapters_;  // guarded by mutex_; its leaves are roots
  Chapter open_ = std::make_shared<crypto::MerkleTree>();  // guarded by mutex_
  // Finished ones, by number, and their numbers in the order in which they came.
  mutable absl::flat_hash_map<uint64_t, Chapter> kept_;  // guarded by mutex_
  mutable std::deque<uint64_t> kept_order_;              // guarded by mutex_
};

}  // namespace votum::ledger

#endif  // VOTUM_LEDGER_LOG_TREE_H_
