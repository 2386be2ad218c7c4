// Tests the client of a ledger in another process against a ledger that fails on demand.
#include "services/runtime/ledger_client.h"

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "base/refusal.h"
#include "base/status_matchers.h"
#include "crypto/checkpoint.h"
#include "crypto/keys.h"
#include "crypto/merkle.h"
#include "crypto/note.h"
#include "grpcpp/create_channel.h"
#include "gtest/gtest.h"
#include "platform/grpc/status.h"
#include "services/runtime/host.h"

namespace votum {
namespace {

namespace lv1 = ledger::v1;
using common::v1::Receipt;

constexpr absl::Duration kLong = absl::Seconds(60);

// Answers Append, GetCheckpoint and GetAttachments with the given statuses, in turn, and then as a
// ledger does.
class FailingLedger final : public lv1::LedgerService::Service {
 public:
  grpc::Status Append(grpc::ServerContext* context, const lv1::AppendRequest* request,
                      lv1::AppendResponse* response) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    requests_.push_back(request->SerializeAsString());
    const auto name = context->client_metadata().find(kServiceMetadata);
    if (name != context->client_metadata().end())
      caller_ = std::string(name->second.data(), name->second.size());
    response->mutable_receipt()->set_index(7);
    return NextLocked();
  }
  grpc::Status GetReceipt(grpc::ServerContext*, const lv1::GetReceiptRequest* request,
                          lv1::GetReceiptResponse* response) override {
    response->mutable_receipt()->set_index(request->index());
    return grpc::Status::OK;
  }
  grpc::Status GetCheckpoint(grpc::ServerContext*, const lv1::GetCheckpointRequest*,
                             lv1::GetCheckpointResponse* response) override {
    crypto::Checkpoint checkpoint;
    checkpoint.origin = "log.example";
    checkpoint.size = 42;
    const auto signer = crypto::NoteSigner::Create(
        checkpoint.origin, *crypto::PrivateKey::Generate(crypto::KeyType::kEd25519));
    response->set_checkpoint(*crypto::SignCheckpoint(checkpoint, *signer));
    const std::lock_guard<std::mutex> lock(mutex_);
    return NextLocked();
  }
  grpc::Status GetAttachments(grpc::ServerContext*, const lv1::GetAttachmentsRequest* request,
                              lv1::GetAttachmentsResponse* response) override {
    EXPECT_LE(request->commitments_size(), kMostCommitments);
    for (const std::string& commitment : request->commitments())
      response->add_attachments()->set_commitment(commitment);
    const std::lock_guard<std::mutex> lock(mutex_);
    return NextLocked();
  }

  void FailWith(std::deque<absl::Status> failures) {
    const std::lock_guard<std::mutex> lock(mutex_);
    failures_ = std::move(failures);
  }
  std::vector<std::string> requests() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return requests_;
  }
  std::string caller() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return caller_;
  }

  bool has_failures() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return !failures_.empty();
  }

 private:
  // The next failure, or OK.
  grpc::Status NextLocked() {
    if (failures_.empty()) return grpc::Status::OK;
    const absl::Status failure = failures_.front();
    failures_.pop_front();
    return ToGrpc(failure);
  }

  std::mutex mutex_;
  std::deque<absl::Status> failures_;  // guarded by mutex_
  std::vector<std::string> requests_;  // guarded by mutex_
  std::string caller_;                 // guarded by mutex_
};

// Signs the log of `leaves`, and proves with the given hashes changed.
class ProvingLedger final : public lv1::LedgerService::Service {
 public:
  explicit ProvingLedger(const crypto::MerkleTree& tree) : tree_(tree) {}
  grpc::Status GetCheckpoint(grpc::ServerContext*, const lv1::GetCheckpointRequest*,
                             lv1::GetCheckpointResponse* response) override {
    response->set_checkpoint(
        *crypto::SignCheckpoint({signer_.name(), tree_.size(), tree_.Root(), {}}, signer_));
    return grpc::Status::OK;
  }
  grpc::Status GetConsistencyProof(grpc::ServerContext*,
                                   const lv1::GetConsistencyProofRequest* request,
                                   lv1::GetConsistencyProofResponse* response) override {
    const auto proof = tree_.ConsistencyProof(request->old_size(), request->new_size());
    if (!proof.ok()) return ToGrpc(proof.status());
    for (const crypto::Digest& hash : *proof)
      response->add_proof(std::string(crypto::AsBytes(hash)).substr(0, hash_size_));
    return grpc::Status::OK;
  }
  const crypto::NoteVerifier& verifier() const { return signer_.verifier(); }
  void CutHashes() { hash_size_ = 31; }

