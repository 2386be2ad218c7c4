#include "services/ledger/desk.h"

#include <utility>

#include "base/refusal.h"

namespace votum::ledger {
namespace {
constexpr int kAppenders = 2;
constexpr int kReaders = 2;
constexpr size_t kMostWaiting = 20000;
}  // namespace

Desk::Desk(Ledger* ledger, Witnessing* witnessing)
    : ledger_(*ledger),
      witnessing_(witnessing),
      appenders_(kAppenders, kMostWaiting),
      readers_(kReaders, kMostWaiting) {}

void Desk::Append(const common::v1::SignedCommand& command, const Provenance& provenance,
                  absl::Time deadline, Then then) {
  if (witnessing_ == nullptr || !witnessing_->required())
    return ledger_.AppendThen(command, provenance, std::move(then));
  ledger_.AppendThen(
      command, provenance,
      [this, deadline, then = std::move(then)](absl::StatusOr<common::v1::Receipt> receipt) {
        if (!receipt.ok()) return then(std::move(receipt));
        witnessing_->Settle(*std::move(receipt), deadline, then);
      });
}

void Desk::GetReceipt(uint64_t index, absl::Time deadline, Then then) {
  const bool added = readers_.Add([this, index, deadline, then] {
    absl::StatusOr<common::v1::Receipt> receipt = ledger_.GetReceipt(index);
    if (!receipt.ok() || witnessing_ == nullptr) return then(std::move(receipt));
    witnessing_->Settle(*std::move(receipt), deadline, then);
  });
  if (!added) {
    then(Refuse(Reason::kLedgerBusy, "too many receipts are asked for; try again in a moment"));
  }
}

}  // namespace votum::ledger
