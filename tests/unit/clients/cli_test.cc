// Whole command lines, against a service over TLS.
#include "clients/cli/cli.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "base/refusal.h"
#include "base/status_matchers.h"
#include "core/fold/command_table.h"
#include "crypto/merkle.h"
#include "crypto/note.h"
#include "crypto/tlog/cosignature.h"
#include "crypto/tlog_proof.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/clients/cli_fixture.h"
#include "tests/unit/clients/fake_service.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::cli {
namespace {

using client::SeenCall;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ContainsRegex;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(CliTest, ACommandIsSignedSentAndProved) {
  const Ran ran = Do(kVote);
  EXPECT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, StartsWith("CastVote: record 0, proved\n"));
  const std::vector<SeenCall> calls = service_.calls();
  ASSERT_EQ(calls.size(), 1u);
  const meetings::v1::CastVote vote = VoteOf(calls[0]);
  EXPECT_EQ(vote.meeting_id(), "s1");
  EXPECT_EQ(vote.vote_event_id(), "v1");
  EXPECT_EQ(vote.choice(), meetings::v1::CHOICE_YES);
  EXPECT_EQ(vote.header().actor(), "m01");
  // The data needed to correct the vote.
  EXPECT_THAT(ran.out, HasSubstr(vote.header().command_id()));
}

TEST_F(CliTest, ACommandWithoutAnAnswerIsSentAgainAsItWas) {
  service_.FailNext({absl::UnavailableError("away"), absl::CancelledError("ended"),
                     absl::DeadlineExceededError("late")});
  const Ran ran = Do(kVote);
  EXPECT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, StartsWith("CastVote: record 0, proved\n"));
  const std::vector<SeenCall> calls = service_.calls();
  ASSERT_EQ(calls.size(), 4u);
  for (const SeenCall& call : calls)
    EXPECT_EQ(call.command.SerializeAsString(), calls[0].command.SerializeAsString());
}

TEST_F(CliTest, JsonIsOneObject) {
  const Ran ran = Do(With(kVote, {"-o", "json"}));
  EXPECT_EQ(ran.code, kDone) << ran.err;
  const auto json = nlohmann::json::parse(ran.out, nullptr, false);
  ASSERT_TRUE(json.is_object()) << ran.out;
  EXPECT_EQ(json["command"], "CastVote");
  EXPECT_EQ(json["index"], 0);
  EXPECT_EQ(json["proved"], true);
  EXPECT_EQ(json["command_id"], VoteOf(service_.calls()[0]).header().command_id());
}

TEST_F(CliTest, TheMeetingOfAVoteIsFoundOut) {
  const Ran ran = Do({"-c", "m01", "vote", "cast", "--id", "v1", "--choice", "no"});
  EXPECT_EQ(ran.code, kDone) << ran.err;
  EXPECT_EQ(VoteOf(service_.calls().back()).meeting_id(), "sitzung-7");
}

TEST_F(CliTest, AReceiptIsSavedAndVerifiesAgain) {
  const std::string path = folder_ + "/vote.receipt";
  std::remove(path.c_str());
  ASSERT_EQ(Do(With(kVote, {"--receipt", path})).code, kDone);
  const Ran verified = Do({"receipt", "verify", path, "--log-key", service_.log().vkey()});
  EXPECT_EQ(verified.code, kDone) << verified.err;
  EXPECT_THAT(verified.out, StartsWith("record: 0\n"));
  EXPECT_THAT(verified.out, HasSubstr("vote_event_id: v1\n"));
  EXPECT_THAT(verified.out, HasSubstr("choice: yes\n"));

  std::string bytes = *ReadFile(path);
  bytes[bytes.size() / 4] = static_cast<char>(bytes[bytes.size() / 4] ^ 1);
  ASSERT_OK(WriteFile(path, bytes));
  const Ran tampered = Do({"-c", "public", "receipt", "verify", path});
  EXPECT_EQ(tampered.code, kVerificationFailed) << tampered.err;
  EXPECT_THAT(tampered.out, IsEmpty());
}

