// Sealed attachments: the content, and the reference to it that a command holds.
#ifndef VOTUM_CORE_COMMAND_SEALED_TEXT_H_
#define VOTUM_CORE_COMMAND_SEALED_TEXT_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "crypto/commitment.h"
#include "votum/common/v1/command.pb.h"

namespace votum {

inline constexpr size_t kSubjectBytes = 16;
inline constexpr char kPlainText[] = "text/plain; charset=utf-8";

// An attachment, and the reference for the command that it travels with.
struct SealedText {
  common::v1::AttachmentRef ref;
  common::v1::Attachment attachment;

  // Uses the subject of other attachments of the same person and matter, to be erased with them.
  void PutUnder(const std::string& subject);
};

// `subject` has kSubjectBytes. Salt and a subject that is new are drawn at random by the caller.
SealedText Seal(const crypto::Salt& salt, absl::string_view subject, absl::string_view content,
                absl::string_view media_type = kPlainText);

}  // namespace votum

#endif  // VOTUM_CORE_COMMAND_SEALED_TEXT_H_
