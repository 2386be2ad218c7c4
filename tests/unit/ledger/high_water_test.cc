#include "ledger/high_water.h"

#include <memory>
#include <string>
#include <utility>

#include "base/file.h"
#include "base/refusal.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "crypto/checkpoint.h"
#include "crypto/hash.h"
#include "crypto/keys.h"
#include "gtest/gtest.h"
#include "tests/harness/await.h"

namespace votum::ledger {
namespace {

constexpr char kOrigin[] = "votum.test/log";

// The checkpoint store proper; outlives the objects that use it.
struct Row {
  std::string note;
};

class MemoryStore final : public CheckpointStore {
 public:
  explicit MemoryStore(Row* row) : row_(*row) {}
  absl::StatusOr<std::string> Load() override { return row_.note; }
  absl::Status Replace(absl::string_view expected, absl::string_view next) override {
    if (row_.note != expected) return CheckpointChanged();
    row_.note = std::string(next);
    return absl::OkStatus();
  }

 private:
  Row& row_;
};

class HighWaterTest : public ::testing::Test {
 protected:
  static crypto::NoteSigner Signer(char seed = 's') {
    const auto bytes = crypto::SecretBytes::CopyOf(std::string(32, seed));
    return *crypto::NoteSigner::Create(kOrigin, *crypto::PrivateKey::FromEd25519Seed(bytes));
  }

  static std::string Note(uint64_t size, char seed = 's', absl::string_view history = "") {
    crypto::Checkpoint checkpoint;
    checkpoint.origin = kOrigin;
    checkpoint.size = size;
    checkpoint.root = crypto::Sha256(absl::StrCat(history, size));
    return *crypto::SignCheckpoint(checkpoint, Signer(seed));
  }

  std::unique_ptr<HighWaterStore> Open(HighWaterOptions options = {}) {
    return std::make_unique<HighWaterStore>(std::make_unique<MemoryStore>(&row_), path_,
                                            Signer().verifier(), options);
  }

  std::string Remembered() const { return ReadFile(path_).value_or(""); }

  Row row_;
  const std::string path_ = NewTestFolder("high-water") + "/high-water";
};

TEST_F(HighWaterTest, TheFileIsWrittenAtTheEnd) {
  {
    const auto store = Open({Opening::kFounding});
    EXPECT_EQ(*store->Load(), "");
    store->Trust();
    EXPECT_OK(store->Replace("", Note(1)));
  }
  EXPECT_EQ(Remembered(), Note(1));
}

TEST_F(HighWaterTest, TheFileFollowsWhileTheLogGrows) {
  row_.note = Note(1);
  const auto by_time = Open({Opening::kFounded, absl::Milliseconds(1), 1000000});
  ASSERT_OK(by_time->Load());
  by_time->Trust();
  EXPECT_TRUE(testing::Await([&] { return Remembered() == Note(1); })) << "it was missing";
  ASSERT_OK(by_time->Replace(Note(1), Note(2)));
  EXPECT_TRUE(testing::Await([&] { return Remembered() == Note(2); }));
}

TEST_F(HighWaterTest, ManyRecordsDoNotWaitForTheTime) {
  row_.note = Note(1);
  ASSERT_OK(WriteFile(path_, row_.note));
  const auto by_size = Open({Opening::kFounded, absl::Hours(1), 10});
  ASSERT_OK(by_size->Load());
  by_size->Trust();
  ASSERT_OK(by_size->Replace(Note(1), Note(10)));
  EXPECT_EQ(Remembered(), Note(1)) << "nine more records";
  ASSERT_OK(by_size->Replace(Note(10), Note(11)));
  EXPECT_TRUE(testing::Await([&] { return Remembered() == Note(11); }));
}

TEST_F(HighWaterTest, AStoreThatIsBehindIsNotTheNewest) {
  row_.note = Note(3);
  ASSERT_OK(WriteFile(path_, Note(7)));
  const auto store = Open();
  EXPECT_EQ(*store->Load(), Note(7)) << "the ledger then misses entries";
  EXPECT_EQ(store->remembered().size, 7u);
  EXPECT_TRUE(absl::IsAborted(store->Replace(Note(6), Note(8))));
  EXPECT_OK(store->Replace(Note(7), Note(8)));
  EXPECT_EQ(row_.note, Note(8));
  EXPECT_OK(store->Replace(Note(8), Note(9)));
}

TEST_F(HighWaterTest, TheFileStaysAsItIsUntilTheLogIsTrusted) {
  row_.note = Note(7);
  ASSERT_OK(WriteFile(path_, Note(3, 's', "another")));
  {
    const auto store = Open({Opening::kFounded, absl::ZeroDuration(), 1});
    EXPECT_EQ(*store->Load(), Note(7));
    EXPECT_OK(store->Replace(Note(7), Note(8)));
  }
  EXPECT_EQ(Remembered(), Note(3, 's', "another")) << "what contradicts the log is kept";
}

TEST_F(HighWaterTest, AFoundedLogHasACheckpoint) {
  EXPECT_THAT(Open()->Load(), IsRefused(Reason::kCheckpointMissing));
  ASSERT_OK(WriteFile(path_, Note(7)));
  EXPECT_THAT(Open()->Load(), IsRefused(Reason::kCheckpointMissing));
  EXPECT_EQ(*Open({Opening::kRecovering})->Load(), Note(7));
  EXPECT_EQ(row_.note, Note(7)) << "the store is made anew";
}

TEST_F(HighWaterTest, AForeignOrTornFileIsRefused) {
  row_.note = Note(7);
  for (const std::string& bytes :
       {std::string(), std::string("torn"), Note(7, 'x'), Note(9, 'x')}) {
    ASSERT_OK(WriteFile(path_, bytes));
    EXPECT_THAT(Open()->Load(), IsRefused(Reason::kForeignFile)) << bytes;
  }
}

TEST_F(HighWaterTest, TwoSignedHistoriesOfOneSizeAreAFork) {
  row_.note = Note(7);
  ASSERT_OK(WriteFile(path_, Note(7, 's', "another")));
  EXPECT_THAT(Open()->Load(), IsRefused(Reason::kLogDamaged));
}

}  // namespace
}  // namespace votum::ledger
