#include "crypto/openssl.h"

#include <openssl/err.h>

#include <algorithm>
#include <climits>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"

namespace votum::crypto {
namespace {

std::string DrainErrors() {
  std::string text;
  while (const unsigned long code = ERR_get_error()) {
    char line[256];
    ERR_error_string_n(code, line, sizeof(line));
    absl::StrAppend(&text, text.empty() ? "" : "; ", line);
  }
  return text;
}

}  // namespace

absl::Status OpenSslError(absl::string_view doing) {
  return absl::InternalError(absl::StrCat(doing, " failed: ", DrainErrors()));
}

void CheckOpenSsl(bool succeeded, absl::string_view doing) {
  if (succeeded) return;
  std::fprintf(stderr, "fatal: %s\n", OpenSslError(doing).ToString().c_str());
  std::abort();
}

OwnedBio ReaderOf(absl::string_view text) {
  const size_t size = std::min(text.size(), size_t{INT_MAX});
  // OpenSSL refuses a null pointer, which an empty view may hold.
  OwnedBio reader(BIO_new_mem_buf(text.empty() ? "" : text.data(), static_cast<int>(size)));
  CheckOpenSsl(reader != nullptr, "make a reader");
  return reader;
}

}  // namespace votum::crypto
