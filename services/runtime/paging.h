// Pages of a list (AIP-158): the token is the key after which the next page begins.
#ifndef VOTUM_SERVICES_RUNTIME_PAGING_H_
#define VOTUM_SERVICES_RUNTIME_PAGING_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "votum/ledger/v1/ledger_service.pb.h"

namespace votum {

struct Page {
  std::string after;  // the list's key of the last element already seen; empty for the first page
  size_t size = 0;    // at least 1
};

inline constexpr size_t kDefaultPage = 100;
inline constexpr size_t kLargestPage = 500;

// The requested page. page_size 0 means `default_size`, more than `max_size` is taken as
// `max_size`. INVALID_ARGUMENT/BAD_PAGE for a negative size or a token that is not one of
// NextPageToken's.
absl::StatusOr<Page> ParsePage(int32_t page_size, absl::string_view page_token,
                               size_t default_size = kDefaultPage, size_t max_size = kLargestPage);

// A page of entries of the log.
struct EntryRange {
  uint64_t start = 0;
  size_t size = 0;  // at least 1
};

// The entries that are asked for: 500 of them if no number is given, at most 5,000.
// INVALID_ARGUMENT/BAD_PAGE.
absl::StatusOr<EntryRange> ParseEntryRange(const ledger::v1::ListEntriesRequest& request);

// The token of the page after the element with `last_key`.
std::string NextPageToken(absl::string_view last_key);

}  // namespace votum

#endif  // VOTUM_SERVICES_RUNTIME_PAGING_H_
