#include "ranking/formats/formats.h"

#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace votum::ranking {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Malformed {
  Format format;
  std::string text;
  const char* message;
};

constexpr char kSoc[] = "# DATA TYPE: soc\n# NUMBER ALTERNATIVES: 2\n# NUMBER VOTERS: 3\n";
constexpr char kPb[] =
    "META\nkey;value\nbudget;10\nvote_type;cumulative\nPROJECTS\nproject_id;cost\na;5\nb;6\nVOTES\n"
    "voter_id;vote;points\n";

TEST(Formats, MalformedInputIsRefusedWithItsPlace) {
  const std::string soc = kSoc, pb = kPb;
  const std::vector<Malformed> cases = {
      {Format::kBlt, "", "line 1, column 1: expected the number of options"},
      {Format::kBlt, "2 1\n1 3 0\n0\n", "line 2, column 3: there is no option 3"},
      {Format::kBlt, "2 1\n1 1 2 1 0\n0\n", "line 2, column 7: option 1 stands twice"},
      {Format::kBlt, "2 1\n1 1=0\n0\n", "line 2, column 5: \"=\" must stand between"},
      {Format::kBlt, "2 1\n1 1 2\n0\n",
       "line 2, column 6: expected a blank or \"=\" behind the option; a ballot ends with 0"},
      {Format::kBlt, "2 1\n1 1 0 7\n0\n", "line 2, column 7: expected the end of the line"},
      {Format::kBlt, "2 1\n1 1 0\n", "line 3, column 1: the file ends before the line \"0\""},
      {Format::kBlt, "2 1\n-3\n0\n", "line 2, column 1: expected the number of a withdrawn option"},
      {Format::kBlt, "2 1\n0\n\"A\n", "line 3, column 1: this quote is not closed"},
      {Format::kBlt, "2 1\n0\n\"A\"\n", "there are 1 names for 2 options"},
      {Format::kBlt, "2 1\n0\nA\nB\n", "there are 2 names for 2 options and the title"},
      {Format::kBlt, "2 1\n0\n\"A\" x\n\"B\"\n\"T\"\n", "line 3, column 5: text behind a quoted"},
      {Format::kBlt, "2 1\n(a 1 0\n0\n", "line 2, column 1: the id of this ballot"},
      {Format::kBlt, "2 1\n[nick a b]\n0\n", "line 2, column 1: nicknames are not read"},
      {Format::kBlt, "2 1\n[withdrawn 1]\n0\n", "line 2, column 1: [withdrawn 1] is not known"},
      {Format::kBlt, "2 1\n[one]\n0\n", "write withdrawn options as a line \"-2\""},
      {Format::kBlt, "2 1\n[elected 1]\n0\n", "[elected 1] is not known"},
      {Format::kBlt, "2 1\n[]\n0\n", "[] is not known"},
      {Format::kBlt, "2 1\n[tie 1 2\n0\n", "this bracket is not closed on its line"},
      {Format::kBlt, "2 1\n[tie 1 2] -1\n0\n", "line 2, column 11: expected the end of the line"},
      {Format::kBlt, "2 1\n0\nA\n[elected 1]\nT\n", "line 4, column 1: brackets must stand"},
      {Format::kBlt, "3 1\n0\n\"Anna\" \"Gruene\"\n\"Berta\"\n\"Carl\"\n",
       "line 3, column 1: there are 4 names on 3 lines for 3 options and the title"},
      {Format::kBlt, "4 1\n0\n\"A\" \"P\"\n\"B\" \"Q\"\n\"C\"\n",
       "5 names on 3 lines for 4 options"},
      {Format::kBlt, "2 1\n0\n\"A\" \"P\"\n\"B\"\n", "3 names on 2 lines for 2 options"},
      {Format::kBlt, "2 1\n0\n\"Anna\",\"CDU\"\n\"B\"\n\"T\"\n",
       "line 3, column 6: quoted names are separated by blanks alone"},
      {Format::kBlt, "2 1\n0\n\"Anna\" ; \"CDU\"\n\"B\"\n\"T\"\n", "separated by blanks alone"},
      {Format::kBlt, "2 1\n0\n\"A\"/\"CDU\"\n\"B\"\n\"T\"\n", "separated by blanks alone"},
      {Format::kBlt, "3 1\n0\n\"A\"\n\"B\"\n\"T\"\nSource: by hand\n", "4 names for 3 options"},
      {Format::kBlt, "2 1\n0\n\"A\"\n\"B\"\n\"C\"\n\"T\"\n", "4 names for 2 options"},
      {Format::kBlt, "2 1\n0\nA\nB\nC\nT\n", "4 names for 2 options"},
      {Format::kBlt, std::string("2\0 \0001\0", 6), "line 1, column 1: the file is in UTF-16"},
      {Format::kBlt, "2 1\n99999999999999999 1 0\n0\n",
       "line 2, column 1: the weights of all ballots"},
      {Format::kPreflib, "1: 1,2\n", "line 1, column 1: expected a head of"},
      {Format::kPreflib, "# TITLE: x\n", "line 2, column 1: a line \"# DATA TYPE:\""},
      {Format::kPreflib, "# DATA TYPE: soc\n# NUMBER VOTERS: x\n",
       "line 2, column 18: NUMBER VOTERS must be"},
      {Format::kPreflib, kSoc,
       "line 4, column 1: \"# NUMBER VOTERS:\" says 3, but the lines add up to 0"},
      {Format::kScottishCsv, "2\n", "line 1, column 1: the first line must say"},
      {Format::kScottishCsv, "2,1,\n3,1,4,\n", "line 2, column 5: expected a candidate number"},
      {Format::kScottishCsv, "2,1,\n3,1,1,\n", "line 2, column 5: candidate 1 stands twice"},
      {Format::kScottishCsv, "2,1,\n3,1,\n\"Candidate 2\",\"A\",\n",
       "line 3, column 1: expected how many papers"},
      {Format::kScottishCsv, "1,1,\n", "line 2, column 1: the file ends before \"Candidate 1\""},
      {Format::kCef, "A, B > C\n", "line 1, column 1: expected the name of a candidate"},
      {Format::kCef, std::string("A > B\0\n", 7), "line 1, column 6: a zero byte"},
      {Format::kCef, "A > undervote\n", "line 1, column 5: \"undervote\" is what"},
      {Format::kCef, "A > A\n", "line 1, column 5: \"A\" stands twice"},
      {Format::kCef, "A > B * x\n", "line 1, column 7: expected a whole number"},
      {Format::kCef, "A > B\n#/Candidates: A\n", "line 2, column 3: parameters must stand before"},
      {Format::kCef, "A >\n", "line 1, column 4: expected the name of a candidate"},
      {Format::kPabulib, "META\nkey;value\nPROJECTS\n", "META must name the budget"},
      {Format::kPabulib, "META\nkey;value\nbudget;1,5\n",
       "line 3, column 8: \"1,5\" is not an amount"},
      {Format::kPabulib, "META\nkey;value\nbudget;600.000\n", "can be read in two ways"},
      {Format::kPabulib, "META\nkey;value\nbudget;0600.000\n", "can be read in two ways"},
      {Format::kPabulib, "META\nkey;value\nbudget;001.000\n", "can be read in two ways"},
      {Format::kPabulib, "VOTES\n", "line 1, column 1: expected section META"},
      {Format::kCsv, "", "expected a header line"},
      {Format::kCsv, "A,B\n", "line 1, column 1: the header must begin"},
      {Format::kCsv, "ranks,A,B\n1,1\n", "line 2, column 1: this line has 2 cells"},
      {Format::kCsv, "ranks,A,B\n1,1,first\n", "line 2, column 5: expected a whole number from 1"},
      {Format::kCsv, "grades:5,A,A\n", "line 1, column 12: option \"A\" stands twice"},
      {Format::kCsv, "grades:5,A\n1,6\n", "line 2, column 3: expected a whole number from 0 to 5"},
      {Format::kCsv, "weight,1\n1,\"A\n", "line 2, column 3: this quote is not closed"},
      {Format::kCsv, "winner,loser,count\nA,A,1\n",
       "line 2, column 3: an option cannot be compared with itself"},
  };
  for (const Malformed& one : cases) {
    const absl::StatusOr<Election> election = ReadElection(one.format, one.text);
    EXPECT_THAT(election.status(), IsRefused(Reason::kBadFormat)) << one.text;
    EXPECT_THAT(std::string(election.status().message()), HasSubstr(one.message));
  }
  const std::vector<std::pair<std::string, std::string>> more = {
      {soc + "3: 1,{2}x\n", "line 4, column 9: expected \",\""},
      {soc + "3: 1\n", "line 4, column 1: a soc file ranks all 2"},
      {soc + "3: {1,2}\n", "line 4, column 4: a soc file has no ties"},
      {soc + "3: 1,1\n", "line 4, column 6: alternative 1 stands twice"}};
  for (const auto& [text, message] : more) {
    EXPECT_THAT(std::string(ReadElection(Format::kPreflib, text).status().message()),
                HasSubstr(message));
  }
  const std::vector<std::pair<std::string, std::string>> votes = {
      {pb + "1;c;3\n", "line 11, column 3: there is no project \"c\""},
      {pb + "1;a,a;3,2\n", "line 11, column 7: project \"a\" stands twice in this vote"},
      {pb + "1;a;3;7\n", "line 11, column 7: this line has more than the 3 fields"},
      {pb + "1;a,b;3\n", "line 11, column 7: 1 numbers of points for 2 projects"},
      {pb + "1;a\n", "line 11, column 1: this line has only 2 fields"}};
  for (const auto& [text, message] : votes) {
    EXPECT_THAT(std::string(ReadElection(Format::kPabulib, text).status().message()),
                HasSubstr(message));
  }
}

