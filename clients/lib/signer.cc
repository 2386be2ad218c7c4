#include "clients/lib/signer.h"

#include "base/status_macros.h"
#include "core/command/payload_type.h"
#include "core/command/timestamps.h"
#include "crypto/commitment.h"
#include "crypto/dsse.h"
#include "crypto/hash.h"
#include "crypto/one_time_code.h"
#include "crypto/random.h"

namespace votum::client {
namespace {

std::string DigestOfKey(const crypto::PrivateKey& key) {
  const crypto::Digest digest =
      crypto::Sha256({"votum/receipt-code/v1", key.public_key().spki_der()});
  return std::string(crypto::AsBytes(digest));
}

}  // namespace

absl::StatusOr<common::v1::SignedCommand> SignCommand(const Signing& signing, absl::Time now,
                                                      google::protobuf::Message* command) {
  const auto* field = command->GetDescriptor()->FindFieldByName("header");
  auto* header = static_cast<common::v1::CommandHeader*>(
      command->GetReflection()->MutableMessage(command, field));
  header->set_command_id(crypto::NewUuid());
  header->set_deployment(signing.deployment);
  header->set_actor(signing.actor);
  *header->mutable_create_time() = ToTimestamp(now);
  *header->mutable_not_after() = ToTimestamp(now + kValidity);
  if (signing.seen.has_value()) {
    header->set_seen_size(signing.seen->size);
    header->set_seen_root(std::string(crypto::AsBytes(signing.seen->root)));
  }
  if (signing.public_key_in_header)
    header->set_public_key(signing.keys[0]->public_key().spki_der());

  common::v1::SignedCommand signed_command;
  signed_command.set_payload_type(PayloadType(command->GetDescriptor()));
  signed_command.set_payload(command->SerializeAsString());
  for (const crypto::Signer* key : signing.keys) {
    ASSIGN_OR_RETURN(
        const std::string signature,
        crypto::SignDsse(*key, signed_command.payload_type(), signed_command.payload()));
    common::v1::Signature* added = signed_command.add_signatures();
    added->set_key_id(key->public_key().id());
    added->set_signature(signature);
  }
  return signed_command;
}

ReceiptCode NewReceiptCode() {
  const crypto::SecretBytes code = crypto::NewOneTimeCode();
  return {std::string(code.Reveal()), DigestOfKey(*crypto::KeyOfOneTimeCode(code.Reveal()))};
}

absl::StatusOr<std::string> ReceiptCodeDigest(absl::string_view code) {
  ASSIGN_OR_RETURN(const crypto::PrivateKey key, crypto::KeyOfOneTimeCode(code));
  return DigestOfKey(key);
}

SealedText SealText(absl::string_view content, absl::string_view media_type) {
  return Seal(crypto::NewSalt(), crypto::RandomBytes(kSubjectBytes), content, media_type);
}

}  // namespace votum::client
