// Arbitrary answers of a server: a client never crashes, and makes the same of a stream in whatever
// pieces it comes.
//
// The first byte of the input is the size of the pieces.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "clients/lib/connect_format.h"
#include "tests/fuzz/crypto/fuzz_check.h"

namespace votum::client {
namespace {

struct Seen {
  std::vector<std::string> messages;
  bool ended = false;
  int code = 0;

  bool operator==(const Seen& other) const {
    return messages == other.messages && ended == other.ended && code == other.code;
  }
};

Seen Read(absl::string_view bytes, size_t piece) {
  Seen seen;
  ConnectStream stream;
  for (size_t i = 0; i < bytes.size(); i += piece) {
    const bool more = stream.Take(bytes.substr(i, piece), [&](absl::string_view message) {
      seen.messages.emplace_back(message);
      return true;
    });
    if (!more) break;
  }
  seen.ended = stream.ended();
  seen.code = stream.status().error_code();
  return seen;
}

}  // namespace
}  // namespace votum::client

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const absl::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  votum::crypto::Require(!votum::client::ConnectRefusal(503, bytes).ok(), "a refusal is one");
  votum::crypto::Require(
      votum::client::Read(bytes, size) == votum::client::Read(bytes, size_t{1} + data[0]),
      "a stream is the same in pieces of any size");
  return 0;
}
