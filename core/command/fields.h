// Checks of fields that come from outside, with refusals that name the field and the
// expected value.
#ifndef VOTUM_CORE_COMMAND_FIELDS_H_
#define VOTUM_CORE_COMMAND_FIELDS_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "votum/common/v1/command.pb.h"

namespace votum {

// 1 to 64 of a-z, 0-9, '-', '.'. INVALID_ARGUMENT/BAD_ID.
absl::Status CheckId(absl::string_view field, absl::string_view value);

// 1 to max_bytes of UTF-8 without control characters except newline and tab.
// INVALID_ARGUMENT/BAD_TEXT.
absl::Status CheckText(absl::string_view field, absl::string_view value, size_t max_bytes);

// As CheckText, but may be empty.
absl::Status CheckOptionalText(absl::string_view field, absl::string_view value, size_t max_bytes);

// A commitment of 32 bytes, a subject of 16, a media type. INVALID_ARGUMENT/BAD_ATTACHMENT.
absl::Status CheckAttachmentRef(absl::string_view field, const common::v1::AttachmentRef& ref);

// Whether `bytes` are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
bool IsUtf8(absl::string_view bytes);

}  // namespace votum

#endif  // VOTUM_CORE_COMMAND_FIELDS_H_
