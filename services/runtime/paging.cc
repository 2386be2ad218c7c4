#include "services/runtime/paging.h"

#include <algorithm>
#include <optional>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/numbers.h"
#include "base/refusal.h"
#include "base/status_macros.h"

namespace votum {
namespace {
constexpr char kPrefix[] = "p1:";  // marks a token, and the version of its form
constexpr size_t kDefaultEntries = 500;
constexpr size_t kMostEntries = 5000;
}  // namespace

absl::StatusOr<Page> ParsePage(int32_t page_size, absl::string_view page_token, size_t default_size,
                               size_t max_size) {
  if (page_size < 0) return Refuse(Reason::kBadPage, "page_size must not be negative");
  Page page;
  page.size =
      page_size == 0 ? default_size : std::min<size_t>(static_cast<size_t>(page_size), max_size);
  if (page_token.empty()) return page;
  std::string decoded;
  if (!absl::WebSafeBase64Unescape(page_token, &decoded) || !absl::StartsWith(decoded, kPrefix)) {
    return Refuse(Reason::kBadPage,
                  "page_token is not one that a response gave; start again without it");
  }
  page.after = decoded.substr(sizeof(kPrefix) - 1);
  return page;
}

absl::StatusOr<EntryRange> ParseEntryRange(const ledger::v1::ListEntriesRequest& request) {
  ASSIGN_OR_RETURN(const Page page, ParsePage(request.page_size(), request.page_token(),
                                              kDefaultEntries, kMostEntries));
  const std::optional<uint64_t> start = page.after.empty()
                                            ? std::optional<uint64_t>(request.start_index())
                                            : ParseDecimal(page.after);
  if (start.has_value()) return EntryRange{*start, page.size};
  return Refuse(Reason::kBadPage, "page_token is not one that a response gave");
}

std::string NextPageToken(absl::string_view last_key) {
  return absl::WebSafeBase64Escape(absl::StrCat(kPrefix, last_key));
}

}  // namespace votum
