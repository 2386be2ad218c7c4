// The golden log of the small town in the hands of whoever has its log key: records left out or
// changed, numbered anew, and signed.
#ifndef VOTUM_TESTS_UNIT_CLIENTS_AUDIT_TOWN_LOG_H_
#define VOTUM_TESTS_UNIT_CLIENTS_AUDIT_TOWN_LOG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "clients/audit/archive.h"
#include "clients/audit/auditor.h"
#include "core/fold/attestations.h"
#include "crypto/hash.h"
#include "crypto/note.h"
#include "votum/common/v1/command.pb.h"

namespace votum::audit {

struct Audited {
  Summary summary;
  std::vector<Finding> findings;

  // The texts of one kind, a line each.
  std::string Of(Finding::Kind kind) const;
};

class TownLog {
 public:
  TownLog();

  size_t size() const { return records_.size(); }
  const std::vector<common::v1::Record>& records() const { return records_; }
  // "CastVote".
  std::string CommandAt(size_t index) const;
  // The records that are in effect, ascending; those of this command.
  std::vector<size_t> AllInEffect() const;
  std::vector<size_t> InEffect(absl::string_view command) const;
  size_t First(absl::string_view command) const { return InEffect(command).at(0); }

  // Leaves out the record; those behind it are numbered anew, and say that they were judged before.
  void LeaveOut(size_t index);
  // Keeps the first `size` records alone.
  void CutTo(size_t size) { records_.resize(size); }
  common::v1::Record& Mutable(size_t index) { return records_[index]; }
  // What the fold of all records has of attestations, and of histories.
  AttestationsState Attestations() const;
  // The machine attests these histories. The index of its record.
  size_t AttestObjects(const ObjectHistories& objects);
  size_t AttestObjects() { return AttestObjects(Attestations().objects); }
  // Shows the record to nobody.
  void Hide(size_t index) { hidden_.push_back(index); }

  const crypto::NoteVerifier& verifier() const { return verifier_; }
  std::vector<ArchivedEntry> Entries() const;
  // The checkpoint of the first `size` records, signed with the log key.
  std::string CheckpointAt(size_t size) const;
  Audited Audit(Context context = {}) const;

 private:
  void SeeThisLog();
  template <typename Attestation>
  void SeeThisLog(common::v1::Record& record) const;
  crypto::Digest RootAt(size_t size) const;

  std::vector<common::v1::Record> records_;
  std::vector<std::string> salts_;
  std::vector<size_t> hidden_;
  crypto::NoteVerifier verifier_;
};

}  // namespace votum::audit

#endif  // VOTUM_TESTS_UNIT_CLIENTS_AUDIT_TOWN_LOG_H_
