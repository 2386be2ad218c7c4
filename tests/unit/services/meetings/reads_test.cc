// The reads of secret votes, key ceremonies and lots. tests/unit/core/meetings/service_test.cc has
// those of the meeting itself.
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rules/profile.h"
#include "services/meetings/meeting_feed.h"
#include "services/meetings/service.h"
#include "services/runtime/command_methods.h"
#include "services/runtime/read_access.h"
#include "tests/harness/await.h"
#include "tests/harness/people.h"
#include "tests/unit/core/fold/small_log.h"
#include "tests/unit/core/meetings/recorded_council.h"
#include "tests/unit/core/meetings/secret_council.h"
#include "tests/unit/services/runtime/served.h"

namespace votum::meetings {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Stub = v1::MeetingsService::Stub;

// Serves a council with its recorded meetings. "m1" is a member of the council, "petra" an auditor; "zoe" has a key
// and belongs to nothing.
class ServedCouncil {
 public:
  explicit ServedCouncil(const Council& council) {
    RecordCouncil(council, log_);
    AddAuditor(log_);
    for (const char* id : {"m1", "zoe"}) {
      if (!log_.HasKey(id)) log_.GiveKey(id, "bert");
    }
    served_ = std::make_unique<testing::Served<v1::MeetingsService, MeetingsServiceImpl>>(
        Domain::kMeetings, log_);
  }
  auto* operator->() { return served_.get(); }

