// The ledger of a simulated deployment: order, times, salts and tree, in memory. Its clock is judged
// by the ledger's own rules (ledger/log_time.h).
#ifndef VOTUM_TESTS_SIMULATOR_LEDGER_H_
#define VOTUM_TESTS_SIMULATOR_LEDGER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "crypto/keys.h"
#include "crypto/merkle.h"
#include "crypto/note.h"
#include "ledger/log_time.h"
#include "tests/simulator/dice.h"
#include "votum/common/v1/command.pb.h"

namespace votum::simulator {

inline constexpr char kDeployment[] = "votum.zufallsstadt.example/log";

// The clocks of a deployment. Signers' devices show the true time; the ledger's may be off.
struct Clocks {
  absl::Time true_time = absl::FromUnixSeconds(1793534400);  // 2026-11-01T12:00:00Z
  absl::Duration uptime;                                     // a clock that nobody sets
  absl::Duration ledger_offset;                              // how far the ledger's clock is ahead

  absl::Time ledger_time() const { return true_time + ledger_offset; }
  void Pass(absl::Duration duration) {
    true_time += duration;
    uptime += duration;
  }
};

class SimulatedLedger {
 public:
  // `clocks` and `dice` outlive this object.
  SimulatedLedger(const crypto::PrivateKey& log_key, const Clocks* clocks, Dice* dice);

  // OK while the clock can be right; FAILED_PRECONDITION/CLOCK_JUMPED.
  absl::Status CheckClock() const { return time_->Check(clocks_.ledger_time()); }
  // The time that the next record bears, by a clock that is trusted.
  absl::Time TimeOfNext() const { return time_->At(clocks_.ledger_time()); }
  absl::Time last_time() const { return time_->last(); }

  // Appends `command`, found good when the log had `judged_at` records. The bytes of its record.
  const std::string& Append(const common::v1::SignedCommand& command, absl::string_view service,
                            uint64_t judged_at, absl::Time time);
  // Record `record` confirmed an AcceptTime{time}.
  void Accept(uint64_t record, absl::Time time);
  // The process is killed and started again: what was not recorded is forgotten.
  void Restart();

  // The signed head of the log.
  std::string Checkpoint() const;
  // Proves that a record is in the tree, and that an earlier tree is a part of it.
  absl::Status CheckProofs() const;
  // OK if a tree of `size` records with this root is the beginning of the log.
  absl::Status CheckBeginning(uint64_t size, const crypto::Digest& root) const;

  const std::vector<std::string>& records() const { return records_; }
  uint64_t size() const { return records_.size(); }
  crypto::Digest RootAt(uint64_t size) const { return *tree_.RootAt(size); }
  std::string Leaf(uint64_t index) const { return salts_[index] + records_[index]; }

 private:
  std::unique_ptr<ledger::LogTime> MakeTime() const {
    return std::make_unique<ledger::LogTime>([clocks = &clocks_] { return clocks->uptime; });
  }

  const crypto::NoteSigner signer_;
  const Clocks& clocks_;
  Dice& dice_;
  std::unique_ptr<ledger::LogTime> time_;
  std::pair<uint64_t, absl::Time>
      accepted_;  // the newest time that was accepted, and by which record
  std::vector<std::string> records_;
  std::vector<std::string> salts_;
  crypto::MerkleTree tree_;
};

}  // namespace votum::simulator

#endif  // VOTUM_TESTS_SIMULATOR_LEDGER_H_