// A receipt and a policy of three witnesses, two of which must cosign.
class PolicyTest : public CliTest {
 protected:
  void SetUp() override {
    CliTest::SetUp();
    std::filesystem::remove(path_);
    ASSERT_EQ(Do(With(kVote, {"--receipt", path_})).code, kDone);
    std::string policy = absl::StrCat("log ", service_.log().vkey(), "\n");
    for (int i = 0; i < 3; ++i) {
      absl::StrAppend(&policy, "witness w", i, " ", Witness(i).verifier().vkey(), "\n");
    }
    ASSERT_OK(WriteFile(policy_, policy + "group most 2 w0 w1 w2\nquorum most\n"));
  }

  static crypto::CosignatureSigner Witness(int i) {
    return *crypto::CosignatureSigner::Create(absl::StrCat("witness.example/w", i),
                                              client::TestKey(static_cast<char>('1' + i)));
  }

  // Adds the cosignature of `i` to the saved receipt, made by `signer`.
  void Cosign(int i, const crypto::CosignatureSigner& signer) {
    common::v1::Receipt receipt;
    ASSERT_TRUE(receipt.ParseFromString(*ReadFile(path_)));
    const std::string text = crypto::ParseNote(receipt.checkpoint())->text;
    crypto::NoteSignature signature = *signer.Sign(text, 1700000000);
    signature.name = Witness(i).verifier().name();
    signature.key_id = Witness(i).verifier().key_id();
    receipt.mutable_checkpoint()->append(crypto::FormatSignatureLine(signature));
    ASSERT_OK(WriteFile(path_, receipt.SerializeAsString()));
  }

  Ran Verify() { return Do({"receipt", "verify", path_, "--policy", policy_}); }

  const std::string path_ = folder_ + "/witnessed.receipt";
  const std::string policy_ = folder_ + "/log.policy";
};

TEST_F(PolicyTest, AReceiptHoldsWhenEnoughWitnessesHaveCosigned) {
  const Ran none = Verify();
  EXPECT_EQ(none.code, kVerificationFailed);
  EXPECT_THAT(none.err, StartsWith("votum receipt verify: NO_QUORUM: "));
  EXPECT_THAT(none.err, HasSubstr("receipt refresh"));
  EXPECT_THAT(none.out, IsEmpty());
  Cosign(1, Witness(1));
  EXPECT_THAT(Verify().err, StartsWith("votum receipt verify: NO_QUORUM: ")) << "one of two";
  Cosign(1, Witness(1));
  EXPECT_THAT(Verify().err, StartsWith("votum receipt verify: NO_QUORUM: ")) << "one, twice";
  Cosign(2, Witness(2));
  const Ran two = Verify();
  EXPECT_EQ(two.code, kDone) << two.err;
  EXPECT_THAT(two.out, HasSubstr("witnesses: cosigned by w1 on 2023-11-14 23:13:20 +01:00, w2 "
                                 "on 2023-11-14 23:13:20 +01:00, which is enough by the policy\n"));
  EXPECT_THAT(two.out, HasSubstr("choice: yes\n"));
}

TEST_F(PolicyTest, ACosignatureThatDoesNotHoldSpoilsAll) {
  Cosign(1, Witness(1));
  Cosign(2, Witness(2));
  Cosign(0, Witness(1));
  const Ran ran = Verify();
  EXPECT_EQ(ran.code, kVerificationFailed);
  EXPECT_THAT(ran.err, StartsWith("votum receipt verify: RECEIPT_INVALID: "));
}

TEST_F(PolicyTest, APolicyOfAnotherLogTakesNoneOfOurs) {
  const auto other = crypto::NoteSigner::Create("other.example/log", client::TestKey('o'));
  ASSERT_OK(WriteFile(policy_, absl::StrCat("log ", other->verifier().vkey(), "\nquorum none\n")));
  const Ran ran = Verify();
  EXPECT_EQ(ran.code, kVerificationFailed);
  EXPECT_THAT(ran.err, StartsWith("votum receipt verify: RECEIPT_INVALID: "));
  ASSERT_OK(WriteFile(policy_, "quorum nobody\n"));
  EXPECT_THAT(Verify().err, StartsWith("votum receipt verify: BAD_POLICY: "));
}

