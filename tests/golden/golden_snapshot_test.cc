// A snapshot and the records after it give the state that the whole log gives: at many places of
// each golden log, among them some within open votes and rounds.
#include <filesystem>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "base/status_matchers.h"
#include "core/fold/snapshot.h"
#include "gtest/gtest.h"
#include "tests/golden/golden_log.h"

namespace votum::testing {
namespace {

constexpr size_t kPlaces = 30;  // of each log, from which the rest is folded
constexpr uint64_t kEvery = 5;  // records between snapshots, where one is made from the other

std::vector<std::string> Folders() {
  std::vector<std::string> folders;
  for (const auto& entry : std::filesystem::directory_iterator(GOLDEN)) {
    if (std::filesystem::exists(entry.path() / "log")) folders.push_back(entry.path().string());
  }
  return folders;
}

class GoldenSnapshots : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    auto log = ReadGoldenRecords(GetParam());
    ASSERT_OK(log);
    log_ = *std::move(log);
    cache_.emplace(2 * log_->records.size());
  }
  // Signatures are verified once.
  Fold NewFold() { return Fold(DomainSet::All(), log_->key.key(), &*cache_); }

  // `fold` restored from its snapshot.
  static absl::StatusOr<FoldContents> ThroughSnapshot(const Fold& fold,
                                                      const crypto::CompactTree& tree) {
    const SnapshotKind kind = SnapshotKindOf("build", "origin", fold);
    ASSIGN_OR_RETURN(Snapshot snapshot, DecodeSnapshot(EncodeSnapshot(kind, fold, tree), kind));
    EXPECT_EQ(snapshot.tree.Root(), tree.Root());
    return std::move(snapshot.contents);
  }

  static void ExpectSame(const Fold& fold, const Fold& whole) {
    ASSERT_EQ(fold.next_index(), whole.next_index());
    EXPECT_EQ(DigestOf(fold.contents()), DigestOf(whole.contents()))
        << Differences(fold.contents(), whole.contents());
    EXPECT_EQ(Encode(fold.contents()), Encode(whole.contents()));
    for (const Domain domain : kAllDomains)
      EXPECT_EQ(fold.StateDigest(domain), whole.StateDigest(domain)) << DomainName(domain);
    EXPECT_TRUE(Equal(fold.void_records(), whole.void_records()));
    for (uint64_t i = 0; i < whole.next_index(); ++i) {
      EXPECT_TRUE(Equal(fold.reach_log().OwnReach(i), whole.reach_log().OwnReach(i))) << i;
      EXPECT_EQ(fold.reach_log().IsWithheld(i), whole.reach_log().IsWithheld(i)) << i;
      EXPECT_EQ(fold.reach_log().IsOpened(i), whole.reach_log().IsOpened(i)) << i;
    }
  }

  std::optional<GoldenRecords> log_;
  std::optional<SignatureCache> cache_;
};

// The outcomes of the rest are those of the whole log, too.
TEST_P(GoldenSnapshots, AndTheRestAreTheWhole) {
  std::mt19937 random(13);
  std::set<uint64_t> places = {1, log_->records.size() - 1, log_->records.size()};
  while (places.size() < kPlaces) places.insert(1 + random() % log_->records.size());

  Fold whole = NewFold();
  crypto::CompactTree tree;
  std::vector<std::string> outcomes;
  std::vector<std::pair<uint64_t, FoldContents>> snapshots;
  for (const std::string& record : log_->records) {
    const auto outcome = whole.Apply(record);
    ASSERT_OK(outcome);
    outcomes.push_back(outcome->status.ToString());
    tree.Append(record);
    if (places.count(whole.next_index()) == 0) continue;
    auto contents = ThroughSnapshot(whole, tree);
    ASSERT_OK(contents);
    snapshots.emplace_back(whole.next_index(), *std::move(contents));
  }
  ASSERT_EQ(snapshots.size(), places.size());
  for (auto& [index, contents] : snapshots) {
    Fold fold = NewFold();
    fold.Restore(std::move(contents));
    ASSERT_EQ(fold.next_index(), index);
    while (fold.next_index() < log_->records.size()) {
      const uint64_t next = fold.next_index();
      const auto outcome = fold.Apply(log_->records[next]);
      ASSERT_OK(outcome);
      EXPECT_EQ(outcome->status.ToString(), outcomes[next])
          << "record " << next << " after " << index;
    }
    ExpectSame(fold, whole);
  }
}

// A process that is restarted again and again never folds the whole log.
TEST_P(GoldenSnapshots, OfSnapshotsAreTheWhole) {
  Fold whole = NewFold();
  Fold restarted = NewFold();
  crypto::CompactTree tree;
  for (const std::string& record : log_->records) {
    ASSERT_OK(whole.Apply(record));
    ASSERT_OK(restarted.Apply(record));
    tree.Append(record);
    if (whole.next_index() % kEvery != 0) continue;
    auto contents = ThroughSnapshot(restarted, tree);
    ASSERT_OK(contents);
    ASSERT_EQ(DigestOf(*contents), DigestOf(whole.contents())) << whole.next_index();
    restarted.Restore(*std::move(contents));
  }
  ExpectSame(restarted, whole);
}

INSTANTIATE_TEST_SUITE_P(Logs, GoldenSnapshots, ::testing::ValuesIn(Folders()),
                         [](const auto& info) {
                           std::string name = std::filesystem::path(info.param).filename().string();
                           for (char& symbol : name) {
                             if (symbol == '-') symbol = '_';
                           }
                           return name;
                         });

}  // namespace
}  // namespace votum::testing
