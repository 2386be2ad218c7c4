#include "core/fold/command_table.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/ideas/v1/ideas.pb.h"
#include "votum/meetings/v1/agenda.pb.h"
#include "votum/meetings/v1/proceedings.pb.h"
#include "votum/meetings/v1/voting.pb.h"
#include "votum/papers/v1/papers.pb.h"
#include "votum/projects/v1/projects.pb.h"

namespace votum {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

template <typename Command>
const CommandType& RowOf() {
  const CommandType* const row = FindCommandType(
      absl::StrCat("application/vnd.", Command::descriptor()->full_name(), "+protobuf"));
  EXPECT_NE(row, nullptr) << Command::descriptor()->full_name();
  return *row;
}

template <typename Command>
Reach ReachIn(const World& world, const Command& command) {
  return RowOf<Command>().ReachOf(world, command);
}

// Votum_generate refuses other declarations. ListActs shows the directory's acts to anybody; the
// attendance shows those of a meeting to whoever may see their records, and a round its lists of
// voting codes to whoever may confirm them.
TEST(CommandTableTest, TheseCommandsWaitForASecondPerson) {
  std::set<std::string> acts;
  for (const CommandType& row : CommandTable()) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(row.options->concerned().empty() || row.NeedsSecond(), true);
    if (!row.NeedsSecond()) continue;
    acts.insert(row.name);
    EXPECT_GE(row.options->signer(), common::v1::SIGNER_PERSON);
    if (row.domain == Domain::kDirectory) {
      EXPECT_EQ(row.options->audience(), common::v1::AUDIENCE_PUBLIC);
    } else {
      const char* const scope = row.domain == Domain::kMeetings ? "meeting_id" : "round_id";
      EXPECT_NE(row.prototype->GetDescriptor()->FindFieldByName(scope), nullptr);
    }
  }
  EXPECT_THAT(acts, ElementsAre("AcceptTime", "ActivateVersion", "AddMembership",
                                "AdoptRuleProfile", "AppointMachine", "CheckIn", "CheckOut",
                                "DeclareConflict", "EndMembership", "EraseSubjects", "GrantOffice",
                                "RegisterVoters", "RevokeKey", "WithdrawOffice"));
}

TEST(CommandTableTest, AFewCommandsAreRecordedWhenTheLedgerIsStopped) {
  std::set<std::string> names;
  for (const CommandType& row : CommandTable()) {
    if (row.options->when_stopped()) names.insert(row.name);
  }
  EXPECT_THAT(names, ElementsAre("AcceptTime", "CloseMeeting", "CloseRound", "CloseVote", "Confirm",
                                 "Contradict", "RecordDisruption", "RevokeKey", "WithdrawOffice"));
}

// A message whose first field is a command's header is a command, or it is listed here.
TEST(CommandTableTest, HoldsEveryMessageWithAHeader) {
  std::set<std::string> names;
  for (const CommandType& row : CommandTable())
    EXPECT_TRUE(names.insert(row.prototype->GetDescriptor()->full_name()).second) << row.name;
  std::set<const google::protobuf::FileDescriptor*> files;
  for (const CommandType& row : CommandTable())
    files.insert(row.prototype->GetDescriptor()->file());
  std::set<std::string> forgotten;
  for (const auto* file : files) {
    for (int i = 0; i < file->message_type_count(); ++i) {
      const auto* message = file->message_type(i);
      const auto* first = message->FindFieldByNumber(1);
      if (first != nullptr && first->message_type() == common::v1::CommandHeader::descriptor() &&
          names.count(message->full_name()) == 0)
        forgotten.insert(message->full_name());
    }
  }
  EXPECT_THAT(forgotten, ElementsAre("votum.directory.v1.ReadSession"));
  EXPECT_EQ(FindCommandType("application/vnd.votum.directory.v1.ReadSession+protobuf"), nullptr);
}

