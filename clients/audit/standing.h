// Where each decision stands: whether it may be acted upon is what a reader wants to know before all
// proofs. A decision can be proved in all its parts and be suspended all the same.
#ifndef VOTUM_CLIENTS_AUDIT_STANDING_H_
#define VOTUM_CLIENTS_AUDIT_STANDING_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "core/fold/envelope.h"
#include "core/fold/world.h"
#include "votum/decisions/v1/decisions.pb.h"

namespace votum::audit {

class Standing {
 public:
  // A record that is in effect; all in order.
  void Add(uint64_t index, const Envelope& envelope);

  // "decision b-117: SUSPENDED: objected to on ...: it must not be carried out", and what has
  // happened since to the keys that signed it and to the vote that it rests on.
  std::string Of(const decisions::v1::Decision& decision, const World& world) const;
  // The same for all decisions, by id.
  std::vector<std::string> OfAll(const World& world) const;
  // For readers who cannot fold: what records that are shown say about decisions. Nobody has judged
  // them, and there may be others.
  std::vector<std::string> Seen() const;

 private:
  // ", by record 17"; empty if no record that was added has revoked the key.
  std::string RevokedBy(const std::string& key_id, const World& world) const;

  struct Signing {
    std::string person_id;
    std::string key_id;
  };
  std::map<std::string, std::vector<Signing>> signings_;  // by decision
  std::map<std::string, std::string> seen_;               // by decision
  // By key: the records that revoke it, some of which may never have been confirmed.
  std::map<std::string, std::vector<uint64_t>> revocations_;
};

// How old the log is that ends with a record of `last`: "507 records, the last of 2026-11-29
// 12:00:00 +01:00, 19 h before this check".
std::string SizeAndAge(uint64_t records, absl::Time last, absl::Time now);

// The signatures under a checkpoint beside that of the log, of which nothing is known without a
// policy: "no cosignature: ...", "2 cosignatures, not checked: ...".
std::string UncheckedCosignatures(absl::string_view checkpoint_note);

}  // namespace votum::audit

#endif  // VOTUM_CLIENTS_AUDIT_STANDING_H_
