// The one place where signatures and coarse authority are checked: by the service when a command
// comes in, by every fold at the record's own position, and by the auditor, all through this
// function.
#ifndef VOTUM_CORE_FOLD_AUTHORIZE_H_
#define VOTUM_CORE_FOLD_AUTHORIZE_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/command/command_context.h"
#include "core/fold/envelope.h"
#include "core/fold/signature_cache.h"
#include "core/fold/world.h"
#include "crypto/keys.h"
#include "google/protobuf/repeated_field.h"

namespace votum {

// Identifies the signer of `envelope` at position `index` and time `time`, if its signatures verify
// and the signer may give a command of its type. `log_key` is the key that founds the deployment.
//
//   INVALID_ARGUMENT/WRONG_DEPLOYMENT      signed for another deployment
//   FAILED_PRECONDITION/EXPIRED            `time` is after header.not_after
//   INVALID_ARGUMENT/VALID_TOO_LONG        header.not_after is further ahead than the type allows
//   UNAUTHENTICATED/UNKNOWN_KEY            the key was never enrolled
//   UNAUTHENTICATED/KEY_NOT_CONFIRMED      the key is enrolled, but not confirmed
//   UNAUTHENTICATED/KEY_REVOKED            the key was revoked before this position
//   UNAUTHENTICATED/UNKNOWN_CODE, CODE_USED, CODE_EXPIRED
//                                          EnrolKey with a code that is not, or no longer, good
//   PERMISSION_DENIED/NOT_THE_KEYS_OWNER   header.actor is not the key's owner
//   UNAUTHENTICATED/BAD_SIGNATURE          a signature does not verify, or a key id does not match
//   INVALID_ARGUMENT/HIGH_S                a signature verifies, but is not in its one form
//   PERMISSION_DENIED/OFFICE_MISSING       the actor has none of the offices that may give it
absl::StatusOr<CommandContext> Authorize(const World& world, const Envelope& envelope,
                                         uint64_t index, absl::Time time,
                                         const crypto::PublicKey& log_key, SignatureCache& cache);

// The slow part of Authorize, which needs only the keys from the state: RequiredKeys
// returns the keys that must have signed `envelope`, in the order of its signatures;
// VerifySignatures checks that exactly `keys` have signed. Errors as above.
absl::StatusOr<std::vector<crypto::PublicKey>> RequiredKeys(const World& world,
                                                            const Envelope& envelope,
                                                            uint64_t index, absl::Time time,
                                                            const crypto::PublicKey& log_key);
absl::Status VerifySignatures(const Envelope& envelope, const std::vector<crypto::PublicKey>& keys,
                              SignatureCache& cache);

// The active key with this id, if it belongs to `actor`; errors as above.
absl::StatusOr<crypto::PublicKey> ActiveKeyOf(const directory::DirectoryMachine& directory,
                                              absl::string_view actor, absl::string_view key_id);

// OK if `person_id` holds one of `offices`, or there are none: PERMISSION_DENIED/OFFICE_MISSING,
// which says that `what` needs them.
absl::Status RequireOffice(const directory::DirectoryMachine& directory,
                           absl::string_view person_id,
                           const google::protobuf::RepeatedField<int>& offices,
                           absl::string_view what);

// The person whose active key signed `payload` of `payload_type`; errors as above. For statements
// that are not commands (read sessions).
absl::Status VerifyPersonSignature(const directory::DirectoryMachine& directory,
                                   absl::string_view actor, absl::string_view payload_type,
                                   absl::string_view payload,
                                   const common::v1::Signature& signature, SignatureCache& cache);

}  // namespace votum

#endif  // VOTUM_CORE_FOLD_AUTHORIZE_H_
