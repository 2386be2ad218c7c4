// The ledger: order, receipts, proofs, command ids, time.
#include "ledger/ledger.h"

#include <atomic>
#include <future>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "core/command/payload_type.h"
#include "core/command/timestamps.h"
#include "crypto/checkpoint.h"
#include "crypto/commitment.h"
#include "crypto/keys.h"
#include "crypto/merkle.h"
#include "gtest/gtest.h"
#include "tests/unit/ledger/ledger_fixture.h"
#include "votum/ideas/v1/ideas.pb.h"

namespace votum::ledger {
namespace {

TEST_P(LedgerTest, ReceiptsProveAndSurviveReopening) {
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
    EXPECT_EQ(record.service(), "meetings");
  }
  EXPECT_THAT((*ledger)->GetReceipt(20), IsRefused(Reason::kNoSuchRecord));
}

TEST_P(LedgerTest, ACommandIdCountsOnce) {
  const auto ledger = Open();
  const common::v1::SignedCommand command = Command("id-1");
  const auto first = Append(**ledger, command);
  const auto again = Append(**ledger, command);
  ASSERT_OK(again);
  EXPECT_EQ(first->record(), again->record());
  EXPECT_EQ((*ledger)->size(), 1u);
  EXPECT_THAT(Append(**ledger, Command("id-1", "other")), IsRefused(Reason::kCommandIdReused));
  // Whoever has guessed the bytes, but not signed them, gets no receipt.
  common::v1::SignedCommand resigned = command;
  resigned.mutable_signatures(0)->set_signature("another");
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(Append(**ledger, resigned), IsRefused(Reason::kCommandIdReused));
    resigned.clear_signatures();
  }
  EXPECT_EQ((*ledger)->size(), 1u);
}

TEST_P(LedgerTest, TheLastSpaceOnTheDiskIsKeptForCommandsThatEndSomething) {
  const auto ledger = Open();
  const common::v1::SignedCommand recorded = Command("id-1");
  const auto first = Append(**ledger, recorded);
  ASSERT_OK(first);
  common::v1::SignedCommand close = Command("id-2");
  close.set_payload_type(PayloadType(meetings::v1::CloseVote::descriptor()));
  common::v1::SignedCommand open = Command("id-3");
  open.set_payload_type(PayloadType(meetings::v1::OpenVote::descriptor()));

  free_bytes_ = kDiskReserve - 1;
  EXPECT_THAT(Append(**ledger, open), IsRefused(Reason::kDiskReserve));
  EXPECT_THAT(Append(**ledger, Command("id-4")), IsRefused(Reason::kDiskReserve));
  EXPECT_OK(Append(**ledger, close));
  common::v1::SignedCommand close_another = Command("id-6");
  close_another.set_payload_type(close.payload_type());
  free_bytes_ = kDiskReserve / 4 - 1;
  EXPECT_THAT(Append(**ledger, close_another), IsRefused(Reason::kDiskReserve)) << "it is full";
  free_bytes_ = kDiskReserve / 4;
  const auto again = Append(**ledger, recorded);
  ASSERT_OK(again) << "a recorded command gets its receipt";
  EXPECT_EQ(again->record(), first->record());
  const std::vector<common::v1::SignedCommand> both = {Command("id-5"), close};
  const auto answers = (*ledger)->AppendAll(both, {"meetings"});
  EXPECT_THAT(answers[0], IsRefused(Reason::kDiskReserve));
  EXPECT_OK(answers[1]);
  EXPECT_EQ((*ledger)->size(), 2u);

  free_bytes_ = kDiskReserve;
  EXPECT_OK(Append(**ledger, open)) << "it goes on as soon as there is room";
  EXPECT_EQ((*ledger)->size(), 3u);
}

TEST_P(LedgerTest, IdeasOfThePublicLeaveRoomToTheCouncil) {
  const auto ledger = Open();
  const auto idea = [](const char* id) {
    common::v1::SignedCommand command = Command(id);
    command.set_payload_type(PayloadType(ideas::v1::SubmitIdea::descriptor()));
    return command;
  };
  free_bytes_ = kPublicReserve - 1;
  EXPECT_THAT(Append(**ledger, idea("id-1")), IsRefused(Reason::kTooManyIdeas));
  EXPECT_OK(Append(**ledger, Command("id-2")));
  free_bytes_ = kPublicReserve;
  EXPECT_OK(Append(**ledger, idea("id-1")));
}

