// The ledger's desk, with a witness who answers when the test lets it.
#include "services/ledger/desk.h"

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "gtest/gtest.h"
#include "ledger/sqlite_checkpoint_store.h"
#include "ledger/sqlite_store.h"
#include "tests/unit/core/fold/small_log.h"
#include "tests/unit/witness/fakes.h"
#include "tests/unit/witness/log_under_test.h"
#include "votum/directory/v1/directory.pb.h"
#include "witness/routes.h"
#include "witness/witness.h"

namespace votum::ledger {
namespace {

using common::v1::Receipt;
using common::v1::SignedCommand;

constexpr char kOrigin[] = "council.example/log";
constexpr absl::Duration kLong = absl::Seconds(60);

class DeskTest : public ::testing::Test {
 protected:
  DeskTest() {
    std::string text = absl::StrCat("log ", signer_.verifier().vkey(), "\n");
    const auto logs = crypto::Policy::Parse(absl::StrCat(text, "quorum none\n"));
    witness::WitnessConfig config;
    config.clock = &clock_;
    auto signer = crypto::CosignatureSigner::Create("witness.example/w", witness::KeyOfSeedByte(9));
    absl::StrAppend(&text, "witness w ", signer->verifier().vkey(), " test://w\nquorum w\n");
    witness_ = *witness::Witness::Create(*std::move(signer), *logs, &store_, std::move(config));
    policy_ = *crypto::Policy::Parse(text);
  }
  ~DeskTest() override { LetWitnessAnswer(); }

  std::unique_ptr<Ledger> OpenLedger() {
    const std::string folder = NewTestFolder("desk");
    LedgerConfig config;
    config.clock = &clock_;
    config.fatal = [](const absl::Status& why) { FAIL() << why; };
    return *Ledger::Open(*SqliteStore::Open(folder + "/entries.db"),
                         *SqliteCheckpointStore::Open(folder + "/checkpoint.db"),
                         *crypto::NoteSigner::Create(kOrigin, witness::KeyOfSeedByte(1)),
                         crypto::SecretBytes::CopyOf(std::string(32, 'k')), std::move(config));
  }

  void Watch(bool required, absl::Duration longest_wait = kLong) {
    WitnessingConfig config;
    config.required = required;
    config.longest_wait = longest_wait;
    config.forked = [](const std::string& proof) { ADD_FAILURE() << proof; };
    config.connect = [this] {
      return [this](const std::string& url, bool post,
                    const std::string& body) -> absl::StatusOr<http::Answer> {
        may_answer_.WaitForNotification();
        const std::string path(absl::StripPrefix(url, "test://w"));
        return witness::Route(*witness_, {post ? "POST" : "GET", path, body});
      };
    };
    auto witnessing = Witnessing::Start(ledger_.get(), *policy_, kOrigin, std::move(config));
    ASSERT_OK(witnessing);
    witnessing_ = *std::move(witnessing);
  }
  void LetWitnessAnswer() {
    if (!may_answer_.HasBeenNotified()) may_answer_.Notify();
  }

  SignedCommand Command() {
    directory::v1::RevokeKey revoke;
    revoke.set_key_id("any");
    return log_.Sign("anna", &revoke);
  }

  // A receipt asked for.
  struct Asked {
    absl::Notification answered;
    absl::StatusOr<Receipt> answer = absl::UnknownError("there is no answer");

    Desk::Then Then() {
      return [this](absl::StatusOr<Receipt> got) {
        answer = std::move(got);
        answered.Notify();  // aborts if it comes twice
      };
    }
    const absl::StatusOr<Receipt>& Await() {
      answered.WaitForNotification();
      return answer;
    }
  };