TEST(CommandTableTest, RowsSayWhatTheMessagesDeclare) {
  const CommandType& cast = RowOf<meetings::v1::CastVote>();
  EXPECT_EQ(cast.name, "CastVote");
  EXPECT_EQ(cast.domain, Domain::kMeetings);
  EXPECT_EQ(cast.options->signer(), common::v1::SIGNER_PERSON);
  EXPECT_THAT(cast.options->offices(), IsEmpty());
  EXPECT_EQ(cast.options->verb(), "vote cast");

  const CommandType& erase = RowOf<directory::v1::EraseSubjects>();
  EXPECT_EQ(erase.domain, Domain::kDirectory);
  EXPECT_EQ(erase.options->signer(), common::v1::SIGNER_OFFICE);
  EXPECT_THAT(erase.options->offices(),
              ElementsAre(common::v1::OFFICE_CLERK, common::v1::OFFICE_ADMINISTRATOR));
  EXPECT_TRUE(erase.NeedsSecond());
  EXPECT_FALSE(cast.NeedsSecond());
  EXPECT_THAT(erase.options->second(),
              ElementsAre(common::v1::OFFICE_CLERK, common::v1::OFFICE_ADMINISTRATOR,
                          common::v1::OFFICE_AUDITOR));

  EXPECT_EQ(RowOf<directory::v1::FoundDeployment>().options->signer(), common::v1::SIGNER_LOG_KEY);
  EXPECT_EQ(RowOf<directory::v1::EnrolKey>().options->signer(), common::v1::SIGNER_NEW_KEY);
  EXPECT_EQ(RowOf<ideas::v1::SubmitIdea>().options->signer(), common::v1::SIGNER_ANYBODY);
}

TEST(CommandTableTest, ChecksGoToTheMachineThatKnowsTheCommand) {
  const World world;
  const CommandContext context;
  meetings::v1::CancelMeeting cancel;
  cancel.set_meeting_id("m");
  const absl::Status by_table = RowOf<meetings::v1::CancelMeeting>().check(world, context, cancel);
  EXPECT_FALSE(by_table.ok());
  EXPECT_EQ(by_table, world.agenda().Check(context, cancel));
}

TEST(CommandTableTest, ARecordIsShownToTheAudienceDeclared) {
  const World world;
  EXPECT_TRUE(ReachIn(world, meetings::v1::ConveneMeeting()) == Reach::Public());
  EXPECT_TRUE(ReachIn(world, papers::v1::DraftProposal()) == Reach::Office());
  EXPECT_TRUE(ReachIn(world, meetings::v1::CastVote()) == Reach::Sealed());
}

TEST(CommandTableTest, ARecordIsShownAsWhatItNames) {
  const World world;
  meetings::v1::PublishAgenda agenda;
  agenda.add_items()->set_public_(true);
  EXPECT_TRUE(ReachIn(world, agenda) == Reach::Public());
  // A field that names nothing seals the record.
  agenda.add_items()->set_public_(false);
  EXPECT_TRUE(ReachIn(world, agenda) == Reach::Sealed());
  EXPECT_TRUE(ReachIn(world, meetings::v1::CountQuorum()) == Reach::Sealed());
  EXPECT_TRUE(ReachIn(world, meetings::v1::DemandMode()) == Reach::Sealed());
  EXPECT_TRUE(ReachIn(world, meetings::v1::CloseVote()) == Reach::Sealed());
  EXPECT_TRUE(ReachIn(world, projects::v1::ReportProgress()) == Reach::Sealed());
}

// A command with ballots whose urn is not declared would be shown before the urn is closed.
TEST(CommandTableTest, WhateverIsSealedAndNamesAVoteOrRoundBelongsToItsUrn) {
  std::set<std::string> without;
  std::set<std::string> opening;
  for (const CommandType& row : CommandTable()) {
    const auto* message = row.prototype->GetDescriptor();
    const bool names_one = message->FindFieldByName("vote_event_id") != nullptr ||
                           message->FindFieldByName("round_id") != nullptr;
    if (row.options->opens_urn()) opening.insert(row.name);
    if (names_one && row.options->urn().empty() &&
        row.options->audience() == common::v1::AUDIENCE_SEALED)
      without.insert(row.name);
  }
  EXPECT_THAT(opening, ElementsAre("OpenRound", "OpenVote"));
  // These say who may vote, never how or whether somebody has.
  EXPECT_THAT(without, ElementsAre("ConfirmVoters", "RegisterCredential", "RegisterVoters",
                                   "WithdrawCredential"));
}

TEST(CommandTableTest, BallotsAndPartsOfTrusteesMayBeSignedLongBefore) {
  EXPECT_EQ(RowOf<meetings::v1::ConveneMeeting>().LongestValidity(), absl::Minutes(15));
  EXPECT_EQ(RowOf<meetings::v1::CastVote>().LongestValidity(), absl::Hours(12));
  EXPECT_EQ(RowOf<meetings::v1::SubmitDecryption>().LongestValidity(), absl::Hours(24 * 30));
}

}  // namespace
}  // namespace votum
