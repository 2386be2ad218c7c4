#include "tests/simulator/replicas.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/refusal.h"
#include "base/status_macros.h"
#include "core/fold/snapshot.h"
#include "core/fold/version.h"

namespace votum::simulator {
namespace {

constexpr size_t kCacheSize = 4096;
constexpr size_t kMostSnapshots = 6;

// Cuts its end off, or flips a bit in it.
void Tear(std::string& bytes, Dice& dice) {
  const uint64_t place = dice.Below(bytes.size());
  if (dice.Chance(50)) {
    bytes.resize(place);
  } else {
    bytes[place] ^= static_cast<char>(1 << dice.Below(8));
  }
}

// The same program of the same version is built in the same way here.
SnapshotKind KindOf(const Fold& fold, absl::string_view deployment) {
  return SnapshotKindOf("simulated", deployment, fold);
}

}  // namespace

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
    replica.tree.Append(ledger_.Leaf(fold.next_index() - 1));
    RETURN_IF_ERROR(Compare(fold, "a replica"));
  }
  return absl::OkStatus();
}

void Replicas::WriteSnapshot(const Replica& replica) {
  if (replica.tree.size() == 0) return;
  // The disk of another deployment's server may be mounted, or the log may be another one under
  // the same name: its tree is not the beginning of this one.
  const bool foreign = dice_.Chance(10);
  const bool forked = dice_.Chance(10);
  crypto::CompactTree tree = replica.tree;
  if (forked) {
    std::vector<crypto::Digest> edge = tree.edge();
    edge[dice_.Below(edge.size())][0] ^= 1;
    tree = *crypto::CompactTree::FromEdge(tree.size(), std::move(edge));
  }
  const SnapshotKind kind = KindOf(*replica.fold, foreign ? "elsewhere.example/log" : kDeployment);
  written_.push_back(
      {replica.version, foreign || forked, EncodeSnapshot(kind, *replica.fold, tree)});
  if (written_.size() > kMostSnapshots) written_.pop_front();
}

absl::Status Replicas::StartFromSnapshot(Replica& replica) {
  const Written& written = dice_.Pick(written_);
  std::string bytes = written.bytes;
  const bool torn = dice_.Chance(30);
  if (torn) Tear(bytes, dice_);
  auto read = DecodeSnapshot(bytes, KindOf(*replica.fold, kDeployment));
  if (read.ok()) {
    const absl::Status fits = ledger_.CheckBeginning(read->tree.size(), read->tree.Root());
    if (!fits.ok()) read = fits;
  }
  const bool good = !torn && !written.foreign && written.version == replica.version;
  if (read.ok() != good) {
    return absl::InternalError(absl::StrCat(
        "a snapshot that is ", good ? "whole is not read: " : "torn or foreign is taken as good",
        read.status().message()));
  }
  if (!good) return absl::OkStatus();  // it folds the whole log
  replica.fold->Restore(std::move(read->contents));
  replica.tree = std::move(read->tree);
  return Compare(*replica.fold, "a snapshot");
}

absl::Status Replicas::Kill(Replica& replica) {
  const uint64_t folded = replica.fold->next_index();
  replica = Start(replica.version);
  if (!written_.empty() && dice_.Chance(80)) RETURN_IF_ERROR(StartFromSnapshot(replica));
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
  if (roll < 3) WriteSnapshot(replica);
  if (roll >= 3 && roll < 6) RETURN_IF_ERROR(Kill(replica));
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