TEST_F(PolicyTest, AReceiptIsWrittenForOtherPeoplesPrograms) {
  const std::string proof = folder_ + "/vote.tlog-proof";
  const Ran ran = Do({"receipt", "export", path_, "--policy", policy_, "--out", proof});
  EXPECT_EQ(ran.code, kDone) << ran.err;
  const auto parsed = crypto::ParseTlogProof(*ReadFile(proof));
  ASSERT_OK(parsed);
  const crypto::Digest leaf = crypto::Sha256(*parsed->extra);
  EXPECT_OK(crypto::VerifyTlogProof(*parsed, crypto::HashLeaf(crypto::AsBytes(leaf)),
                                    service_.log().verifier(), client::kDeployment));
}

TEST_F(CliTest, WithoutAContextAFileIsCheckedWithTheLogKey) {
  const std::string path = folder_ + "/lonely.receipt";
  ASSERT_EQ(Do(With(kVote, {"--receipt", path})).code, kDone);
  setenv("VOTUM_CONFIG", "/nonexistent", 1);
  for (const std::vector<std::string>& line : std::vector<std::vector<std::string>>{
           {"receipt", "verify", path}, {"audit", folder_}, {"verify", path}}) {
    const Ran ran = Do(line);
    EXPECT_EQ(ran.code, kLocalProblem);
    EXPECT_THAT(ran.err, AllOf(HasSubstr("NO_CONTEXT"), HasSubstr("--log-key @log.vkey")));
  }
  // Here a context is needed whatever key is given.
  EXPECT_THAT(Do({"audit", "--remote"}).err, Not(HasSubstr("--log-key")));
}

TEST_F(CliTest, AReceiptForProgramsHasItsTimeInUtc) {
  const std::string path = folder_ + "/times.receipt";
  ASSERT_EQ(Do(With(kVote, {"--receipt", path})).code, kDone);
  const std::vector<std::string> verify = {"receipt", "verify", path, "--log-key",
                                           service_.log().vkey()};
  const auto json = nlohmann::json::parse(Do(With(verify, {"-o", "json"})).out, nullptr, false);
  EXPECT_THAT(json["time"].get<std::string>(), EndsWith("Z"));
  EXPECT_THAT(Do(verify).out, ContainsRegex("\ntime: 2[0-9: -]* [+]0[12]:00\n"));
}

TEST_F(CliTest, AReceiptVerifiesWithoutAnyContext) {
  const std::string path = folder_ + "/alone.receipt";
  ASSERT_EQ(Do(With(kVote, {"--receipt", path})).code, kDone);
  setenv("VOTUM_CONFIG", "/nonexistent", 1);
  const Ran ran = Do({"receipt", "verify", path, "--log-key", service_.log().vkey()});
  EXPECT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, StartsWith("record: 0\n"));
}

// Salt and record are hashed one after the other.
TEST_F(CliTest, AReceiptWhoseBytesMovedIntoTheSaltDoesNotHold) {
  const std::string path = folder_ + "/cut.receipt";
  ASSERT_EQ(Do(With(kVote, {"--receipt", path})).code, kDone);
  common::v1::Receipt receipt;
  ASSERT_TRUE(receipt.ParseFromString(*ReadFile(path)));
  receipt.set_record(receipt.salt().substr(30) + receipt.record());
  receipt.set_salt(receipt.salt().substr(0, 30));
  ASSERT_OK(WriteFile(path, receipt.SerializeAsString()));
  const Ran ran = Do({"receipt", "verify", path, "--log-key", service_.log().vkey()});
  EXPECT_EQ(ran.code, kVerificationFailed);
  EXPECT_THAT(ran.err, HasSubstr("its salt has a wrong length"));
}

TEST_F(CliTest, ErrorsAreJsonWhereAnswersAre) {
  service_.FailNext({Refuse(Reason::kVoteClosed, "vote v1 was closed")});
  const Ran ran = Do(With(kVote, {"-o", "json"}));
  EXPECT_EQ(ran.code, kRefusedByService);
  const auto json = nlohmann::json::parse(ran.err, nullptr, false);
  ASSERT_TRUE(json.is_object()) << ran.err;
  EXPECT_EQ(json["error"]["code"], "FAILED_PRECONDITION");
  EXPECT_EQ(json["error"]["reason"], "VOTE_CLOSED");
  EXPECT_EQ(json["error"]["command"], "votum vote cast");
  EXPECT_EQ(json["error"]["message"], "vote v1 was closed");
  const auto usage = nlohmann::json::parse(Do({"vote", "csat", "-o", "json"}).err, nullptr, false);
  EXPECT_EQ(usage["error"]["reason"], "USAGE");
}

