#include "services/ledger/ledger.h"

#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "crypto/checkpoint.h"
#include "crypto/commitment.h"
#include "crypto/keys.h"
#include "crypto/merkle.h"
#include "crypto/random.h"
#include "gtest/gtest.h"
#include "services/domain/timestamps.h"
#include "services/ledger/sqlite_store.h"
#include "votum/voting/v1/voting.pb.h"

namespace votum::ledger {
namespace {

constexpr char kOrigin[] = "votum.test/log";

class FakeClock : public Clock {
 public:
  absl::Time Now() override { return now; }
  absl::Time now = absl::FromUnixSeconds(1800000000);
};

class LedgerTest : public ::testing::Test {
 protected:
  void SetUp() override { folder_ = NewTestFolder("ledger"); }

  absl::StatusOr<std::unique_ptr<Ledger>> Open() {
    auto entries = SqliteStore::Open(folder_ + "/entries.db");
    auto checkpoints = CheckpointStore::Open(folder_ + "/checkpoint.db");
    if (!entries.ok()) return entries.status();
    if (!checkpoints.ok()) return checkpoints.status();
    LedgerConfig config;
    config.clock = &clock_;
    config.fatal = [](const absl::Status& why) { FAIL() << why; };
    return Ledger::Open(*std::move(entries), *std::move(checkpoints), Signer(),
                        crypto::SecretBytes::CopyOf(std::string(32, 'k')), std::move(config));
  }

  static crypto::NoteSigner Signer() {
    const auto seed = crypto::SecretBytes::CopyOf(std::string(32, 's'));
    return *crypto::NoteSigner::Create(kOrigin, *crypto::PrivateKey::FromEd25519Seed(seed));
  }

  static common::v1::SignedCommand Command(const std::string& id = crypto::NewUuid(),
                                           const std::string& vote = "v") {
    voting::v1::CastVote cast;
    cast.mutable_header()->set_command_id(id);
    cast.set_vote_event_id(vote);
    common::v1::SignedCommand command;
    command.set_payload_type("type");
    command.set_payload(cast.SerializeAsString());
    command.add_signatures()->set_key_id("key");
    return command;
  }

  static absl::StatusOr<common::v1::Receipt> Append(Ledger& ledger,
                                                    const common::v1::SignedCommand& command) {
    return ledger.Append(command, common::v1::DISCLOSURE_PUBLIC, "voting");
  }

  // The receipt proves its record against its own checkpoint.
  static void ExpectProves(const common::v1::Receipt& receipt) {
    const auto checkpoint =
        crypto::OpenCheckpoint(receipt.checkpoint(), Signer().verifier(), kOrigin);
    ASSERT_OK(checkpoint);
    std::vector<crypto::Digest> proof;
    for (const std::string& hash : receipt.inclusion_proof())
      proof.push_back(*crypto::DigestFromBytes(hash));
    const crypto::Digest leaf = crypto::Sha256({receipt.salt(), receipt.record()});
    EXPECT_OK(crypto::VerifyInclusion(crypto::HashLeaf(crypto::AsBytes(leaf)), receipt.index(),
                                      checkpoint->size, proof, checkpoint->root));
  }

  // Runs SQL on one of the two databases, as somebody with the file can.
  void Tamper(const std::string& file, const std::string& sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open((folder_ + "/" + file).c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database);
    sqlite3_close(database);
  }

