#include "services/runtime/paging.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/refusal.h"

namespace votum {
namespace {
constexpr char kPrefix[] = "p1:";  // marks a token, and the version of its form
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

std::string NextPageToken(absl::string_view last_key) {
  return absl::WebSafeBase64Escape(absl::StrCat(kPrefix, last_key));
}

}  // namespace votum
