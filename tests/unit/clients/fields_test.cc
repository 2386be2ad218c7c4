#include "clients/cli/fields.h"

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "clients/cli/printer.h"
#include "core/command/timestamps.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/ideas/v1/ideas.pb.h"
#include "votum/meetings/v1/agenda.pb.h"
#include "votum/meetings/v1/voting.pb.h"
#include "votum/papers/v1/papers.pb.h"

namespace votum::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(SetFieldTest, SetsEveryKindOfField) {
  papers::v1::DraftProposal draft;
  ASSERT_OK(SetField(&draft, "proposal_id", {"p1"}));
  ASSERT_OK(SetField(&draft, "text.title", {"Bänke"}));
  ASSERT_OK(SetField(&draft, "text.cost_cents", {"25000000"}));
  ASSERT_OK(SetField(&draft, "source_idea_ids", {"i1", "i2"}));
  EXPECT_EQ(draft.proposal_id(), "p1");
  EXPECT_EQ(draft.text().title(), "Bänke");
  EXPECT_EQ(draft.text().cost_cents(), 25'000'000u);
  EXPECT_THAT(draft.source_idea_ids(), ElementsAre("i1", "i2"));

  meetings::v1::ConveneMeeting convene;
  ASSERT_OK(SetField(&convene, "start_time", {"2026-12-15T17:00:00+01:00"}));
  ASSERT_OK(SetField(&convene, "urgent", {"yes"}));
  EXPECT_EQ(FromTimestamp(convene.start_time()), absl::FromUnixSeconds(1797350400));
  EXPECT_TRUE(convene.urgent());

  meetings::v1::OpenVote open;
  ASSERT_OK(SetField(&open, "mode", {"roll-call"}));
  EXPECT_EQ(open.mode(), meetings::v1::VOTE_MODE_ROLL_CALL);

  directory::v1::CreateOrganization organization;
  ASSERT_OK(SetField(&organization, "statutory_number", {"45"}));
  EXPECT_EQ(organization.statutory_number(), 45u);

  ideas::v1::IdeaContent content;
  ASSERT_OK(SetField(&content, "receipt_code_digest", {"00ff"}));
  EXPECT_EQ(content.receipt_code_digest(), std::string("\0\xff", 2));
}

TEST(SetFieldTest, TextsComeFromFiles) {
  const std::string path = TestFolder() + "resolution.txt";
  ASSERT_OK(WriteFile(path, "Der Rat\nbeschließt.\n"));
  papers::v1::ProposalText text;
  ASSERT_OK(SetField(&text, "resolution", {"@" + path}));
  EXPECT_EQ(text.resolution(), "Der Rat\nbeschließt.\n");
  EXPECT_THAT(SetField(&text, "resolution", {"@/nonexistent"}), IsRefused(Reason::kBadFile));
}

struct Refused {
  const char* field;
  const char* value;
  const char* says;
};

TEST(SetFieldTest, SaysWhatIsExpected) {
  meetings::v1::ConveneMeeting convene;
  for (const Refused& c : {Refused{"urgent", "maybe", "neither yes nor no"},
                           Refused{"start_time", "tomorrow", "is not a time like 2026"},
                           Refused{"start_time", "2026-12-15T17:00:00", "is not a time like"}}) {
    const absl::Status status = SetField(&convene, c.field, {c.value});
    EXPECT_THAT(status, IsRefused(Reason::kUsage));
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.says));
  }
  meetings::v1::CastVote vote;
  const absl::Status choice = SetField(&vote, "choice", {"YES"});
  EXPECT_THAT(choice, IsRefused(Reason::kUsage));
  EXPECT_THAT(std::string(choice.message()), HasSubstr("\"YES\" is none of yes, no, abstain"));
  EXPECT_THAT(SetField(&vote, "choice", {"unspecified"}), IsRefused(Reason::kUsage));
  directory::v1::CreateOrganization organization;
  for (const char* number : {"", "-1", "+1", "1.5", "4294967296", "0x10", "1 "}) {
    EXPECT_THAT(SetField(&organization, "statutory_number", {number}), IsRefused(Reason::kUsage))
        << number;
  }
  ideas::v1::IdeaContent content;
  EXPECT_THAT(SetField(&content, "receipt_code_digest", {"0g"}), IsRefused(Reason::kUsage));
}

