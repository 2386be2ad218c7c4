// An erasure names all that it takes, and what was made from that and stays.
#include "clients/cli/subjects.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace votum::cli {
namespace {

using ::testing::StartsWith;

std::string Subject(char letter) { return std::string(16, letter); }

void AddIdea(Sealed& sealed, const std::string& id, char subject,
             const std::vector<std::string>& successors) {
  ideas::v1::Idea& idea = sealed.ideas[id];
  idea.set_id(id);
  idea.mutable_text()->set_subject(Subject(subject));
  for (const std::string& successor : successors) idea.add_successor_idea_ids(successor);
}

// "bank" and "zettel" were joined to "baenke", which was parted into "rot" and "blau"; "zettel" and
// "blau" lie under one subject.
Sealed Town() {
  Sealed sealed;
  AddIdea(sealed, "bank", 'a', {"baenke"});
  AddIdea(sealed, "zettel", 'b', {"baenke"});
  AddIdea(sealed, "baenke", 'c', {"rot", "blau"});
  AddIdea(sealed, "rot", 'd', {});
  AddIdea(sealed, "blau", 'b', {});
  directory::v1::Person& person = sealed.persons.emplace_back();
  person.set_id("m1");
  person.mutable_sealed_name()->set_subject(Subject('p'));
  meetings::v1::VoteEvent& vote = sealed.secret_votes.emplace_back();
  vote.set_id("wahl");
  vote.mutable_secret()->set_subject(Subject('v'));
  meetings::v1::Attendance& attendance = sealed.attendances.emplace_back();
  attendance.set_meeting_id("rat");
  for (const char subject : {'s', 'p'}) {  // everybody's, and the person's own
    meetings::v1::Disruption& disruption = *attendance.add_disruptions();
    disruption.set_recorder_id(std::string("k") + subject);
    disruption.mutable_sealed_text()->set_subject(Subject(subject));
  }
  return sealed;
}

TEST(WhatLiesUnderTest, NamesAllThatGoesAndAllThatWasMadeFromIt) {
  EXPECT_EQ(WhatLiesUnder({Subject('a')}, Town()),
            "erased: text of idea bank, and name and address of its author\n"
            "stays: idea baenke, made from bank, under subject 63636363636363636363636363636363: "
            "erase it too if it has the same words\n"
            "stays: idea blau, made from baenke, under subject 62626262626262626262626262626262: "
            "erase it too if it has the same words\n"
            "stays: idea rot, made from baenke, under subject 64646464646464646464646464646464: "
            "erase it too if it has the same words\n");
}

TEST(WhatLiesUnderTest, WhatIsErasedTogetherDoesNotStay) {
  EXPECT_EQ(WhatLiesUnder({Subject('b'), Subject('c')}, Town()),
            "erased: text of idea baenke, and name and address of its author\n"
            "erased: text of idea blau, and name and address of its author\n"
            "erased: text of idea zettel, and name and address of its author\n"
            "stays: idea rot, made from baenke, under subject 64646464646464646464646464646464: "
            "erase it too if it has the same words\n");
}

TEST(WhatLiesUnderTest, WhyAnIdeaWasRejectedLiesApart) {
  Sealed town = Town();
  town.ideas["blau"].add_moderations()->mutable_sealed_ground()->set_subject(Subject('g'));
  town.ideas["blau"].add_moderations();  // published again
  EXPECT_EQ(WhatLiesUnder({Subject('g')}, town), "erased: why idea blau was rejected\n");
  EXPECT_THAT(
      WhatLiesUnder({Subject('b')}, town),
      StartsWith("erased: text of idea blau, and name and address of its author\n"
                 "stays: why idea blau was rejected, under subject "
                 "67676767676767676767676767676767: erase it too if it speaks of people\n"));
}

TEST(WhatLiesUnderTest, PersonsKeysOfSecretVotesAndDisruptionsHaveSubjectsToo) {
  EXPECT_EQ(WhatLiesUnder({Subject('p'), Subject('v')}, Town()),
            "erased: all that is sealed of person m1: name, labels of keys, reasons, descriptions "
            "of disruptions\n"
            "erased: the server's keys of secret vote wahl, and who registered which credential\n"
            "erased: description of a disruption of meeting rat, recorded by kp\n");
  EXPECT_EQ(WhatLiesUnder({Subject('s')}, Town()),
            "erased: description of a disruption of meeting rat, recorded by ks\n");
  EXPECT_EQ(WhatLiesUnder({Subject('x')}, Town()),
            "nothing that you are shown lies under these subjects\n");
}

}  // namespace
}  // namespace votum::cli
