// An entry as it comes from the store, which anybody with access to its files may have changed.
#ifndef VOTUM_LEDGER_STORED_ENTRY_H_
#define VOTUM_LEDGER_STORED_ENTRY_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "ledger/store.h"
#include "votum/common/v1/command.pb.h"

namespace votum::ledger {

inline constexpr size_t kSaltBytes = 32;

// DATA_LOSS/LOG_DAMAGED: "record 17 of the database is missing".
absl::Status DamagedRecord(uint64_t index, absl::string_view how);

// OK if `entry` is that of record `index` and gives the leaf beside it; DATA_LOSS/LOG_DAMAGED.
absl::Status CheckGivesLeaf(uint64_t index, const StoredEntry& entry);

// The header of the command in `payload`; empty if there is none.
common::v1::CommandHeader HeaderOf(const std::string& payload);

}  // namespace votum::ledger

#endif  // VOTUM_LEDGER_STORED_ENTRY_H_
