#include "witness/witness.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "base/status_matchers.h"
#include "crypto/hash.h"
#include "gtest/gtest.h"
#include "tests/unit/witness/fakes.h"
#include "tests/unit/witness/log_under_test.h"
#include "witness/routes.h"

namespace votum::witness {
namespace {

constexpr char kOrigin[] = "council.example/log";

class WitnessTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto logs =
        crypto::Policy::Parse(absl::StrCat("log ", log_.vkey(), "\nlog ", second_key_.vkey(),
                                           "\nlog ", other_.vkey(), "\nquorum none\n"));
    ASSERT_OK(logs);
    WitnessConfig config;
    config.clock = &clock_;
    config.alarm = [this](const std::string& line) { alarms_.push_back(line); };
    config.fatal = [this](const absl::Status& why) { fatal_.push_back(why); };
    auto witness =
        Witness::Create(*crypto::CosignatureSigner::Create("witness.example/w1", KeyOfSeedByte(9)),
                        *logs, &store_, config);
    ASSERT_OK(witness);
    witness_ = *std::move(witness);
  }

  // Brings the witness to `size` of log_.
  void AdvanceTo(uint64_t size) {
    ASSERT_EQ(witness_->AddCheckpoint(log_.Request(0, size)).status, 200);
  }

  // Checks that `answer` is a cosignature of the checkpoint of `size`, at the clock's time.
  void ExpectCosigned(const http::Answer& answer, uint64_t size) {
    ASSERT_EQ(answer.status, 200) << answer.body;
    const auto note = crypto::ParseNote(absl::StrCat(log_.Checkpoint(size), answer.body));
    ASSERT_OK(note);
    ASSERT_EQ(note->signatures.size(), 2u);
    ASSERT_TRUE(witness_->verifier().Knows(note->signatures[1]));
    const auto time = witness_->verifier().Verify(note->text, note->signatures[1].signature);
    ASSERT_OK(time);
    EXPECT_EQ(*time, static_cast<uint64_t>(absl::ToUnixSeconds(clock_.now)));
  }

  http::Answer GetCheckpoint(const std::string& origin) {
    return witness_->GetCheckpoint(crypto::ToHex(crypto::Sha256(origin)));
  }

  FixedClock clock_;
  MapStore store_;
  std::vector<std::string> alarms_;
  std::vector<absl::Status> fatal_;
  LogUnderTest log_{kOrigin, 1};
  LogUnderTest second_key_{kOrigin, 2};  // the same log, another key of it
  LogUnderTest other_{"other.example/log", 3};
  LogUnderTest unknown_{"unknown.example/log", 4};
  LogUnderTest wrong_key_{kOrigin, 5};    // claims to be the log
  LogUnderTest forked_{kOrigin, 1, "x"};  // the log's key, another tree
  std::unique_ptr<Witness> witness_;
};

TEST_F(WitnessTest, FollowsALogThatGrows) {
  uint64_t last = 0;
  for (const uint64_t size : {0, 1, 1, 2, 3, 7, 8, 300, 300, 1000}) {
    clock_.now += absl::Seconds(10);
    ExpectCosigned(witness_->AddCheckpoint(log_.Request(last, size)), size);
    last = size;
  }
  EXPECT_TRUE(alarms_.empty());
  EXPECT_TRUE(fatal_.empty());
}