const std::vector<FieldOption> kCheckIn = {{"--id", "meeting_id", "Which meeting"},
                                           {"--person", "person_id", "Who", Need::kSelf}};

TEST(FillFieldsTest, TakesTheActorWhereNobodyElseIsNamed) {
  meetings::v1::CheckIn own;
  ASSERT_OK(FillFields(kCheckIn, {{"s1"}, {}}, "m01", &own));
  EXPECT_EQ(own.person_id(), "m01");
  meetings::v1::CheckIn others;
  ASSERT_OK(FillFields(kCheckIn, {{"s1"}, {"m02"}}, "m01", &others));
  EXPECT_EQ(others.person_id(), "m02");
}

TEST(FillFieldsTest, RefusesWhatIsMissingOrGivenTwice) {
  meetings::v1::CheckIn command;
  const absl::Status missing = FillFields(kCheckIn, {{}, {}}, "m01", &command);
  EXPECT_THAT(missing, IsRefused(Reason::kUsage));
  EXPECT_THAT(std::string(missing.message()), HasSubstr("--id is missing"));
  const absl::Status twice = FillFields(kCheckIn, {{"s1", "s2"}, {}}, "m01", &command);
  EXPECT_THAT(twice, IsRefused(Reason::kUsage));
  EXPECT_THAT(std::string(twice.message()), HasSubstr("--id is given twice"));
  const std::vector<FieldOption> statutory = {{"--statutory-number", "statutory_number", ""}};
  directory::v1::CreateOrganization council;
  const absl::Status wrong = FillFields(statutory, {{"many"}}, "", &council);
  EXPECT_THAT(std::string(wrong.message()), StartsWith("--statutory-number: \"many\" is not"));
  // A field already set by a file need not be given again.
  command.set_meeting_id("s1");
  EXPECT_OK(FillFields(kCheckIn, {{}, {}}, "m01", &command));
  // An explicit zero is given.
  directory::v1::CreateOrganization organization;
  EXPECT_OK(
      FillFields({{"--statutory-number", "statutory_number", ""}}, {{"0"}}, "", &organization));
}

TEST(ValueKindTest, ShowsTheChoices) {
  const meetings::v1::OpenVote open;
  EXPECT_EQ(ValueKind(FieldOf(open, {"--mode", "mode", ""})), "open|roll-call|secret");
  EXPECT_EQ(ValueKind(FieldOf(open, {"--id", "vote_event_id", ""})), "TEXT");
  const papers::v1::DraftProposal draft;
  EXPECT_EQ(ValueKind(FieldOf(draft, {"--cost", "text.cost_cents", ""})), "NUMBER");
  const meetings::v1::ConveneMeeting convene;
  EXPECT_EQ(ValueKind(FieldOf(convene, {"--start", "start_time", ""})), "TIME");
  EXPECT_EQ(ValueKind(FieldOf(convene, {"--urgent", "urgent", ""})), "yes|no");
}

papers::v1::Proposal SampleProposal() {
  papers::v1::Proposal proposal;
  proposal.set_id("p1");
  proposal.add_source_idea_ids("i1");
  proposal.add_source_idea_ids("i2");
  for (int i = 1; i <= 2; ++i) {
    papers::v1::ProposalVersion* version = proposal.add_versions();
    version->set_number(static_cast<uint32_t>(i));
    version->mutable_text()->set_title(i == 1 ? "Alt" : "Neu");
    version->mutable_text()->set_resolution("Der Rat\nbeschließt.");
    *version->mutable_create_time() = ToTimestamp(absl::FromUnixSeconds(1797350400));
  }
  proposal.add_consultations()->set_role(papers::v1::CONSULTATION_ROLE_ADVISES);
  return proposal;
}