TEST_F(CliTest, AKeyThatNobodyHasConfirmedReadsAsThePublic) {
  service_.FailNext({Refuse(Reason::kKeyNotConfirmed, "waits")});
  const Ran ran = Do({"-c", "m01", "vote", "list", "--meeting", "s1"});
  EXPECT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("v5"));
  EXPECT_THAT(ran.err, HasSubstr("this is what the public sees"));
}

TEST_F(CliTest, NumbersAreDecimal) {
  const std::vector<std::string> result = {"rules", "result", "--profile", "de-nw-rat",
                                           "--no",  "12",     "--yes"};
  EXPECT_EQ(Do(With(result, {"13"})).code, kDone);
  for (const char* odd : {"013", "0x10", "1 3", "", "08"})
    EXPECT_EQ(Do(With(result, {odd})).code, kUsage) << odd;
  const std::vector<std::string> seats = {"rules",   "seats", "--method", "dhondt",
                                          "--seats", "5",     "--votes"};
  EXPECT_EQ(Do(With(seats, {"10,5"})).code, kDone);
  for (const char* odd : {"010,5", "10,,5", "10,5,", ",10,5"})
    EXPECT_EQ(Do(With(seats, {odd})).code, kUsage) << odd;
}

// Only the commands of the noun are built to read a command line; the result is the same.
TEST_F(CliTest, AContextMayBeCalledLikeANoun) {
  std::filesystem::copy_file(folder_ + "/contexts/public.json", folder_ + "/contexts/vote.json");
  EXPECT_EQ(Do({"-c", "vote", "vote", "list", "--meeting", "s1"}).code, kDone);
  EXPECT_THAT(Do({"--version"}).out, StartsWith("votum "));
  EXPECT_EQ(Do({"--version"}).out, Do({"--version", "--timeout", "1"}).out);
}

TEST_F(CliTest, ListsPageToTheirEnd) {
  const Ran table = Do({"-c", "public", "vote", "list", "--meeting", "s1"});
  EXPECT_EQ(table.code, kDone) << table.err;
  EXPECT_EQ(table.out,
            "id  motion_id  mode       state        cast_count\n"
            "v1  Anträge    roll-call  unspecified  0\n"
            "v2  Anträge    roll-call  unspecified  0\n"
            "v3  Anträge    roll-call  unspecified  0\n"
            "v4  Anträge    roll-call  unspecified  0\n"
            "v5  Anträge    roll-call  unspecified  0\n");
  const Ran json = Do({"-c", "public", "vote", "list", "--meeting", "s1", "-o", "json"});
  const auto parsed = nlohmann::json::parse(json.out, nullptr, false);
  EXPECT_EQ(parsed["vote_events"].size(), 5u);
  EXPECT_FALSE(parsed.contains("next_page_token") && parsed["next_page_token"] != "");
}

TEST_F(CliTest, WatchesOnce) {
  const Ran ran = Do({"-c", "public", "meeting", "watch", "--id", "s1", "--once"});
  EXPECT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, StartsWith("record 0: meeting"));
}

struct Failing {
  const char* name;
  std::vector<std::string> arguments;
  std::vector<absl::Status> failures;  // of the service
  bool lie = false;                    // the service returns a receipt of another command
  int code;
  const char* says;
};

class ExitCodeTest : public CliTest, public ::testing::WithParamInterface<Failing> {};

TEST_P(ExitCodeTest, IsOfItsKind) {
  service_.FailNext(GetParam().failures);
  if (GetParam().lie) service_.LieNext();
  const Ran ran = Do(GetParam().arguments);
  EXPECT_EQ(ran.code, GetParam().code) << ran.out << ran.err;
  EXPECT_THAT(ran.err, HasSubstr(GetParam().says));
  EXPECT_THAT(ran.out, Not(HasSubstr("proved")));
}

