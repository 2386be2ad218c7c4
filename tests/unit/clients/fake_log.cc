#include "tests/unit/clients/fake_log.h"

#include "absl/time/clock.h"
#include "core/command/timestamps.h"
#include "crypto/checkpoint.h"
#include "crypto/hash.h"
#include "crypto/random.h"

namespace votum::client {

crypto::PrivateKey TestKey(char letter) {
  return *crypto::PrivateKey::FromEd25519Seed(crypto::SecretBytes::CopyOf(std::string(32, letter)));
}

FakeLog::FakeLog() : signer_(*crypto::NoteSigner::Create(kDeployment, TestKey('l'))) {}

common::v1::Receipt FakeLog::Append(const common::v1::SignedCommand& command) {
  const std::lock_guard<std::mutex> lock(mutex_);
  common::v1::Record record;
  record.set_index(tree_.size());
  *record.mutable_time() = ToTimestamp(absl::Now());
  record.set_service("meetings");
  record.set_payload_type(command.payload_type());
  record.set_payload(command.payload());
  *record.mutable_signatures() = command.signatures();

  common::v1::Receipt receipt;
  receipt.set_index(record.index());
  receipt.set_record(record.SerializeAsString());
  receipt.set_salt(crypto::RandomBytes(32));
  const crypto::Digest leaf = crypto::Sha256({receipt.salt(), receipt.record()});
  tree_.Append(crypto::AsBytes(leaf));
  ProveLocked(&receipt);
  return receipt;
}

common::v1::Receipt FakeLog::Prove(uint64_t index) {
  const std::lock_guard<std::mutex> lock(mutex_);
  common::v1::Receipt receipt;
  receipt.set_index(index);
  ProveLocked(&receipt);
  return receipt;
}

std::vector<crypto::Digest> FakeLog::Consistency(uint64_t old_size, uint64_t new_size) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return *tree_.ConsistencyProof(old_size, new_size);
}

void FakeLog::ProveLocked(common::v1::Receipt* receipt) {
  const auto proof = tree_.InclusionProof(receipt->index(), tree_.size());
  for (const crypto::Digest& hash : *proof)
    receipt->add_inclusion_proof(std::string(crypto::AsBytes(hash)));
  receipt->set_checkpoint(
      *crypto::SignCheckpoint({kDeployment, tree_.size(), tree_.Root(), {}}, *signer_));
}

}  // namespace votum::client
