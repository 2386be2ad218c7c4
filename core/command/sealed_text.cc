#include "core/command/sealed_text.h"

#include <string>

namespace votum {

void SealedText::PutUnder(const std::string& subject) {
  ref.set_subject(subject);
  attachment.set_subject(subject);
}

SealedText Seal(const crypto::Salt& salt, absl::string_view subject, absl::string_view content,
                absl::string_view media_type) {
  const crypto::Digest commitment = crypto::Commit(salt, content);
  SealedText sealed;
  sealed.ref.set_commitment(std::string(crypto::AsBytes(commitment)));
  sealed.ref.set_media_type(std::string(media_type));
  sealed.attachment.set_commitment(sealed.ref.commitment());
  sealed.attachment.set_salt(std::string(salt.begin(), salt.end()));
  sealed.attachment.set_content(std::string(content));
  sealed.PutUnder(std::string(subject));
  return sealed;
}

}  // namespace votum
