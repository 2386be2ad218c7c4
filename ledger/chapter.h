// Chapters: what a start reads of the log instead of its records.
//
// A chapter stands for kChapterRecords neighbouring records: the root over their leaves, and the
// hashes of their command ids (command_index.h). All roots together, and the leaves behind the last
// chapter, must give the root that was signed. The ids have no such root; so root and ids are sealed
// together with a key that lies outside the database: where the root is that of the records, the ids
// are theirs, too.
#ifndef VOTUM_LEDGER_CHAPTER_H_
#define VOTUM_LEDGER_CHAPTER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "ledger/store.h"

namespace votum::ledger {

struct Chapter {
  crypto::Digest root = {};
  std::vector<uint64_t> ids;  // hashed
};

// Immutable.
class ChapterSeal {
 public:
  // Its keys follow from `key`, which has other uses and is not kept.
  explicit ChapterSeal(const crypto::SecretBytes& key);

  // The salt with which the ids are hashed: it must be the same in all processes.
  absl::string_view id_salt() const { return id_salt_; }

  StoredChapter Seal(uint64_t number, const Chapter& chapter) const;
  // Nothing unless `stored` is what Seal gave for this number.
  std::optional<Chapter> Open(uint64_t number, const StoredChapter& stored) const;

 private:
  std::string SealOf(uint64_t number, const StoredChapter& stored) const;

  const std::string seal_key_;
  const std::string id_salt_;
};

}  // namespace votum::ledger

#endif  // VOTUM_LEDGER_CHAPTER_H_