TEST(Blt, ReadsEveryStyleOfNames) {
  const std::string ballots = "2 1\n-2\n# a comment\n3 1=2 0\n2 0 # blank\n0\n";
  for (const char* names :
       {"\"A \"\"x\"\"\" \"B\" \"T\"\n", "\"A \"\"x\"\"\"\n\"B\"\n\"T\"", "A \"x\"\nB\nT\n"}) {
    const absl::StatusOr<Election> election =
        ReadElection(Format::kBlt, absl::StrCat(ballots, names));
    ASSERT_OK(election.status()) << names;
    EXPECT_EQ(election->options[0].name, "A \"x\"");
    EXPECT_EQ(election->options[1].name, "B");
    EXPECT_TRUE(election->options[1].withdrawn);
    EXPECT_EQ(election->title, "T");
    EXPECT_EQ(election->ranked.total_weight(), 5u);
    EXPECT_TRUE(election->ranked.has_ties());
  }
  const absl::StatusOr<Election> party =
      ReadElection(Format::kBlt, "2 1\n0\n\"A\" \"P\"\n\"B\" \"Q\"\n\"T\"\n");
  ASSERT_OK(party.status());
  EXPECT_EQ(party->options[1].name, "B (Q)");
}

TEST(Blt, ReadsWhatDroopAndOpenStvWrite) {
  const absl::StatusOr<Election> election =
      ReadElection(Format::kBlt,
                   "2 1\n[tie 2 1]\n-2\n(a-1) 2 - 1 0\n0\n\"A \"the\" B\" # said so\n\"C\"\n\"T\" "
                   "made by hand\n");
  ASSERT_OK(election.status());
  EXPECT_EQ(election->options[0].name, "A \"the\" B");
  EXPECT_EQ(election->title, "T");
  EXPECT_EQ(election->ranked.total_weight(), 1u);
  EXPECT_TRUE(election->options[1].withdrawn);
  ASSERT_EQ(election->remarks.size(), 1u);
  EXPECT_THAT(election->remarks[0], HasSubstr("[tie 2 1] is not used"));
}

