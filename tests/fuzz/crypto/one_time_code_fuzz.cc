#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "crypto/one_time_code.h"
#include "tests/fuzz/crypto/fuzz_check.h"

namespace votum::crypto {
namespace {

void FuzzOneTimeCode(absl::string_view typed) {
  const absl::StatusOr<PrivateKey> key = KeyOfOneTimeCode(typed);
  if (!key.ok()) return;
  const absl::StatusOr<PrivateKey> otherwise =
      KeyOfOneTimeCode(absl::StrCat(" ", absl::AsciiStrToLower(typed), "-"));
  Require(otherwise.ok() && otherwise->public_key() == key->public_key(),
          "case, spaces and dashes do not matter");
  Require(!KeyOfOneTimeCode(absl::StrCat(typed, "0")).ok(), "a code has 28 symbols");
}

}  // namespace
}  // namespace votum::crypto

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  votum::crypto::FuzzOneTimeCode(votum::crypto::Text(data, size));
  return 0;
}
