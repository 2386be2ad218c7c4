#include "tests/simulator/stories.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/string_view.h"
#include "google/protobuf/text_format.h"
#include "tests/simulator/filler.h"

namespace votum::simulator {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Beats = std::vector<Beat>;

// A beat that nobody accepts any more, such as a vote when all have voted, is passed over.
constexpr int kTriesInVain = 6;
constexpr int kTriesTooEarly = 2;

// Things that lie within each other: another meeting has other items.
constexpr absl::string_view kNested[] = {"meeting", "item", "motion", "vote", "lot"};

Beats operator+(Beats first, const Beats& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

constexpr int kStoryHours = 24 * kStoryDays + 1;

// The council has the rules that elections, lots and demands need.
Beats Law() { return {{"AdoptRuleProfile", 1, "organization_id: 'rat'"}, {"Confirm"}}; }

// A meeting that has begun, with some members present.
Beats Meeting(int present, const char* organization = "organization_id: 'rat'") {
  return {{"ConveneMeeting", 1, organization},
          {"PublishAgenda"},
          {"OpenMeeting", 1, "", kStoryHours},
          {"CheckIn", present}};
}

const char* const kPlain = "polarity: POLARITY_ADOPTS_ITEM rule_key: ''";
const char* const kIncidental = "polarity: POLARITY_INCIDENTAL rule_key: ''";
const char* const kLists =
    "polarity: POLARITY_ADOPTS_ITEM seats: 3 candidates { id: 'ada' name: 'Ada' } "
    "candidates { id: 'ben' name: 'Ben' }";
const char* const kTwo =
    "polarity: POLARITY_ADOPTS_ITEM candidates { id: 'ada' name: 'Ada' } "
    "candidates { id: 'ben' name: 'Ben' }";
// As many for the one as for the other.
const char* const kTied =
    "tally { yes: 6 candidates { candidate_id: 'ada' votes: 3 } "
    "candidates { candidate_id: 'ben' votes: 3 } }";

// Leaves it to chance whether the person whom it concerns gives a command.
const char* const kByAnother = " ";

// A vote by name, with its result.
Beats RollCall(const char* motion, const char* choice, int votes = 8) {
  return {{"ProposeMotion", 1, motion},
          {"OpenVote", 1, "mode: VOTE_MODE_ROLL_CALL"},
          {"CastVote", votes, choice},
          {"CloseVote", 1, "abandon: false"},
          {"EstablishResult"}};
}

// A vote on papers, counted as `tally` says.
Beats OnPapers(const char* motion, const char* tally) {
  return {{"ProposeMotion", 1, motion},
          {"OpenVote", 1, "mode: VOTE_MODE_SECRET"},
          {"MarkBallot", 6},
          {"CloseVote", 1, "abandon: false"},
          {"EstablishResult", 0},
          {"ConfirmBallotCount", 0},
          {"RecordBallotCount", 1, tally},
          {"ConfirmBallotCount"},
          {"EstablishResult"}};
}

Beats Lot() {
  return {{"OpenLot"},    {"OpenLot", 0},      {"CommitToLot", 3}, {"RevealForLot", 0},
          {"DrawLot", 0}, {"FixLot"},          {"CommitToLot", 0}, {"RevealForLot", 2},
          {"DrawLot", 0}, {"RevealForLot", 1}, {"DrawLot"},        {"DrawLot", 0}};
}

Beats Decide() { return {{"DraftDecision"}, {"SignDecision", 2}}; }

Beats KeyCeremony() {
  return {{"AnnounceKeyCeremony"},
          {"SubmitTrusteeCertificate", 2},
          {"SubmitTrusteeContribution", 2},
          {"SubmitTrusteeKey", 2}};
}

const Beat kRelease = {"ReleaseDecision", 1, "", 24 * 5};

std::vector<Story> MeetingStories() {
  const Beats project = {{"ReleaseDecision", 0}, kRelease,
                         {"PublishDecision"},    {"StartProject"},
                         {"AssignLead", 2},      {"ReachMilestone", 0},
                         {"ReportProgress", 6},  {"ReachMilestone", 2}};
  const char* const kCommittee = "organization_id: 'ausschuss'";
  return {
      {false, Meeting(8) + RollCall(kPlain, "choice: CHOICE_YES") + Decide() + project},
      {false, Meeting(8) + RollCall(kPlain, "choice: CHOICE_NO") + Decide() + Beats{kRelease}},
      // An objection, and the same decided anew: in time, and too late.
      {false, Meeting(8) + RollCall(kPlain, "choice: CHOICE_YES") + Decide() +
                  Beats{{"ObjectToDecision", 1, "unlawful: false"}} + Meeting(8) +
                  RollCall(kPlain, "choice: CHOICE_YES") + Decide() +
                  Beats{{"ObjectToDecision", 0, "unlawful: false"}, kRelease, {"PublishDecision"}}},
      {false, Meeting(8) + RollCall(kPlain, "choice: CHOICE_YES") + Decide() +
                  Beats{{"ObjectToDecision", 1, "unlawful: false"}} + Meeting(8) +
                  RollCall(kPlain, "choice: CHOICE_YES") +
                  Beats{{"CheckIn", 0, "", 24 * 15}, {"DraftDecision", 2}}},
      // Votes that are corrected, and votes on slips.
      {false, Meeting(8) + Beats{{"ProposeMotion", 1, kPlain},
                                 {"OpenVote", 1, "mode: VOTE_MODE_OPEN"},
                                 {"CastVote", 3},
                                 {"CorrectVote", 2},
                                 {"RecordPaperVote", 2},
                                 {"WithdrawPaperVote"},
                                 {"ConfirmPaperVote"},
                                 {"ProposeMotion"},
                                 {"OpenVote", 0},
                                 {"CloseVote", 1, "abandon: false"},
                                 {"EstablishResult"},
                                 {"RecordDefect", 3}}},
      // Ties that the lot decides: of lists at once, of persons in the second ballot.
      {false, Law() + Meeting(6) + OnPapers(kLists, kTied) + Lot() + Decide()},
      {false,
       Law() + Meeting(6) + OnPapers(kTwo, kTied) + OnPapers(kTwo, kTied) + Lot() + Decide()},
      // Members in conflict, by their own word and by the council's.
      {false, Meeting(8) + Beats{{"DeclareConflict", 2}, {"WithdrawConflict"}} +
                  RollCall(kIncidental, "choice: CHOICE_YES", 5) +
                  Beats{{"DraftDecision", 0}, {"DecideConflict"}} + RollCall(kPlain, "") +
                  Beats{{"RecordDefect", 2}}},
      // An item is postponed for want of a quorum, and called again.
      {false, Meeting(3) +
                  Beats{{"ProposeMotion", 1, kPlain},
                        {"OpenVote", 0},
                        {"ChallengeQuorum"},
                        {"OpenVote", 0},
                        {"CountQuorum"},
                        {"OpenVote", 0}} +
                  Meeting(4) + Beats{{"CallItemAgain"}, {"CountQuorum"}} + RollCall(kPlain, "")},
      // A mode is demanded; a motion withdrawn; a meeting called off.
      {false, Law() + Meeting(8) +
                  Beats{{"ProposeMotion", 1, kPlain},
                        {"DemandMode", 4, "mode: VOTE_MODE_SECRET"},
                        {"OpenVote", 0, "mode: VOTE_MODE_OPEN"},
                        {"ProposeMotion"},
                        {"WithdrawMotion"},
                        {"CheckOut"},
                        {"RecordDisruption"},
                        {"CloseMeeting"},
                        {"ConveneMeeting"},
                        {"CancelMeeting"}}},
      // A committee, which may have rules that allow no secret vote.
      {false, Beats{{"AdoptRuleProfile", 1, kCommittee}, {"Confirm"}} + Meeting(8, kCommittee) +
                  Beats{{"ProposeMotion", 1, kPlain},
                        {"OpenVote", 0, "mode: VOTE_MODE_SECRET"},
                        {"OpenVote", 1, "mode: VOTE_MODE_OPEN"},
                        {"CloseVote", 1, "abandon: false"}}},
      // Acts of two persons.
      {false,
       {{"RegisterPerson"},
        {"AppointMachine", 1, "office: OFFICE_ATTESTER"},
        {"Confirm"},
        {"Confirm", 0},
        {"EraseSubjects"},
        {"Confirm"},
        {"EraseSubjects"},
        {"Confirm"},
        {"EraseSubjects"},
        {"RevokeKey"}}},
      // Offices that somebody does not want: before the second person came, and after.
      {false,
       {{"GrantOffice"},
        {"Contradict"},
        {"Confirm", 0},
        {"GrantOffice"},
        {"Confirm"},
        {"Contradict"},
        {"Contradict", 0}}},
      // What a clerk enters about members: confirmed, contradicted before and not any more.
      {false, Meeting(2) + Beats{{"CheckIn", 3, kByAnother},
                                 {"ConfirmMeetingActs"},
                                 {"ConfirmMeetingActs", 0},
                                 {"DeclareConflict", 2, kByAnother},
                                 {"ContradictMeetingAct"},
                                 {"ConfirmMeetingActs"},
                                 {"CheckOut", 1, kByAnother},
                                 {"CloseMeeting"},
                                 {"ConfirmMeetingActs", 0}}},
      // Keys.
      {false,
       {{"IssueEnrolmentCode", 2},
        {"EnrolKey", 2},
        {"SubmitIdea", 2},
        {"ConfirmKey", 2},
        {"IssueEnrolmentCode"},
        {"EnrolKey"},
        {"ConfirmKey"}}},
      // Its only seat is taken.
      {false,
       {{"CreateOrganization", 1, "kind: ORGANIZATION_KIND_COMMITTEE statutory_number: 1"},
        {"AddMembership", 1, "voting_right: true"},
        {"Confirm"},
        {"AddMembership", 0, "voting_right: true"}}},
      // No urn is open any more, and a machine attests the state.
      {false, {{"AttestState", 0}, {"CloseVote", 9}, {"CloseRound", 9}, {"AttestState", 2}}},
  };
}

std::vector<Story> OtherStories() {
  const Beats registration = KeyCeremony() + Law() + Meeting(8) +
                             Beats{{"ProposeMotion", 1, kPlain},
                                   {"OpenVote", 1, "mode: VOTE_MODE_SECRET"},
                                   {"BeginBallots", 0},
                                   {"RegisterCredential", 7}};
  return {
      // From ideas to a proposal.
      {false,
       {{"SubmitIdea", 4},
        {"ModerateIdeas", 4, "verdict: MODERATION_VERDICT_PUBLISH"},
        {"OpenRound"},
        {"RegisterVoters", 2},
        {"ConfirmVoters"},
        {"CastPreference", 6},
        {"RecordPaperPreference", 2},
        {"ConfirmPaperPreference", 2},
        {"CloseRound"},
        {"EstablishRanking"},
        {"DraftProposal"},
        {"HandOverIdeas", 2},
        {"ReviseProposal", 2},
        {"SetConsultationPath"},
        {"RecordRecommendation"}}},
      // Votes on devices: with a result, and abandoned.
      {true, registration +
                 Beats{{"WithdrawCredential"},
                       {"CastSecretBallot", 0},
                       {"MarkBallot"},
                       {"EndRegistration"},
                       {"RegisterCredential", 0},
                       {"BeginBallots"},
                       {"CastSecretBallot", 2},
                       {"CloseVote", 0, "abandon: false"},
                       {"CastSecretBallot", 6},
                       {"CloseVote", 1, "abandon: false"},
                       {"RecordParticipation"},
                       {"SubmitDecryption", 0},
                       {"RecordBallotCount"},
                       {"ConfirmBallotCount"},
                       {"EstablishResult", 0},
                       {"SubmitDecryption", 3},
                       {"EstablishResult"}} +
                 Decide()},
      {true, registration + Beats{{"EndRegistration"},
                                  {"BeginBallots"},
                                  {"CastSecretBallot", 7},
                                  {"CloseVote", 1, "abandon: false"},
                                  {"RecordParticipation"},
                                  {"SubmitDecryption", 3},
                                  {"SubmitDecryption", 0},
                                  {"EstablishResult"}}},
      {true, registration + Beats{{"CloseVote", 1, "abandon: true"}}},
      {true,
       {{"AnnounceKeyCeremony"},
        {"SubmitTrusteeCertificate"},
        {"CancelKeyCeremony"},
        {"CancelKeyCeremony", 0}}},
  };
}

std::vector<Story> MakeAll() {
  std::vector<Story> all = MeetingStories();
  for (Story& story : OtherStories()) all.push_back(std::move(story));
  return all;
}

}  // namespace

const std::vector<Story>& AllStories() {
  static const auto* const kAll = new std::vector<Story>(MakeAll());
  return *kAll;
}

void SetFields(const std::string& text, Message& command) {
  if (text.empty()) return;
  const std::unique_ptr<Message> said(command.New());
  google::protobuf::TextFormat::ParseFromString(text, said.get());
  // A field that is said to be empty is not listed, so the names are looked for in the text.
  for (int i = 0; i < command.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* const field = command.GetDescriptor()->field(i);
    if (text.rfind(field->name() + ":", 0) == 0 ||
        text.find(" " + field->name() + ":") != std::string::npos)
      command.GetReflection()->ClearField(&command, field);
  }
  std::vector<const FieldDescriptor*> fields;
  said->GetReflection()->ListFields(*said, &fields);
  for (const FieldDescriptor* const field : fields)
    command.GetReflection()->ClearField(&command, field);
  command.MergeFrom(*said);
}

const Beat& Teller::Now(Dice& dice) {
  if (story_ == nullptr) {
    // Those on devices are long, and no others come to what they reach.
    const bool wanted = on_devices_ && dice.Chance(40);
    do {
      story_ = &dice.Pick(AllStories());
    } while (story_->on_devices != wanted);
    pinned_.clear();
    beat_ = 0;
    accepted_ = in_vain_ = 0;
    waited_ = false;
  }
  return story_->beats[beat_];
}

int Teller::TakeHours() {
  if (waited_) return 0;
  waited_ = true;
  return story_->beats[beat_].hours;
}

void Teller::Tried(const Message* accepted) {
  if (accepted == nullptr) {
    if (++in_vain_ >= (story_->beats[beat_].times == 0 ? kTriesTooEarly : kTriesInVain)) GoOn();
    return;
  }
  in_vain_ = 0;
  Pin(*accepted);
  if (++accepted_ >= story_->beats[beat_].times) GoOn();
}

void Teller::GoOn() {
  accepted_ = in_vain_ = 0;
  waited_ = false;
  if (++beat_ == story_->beats.size()) story_ = nullptr;
}

void Teller::Pin(const Message& command) {
  std::map<std::string, std::string, std::less<>> named;
  CollectIds(command, named);
  for (const auto& [kind, id] : named) {
    std::string& pinned = pinned_[kind];
    if (pinned == id) continue;
    pinned = id;
    const auto* place = std::find(std::begin(kNested), std::end(kNested), kind);
    for (; place != std::end(kNested) && ++place != std::end(kNested);) {
      if (named.count(*place) == 0) pinned_.erase(std::string(*place));
    }
  }
}

}  // namespace votum::simulator
