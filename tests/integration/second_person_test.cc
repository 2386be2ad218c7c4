// Acts of two persons through the command line: what waits says so and how it comes into effect, a
// second person confirms it, and whoever it concerns contradicts it.

#include <string>

#include "absl/strings/str_cat.h"
#include "base/test_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/harness/city.h"
#include "tests/harness/command_line.h"

namespace votum::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class SecondPersonTest : public ::testing::Test {
 protected:
  SecondPersonTest() : city_(NewTestFolder("second"), City::Layout::kOneProcess) {
    city_.SetUpCouncil(3);
    votum_.AddPeople({"anna.amt", "bernd.amt", "maria.meister", "m01"});
  }

  std::string Offices() { return votum_.Do("anna.amt", "person show --id m01"); }

  City city_;
  CommandLine votum_{&city_, NewTestFolder("second-files")};
};

TEST_F(SecondPersonTest, AnOfficeIsGivenByTwo) {
  const std::string given = votum_.Do("anna.amt", "office grant --person m01 --office secretary");
  const std::string record = RecordIn(given);
  EXPECT_THAT(given, AllOf(HasSubstr("in effect once a second person confirms it"),
                           HasSubstr("votum act confirm --record " + record),
                           HasSubstr("m01 may contradict it"),
                           HasSubstr("votum act contradict --record " + record)));
  EXPECT_THAT(Offices(), Not(HasSubstr("secretary")));
  EXPECT_THAT(votum_.Do("anna.amt", "act confirm --record " + record, 1), HasSubstr("SAME_PERSON"));
  votum_.Do("maria.meister", "act confirm --record " + record);
  EXPECT_THAT(Offices(), HasSubstr("secretary"));

  // It came too late to block it, and everybody sees it.
  votum_.Do("m01", "act contradict --reason nein --record " + record);
  EXPECT_THAT(Offices(), HasSubstr("secretary"));

  // One's own office is given up at once.
  // Nobody is the second person for their own gain.
  const std::string own =
      RecordIn(votum_.Do("bernd.amt", "office grant --person anna.amt --office clerk"));
  EXPECT_THAT(votum_.Do("anna.amt", "act confirm --record " + own, 1), HasSubstr("SAME_PERSON"));
  votum_.Do("maria.meister", "act confirm --record " + own);
  EXPECT_THAT(votum_.Do("anna.amt", "office withdraw --person anna.amt --office clerk"),
              Not(HasSubstr("act confirm")));
}

TEST_F(SecondPersonTest, WhoeverItConcernsBlocksIt) {
  const std::string record =
      RecordIn(votum_.Do("anna.amt", "office grant --person m01 --office secretary"));
  votum_.Do("m01", "act contradict --reason nein --record " + record);
  EXPECT_THAT(votum_.Do("bernd.amt", "act confirm --record " + record, 5),
              HasSubstr("does not wait for a second person"));
  EXPECT_THAT(votum_.Do("bernd.amt", "act list --state blocked"),
              AllOf(HasSubstr(record), HasSubstr("m01")));
  EXPECT_THAT(Offices(), Not(HasSubstr("secretary")));
}

}  // namespace
}  // namespace votum::testing