 private:
  const crypto::MerkleTree& tree_;
  size_t hash_size_ = 32;
  const crypto::NoteSigner signer_ = *crypto::NoteSigner::Create(
      "log.example", *crypto::PrivateKey::Generate(crypto::KeyType::kEd25519));
};

// Waits for the answer to `call(then)`.
template <typename Answer, typename Call>
absl::StatusOr<Answer> Await(Call call) {
  absl::Notification answered;
  absl::StatusOr<Answer> answer = absl::UnknownError("there is no answer");
  call([&](absl::StatusOr<Answer> got) {
    answer = std::move(got);
    answered.Notify();  // aborts if it comes twice
  });
  answered.WaitForNotification();
  return answer;
}

class LedgerClientTest : public ::testing::Test {
 protected:
  absl::StatusOr<Receipt> Append(absl::Time deadline = absl::Now() + kLong) {
    return Await<Receipt>([&](LedgerClient::Then<Receipt> then) {
      client_.Append(command_, 5, deadline, std::move(then));
    });
  }
  static common::v1::SignedCommand Command() {
    common::v1::SignedCommand command;
    command.set_payload("bytes");
    return command;
  }

  FailingLedger ledger_;
  std::unique_ptr<Host> host_ =
      *Host::Start({}, nullptr, {{"votum.ledger.v1.LedgerService", &ledger_}});
  LedgerClient client_{host_->InProcessChannel(), "meetings"};
  const common::v1::SignedCommand command_ = Command();
};

TEST_F(LedgerClientTest, SendsTheSameBytesAgainUntilTheLedgerIsBack) {
  ledger_.FailWith({absl::UnavailableError("it restarts"), absl::UnavailableError("it restarts")});
  const auto receipt = Append();
  ASSERT_OK(receipt);
  EXPECT_EQ(receipt->index(), 7u);
  const std::vector<std::string> requests = ledger_.requests();
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(requests[0], requests[1]);
  EXPECT_EQ(requests[0], requests[2]);
  lv1::AppendRequest sent;
  ASSERT_TRUE(sent.ParseFromString(requests[0]));
  EXPECT_EQ(sent.command().payload(), "bytes");
  EXPECT_EQ(sent.judged_at(), 5u);
  EXPECT_EQ(ledger_.caller(), "meetings");
}

TEST_F(LedgerClientTest, SaysThatTheOutcomeIsUnknownWhenTheLedgerStaysAway) {
  ledger_.FailWith(std::deque<absl::Status>(1000, absl::UnavailableError("it is away")));
  const absl::Time start = absl::Now();
  EXPECT_THAT(Append(start + absl::Milliseconds(300)), IsRefused(Reason::kLedgerUnreachable));
  EXPECT_GT(ledger_.requests().size(), 2u) << "it was asked again";

  LedgerClient nobody(
      grpc::CreateChannel("unix:/nobody/at/home", grpc::InsecureChannelCredentials()), "meetings");
  EXPECT_THAT(
      nobody.AwaitSize(absl::Now() + absl::Milliseconds(100), LedgerClient::Tries::kUntilDeadline),
      IsRefused(Reason::kLedgerUnreachable));
}

TEST_F(LedgerClientTest, PassesOnWhatALedgerAnswers) {
  for (const Reason reason :
       {Reason::kNotWitnessedYet, Reason::kLedgerBusy, Reason::kNotAService}) {
    ledger_.FailWith({Refuse(reason, "as told")});
    const size_t before = ledger_.requests().size();
    EXPECT_THAT(Append(), IsRefused(reason));
    EXPECT_EQ(ledger_.requests().size(), before + 1) << "asking again would not help";
  }
}