TEST_P(LedgerTest, ACommandIdCountsOnceAlsoOverARestart) {
  std::vector<common::v1::SignedCommand> commands;
  std::vector<std::string> records;
  {
    const auto ledger = Open();
    for (int i = 0; i < 5; ++i) {
      commands.push_back(Command(absl::StrCat("id-", i)));
      records.push_back(Append(**ledger, commands.back())->record());
    }
  }
  const auto ledger = Open();
  ASSERT_OK(ledger);
  for (size_t i = 0; i < commands.size(); ++i) {
    const auto again = Append(**ledger, commands[i]);
    ASSERT_OK(again);
    EXPECT_EQ(again->record(), records[i]);
    ExpectProves(*again);
  }
  EXPECT_THAT(Append(**ledger, Command("id-3", "other")), IsRefused(Reason::kCommandIdReused));
  EXPECT_EQ((*ledger)->size(), 5u);
}

TEST_P(LedgerTest, TakesNoCommandWhoseSignerHasSeenAnotherLog) {
  const auto ledger = Open();
  ASSERT_OK(ledger);
  const auto seeing = [](uint64_t size, const std::string& root) {
    meetings::v1::CastVote cast;
    cast.mutable_header()->set_command_id(crypto::NewUuid());
    cast.mutable_header()->set_seen_size(size);
    cast.mutable_header()->set_seen_root(root);
    common::v1::SignedCommand command = Command();
    command.set_payload(cast.SerializeAsString());
    return command;
  };
  crypto::MerkleTree tree;
  for (int i = 0; i < 5; ++i) {
    const auto receipt = Append(**ledger, Command());
    ASSERT_OK(receipt);
    const crypto::Digest leaf = crypto::Sha256({receipt->salt(), receipt->record()});
    tree.Append(crypto::AsBytes(leaf));
  }
  const auto root = [&tree](uint64_t size) {
    const crypto::Digest digest = *tree.RootAt(size);
    return std::string(crypto::AsBytes(digest));
  };
  EXPECT_OK(Append(**ledger, seeing(3, root(3))));
  EXPECT_OK(Append(**ledger, seeing(5, root(5))));
  EXPECT_THAT(Append(**ledger, seeing(3, root(4))), IsRefused(Reason::kViewForked));
  EXPECT_THAT(Append(**ledger, seeing(3, "")), IsRefused(Reason::kViewForked));
  EXPECT_THAT(Append(**ledger, seeing(100, root(5))), IsRefused(Reason::kViewForked));
  EXPECT_EQ((*ledger)->size(), 7u);
}

TEST_P(LedgerTest, ARecordSaysWhereItWasJudgedAndNotBeyondTheLog) {
  const auto ledger = Open();
  ASSERT_OK(ledger);
  ASSERT_OK(Append(**ledger, Command()));
  ASSERT_OK(Append(**ledger, Command()));
  const auto receipt = (*ledger)->Append(Command(), {"meetings", 1});
  ASSERT_OK(receipt);
  common::v1::Record record;
  ASSERT_TRUE(record.ParseFromString(receipt->record()));
  EXPECT_EQ(record.judged_at(), 1u);
  // Made in two parts, and yet the bytes of the message.
  EXPECT_EQ(record.SerializeAsString(), receipt->record());
  EXPECT_THAT((*ledger)->Append(Command(), {"meetings", 4}), IsRefused(Reason::kBadJudgedAt));
}

TEST_P(LedgerTest, SeveralAreAppendedInTheirOrderAndAnsweredEach) {
  const auto ledger = Open();
  std::vector<common::v1::SignedCommand> commands;
  for (int i = 0; i < 5; ++i) commands.push_back(Command(absl::StrCat("id-", i)));
  commands[1].set_payload("no header");
  commands[3] = commands[2];
  const auto receipts = (*ledger)->AppendAll(commands, {"meetings"});
  ASSERT_EQ(receipts.size(), commands.size());
  EXPECT_THAT(receipts[1], IsRefused(Reason::kBadCommand));
  std::vector<uint64_t> indexes;
  for (const size_t i : {0u, 2u, 3u, 4u}) {
    ASSERT_OK(receipts[i]);
    ExpectProves(*receipts[i]);
    indexes.push_back(receipts[i]->index());
  }
  EXPECT_THAT(indexes, ::testing::ElementsAre(0, 1, 1, 2));
  EXPECT_EQ((*ledger)->stats().batches, 1u);
}

