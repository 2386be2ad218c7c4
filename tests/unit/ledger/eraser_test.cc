#include "services/ledger/eraser.h"

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/clock.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "crypto/commitment.h"
#include "crypto/keys.h"
#include "crypto/note.h"
#include "crypto/random.h"
#include "gtest/gtest.h"
#include "ledger/sqlite_checkpoint_store.h"
#include "ledger/sqlite_store.h"
#include "tests/harness/await.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum::ledger {
namespace {

Table<uint64_t, std::string> Numbered(const std::vector<std::string>& subjects) {
  Table<uint64_t, std::string> numbered;
  for (const std::string& subject : subjects) numbered.InsertOrAssign(numbered.size(), subject);
  return numbered;
}

// A store in which erasing fails a given number of times.
class ReluctantStore final : public EntryStore {
 public:
  ReluctantStore(std::unique_ptr<EntryStore> store, std::atomic<int>* failures)
      : store_(std::move(store)), failures_(*failures) {}
  absl::Status AppendBatch(const std::vector<NewEntry>& batch) override {
    return store_->AppendBatch(batch);
  }
  absl::StatusOr<uint64_t> Size() override { return store_->Size(); }
  absl::StatusOr<std::vector<StoredEntry>> Read(uint64_t start, size_t limit,
                                                size_t max_bytes) override {
    return store_->Read(start, limit, max_bytes);
  }
  absl::StatusOr<std::vector<std::string>> ReadLeaves(uint64_t start, size_t limit) override {
    return store_->ReadLeaves(start, limit);
  }
  absl::StatusOr<std::vector<StoredChapter>> ReadChapters(uint64_t number, size_t limit) override {
    return store_->ReadChapters(number, limit);
  }
  absl::Status PutChapters(const std::vector<StoredChapter>& chapters) override {
    return store_->PutChapters(chapters);
  }
  absl::StatusOr<std::optional<StoredAttachment>> FindAttachment(
      absl::string_view commitment) override {
    return store_->FindAttachment(commitment);
  }
  absl::StatusOr<std::optional<std::string>> FindSubjectKey(absl::string_view subject) override {
    return store_->FindSubjectKey(subject);
  }
  absl::StatusOr<bool> EraseSubject(absl::string_view subject) override {
    if (failures_ > 0) {
      --failures_;
      return absl::UnavailableError("somebody reads");
    }
    return store_->EraseSubject(subject);
  }

 private:
  const std::unique_ptr<EntryStore> store_;
  std::atomic<int>& failures_;
};

class EraserTest : public ::testing::Test {
 protected:
  EraserTest() {
    const std::string folder = NewTestFolder("eraser");
    const auto seed = crypto::SecretBytes::CopyOf(std::string(32, 's'));
    LedgerConfig config;
    config.clock = &clock_;
    config.fatal = [](const absl::Status& why) { FAIL() << why; };
    ledger_ = *Ledger::Open(
        std::make_unique<ReluctantStore>(*SqliteStore::Open(folder + "/entries.db"), &failures_),
        *SqliteCheckpointStore::Open(folder + "/checkpoint.db"),
        *crypto::NoteSigner::Create("votum.test/log", *crypto::PrivateKey::FromEd25519Seed(seed)),
        crypto::SecretBytes::CopyOf(std::string(32, 'k')), std::move(config));
  }

  // Seals an attachment of `subject` and returns its commitment.
  std::string Seal(const std::string& subject) {
    directory::v1::RegisterPerson person;
    person.mutable_header()->set_command_id(crypto::NewUuid());
    common::v1::SignedCommand command;
    command.set_payload_type("type");
    command.set_payload(person.SerializeAsString());
    command.add_signatures()->set_key_id("key");
    const crypto::Salt salt = crypto::NewSalt();
    const crypto::Digest commitment = crypto::Commit(salt, "content");
    common::v1::Attachment* attachment = command.add_attachments();
    attachment->set_commitment(std::string(crypto::AsBytes(commitment)));
    attachment->set_salt(std::string(salt.begin(), salt.end()));
    attachment->set_subject(subject);
    attachment->set_content("content");
    EXPECT_OK(ledger_->Append(command, {"directory"}));
    return attachment->commitment();
  }

  bool AwaitGone(const std::string& commitment) {
    return testing::Await(
        [&] { return absl::IsNotFound(ledger_->GetAttachment(commitment).status()); });
  }

  const std::string a_ = std::string(16, 'a');
  const std::string b_ = std::string(16, 'b');
  SystemClock clock_;
  std::atomic<int> failures_ = 0;
  std::unique_ptr<Ledger> ledger_;
};

TEST_F(EraserTest, TriesAgainUntilItIsDoneWithoutAnotherRecord) {
  const std::string first = Seal(a_);
  const std::string second = Seal(b_);
  failures_ = 3;
  Eraser eraser(ledger_.get(), absl::Milliseconds(1));
  eraser.Erase(Numbered({a_}));
  EXPECT_TRUE(AwaitGone(first));
  EXPECT_EQ(failures_, 0);
  EXPECT_OK(ledger_->GetAttachment(second)) << "of somebody else";
  eraser.Erase(Numbered({a_, b_}));
  EXPECT_TRUE(AwaitGone(second));
}

TEST_F(EraserTest, EndsWithWorkLeftWhichTheNextOneDoes) {
  const std::string sealed = Seal(a_);
  failures_ = 1;
  {
    Eraser eraser(ledger_.get(), absl::Hours(1));
    eraser.Erase(Numbered({a_}));
    EXPECT_TRUE(testing::Await([&] { return failures_ == 0; }));
  }
  EXPECT_OK(ledger_->GetAttachment(sealed));
  Eraser eraser(ledger_.get(), absl::Hours(1));
  eraser.Erase(Numbered({a_}));
  EXPECT_TRUE(AwaitGone(sealed));
}

}  // namespace
}  // namespace votum::ledger