TEST(Blt, CommentsAndSourcesAreNoNames) {
  const std::string names[] = {"\"A\"\n\"B\"\n\"T\"\n# by hand\nSource: the archive\nand more\n",
                               "\"A\"\n\"B\"\n\"T\"\n\"Source: the archive\"\n",
                               "A # the mayor\nB\t# x # y\nT # the ward\nSource: the archive\n",
                               "\"A\" \"B\" \"T\"\nSource: the archive\nQuelle: ebenda\n"};
  for (const std::string& one : names) {
    const absl::StatusOr<Election> election =
        ReadElection(Format::kBlt, absl::StrCat("2 1\n0\n", one));
    ASSERT_OK(election.status()) << one;
    EXPECT_EQ(election->options[0].name, "A");
    EXPECT_EQ(election->options[1].name, "B");
    EXPECT_EQ(election->title, "T");
    EXPECT_THAT(election->remarks,
                ElementsAre("text behind the title is not used: \"Source: the archive\""));
  }
  const absl::StatusOr<Election> hash = ReadElection(Format::kBlt, "1 1\n0\nAll for C#\nT\n");
  ASSERT_OK(hash.status());
  EXPECT_EQ(hash->options[0].name, "All for C#");
}

TEST(Blt, KnownBracketsArePassedOverWithARemark) {
  const absl::StatusOr<Election> election = ReadElection(
      Format::kBlt,
      "3 1\n[Tie 2 1 3] # drawn\n[droop meek omega=6]\n-1\n0\n\"A\" \"B\" \"C\"\n\"T\"\n");
  ASSERT_OK(election.status());
  EXPECT_TRUE(election->options[0].withdrawn);
  EXPECT_EQ(election->options[2].name, "C");
  ASSERT_EQ(election->remarks.size(), 2u);
  EXPECT_THAT(election->remarks[0], HasSubstr("[Tie 2 1 3] is not used; give an order for ties"));
  EXPECT_THAT(election->remarks[1], HasSubstr("[droop meek omega=6] is not used; it has options"));
}

