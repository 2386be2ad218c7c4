// Attachments: sealed on disk, and destroyed with their subject.
#include <atomic>
#include <string>
#include <thread>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "crypto/commitment.h"
#include "crypto/encoding.h"
#include "gtest/gtest.h"
#include "ledger/ledger.h"
#include "tests/harness/await.h"
#include "tests/unit/ledger/ledger_fixture.h"

namespace votum::ledger {
namespace {

using AttachmentsTest = LedgerTest;

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

TEST_P(AttachmentsTest, AttachmentsAreSealedOnDiskAndOpenForServices) {
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
  EXPECT_THAT(backend_->AllBytes(), ::testing::Not(::testing::HasSubstr(secret)));
  const auto ledger = Open();
  EXPECT_EQ((*ledger)->GetAttachment(first.commitment())->content(), secret);
  EXPECT_EQ((*ledger)->GetAttachment(second.commitment())->content(), "the same subject again");
  EXPECT_THAT((*ledger)->GetAttachment(std::string(32, 'x')), IsRefused(Reason::kNoSuchAttachment));
}

// The disk's reserve is measured by the largest batch.
TEST_P(AttachmentsTest, ABatchHasAMostOfBytes) {
  batch_bytes_ = 10000;
  const auto ledger = Open();
  const auto command_of = [](size_t payload, size_t attachment) {
    common::v1::SignedCommand command = Command(crypto::NewUuid(), std::string(payload, 'v'));
    if (attachment > 0)
      *command.add_attachments() = Attachment(std::string(16, 'a'), std::string(attachment, 'x'));
    return command;
  };
  for (const auto& receipt : (*ledger)->AppendAll(
           {command_of(1, 5000), command_of(4500, 0), command_of(300, 300)}, {"meetings"}))
    EXPECT_OK(receipt);
  EXPECT_EQ((*ledger)->stats().batches, 2u) << "two fit into one";
  for (const auto& receipt : (*ledger)->AppendAll(
           {command_of(1, 0), command_of(1, 11000), command_of(1, 0)}, {"meetings"}))
    EXPECT_OK(receipt);
  EXPECT_EQ((*ledger)->stats().batches, 5u) << "a command that is too large is alone in its batch";
}

TEST_P(AttachmentsTest, ErasedSubjectsLeaveNoByteBehind) {
  const std::string subject(16, 'a');
  const common::v1::Attachment erased = Attachment(subject, std::string(5000, 'e'));
  const common::v1::Attachment kept = Attachment(std::string(16, 'b'), "bleibt");
  const auto ledger = Open();
  for (const common::v1::Attachment& attachment : {erased, kept}) {
    common::v1::SignedCommand command = Command();
    *command.add_attachments() = attachment;
    ASSERT_OK(Append(**ledger, command));
  }
  const std::string box = *crypto::HexDecode(absl::AsciiStrToLower(
      backend_->Run("SELECT " + backend_->Hex("box") +
                    " FROM attachment WHERE subject = " + backend_->Literal(subject))));
  const std::string key = *crypto::HexDecode(absl::AsciiStrToLower(
      backend_->Run("SELECT " + backend_->Hex("box") +
                    " FROM subject_key WHERE subject = " + backend_->Literal(subject))));
  ASSERT_THAT(backend_->AllBytes(), ::testing::HasSubstr(key))
      << "the test looks at the right bytes";

  EXPECT_TRUE(*(*ledger)->EraseSubject(subject));
  EXPECT_FALSE(*(*ledger)->EraseSubject(subject)) << "nothing is left to do";
  const std::string bytes = backend_->AllBytes();
  EXPECT_THAT(bytes, ::testing::Not(::testing::HasSubstr(key)));
  // A long box lies in several pages.
  for (size_t at = 0; at + 64 < box.size(); at += 64)
    EXPECT_THAT(bytes, ::testing::Not(::testing::HasSubstr(box.substr(at, 64)))) << at;
  EXPECT_THAT((*ledger)->GetAttachment(erased.commitment()), IsRefused(Reason::kNoSuchAttachment));
  EXPECT_EQ((*ledger)->GetAttachment(kept.commitment())->content(), "bleibt");
  EXPECT_OK(Append(**ledger, Command()));
  ExpectProves(*(*ledger)->GetReceipt(0));
}

TEST_P(AttachmentsTest, NothingIsSealedOfAnErasedSubject) {
  const std::string subject(16, 'a');
  const auto ledger = Open();
  common::v1::SignedCommand before = Command();
  *before.add_attachments() = Attachment(subject, "davor");
  ASSERT_OK(Append(**ledger, before));
  EXPECT_TRUE(*(*ledger)->EraseSubject(subject));
  common::v1::SignedCommand after = Command();
  *after.add_attachments() = Attachment(subject, "danach");
  EXPECT_THAT(Append(**ledger, after), IsRefused(Reason::kSubjectErased));
  EXPECT_EQ((*ledger)->size(), 1u);
  const auto again = Append(**ledger, before);
  ASSERT_OK(again) << "what is recorded has its receipt";
  EXPECT_EQ(again->index(), 0u);
  EXPECT_THAT((*ledger)->GetAttachment(before.attachments(0).commitment()),
              IsRefused(Reason::kNoSuchAttachment));
}

// Attachments sent during an erasure are either refused or destroyed.
TEST_P(AttachmentsTest, NothingIsSealedInTheMomentOfErasing) {
  const auto ledger = Open();
  for (char round = 'a'; round < 'f'; ++round) {
    const std::string subject(16, round);
    std::atomic<bool> refused = false;
    std::thread sender([&] {
      while (!refused) {
        common::v1::SignedCommand command = Command();
        *command.add_attachments() = Attachment(subject, "währenddessen");
        refused = !Append(**ledger, command).ok();
      }
    });
    const uint64_t start = (*ledger)->size();
    EXPECT_TRUE(testing::Await([&] { return (*ledger)->size() >= start + 3; }));
    EXPECT_TRUE(*(*ledger)->EraseSubject(subject));
    sender.join();
    for (const char* table : {"attachment", "subject_key"}) {
      EXPECT_EQ(backend_->Run(absl::StrCat("SELECT count(*) FROM ", table,
                                           " WHERE subject = ", backend_->Literal(subject))),
                "0")
          << table;
    }
  }
}

TEST_P(AttachmentsTest, BadInputIsRefusedAndLeavesNothing) {
  const auto ledger = Open();
  common::v1::SignedCommand command = Command();
  *command.add_attachments() = Attachment(std::string(16, 'a'), "text");
  command.mutable_attachments(0)->set_content("another text");
  EXPECT_THAT(Append(**ledger, command), IsRefused(Reason::kBadAttachment));
  command = Command();
  *command.add_attachments() = Attachment("short", "text");
  EXPECT_THAT(Append(**ledger, command), IsRefused(Reason::kBadAttachment));
  command = Command();
  *command.add_attachments() =
      Attachment(std::string(16, 'a'), std::string(kMaxAttachmentBytes + 1, 'x'));
  EXPECT_THAT(Append(**ledger, command), IsRefused(Reason::kBadAttachment));
  command.set_payload(std::string(kMaxPayloadBytes + 1, 'x'));
  EXPECT_THAT(Append(**ledger, command), IsRefused(Reason::kTooLarge));
  command = Command("");
  EXPECT_THAT(Append(**ledger, command), IsRefused(Reason::kBadCommand));
  EXPECT_EQ((*ledger)->size(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Stores, AttachmentsTest, ::testing::Values(Kind::kSqlite, Kind::kPostgres),
                         NameOfKind);

}  // namespace
}  // namespace votum::ledger