INSTANTIATE_TEST_SUITE_P(
    Errors, ExitCodeTest,
    ::testing::Values(
        Failing{"refused",
                kVote,
                {Refuse(Reason::kVoteClosed, "vote v1 was closed at record 7")},
                false,
                kRefusedByService,
                "votum vote cast: VOTE_CLOSED: vote v1 was closed at record 7\n"},
        Failing{"refused_without_a_reason",
                kVote,
                {absl::InternalError("broken")},
                false,
                kRefusedByService,
                "votum vote cast: INTERNAL: broken\n"},
        // A reason that also exists locally does not reveal its origin.
        Failing{"refused_with_a_word_of_ours",
                kVote,
                {Refuse(Reason::kBadFile, "x")},
                false,
                kRefusedByService,
                "votum vote cast: BAD_FILE"},
        Failing{"deadline", With(kVote, {"--timeout", "1"}),
                std::vector<absl::Status>(100, absl::DeadlineExceededError("late")), false,
                kNotReachable, "does not answer"},
        Failing{"unavailable", With(kVote, {"--timeout", "1"}),
                std::vector<absl::Status>(100, absl::UnavailableError("away")), false,
                kNotReachable, "the service meetings at 127.0.0.1:"},
        Failing{"another_receipt",
                kVote,
                {},
                true,
                kVerificationFailed,
                "votum vote cast: RECEIPT_INVALID: "},
        Failing{"unknown_option", {"vote", "cast", "--vote", "v1"}, {}, false, kUsage, "--vote"},
        Failing{"unknown_noun",
                {"ballot", "cast"},
                {},
                false,
                kUsage,
                "votum: USAGE: there is no ballot here; see votum --help"},
        Failing{"unknown_verb",
                {"vote", "burn"},
                {},
                false,
                kUsage,
                "there is no burn here; did you mean urn? see votum vote --help"},
        Failing{"misspelt_noun",
                {"vtoe", "cast"},
                {},
                false,
                kUsage,
                "there is no vtoe here; did you mean vote? see votum --help"},
        Failing{"misspelt_option",
                {"vote", "cast", "--choise", "yes"},
                {},
                false,
                kUsage,
                "did you mean --choice? see votum vote cast --help"},
        Failing{"no_verb", {"vote"}, {}, false, kUsage, "a command is missing: "},
        Failing{"no_value",
                {"vote", "cast", "--choice"},
                {},
                false,
                kUsage,
                "--choice needs a value; see votum vote cast --help"},
        Failing{"nothing", {}, {}, false, kUsage, "a command is missing; see votum --help"},
        Failing{"missing_option",
                {"-c", "m01", "vote", "cast", "--id", "v1"},
                {},
                false,
                kUsage,
                "votum vote cast: USAGE: --choice is missing"},
        Failing{"bad_choice",
                {"-c", "m01", "vote", "cast", "--id", "v1", "--choice", "ja"},
                {},
                false,
                kUsage,
                "--choice: \"ja\" is none of yes, no, abstain"},
        Failing{"bad_output",
                {"person", "list", "-o", "xml"},
                {},
                false,
                kUsage,
                "--output: \"xml\" is none of table, json"},
        Failing{"no_such_context",
                {"-c", "nobody", "person", "list"},
                {},
                false,
                kLocalProblem,
                "votum person list: NO_CONTEXT: "},
        Failing{"context_not_chosen",
                {"vote", "list", "--meeting", "s1"},
                {},
                false,
                kLocalProblem,
                "there are several contexts (m01, public)"},
        Failing{"no_key",
                {"-c", "public", "vote", "cast", "--meeting", "s1", "--id", "v1", "--choice", "no"},
                {},
                false,
                kLocalProblem,
                "votum vote cast: NO_KEY: "},
        Failing{"wrong_passphrase",
                With(kVote, {"--passphrase-file", "/dev/null"}),
                {},
                false,
                kLocalProblem,
                "passphrase"},
        Failing{"no_such_file",
                {"-c", "m01", "motion", "propose", "--meeting", "s1", "--item", "t1", "--id", "a1",
                 "--polarity", "incidental", "--proposition", "@/nonexistent"},
                {},
                false,
                kLocalProblem,
                "votum motion propose: BAD_FILE: "},
        Failing{"service_not_in_the_context",
                {"-c", "public", "idea", "list"},
                {},
                false,
                kLocalProblem,
                "no endpoint for the service ideas"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_F(CliTest, ContextsAreAddedUsedShownAndRemoved) {
  ASSERT_EQ(Do({"context", "add", "erika", "--from", folder_ + "/contexts/public.json", "--person",
                "m02", "--key", folder_ + "/m01.key"})
                .code,
            kDone);
  EXPECT_EQ(Do({"context", "list"}).out, "erika\nm01\npublic\n");
  ASSERT_EQ(Do({"context", "use", "public"}).code, kDone);
  EXPECT_EQ(Do({"context", "list"}).out, "erika\nm01\npublic (in use)\n");
  EXPECT_EQ(Do({"vote", "list", "--meeting", "s1"}).code, kDone);
  const Ran shown = Do({"context", "show", "erika"});
  EXPECT_THAT(shown.out, HasSubstr("person: m02\n"));
  EXPECT_THAT(shown.out, HasSubstr("meetings: 127.0.0.1:"));
  EXPECT_EQ(Do({"context", "use", "nobody"}).code, kLocalProblem);
  EXPECT_THAT(Do({"-c", "ereka", "person", "list"}).err, HasSubstr("did you mean erika?"));
  EXPECT_EQ(Do({"context", "add", "copy", "--from", "erika"}).code, kDone) << "by its name";
  EXPECT_EQ(Do({"context", "remove", "copy"}).code, kDone);
  const Ran no_key = Do({"context", "add", "copy", "--from", "erika", "--key", "/nonexistent.key"});
  EXPECT_EQ(no_key.code, kLocalProblem);
  EXPECT_THAT(no_key.err, HasSubstr("--key: there is no file /nonexistent.key; make it with"));
  EXPECT_EQ(Do({"context", "remove", "erika"}).code, kDone);
  EXPECT_EQ(Do({"context", "remove", "erika"}).code, kLocalProblem);
  EXPECT_EQ(Do({"context", "list"}).out, "m01\npublic (in use)\n");
}

TEST_F(CliTest, AContextWhoseKeyFileIsGoneSaysSo) {
  client::Context gone = service_.ContextOf(folder_ + "/gone.key");
  ASSERT_OK(client::SaveNewContext(gone, folder_ + "/contexts/gone.json"));
  std::vector<std::string> vote = kVote;
  vote[1] = "gone";
  const Ran ran = Do(vote);
  EXPECT_EQ(ran.code, kLocalProblem);
  EXPECT_THAT(ran.err,
              HasSubstr("names the key file " + folder_ + "/gone.key, which is not there"));
}

TEST_F(CliTest, TheEnvironmentNamesTheContext) {
  setenv("VOTUM_CONTEXT", "public", 1);
  EXPECT_EQ(Do({"vote", "list", "--meeting", "s1"}).code, kDone);
  unsetenv("VOTUM_CONTEXT");
}

TEST_F(CliTest, AKeyIsMadeOnceAndShown) {
  const std::string path = folder_ + "/new.key";
  std::remove(path.c_str());
  const std::vector<std::string> make = {
      "key", "new", "--out", path, "--passphrase-file", folder_ + "/passphrase"};
  const Ran made = Do(make);
  ASSERT_EQ(made.code, kDone) << made.err;
  ASSERT_EQ(Do({"context", "add", "new", "--from", folder_ + "/contexts/public.json", "--person",
                "m03", "--key", path, "--key-passphrase-file", folder_ + "/passphrase"})
                .code,
            kDone);
  const Ran shown = Do({"-c", "new", "key", "show"});
  EXPECT_EQ(shown.out.size(), 65u);
  EXPECT_THAT(made.out, HasSubstr(shown.out));
  EXPECT_EQ(Do(make).code, kLocalProblem);  // never overwritten
}

class BatchTest : public CliTest {
 protected:
  Ran DoBatch(const std::string& text, const std::vector<std::string>& more = {}) {
    const std::string path = folder_ + "/lines.batch";
    EXPECT_OK(WriteFile(path, text));
    return Do(With({"batch", path}, more));
  }
};

constexpr char kCast[] = "-c m01 vote cast --meeting s1 --choice yes --id ";

TEST_F(BatchTest, CarriesOutLinesInOrder) {
  const Ran ran =
      DoBatch(absl::StrCat("# votes\n\n", kCast, "v1\n", kCast, "'v 2'\n", kCast, "v3"));
  EXPECT_EQ(ran.code, kDone) << ran.err;
  const std::vector<SeenCall> calls = service_.calls();
  ASSERT_EQ(calls.size(), 3u);
  EXPECT_EQ(VoteOf(calls[0]).vote_event_id(), "v1");
  EXPECT_EQ(VoteOf(calls[1]).vote_event_id(), "v 2");
  EXPECT_EQ(VoteOf(calls[2]).vote_event_id(), "v3");
  EXPECT_THAT(ran.out, HasSubstr("CastVote: record 2, proved"));
}

TEST_F(BatchTest, StopsAtTheFirstFailureWithItsLine) {
  service_.FailNext({absl::OkStatus(), Refuse(Reason::kAlreadyVoted, "you have voted")});
  const Ran ran = DoBatch(absl::StrCat(kCast, "v1\n\n", kCast, "v2\n", kCast, "v3\n"));
  EXPECT_EQ(ran.code, kRefusedByService);
  EXPECT_EQ(ran.err, "line 3: votum vote cast: ALREADY_VOTED: you have voted\n");
  EXPECT_EQ(service_.calls().size(), 2u);
}

TEST_F(BatchTest, ADryRunOfABatchIsOneOfEachLine) {
  const Ran ran = DoBatch(absl::StrCat(kCast, "v1\n", kCast, "v2\n"), {"--dry-run"});
  EXPECT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("vote_event_id: v1\n"));
  EXPECT_THAT(ran.out, HasSubstr("vote_event_id: v2\n"));
  EXPECT_THAT(service_.calls(), IsEmpty());
}

TEST_F(BatchTest, OptionsOfTheBatchHoldForLinesWithoutTheirOwn) {
  const std::string line = "vote cast --meeting s1 --choice yes --id ";
  const std::string path = folder_ + "/options.batch";
  ASSERT_OK(WriteFile(path, absl::StrCat(line, "v1\n-c public ", line, "v2\n")));
  setenv("VOTUM_CONTEXT", "nobody", 1);
  const Ran ran = Do({"-c", "m01", "-o", "json", "batch", path});
  unsetenv("VOTUM_CONTEXT");
  EXPECT_EQ(service_.calls().size(), 1u);
  EXPECT_EQ(nlohmann::json::parse(ran.out, nullptr, false)["command"], "CastVote");
  EXPECT_EQ(ran.code, kLocalProblem) << "the second line is the public's";
  EXPECT_THAT(ran.err, AllOf(StartsWith("line 2: "), HasSubstr("NO_KEY")));
}

TEST_F(BatchTest, OneReceiptFileForManyLinesIsRefused) {
  const Ran ran = DoBatch(absl::StrCat(kCast, "v1\n"), {"--receipt", folder_ + "/all.receipt"});
  EXPECT_EQ(ran.code, kUsage);
  EXPECT_THAT(ran.err, HasSubstr("in the lines whose receipts you keep"));
  EXPECT_THAT(service_.calls(), IsEmpty());
}

TEST_F(BatchTest, NoLineBeginsBeforeThoseAboveTheDashesAreDone) {
  std::string text;
  for (int i = 0; i < 20; ++i) absl::StrAppend(&text, kCast, "a\n");
  absl::StrAppend(&text, "---\n");
  for (int i = 0; i < 20; ++i) absl::StrAppend(&text, kCast, "b\n");
  const Ran ran = DoBatch(text, {"--jobs", "8", "--quiet"});
  EXPECT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.out, IsEmpty());
  const std::vector<SeenCall> calls = service_.calls();
  ASSERT_EQ(calls.size(), 40u);
  for (size_t i = 0; i < calls.size(); ++i)
    EXPECT_EQ(VoteOf(calls[i]).vote_event_id(), i < 20 ? "a" : "b") << i;
}

TEST_F(BatchTest, RefusesBrokenLinesAndItself) {
  const Ran quoted = DoBatch(absl::StrCat(kCast, "v1\n", kCast, "'v2\n"));
  EXPECT_EQ(quoted.code, kUsage);
  EXPECT_THAT(quoted.err, HasSubstr("line 2: the quotation mark"));
  EXPECT_EQ(DoBatch("batch x\n").code, kUsage);
  EXPECT_EQ(DoBatch("vote bogus\n").code, kUsage);
  EXPECT_EQ(Do({"batch", "/nonexistent"}).code, kLocalProblem);
}

// The nouns and verbs of all commands, as the completion lists them: "['vote cast']=...".
std::vector<std::string> AllVerbs(const std::string& completion) {
  std::vector<std::string> verbs;
  for (const absl::string_view line : absl::StrSplit(completion, '\n')) {
    const std::vector<std::string> parts = absl::StrSplit(line, '\'');
    if (parts.size() > 2 && absl::StrContains(parts[1], ' ')) verbs.push_back(parts[1]);
  }
  return verbs;
}

TEST_F(CliTest, EveryVerbTeachesWithAnExampleOfItself) {
  const std::vector<std::string> verbs = AllVerbs(Do({"completion", "bash"}).out);
  EXPECT_GT(verbs.size(), 60u);
  for (const std::string& verb : verbs) {
    const std::vector<std::string> words = absl::StrSplit(verb, ' ');
    const Ran ran = Do(With(words, {"--help"}));
    EXPECT_EQ(ran.code, kDone) << verb;
    EXPECT_THAT(ran.out, HasSubstr(absl::StrCat("Example: votum ", verb))) << verb;
  }
}

TEST_F(CliTest, EveryDeclaredCommandHasItsVerbAndHelp) {
  const std::vector<std::string> verbs = AllVerbs(Do({"completion", "bash"}).out);
  for (const CommandType& type : CommandTable()) {
    if (type.options->verb().empty()) continue;
    EXPECT_THAT(verbs, Contains(type.options->verb())) << type.name;
    const std::vector<std::string> words = absl::StrSplit(type.options->verb(), ' ');
    EXPECT_THAT(Do(With(words, {"--help"})).out, HasSubstr(type.options->help())) << type.name;
  }
}

TEST_F(CliTest, FieldsDeclareTheirOptions) {
  const std::string demand = Do({"motion", "demand", "--help"}).out;
  for (const char* option : {"--meeting TEXT REQUIRED", "--id TEXT REQUIRED", "--faction TEXT"})
    EXPECT_THAT(demand, HasSubstr(option));
  // A message in the command gives the options of its fields.
  EXPECT_THAT(Do({"proposal", "draft", "--help"}).out, HasSubstr("--resolution TEXT REQUIRED"));
  EXPECT_THAT(Do({"proposal", "revise", "--help"}).out,
              AllOf(HasSubstr("--resolution TEXT"), Not(HasSubstr("--resolution TEXT REQUIRED"))));
}

TEST_F(CliTest, HelpTopicsAreThere) {
  for (const char* topic : {"exit-codes", "contexts", "keys", "values", "receipts", "reasons"})
    EXPECT_EQ(Do({"help", topic}).code, kDone) << topic;
  EXPECT_THAT(Do({"help"}).out, HasSubstr("exit-codes"));
  EXPECT_EQ(Do({"help", "nonsense"}).code, kUsage);
}

// The shell itself reports its completions.
TEST_F(CliTest, BashCompletesNounsVerbsAndOptions) {
  const Ran ran = Do({"completion", "bash"});
  ASSERT_EQ(ran.code, kDone);
  const std::string path = folder_ + "/completion.bash";
  const auto completed = [&](const std::string& words, int at) {
    EXPECT_OK(WriteFile(
        path, absl::StrCat(ran.out, "COMP_WORDS=(", words, ")\nCOMP_CWORD=", at,
                           "\n_votum\necho \"${COMPREPLY[@]}\" > ", folder_, "/completed\n")));
    EXPECT_EQ(std::system(absl::StrCat("bash ", path).c_str()), 0);
    return *ReadFile(folder_ + "/completed");
  };
  EXPECT_EQ(completed("votum vo", 1), "vote\n");
  EXPECT_EQ(completed("votum -c m01 vote ca", 4), "cast\n");
  EXPECT_EQ(completed("votum vote cast --ch", 3), "--choice\n");
  EXPECT_EQ(completed("votum vote cast --conte", 3), "--context\n");
}

TEST_F(CliTest, OtherShellsHaveTheirScripts) {
  EXPECT_THAT(Do({"completion", "zsh"}).out, StartsWith("autoload -Uz bashcompinit"));
  EXPECT_THAT(Do({"completion", "fish"}).out, HasSubstr("complete -c votum"));
  EXPECT_EQ(Do({"completion", "csh"}).code, kUsage);
}

}  // namespace
}  // namespace votum::cli