  std::string folder_;
  FakeClock clock_;
};

TEST_F(LedgerTest, ReceiptsProveAndSurviveReopening) {
  std::vector<common::v1::SignedCommand> commands;
  {
    const auto ledger = Open();
    ASSERT_OK(ledger);
    for (int i = 0; i < 20; ++i) {
      commands.push_back(Command());
      const auto receipt = Append(**ledger, commands.back());
      ASSERT_OK(receipt);
      EXPECT_EQ(receipt->index(), static_cast<uint64_t>(i));
      ExpectProves(*receipt);
    }
  }
  const auto ledger = Open();
  ASSERT_OK(ledger);
  EXPECT_EQ((*ledger)->size(), 20u);
  for (size_t i = 0; i < commands.size(); ++i) {
    const auto receipt = (*ledger)->GetReceipt(i);
    ASSERT_OK(receipt);
    ExpectProves(*receipt);
    common::v1::Record record;
    ASSERT_TRUE(record.ParseFromString(receipt->record()));
    EXPECT_EQ(record.payload(), commands[i].payload());
    EXPECT_EQ(record.service(), "voting");
  }
  EXPECT_THAT((*ledger)->GetReceipt(20), IsRefused("NO_SUCH_RECORD"));
}

TEST_F(LedgerTest, ACommandIdCountsOnce) {
  const auto ledger = Open();
  const common::v1::SignedCommand command = Command("id-1");
  const auto first = Append(**ledger, command);
  const auto again = Append(**ledger, command);
  ASSERT_OK(again);
  EXPECT_EQ(first->record(), again->record());
  EXPECT_EQ((*ledger)->size(), 1u);
  EXPECT_THAT(Append(**ledger, Command("id-1", "other")), IsRefused("COMMAND_ID_REUSED"));
  common::v1::SignedCommand resigned = command;
  resigned.mutable_signatures(0)->set_signature("another");
  EXPECT_THAT(Append(**ledger, resigned), IsRefused("COMMAND_ID_REUSED"));
}

TEST_F(LedgerTest, ManyAtOnceKeepOneOrderAndShareTransactions) {
  const auto ledger = Open();
  constexpr int kThreads = 16;
  constexpr int kEach = 50;
  const common::v1::SignedCommand shared = Command("shared");
  std::vector<std::vector<uint64_t>> indexes(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        const auto receipt = Append(**ledger, i == 7 ? shared : Command());
        ASSERT_OK(receipt);
        ExpectProves(*receipt);
        if (i != 7) indexes[t].push_back(receipt->index());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<uint64_t> all;
  for (const auto& list : indexes) all.insert(list.begin(), list.end());
  EXPECT_EQ(all.size(), static_cast<size_t>(kThreads * (kEach - 1)));
  EXPECT_EQ((*ledger)->size(), static_cast<uint64_t>(kThreads * (kEach - 1) + 1));
  EXPECT_LT((*ledger)->stats().batches, (*ledger)->stats().appends);
}

TEST_F(LedgerTest, TimeNeverGoesBackAlsoOverARestart) {
  {
    const auto ledger = Open();
    ASSERT_OK(Append(**ledger, Command()));
  }
  clock_.now -= absl::Hours(1);
  const auto ledger = Open();
  const auto receipt = Append(**ledger, Command());
  common::v1::Record record;
  record.ParseFromString(receipt->record());
  EXPECT_EQ(FromTimestamp(record.time()), clock_.now + absl::Hours(1));
}

TEST_F(LedgerTest, CheckpointsAreConsistent) {
  const auto ledger = Open();
  for (int i = 0; i < 9; ++i) ASSERT_OK(Append(**ledger, Command()));
  const auto old_checkpoint =
      crypto::OpenCheckpoint((*ledger)->GetCheckpoint(), Signer().verifier(), kOrigin);
  for (int i = 0; i < 5; ++i) ASSERT_OK(Append(**ledger, Command()));
  const auto new_checkpoint =
      crypto::OpenCheckpoint((*ledger)->GetCheckpoint(), Signer().verifier(), kOrigin);
  const auto proof = (*ledger)->ConsistencyProof(old_checkpoint->size, new_checkpoint->size);
  ASSERT_OK(proof);
  EXPECT_OK(crypto::VerifyConsistency(old_checkpoint->size, new_checkpoint->size, *proof,
                                      old_checkpoint->root, new_checkpoint->root));
  EXPECT_THAT((*ledger)->ConsistencyProof(0, 3), IsRefused("BAD_SIZES"));
  EXPECT_THAT((*ledger)->ConsistencyProof(3, 99), IsRefused("BAD_SIZES"));
}

TEST_F(LedgerTest, AFlippedBitIsFoundAtTheStartAndNamed) {
  {
    const auto ledger = Open();
    for (int i = 0; i < 10; ++i) ASSERT_OK(Append(**ledger, Command()));
  }
  Tamper("entries.db", "UPDATE entry SET record = record || x'00' WHERE idx = 6");
  const auto ledger = Open();
  EXPECT_THAT(ledger, IsRefused("LOG_DAMAGED"));
  EXPECT_THAT(std::string(ledger.status().message()), ::testing::HasSubstr("record 6"));
}

TEST_F(LedgerTest, AnOlderBackupIsNotSignedOn) {
  {
    const auto ledger = Open();
    for (int i = 0; i < 10; ++i) ASSERT_OK(Append(**ledger, Command()));
  }
  Tamper("entries.db", "DELETE FROM command WHERE idx >= 7; DELETE FROM entry WHERE idx >= 7");
  EXPECT_THAT(Open(), IsRefused("LOG_SHORTER"));
}

TEST_F(LedgerTest, DurableEntriesBeyondTheCheckpointAreSignedAtTheStart) {
  std::string old_note;
  {
    const auto ledger = Open();
    for (int i = 0; i < 4; ++i) ASSERT_OK(Append(**ledger, Command()));
    old_note = (*ledger)->GetCheckpoint();
    for (int i = 0; i < 3; ++i) ASSERT_OK(Append(**ledger, Command()));
  }
  // As if the process had been killed between the two stores.
  const auto checkpoints = CheckpointStore::Open(folder_ + "/checkpoint.db");
  ASSERT_OK((*checkpoints)->Replace(*(*checkpoints)->Load(), old_note));
  const auto ledger = Open();
  ASSERT_OK(ledger);
  EXPECT_EQ((*ledger)->size(), 7u);
  EXPECT_EQ(crypto::OpenCheckpoint((*ledger)->GetCheckpoint(), Signer().verifier(), kOrigin)->size,
            7u);
}

TEST_F(LedgerTest, TheCheckpointIsSwappedOnlyForTheOneExpected) {
  const auto store = CheckpointStore::Open(folder_ + "/checkpoint.db");
  ASSERT_OK((*store)->Replace("", "one"));
  EXPECT_THAT((*store)->Replace("", "two"), IsRefused("CHECKPOINT_CHANGED"));
  EXPECT_EQ(*(*store)->Load(), "one");
}

common::v1::Attachment Attachment(const std::string& subject, const std::string& content) {
  const crypto::Salt salt = crypto::NewSalt();
  const crypto::Digest commitment = crypto::Commit(salt, content);
  common::v1::Attachment attachment;
  attachment.set_commitment(std::string(crypto::AsBytes(commitment)));
  attachment.set_salt(std::string(salt.begin(), salt.end()));
  attachment.set_subject(subject);
  attachment.set_content(content);
  return attachment;
}

TEST_F(LedgerTest, AttachmentsAreSealedOnDiskAndOpenForServices) {
  const std::string secret = "Herr Beispiel, Musterweg 1";
  const common::v1::Attachment first = Attachment(std::string(16, 'a'), secret);
  const common::v1::Attachment second = Attachment(std::string(16, 'a'), "the same subject again");
  {
    const auto ledger = Open();
    common::v1::SignedCommand command = Command();
    *command.add_attachments() = first;
    ASSERT_OK(Append(**ledger, command));
    command = Command();
    *command.add_attachments() = second;
    ASSERT_OK(Append(**ledger, command));
  }
  for (const auto& file : std::filesystem::directory_iterator(folder_)) {
    EXPECT_THAT(*ReadFile(file.path().string()), ::testing::Not(::testing::HasSubstr(secret)))
        << file.path();
  }
  const auto ledger = Open();
  EXPECT_EQ((*ledger)->GetAttachment(first.commitment())->content(), secret);
  EXPECT_EQ((*ledger)->GetAttachment(second.commitment())->content(), "the same subject again");
  EXPECT_THAT((*ledger)->GetAttachment(std::string(32, 'x')), IsRefused("NO_SUCH_ATTACHMENT"));
}

// Every byte of every file of the folder.
std::string BytesOf(const std::string& folder) {
  std::string bytes;
  for (const auto& file : std::filesystem::directory_iterator(folder))
    bytes += *ReadFile(file.path().string());
  return bytes;
}

TEST_F(LedgerTest, ErasedSubjectsLeaveNoByteBehind) {
  const std::string subject(16, 'a');
  const common::v1::Attachment erased = Attachment(subject, std::string(5000, 'e'));
  const common::v1::Attachment kept = Attachment(std::string(16, 'b'), "bleibt");
  const auto ledger = Open();
  for (const common::v1::Attachment& attachment : {erased, kept}) {
    common::v1::SignedCommand command = Command();
    *command.add_attachments() = attachment;
    ASSERT_OK(Append(**ledger, command));
  }
  std::string box;
  std::string key;
  {
    const auto store = SqliteStore::Open(folder_ + "/entries.db");
    box = (*(*store)->FindAttachment(erased.commitment()))->box;
    key = **(*store)->FindSubjectKey(subject);
  }
  ASSERT_THAT(BytesOf(folder_), ::testing::HasSubstr(key)) << "the test looks at the right bytes";

  EXPECT_TRUE(*(*ledger)->EraseSubject(subject));
  EXPECT_FALSE(*(*ledger)->EraseSubject(subject)) << "nothing is left to do";
  const std::string bytes = BytesOf(folder_);
  EXPECT_THAT(bytes, ::testing::Not(::testing::HasSubstr(key)));
  // A long box lies in several pages.
  for (size_t at = 0; at + 64 < box.size(); at += 64)
    EXPECT_THAT(bytes, ::testing::Not(::testing::HasSubstr(box.substr(at, 64)))) << at;
  EXPECT_THAT((*ledger)->GetAttachment(erased.commitment()), IsRefused("NO_SUCH_ATTACHMENT"));
  EXPECT_EQ((*ledger)->GetAttachment(kept.commitment())->content(), "bleibt");
  EXPECT_OK(Append(**ledger, Command()));
  ExpectProves(*(*ledger)->GetReceipt(0));
}

TEST_F(LedgerTest, BadInputIsRefusedAndLeavesNothing) {
  const auto ledger = Open();
  common::v1::SignedCommand command = Command();
  *command.add_attachments() = Attachment(std::string(16, 'a'), "text");
  command.mutable_attachments(0)->set_content("another text");
  EXPECT_THAT(Append(**ledger, command), IsRefused("BAD_ATTACHMENT"));
  command = Command();
  *command.add_attachments() = Attachment("short", "text");
  EXPECT_THAT(Append(**ledger, command), IsRefused("BAD_ATTACHMENT"));
  command = Command();
  *command.add_attachments() =
      Attachment(std::string(16, 'a'), std::string(kMaxAttachmentBytes + 1, 'x'));
  EXPECT_THAT(Append(**ledger, command), IsRefused("BAD_ATTACHMENT"));
  command.set_payload(std::string(kMaxPayloadBytes + 1, 'x'));
  EXPECT_THAT(Append(**ledger, command), IsRefused("TOO_LARGE"));
  command = Command("");
  EXPECT_THAT(Append(**ledger, command), IsRefused("BAD_COMMAND"));
  EXPECT_THAT((*ledger)->Append(Command(), common::v1::DISCLOSURE_UNSPECIFIED, "voting"),
              IsRefused("BAD_DISCLOSURE"));
  EXPECT_EQ((*ledger)->size(), 0u);
}

}  // namespace
}  // namespace votum::ledger