 private:
  testing::SmallLog log_;
  std::unique_ptr<testing::Served<v1::MeetingsService, MeetingsServiceImpl>> served_;
};

template <typename Request>
Request OfTheVote(const std::string& id = "vote") {
  Request request;
  request.set_vote_event_id(id);
  return request;
}

TEST(MeetingsReads, WantASoundSessionAndWaitForNothing) {
  ServedCouncil served{Council()};
  served->ExpectGuarded(&Stub::PrepareSecretVote, &Stub::ListCredentials, &Stub::GetParticipation,
                        &Stub::DecryptWithServerKey, &Stub::GetSecretVote, &Stub::GetElectionSetup,
                        &Stub::GetElectionArchive, &Stub::GetKeyCeremony, &Stub::ListKeyCeremonies,
                        &Stub::GetMeeting, &Stub::ListMeetings, &Stub::GetLot, &Stub::GetAttendance,
                        &Stub::GetMotion, &Stub::GetVoteEvent, &Stub::ListVoteEvents);
}

TEST(MeetingsReads, GetElectionSetupGrowsWithTheVoteAndIsNotForThePublic) {
  SecretCouncil council;
  council.OpenSecretVote();
  council.Register({"vera", "dora", "m1", "m2", "m3"});
  const auto request = OfTheVote<v1::GetElectionSetupRequest>();
  {
    ServedCouncil registering(council);
    const auto setup = registering->Ask(&Stub::GetElectionSetup, "m1", request);
    ASSERT_OK(setup);
    EXPECT_EQ(setup->credentials(), "") << "the list is not fixed";
    EXPECT_EQ(setup->registry_key(), council.vote().electronic.registry_key());
    EXPECT_EQ(setup->trustees(), council.votes().setups().TextsOf("vote").trustees_json);
  }
  council.BeginBallots();
  ServedCouncil served(council);
  for (const char* reader : {"m1", "sam", "petra"}) {
    const auto setup = served->Ask(&Stub::GetElectionSetup, reader, request);
    ASSERT_OK(setup) << reader;
    for (const auto& [person, credential] : council.devices()) {
      EXPECT_THAT(setup->credentials(), HasSubstr(credential.public_key.ToDecimal())) << person;
    }
    EXPECT_THAT(setup->answers(), ::testing::ElementsAreArray(council.vote().answers));
  }
  for (const char* reader : {"", "zoe"}) {
    EXPECT_THAT(served->Ask(&Stub::GetElectionSetup, reader, request),
                IsRefused(Reason::kArchiveNotShown));
  }
  EXPECT_THAT(
      served->Ask(&Stub::GetElectionSetup, "m1", OfTheVote<v1::GetElectionSetupRequest>("x")),
      IsRefused(Reason::kNoSuchVote));
}

TEST(MeetingsReads, GetElectionArchiveIsReadInPiecesOnceTheVoteIsClosed) {
  SecretCouncil council;
  council.UpToBallots();
  auto request = OfTheVote<v1::GetElectionArchiveRequest>();
  {
    ServedCouncil open(council);
    EXPECT_THAT(open->Ask(&Stub::GetElectionArchive, "m1", request), IsRefused(Reason::kVoteOpen));
    EXPECT_THAT(open->Ask(&Stub::GetElectionArchive, "", request),
                IsRefused(Reason::kArchiveNotShown));
  }
  council.Must("vera", Close());
  ServedCouncil served(council);
  const auto whole = served->Ask(&Stub::GetElectionArchive, "m1", request);
  ASSERT_OK(whole);
  ASSERT_GT(whole->total_bytes(), 10u);
  EXPECT_EQ(whole->data().size(), whole->total_bytes());
  EXPECT_NE(whole->head(), "");
  request.set_offset(10);
  const auto rest = served->Ask(&Stub::GetElectionArchive, "petra", request);
  ASSERT_OK(rest);
  EXPECT_EQ(rest->data(), whole->data().substr(10));
  EXPECT_EQ(rest->total_bytes(), whole->total_bytes());
  EXPECT_EQ(rest->head(), whole->head());
  request.set_offset(whole->total_bytes() + 1);
  const auto end = served->Ask(&Stub::GetElectionArchive, "m1", request);
  ASSERT_OK(end);
  EXPECT_EQ(end->data(), "");
  EXPECT_THAT(served->Ask(&Stub::GetElectionArchive, "zoe", request),
              IsRefused(Reason::kArchiveNotShown));
  EXPECT_THAT(
      served->Ask(&Stub::GetElectionArchive, "m1", OfTheVote<v1::GetElectionArchiveRequest>("x")),
      IsRefused(Reason::kNoSuchVote));
}

// Whoever asked after each registration would see whose credential is whose.
TEST(MeetingsReads, NobodyIsShownACredentialWhileDevicesRegister) {
  SecretCouncil council;
  council.OpenSecretVote();
  for (const char* member : {"vera", "dora", "m1", "m2", "m3"}) {
    council.Register({member});
    ServedCouncil served(council);
    for (const char* reader : {"vera", "kai", "m1", "petra", "sam", ""}) {
      EXPECT_FALSE(
          served->Ask(&Stub::ListCredentials, reader, OfTheVote<v1::ListCredentialsRequest>()).ok())
          << reader;
      const auto vote =
          served->Ask(&Stub::GetSecretVote, reader, OfTheVote<v1::GetSecretVoteRequest>());
      ASSERT_OK(vote);
      const auto setup =
          served->Ask(&Stub::GetElectionSetup, reader, OfTheVote<v1::GetElectionSetupRequest>());
      const std::string shown =
          vote->DebugString() + (setup.ok() ? setup->DebugString() : std::string());
      for (const auto& [person, credential] : council.devices())
        EXPECT_THAT(shown, ::testing::Not(HasSubstr(credential.public_key.ToDecimal()))) << reader;
    }
    EXPECT_THAT(
        served->Ask(&Stub::ListCredentials, "vera", OfTheVote<v1::ListCredentialsRequest>()),
        IsRefused(Reason::kRegistrationOpen));
  }
}

TEST(MeetingsReads, ListCredentialsIsForThosePresidingUntilTheListIsFixed) {
  SecretCouncil council;
  council.UpToBallots();
  ServedCouncil served(council);
  const auto request = OfTheVote<v1::ListCredentialsRequest>();
  for (const char* reader : {"", "zoe", "m1", "petra"}) {
    EXPECT_THAT(served->Ask(&Stub::ListCredentials, reader, request),
                IsRefused(Reason::kNotPresiding))
        << reader;
  }
  for (const char* reader : {"vera", "kai"}) {
    EXPECT_THAT(served->Ask(&Stub::ListCredentials, reader, request),
                IsRefused(Reason::kRegistrationClosed))
        << reader;
  }
  EXPECT_THAT(
      served->Ask(&Stub::ListCredentials, "vera", OfTheVote<v1::ListCredentialsRequest>("x")),
      IsRefused(Reason::kNoSuchVote));
}

TEST(MeetingsReads, GetKeyCeremonyShowsTheMessagesAndListKeyCeremoniesDoesNot) {
  SecretCouncil council;
  for (const char* id : {"b", "c"}) {
    v1::AnnounceKeyCeremony another = Announcement(kTrustees, 2);
    another.set_ceremony_id(id);
    council.Must("kai", another);
  }
  ServedCouncil served(council);
  for (const char* reader : {"", "zoe", "m1", "petra"}) {
    v1::GetKeyCeremonyRequest request;
    request.set_ceremony_id("amtszeit");
    const auto answer = served->Ask(&Stub::GetKeyCeremony, reader, request);
    ASSERT_OK(answer);
    EXPECT_EQ(answer->ceremony().state(), v1::KEY_CEREMONY_STATE_FINISHED);
    ASSERT_EQ(answer->ceremony().trustees_size(), 3);
    EXPECT_NE(answer->ceremony().trustees(0).certificate(), "");
    EXPECT_NE(answer->ceremony().public_key(), "");
    request.set_ceremony_id("x");
    EXPECT_THAT(served->Ask(&Stub::GetKeyCeremony, reader, request),
                IsRefused(Reason::kNoSuchCeremony));
  }
  v1::ListKeyCeremoniesRequest request;
  request.set_organization_id("rat");
  const auto items = [](const v1::ListKeyCeremoniesResponse& page) { return page.ceremonies(); };
  for (const int size : {1, 2, 3, 0}) {
    EXPECT_THAT(served->IdsOf(&Stub::ListKeyCeremonies, "", request, size, items),
                ElementsAre("amtszeit", "b", "c"));
  }
  const auto list = served->Ask(&Stub::ListKeyCeremonies, "", request);
  ASSERT_OK(list);
  EXPECT_EQ(list->ceremonies(0).trustees(0).person_id(), "sam");
  EXPECT_EQ(list->ceremonies(0).trustees(0).certificate(), "");
  request.set_organization_id("x");
  EXPECT_THAT(served->IdsOf(&Stub::ListKeyCeremonies, "", request, 1, items), ElementsAre());
}

// A stream of a meeting, of the public or with a session.
struct Watched {
  Watched(Stub& stub, const std::string& meeting_id, const std::string& session = "") {
    if (!session.empty()) context.AddMetadata(kSessionMetadata, session);
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(60)));
    v1::WatchMeetingRequest request;
    request.set_meeting_id(meeting_id);
    reader = stub.WatchMeeting(&context, request);
  }
  bool Read() { return reader->Read(&newest); }
  absl::Status End() { return FromGrpc(reader->Finish()); }
  absl::Status Cancel() {
    context.TryCancel();
    while (Read()) {
    }
    return End();
  }

  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReader<v1::WatchMeetingResponse>> reader;
  v1::WatchMeetingResponse newest;
};

