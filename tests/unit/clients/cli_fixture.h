// Runs command lines of `votum` against a fake service over TLS.
#ifndef VOTUM_TESTS_UNIT_CLIENTS_CLI_FIXTURE_H_
#define VOTUM_TESTS_UNIT_CLIENTS_CLI_FIXTURE_H_

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "clients/cli/cli.h"
#include "clients/lib/context.h"
#include "crypto/secret.h"
#include "gtest/gtest.h"
#include "tests/unit/clients/fake_log.h"
#include "tests/unit/clients/fake_service.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::cli {

// The outcome of a command line.
struct Ran {
  int code = 0;
  std::string out;
  std::string err;
};

inline Ran RunLine(const std::vector<std::string>& arguments, Clients* clients) {
  std::ostringstream out;
  std::ostringstream err;
  Ran ran;
  ran.code = RunCommandLine(arguments, clients, out, err);
  ran.out = out.str();
  ran.err = err.str();
  return ran;
}

// A service, and contexts "public" and "m01" for it in a folder of their own.
class CliTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = NewTestFolder("cli");
    ASSERT_OK(WriteFile(folder_ + "/passphrase", "eine lange Passphrase\n", 0600));
    ASSERT_OK(client::TestKey('m').SavePkcs8File(
        folder_ + "/m01.key", crypto::SecretBytes::CopyOf("eine lange Passphrase")));
  }

  void SetUp() override {
    const std::string contexts = folder_ + "/contexts";
    std::filesystem::remove_all(contexts);
    std::filesystem::create_directories(contexts);
    setenv("VOTUM_CONFIG", contexts.c_str(), 1);
    unsetenv("VOTUM_CONTEXT");
    unsetenv("VOTUM_YES");
    unsetenv("VOTUM_AUTH_SOCK");
    unsetenv("SSH_AUTH_SOCK");
    ASSERT_OK(client::SaveNewContext(service_.ContextOf(), folder_ + "/contexts/public.json"));
    client::Context member = service_.ContextOf(folder_ + "/m01.key");
    member.passphrase_file = folder_ + "/passphrase";
    ASSERT_OK(client::SaveNewContext(member, folder_ + "/contexts/m01.json"));
  }

  Ran Do(const std::vector<std::string>& arguments) { return RunLine(arguments, &clients_); }

  // The vote that the service received.
  static meetings::v1::CastVote VoteOf(const client::SeenCall& call) {
    meetings::v1::CastVote vote;
    EXPECT_TRUE(vote.ParseFromString(call.command.payload()));
    return vote;
  }

  static inline std::string folder_;
  client::FakeService service_{folder_};
  Clients clients_;
};

// A command that the service records.
inline const std::vector<std::string> kVote = {"-c", "m01",  "vote", "cast",     "--meeting",
                                               "s1", "--id", "v1",   "--choice", "yes"};

inline std::vector<std::string> With(std::vector<std::string> words,
                                     std::vector<std::string> more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace votum::cli

#endif  // VOTUM_TESTS_UNIT_CLIENTS_CLI_FIXTURE_H_
