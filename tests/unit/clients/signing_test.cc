// Everything around a signature: dry runs, consent, and files that a command leaves.
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/status_matchers.h"
#include "clients/cli/cli.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/clients/cli_fixture.h"
#include "votum/common/v1/command.pb.h"
#include "votum/meetings/v1/secret_votes.pb.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class SigningTest : public CliTest {};

TEST_F(SigningTest, NothingIsRecordedWhoseReceiptCannotBeSaved) {
  for (const std::string& path : {std::string("/nonexistent/receipt"), folder_}) {
    const Ran ran = Do(With(kVote, {"--receipt", path}));
    EXPECT_EQ(ran.code, kLocalProblem);
    EXPECT_THAT(ran.out, IsEmpty());
    EXPECT_THAT(ran.err, StartsWith("votum vote cast: NOT_WRITTEN: "));
  }
  EXPECT_THAT(service_.calls(), IsEmpty());
}

TEST_F(SigningTest, AReceiptNeverTakesThePlaceOfAnotherFile) {
  const std::string path = folder_ + "/private.key";
  ASSERT_OK(WriteFile(path, "a key", 0600));
  const Ran ran = Do(With(kVote, {"--receipt", path}));
  EXPECT_EQ(ran.code, kLocalProblem);
  EXPECT_THAT(ran.err, HasSubstr("NOT_WRITTEN: there is a file " + path + " already"));
  EXPECT_EQ(*ReadFile(path), "a key");
  EXPECT_THAT(service_.calls(), IsEmpty());
}

TEST_F(SigningTest, WhatIsRecordedIsSaidToBeRecorded) {
  meetings::v1::CastVote vote;
  vote.mutable_header()->set_actor("m01");
  common::v1::Record record;
  record.set_payload(vote.SerializeAsString());
  common::v1::Receipt receipt;
  receipt.set_index(42);
  receipt.set_record(record.SerializeAsString());
  const absl::Status status = AfterRecord(receipt, WriteFile("/nonexistent/receipt", "x"));
  EXPECT_EQ(ExitCodeOf(status), kLocalProblem);
  EXPECT_THAT(std::string(status.message()), HasSubstr("as record 42"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("votum receipt get --index 42"));
  EXPECT_OK(AfterRecord(receipt, absl::OkStatus()));
}

// To ask for such a receipt is to say whose ballot it is.
TEST_F(SigningTest, TheReceiptOfACommandWithoutAnActorIsNotProposed) {
  common::v1::Record record;
  record.set_payload(meetings::v1::CastSecretBallot().SerializeAsString());
  common::v1::Receipt receipt;
  receipt.set_index(42);
  receipt.set_record(record.SerializeAsString());
  const absl::Status status = AfterRecord(receipt, WriteFile("/nonexistent/receipt", "x"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("as record 42"));
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("receipt get")));
}

TEST_F(SigningTest, ADryRunShowsAndSendsNothing) {
  const Ran ran = Do(With(kVote, {"--dry-run"}));
  EXPECT_EQ(ran.code, kDone) << ran.err;
  EXPECT_THAT(ran.err, IsEmpty());
  EXPECT_THAT(ran.out, HasSubstr("would sign: CastVote\n"));
  EXPECT_THAT(ran.out, HasSubstr("as: m01\n"));
  EXPECT_THAT(ran.out, HasSubstr("vote_event_id: v1\n"));
  const Ran json = Do(With(kVote, {"--dry-run", "-o", "json"}));
  const auto parsed = nlohmann::json::parse(json.out, nullptr, false);
  ASSERT_TRUE(parsed.is_object()) << json.out;
  EXPECT_EQ(parsed["dry_run"], true);
  EXPECT_EQ(parsed["fields"]["vote_event_id"], "v1");
  EXPECT_THAT(service_.calls(), IsEmpty());
}

// Takes the terminal away from this process, so that nobody can be asked.
void LeaveTerminal() {
  const int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (terminal < 0) return;
  EXPECT_EQ(ioctl(terminal, TIOCNOTTY), 0);
  close(terminal);
}

TEST_F(SigningTest, WhatCannotBeUndoneNeedsConsent) {
  LeaveTerminal();
  const std::vector<std::string> close_vote = {"-c",   "m01", "vote",      "close",
                                               "--id", "v1",  "--meeting", "s1"};
  const Ran ran = Do(close_vote);
  EXPECT_EQ(ran.code, kUsage);
  EXPECT_THAT(ran.err, StartsWith("votum vote close: CONFIRMATION_NEEDED: "));
  EXPECT_THAT(ran.err, HasSubstr("CloseVote cannot be undone: no vote counts any more"));
  EXPECT_THAT(ran.err, HasSubstr("--yes"));
  // The fake service knows no CloseVote: what matters is that it was asked.
  EXPECT_EQ(Do(With(close_vote, {"--yes"})).code, kRefusedByService);
}

TEST_F(SigningTest, ARefusedCommandLeavesNoFile) {
  const std::string path = folder_ + "/codes";
  const std::vector<std::string> issue = {"-c",       "m01", "code",        "issue",
                                          "--person", "m02", "--code-file", path};
  EXPECT_NE(Do(issue).code, kDone) << "no endpoint for the directory";
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ(Do(With(issue, {"--dry-run"})).code, kDone);
  EXPECT_FALSE(std::filesystem::exists(path));
  ASSERT_OK(WriteFile(path, "another's"));
  EXPECT_THAT(Do(issue).err, HasSubstr("NOT_WRITTEN"));
  EXPECT_EQ(*ReadFile(path), "another's");
}

TEST_F(SigningTest, WeakPassphrasesOpenNoNewKey) {
  const std::string path = folder_ + "/weak.key";
  ASSERT_OK(WriteFile(folder_ + "/weak", "passwort1234\n", 0600));
  const Ran ran = Do({"key", "new", "--out", path, "--passphrase-file", folder_ + "/weak"});
  EXPECT_EQ(ran.code, kLocalProblem);
  EXPECT_THAT(ran.err, StartsWith("votum key new: PASSPHRASE_WEAK: "));
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace votum::cli
