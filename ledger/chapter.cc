#include "ledger/chapter.h"

#include <utility>

#include "absl/status/statusor.h"
#include "base/big_endian.h"
#include "ledger/log_tree.h"

namespace votum::ledger {
namespace {

constexpr size_t kIdBytes = 8;

std::string DerivedFrom(const crypto::SecretBytes& key, absl::string_view purpose) {
  const crypto::Digest derived = crypto::Sha256({key.Reveal(), purpose});
  return std::string(crypto::AsBytes(derived));
}

}  // namespace

ChapterSeal::ChapterSeal(const crypto::SecretBytes& key)
    : seal_key_(DerivedFrom(key, "votum/ledger/chapter/seal")),
      id_salt_(DerivedFrom(key, "votum/ledger/chapter/ids")) {}

// Both parts of the outer hash have 32 bytes, so that nobody can prolong what was sealed.
std::string ChapterSeal::SealOf(uint64_t number, const StoredChapter& stored) const {
  const std::string place = BigEndian64(number);
  const crypto::Digest inner = crypto::Sha256({place, stored.root, stored.ids});
  const crypto::Digest seal = crypto::Sha256({seal_key_, crypto::AsBytes(inner)});
  return std::string(crypto::AsBytes(seal));
}

StoredChapter ChapterSeal::Seal(uint64_t number, const Chapter& chapter) const {
  StoredChapter stored;
  stored.number = number;
  stored.root = std::string(crypto::AsBytes(chapter.root));
  stored.ids.reserve(kIdBytes * chapter.ids.size());
  for (const uint64_t id : chapter.ids) stored.ids += BigEndian64(id);
  stored.seal = SealOf(number, stored);
  return stored;
}

std::optional<Chapter> ChapterSeal::Open(uint64_t number, const StoredChapter& stored) const {
  const auto root = crypto::DigestFromBytes(stored.root);
  if (!root.ok() || stored.number != number || stored.ids.size() != kIdBytes * kChapterRecords ||
      !crypto::ConstantTimeEquals(stored.seal, SealOf(number, stored))) {
    return std::nullopt;
  }
  Chapter chapter;
  chapter.root = *root;
  chapter.ids.reserve(kChapterRecords);
  for (size_t at = 0; at < stored.ids.size(); at += kIdBytes)
    chapter.ids.push_back(FromBigEndian(absl::string_view(stored.ids).substr(at, kIdBytes)));
  return chapter;
}

}  // namespace votum::ledger