TEST(MeetingsReads, WatchMeetingShowsTheMeetingAtOnceAndAfterAChange) {
  Council council;
  council.Open();
  testing::SmallLog log;
  RecordCouncil(council, log);
  if (!log.HasKey("m1")) log.GiveKey("m1", "bert");
  testing::Served<v1::MeetingsService, MeetingsServiceImpl> served(Domain::kMeetings, log);
  Watched first(served.stub(), Council::kMeeting);
  ASSERT_TRUE(first.Read());
  EXPECT_EQ(first.newest.index(), log.records().size() - 1);
  EXPECT_EQ(first.newest.attendance().present_count(), 0u);
  Watched second(served.stub(), Council::kMeeting);
  ASSERT_TRUE(second.Read()) << "nothing has changed, and it is new";
  auto check_in = CheckInOf("m1");
  check_in.set_meeting_id(Council::kMeeting);
  log.Append("m1", std::move(check_in), "meetings");
  served.Follow();
  for (Watched* const watched : {&first, &second}) {
    ASSERT_TRUE(watched->Read());
    EXPECT_EQ(watched->newest.attendance().present_count(), 1u);
  }
  Watched none(served.stub(), "x");
  EXPECT_FALSE(none.Read());
  EXPECT_THAT(none.End(), IsRefused(Reason::kNoSuchMeeting));
  Watched stranger(served.stub(), Council::kMeeting, "no session");
  EXPECT_FALSE(stranger.Read());
  EXPECT_THAT(stranger.End(), IsRefused(Reason::kBadSession));
  for (Watched* const watched : {&first, &second}) EXPECT_FALSE(watched->Cancel().ok());
}

