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

// The one rule for texts, wherever they come from: fields of commands, contents of sealed
// attachments, files that are imported, names on the command line. INVALID_ARGUMENT/BAD_TEXT unless
// they are 1 to `max_bytes` of
//   - UTF-8
//   - in normal form C, so that what looks the same is the same
//   - without control characters but newline and tab, and without characters that nobody sees but
//     that change what others look like: marks and overrides of the direction of writing, separators
//     of lines, spaces without width.
absl::Status CheckText(absl::string_view field, absl::string_view value, size_t max_bytes);

// As CheckText, but may be empty.
absl::Status CheckOptionalText(absl::string_view field, absl::string_view value, size_t max_bytes);

// A commitment of 32 bytes, a subject of 16, a media type of printable ASCII.
// INVALID_ARGUMENT/BAD_ATTACHMENT.
absl::Status CheckAttachmentRef(absl::string_view field, const common::v1::AttachmentRef& ref);

// The most bytes of a text that is a sealed attachment.
inline constexpr size_t kMaxSealedTextBytes = size_t{16} << 10;
// Whether the content of an attachment of this media type is a text, for people to read.
bool IsTextType(absl::string_view media_type);
// The content of an attachment of this media type: a text follows the rule of CheckText, and has at
// most kMaxSealedTextBytes; other contents are shown to nobody as a text and may be anything.
absl::Status CheckContent(absl::string_view media_type, absl::string_view content);

// Whether `bytes` are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
bool IsUtf8(absl::string_view bytes);
// Whether a text must not have this character, newline and tab apart.
bool IsHidden(char32_t code_point);

}  // namespace votum

#endif  // VOTUM_CORE_COMMAND_FIELDS_H_