TEST(FieldTextTest, GivesCellsOfATable) {
  const papers::v1::Proposal proposal = SampleProposal();
  EXPECT_EQ(FieldText(proposal, "id"), "p1");
  EXPECT_EQ(FieldText(proposal, "source_idea_ids"), "i1 i2");
  EXPECT_EQ(FieldText(proposal, "versions"), "2");
  EXPECT_EQ(FieldText(proposal, "versions.text.title"), "Neu");
  EXPECT_EQ(FieldText(proposal, "versions.text.resolution"), "Der Rat");
  EXPECT_EQ(FieldText(proposal, "versions.create_time"), "2026-12-15 17:00:00 +01:00");
  EXPECT_EQ(FieldText(proposal, "consultations.role"), "advises");
  EXPECT_EQ(FieldText(papers::v1::Proposal(), "versions.text.title"), "");
  EXPECT_EQ(FieldText(meetings::v1::Presence(), "end_time"), "");
}

TEST(PrinterTest, TellsAMessageInLines) {
  EXPECT_EQ(ReadableText(SampleProposal()),
            "id: p1\n"
            "versions:\n"
            "  number: 1\n"
            "  text:\n"
            "    title: Alt\n"
            "    resolution: Der Rat\n"
            "      beschließt.\n"
            "  create_time: 2026-12-15 17:00:00 +01:00\n"
            "versions:\n"
            "  number: 2\n"
            "  text:\n"
            "    title: Neu\n"
            "    resolution: Der Rat\n"
            "      beschließt.\n"
            "  create_time: 2026-12-15 17:00:00 +01:00\n"
            "source_idea_ids: i1\n"
            "source_idea_ids: i2\n"
            "consultations:\n"
            "  role: advises\n");
}

TEST(PrinterTest, ANoIsToldAndTheResultComesFirst) {
  meetings::v1::VoteEvent event;
  event.set_id("v1");
  rules::v1::TraceStep* step = event.mutable_result()->add_trace();
  step->set_step("majority");
  step->set_left("2");
  event.mutable_result()->set_outcome(meetings::v1::OUTCOME_REJECTED);
  EXPECT_EQ(ReadableText(event, {"result", "computed_result"}),
            "result:\n"
            "  outcome: rejected\n"
            "  trace:\n"
            "    step: majority\n"
            "    left: 2\n"
            "    holds: no\n"
            "id: v1\n"
            "public: no\n");
  step->set_holds(true);
  EXPECT_THAT(ReadableText(event), AllOf(StartsWith("id: v1\n"), HasSubstr("holds: yes\n")));
}

TEST(PrinterTest, TimesForProgramsAreUtc) {
  EXPECT_EQ(JsonTime(ToTimestamp(absl::FromUnixSeconds(1797350400))),
            "2026-12-15T16:00:00.000000Z");
}

TEST(PrinterTest, JsonHasTheContractsNamesAndEmptyFields) {
  meetings::v1::Presence presence;
  presence.set_person_id("m01");
  EXPECT_EQ(JsonText(presence),
            "{\n \"person_id\": \"m01\",\n \"recorder_id\": \"\",\n \"remote\": false,\n "
            "\"end_recorder_id\": \"\",\n \"confirmer_id\": \"\"\n}\n");
}

TEST(PrinterTest, EveryKindOfNumberHasWords) {
  ideas::v1::IdeaScore score;
  score.set_borda(-3);
  score.set_approvals(7);
  EXPECT_EQ(ReadableText(score), "borda: -3\napprovals: 7\n");
}

TEST(PrinterTest, ColumnsAreAsWideAsTheirCharacters) {
  EXPECT_EQ(Table({{"id", "name", "n"}, {"a", "Bänke", "1"}, {"bb", "x", "22"}}),
            "id  name   n\n"
            "a   Bänke  1\n"
            "bb  x      22\n");
  EXPECT_EQ(Table({{"id"}}), "id\n");
}

}  // namespace
}  // namespace votum::cli
