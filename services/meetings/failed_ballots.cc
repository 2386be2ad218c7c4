#include "services/meetings/failed_ballots.h"

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "crypto/election/verify_ballot.h"

namespace votum::meetings {

absl::Status FailedBallots::Verify(const election::Ballot& ballot,
                                   const std::function<absl::Status()>& verify) {
  const std::string credential = ballot.credential.ToDecimal();
  absl::Status last;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = of_credential_.find(credential);
    if (found != of_credential_.end() && found->second.count >= kMost) last = found->second.last;
  }
  if (!last.ok() && election::VerifyBallotSignature(ballot).ok()) {
    return Reworded(
        last, absl::StrCat(kMost, " ballots of this device were no good, the last of them because ",
                           last.message(),
                           "; no more of it are looked at: vote on paper, or ask "
                           "the chair to abandon the vote and put the motion again"));
  }
  absl::Status verified = verify();
  if (verified.ok() || !election::VerifyBallotSignature(ballot).ok()) return verified;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (of_credential_.size() >= kRemembered) of_credential_.clear();
  Failures& failures = of_credential_[credential];
  ++failures.count;
  failures.last = verified;
  return verified;
}

}  // namespace votum::meetings
