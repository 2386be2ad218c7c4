// Convening: every reason for which its commands are refused, and the effect of each.
#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/command/timestamps.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/core/meetings/council.h"

namespace votum::meetings {
namespace {

constexpr auto kArgument = absl::StatusCode::kInvalidArgument;
constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;
constexpr auto kNotFound = absl::StatusCode::kNotFound;
constexpr auto kExists = absl::StatusCode::kAlreadyExists;

constexpr char kAhead[] = "spaeter";
// Full days between the day of dispatch and that of the meeting, by the council's rules.
constexpr int kFullDays = 7;
constexpr int kUrgentFullDays = 2;

// A meeting of the council `days` days from now.
v1::ConveneMeeting ConveneIn(const Council& council, int days) {
  v1::ConveneMeeting convene;
  convene.set_meeting_id(kAhead);
  convene.set_organization_id("rat");
  convene.set_title("2. Sitzung");
  convene.set_place("Ratssaal");
  *convene.mutable_start_time() = ToTimestamp(council.now() + absl::Hours(24 * days));
  return convene;
}

v1::AgendaItemContent Item(const std::string& id, bool is_public = true,
                           const std::string& proposal_id = "") {
  v1::AgendaItemContent item;
  item.set_item_id(id);
  item.set_number("Ö 1");
  item.set_title("Grundstück Meier");
  item.set_public_(is_public);
  if (!is_public) item.set_public_title("Grundstücksangelegenheit");
  item.set_proposal_id(proposal_id);
  return item;
}

v1::PublishAgenda AgendaOf(const std::vector<v1::AgendaItemContent>& items,
                           const std::string& meeting_id = kAhead) {
  v1::PublishAgenda agenda;
  agenda.set_meeting_id(meeting_id);
  for (const v1::AgendaItemContent& item : items) *agenda.add_items() = item;
  return agenda;
}

v1::CancelMeeting CancelOf(const std::string& meeting_id, const std::string& reason) {
  v1::CancelMeeting cancel;
  cancel.set_meeting_id(meeting_id);
  cancel.set_reason(reason);
  return cancel;
}

papers::v1::ProposalText TextOf(const std::string& title) {
  papers::v1::ProposalText text;
  text.set_title(title);
  text.set_resolution("Fünf Mobilstationen werden gebaut.");
  text.set_reasons("Sie werden gebraucht.");
  return text;
}

void DraftProposal(Council& council, const std::string& id) {
  papers::v1::DraftProposal draft;
  draft.set_proposal_id(id);
  *draft.mutable_text() = TextOf("Mobilstationen");
  draft.set_lead_organization_id("rat");
  council.Must("kai", draft);
}

void CreateCommittee(Council& council, const std::string& id) {
  directory::v1::CreateOrganization organization;
  organization.set_organization_id(id);
  organization.set_name("Ausschuss");
  organization.set_kind(directory::v1::ORGANIZATION_KIND_COMMITTEE);
  organization.set_statutory_number(5);
  council.Must("amt", organization);
}

crypto::Digest StateOf(const Council& council) { return DigestOf(council.agenda().state()); }

struct Refusal {
  const char* name;
  std::function<void(Council&)> before;
  std::function<absl::Status(Council&)> act;
  Reason reason;
  absl::StatusCode code;
};

void Nothing(Council&) {}
void Convened(Council& council) { council.Must("kai", ConveneIn(council, 20)); }
void Cancelled(Council& council) {
  Convened(council);
  council.Must("kai", CancelOf(kAhead, "Hochwasser"));
}

// Convenes a meeting in `days` days, after `change` was made to the command.
std::function<absl::Status(Council&)> Convene(
    int days, const std::function<void(v1::ConveneMeeting&)>& change) {
  return [=](Council& council) {
    v1::ConveneMeeting command = ConveneIn(council, days);
    change(command);
    return council.Give("kai", command);
  };
}

std::function<absl::Status(Council&)> Publish(const v1::PublishAgenda& command) {
  return [command](Council& council) { return council.Give("kai", command); };
}

std::function<absl::Status(Council&)> Cancel(const v1::CancelMeeting& command) {
  return [command](Council& council) { return council.Give("kai", command); };
}

std::vector<Refusal> OfConvening() {
  return {
      {"BadId", Nothing, Convene(20, [](auto& c) { c.set_meeting_id("Sitzung 2"); }),
       Reason::kBadId, kArgument},
      {"NoTitle", Nothing, Convene(20, [](auto& c) { c.clear_title(); }), Reason::kBadText,
       kArgument},
      {"LongTitle", Nothing, Convene(20, [](auto& c) { c.set_title(std::string(301, 'a')); }),
       Reason::kBadText, kArgument},
      {"NoPlace", Nothing, Convene(20, [](auto& c) { c.clear_place(); }), Reason::kBadText,
       kArgument},
      {"Twice", Convened, Convene(30, [](auto&) {}), Reason::kMeetingExists, kExists},
      {"UnknownOrganization", Nothing,
       Convene(20, [](auto& c) { c.set_organization_id("niemand"); }), Reason::kNoSuchOrganization,
       kNotFound},
      {"WithoutRules", [](Council& council) { CreateCommittee(council, "ausschuss"); },
       Convene(20, [](auto& c) { c.set_organization_id("ausschuss"); }), Reason::kNoRules,
       kPrecondition},
      {"UrgentWithoutReason", Nothing, Convene(20, [](auto& c) { c.set_urgent(true); }),
       Reason::kBadText, kArgument},
      {"TooShort", Nothing, Convene(kFullDays, [](auto&) {}), Reason::kNoticeTooShort,
       kPrecondition},
      {"UrgentTooShort", Nothing,
       Convene(kUrgentFullDays,
               [](auto& c) {
                 c.set_urgent(true);
                 c.set_urgency_reason("Deichbruch");
               }),
       Reason::kNoticeTooShort, kPrecondition},
  };
}

std::vector<Refusal> OfAgendas() {
  v1::AgendaItemContent no_number = Item("top-9");
  no_number.clear_number();
  v1::AgendaItemContent no_title = Item("top-9");
  no_title.clear_title();
  v1::AgendaItemContent no_public_title = Item("top-9", /*is_public=*/false);
  no_public_title.clear_public_title();
  std::vector<v1::AgendaItemContent> many;
  for (int i = 0; i <= 200; ++i) many.push_back(Item("viele-" + std::to_string(i)));
  return {
      {"OfUnknownMeeting", Nothing, Publish(AgendaOf({Item("top-9")}, "x")), Reason::kNoSuchMeeting,
       kNotFound},
      {"OfCancelled", Cancelled, Publish(AgendaOf({Item("top-9")})), Reason::kMeetingCancelled,
       kPrecondition},
      {"AfterTheStart", Nothing, Publish(AgendaOf({Item("top-9")}, Council::kMeeting)),
       Reason::kMeetingBegun, kPrecondition},
      {"Empty", Convened, Publish(AgendaOf({})), Reason::kBadAgenda, kArgument},
      {"TooLong", Convened, Publish(AgendaOf(many)), Reason::kBadAgenda, kArgument},
      {"BadItemId", Convened, Publish(AgendaOf({Item("TOP 9")})), Reason::kBadId, kArgument},
      {"NoNumber", Convened, Publish(AgendaOf({no_number})), Reason::kBadText, kArgument},
      {"NoTitle", Convened, Publish(AgendaOf({no_title})), Reason::kBadText, kArgument},
      {"NonPublicWithoutNeutralTitle", Convened, Publish(AgendaOf({no_public_title})),
       Reason::kBadText, kArgument},
      {"ItemTwice", Convened, Publish(AgendaOf({Item("top-9"), Item("top-9")})),
       Reason::kItemExists, kExists},
      {"ItemOfAnotherMeeting", Convened, Publish(AgendaOf({Item("top-1")})), Reason::kItemExists,
       kExists},
      {"UnknownProposal", Convened, Publish(AgendaOf({Item("top-9", true, "vorlage-9")})),
       Reason::kNoSuchProposal, kNotFound},
  };
}

std::vector<Refusal> OfCancelling() {
  return {
      {"Unknown", Nothing, Cancel(CancelOf("x", "Hochwasser")), Reason::kNoSuchMeeting, kNotFound},
      {"WithoutReason", Convened, Cancel(CancelOf(kAhead, "")), Reason::kBadText, kArgument},
      {"Twice", Cancelled, Cancel(CancelOf(kAhead, "Hochwasser")), Reason::kMeetingCancelled,
       kPrecondition},
      {"AfterTheStart", Nothing, Cancel(CancelOf(Council::kMeeting, "Hochwasser")),
       Reason::kMeetingBegun, kPrecondition},
  };
}

class AgendaRefusals : public ::testing::TestWithParam<Refusal> {};

TEST_P(AgendaRefusals, SayWhyAndChangeNothing) {
  Council council;
  GetParam().before(council);
  ASSERT_FALSE(HasFailure());
  const crypto::Digest before = StateOf(council);
  const absl::Status status = GetParam().act(council);
  EXPECT_THAT(status, IsRefused(GetParam().reason));
  EXPECT_THAT(status, HasCode(GetParam().code));
  EXPECT_EQ(StateOf(council), before);
}

std::string NameOf(const ::testing::TestParamInfo<Refusal>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Convening, AgendaRefusals, ::testing::ValuesIn(OfConvening()), NameOf);
INSTANTIATE_TEST_SUITE_P(Agendas, AgendaRefusals, ::testing::ValuesIn(OfAgendas()), NameOf);
INSTANTIATE_TEST_SUITE_P(Cancelling, AgendaRefusals, ::testing::ValuesIn(OfCancelling()), NameOf);

TEST(AgendaTest, AMeetingIsConvenedOnTheFirstDayThatTheNoticeAllows) {
  for (const bool urgent : {false, true}) {
    Council council;
    v1::ConveneMeeting convene = ConveneIn(council, (urgent ? kUrgentFullDays : kFullDays) + 1);
    convene.set_urgent(urgent);
    convene.set_urgency_reason("Deichbruch");
    council.Must("kai", convene);
    const v1::Meeting meeting = *council.agenda().GetMeeting(kAhead, Audience::kPublic);
    EXPECT_EQ(meeting.organization_id(), "rat");
    EXPECT_EQ(meeting.title(), "2. Sitzung");
    EXPECT_EQ(meeting.place(), "Ratssaal");
    EXPECT_EQ(meeting.state(), v1::MEETING_STATE_CONVENED);
    EXPECT_EQ(FromTimestamp(meeting.start_time()), FromTimestamp(convene.start_time()));
    EXPECT_EQ(FromTimestamp(meeting.convene_time()), council.now());
    EXPECT_EQ(meeting.urgent(), urgent);
    EXPECT_EQ(meeting.urgency_reason(), "Deichbruch");
    EXPECT_THAT(meeting.notice_explanation(),
                ::testing::HasSubstr(urgent ? ", 2 full days (urgent): earliest "
                                            : ", 7 full days: earliest "));
    EXPECT_EQ(meeting.items_size(), 0);
  }
}

TEST(AgendaTest, ALaterAgendaReplacesTheOneBefore) {
  Council council;
  Convened(council);
  council.Must("kai", AgendaOf({Item("top-8"), Item("top-9")}));
  council.Must("kai", AgendaOf({Item("top-9"), Item("top-7")}));
  const AgendaMachine& agenda = council.agenda();
  EXPECT_EQ(agenda.FindItem("top-8"), nullptr);
  EXPECT_THAT(agenda.CheckItem("top-8", kAhead), IsRefused(Reason::kNoSuchItem));
  EXPECT_OK(agenda.CheckItem("top-9", kAhead));
  EXPECT_THAT(agenda.CheckItem("top-9", Council::kMeeting), IsRefused(Reason::kNoSuchItem));
  EXPECT_THAT(agenda.FindMeeting(kAhead)->item_ids, ::testing::ElementsAre("top-9", "top-7"));
}

// Somebody with meetings under old rules and new ones could choose for each motion those that suit.
TEST(AgendaTest, AnAgendaIsMadeUnderTheRulesThatHoldWhenItIsMade) {
  Council council;
  council.Must("kai", ConveneIn(council, 20));
  council.Must("kai", AgendaOf({Item("eins")}));
  directory::v1::AdoptRuleProfile adopt;
  adopt.set_organization_id("rat");
  *adopt.mutable_profile() =
      council.directory().ProfileOf(*council.directory().FindOrganization("rat")->profile_index);
  adopt.mutable_profile()->mutable_motions(0)->set_minimum_yes(5);
  council.Must("amt", adopt);
  EXPECT_THAT(council.Give("kai", AgendaOf({Item("eins"), Item("zwei")})),
              IsRefused(Reason::kRulesChanged));
  council.Must("kai", CancelOf(kAhead, "andere Geschäftsordnung"));
  v1::ConveneMeeting anew = ConveneIn(council, 21);
  anew.set_meeting_id("neu");
  council.Must("kai", anew);
  council.Must("kai", AgendaOf({Item("drei")}, "neu"));
}

TEST(AgendaTest, TheProposalVersionIsTheNewestWhenTheAgendaIsPublished) {
  Council council;
  Convened(council);
  DraftProposal(council, "vorlage-1");
  EXPECT_FALSE(council.agenda().IsDealtWithInPublic("vorlage-1"));
  council.Must("kai", AgendaOf({Item("top-8"), Item("top-9", true, "vorlage-1")}));
  papers::v1::ReviseProposal revise;
  revise.set_proposal_id("vorlage-1");
  revise.set_base_version(1);
  *revise.mutable_text() = TextOf("Sechs Mobilstationen");
  revise.set_reason("Änderungsantrag");
  council.Must("kai", revise);
  EXPECT_EQ(council.agenda().FindItem("top-8")->proposal_version, 0u) << "has no proposal";
  EXPECT_EQ(council.agenda().FindItem("top-9")->proposal_version, 1u);
  council.Must("kai", AgendaOf({Item("top-9", true, "vorlage-1")}));
  EXPECT_EQ(council.agenda().FindItem("top-9")->proposal_version, 2u);
  EXPECT_TRUE(council.agenda().IsDealtWithInPublic("vorlage-1"));
  council.Must("kai", AgendaOf({Item("top-9", /*is_public=*/false, "vorlage-1")}));
  EXPECT_FALSE(council.agenda().IsDealtWithInPublic("vorlage-1"));
}

TEST(AgendaTest, ThePublicSeesTheNeutralTitleOfANonPublicItem) {
  Council council;
  Convened(council);
  DraftProposal(council, "vorlage-1");
  council.Must("kai", AgendaOf({Item("top-9", /*is_public=*/false, "vorlage-1")}));
  const v1::AgendaItem shown = council.agenda().GetMeeting(kAhead, Audience::kPublic)->items(0);
  EXPECT_EQ(shown.content().item_id(), "top-9");
  EXPECT_EQ(shown.content().number(), "Ö 1");
  EXPECT_EQ(shown.content().title(), "Grundstücksangelegenheit");
  EXPECT_EQ(shown.content().proposal_id(), "");
  EXPECT_EQ(shown.proposal_version(), 0u);
  const v1::AgendaItem whole = council.agenda().GetMeeting(kAhead, Audience::kCouncil)->items(0);
  EXPECT_EQ(whole.content().title(), "Grundstück Meier");
  EXPECT_EQ(whole.proposal_version(), 1u);
}

TEST(AgendaTest, AtItsStartAMeetingIsOpenedAndNoLongerChanged) {
  Council council;
  Convened(council);
  council.Must("kai", AgendaOf({Item("top-9")}));
  const auto other_agenda = AgendaOf({Item("top-8")});
  const auto cancel = CancelOf(kAhead, "Hochwasser");
  const auto open = OfMeeting<v1::OpenMeeting>(kAhead);
  const AgendaMachine& agenda = council.agenda();
  CommandContext context = council.Next("kai");
  context.time = agenda.FindMeeting(kAhead)->start - absl::Seconds(1);
  EXPECT_OK(agenda.Check(context, other_agenda));
  EXPECT_OK(agenda.Check(context, cancel));
  EXPECT_THAT(council.sittings().Check(context, open), IsRefused(Reason::kMeetingNotDue));
  context.time += absl::Seconds(1);
  EXPECT_THAT(agenda.Check(context, other_agenda), IsRefused(Reason::kMeetingBegun));
  EXPECT_THAT(agenda.Check(context, cancel), IsRefused(Reason::kMeetingBegun));
  EXPECT_OK(council.sittings().Check(context, open));
}

TEST(AgendaTest, AMeetingThatIsCalledOffStaysInTheList) {
  Council council;
  Cancelled(council);
  const auto ids = [&council](const std::string& after, size_t limit) {
    std::vector<std::string> found;
    for (const v1::Meeting& meeting :
         council.agenda().ListMeetings(after, limit, Audience::kPublic))
      found.push_back(meeting.id());
    return found;
  };
  EXPECT_THAT(ids("", 9), ::testing::ElementsAre(Council::kMeeting, kAhead));
  EXPECT_THAT(ids("", 1), ::testing::ElementsAre(Council::kMeeting));
  EXPECT_THAT(ids(Council::kMeeting, 9), ::testing::ElementsAre(kAhead));
  EXPECT_EQ(council.agenda().GetMeeting(kAhead, Audience::kPublic)->state(),
            v1::MEETING_STATE_CANCELLED);
  EXPECT_THAT(council.agenda().GetMeeting("x", Audience::kPublic),
              IsRefused(Reason::kNoSuchMeeting));
}

// Random meetings, agendas and cancellations: each item is on the agenda that was accepted last,
// and on no other.
TEST(AgendaTest, AnItemIsOnOneAgendaOnlyWhateverIsPublished) {
  std::mt19937 random(20261129);
  const auto any = [&random](const char* prefix, unsigned count) {
    return prefix + std::to_string(random() % count);
  };
  Council council;
  std::map<std::string, std::vector<std::string>> model = {{Council::kMeeting, {"top-1", "top-2"}}};
  int accepted = 0;
  constexpr unsigned kMeetings = 12;
  constexpr unsigned kItems = 30;
  for (int step = 0; step < 400; ++step) {
    const std::string meeting = any("sitzung-", kMeetings);
    absl::Status status;
    const crypto::Digest before = StateOf(council);
    if (const unsigned kind = random() % 24; kind == 0) {
      status = council.Give("kai", CancelOf(meeting, "Hochwasser"));
    } else if (kind < 4) {
      v1::ConveneMeeting convene = ConveneIn(council, 20);
      convene.set_meeting_id(meeting);
      status = council.Give("kai", convene);
      if (status.ok()) model[meeting] = {};
    } else {
      std::vector<v1::AgendaItemContent> items;
      std::vector<std::string> ids;
      for (unsigned i = 0; i <= random() % 3; ++i) {
        ids.push_back(any("top-", kItems));
        items.push_back(Item(ids.back()));
      }
      status = council.Give("kai", AgendaOf(items, meeting));
      if (status.ok()) model[meeting] = ids;
    }
    accepted += status.ok() ? 1 : 0;
    if (!status.ok()) EXPECT_EQ(StateOf(council), before) << status;
    std::set<std::string> on_an_agenda;
    for (const auto& [id, ids] : model) {
      EXPECT_THAT(council.agenda().FindMeeting(id)->item_ids, ::testing::ElementsAreArray(ids));
      for (const std::string& item : ids) {
        EXPECT_TRUE(on_an_agenda.insert(item).second) << item << " is on two agendas";
        ASSERT_NE(council.agenda().FindItem(item), nullptr) << item;
        EXPECT_EQ(council.agenda().FindItem(item)->meeting_id, id);
      }
    }
    for (unsigned i = 0; i < kItems; ++i) {
      const std::string item = "top-" + std::to_string(i);
      if (on_an_agenda.count(item) == 0)
        EXPECT_EQ(council.agenda().FindItem(item), nullptr) << item << " was taken off";
    }
  }
  EXPECT_GT(accepted, 20) << "hardly anything happened";
}

}  // namespace
}  // namespace votum::meetings
