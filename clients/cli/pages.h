// Lists that come in pages.
#ifndef VOTUM_CLIENTS_CLI_PAGES_H_
#define VOTUM_CLIENTS_CLI_PAGES_H_

#include <string>

#include "absl/status/status.h"
#include "base/status_macros.h"
#include "clients/lib/client.h"

namespace votum::cli {

// Calls `take` with each page of the answers of `service`'s `method` to `request`, until it returns
// false.
template <typename Response, typename Request, typename Take>
absl::Status EachPage(client::Client& client, const std::string& service, const std::string& method,
                      Request request, Take take) {
  constexpr int kPageSize = 500;
  request.set_page_size(kPageSize);
  for (;;) {
    Response page;
    RETURN_IF_ERROR(client.Read(service, method, request, &page));
    if (!take(page) || page.next_page_token().empty()) return absl::OkStatus();
    request.set_page_token(page.next_page_token());
  }
}

}  // namespace votum::cli

#endif  // VOTUM_CLIENTS_CLI_PAGES_H_
