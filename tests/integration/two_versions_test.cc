// An old program beside a new one on one log, as real processes: `votumd` and `votum` are the old
// ones; votumd_next and votum_next are the same programs that know a version more (CMakeLists.txt).
//
// The old ones serve until two administrators activate the new version, and stop then, each with
// its reason; the new ones go on.

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/test_folder.h"
#include "core/fold/domains.h"
#include "core/fold/fold.h"
#include "core/fold/version.h"
#include "gtest/gtest.h"
#include "tests/harness/await.h"
#include "tests/harness/city.h"
#include "tests/harness/command_line.h"
#include "tests/harness/process.h"
#include "tests/harness/writers.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/meetings/v1/voting.pb.h"

namespace votum::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kNewerLog = 78;     // exit code of votumd
constexpr int kNotCheckable = 6;  // exit code of votum
// The processes of a service, by number, once one of them is upgraded.
constexpr int kNew = 0;
constexpr int kOld = 1;
constexpr absl::Duration kPatience = absl::Seconds(60);

// `votumd` and the programs of this test are of one release, whose version the new ones exceed.
const uint32_t kNextVersion = kProgramVersion + 1;

class TwoVersionsTest : public ::testing::Test {
 protected:
  // All processes are old, and the log is at their version.
  void StartCity(int replicas) {
    const City::Options options{City::Layout::kProcessPerService, {}, replicas};
    city_ = std::make_unique<City>(NewTestFolder("versions") + "/city", options);
    if (kProgramVersion == 1) return;
    const auto act = city_->Send(Activation(kProgramVersion));
    ASSERT_OK(act);
    ASSERT_OK(city_->Send(Confirmation(*act)));
  }

  common::v1::SignedCommand Activation(uint32_t version) {
    directory::v1::ActivateVersion activate;
    activate.set_version(version);
    return city_->Sign("anna.amt", &activate);
  }

  // The second administrator confirms the act whose receipt this is.
  common::v1::SignedCommand Confirmation(const common::v1::Receipt& receipt) {
    common::v1::Record record;
    EXPECT_TRUE(record.ParseFromString(receipt.record()));
    directory::v1::Confirm confirm;
    directory::v1::ActReference& act = *confirm.add_acts();
    act.set_record(receipt.index());
    const crypto::Digest digest = CommandDigest(record.payload_type(), record.payload());
    act.set_digest(std::string(crypto::AsBytes(digest)));
    return city_->Sign("bernd.amt", &confirm);
  }

  common::v1::SignedCommand VoteOf(const std::string& person) {
    meetings::v1::CastVote vote;
    vote.set_meeting_id("sitzung-1");
    vote.set_vote_event_id("v1");
    vote.set_choice(meetings::v1::CHOICE_YES);
    return city_->Sign(person, &vote);
  }

  absl::StatusOr<common::v1::Receipt> SendTo(const std::string& service, int process,
                                             const common::v1::SignedCommand& command) {
    return city_->SendTo(city_->ChannelTo(service, process), command, kPatience);
  }

  // As clients do: the same bytes again, while the process that was asked is gone.
  void SendUntilTaken(const common::v1::SignedCommand& command) {
    absl::Status status;
    EXPECT_TRUE(Await(
        [&] {
          status = city_->Send(command).status();
          return !absl::IsUnavailable(status);
        },
        kPatience));
    EXPECT_OK(status);
  }

  // The service's first process.
  void Upgrade(const std::string& service) {
    Process& process = city_->ProcessOf(service);
    process.Stop();
    process.set_program(VOTUMD_NEXT_PATH);
    process.Start();
  }

  void ExpectStops(const std::string& service, int process = 0) {
    EXPECT_EQ(city_->ProcessOf(service, process).AwaitEnd(kPatience), kNewerLog) << service;
  }

  // The processes that have said why they stop.
  int StoppedForTheVersion() const {
    int count = 0;
    const std::string why =
        absl::StrCat("is of version ", kNextVersion, ", and this program knows versions up to ",
                     kProgramVersion, "; upgrade it");
    for (const absl::string_view line : absl::StrSplit(*ReadFile(city_->folder() + ".log"), '\n')) {
      if (!absl::StrContains(line, "stopping at once")) continue;
      EXPECT_THAT(std::string(line), AllOf(HasSubstr("NEWER_LOG"), HasSubstr(why)));
      ++count;
    }
    return count;
  }

  std::unique_ptr<City> city_;
};

