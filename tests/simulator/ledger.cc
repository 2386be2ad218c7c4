#include "tests/simulator/ledger.h"

#include "base/status_macros.h"
#include "core/command/timestamps.h"
#include "core/fold/accepted_time.h"
#include "crypto/checkpoint.h"
#include "crypto/hash.h"

namespace votum::simulator {
namespace {

// Signs checkpoints with the same key.
crypto::NoteSigner SignerWith(const crypto::PrivateKey& log_key) {
  return *crypto::NoteSigner::Create(kDeployment,
                                     *crypto::PrivateKey::FromEd25519Seed(*log_key.SecretNumber()));
}

}  // namespace

SimulatedLedger::SimulatedLedger(const crypto::PrivateKey& log_key, const Clocks* clocks,
                                 Dice* dice)
    : signer_(SignerWith(log_key)), clocks_(*clocks), dice_(*dice), time_(MakeTime()) {}

const std::string& SimulatedLedger::Append(const common::v1::SignedCommand& command,
                                           absl::string_view service, uint64_t judged_at,
                                           absl::Time time) {
  common::v1::Record record;
  record.set_index(records_.size());
  *record.mutable_time() = ToTimestamp(time);
  record.set_service(std::string(service));
  record.set_judged_at(judged_at);
  record.set_payload_type(command.payload_type());
  record.set_payload(command.payload());
  *record.mutable_signatures() = command.signatures();
  records_.push_back(record.SerializeAsString());
  salts_.push_back(dice_.Bytes(32));
  tree_.Append(Leaf(record.index()));
  time_->Add(record.index(), time);
  const absl::Time now = clocks_.ledger_time();
  if (CheckClock().ok()) {
    // The device of whoever signed shows the true time.
    if (absl::AbsDuration(clocks_.ledger_offset) <= kClockTolerance) time_->Vouch(now);
  } else {
    time_->Confirmed(record.index(), now);
  }
  return records_.back();
}

void SimulatedLedger::Accept(uint64_t record, absl::Time time) {
  accepted_ = {record, time};
  time_->Accept(record, time, clocks_.ledger_time());
}

void SimulatedLedger::Restart() {
  time_ = MakeTime();
  for (uint64_t i = 0; i < records_.size(); ++i) {
    common::v1::Record record;
    record.ParseFromString(records_[i]);
    time_->Add(i, FromTimestamp(record.time()));
  }
  // The log tells it what two administrators accepted.
  if (accepted_.first != 0) Accept(accepted_.first, accepted_.second);
}

std::string SimulatedLedger::Checkpoint() const {
  crypto::Checkpoint checkpoint;
  checkpoint.origin = kDeployment;
  checkpoint.size = tree_.size();
  checkpoint.root = tree_.Root();
  return *crypto::SignCheckpoint(checkpoint, signer_);
}

absl::Status SimulatedLedger::CheckProofs() const {
  const uint64_t index = dice_.Below(tree_.size());
  ASSIGN_OR_RETURN(const auto inclusion, tree_.InclusionProof(index, tree_.size()));
  RETURN_IF_ERROR(crypto::VerifyInclusion(crypto::HashLeaf(Leaf(index)), index, tree_.size(),
                                          inclusion, tree_.Root()));
  return CheckBeginning(index + 1, RootAt(index + 1));
}

absl::Status SimulatedLedger::CheckBeginning(uint64_t size, const crypto::Digest& root) const {
  ASSIGN_OR_RETURN(const auto proof, tree_.ConsistencyProof(size, tree_.size()));
  return crypto::VerifyConsistency(size, tree_.size(), proof, root, tree_.Root());
}

}  // namespace votum::simulator
