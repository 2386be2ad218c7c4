// Tells a race that somebody lost from a service that recorded what it must have refused.
//
// A void record states the size of the log at which its service found it good (Record.judged_at).
// This class judges it there again, in the state of that size: if it was good, somebody was faster,
// as happens in every council; if not, no honest service appended it. The service's clock was
// between the times of the last record that it knew and of the one it wrote, so a command counts as
// good if it holds at either.
//
// The log is folded a second time, up to the largest such size. The cache has the signatures that
// the first fold verified, and the first fold's memo the secret ballots.
#ifndef VOTUM_CLIENTS_AUDIT_RACE_CHECK_H_
#define VOTUM_CLIENTS_AUDIT_RACE_CHECK_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "core/fold/fold.h"
#include "crypto/keys.h"

namespace votum::audit {

class RaceCheck {
 public:
  // A void record that was not good where it was judged.
  struct Unfounded {
    uint64_t index = 0;
    uint64_t judged_at = 0;
    std::string command_name;
    absl::Status why;  // why it was not good there
  };

  // `cache` outlives this object. Only tests give a version that is not this program's.
  RaceCheck(crypto::PublicKey log_key, SignatureCache* cache,
            uint32_t program_version = kProgramVersion);

  // Ballots that `first`, the first fold, has verified are not verified again.
  void ShareMemos(const Fold& first) { fold_.ShareMemos(first); }

  // A void record, as the first fold found it. One that names a size beyond its own position is
  // unfounded whatever the state.
  void Add(absl::string_view record_bytes);

  // How many records, from the first, Again must get.
  uint64_t size() const { return judged_.empty() ? 0 : judged_.rbegin()->first; }

  // The records again, in order from 0.
  void Again(absl::string_view record_bytes);

  // After size() records; by index.
  std::vector<Unfounded> Finish();

 private:
  void JudgeHere();

  Fold fold_;
  std::multimap<uint64_t, OpenedRecord> judged_;  // by judged_at
  std::map<uint64_t, Unfounded> unfounded_;       // by index
};

}  // namespace votum::audit

#endif  // VOTUM_CLIENTS_AUDIT_RACE_CHECK_H_