TEST_F(TwoVersionsTest, AnOldProgramServesUntilTheNextVersionIsActivated) {
  StartCity(2);
  city_->SetUpCouncil(3);
  city_->OpenMeeting(4);
  city_->OpenVote("v1");
  Writers writers(*city_, 2, kPatience);
  const std::vector<std::string> services(kServices.begin(), kServices.end());
  const std::vector<std::string> folding(services.begin() + 1, services.end());
  for (const std::string& service : services) Upgrade(service);
  city_->AwaitReady();

  // Both kinds serve, and the old one lets in nothing that would stop it.
  EXPECT_OK(SendTo("meetings", kOld, VoteOf("m01")));
  EXPECT_OK(SendTo("meetings", kNew, VoteOf("m02")));
  const common::v1::SignedCommand activation = Activation(kNextVersion);
  EXPECT_THAT(SendTo("directory", kOld, activation), IsRefused(Reason::kVersionUnknown));
  const auto act = SendTo("directory", kNew, activation);
  ASSERT_OK(act);
  const common::v1::SignedCommand confirmation = Confirmation(*act);
  EXPECT_THAT(SendTo("directory", kOld, confirmation), IsRefused(Reason::kVersionUnknown));
  EXPECT_TRUE(writers.Await(10, kPatience));
  for (const std::string& service : folding)
    EXPECT_TRUE(city_->ProcessOf(service, kOld).Alive()) << service << ": nothing is active yet";

  const auto activated = SendTo("directory", kNew, confirmation);
  ASSERT_OK(activated);
  for (const std::string& service : folding) ExpectStops(service, kOld);
  EXPECT_EQ(StoppedForTheVersion(), static_cast<int>(folding.size()));
  city_->ProcessOf("meetings", kOld).Start();
  ExpectStops("meetings", kOld);  // as often as it is started

  // The new ones go on, and no client notices more than a pause.
  SendUntilTaken(VoteOf("m03"));
  meetings::v1::CloseVote close;
  close.set_meeting_id("sitzung-1");
  close.set_vote_event_id("v1");
  SendUntilTaken(city_->Sign("maria.meister", &close));
  EXPECT_TRUE(writers.Await(10, kPatience));
  writers.Stop();
  EXPECT_THAT(writers.Problems(), ::testing::IsEmpty());

  // An old auditor checks what it can, and says how far that goes; a new one checks all.
  CommandLine votum(city_.get(), NewTestFolder("people"));
  votum.AddPeople({"petra.pruef"});
  votum.Do("petra.pruef", "log export " + votum.Path("log"));
  const std::string key = votum.WriteFileOf("log.vkey", city_->log().vkey());
  EXPECT_THAT(
      votum.Do("", absl::StrCat("audit ", votum.Path("log"), " --log-key @", key), kNotCheckable),
      AllOf(HasSubstr(absl::StrCat("not checkable with this version: from record ",
                                   activated->index() + 1, " on")),
            Not(HasSubstr("FAULT"))));
  const std::string output = votum.Path("next.out");
  EXPECT_EQ(votum::testing::Run(
                {VOTUM_NEXT_PATH, "audit", votum.Path("log"), "--log-key", "@" + key}, output),
            0)
      << ReadFile(output).value_or("");
  EXPECT_THAT(*ReadFile(output), HasSubstr("audit: all checks passed"));
}

// In the wrong order: the version is activated while the ledger's program is old. It has ordered
// the Confirm before it folds it and stops; the ledger of the new program goes on from there.
TEST_F(TwoVersionsTest, AnOldLedgerStopsTooAndANewOneGoesOnFromItsLog) {
  StartCity(1);
  Upgrade("directory");
  city_->AwaitReady();
  const auto act = city_->Send(Activation(kNextVersion));
  ASSERT_OK(act);
  // The service asks for the ledger again while it is away.
  auto activated = std::async(std::launch::async, [this, confirmation = Confirmation(*act)] {
    return city_->Send(confirmation, kPatience);
  });
  ExpectStops("ledger");
  Upgrade("ledger");
  EXPECT_OK(activated.get());

  // The other services have read the Confirm by now, or do so from the new ledger.
  const std::vector<std::string> others(kServices.begin() + 2, kServices.end());
  for (const std::string& service : others) {
    ExpectStops(service);
    Upgrade(service);
  }
  city_->AwaitReady();
  EXPECT_EQ(StoppedForTheVersion(), static_cast<int>(others.size()) + 1);
  EXPECT_OK(city_->Send(city_->RegistrationOf("carla")));
}

}  // namespace
}  // namespace votum::testing