TEST_P(LedgerTest, WhoDoesNotWaitIsCalledOnceWithTheAnswer) {
  const auto ledger = Open();
  std::vector<common::v1::SignedCommand> commands = {Command("id-1"), Command("id-2"),
                                                     Command("id-1"), Command("id-1", "other")};
  commands.emplace_back().set_payload("no header");
  std::vector<std::promise<absl::StatusOr<common::v1::Receipt>>> promises(commands.size());
  const auto append = [&](const common::v1::SignedCommand& command, auto& promise) {
    (*ledger)->AppendThen(command, {"meetings"},
                          [&promise](absl::StatusOr<common::v1::Receipt> receipt) {
                            promise.set_value(std::move(receipt));
                          });
  };
  for (size_t i = 0; i < commands.size(); ++i) append(commands[i], promises[i]);
  std::vector<absl::StatusOr<common::v1::Receipt>> answers;
  for (auto& promise : promises) answers.push_back(promise.get_future().get());
  for (const size_t i : {0u, 1u, 2u}) {
    ASSERT_OK(answers[i]);
    ExpectProves(*answers[i]);
    EXPECT_EQ(answers[i]->index(), i % 2);
  }
  EXPECT_THAT(answers[3], IsRefused(Reason::kCommandIdReused));
  EXPECT_THAT(answers[4], IsRefused(Reason::kBadCommand));
  EXPECT_EQ((*ledger)->size(), 2u);

  (*ledger)->Stop();
  std::promise<absl::StatusOr<common::v1::Receipt>> late;
  append(commands[0], late);
  EXPECT_THAT(late.get_future().get(), HasCode(absl::StatusCode::kUnavailable));
}

TEST_P(LedgerTest, ARecordIsTheBytesOfItsMessage) {
  const auto ledger = Open();
  common::v1::SignedCommand signed_by_two = Command();
  signed_by_two.mutable_signatures(0)->set_signature(std::string(300, 's'));
  *signed_by_two.add_signatures() = signed_by_two.signatures(0);
  common::v1::SignedCommand bare = Command();
  bare.clear_payload_type();
  bare.mutable_signatures(0)->Clear();
  for (const common::v1::SignedCommand& command : {Command(), signed_by_two, bare}) {
    for (const std::string service : {"meetings", ""}) {
      common::v1::SignedCommand other = command;
      meetings::v1::CastVote cast;
      ASSERT_TRUE(cast.ParseFromString(other.payload()));
      cast.mutable_header()->set_command_id(crypto::NewUuid());
      other.set_payload(cast.SerializeAsString());
      const auto receipt = ledger->get()->Append(other, {service});
      ASSERT_OK(receipt);
      common::v1::Record record;
      ASSERT_TRUE(record.ParseFromString(receipt->record()));
      EXPECT_EQ(record.SerializeAsString(), receipt->record());
      EXPECT_EQ(record.index(), receipt->index());
      EXPECT_EQ(FromTimestamp(record.time()), clock_.now);
      EXPECT_EQ(record.service(), service);
      EXPECT_EQ(record.payload_type(), other.payload_type());
      EXPECT_EQ(record.payload(), other.payload());
      ASSERT_EQ(record.signatures_size(), other.signatures_size());
      for (int i = 0; i < record.signatures_size(); ++i) {
        EXPECT_EQ(record.signatures(i).key_id(), other.signatures(i).key_id());
        EXPECT_EQ(record.signatures(i).signature(), other.signatures(i).signature());
      }
    }
  }
}

TEST_P(LedgerTest, ManyAtOnceKeepOneOrderAndShareTransactions) {
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

TEST_P(LedgerTest, TimeNeverGoesBackAlsoOverARestart) {
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

TEST_P(LedgerTest, CheckpointsAreConsistent) {
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
  EXPECT_THAT((*ledger)->ConsistencyProof(0, 3), IsRefused(Reason::kBadSizes));
  EXPECT_THAT((*ledger)->ConsistencyProof(3, 99), IsRefused(Reason::kBadSizes));
}

INSTANTIATE_TEST_SUITE_P(Stores, LedgerTest, ::testing::Values(Kind::kSqlite, Kind::kPostgres),
                         NameOfKind);

}  // namespace
}  // namespace votum::ledger
