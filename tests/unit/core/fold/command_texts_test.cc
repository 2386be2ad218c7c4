// No names in records: a string of a command is an id, or is listed in the table below with the
// reason why it may be part of a record for ever. Words about people, and all that people send in,
// are AttachmentRefs instead.

#include <functional>
#include <map>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/fold/command_table.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "votum/common/v1/command.pb.h"

namespace votum {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::FieldDescriptor;
using ::testing::IsEmpty;

// Why a text may be part of a record.
constexpr char kBody[] = "the name or address of a body, which is no person";
constexpr char kMatter[] = "the official text of the matter itself, which its vote decides on";
constexpr char kCourse[] = "the official ground of an act on a matter, owed to the public";
constexpr char kCode[] = "a key, number or name that the system or the law defines";
constexpr char kProof[] = "an element of cryptography, checked for its form";
constexpr char kLaw[] = "the words of the law";
// A ballot cannot be counted, nor an election be checked, without the text on it; who stands
// for election is public by law.
constexpr char kBallotPaper[] = "what stands on the ballot paper decides the election";

// By the full name of a field without "votum."; a name that ends with '.' stands for all fields
// that begin with it.
const std::map<std::string, std::string>& Texts() {
  static const auto* const kTexts = new std::map<std::string, std::string>{
      {"decisions.v1.DraftDecision.text", kMatter},
      {"decisions.v1.DraftDecision.title", kMatter},
      {"decisions.v1.ObjectToDecision.reason", kCourse},
      {"directory.v1.CreateOrganization.name", kBody},
      {"directory.v1.FoundDeployment.body_name", kBody},
      {"directory.v1.FoundDeployment.deployment", kBody},
      {"directory.v1.EraseSubjects.legal_ground", kCourse},
      {"ideas.v1.ConfirmPaperPreference.paper_number", kCode},
      {"ideas.v1.EstablishRanking.tie_order", kCode},
      {"ideas.v1.EstablishRanking.tie_rule", kCode},
      {"ideas.v1.IdeaContent.origin", "the event that an office names; refused from the public"},
      {"ideas.v1.ImportIdeas.source", "names a file or system"},
      {"ideas.v1.ImportedIdea.import_key", "the number of a row in that file or system"},
      {"ideas.v1.MergeIdeas.reason", kCourse},
      {"ideas.v1.OpenRound.method", kCode},
      {"ideas.v1.OpenRound.title", kMatter},
      {"ideas.v1.RecordPaperPreference.paper_number", kCode},
      {"ideas.v1.RoundGroup.name", kBody},
      {"ideas.v1.SplitIdea.reason", kCourse},
      {"meetings.v1.AgendaItemContent.number", kCode},
      {"meetings.v1.AgendaItemContent.public_title", kMatter},
      {"meetings.v1.AgendaItemContent.title", kMatter},
      {"meetings.v1.BeginBallots.credentials", kProof},
      {"meetings.v1.CancelKeyCeremony.reason", kCourse},
      {"meetings.v1.CancelMeeting.reason", kCourse},
      {"meetings.v1.Candidate.name", kBallotPaper},
      {"meetings.v1.CastSecretBallot.ballot", kProof},
      {"meetings.v1.ConveneMeeting.place", kMatter},
      {"meetings.v1.ConveneMeeting.title", kMatter},
      {"meetings.v1.ConveneMeeting.urgency_reason", kCourse},
      {"meetings.v1.ElectronicBallots.election_uuid", kProof},
      {"meetings.v1.ElectronicBallots.registry_key", kProof},
      {"meetings.v1.ElectronicBallots.server_key", kProof},
      {"meetings.v1.FixLot.checkpoint", kProof},
      {"meetings.v1.ProposeMotion.norm", kLaw},
      {"meetings.v1.ProposeMotion.proposition", kMatter},
      {"meetings.v1.ProposeMotion.rule_key", kCode},
      {"meetings.v1.ProposeMotion.runoff_of", "the id of a vote"},
      {"meetings.v1.RecordDefect.reason", kCourse},
      {"meetings.v1.SubmitDecryption.decryption", kProof},
      {"meetings.v1.SubmitTrusteeCertificate.certificate", kProof},
      {"meetings.v1.SubmitTrusteeContribution.contribution", kProof},
      {"meetings.v1.SubmitTrusteeKey.key", kProof},
      {"meetings.v1.WithdrawMotion.reason", kCourse},
      {"papers.v1.ProposalText.", kMatter},
      {"papers.v1.RecordRecommendation.statement", kMatter},
      {"papers.v1.ReviseProposal.reason", kCourse},
      {"projects.v1.Charter.", kMatter},
      {"projects.v1.Milestone.depends_on", "ids of work packages"},
      {"projects.v1.Milestone.title", kMatter},
      {"projects.v1.ProjectRole.title", kMatter},
      {"projects.v1.ReportProgress.summary", kMatter},
      {"projects.v1.StateDigest.domain", kCode},
      {"projects.v1.WorkPackage.depends_on", "ids of work packages"},
      {"projects.v1.WorkPackage.title", kMatter},
      {"rules.v1.", kLaw},
  };
  return *kTexts;
}

bool IsId(const std::string& name) {
  return name == "id" || name == "ids" || absl::EndsWith(name, "_id") ||
         absl::EndsWith(name, "_ids");
}

// Calls `take` with the full name of every string in `message` that is no id, headers and
// references left out.
void EachText(const Descriptor& message, std::set<const Descriptor*>& seen,
              const std::function<void(const std::string&)>& take) {
  if (&message == common::v1::CommandHeader::descriptor() ||
      &message == common::v1::AttachmentRef::descriptor() || !seen.insert(&message).second) {
    return;
  }
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    if (field.message_type() != nullptr) EachText(*field.message_type(), seen, take);
    if (field.type() == FieldDescriptor::TYPE_STRING && !IsId(field.name()))
      take(field.full_name().substr(std::string("votum.").size()));
  }
}

TEST(CommandTextsTest, NoCommandBringsWordsAboutPeopleIntoARecord) {
  std::set<std::string> unaccounted;
  std::set<std::string> used;
  std::set<const Descriptor*> seen;
  for (const CommandType& row : CommandTable()) {
    EachText(*row.prototype->GetDescriptor(), seen, [&](const std::string& text) {
      for (const auto& [name, why] : Texts()) {
        if (text != name && !(absl::EndsWith(name, ".") && absl::StartsWith(text, name))) continue;
        used.insert(name);
        return;
      }
      unaccounted.insert(text);
    });
  }
  EXPECT_THAT(unaccounted, IsEmpty())
      << "make these AttachmentRefs under the subject of the person or matter; a text that is not "
         "about people goes into the table, with the reason";
  std::set<std::string> stale;
  for (const auto& [name, why] : Texts()) {
    if (used.count(name) == 0) stale.insert(name);
  }
  EXPECT_THAT(stale, IsEmpty()) << "no command has these any more";
}

}  // namespace
}  // namespace votum