TEST(Cef, ReadsParametersWeightsAndTags) {
  const absl::StatusOr<Election> election = ReadElection(
      Format::kCef,
      "# title\n#/Candidates: A ; B;C\n#/Number of Seats: 2\n#/Implicit Ranking: false\n"
      "#/weight allowed: true\nx@y.z , t || A > B = C ^7 * 2 # comment\n/EMPTY_RANKING/ * 3\nC\n");
  ASSERT_OK(election.status());
  EXPECT_EQ(election->seats, 2);
  EXPECT_TRUE(election->unranked_not_compared);
  EXPECT_EQ(election->ranked.total_weight(), 18u);
  std::vector<uint64_t> weights;
  election->ranked.ForEach([&](BallotView ballot) { weights.push_back(ballot.weight); });
  EXPECT_THAT(weights, ElementsAre(14, 3, 1));
}

TEST(Pabulib, KeepsExactMoneyAndScalesPoints) {
  const absl::StatusOr<Election> election =
      ReadElection(Format::kPabulib, absl::StrCat("\xEF\xBB\xBF", kPb, "1;a,b;0.5,2\r\n2;;\r\n"));
  ASSERT_OK(election.status());
  EXPECT_EQ(election->budget->voters(), 2u);
  EXPECT_THAT(election->budget->points, ElementsAre(1, 4));
  EXPECT_EQ(election->budget->points_scale, 2);
  const absl::StatusOr<std::string> text = WriteElection(Format::kPabulib, *election);
  ASSERT_OK(text.status());
  EXPECT_THAT(*text, HasSubstr("1;a,b;0.5,2\n2;;\n"));
}

