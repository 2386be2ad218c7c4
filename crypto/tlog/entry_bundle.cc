#include "crypto/tlog/entry_bundle.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "crypto/tlog/tile.h"

namespace votum::crypto {
namespace {

constexpr size_t kLengthBytes = 2;

absl::Status BadEntryBundle(absl::string_view why) {
  return Refuse(Reason::kBadEntryBundle, absl::StrCat("not a bundle of entries: ", why));
}

}  // namespace

absl::StatusOr<std::string> FormatEntryBundle(absl::Span<const std::string> entries) {
  if (entries.empty() || entries.size() > kTileWidth) {
    return BadEntryBundle(
        absl::StrCat("it holds 1 to ", kTileWidth, " entries, not ", entries.size()));
  }
  std::string bundle;
  for (const std::string& entry : entries) {
    if (entry.size() > kMaxEntryBytes) {
      return BadEntryBundle(absl::StrCat("an entry of ", entry.size(), " bytes; the most is ",
                                         kMaxEntryBytes, ": put in its hash"));
    }
    bundle.push_back(static_cast<char>(entry.size() >> 8));
    bundle.push_back(static_cast<char>(entry.size() & 0xff));
    absl::StrAppend(&bundle, entry);
  }
  return bundle;
}

absl::StatusOr<std::vector<std::string>> ParseEntryBundle(absl::string_view bytes, int width) {
  std::vector<std::string> entries;
  while (!bytes.empty()) {
    if (static_cast<int>(entries.size()) == width) {
      return BadEntryBundle(absl::StrCat("it goes on after ", width, " entries"));
    }
    if (bytes.size() < kLengthBytes) return BadEntryBundle("it ends within a length");
    const size_t length =
        static_cast<size_t>(static_cast<uint8_t>(bytes[0])) << 8 | static_cast<uint8_t>(bytes[1]);
    bytes.remove_prefix(kLengthBytes);
    if (bytes.size() < length) return BadEntryBundle("it ends within an entry");
    entries.emplace_back(bytes.substr(0, length));
    bytes.remove_prefix(length);
  }
  if (static_cast<int>(entries.size()) != width) {
    return BadEntryBundle(absl::StrCat("it has ", entries.size(), " entries, not ", width));
  }
  return entries;
}

}  // namespace votum::crypto
