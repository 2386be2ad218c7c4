#include "services/domain/fields.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"

namespace votum {

absl::Status CheckId(absl::string_view field, absl::string_view value) {
  const auto allowed = [](char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-' || c == '.';
  };
  if (value.empty() || value.size() > 64 || !std::all_of(value.begin(), value.end(), allowed)) {
    return RefuseArgument("BAD_ID", absl::StrCat(field, " must be 1 to 64 of a-z, 0-9, '-' and '.'; choose another id"));
  }
  return absl::OkStatus();
}

absl::Status CheckOptionalText(absl::string_view field, absl::string_view value, size_t max_bytes) {
  if (value.size() > max_bytes) {
    return RefuseArgument("BAD_TEXT", absl::StrCat(field, " has ", value.size(), " bytes, ", max_bytes,
                                                   " are allowed; shorten it"));
  }
  if (!IsUtf8(value)) return RefuseArgument("BAD_TEXT", absl::StrCat(field, " is not valid UTF-8"));
  for (const char c : value) {
    if (absl::ascii_iscntrl(c) && c != '\n' && c != '\t') {
      return RefuseArgument("BAD_TEXT", absl::StrCat(field, " contains control characters; remove them"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckText(absl::string_view field, absl::string_view value, size_t max_bytes) {
  if (value.empty()) return RefuseArgument("BAD_TEXT", absl::StrCat(field, " is empty; give it"));
  return CheckOptionalText(field, value, max_bytes);
}

absl::Status CheckAttachmentRef(absl::string_view field, const common::v1::AttachmentRef& ref) {
  if (ref.commitment().size() != 32 || ref.subject().size() != 16 || ref.media_type().empty() ||
      ref.media_type().size() > 100) {
    return RefuseArgument("BAD_ATTACHMENT",
                          absl::StrCat(field, " needs a commitment of 32 bytes, a subject of 16 and a media type"));
  }
  return absl::OkStatus();
}

bool IsUtf8(absl::string_view bytes) {
  // Smallest code point that needs one more, two more, three more bytes.
  constexpr uint32_t kSmallest[] = {0x80, 0x800, 0x10000};
  for (size_t i = 0; i < bytes.size();) {
    const auto lead = static_cast<uint8_t>(bytes[i++]);
    if (lead < 0x80) continue;
    const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    if (lead < 0xC2 || lead > 0xF4 || bytes.size() - i < static_cast<size_t>(more)) return false;
    uint32_t code = lead & (0x3Fu >> more);
    for (int k = 0; k < more; ++k) {
      const auto next = static_cast<uint8_t>(bytes[i++]);
      if ((next & 0xC0) != 0x80) return false;
      code = code << 6 | (next & 0x3F);
    }
    if (code < kSmallest[more - 1] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
  }
  return true;
}

}  // namespace votum