// A message in which nothing is new tells that something has happened which is not shown.
TEST(MeetingsReads, WatchMeetingSaysNothingOfWhatIsNotShown) {
  Council council;
  council.Open();
  testing::SmallLog log;
  RecordCouncil(council, log);
  for (const char* id : {"m1", "m2"}) {
    if (!log.HasKey(id)) log.GiveKey(id, "bert");
  }
  testing::Served<v1::MeetingsService, MeetingsServiceImpl> served(Domain::kMeetings, log);
  const auto give = [&](const std::string& person, auto command) {
    command.set_meeting_id(Council::kMeeting);
    log.Append(person, std::move(command), "meetings");
    served.Follow();
  };
  give("m1", CheckInOf("m1"));
  Watched outside(served.stub(), Council::kMeeting);
  Watched inside(served.stub(), Council::kMeeting, served.SessionOf("m1"));
  for (Watched* const watched : {&outside, &inside}) ASSERT_TRUE(watched->Read());
  give("m1", ConflictOf("m1", "top-2"));
  ASSERT_TRUE(inside.Read());
  EXPECT_EQ(inside.newest.attendance().conflicts_size(), 1);
  give("m2", CheckInOf("m2"));
  ASSERT_TRUE(inside.Read());
  ASSERT_TRUE(outside.Read());
  EXPECT_EQ(outside.newest.attendance().present_count(), 2u) << "the next that is new to everybody";
  for (Watched* const watched : {&outside, &inside}) EXPECT_FALSE(watched->Cancel().ok());
}

// Watching alone, for one caller of the public, and for two persons once each.
class FewWatchers final
    : public WithoutCommands<
          v1::MeetingsService,
          v1::MeetingsService::WithCallbackMethod_WatchMeeting<v1::MeetingsService::Service>> {
 public:
  explicit FewWatchers(const ReadAccess* access) : feed_(access, {1, 2}, {1, 1}) {}
  grpc::ServerWriteReactor<v1::WatchMeetingResponse>* WatchMeeting(
      grpc::CallbackServerContext* context, const v1::WatchMeetingRequest* request) override {
    return feed_.Watch(context, request->meeting_id());
  }

 private:
  MeetingFeed feed_;
};

TEST(MeetingsReads, ThePublicTakesNoPlacesOfPersonsWhoWatchNorOnePersonThoseOfOthers) {
  Council council;
  council.Open();
  testing::SmallLog log;
  RecordCouncil(council, log);
  for (const char* id : {"m1", "m2", "zoe"}) {
    if (!log.HasKey(id)) log.GiveKey(id, "bert");
  }
  testing::Served<v1::MeetingsService, FewWatchers> served(Domain::kMeetings, log);
  const auto watch = [&](const std::string& person) {
    return std::make_unique<Watched>(served.stub(), Council::kMeeting,
                                     person.empty() ? "" : served.SessionOf(person));
  };
  std::map<std::string, std::unique_ptr<Watched>> watching;
  for (const char* person : {"", "m1", "zoe"}) {
    watching[person] = watch(person);
    EXPECT_TRUE(watching[person]->Read()) << person;
  }
  for (const char* person : {"", "m1", "m2"}) {
    const auto refused = watch(person);
    EXPECT_FALSE(refused->Read());
    EXPECT_THAT(refused->End(), IsRefused(Reason::kTooManyWaitingReads)) << person;
  }
  EXPECT_FALSE(watching["zoe"]->Cancel().ok());
  // The server hears of it a moment later.
  EXPECT_TRUE(testing::Await([&] {
    watching["m2"] = watch("m2");
    if (watching["m2"]->Read()) return true;
    EXPECT_THAT(watching["m2"]->End(), IsRefused(Reason::kTooManyWaitingReads));
    return false;
  }));
  const auto refused = watch("");
  EXPECT_FALSE(refused->Read()) << "the place was a person's";
  EXPECT_THAT(refused->End(), IsRefused(Reason::kTooManyWaitingReads));
  for (const char* person : {"", "m1", "m2"}) EXPECT_FALSE(watching[person]->Cancel().ok());
}