TEST(Pabulib, ReadsWhatSpreadsheetsWrite) {
  const absl::StatusOr<Election> election = ReadElection(
      Format::kPabulib,
      "META;;;\nkey;value;;\nbudget;10;;\nvote_type;Ordinal;;\n;;;\nPROJECTS;;;\n"
      "project_id;cost;;\na;5.50;;\nb;6;;\n;;;\nVOTES;;;\nvoter_id;vote;;\n1;b,a;;\n2;;;\n;;;\n");
  ASSERT_OK(election.status());
  EXPECT_EQ(election->budget->vote_type, "ordinal");
  EXPECT_EQ(election->budget->voters(), 2u);
  EXPECT_THAT(election->budget->projects, ElementsAre(1, 0));
  EXPECT_THAT(election->budget->points, ElementsAre(2, 1));
  const absl::StatusOr<Election> unknown =
      ReadElection(Format::kPabulib, "META\nkey;value\nvote_type;veto\nbudget;1\n");
  EXPECT_THAT(std::string(unknown.status().message()),
              HasSubstr("line 3, column 11: vote_type \"veto\" is not"));
}

TEST(Preflib, PassesOverRemarksAndBlankLinesOfTheHead) {
  const absl::StatusOr<Election> election = ReadElection(
      Format::kPreflib,
      "# FILE NAME: x.soi\n#\n# said by hand\n\n# DATA TYPE: soi\n# NUMBER ALTERNATIVES: 2\n"
      "# NUMBER VOTERS: 3\n# ALTERNATIVE NAME 1: A: the first\n\n3: 2\n");
  ASSERT_OK(election.status());
  EXPECT_EQ(election->options[0].name, "A: the first");
  EXPECT_EQ(election->ranked.total_weight(), 3u);
  const absl::StatusOr<Election> lost = ReadElection(
      Format::kPreflib,
      "# DATA TYPE: soi\n# NUMBER ALTERNATIVES: 2\n# NUMBER VOTERS: 0\n# ALTERNATIVE NAME 1 A\n");
  EXPECT_THAT(std::string(lost.status().message()),
              HasSubstr("line 4, column 1: expected \"# KEY"));
}

TEST(Preflib, CategoriesAreGradesAndTiers) {
  const absl::StatusOr<Election> election = ReadElection(
      Format::kPreflib,
      "# DATA TYPE: cat\n# NUMBER ALTERNATIVES: 3\n# NUMBER VOTERS: 2\n# NUMBER CATEGORIES: 3\n"
      "# CATEGORY NAME 1: Yes\n# CATEGORY NAME 2: Maybe\n# CATEGORY NAME 3: No\n2: {1,3},{},{2}\n");
  ASSERT_OK(election.status());
  EXPECT_THAT(election->graded->grades, ElementsAre(2, 0, 2));
  EXPECT_THAT(election->graded->grade_names, ElementsAre("No", "Maybe", "Yes"));
  EXPECT_TRUE(election->ranked.has_ties());
}

TEST(Pabulib, RemarksOnWhatFilesSayOfThemselves) {
  const absl::StatusOr<Election> election = ReadElection(
      Format::kPabulib,
      "META\nkey;value\nbudget;10\nvote_type;approval\nmin_length;1\nmax_length;2\nPROJECTS\n"
      "project_id;cost;votes\na;5;3\nb;0.500;0\nVOTES\nvoter_id;vote\n1;a,a,b\n2;\n2;a\n3;a\n");
  ASSERT_OK(election.status());
  EXPECT_THAT(election->budget->projects, ElementsAre(0, 1, 0, 0));
  EXPECT_THAT(
      election->remarks,
      ElementsAre("project \"b\" has 1 votes, but its column votes says 0",
                  "a vote names a project twice, which counts once: 1 times, the first is "
                  "voter 1",
                  "a voter_id stands on several lines, each of which counts: 1 times, the "
                  "first is voter 2",
                  "a vote names fewer projects than min_length of META: 1 times, the first "
                  "is voter 2",
                  "a vote names more projects than max_length of META, and counts: 1 times, "
                  "the first is voter 1"));
}

