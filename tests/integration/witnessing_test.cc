// A deployment and its witnesses, all real processes: receipts that gain cosignatures, commands
// that wait for a quorum, and a log that is older than its latest checkpoint.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "clients/lib/receipt.h"
#include "crypto/tlog/policy.h"
#include "crypto/tlog_proof.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "platform/http/client.h"
#include "tests/harness/await.h"
#include "tests/harness/city.h"
#include "tests/harness/command_line.h"
#include "tests/harness/layouts.h"
#include "tests/harness/witness.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/ledger/v1/ledger_service.pb.h"

namespace votum::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kWitnesses = 3;

class WitnessingTest : public ::testing::Test {
 protected:
  // A city with three witnesses, two of which must cosign.
  void Start(bool required, City::Layout layout = City::Layout::kOneProcess) {
    City::Options options;
    options.layout = layout;
    options.prepare = [this, required](const std::string& folder) {
      const auto client = nlohmann::json::parse(*ReadFile(folder + "/client.json"));
      const auto log_vkey = client["log_vkey"].get<std::string>();
      std::string policy = absl::StrCat("log ", log_vkey, "\n");
      std::string members;
      for (int i = 1; i <= kWitnesses; ++i) {
        witnesses_.push_back(std::make_unique<WitnessProcess>(
            WITNESS_PATH, absl::StrCat("witness.example/w", i), log_vkey));
        absl::StrAppend(&policy, "witness w", i, " ", witnesses_.back()->vkey(), " ",
                        witnesses_.back()->url(), "\n");
        absl::StrAppend(&members, " w", i);
      }
      absl::StrAppend(&policy, "group most 2", members, "\nquorum most\n");
      ASSERT_OK(WriteFile(folder + "/log.policy", policy));
      policy_ = std::make_unique<crypto::Policy>(*crypto::Policy::Parse(policy));
      if (!required) return;
      const std::string config = folder + "/votum.textproto";
      ASSERT_OK(WriteFile(config, absl::StrCat(*ReadFile(config),
                                               "witnessing { required: true wait_seconds: 5 }\n")));
    };
    city_ = std::make_unique<City>(NewTestFolder("city"), options);
  }

  common::v1::SignedCommand NewPerson(const std::string& id) { return city_->RegistrationOf(id); }

  common::v1::Receipt GetReceipt(uint64_t index) {
    ledger::v1::GetReceiptRequest request;
    request.set_index(index);
    ledger::v1::GetReceiptResponse response;
    EXPECT_OK(city_->Read("anna.amt", "publication", "GetReceipt", request, &response));
    return response.receipt();
  }

  // Polls until a quorum has cosigned; returns the last receipt.
  common::v1::Receipt AwaitWitnessed(uint64_t index) {
    common::v1::Receipt receipt;
    EXPECT_TRUE(Await([&] {
      receipt = GetReceipt(index);
      return policy_->Verify(receipt.checkpoint()).ok();
    }));
    return receipt;
  }

  std::vector<std::unique_ptr<WitnessProcess>> witnesses_;
  std::unique_ptr<crypto::Policy> policy_;
  std::unique_ptr<City> city_;
};

TEST_F(WitnessingTest, ReceiptsGainCosignaturesWithOneWitnessAway) {
  Start(/*required=*/false);
  witnesses_[1]->process().Kill();
  const common::v1::SignedCommand command = NewPerson("p1");
  const auto receipt = city_->Send(command);
  ASSERT_OK(receipt);
  EXPECT_OK(client::VerifyReceiptOf(command, *receipt, city_->log())) << "at once";
  const common::v1::Receipt witnessed = AwaitWitnessed(receipt->index());
  EXPECT_OK(policy_->Verify(witnessed.checkpoint()));
  EXPECT_OK(client::VerifyReceipt(witnessed, city_->log()));

  // The edge publishes the same.
  const http::Send get = http::Connect({}, {city_->ca_path(), ""});
  const auto proof = [&] {
    return get(absl::StrCat(city_->EdgeUrl(), "/log/proof/", receipt->index()), false, "");
  };
  EXPECT_TRUE(Await([&] { return proof()->status == 200; }));
  const auto parsed = crypto::ParseTlogProof(proof()->body);
  ASSERT_OK(parsed) << proof()->body;
  EXPECT_OK(policy_->Verify(parsed->checkpoint));
  const auto published = get(city_->EdgeUrl() + "/log/checkpoint", false, "");
  EXPECT_OK(policy_->Verify(published->body));
}