TEST_F(WitnessTest, TheStatusOfEveryCase) {
  AdvanceTo(10);
  const std::string empty_elsewhere =
      crypto::Checkpoint{kOrigin, 0, crypto::HashLeaf("x"), {}}.Text();
  std::vector<crypto::Digest> spoilt = log_.Proof(10, 20);
  spoilt[0][0] ^= 1;
  std::vector<crypto::Digest> longer = log_.Proof(10, 20);
  longer.push_back(longer[0]);
  const std::string right = log_.Checkpoint(20);
  const std::string bad_signature = absl::StrReplaceAll(right, {{"\n20\n", "\n21\n"}});
  const auto request = [](uint64_t old_size, std::vector<crypto::Digest> proof,
                          const std::string& checkpoint) {
    return crypto::FormatAddCheckpoint({old_size, std::move(proof), checkpoint});
  };
  const struct {
    const char* what;
    std::string body;
    int status;
  } kCases[] = {
      {"no body", "", 400},
      {"no old size", absl::StrCat("\n", right), 400},
      {"old size with a zero before it", absl::StrCat("old 010\n\n", right), 400},
      {"old size beyond 64 bits", absl::StrCat("old 18446744073709551616\n\n", right), 400},
      {"no empty line", absl::StrCat("old 10\n", right), 400},
      {"64 hashes", request(10, std::vector<crypto::Digest>(64), right), 400},
      {"no checkpoint", "old 10\n\n", 400},
      {"a note without signatures", absl::StrCat("old 10\n\n", log_.Head(20).Text()), 400},
      {"an unknown log", unknown_.Request(0, 20), 404},
      {"an unknown log, whatever its old size", unknown_.Request(20, 20), 404},
      {"another key in the log's name", wrong_key_.Request(10, 20), 403},
      {"a signature that fails", request(10, log_.Proof(10, 20), bad_signature), 403},
      {"another log's key for the origin",
       request(10, log_.Proof(10, 20), other_.Signed(log_.Head(20).Text())), 403},
      {"a known key that fails beside one that does not",
       request(10, log_.Proof(10, 20),
               absl::StrCat(right, crypto::FormatSignatureLine(
                                       {kOrigin, second_key_.signer().verifier().key_id(),
                                        std::string(64, 's')}))),
       403},
      {"signed, and no checkpoint", request(10, {}, log_.Signed(absl::StrCat(kOrigin, "\n20\n"))),
       400},
      {"a size with a zero before it",
       request(10, {},
               log_.Signed(absl::StrReplaceAll(log_.Head(20).Text(), {{"\n20\n", "\n020\n"}}))),
       400},
      {"the old size is larger", request(21, {}, right), 400},
      {"the old size is larger, and wrong", request(30, {}, right), 400},
      {"the old size is not the last one", log_.Request(9, 20), 409},
      {"from the start again", log_.Request(0, 20), 409},
      {"an older checkpoint", log_.Request(5, 9), 409},
      {"the last one as old, a later one meant", log_.Request(11, 20), 409},
      {"no proof", request(10, {}, right), 422},
      {"a spoilt proof", request(10, spoilt, right), 422},
      {"a proof with a hash too many", request(10, longer, right), 422},
      {"the proof for another size", request(10, log_.Proof(10, 19), right), 422},
      {"a forked tree with its own proof", forked_.Request(10, 20), 422},
      {"a forked tree of the same size", forked_.Request(10, 10), 422},
      {"the same size with a proof", request(10, log_.Proof(10, 20), log_.Checkpoint(10)), 422},
      {"the empty tree with another root", request(0, {}, log_.Signed(empty_elsewhere)), 422},
  };
  for (const auto& c : kCases) {
    const http::Answer answer = witness_->AddCheckpoint(c.body);
    EXPECT_EQ(answer.status, c.status) << c.what << ": " << answer.body;
    if (c.status == 409) {
      EXPECT_EQ(answer.body, "10\n") << c.what;
      EXPECT_EQ(answer.content_type, "text/x.tlog.size") << c.what;
    }
  }
  EXPECT_EQ(witness_->AddCheckpoint(std::string(kMaxRequestBytes + 1, 'x')).status, 413);
  // None of these has changed anything, and correct requests still succeed.
  ExpectCosigned(witness_->AddCheckpoint(log_.Request(10, 20)), 20);
}

TEST_F(WitnessTest, TheFirstCheckpointNeedsNoProofAndTakesNone) {
  EXPECT_EQ(witness_->AddCheckpoint(log_.Request(5, 20)).body, "0\n");
  const std::string with_proof =
      crypto::FormatAddCheckpoint({0, log_.Proof(10, 20), log_.Checkpoint(20)});
  EXPECT_EQ(witness_->AddCheckpoint(with_proof).status, 422);
  ExpectCosigned(witness_->AddCheckpoint(log_.Request(0, 20)), 20);
}

TEST_F(WitnessTest, TheEmptyTreeHasOneRoot) {
  ExpectCosigned(witness_->AddCheckpoint(log_.Request(0, 0)), 0);
  const std::string other_root = crypto::Checkpoint{kOrigin, 0, crypto::HashLeaf("x"), {}}.Text();
  const std::string body = crypto::FormatAddCheckpoint({0, {}, log_.Signed(other_root)});
  EXPECT_EQ(witness_->AddCheckpoint(body).status, 422);
  EXPECT_EQ(witness_->AddCheckpoint(log_.Request(0, 5)).status, 200);
}

TEST_F(WitnessTest, TwoTreesOfOneSizeRaiseAnAlarmThatHoldsTheProof) {
  AdvanceTo(10);
  EXPECT_EQ(witness_->AddCheckpoint(forked_.Request(10, 20)).status, 422);
  EXPECT_TRUE(alarms_.empty()) << "anybody can send a wrong proof";
  EXPECT_EQ(witness_->AddCheckpoint(forked_.Request(10, 10)).status, 422);
  ASSERT_EQ(alarms_.size(), 1u);
  EXPECT_THAT(alarms_[0], ::testing::HasSubstr(kOrigin));
}