TEST(Preflib, NumbersFromZeroAndHeadsFromBefore2022AreRead) {
  const absl::StatusOr<Election> zero = ReadElection(
      Format::kPreflib,
      "# DATA TYPE: cat\n# NUMBER ALTERNATIVES: 2\n# NUMBER VOTERS: 3\n# NUMBER CATEGORIES: 2\n"
      "# ALTERNATIVE NAME 0: A\n# ALTERNATIVE NAME 1: B\n# CATEGORY NAME 0: yes\n"
      "# CATEGORY NAME 1: no\n3: 1,0\n");
  ASSERT_OK(zero.status());
  EXPECT_EQ(zero->options[0].id, "0");
  EXPECT_EQ(zero->options[1].name, "B");
  EXPECT_THAT(zero->graded->grades, ElementsAre(0, 1));
  EXPECT_THAT(zero->graded->grade_names, ElementsAre("no", "yes"));
  const absl::StatusOr<Election> old =
      ReadElection(Format::kPreflib, "3\n1,A\n2,B, the second\n3,C\n5,5,2\n3,1,{2,3}\n2,3\n");
  ASSERT_OK(old.status());
  EXPECT_EQ(old->options[1].name, "B, the second");
  EXPECT_EQ(old->ranked.total_weight(), 5u);
  EXPECT_TRUE(old->ranked.has_ties());
}

TEST(ScottishCsv, ReadsADoublyQuotedWard) {
  const absl::StatusOr<Election> election = ReadElection(
      Format::kScottishCsv, "1,1,\n3,1,\n\"Candidate 1\",\"A\",\n\"\"Ward 14 - X, Y\"\",\r\n");
  ASSERT_OK(election.status());
  EXPECT_EQ(election->title, "Ward 14 - X, Y");
}

TEST(Csv, ReadsWhatSpreadsheetsWrite) {
  for (const char* text : {"ranks;A;\"B;b\";C;;\r\n 5; 1 ;2;;;\r\n;;;;;\r\n",
                           "sep=;\nranks;A;B;C\n5;1;2;\n", "ranks\tA\tB\tC\n5\t1\t2\t\n"}) {
    const absl::StatusOr<Election> election = ReadElection(Format::kCsv, text);
    ASSERT_OK(election.status()) << text;
    EXPECT_EQ(election->options.size(), 3u);
    EXPECT_EQ(election->ranked.total_weight(), 5u);
  }
  EXPECT_THAT(std::string(ReadElection(Format::kCsv, "weight,1\n2,A,B\n").status().message()),
              HasSubstr("line 2, column 1: this line has 3 cells, the header 2"));
}

TEST(Csv, NamesThatLookAlikeAreRefused) {
  // Two code points for one, a soft hyphen, a no-break space, two marks in another order.
  for (const char* other : {"Mu\u0308ller-A", "M\u00FCl\u00ADler-A", "M\u00FCller-A\u200B"}) {
    const absl::StatusOr<Election> election =
        ReadElection(Format::kCsv, absl::StrCat("ranks,M\u00FCller-A,", other, "\n1,1,2\n"));
    EXPECT_THAT(election.status(), IsRefused(Reason::kBadFormat)) << other;
  }
  EXPECT_THAT(ReadElection(Format::kCsv, "ranks,A\u00A0B,A B\n1,1,2\n").status(),
              IsRefused(Reason::kBadFormat));
  EXPECT_THAT(ReadElection(Format::kCsv, "ranks,q\u0307\u0323,q\u0323\u0307\n1,1,2\n").status(),
              IsRefused(Reason::kBadFormat));
  EXPECT_OK(ReadElection(Format::kCsv, "ranks,\u00A0M\u00FCller ,Muller\n1,1,2\n").status());
}

