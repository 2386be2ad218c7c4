#include "clients/audit/verify_ahead.h"

#include <utility>

#include "crypto/dsse.h"
#include "services/domain/payload_type.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum::audit {

void VerifyAhead::Begin(std::vector<common::v1::Record> records) {
  Wait();
  records_ = std::move(records);
  next_ = 0;
  for (const common::v1::Record& record : records_) RememberKeys(record);
  for (unsigned i = 0; i < threads_; ++i)
    running_.push_back(std::async(std::launch::async, [this] { VerifySome(); }));
}

void VerifyAhead::Wait() {
  for (std::future<void>& one : running_) one.get();
  running_.clear();
}

void VerifyAhead::RememberKeys(const common::v1::Record& record) {
  static const auto* const kEnrolKey =
      new std::string(PayloadType(directory::v1::EnrolKey::descriptor()));
  if (record.payload_type() != *kEnrolKey) return;
  common::v1::AnyCommand command;
  if (!command.ParseFromString(record.payload())) return;
  auto key = crypto::PublicKey::FromSpkiDer(command.header().public_key());
  if (key.ok()) keys_.emplace(key->id(), *std::move(key));
}

void VerifyAhead::VerifySome() {
  for (size_t i = next_++; i < records_.size(); i = next_++) {
    const common::v1::Record& record = records_[i];
    if (record.signatures().empty()) continue;
    const common::v1::Signature& signature = record.signatures(0);
    const auto key = keys_.find(signature.key_id());
    if (key == keys_.end()) continue;
    // The fold says what is wrong with one that does not verify.
    cache_
        .Verify(key->second, crypto::PreAuthEncoding(record.payload_type(), record.payload()),
                signature.signature())
        .IgnoreError();
  }
}

}  // namespace votum::audit
