#include "core/command/fields.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/utf8.h"

namespace votum {

absl::Status CheckId(absl::string_view field, absl::string_view value) {
  const auto allowed = [](char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-' || c == '.';
  };
  if (value.empty() || value.size() > 64 || !std::all_of(value.begin(), value.end(), allowed)) {
    return Refuse(
        Reason::kBadId,
        absl::StrCat(field, " must be 1 to 64 of a-z, 0-9, '-' and '.'; choose another id"));
  }
  return absl::OkStatus();
}

absl::Status CheckOptionalText(absl::string_view field, absl::string_view value, size_t max_bytes) {
  if (value.size() > max_bytes) {
    return Refuse(Reason::kBadText, absl::StrCat(field, " has ", value.size(), " bytes, ",
                                                 max_bytes, " are allowed; shorten it"));
  }
  if (!IsUtf8(value)) return Refuse(Reason::kBadText, absl::StrCat(field, " is not valid UTF-8"));
  for (const char c : value) {
    if (absl::ascii_iscntrl(c) && c != '\n' && c != '\t') {
      return Refuse(Reason::kBadText,
                    absl::StrCat(field, " contains control characters; remove them"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckText(absl::string_view field, absl::string_view value, size_t max_bytes) {
  if (value.empty()) return Refuse(Reason::kBadText, absl::StrCat(field, " is empty; give it"));
  return CheckOptionalText(field, value, max_bytes);
}

absl::Status CheckAttachmentRef(absl::string_view field, const common::v1::AttachmentRef& ref) {
  if (ref.commitment().size() != 32 || ref.subject().size() != 16 || ref.media_type().empty() ||
      ref.media_type().size() > 100) {
    return Refuse(
        Reason::kBadAttachment,
        absl::StrCat(field, " needs a commitment of 32 bytes, a subject of 16 and a media type"));
  }
  return absl::OkStatus();
}

bool IsUtf8(absl::string_view bytes) {
  while (!bytes.empty()) {
    if (!crypto::TakeCodePoint(&bytes).has_value()) return false;
  }
  return true;
}

}  // namespace votum