TEST_F(LedgerClientTest, AReadAsksOnceAndAHookUntilTheLedgerIsBack) {
  using Tries = LedgerClient::Tries;
  const auto size = [this](Tries tries) {
    return Await<uint64_t>([&](LedgerClient::Then<uint64_t> then) {
             client_.GetSize(absl::Now() + kLong, tries, std::move(then));
           })
        .status();
  };
  const auto attachments = [this](Tries tries) {
    return client_.GetAttachments({"a"}, absl::Now() + kLong, tries).status();
  };
  const std::deque<absl::Status> away(2, absl::UnavailableError("it restarts"));
  for (const std::function<absl::Status(Tries)>& ask :
       {std::function<absl::Status(Tries)>(size),
        std::function<absl::Status(Tries)>(attachments)}) {
    ledger_.FailWith(away);
    const absl::Status once = ask(Tries::kOne);
    EXPECT_THAT(once, IsRefused(Reason::kLedgerUnreachable));
    EXPECT_EQ(once.message().find("recorded"), absl::string_view::npos) << once;
    EXPECT_TRUE(ledger_.has_failures()) << "it was asked again";
    ledger_.FailWith(away);
    EXPECT_OK(ask(Tries::kUntilDeadline));
    EXPECT_FALSE(ledger_.has_failures());
  }
}

TEST_F(LedgerClientTest, FetchesReceiptsSizeAndAttachments) {
  const auto receipt = Await<Receipt>([&](LedgerClient::Then<Receipt> then) {
    client_.GetReceipt(3, absl::Now() + kLong, std::move(then));
  });
  ASSERT_OK(receipt);
  EXPECT_EQ(receipt->index(), 3u);
  const auto size = client_.AwaitSize(absl::Now() + kLong, LedgerClient::Tries::kUntilDeadline);
  ASSERT_OK(size);
  EXPECT_EQ(*size, 42u);
  const auto attachments =
      client_.GetAttachments({"a", "b"}, absl::Now() + kLong, LedgerClient::Tries::kOne);
  ASSERT_OK(attachments);
  ASSERT_EQ(attachments->size(), 2u);
  EXPECT_EQ((*attachments)[1].commitment(), "b");
}

TEST_F(LedgerClientTest, FetchesMoreAttachmentsThanTheLedgerGivesForOneCall) {
  std::vector<std::string> commitments;
  for (int i = 0; i < 2 * kMostCommitments + 1; ++i) commitments.push_back(absl::StrCat(i));
  const auto attachments =
      client_.GetAttachments(commitments, absl::Now() + kLong, LedgerClient::Tries::kOne);
  ASSERT_OK(attachments);
  ASSERT_EQ(attachments->size(), commitments.size());
  for (size_t i = 0; i < commitments.size(); ++i)
    EXPECT_EQ((*attachments)[i].commitment(), commitments[i]);
}

TEST(LedgerClientBeginningTest, IsWhatASignedCheckpointAndAProofShow) {
  crypto::MerkleTree tree;
  crypto::CompactTree begin, other;
  for (int i = 0; i < 11; ++i) tree.Append(absl::StrCat("leaf ", i));
  ProvingLedger ledger(tree);
  const std::unique_ptr<Host> host =
      *Host::Start({}, nullptr, {{"votum.ledger.v1.LedgerService", &ledger}});
  LedgerClient client(host->InProcessChannel(), "meetings");
  const auto verify = [&](const crypto::CompactTree& beginning) {
    return client.VerifyBeginning(beginning, ledger.verifier(), absl::Now() + kLong);
  };
  for (int i = 0; i < 11; ++i) {
    begin.Append(absl::StrCat("leaf ", i));
    other.Append(absl::StrCat(i == 0 ? "other leaf " : "leaf ", i));
    EXPECT_OK(verify(begin)) << i;
    EXPECT_THAT(verify(other), IsRefused(Reason::kBadProof)) << i;
  }
  begin.Append("leaf 11");
  EXPECT_THAT(verify(begin), HasCode(absl::StatusCode::kFailedPrecondition)) << "it is longer";

  const auto stranger = crypto::NoteVerifier::Create(
      "log.example", crypto::PrivateKey::Generate(crypto::KeyType::kEd25519)->public_key());
  EXPECT_THAT(client.VerifyBeginning(*crypto::CompactTree::FromEdge(8, {*tree.RootAt(8)}),
                                     *stranger, absl::Now() + kLong),
              IsRefused(Reason::kNoKnownSignature));
  ledger.CutHashes();
  EXPECT_THAT(verify(*crypto::CompactTree::FromEdge(8, {*tree.RootAt(8)})),
              IsRefused(Reason::kBadDigest));
}

}  // namespace
}  // namespace votum
