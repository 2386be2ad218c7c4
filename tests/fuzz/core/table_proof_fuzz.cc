// Arbitrary bytes as the proof of an entry: refused, or they show what the table has.
//
// The input is the length of the key in one byte, the key, and the proof.
#include <algorithm>

#include "core/table.h"
#include "core/table_proof.h"
#include "tests/fuzz/crypto/fuzz_check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace votum;  // NOLINT
  static const auto* const kTable = [] {
    auto* table = new Table<std::string, std::string>();
    for (const char* key : {"item/1", "item/10", "item/2", "key/ab", "key/abc", "vote/v-1"})
      table->InsertOrAssign(key, std::string(key) + "'s");
    return table;
  }();
  static const crypto::Digest root = kTable->Digest();
  const absl::string_view input = crypto::Text(data, size);
  if (input.empty()) return 0;
  const size_t length = std::min<size_t>(static_cast<uint8_t>(input[0]), input.size() - 1);
  const std::string key(input.substr(1, length));
  const auto agrees = [&key](const std::optional<ProvenEntry>& shown) {
    const std::string* value = kTable->Find(key);
    return shown->present == (value != nullptr) &&
           shown->value == (value == nullptr ? "" : Encode(*value));
  };
  const auto shown = VerifyTableProof(input.substr(1 + length), key, root);
  if (shown.has_value()) crypto::Require(agrees(shown), "a proof shows what the table has");
  const auto own = VerifyTableProof(kTable->Prove(key), key, root);
  crypto::Require(own.has_value() && agrees(own), "a table proves what it has");
  return 0;
}
