// Acts of two persons through the command line: what waits says so and how it comes into effect, a
// second person confirms it, and whoever it concerns contradicts it.

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
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

  // Nobody is the second person for their own gain.
  const std::string own =
      RecordIn(votum_.Do("bernd.amt", "office grant --person anna.amt --office clerk"));
  EXPECT_THAT(votum_.Do("anna.amt", "act confirm --record " + own, 1), HasSubstr("SAME_PERSON"));
  city_.Advance(absl::Hours(2));  // Bernd has let Maria in with a key
  votum_.Do("maria.meister", "act confirm --record " + own);
  // One's own office is given up at once.
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

TEST_F(SecondPersonTest, AClerksListCountsOnceTheChairConfirmsIt) {
  votum_.AddPeople({"karl.kanzlei", "m02"});
  city_.OpenMeeting(2);  // m03 and the chair are there
  const std::string said =
      votum_.Do("karl.kanzlei", "meeting check-in --id sitzung-1 --person m01");
  const std::string record = RecordIn(said);
  EXPECT_THAT(said, AllOf(HasSubstr("votum meeting confirm --id sitzung-1 --record " + record),
                          HasSubstr("m01 may contradict it"),
                          HasSubstr("votum meeting contradict --id sitzung-1 --record " + record)));
  const std::string denied =
      RecordIn(votum_.Do("karl.kanzlei", "meeting check-in --id sitzung-1 --person m02"));
  votum_.Do("m02", "meeting contradict --id sitzung-1 --reason nein --record " + denied);
  EXPECT_THAT(votum_.Do("m02", "meeting attendance --id sitzung-1"),
              AllOf(HasSubstr("blocked"), HasSubstr("present_count: 2")));

  // The chair sees what waits, and that nobody counts whom it is about.
  votum_.Do("maria.meister",
            "motion propose --meeting sitzung-1 --item top-1 --id antrag --proposition Baenke "
            "--polarity adopts-item");
  EXPECT_THAT(
      votum_.Do("maria.meister", "vote open --meeting sitzung-1 --motion antrag --id v --mode open",
                1),
      AllOf(HasSubstr("NOT_QUORATE"), HasSubstr("record " + record + ": CheckIn of karl.kanzlei"),
            HasSubstr("without these entries"), Not(HasSubstr("record " + denied))));

  EXPECT_THAT(votum_.Do("karl.kanzlei", "meeting confirm --id sitzung-1", 5),
              HasSubstr("nothing waits for you to confirm it"));
  votum_.Do("maria.meister", "meeting confirm --id sitzung-1");
  EXPECT_THAT(votum_.Do("m02", "meeting attendance --id sitzung-1"),
              AllOf(HasSubstr("present_count: 3"), HasSubstr("confirmer_id: maria.meister")));
  // Whoever comes needs nobody.
  EXPECT_THAT(votum_.Do("m02", "meeting check-in --id sitzung-1"),
              Not(HasSubstr("meeting confirm")));
}

}  // namespace
}  // namespace votum::testing
