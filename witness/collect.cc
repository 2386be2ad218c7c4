#include "witness/collect.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "crypto/note.h"
#include "crypto/tlog/tile_reader.h"

namespace votum::witness {
namespace {

constexpr absl::Duration kGrace = absl::Seconds(2);
constexpr absl::Duration kLook = absl::Milliseconds(50);
// A full bundle of the longest entries.
constexpr size_t kMaxFileBytes = size_t{256} * 65537;

class FolderSource : public crypto::TileSource {
 public:
  explicit FolderSource(std::string folder) : folder_(std::move(folder)) {}
  absl::StatusOr<std::string> Fetch(const std::string& path) override {
    return ReadFile(absl::StrCat(folder_, "/", path), kMaxFileBytes);
  }

 private:
  const std::string folder_;
};

bool AllFollow(const FeedRunner& runner) {
  for (const WitnessStatus& status : runner.Statuses()) {
    if (status.state != WitnessState::kFollowing) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<std::string> CollectCosignatures(const std::string& folder,
                                                const crypto::Policy& policy,
                                                absl::Duration patience, FeedRunnerConfig config) {
  const std::string path = absl::StrCat(folder, "/checkpoint");
  ASSIGN_OR_RETURN(const std::string checkpoint, ReadFile(path, crypto::kMaxNoteBytes));
  ASSIGN_OR_RETURN(const crypto::WitnessedCheckpoint opened, policy.Open(checkpoint));
  const crypto::Checkpoint& head = opened.checkpoint;
  FolderSource source(folder);
  const auto prover = [&](uint64_t old_size,
                          uint64_t size) -> absl::StatusOr<std::vector<crypto::Digest>> {
    if (size != head.size) {
      // The log itself may have grown.
      return Refuse(Reason::kNotInFolder, "the folder holds the log up to one size only");
    }
    return crypto::TileReader(head.size, head.root, &source).ConsistencyProof(old_size);
  };
  // Feeds only the log's own signatures, without existing cosignatures.
  ASSIGN_OR_RETURN(crypto::Note note, crypto::ParseNote(checkpoint));
  std::erase_if(note.signatures, [&](const crypto::NoteSignature& signature) {
    return !policy.logs()[opened.log].verifier.Knows(signature);
  });
  ASSIGN_OR_RETURN(const std::string signed_note, crypto::FormatNote(note));
  ASSIGN_OR_RETURN(WitnessFeed feed, WitnessFeed::Create(policy, head.origin, prover));
  Clock* const clock = config.clock;
  const absl::Time deadline = clock->Now() + patience;
  bool forked = false;
  std::string cosigned;
  bool has_quorum = false;
  {
    const auto tell_fork = std::move(config.forked);
    config.forked = [&forked, tell_fork](const std::string& proof) {
      forked = true;
      tell_fork(proof);
    };
    FeedRunner runner(std::move(feed), std::move(config));
    RETURN_IF_ERROR(runner.Publish(signed_note));
    has_quorum = runner.AwaitQuorum(head.size, deadline);
    const absl::Time end = std::min(deadline, clock->Now() + kGrace);
    while (has_quorum && !AllFollow(runner) && clock->Now() < end) absl::SleepFor(kLook);
    cosigned = runner.Witnessed();
  }
  if (forked) {
    return Refuse(Reason::kLogForked,
                  absl::StrCat("log ", head.origin, " has signed another tree than this one"));
  }
  if (!has_quorum) {
    return Refuse(Reason::kNoQuorum,
                  "too few witnesses have cosigned; try again, or see to those that failed");
  }
  RETURN_IF_ERROR(WriteFile(path, cosigned));
  return cosigned;
}

}  // namespace votum::witness
