#include "core/fold/authorize.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/command/time_text.h"
#include "core/command/timestamps.h"
#include "core/fold/accepted_time.h"
#include "crypto/dsse.h"

namespace votum {
namespace {

absl::StatusOr<crypto::PublicKey> KeyFromHeader(const common::v1::CommandHeader& header) {
  auto key = crypto::PublicKey::FromSpkiDer(header.public_key());
  if (!key.ok()) {
    return Refuse(Reason::kBadSignature,
                  absl::StrCat("header.public_key: ", key.status().message()));
  }
  return key;
}

absl::Status VerifyOne(const crypto::PublicKey& key, const std::string& message,
                       const common::v1::Signature& signature, SignatureCache& cache) {
  if (signature.key_id() != key.id()) {
    return Refuse(Reason::kBadSignature,
                  absl::StrCat("the signature names key ", signature.key_id(), ", but key ",
                               key.id(), " is the one that must sign"));
  }
  const absl::Status verified = cache.Verify(key, message, signature.signature());
  if (ReasonOf(verified) == Reason::kHighS) return verified;
  if (!verified.ok()) {
    return Refuse(Reason::kBadSignature, absl::StrCat("the signature of key ", key.id(),
                                                      " does not verify over these bytes"));
  }
  return absl::OkStatus();
}

// The key of the one-time code with which EnrolKey's second signature is made.
absl::StatusOr<crypto::PublicKey> CodeKey(const World& world, const Envelope& envelope,
                                          absl::Time time) {
  const auto& enrol = static_cast<const directory::v1::EnrolKey&>(*envelope.command);
  const directory::CodeEntry* code = world.directory().FindCode(enrol.code_key_id());
  if (code == nullptr || code->person_id != envelope.header().actor()) {
    return Refuse(Reason::kUnknownCode,
                  absl::StrCat("no such one-time code was issued for ", envelope.header().actor(),
                               "; check person and code, or ask for a new code"));
  }
  if (code->used) {
    return Refuse(Reason::kCodeUsed,
                  "this one-time code was used before; ask an administrator for a new one");
  }
  if (code->expire_time.has_value() && time >= *code->expire_time) {
    return Refuse(Reason::kCodeExpired,
                  "this one-time code has expired; ask an administrator for a new one");
  }
  return crypto::PublicKey::FromSpkiDer(code->public_key_der);
}

absl::Status CheckValidity(const Envelope& envelope, absl::Time time) {
  const absl::Time not_after = FromTimestamp(envelope.header().not_after());
  if (time > not_after) {
    return Refuse(Reason::kExpired,
                  absl::StrCat("this ", envelope.type->name, " was good until ",
                               TimeText(not_after), ", and here it is ", TimeText(time),
                               "; set the device's clock if it is wrong, and sign anew"));
  }
  const absl::Duration longest = envelope.type->LongestValidity();
  if (not_after - time > longest) {
    return Refuse(
        Reason::kValidTooLong,
        absl::StrCat("a ", envelope.type->name, " may be good for ", absl::FormatDuration(longest),
                     " at most, and this one for ", absl::FormatDuration(not_after - time),
                     " more; set the device's clock if it is wrong, and sign anew"));
  }
  return absl::OkStatus();
}

// A machine gives nothing but what names its office; whoever enrols a key for it has no key yet.
absl::Status CheckMachine(const directory::DirectoryMachine& directory, const Envelope& envelope) {
  const std::string& actor = envelope.header().actor();
  const common::v1::CommandOptions& options = *envelope.type->options;
  if (options.signer() == common::v1::SIGNER_NEW_KEY ||
      options.signer() == common::v1::SIGNER_OFFICE || !directory.IsMachine(actor))
    return absl::OkStatus();
  return Refuse(Reason::kMachine, absl::StrCat(actor, " is a machine, and a ", envelope.type->name,
                                               " does not name its office; people give it"));
}

}  // namespace

absl::StatusOr<crypto::PublicKey> ActiveKeyOf(const directory::DirectoryMachine& directory,
                                              absl::string_view actor, absl::string_view key_id) {
  const directory::KeyEntry* entry = directory.FindKey(key_id);
  if (entry == nullptr) {
    return Refuse(Reason::kUnknownKey, absl::StrCat("no key ", key_id,
                                                    " is enrolled here; enrol it with a "
                                                    "one-time code from an administrator"));
  }
  if (entry->state == directory::v1::KEY_STATE_REVOKED) {
    return Refuse(Reason::kKeyRevoked, absl::StrCat("key ", entry->id, " of ", entry->person_id,
                                                    " was revoked; enrol a new one"));
  }
  if (entry->state != directory::v1::KEY_STATE_ACTIVE) {
    return Refuse(Reason::kKeyNotConfirmed,
                  absl::StrCat("key ", entry->id, " of ", entry->person_id,
                               " waits for a second administrator to confirm it"));
  }
  if (entry->person_id != actor) {
    return Refuse(Reason::kNotTheKeysOwner,
                  absl::StrCat("the command names ", actor, " as actor, but key ", entry->id,
                               " belongs to ", entry->person_id));
  }
  return *entry->public_key;
}

absl::Status RequireOffice(const directory::DirectoryMachine& directory,
                           absl::string_view person_id,
                           const google::protobuf::RepeatedField<int>& offices,
                           absl::string_view what) {
  const auto held = [&](int office) {
    return directory.HasOffice(person_id, static_cast<common::v1::Office>(office));
  };
  if (offices.empty() || std::any_of(offices.begin(), offices.end(), held)) return absl::OkStatus();
  std::string wanted;
  for (const int office : offices) {
    absl::StrAppend(&wanted, wanted.empty() ? "" : " or ",
                    common::v1::Office_Name(static_cast<common::v1::Office>(office)));
  }
  return Refuse(Reason::kOfficeMissing,
                absl::StrCat(what, " needs ", wanted, ", which ", person_id, " does not hold"));
}

absl::StatusOr<std::vector<crypto::PublicKey>> RequiredKeys(const World& world,
                                                            const Envelope& envelope,
                                                            uint64_t index, absl::Time time,
                                                            const crypto::PublicKey& log_key) {
  switch (envelope.type->options->signer()) {
    case common::v1::SIGNER_LOG_KEY:
      if (index != 0 || envelope.header().public_key() != log_key.spki_der()) {
        return Refuse(Reason::kBadSignature,
                      "only the log key founds a deployment, and only with its first record");
      }
      return std::vector<crypto::PublicKey>{log_key};
    case common::v1::SIGNER_NEW_KEY: {
      ASSIGN_OR_RETURN(crypto::PublicKey device, KeyFromHeader(envelope.header()));
      ASSIGN_OR_RETURN(crypto::PublicKey code, CodeKey(world, envelope, time));
      return std::vector<crypto::PublicKey>{device, code};
    }
    case common::v1::SIGNER_ANYBODY:
      if (envelope.header().actor().empty()) {
        ASSIGN_OR_RETURN(crypto::PublicKey own, KeyFromHeader(envelope.header()));
        return std::vector<crypto::PublicKey>{own};
      }
      [[fallthrough]];
    default: {  // SIGNER_PERSON, SIGNER_OFFICE
      ASSIGN_OR_RETURN(crypto::PublicKey key,
                       ActiveKeyOf(world.directory(), envelope.header().actor(),
                                   envelope.signatures[0].key_id()));
      return std::vector<crypto::PublicKey>{key};
    }
  }
}

absl::Status VerifySignatures(const Envelope& envelope, const std::vector<crypto::PublicKey>& keys,
                              SignatureCache& cache) {
  if (static_cast<size_t>(envelope.signatures.size()) != keys.size()) {
    return Refuse(Reason::kBadSignature,
                  absl::StrCat(envelope.type->name, " needs ", keys.size(), " signatures, not ",
                               envelope.signatures.size()));
  }
  const std::string message = crypto::PreAuthEncoding(envelope.payload_type(), envelope.payload);
  for (size_t i = 0; i < keys.size(); ++i)
    RETURN_IF_ERROR(VerifyOne(keys[i], message, envelope.signatures[i], cache));
  return absl::OkStatus();
}

absl::StatusOr<CommandContext> Authorize(const World& world, const Envelope& envelope,
                                         uint64_t index, absl::Time time,
                                         const crypto::PublicKey& log_key, SignatureCache& cache) {
  // The founding record names the deployment; all others must name the one that was founded.
  if (index != 0 && envelope.header().deployment() != world.directory().deployment()) {
    return Refuse(Reason::kWrongDeployment,
                  absl::StrCat("the command was signed for ", envelope.header().deployment(),
                               ", this is ", world.directory().deployment()));
  }
  RETURN_IF_ERROR(CheckValidity(envelope, StatedTime(world, envelope).value_or(time)));
  ASSIGN_OR_RETURN(const std::vector<crypto::PublicKey> keys,
                   RequiredKeys(world, envelope, index, time, log_key));
  RETURN_IF_ERROR(VerifySignatures(envelope, keys, cache));
  RETURN_IF_ERROR(RequireOffice(world.directory(), envelope.header().actor(),
                                envelope.type->options->offices(), envelope.type->name));
  RETURN_IF_ERROR(CheckMachine(world.directory(), envelope));
  CommandContext context;
  context.index = index;
  context.version = world.directory().version();
  context.time = time;
  context.command_id = envelope.header().command_id();
  context.actor = envelope.header().actor();
  context.key_id = keys[0].id();
  context.log_key = &log_key;
  return context;
}

absl::Status VerifyPersonSignature(const directory::DirectoryMachine& directory,
                                   absl::string_view actor, absl::string_view payload_type,
                                   absl::string_view payload,
                                   const common::v1::Signature& signature, SignatureCache& cache) {
  ASSIGN_OR_RETURN(const crypto::PublicKey key, ActiveKeyOf(directory, actor, signature.key_id()));
  return VerifyOne(key, crypto::PreAuthEncoding(payload_type, payload), signature, cache);
}

}  // namespace votum
