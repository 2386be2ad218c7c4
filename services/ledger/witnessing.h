// The ledger and its witnesses: each checkpoint is offered to them in the background
// (witness/feed.h), and receipts gain their cosignatures.
//
//   required       an append is acknowledged, and a receipt given, when a quorum has cosigned it;
//                  until then the record is in the log and takes effect, but the answer is
//                  UNAVAILABLE
//   not required   an append is acknowledged at once; a receipt requested later is against the
//                  newest checkpoint that a quorum has cosigned, if that covers the record
#ifndef VOTUM_SERVICES_LEDGER_WITNESSING_H_
#define VOTUM_SERVICES_LEDGER_WITNESSING_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "crypto/tlog/policy.h"
#include "ledger/ledger.h"
#include "platform/http/client.h"
#include "votum/common/v1/command.pb.h"
#include "witness/feed_runner.h"

namespace votum::ledger {

struct WitnessingConfig {
  bool required = false;
  absl::Duration longest_wait = absl::Seconds(10);  // for a quorum
  // Makes the sender of requests to a witness.
  std::function<http::Send()> connect;
  // Called once when the log has forked, with the note that proves it: the log must sign no more.
  std::function<void(const std::string&)> forked;
};

// Thread-safe.
class Witnessing {
 public:
  // `ledger` outlives it. Errors as WitnessFeed::Create.
  static absl::StatusOr<std::unique_ptr<Witnessing>> Start(Ledger* ledger,
                                                           const crypto::Policy& policy,
                                                           const std::string& origin,
                                                           WitnessingConfig config);
  // Waits for the witnesses' pending answers.
  ~Witnessing();
  Witnessing(const Witnessing&) = delete;
  Witnessing& operator=(const Witnessing&) = delete;

  bool required() const { return config_.required; }
  // The newest checkpoint with the cosignatures of a quorum; empty before the first.
  std::string Witnessed() const { return runner_.Witnessed(); }

  // Calls `then` with `receipt`, just made by the ledger, in the form for the caller: against the
  // witnessed checkpoint, if that covers the record. If witnesses are required and it does not yet,
  // `then` is called when it does, or at `deadline` or after the longest wait with
  // UNAVAILABLE/NOT_WITNESSED_YET; else from here. `then` must be short and must not block.
  using Then = std::function<void(absl::StatusOr<common::v1::Receipt>)>;
  void Settle(common::v1::Receipt receipt, absl::Time deadline, Then then);

 private:
  // A receipt that waits for a quorum.
  struct Unsettled {
    common::v1::Receipt receipt;
    absl::Time deadline;
    Then then;
  };

  Witnessing(Ledger* ledger, witness::WitnessFeed feed, WitnessingConfig config);
  void PublishEach();
  void SettleEach();
  // Removes those of unsettled_ that need not wait any longer, if `size` records are witnessed; with
  // settle_mutex_ held.
  std::vector<Unsettled> TakeReady(uint64_t size);
  Unsettled Remove(uint64_t number);
  // `receipt` against the checkpoint `witnessed`, if that covers the record.
  absl::StatusOr<common::v1::Receipt> Cosigned(common::v1::Receipt receipt,
                                               const std::string& witnessed) const;
  // The same where a quorum is required. UNAVAILABLE/NOT_WITNESSED_YET.
  absl::StatusOr<common::v1::Receipt> CosignedByQuorum(common::v1::Receipt receipt,
                                                       const std::string& witnessed) const;

  Ledger& ledger_;
  const WitnessingConfig config_;
  SystemClock clock_;  // cosignatures bear the time of the world, also in demonstrations
  std::mutex settle_mutex_;
  std::condition_variable to_settle_;
  // Guarded by settle_mutex_, as all up to settling_. Ordered, since many wait under load, and each
  // answer of a witness settles the first of them.
  std::map<uint64_t, Unsettled> unsettled_;                // by a number
  std::set<std::pair<uint64_t, uint64_t>> by_index_;       // of the record, with the number
  std::set<std::pair<absl::Time, uint64_t>> by_deadline_;  // with the number
  uint64_t last_number_ = 0;
  uint64_t settled_size_ = 0;  // the witnessed size that was last looked at
  bool witnesses_have_answered_ = true;
  bool settling_ = true;
  witness::FeedRunner runner_;
  std::mutex mutex_;
  std::condition_variable grown_;
  bool has_grown_ = true;  // guarded by mutex_
  bool stopping_ = false;  // guarded by mutex_
  uint64_t listener_ = 0;
  std::thread publisher_;
  std::thread settler_;
};

}  // namespace votum::ledger

#endif  // VOTUM_SERVICES_LEDGER_WITNESSING_H_
