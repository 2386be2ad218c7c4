#include "tests/simulator/replicas.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/describe.h"
#include "core/fold/version.h"

namespace votum::simulator {
namespace {

constexpr size_t kCacheSize = 4096;

// Reads what the snapshot holds. False if any of it is not what was written.
bool Load(const Snapshot& snapshot, FoldContents& contents) {
  return Decode(snapshot.bytes, contents) &&
         StateDigests{DigestOf(contents.world), DigestOf(contents.reach),
                      DigestOf(contents.fold)} == snapshot.digests;
}

// Cuts its end off, or flips a bit in it.
void Tear(Snapshot& snapshot, Dice& dice) {
  const uint64_t place = dice.Below(snapshot.bytes.size());
  if (dice.Chance(50)) {
    snapshot.bytes.resize(place);
  } else {
    snapshot.bytes[place] ^= static_cast<char>(1 << dice.Below(8));
  }
}

}  // namespace

Snapshot SnapshotOf(const Fold& fold) { return {DigestsOf(fold), Encode(fold.contents())}; }

Replicas::Replicas(const SimulatedLedger* ledger, const History* history,
                   const crypto::PublicKey& log_key, Dice* dice)
    : ledger_(*ledger),
      history_(*history),
      log_key_(log_key),
      dice_(*dice),
      copies_cache_(kCacheSize) {
  // Two of this program's version, one of the next.
  for (const uint32_t version : {kProgramVersion, kProgramVersion, kProgramVersion + 1})
    replicas_.push_back(Start(version));
}

Replicas::Replica Replicas::Start(uint32_t version) {
  Replica replica;
  replica.version = version;
  replica.cache = std::make_unique<SignatureCache>(kCacheSize);
  replica.fold = std::make_unique<Fold>(DomainSet::All(), log_key_, replica.cache.get(), version);
  return replica;
}

absl::Status Replicas::Compare(const Fold& fold, absl::string_view what) const {
  if (DigestsOf(fold) == history_[fold.next_index()]) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat(what, " has another state after ", fold.next_index(), " records"));
}

absl::Status Replicas::FoldSome(Replica& replica, uint64_t records) {
  Fold& fold = *replica.fold;
  for (; records > 0 && fold.next_index() < ledger_.size() && !replica.stopped; --records) {
    const StateDigests before = history_[fold.next_index()];
    const auto outcome = fold.Apply(ledger_.records()[fold.next_index()]);
    if (ReasonOf(outcome.status()) == Reason::kNewerLog) {
      replica.stopped = true;
      if (fold.world().directory().version() <= replica.version || !(DigestsOf(fold) == before))
        return absl::InternalError("a replica stopped for a version that it knows, or half way");
      break;
    }
    RETURN_IF_ERROR(outcome.status());
    RETURN_IF_ERROR(Compare(fold, "a replica"));
  }
  return absl::OkStatus();
}

absl::Status Replicas::StartFromSnapshot(Replica& replica) {
  Snapshot read = *snapshot_;
  const bool torn = dice_.Chance(30);
  if (torn) Tear(read, dice_);
  FoldContents contents;
  if (!Load(read, contents)) {
    if (torn) return absl::OkStatus();  // it folds the whole log
    return absl::InternalError("a snapshot does not give back what was written");
  }
  if (torn) return absl::InternalError("a torn snapshot passes for a whole one");
  replica.fold->Restore(std::move(contents));
  return Compare(*replica.fold, "a snapshot");
}

absl::Status Replicas::Kill(Replica& replica, const Fold& lead) {
  const uint64_t folded = replica.fold->next_index();
  replica = Start(replica.version);
  const bool known = lead.world().directory().version() <= replica.version;
  if (snapshot_.has_value() && dice_.Chance(70)) {
    RETURN_IF_ERROR(StartFromSnapshot(replica));
  } else if (known && dice_.Chance(50)) {
    // A copy of the lead would be of its version, and share its cache.
    FoldContents contents;
    if (!Load(SnapshotOf(lead), contents))
      return absl::InternalError("the lead's state does not survive its own bytes");
    replica.fold->Restore(std::move(contents));
  }
  return FoldSome(replica, folded);
}

absl::Status Replicas::CheckCopy() {
  if (!(DigestsOf(*copy_->fold) == copy_->digests))
    return absl::InternalError("a copy of a fold has changed with the original");
  while (copy_->fold->next_index() < ledger_.size()) {
    RETURN_IF_ERROR(copy_->fold->Apply(ledger_.records()[copy_->fold->next_index()]).status());
    RETURN_IF_ERROR(Compare(*copy_->fold, "a copy that went on alone"));
  }
  copy_.reset();
  return absl::OkStatus();
}

absl::Status Replicas::Move(const Fold& lead) {
  Replica& replica = replicas_[dice_.Below(replicas_.size())];
  if (dice_.Chance(40)) RETURN_IF_ERROR(FoldSome(replica, 1 + dice_.Below(12)));
  const uint64_t roll = dice_.Below(300);
  if (roll < 3) snapshot_ = SnapshotOf(lead);
  if (roll >= 3 && roll < 6) RETURN_IF_ERROR(Kill(replica, lead));
  if (roll >= 6 && roll < 10 && !copy_.has_value())
    copy_ = {std::make_unique<Fold>(lead), DigestsOf(lead)};
  if (roll >= 10 && roll < 13 && copy_.has_value()) RETURN_IF_ERROR(CheckCopy());
  return absl::OkStatus();
}

bool Replicas::AnyStopped() const {
  return std::any_of(replicas_.begin(), replicas_.end(),
                     [](const Replica& replica) { return replica.stopped; });
}

absl::Status Replicas::Finish() {
  if (copy_.has_value()) RETURN_IF_ERROR(CheckCopy());
  replicas_.push_back(Start(kProgramVersion + 1));
  for (Replica& replica : replicas_) RETURN_IF_ERROR(FoldSome(replica, ledger_.size()));
  return absl::OkStatus();
}

}  // namespace votum::simulator
