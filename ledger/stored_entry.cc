#include "ledger/stored_entry.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "crypto/hash.h"
#include "crypto/record_leaf.h"

namespace votum::ledger {

absl::Status DamagedRecord(uint64_t index, absl::string_view how) {
  return Refuse(Reason::kLogDamaged, absl::StrCat("record ", index, " of the database ", how));
}

absl::Status CheckGivesLeaf(uint64_t index, const StoredEntry& entry) {
  if (entry.index != index) return DamagedRecord(index, "is missing");
  const crypto::Digest leaf = crypto::RecordLeaf(entry.salt, entry.record);
  if (entry.salt.size() == kSaltBytes && crypto::AsBytes(leaf) == entry.leaf)
    return absl::OkStatus();
  return DamagedRecord(index, "does not give its leaf: a stored byte was changed");
}

common::v1::CommandHeader HeaderOf(const std::string& payload) {
  common::v1::AnyCommand any;
  if (!any.ParseFromString(payload)) return {};
  return std::move(*any.mutable_header());
}

}  // namespace votum::ledger
