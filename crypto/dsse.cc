#include "crypto/dsse.h"

#include "absl/strings/str_cat.h"

namespace votum::crypto {

std::string PreAuthEncoding(absl::string_view payload_type, absl::string_view payload) {
  return absl::StrCat("DSSEv1 ", payload_type.size(), " ", payload_type, " ", payload.size(), " ",
                      payload);
}

absl::StatusOr<std::string> SignDsse(const Signer& key, absl::string_view payload_type,
                                     absl::string_view payload) {
  return key.Sign(PreAuthEncoding(payload_type, payload));
}

absl::Status VerifyDsse(const PublicKey& key, absl::string_view payload_type,
                        absl::string_view payload, absl::string_view signature) {
  return key.Verify(PreAuthEncoding(payload_type, payload), signature);
}

}  // namespace votum::crypto
