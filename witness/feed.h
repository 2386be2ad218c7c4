// The log's side of https://c2sp.org/tlog-witness: decides which request to send to which witness,
// and interprets the answers. Pure: the caller provides clock and network (feed_runner.h).
//
// A quorum must have cosigned the same checkpoint, and a log may grow faster than a witness
// answers. So the feed works in rounds: all witnesses are asked for one checkpoint, the target, and
// the next target is the newest checkpoint when the round is over:
//
//   Publish(7) ─▶ target 7 ─▶ w1, w2, w3 asked ─▶ w1, w3 answer: quorum ─▶ witnessed() is 7
//   Publish(8), Publish(9)  ···························▶ grace for w2 ─▶ target 9 ─▶ ...
//
// A witness is trusted only as far as its signature goes: a refused checkpoint, or a claim to have
// seen a larger one, raises an alarm. Only a checkpoint with the log's own signature that
// contradicts the log's tree is a fork. The feed then stops for good and the log must not grow,
// because either its key is in other hands or its database is older than its latest checkpoint.
#ifndef VOTUM_WITNESS_FEED_H_
#define VOTUM_WITNESS_FEED_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crypto/checkpoint.h"
#include "crypto/note.h"
#include "crypto/tlog/policy.h"
#include "platform/http/answer.h"

namespace votum::witness {

// Asks the log for the RFC 6962 consistency proof between two sizes, old_size >= 1, at least up to
// the newest published checkpoint. OUT_OF_RANGE means that the log is not larger than the smaller
// size, and is believed; any other error means that the log cannot tell.
using ConsistencyProver = std::function<absl::StatusOr<std::vector<crypto::Digest>>(
    uint64_t old_size, uint64_t new_size)>;

struct FeedTimes {
  absl::Duration grace = absl::Seconds(2);       // for the others, once there is a quorum
  absl::Duration round = absl::Seconds(10);      // without a quorum, until a newer target is taken
  absl::Duration first_wait = absl::Seconds(1);  // after a failure; doubled with each further one
  absl::Duration longest_wait = absl::Minutes(5);
  // After this time without growth, a target is cosigned again, so that readers can distinguish a
  // quiet log from a hidden one.
  absl::Duration refresh = absl::Hours(1);
  absl::Duration absent = absl::Minutes(10);  // without a cosignature, or a quorum: an alarm
};

// A request to a witness.
struct FeedRequest {
  size_t witness = 0;  // in the policy's witnesses()
  bool post = false;
  std::string path;  // below the witness's URL: "add-checkpoint", or "<hex>/checkpoint"
  std::string body;
};

// The state of a witness.
enum class WitnessState {
  kNew,          // nothing is known yet
  kFollowing,    // its last answer was a cosignature
  kUnreachable,  // no answer, or one of 5xx
  kRefusing,     // it does not know the log or its key, or its answer is impossible: see the alarm
  kDisputing,    // it says that the log is not consistent
};
absl::string_view WitnessStateName(WitnessState state);

struct WitnessStatus {
  WitnessState state = WitnessState::kNew;
  uint64_t cosigned_size = 0;
  absl::Time cosigned_time = absl::InfinitePast();
};

// A line for the operator.
struct FeedAlarm {
  std::string witness;  // its name in the policy; empty for the feed as a whole
  std::string text;
};

// Not thread-safe.
class WitnessFeed {
 public:
  // `origin` is the log's name; the policy's log with this name is fed.
  // FAILED_PRECONDITION/NO_SUCH_LOG if the policy has none; FAILED_PRECONDITION/NO_WITNESS_URL if a
  // witness has no URL.
  static absl::StatusOr<WitnessFeed> Create(crypto::Policy policy, const std::string& origin,
                                            ConsistencyProver prover, FeedTimes times = {});

  // The log has published `note`, a checkpoint larger than those before. INVALID_ARGUMENT if it
  // does not belong to this log.
  absl::Status Publish(const std::string& note, absl::Time now);

