// A snapshot is the state, for the program and the log that it came from; nothing else is one.
#include "core/fold/snapshot.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/core/fold/program.h"
#include "tests/unit/core/fold/small_log.h"

namespace votum {
namespace {

using ::testing::HasSubstr;
using testing::kSmallDeployment;
using testing::Program;
using testing::SmallLog;

class SnapshotTest : public ::testing::Test {
 protected:
  SnapshotTest() {
    log_.Append("anna", directory::v1::IssueEnrolmentCode());  // void
    EXPECT_OK(program_.FoldAll());
    for (const std::string& record : log_.records()) tree_.Append(record);
    kind_ = SnapshotKindOf("build 1", kSmallDeployment, fold());
    bytes_ = EncodeSnapshot(kind_, fold(), tree_);
  }
  const Fold& fold() const { return program_.fold(); }

  SmallLog log_;
  Program program_{log_};
  crypto::CompactTree tree_;
  SnapshotKind kind_;
  std::string bytes_;
};

TEST_F(SnapshotTest, IsTheStateAndTheFoldGoesOnFromIt) {
  const auto snapshot = DecodeSnapshot(bytes_, kind_);
  ASSERT_OK(snapshot);
  EXPECT_EQ(snapshot->tree.size(), log_.records().size());
  EXPECT_EQ(snapshot->tree.Root(), tree_.Root());

  SignatureCache cache(1000);
  Fold restored(DomainSet::All(), log_.log_key(), &cache);
  restored.Restore(snapshot->contents);
  EXPECT_EQ(Differences(restored.contents(), fold().contents()), "");
  EXPECT_EQ(EncodeSnapshot(kind_, restored, snapshot->tree), bytes_);
  const uint64_t last = restored.next_index() - 1;
  EXPECT_THAT(restored.WhyVoid(last), IsRefused(Reason::kNoSuchPerson))
      << "the reason is state, the message for people is not";

  log_.Register("carla");
  ASSERT_OK(program_.FoldAll());
  ASSERT_OK(restored.Apply(log_.records().back()));
  EXPECT_TRUE(restored.world().directory().PersonExists("carla"));
  EXPECT_EQ(DigestOf(restored.contents()), DigestOf(fold().contents()));
}

TEST_F(SnapshotTest, OfAnotherKindIsRefusedByName) {
  const std::vector<std::pair<std::string, void (*)(SnapshotKind&)>> changes = {
      {"build: \"build 1\" | \"build 2\"", [](SnapshotKind& kind) { kind.build = "build 2"; }},
      {"program_version: ", [](SnapshotKind& kind) { ++kind.program_version; }},
      {"deployment: ", [](SnapshotKind& kind) { kind.deployment += 'x'; }},
      {"log_key: ", [](SnapshotKind& kind) { kind.log_key = "another"; }},
      {"domains: ", [](SnapshotKind& kind) { kind.domains.pop_back(); }}};
  for (const auto& [name, change] : changes) {
    SnapshotKind kind = kind_;
    change(kind);
    const absl::Status refused = DecodeSnapshot(bytes_, kind).status();
    EXPECT_THAT(refused, HasCode(absl::StatusCode::kFailedPrecondition)) << name;
    EXPECT_THAT(std::string(refused.message()), HasSubstr(name));
  }
}

TEST_F(SnapshotTest, OfFewerDomainsIsOfAnotherKind) {
  SignatureCache cache(1000);
  const Fold of_directory(DomainSet::Closure(Domain::kDirectory), log_.log_key(), &cache);
  const SnapshotKind kind = SnapshotKindOf("build 1", kSmallDeployment, of_directory);
  EXPECT_EQ(kind.domains, std::vector<std::string>{"directory"});
  EXPECT_FALSE(DecodeSnapshot(bytes_, kind).ok());
}

TEST_F(SnapshotTest, OfAnotherFormatIsRefused) {
  std::string older = bytes_;
  older[older.find("snapshot 1") + 9] = '0';
  const absl::Status refused = DecodeSnapshot(older, kind_).status();
  EXPECT_THAT(refused, HasCode(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("format"));
}

TEST_F(SnapshotTest, WithoutItsEndOrWithMoreIsRefused) {
  for (size_t size = 0; size < bytes_.size(); ++size)
    EXPECT_FALSE(DecodeSnapshot(bytes_.substr(0, size), kind_).ok()) << size;
  EXPECT_THAT(DecodeSnapshot(bytes_ + '\0', kind_), HasCode(absl::StatusCode::kDataLoss));
}

// No byte is without meaning: whatever can still be read has another hash.
TEST_F(SnapshotTest, WithAChangedByteIsRefused) {
  for (size_t i = 0; i < bytes_.size(); ++i) {
    for (const int bit : {0, 6}) {
      std::string changed = bytes_;
      changed[i] = static_cast<char>(changed[i] ^ 1 << bit);
      EXPECT_FALSE(DecodeSnapshot(changed, kind_).ok()) << "byte " << i << ", bit " << bit;
    }
  }
}

TEST_F(SnapshotTest, OfAnotherNumberOfRecordsThanItsTreeIsRefused) {
  tree_.Append("one more");
  const absl::Status refused = DecodeSnapshot(EncodeSnapshot(kind_, fold(), tree_), kind_).status();
  EXPECT_THAT(refused, HasCode(absl::StatusCode::kDataLoss));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("number of records"));
}

}  // namespace
}  // namespace votum
