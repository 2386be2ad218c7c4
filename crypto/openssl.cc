#include "crypto/openssl.h"

#include <openssl/err.h>

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

}  // namespace votum::crypto