// LogService asks MayRead for the same attachment (tests/unit/services/publication).
TEST(MeetingsReads, GetAttendanceDescribesADisruptionToThoseWhoMayReadItInTheLog) {
  Council council;
  council.Open();
  const SealedText text = testing::About("m1", "Leitung unterbrochen");
  auto disruption = OfMeeting<v1::RecordDisruption>();
  disruption.set_person_id("m1");
  *disruption.mutable_text() = text.ref;
  council.Must("m1", disruption);
  ServedCouncil served(council);
  served->Keep(text.attachment);
  v1::GetAttendanceRequest request;
  request.set_meeting_id(Council::kMeeting);
  for (const auto& [reader, sees_it, reads_it] : {std::tuple("vera", true, false),
                                                  {"m1", true, false},
                                                  {"bert", true, true},
                                                  {"petra", true, true},
                                                  {"zoe", false, false},
                                                  {"", false, false}}) {
    const auto answer = served->Ask(&Stub::GetAttendance, reader, request);
    ASSERT_OK(answer) << reader;
    const auto& shown = answer->attendance().disruptions();
    ASSERT_EQ(shown.size(), sees_it ? 1 : 0) << reader;
    if (sees_it) EXPECT_EQ(shown[0].text(), reads_it ? "Leitung unterbrochen" : "") << reader;
  }
}

TEST(MeetingsReads, GetLotShowsEverybodyCommitmentsAndNothingThatIsNotRevealed) {
  rules::v1::RuleProfile profile = *rules::BuiltInProfile("de-nw-rat", "2026-11-01");
  profile.mutable_motions(0)->set_tie(rules::v1::TIE_LOT);
  Council council(profile);
  council.UpToVote();
  for (const char* person : {"m1", "m2"}) council.Must(person, Cast(v1::CHOICE_YES));
  for (const char* person : {"m3", "m4"}) council.Must(person, Cast(v1::CHOICE_NO));
  council.Must("vera", Close());
  const v1::Result computed = *council.votes().ComputeResult("vote");
  auto establish = OfVote<v1::EstablishResult>();
  *establish.mutable_tally() = computed.tally();
  establish.set_outcome(computed.outcome());
  council.Must("vera", establish);
  auto open = OfVote<v1::OpenLot>();
  open.set_lot_id("los");
  council.Must("vera", open);
  auto commit = OfMeeting<v1::CommitToLot>();
  commit.set_lot_id("los");
  commit.set_commitment(std::string(32, 'c'));
  council.Must("m1", commit);

  ServedCouncil served(council);
  v1::GetLotRequest request;
  request.set_lot_id("los");
  for (const char* reader : {"", "zoe", "m1", "petra"}) {
    const auto answer = served->Ask(&Stub::GetLot, reader, request);
    ASSERT_OK(answer);
    EXPECT_EQ(answer->lot().vote_event_id(), "vote");
    EXPECT_THAT(answer->lot().items(), ElementsAre("adopted", "rejected"));
    ASSERT_EQ(answer->lot().contributions_size(), 1);
    EXPECT_EQ(answer->lot().contributions(0).person_id(), "m1");
    EXPECT_EQ(answer->lot().contributions(0).commitment(), std::string(32, 'c'));
    EXPECT_EQ(answer->lot().contributions(0).contribution(), "");
    EXPECT_EQ(answer->lot().seed(), "");
    EXPECT_EQ(answer->lot().drawn_size(), 0);
  }
  request.set_lot_id("x");
  EXPECT_THAT(served->Ask(&Stub::GetLot, "m1", request), IsRefused(Reason::kNoSuchLot));
}

}  // namespace
}  // namespace votum::meetings