  // The request to send to `witness` now, if any. The witness is then busy until one of the two
  // calls below.
  std::optional<FeedRequest> Due(size_t witness, absl::Time now);
  void OnAnswer(size_t witness, const http::Answer& answer, absl::Time now);
  void OnUnreachable(size_t witness, const absl::Status& why, absl::Time now);
  // The latest time to call Due again if nothing happens before.
  absl::Time NextDue(size_t witness, absl::Time now) const;

  // The newest checkpoint with the cosignatures of a quorum; empty before the first. Further
  // cosignatures are added while it is the newest.
  const std::string& witnessed() const { return witnessed_.note; }
  uint64_t witnessed_size() const { return witnessed_.head.size; }

  // Set for good once the log's own signature proves a fork: the log must stop growing. The note is
  // the proof.
  const std::optional<std::string>& fork() const { return fork_; }

  // The alarms since the last call. A state that lasts is reported once.
  std::vector<FeedAlarm> TakeAlarms();

  const crypto::Policy& policy() const { return policy_; }
  const WitnessStatus& status(size_t witness) const { return witnesses_[witness].status; }

 private:
  // A checkpoint and its collected cosignatures.
  struct Collected {
    crypto::Checkpoint head;
    std::string note;
    std::vector<bool> cosigned;  // by witness
  };
  struct Witness {
    WitnessStatus status;
    uint64_t known_size = 0;  // its last cosigned size, as far as we know
    absl::Time next_attempt = absl::InfinitePast();
    absl::Time waiting_since = absl::InfiniteFuture();  // for a cosignature
    int failures = 0;
    int corrections = 0;          // 409 in a row
    bool skips_target = false;    // it is ahead of it, and cannot cosign it any more
    bool wants_evidence = false;  // ask for the checkpoint that it has
    bool absence_reported = false;
    std::optional<Collected> asked;  // busy with this add-checkpoint
    bool asked_evidence = false;     // busy with this
    bool busy() const { return asked.has_value() || asked_evidence; }
  };

  WitnessFeed(crypto::Policy policy, std::string origin, ConsistencyProver prover, FeedTimes times);

  void TakeNextTarget(absl::Time now);
  bool RoundIsOver(absl::Time now) const;
  bool IsDone(size_t witness) const;
  void OnQuorum(absl::Time now);
  void OnCosignature(size_t witness, const Collected& asked, const std::string& lines,
                     absl::Time now);
  void OnConflict(size_t witness, const http::Answer& answer, absl::Time now);
  void OnEvidence(size_t witness, const http::Answer& answer);
  void Wait(Witness* witness, absl::Time now);
  void Move(size_t witness, WitnessState state, const std::string& why);
  void OnRefusal(size_t witness, const http::Answer& answer, absl::Time now);
  absl::StatusOr<bool> Contradicts(const crypto::Checkpoint& theirs) const;
  absl::StatusOr<FeedRequest> AddCheckpointRequest(size_t witness) const;
  void ReportAbsence(size_t witness, absl::Time now);
  static void AddLine(Collected* collected, size_t witness, const std::string& line);
  bool HasQuorum(const Collected& collected) const;

  crypto::Policy policy_;
  std::string origin_;
  ConsistencyProver prover_;
  FeedTimes times_;
  std::vector<Witness> witnesses_;
  Collected newest_;
  Collected target_;
  absl::Time target_time_ = absl::InfinitePast();    // when the round began
  absl::Time quorum_time_ = absl::InfiniteFuture();  // when the target had its quorum
  absl::Time unwitnessed_since_ =
      absl::InfiniteFuture();  // the newest checkpoint, or one before it
  bool no_quorum_reported_ = false;
  Collected witnessed_;
  std::optional<std::string> fork_;
  std::vector<FeedAlarm> alarms_;
};

}  // namespace votum::witness

#endif  // VOTUM_WITNESS_FEED_H_
