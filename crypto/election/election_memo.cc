#include "crypto/election/election_memo.h"

#include <algorithm>
#include <utility>

#include "base/status_macros.h"

namespace votum::election {
namespace {

// As many votes as may take ballots in turn in one log; each keeps a megabyte.
constexpr size_t kSetups = 64;

}  // namespace

absl::Status ElectionMemo::Verify(const Election& election, absl::string_view json,
                                  const Ballot& ballot) {
  // All fingerprints have the same length, so no two pairs give the same bytes.
  const crypto::Digest digest = crypto::Sha256({election.fingerprint(), json});
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (younger_.count(digest) > 0 || older_.count(digest) > 0) return absl::OkStatus();
  }
  RETURN_IF_ERROR(VerifyBallot(election, ballot));
  const std::lock_guard<std::mutex> lock(mutex_);
  if (younger_.size() >= capacity_) older_ = std::exchange(younger_, {});
  younger_.insert(digest);
  return absl::OkStatus();
}

std::shared_ptr<const ElectionSetup> ElectionMemo::SetupOf(absl::string_view election_json,
                                                           absl::string_view trustees_json) {
  const auto find = [&] {
    return std::find_if(setups_.begin(), setups_.end(), [&](const Parsed& parsed) {
      return parsed.election_json == election_json;
    });
  };
  {
    const std::lock_guard<std::mutex> lock(setups_mutex_);
    if (const auto found = find(); found != setups_.end()) {
      std::rotate(found, found + 1, setups_.end());
      return setups_.back().setup;
    }
  }
  // Whoever asks for another election does not wait while this one is parsed.
  auto setup = std::make_shared<const ElectionSetup>(
      ElectionSetup{*Election::Parse(election_json), *Trustees::Parse(trustees_json)});
  const std::lock_guard<std::mutex> lock(setups_mutex_);
  if (find() == setups_.end()) {
    if (setups_.size() >= kSetups) setups_.erase(setups_.begin());
    setups_.push_back({std::string(election_json), setup});
  }
  return setup;
}

}  // namespace votum::election
