// Interoperability of witnesses: our ledger gets its cosignatures from witness.go, and drive.go
// drives our votum-witness. Both use golang.org/x/mod/sumdb and none of our code.

#include "tests/harness/witness.h"

#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "clients/lib/receipt.h"
#include "crypto/tlog/policy.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/harness/await.h"
#include "tests/harness/city.h"
#include "tests/interop/tlog/go_program.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/ledger/v1/ledger_service.pb.h"

namespace votum::testing {
namespace {

using ::testing::HasSubstr;

class GoTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!HaveGo()) GTEST_SKIP() << kNoGo;
  }

  // The output of a program that must succeed.
  static std::string Output(const std::vector<std::string>& arguments) {
    const std::string output = NewTestFolder("run") + "/out";
    const int code = votum::testing::Run(arguments, output);
    EXPECT_EQ(code, 0) << *ReadFile(output);
    return *ReadFile(output);
  }
};

TEST_F(GoTest, DrivesOurWitness) {
  const auto drive = BuildGo("drive.go");
  ASSERT_OK(drive);
  const std::string keys = NewTestFolder("log") + "/keys";
  const std::string log_vkey(absl::StripSuffix(Output({*drive, "-keys", keys}), "\n"));
  WitnessProcess witness(WITNESS_PATH, "witness.example/ours", log_vkey);
  EXPECT_EQ(Output({*drive, "-keys", keys, "-witness", witness.vkey(), witness.url()}),
            "driven: 29 steps\n");
}

// A city whose one witness is witness.go.
class ForeignWitnessTest : public GoTest {
 protected:
  void SetUp() override {
    GoTest::SetUp();
    if (IsSkipped()) return;
    City::Options options;
    options.layout = City::Layout::kOneProcess;
    options.gateway = true;
    options.prepare = [this](const std::string& folder) {
      const auto client = nlohmann::json::parse(*ReadFile(folder + "/client.json"));
      const auto log_vkey = client["log_vkey"].get<std::string>();
      StartWitness(log_vkey);
      const std::string policy =
          absl::StrCat("log ", log_vkey, "\nwitness go ", vkey_, " ", url_, "\nquorum go\n");
      ASSERT_OK(WriteFile(folder + "/log.policy", policy));
      policy_ = std::make_unique<crypto::Policy>(*crypto::Policy::Parse(policy));
    };
    city_ = std::make_unique<City>(NewTestFolder("city"), options);
  }

  void StartWitness(const std::string& log_vkey) {
    const auto program = BuildGo("witness.go");
    ASSERT_OK(program);
    // A port from the city's own range, because it must listen there again after it was killed.
    const std::string address = absl::StrCat("127.0.0.1:", FreeBasePort());
    witness_ = std::make_unique<Process>(
        std::vector<std::string>{*program, "-name", "witness.example/go", "-seed", "7", "-log",
                                 log_vkey, "-listen", address},
        output_);
    witness_->Start();
    url_ = AwaitUrl(output_);
    const std::vector<std::string> words = absl::StrSplit(*ReadFile(output_), ' ');
    vkey_ = words.at(1);
  }

  common::v1::SignedCommand NewPerson(const std::string& id) { return city_->RegistrationOf(id); }

  // The receipt of a record, when the witness has cosigned a checkpoint that has it.
  common::v1::Receipt AwaitWitnessed(uint64_t index) {
    ledger::v1::GetReceiptRequest request;
    request.set_index(index);
    ledger::v1::GetReceiptResponse response;
    EXPECT_TRUE(Await([&] {
      EXPECT_OK(city_->Read("anna.amt", "publication", "GetReceipt", request, &response));
      return policy_->Verify(response.receipt().checkpoint()).ok();
    }));
    return response.receipt();
  }

  // Sends a command, and expects that its receipt gains the cosignature.
  void ExpectWitnessed(const std::string& person) {
    const common::v1::SignedCommand command = NewPerson(person);
    const auto receipt = city_->Send(command);
    ASSERT_OK(receipt);
    EXPECT_OK(client::VerifyReceiptOf(command, AwaitWitnessed(receipt->index()), city_->log()));
  }

  int Answers(const std::string& end) const {
    int count = 0;
    const std::string output = *ReadFile(output_);
    for (const absl::string_view line : absl::StrSplit(output, '\n')) {
      count += absl::EndsWith(line, end) ? 1 : 0;
    }
    return count;
  }

  const std::string output_ = NewTestFolder("witness") + "/out";
  std::unique_ptr<Process> witness_;
  std::string url_;
  std::string vkey_;
  std::unique_ptr<crypto::Policy> policy_;
  std::unique_ptr<City> city_;
};

TEST_F(ForeignWitnessTest, ReceiptsGainItsCosignatureAndOtherPeoplesCodeOpensThem) {
  for (const char* person : {"p1", "p2", "p3"}) ExpectWitnessed(person);
  EXPECT_EQ(Answers(" 422") + Answers(" 403") + Answers(" 404") + Answers(" 400"), 0);

  // The edge's published checkpoint and proofs open with the keys of log and witness in Go's
  // note.Open.
  const auto verify = BuildGo("verify.go");
  ASSERT_OK(verify);
  std::string output;
  int code = 1;
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (code != 0 && absl::Now() < deadline) {
    const std::string path = NewTestFolder("verify") + "/out";
    code = votum::testing::Run({*verify, "-log", city_->log().vkey(), "-witness", vkey_, "-ca",
                                city_->ca_path(), city_->EdgeUrl() + "/log"},
                               path);
    output = *ReadFile(path);
  }
  EXPECT_EQ(code, 0) << output;
  EXPECT_THAT(output, HasSubstr(", 1 cosignatures"));
}

TEST_F(ForeignWitnessTest, OneThatHasForgottenEverythingIsBroughtUpFromNothing) {
  ExpectWitnessed("p1");
  witness_->Kill();
  const auto alone = city_->Send(NewPerson("p2"));
  ASSERT_OK(alone) << "no witness can stop a log";
  const int conflicts = Answers(" 409");
  witness_->Start();
  AwaitWitnessed(alone->index());
  ExpectWitnessed("p3");
  EXPECT_GT(Answers(" 409"), conflicts) << "it said that it had cosigned nothing";
  EXPECT_THAT(*ReadFile(output_), HasSubstr("\"old 0\" 200"));
}

}  // namespace
}  // namespace votum::testing
