// A log that grows under a test's control, and the ledger's view of it.
#ifndef VOTUM_TESTS_UNIT_SERVICES_GATEWAY_GROWING_LOG_H_
#define VOTUM_TESTS_UNIT_SERVICES_GATEWAY_GROWING_LOG_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "crypto/checkpoint.h"
#include "crypto/hash.h"
#include "crypto/merkle.h"
#include "crypto/note.h"
#include "google/protobuf/repeated_field.h"
#include "tests/unit/crypto/known_answers.h"
#include "votum/ledger/v1/ledger_service.pb.h"
#include "votum/publication/v1/log_service.pb.h"

namespace votum::gateway {

class GrowingLog {
 public:
  using Entries = google::protobuf::RepeatedPtrField<ledger::v1::Entry>;

  // The next `count` entries. Each third one is not shown to the public.
  Entries Grow(uint64_t count) {
    Entries entries;
    for (uint64_t i = 0; i < count; ++i) {
      const uint64_t index = tree_.size();
      const std::string salt(32, static_cast<char>(index));
      const std::string record = absl::StrCat("record ", index);
      const crypto::Digest leaf = crypto::Sha256({salt, record});
      ledger::v1::Entry* entry = entries.Add();
      entry->set_index(index);
      entry->set_leaf(std::string(crypto::AsBytes(leaf)));
      if (IsShown(index)) {
        entry->set_salt(salt);
        entry->set_record(record);
      }
      tree_.Append(crypto::AsBytes(leaf));
    }
    return entries;
  }

  // Opening `number`: record `opened_by` opens record `index`.
  static publication::v1::Opening OpeningOf(uint64_t number, uint64_t opened_by, uint64_t index) {
    publication::v1::Opening opening;
    opening.set_number(number);
    opening.set_opened_by(opened_by);
    opening.mutable_entry()->set_index(index);
    opening.mutable_entry()->set_salt(std::string(32, static_cast<char>(index)));
    opening.mutable_entry()->set_record(absl::StrCat("record ", index));
    return opening;
  }

  static bool IsShown(uint64_t index) { return index % 3 != 2; }

  const crypto::MerkleTree& tree() const { return tree_; }

  // The signed checkpoint of the first `size` entries.
  std::string Checkpoint(uint64_t size) const {
    return Sign({crypto::kLogName, size, *tree_.RootAt(size), {}});
  }
  static std::string Sign(const crypto::Checkpoint& head) {
    return *crypto::SignCheckpoint(
        head, *crypto::NoteSigner::Create(crypto::kLogName, crypto::KeyOfSeedByte(1)));
  }

  static crypto::NoteVerifier Key() { return *crypto::NoteVerifier::FromVkey(crypto::kLogVkey); }

 private:
  crypto::MerkleTree tree_;
};

}  // namespace votum::gateway

#endif  // VOTUM_TESTS_UNIT_SERVICES_GATEWAY_GROWING_LOG_H_