  SystemClock clock_;
  testing::SmallLog log_;
  const crypto::NoteSigner signer_ =
      *crypto::NoteSigner::Create(kOrigin, witness::KeyOfSeedByte(1));
  std::unique_ptr<Ledger> ledger_ = OpenLedger();
  witness::MapStore store_;
  std::unique_ptr<witness::Witness> witness_;
  std::optional<crypto::Policy> policy_;
  absl::Notification may_answer_;
  std::unique_ptr<Witnessing> witnessing_;
};

TEST_F(DeskTest, GivesReceiptsOfALogWithoutWitnesses) {
  Desk desk(ledger_.get(), nullptr);
  Asked appended, fetched, beyond, late;
  const SignedCommand command = Command();
  desk.Append(command, {"directory", 0}, absl::InfiniteFuture(), appended.Then());
  ASSERT_OK(appended.Await());
  desk.GetReceipt(appended.answer->index(), absl::InfiniteFuture(), fetched.Then());
  ASSERT_OK(fetched.Await());
  EXPECT_EQ(fetched.answer->record(), appended.answer->record());
  desk.GetReceipt(99, absl::InfiniteFuture(), beyond.Then());
  EXPECT_THAT(beyond.Await(), IsRefused(Reason::kNoSuchRecord));
  desk.Close();
  desk.GetReceipt(0, absl::InfiniteFuture(), late.Then());
  EXPECT_THAT(late.Await(), IsRefused(Reason::kLedgerBusy));
}

TEST_F(DeskTest, AnswersWhenARequiredQuorumHasCosigned) {
  Watch(/*required=*/true);
  Desk desk(ledger_.get(), witnessing_.get());
  constexpr size_t kMany = 50;
  std::vector<SignedCommand> commands;
  for (size_t i = 0; i < kMany; ++i) commands.push_back(Command());
  std::vector<std::unique_ptr<Asked>> asked;
  for (const SignedCommand& command : commands) {
    asked.push_back(std::make_unique<Asked>());
    desk.Append(command, {"directory", 0}, absl::Now() + kLong, asked.back()->Then());
  }
  while (ledger_->size() < kMany) std::this_thread::yield();
  for (const auto& one : asked) EXPECT_FALSE(one->answered.HasBeenNotified()) << "nobody cosigned";
  LetWitnessAnswer();
  for (const auto& one : asked) {
    EXPECT_OK(one->Await());  // of each, also after a failure: the others still write to theirs
    if (one->answer.ok()) EXPECT_OK(policy_->Verify(one->answer->checkpoint())) << "not cosigned";
  }
  Asked again;
  desk.GetReceipt(0, absl::InfinitePast(), again.Then());
  ASSERT_OK(again.Await()) << "there is nothing to wait for";
  EXPECT_OK(policy_->Verify(again.answer->checkpoint()));
}

TEST_F(DeskTest, AQuorumThatDoesNotComeIsSaidAtTheDeadlineOrAfterTheLongestWait) {
  Watch(/*required=*/true, absl::Milliseconds(300));
  Desk desk(ledger_.get(), witnessing_.get());
  const SignedCommand commands[] = {Command(), Command()};
  Asked patient, hurried, at_once;
  desk.Append(commands[0], {"directory", 0}, absl::InfiniteFuture(), patient.Then());
  desk.Append(commands[1], {"directory", 0}, absl::Now() + absl::Milliseconds(20), hurried.Then());
  EXPECT_THAT(hurried.Await(), IsRefused(Reason::kNotWitnessedYet));
  desk.GetReceipt(0, absl::InfinitePast(), at_once.Then());
  EXPECT_THAT(at_once.Await(), IsRefused(Reason::kNotWitnessedYet));
  EXPECT_THAT(patient.Await(), IsRefused(Reason::kNotWitnessedYet));
  EXPECT_EQ(ledger_->size(), 2u) << "both are in the log";
}

TEST_F(DeskTest, WitnessesThatAreNotRequiredHoldNobodyUp) {
  Watch(/*required=*/false);
  Desk desk(ledger_.get(), witnessing_.get());
  const SignedCommand command = Command();
  Asked appended, fetched;
  desk.Append(command, {"directory", 0}, absl::InfiniteFuture(), appended.Then());
  ASSERT_OK(appended.Await());
  desk.GetReceipt(0, absl::InfiniteFuture(), fetched.Then());
  ASSERT_OK(fetched.Await());
  EXPECT_FALSE(policy_->Verify(fetched.answer->checkpoint()).ok());
}

TEST_F(DeskTest, TheEndOfTheWitnessingAnswersThoseWhoWait) {
  Watch(/*required=*/true);
  Desk desk(ledger_.get(), witnessing_.get());
  const SignedCommand command = Command();
  Asked asked;
  desk.Append(command, {"directory", 0}, absl::Now() + kLong, asked.Then());
  while (ledger_->size() == 0) std::this_thread::yield();
  ledger_->Stop();  // so that the answer of the ledger is on its way
  std::thread ending([this] { witnessing_ = nullptr; });
  EXPECT_THAT(asked.Await(), IsRefused(Reason::kNotWitnessedYet));
  LetWitnessAnswer();  // the end waits for requests under way
  ending.join();
}

}  // namespace
}  // namespace votum::ledger
