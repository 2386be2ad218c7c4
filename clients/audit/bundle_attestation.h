// What a bundle says about records that it does not show: up to the record by which a machine has
// attested the histories of objects (core/fold/attestations.h), no public record is missing that concerns
// the decision, its vote, motion, item and meeting, or a key that signed a record of the bundle.
//
// Whoever checks a bundle cannot fold the whole log, so he takes from the machine that the histories are
// so; everybody who audits the log finds out if they are not.
#ifndef VOTUM_CLIENTS_AUDIT_BUNDLE_ATTESTATION_H_
#define VOTUM_CLIENTS_AUDIT_BUNDLE_ATTESTATION_H_

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clients/audit/bundle_format.h"
#include "core/fold/envelope.h"
#include "core/fold/fold.h"
#include "crypto/hash.h"
#include "crypto/note.h"
#include "votum/decisions/v1/decisions.pb.h"

namespace votum::audit {

// The keys that signed `envelope`, if a bundle rests on them: it shows all records of the directory, by
// which they are judged.
void AddKeysOf(const Envelope& envelope, std::set<std::string>* key_ids);

// The objects that the bundle of `decision` rests on: its own, and these keys.
std::set<std::string> ObjectsOfBundle(const decisions::v1::Decision& decision, const World& world,
                                      const std::set<std::string>& key_ids);

// A record that says what the histories of objects are.
struct Attester {
  uint64_t record = 0;
  absl::Time time;
  std::string machine;
  crypto::Digest root;
};

// Who gave the AttestObjects of `entry`. `fold` is the state before it, of the directory at least.
// INVALID_ARGUMENT/BAD_BUNDLE if it is another record, or one that did not follow the log that it
// speaks of at once; errors as Authorize.
absl::StatusOr<Attester> AttesterOf(const BundleEntry& entry, const Fold& fold);

// INVALID_ARGUMENT/BAD_BUNDLE unless `attestation` has a history of each of `objects`, all its histories
// are those that `attester` attests, and each of their records is among `shown` or the others.
absl::Status CheckHistories(const BundleAttestation& attestation, const Attester& attester,
                            const std::set<std::string>& objects, const std::set<uint64_t>& shown);

// INVALID_ARGUMENT/BAD_BUNDLE unless each record before `attester`, public and in effect by what the
// bundle shows, is in the history of each object that it concerns: otherwise it is void in the log, and
// what makes it so was left out. `public_objects` are those of each record.
absl::Status CheckInEffect(const std::vector<BundleHistory>& histories, uint64_t attester,
                           const std::map<uint64_t, std::vector<std::string>>& public_objects);

// Whether the attestation is newer than the decision, and the decision public.
bool Covers(const BundleAttestation& attestation, const std::string& decision_id);

// The newest attestation, as a service gives it (LogService.ProveObjects and GetReceipt).
struct NewestAttestation {
  std::string checkpoint;
  BundleEntry record;               // with the index 0 if there is none
  std::vector<std::string> proofs;  // of the objects that were asked for, in their order
};
using AskNewest =
    std::function<absl::StatusOr<NewestAttestation>(const std::vector<std::string>& objects)>;

// Says, for a bundle that shows `shown` and whose records `fold` has folded, whether a newer record
// concerns one of `objects`: one line for its reader. INVALID_ARGUMENT/BAD_BUNDLE if the answer is not
// proved; errors of `ask`, AttesterOf.
absl::StatusOr<std::string> DescribeNewest(const AskNewest& ask,
                                           const std::set<std::string>& objects,
                                           const std::set<uint64_t>& shown, const Fold& fold,
                                           const crypto::NoteVerifier& log);

}  // namespace votum::audit

#endif  // VOTUM_CLIENTS_AUDIT_BUNDLE_ATTESTATION_H_