TEST(Formats, NamesThatShowNothingOrTurnTheTextAreRefused) {
  for (const char* name : {"\u200B", "\u00AD\u200D", "\u00A0\u200B"}) {
    EXPECT_THAT(std::string(ReadElection(Format::kCsv, absl::StrCat("ranks,A,", name, "\n1,1,2\n"))
                                .status()
                                .message()),
                HasSubstr("shows nothing; write letters or digits"));
    EXPECT_THAT(std::string(ReadElection(Format::kBlt,
                                         absl::StrCat("2 1\n0\n\"A\"\n\"", name, "\"\n\"T\"\n"))
                                .status()
                                .message()),
                HasSubstr("shows nothing; write letters or digits"));
  }
  for (const char* mark :
       {"\u202A", "\u202B", "\u202C", "\u202D", "\u202E", "\u2066", "\u2067", "\u2068", "\u2069"}) {
    for (const auto& [format, text] :
         {std::pair{Format::kCsv, absl::StrCat("ranks,A,", mark, "B\n1,1,2\n")},
          std::pair{Format::kCef, absl::StrCat("A > B", mark, "\n")},
          std::pair{Format::kBlt, absl::StrCat("1 1\n0\n\"A", mark, "b\"\n\"\"\n")}}) {
      EXPECT_THAT(std::string(ReadElection(format, text).status().message()),
                  HasSubstr("changes the direction of writing; remove it"))
          << text;
    }
  }
  // Names from right to left need no marks, and joiners are part of scripts and emoji.
  EXPECT_OK(ReadElection(Format::kCsv, "ranks,\u05D0\u05D1,\u0645\u06CC\u200C\u062E\n1,1,2\n"));
}

TEST(Csv, SaysRanksGradesApprovalsOrdersAndComparisons) {
  const absl::StatusOr<Election> ranks =
      ReadElection(Format::kCsv, "ranks,A,\"B, b\",C\n2,1,1,\n1,,2,5\n");
  ASSERT_OK(ranks.status());
  EXPECT_EQ(ranks->options[1].id, "B, b");
  EXPECT_EQ(ranks->ranked.total_weight(), 3u);
  const absl::StatusOr<Election> approvals =
      ReadElection(Format::kCsv, "approvals,A,B\n2,1,0\n1,,1\n");
  ASSERT_OK(approvals.status());
  EXPECT_THAT(approvals->graded->grades, ElementsAre(1, 0, -1, 1));
  const absl::StatusOr<Election> orders = ReadElection(Format::kCsv, "weight,1,2\n4,X=Y,Z\n1,,\n");
  ASSERT_OK(orders.status());
  EXPECT_EQ(orders->options.size(), 3u);
  EXPECT_EQ(orders->ranked.total_weight(), 5u);
  const absl::StatusOr<Election> wins =
      ReadElection(Format::kCsv, "winner,loser,count\nA,B,2\nB,A,1\nA,B,3\n");
  ASSERT_OK(wins.status());
  EXPECT_THAT(wins->comparisons->wins, ElementsAre(0, 5, 1, 0));
}

TEST(Formats, AreKnownByNameAndFirstLine) {
  EXPECT_EQ(FormatOf("x.SOC", "").value(), Format::kPreflib);
  EXPECT_EQ(FormatOf("a/b.HIL", "").value(), Format::kBlt);
  EXPECT_EQ(FormatOf("x.csv", "4,2,\n").value(), Format::kScottishCsv);
  EXPECT_EQ(FormatOf("x.csv", "ranks,A,B\n").value(), Format::kCsv);
  EXPECT_THAT(FormatOf("x.txt", "").status(), IsRefused(Reason::kUnknownFormat));
}

}  // namespace
}  // namespace votum::ranking