TEST_F(WitnessTest, EachLogHasItsOwnState) {
  AdvanceTo(10);
  EXPECT_EQ(witness_->AddCheckpoint(other_.Request(0, 3)).status, 200);
  EXPECT_EQ(witness_->AddCheckpoint(other_.Request(3, 4)).status, 200);
  ExpectCosigned(witness_->AddCheckpoint(log_.Request(10, 11)), 11);
}

TEST_F(WitnessTest, AnyKeyOfTheLogWillDo) {
  AdvanceTo(10);
  EXPECT_EQ(witness_->AddCheckpoint(second_key_.Request(10, 12)).status, 200);
  ExpectCosigned(witness_->AddCheckpoint(log_.Request(12, 13)), 13);
}

TEST_F(WitnessTest, OtherPeoplesSignaturesAreIgnored) {
  const std::string strange =
      absl::StrCat(log_.Checkpoint(10),
                   crypto::FormatSignatureLine({"stranger.example/w", 77, std::string(72, 's')}),
                   crypto::FormatSignatureLine({kOrigin, 78, std::string(64, 's')}));
  EXPECT_EQ(witness_->AddCheckpoint(crypto::FormatAddCheckpoint({0, {}, strange})).status, 200);
  // The returned checkpoint has only the verified signatures.
  EXPECT_EQ(crypto::ParseNote(GetCheckpoint(kOrigin).body)->signatures.size(), 2u);
}

TEST_F(WitnessTest, ShowsTheLastCheckpointOfEachLog) {
  EXPECT_EQ(GetCheckpoint(kOrigin).status, 404);
  EXPECT_EQ(GetCheckpoint("unknown.example/log").status, 404);
  EXPECT_EQ(witness_->GetCheckpoint("").status, 404);
  EXPECT_EQ(witness_->GetCheckpoint("..").status, 404);
  AdvanceTo(10);
  const http::Answer answer = witness_->AddCheckpoint(log_.Request(10, 20));
  EXPECT_EQ(GetCheckpoint(kOrigin).status, 200);
  EXPECT_EQ(GetCheckpoint(kOrigin).body, absl::StrCat(log_.Checkpoint(20), answer.body));
}

TEST_F(WitnessTest, AnUnknownOutcomeIsFatalAndNeverACosignature) {
  AdvanceTo(10);
  store_.write_failure = absl::UnavailableError("fsync failed");
  EXPECT_EQ(witness_->AddCheckpoint(log_.Request(10, 20)).status, 500);
  ASSERT_EQ(fatal_.size(), 1u);
  store_.write_failure = absl::AbortedError("another process was faster");
  EXPECT_EQ(witness_->AddCheckpoint(log_.Request(10, 20)).status, 500);
  EXPECT_EQ(fatal_.size(), 1u);
  store_.write_failure = absl::OkStatus();
  store_.failure = absl::UnavailableError("no database");
  EXPECT_EQ(witness_->AddCheckpoint(log_.Request(10, 20)).status, 500);
  EXPECT_EQ(GetCheckpoint(kOrigin).status, 500);
  store_.failure = absl::OkStatus();
  ExpectCosigned(witness_->AddCheckpoint(log_.Request(10, 20)), 20);
}

TEST_F(WitnessTest, AClockBefore1970SignsNothing) {
  clock_.now = absl::FromUnixSeconds(-1);
  EXPECT_EQ(witness_->AddCheckpoint(log_.Request(0, 10)).status, 500);
  EXPECT_EQ(GetCheckpoint(kOrigin).status, 404);
}

TEST_F(WitnessTest, NeedsALog) {
  EXPECT_THAT(Witness::Create(*crypto::CosignatureSigner::Create("w.example", KeyOfSeedByte(9)),
                              *crypto::Policy::Parse("quorum none\n"), &store_, {})
                  .status(),
              IsRefused(Reason::kNoLogs));
}

TEST_F(WitnessTest, Addresses) {
  AdvanceTo(10);
  const std::string path = absl::StrCat("/", crypto::ToHex(crypto::Sha256(kOrigin)), "/checkpoint");
  const struct {
    const char* method;
    std::string target;
    int status;
  } kCases[] = {
      {"POST", "/add-checkpoint", 400},
      {"GET", "/add-checkpoint", 405},
      {"PUT", "/add-checkpoint", 405},
      {"POST", "/add-checkpoint/", 404},
      {"POST", "/add-checkpoint?x", 404},
      {"GET", path, 200},
      {"HEAD", path, 200},
      {"POST", path, 405},
      {"GET", path + "/", 404},
      {"GET", "/checkpoint", 404},
      {"GET", "/", 404},
      {"GET", "", 404},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Route(*witness_, {c.method, c.target, ""}).status, c.status)
        << c.method << " " << c.target;
  }
}

}  // namespace
}  // namespace votum::witness
