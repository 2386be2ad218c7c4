// Entry bundles (https://c2sp.org/tlog-tiles): the entries below one tile of level 0, each as its
// length, two bytes big-endian, and its bytes.
#ifndef VOTUM_CRYPTO_TLOG_ENTRY_BUNDLE_H_
#define VOTUM_CRYPTO_TLOG_ENTRY_BUNDLE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace votum::crypto {

// The largest length that two bytes can hold.
inline constexpr size_t kMaxEntryBytes = 65535;

// The bundle of 1 to 256 entries. INVALID_ARGUMENT/BAD_ENTRY_BUNDLE for another number of them, or
// for an entry that is too long.
absl::StatusOr<std::string> FormatEntryBundle(absl::Span<const std::string> entries);

// The entries of a bundle that holds exactly `width` of them; BAD_ENTRY_BUNDLE for anything else.
absl::StatusOr<std::vector<std::string>> ParseEntryBundle(absl::string_view bytes, int width);

}  // namespace votum::crypto

#endif  // VOTUM_CRYPTO_TLOG_ENTRY_BUNDLE_H_