// Checks of people and auditors, through the command line.
TEST_F(WitnessingTest, SavedReceiptsAndExportsHoldByThePolicy) {
  Start(/*required=*/false);
  city_->SetUpCouncil(3);
  CommandLine votum(city_.get(), NewTestFolder("people"));
  votum.AddPeople({"anna.amt", "petra.pruef"});
  const std::string policy = " --policy " + city_->folder() + "/log.policy";
  for (const auto& witness : witnesses_) witness->process().Freeze();
  const std::string receipt = votum.Path("p1.receipt");
  votum.Do("anna.amt", "person add --name Neu --receipt " + receipt);
  const std::string verify = "receipt verify " + receipt + policy;
  EXPECT_THAT(votum.Do("", verify, 4), HasSubstr("NO_QUORUM"));
  const std::string before = *ReadFile(receipt);
  EXPECT_THAT(votum.Do("anna.amt", "--timeout 1 receipt refresh " + receipt + policy, 4),
              HasSubstr("NO_QUORUM"));
  EXPECT_EQ(*ReadFile(receipt), before) << "a receipt is not replaced by a worse one";

  for (int i : {0, 2}) witnesses_[static_cast<size_t>(i)]->process().Thaw();
  EXPECT_THAT(votum.Do("anna.amt", "receipt refresh " + receipt + policy),
              HasSubstr("witnesses: cosigned by w1 on "));
  EXPECT_THAT(votum.Do("", verify), AllOf(HasSubstr("person_id: p-"), Not(HasSubstr("Neu"))));

  const std::string log = votum.Path("log");
  votum.Do("petra.pruef", "log export " + log);
  EXPECT_THAT(votum.Do("", "audit " + log + policy), HasSubstr("which is enough by the policy"));
  EXPECT_THAT(votum.Do("petra.pruef", "audit --remote" + policy),
              HasSubstr("which is enough by the policy"));
}

class RequiredTest : public WitnessingTest, public ::testing::WithParamInterface<City::Layout> {};

TEST_P(RequiredTest, CommandsWaitForTheQuorumAndCountOnce) {
  Start(/*required=*/true, GetParam());
  const auto first = city_->Send(NewPerson("p1"));
  ASSERT_OK(first);
  EXPECT_OK(policy_->Verify(first->checkpoint())) << "each receipt is witnessed";

  witnesses_[0]->process().Freeze();
  witnesses_[1]->process().Freeze();
  const common::v1::SignedCommand command = NewPerson("p2");
  const absl::Status refused = city_->Send(command).status();
  EXPECT_THAT(refused, HasCode(absl::StatusCode::kUnavailable));
  EXPECT_THAT(refused, IsRefused(Reason::kNotWitnessedYet));
  // The record is in the log nevertheless.
  ledger::v1::GetCheckpointResponse newest;
  ASSERT_OK(
      city_->Read("", "publication", "GetCheckpoint", ledger::v1::GetCheckpointRequest(), &newest));
  const auto head = crypto::OpenCheckpoint(newest.checkpoint(), city_->log(), city_->deployment());
  ASSERT_OK(head);
  EXPECT_EQ(head->size, first->index() + 2);
  EXPECT_TRUE(newest.witnesses_required());
  EXPECT_LT(policy_->Verify(newest.witnessed_checkpoint())->checkpoint.size, head->size);

  witnesses_[0]->process().Thaw();
  witnesses_[1]->process().Thaw();
  const absl::Time deadline = absl::Now() + absl::Seconds(60);
  auto receipt = city_->Send(command);
  while (!receipt.ok() && absl::Now() < deadline) receipt = city_->Send(command);
  ASSERT_OK(receipt);
  EXPECT_EQ(receipt->index(), first->index() + 1);
  EXPECT_OK(client::VerifyReceiptOf(command, *receipt, city_->log()));
  EXPECT_OK(policy_->Verify(receipt->checkpoint()));
}

INSTANTIATE_TEST_SUITE_P(Layouts, RequiredTest, BothLayouts(), LayoutName);

// Both stores are restored from an older backup: nothing on this machine can tell, but the
// witnesses can.
TEST_F(WitnessingTest, ALogOlderThanWhatItHasSignedStopsForGood) {
  Start(/*required=*/false);
  const std::string ledger = city_->folder() + "/ledger";
  const std::string backup = NewTestFolder("backup");
  Process& process = city_->ProcessOf("ledger");
  EXPECT_EQ(process.Stop(), 0);
  std::filesystem::copy(ledger, backup, std::filesystem::copy_options::recursive);
  process.Start();
  city_->AwaitReady();
  const auto receipt = city_->Send(NewPerson("p1"));
  ASSERT_OK(receipt);
  AwaitWitnessed(receipt->index());
  EXPECT_EQ(process.Stop(), 0);

  std::filesystem::remove_all(ledger);
  std::filesystem::copy(backup, ledger, std::filesystem::copy_options::recursive);
  process.Start();
  EXPECT_TRUE(Await([&] { return !process.Alive(); }, absl::Minutes(1)));
  const auto proof = ReadFile(ledger + "/forked.note");
  ASSERT_OK(proof);
  EXPECT_OK(policy_->Open(*proof)) << "the log's own signature";

  // Restarting the ledger does not help.
  const std::string output = NewTestFolder("again") + "/out";
  EXPECT_NE(votum::testing::Run({VOTUMD_PATH, "serve", "--dir", city_->folder()}, output), 0);
  EXPECT_THAT(*ReadFile(output), HasSubstr("LOG_FORKED"));
}

TEST(WitnessingConfigTest, RequiredWitnessesMustBeNamed) {
  City city(NewTestFolder("none"), City::Layout::kOneProcess);
  EXPECT_EQ(city.ProcessOf("ledger").Stop(), 0);
  const std::string config = city.folder() + "/votum.textproto";
  ASSERT_OK(WriteFile(config, *ReadFile(config) + "witnessing { required: true }\n"));
  const std::string output = NewTestFolder("run") + "/out";
  EXPECT_NE(votum::testing::Run({VOTUMD_PATH, "serve", "--dir", city.folder()}, output), 0);
  EXPECT_THAT(*ReadFile(output), HasSubstr("names no witness"));
}

}  // namespace
}  // namespace votum::testing
