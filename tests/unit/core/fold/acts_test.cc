// Acts of two persons: when they wait, when they take effect, and when they never do.
#include "core/fold/acts.h"

#include <algorithm>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "core/fold/fold.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/harness/people.h"
#include "tests/unit/core/fold/program.h"
#include "tests/unit/core/fold/small_log.h"
#include "votum/ideas/v1/ideas.pb.h"

namespace votum {
namespace {

namespace v1 = directory::v1;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Program;
using testing::SmallLog;

// The act whose record is at this index.
v1::Act ActAt(const Acts& acts, uint64_t record) {
  const std::vector<v1::Act> found = acts.List(v1::ACT_STATE_UNSPECIFIED, record, 1);
  EXPECT_THAT(found, ::testing::SizeIs(1));
  EXPECT_EQ(found.at(0).record(), record);
  return found.at(0);
}

std::string Subject(int number) { return absl::StrCat("subject-", 10000000 + number); }

v1::EraseSubjects Erase(const std::vector<int>& subjects) {
  v1::EraseSubjects erase;
  erase.set_legal_ground("Art. 17 (1) (a) GDPR");
  for (const int subject : subjects) erase.add_subjects(Subject(subject));
  return erase;
}

v1::ActivateVersion Activate(uint32_t version) {
  v1::ActivateVersion activate;
  activate.set_version(version);
  return activate;
}

// `person` contradicts the act that is record `record`.
v1::Contradict Contradiction(const std::string& person, uint64_t record) {
  v1::Contradict contradict;
  contradict.set_record(record);
  *contradict.mutable_reason() = testing::About(person, "It is not true").ref;
  return contradict;
}

// A small town with anna and bert (administrators), carla (clerk), petra (auditor) and emil (a
// person with a key and no office).
class ActsTest : public ::testing::Test {
 protected:
  ActsTest() {
    for (const char* person : {"carla", "petra", "emil"}) {
      log_.Register(person);
      log_.GiveKey(person, "bert");
    }
    Grant("carla", common::v1::OFFICE_CLERK);
    Grant("petra", common::v1::OFFICE_AUDITOR);
    SealSubjects();
    log_.Wait(directory::kKeySettles);
  }

  // Carla brings in ideas under the subjects 0 to 199.
  void SealSubjects() {
    ideas::v1::ImportIdeas import;
    import.set_source("workshop");
    for (int number = 0; number < 200; ++number) {
      ideas::v1::ImportedIdea& row = *import.add_ideas();
      row.set_import_key(absl::StrCat(number));
      row.mutable_content()->set_idea_id(absl::StrCat("idea-", number));
      row.mutable_content()->set_channel(ideas::v1::CHANNEL_WORKSHOP);
      row.mutable_content()->set_group(ideas::v1::SUBMITTER_GROUP_CITIZENS);
      const crypto::Salt salt = crypto::Sha256(Subject(number));
      *row.mutable_content()->mutable_text() = Seal(salt, Subject(number), "a bench").ref;
    }
    EXPECT_EQ(VoidReason(log_.Append("carla", std::move(import), "ideas")), std::nullopt);
  }

  void Grant(const std::string& person, common::v1::Office office) {
    v1::GrantOffice grant;
    grant.set_person_id(person);
    grant.set_office(office);
    log_.Append("anna", std::move(grant));
  }
  void Withdraw(const std::string& person, common::v1::Office office) {
    v1::WithdrawOffice withdraw;
    withdraw.set_person_id(person);
    withdraw.set_office(office);
    log_.Append("anna", std::move(withdraw));
  }

  // Folds what is new, and why the record at `index` is void.
  std::optional<Reason> VoidReason(uint64_t index) {
    EXPECT_OK(program_.FoldAll());
    return program_.VoidReason(index);
  }
  v1::Act Act(uint64_t index) const { return ActAt(program_.fold().world().acts(), index); }
  const directory::DirectoryMachine& directory() const {
    return program_.fold().world().directory();
  }
  std::vector<std::string> ErasedSubjects() const {
    std::vector<std::string> subjects;
    for (const auto& [number, subject] : directory().erased_subjects()) subjects.push_back(subject);
    return subjects;
  }

  SmallLog log_;
  Program program_{log_, 9};
};

TEST_F(ActsTest, AnActWaitsAndTakesEffectWithItsConfirmation) {
  const uint64_t act = log_.Append("carla", Erase({1, 2}));
  EXPECT_EQ(VoidReason(act), std::nullopt);
  EXPECT_EQ(Act(act).state(), v1::ACT_STATE_PENDING);
  EXPECT_EQ(Act(act).key_id(), log_.KeyOf("carla").public_key().id());
  EXPECT_FALSE(directory().IsErased(Subject(1)));
  EXPECT_THAT(directory().ListErasures(0, 10), IsEmpty());
  EXPECT_TRUE(program_.fold().reach_log().OwnReach(act).is_public()) << "as any EraseSubjects";

  log_.Wait(absl::Hours(3));
  const uint64_t confirmation = log_.Confirm("petra", {act});
  EXPECT_EQ(VoidReason(confirmation), std::nullopt);
  EXPECT_THAT(ErasedSubjects(), ElementsAre(Subject(1), Subject(2)));
  const v1::Erasure erasure = directory().ListErasures(0, 10).at(0);
  EXPECT_EQ(erasure.record(), act);
  EXPECT_EQ(erasure.actor_id(), "carla");
  EXPECT_EQ(erasure.confirmer_id(), "petra");
  EXPECT_EQ(erasure.confirm_record(), confirmation);
  EXPECT_EQ(erasure.confirm_time().seconds(), absl::ToUnixSeconds(log_.time()))
      << "the time is that of the confirmation";
  EXPECT_EQ(Act(act).state(), v1::ACT_STATE_CONFIRMED);
  EXPECT_EQ(Act(act).payload(), "") << "the record has it";
}

// Each case gives one act of carla, then a Confirm; why that is void.
TEST_F(ActsTest, AConfirmIsRefused) {
  const uint64_t grant = log_.Append("anna", v1::GrantOffice());  // void, and no act of two persons
  const auto confirm = [&](const std::string& person, std::vector<uint64_t> acts) {
    return VoidReason(log_.Confirm(person, acts));
  };
  int subject = 0;
  const auto act = [&] { return log_.Append("carla", Erase({++subject})); };

  EXPECT_EQ(confirm("bert", {}), Reason::kBadActs);
  EXPECT_EQ(confirm("bert", std::vector<uint64_t>(kMaxConfirmedActs + 1, act())), Reason::kBadActs);
  const uint64_t twice = act();
  EXPECT_EQ(confirm("bert", {twice, twice}), Reason::kBadActs);
  EXPECT_EQ(confirm("bert", {grant}), Reason::kNoSuchAct);
  EXPECT_EQ(confirm("carla", {act()}), Reason::kSamePerson);
  EXPECT_EQ(confirm("emil", {act()}), Reason::kOfficeMissing);
  EXPECT_EQ(confirm("carla", {log_.Append("anna", Activate(2))}), Reason::kOfficeMissing)
      << "each act says which office its second person needs";

  const uint64_t done = act();
  EXPECT_EQ(confirm("bert", {done}), std::nullopt);
  EXPECT_EQ(confirm("anna", {done}), Reason::kAlreadyConfirmed);

  v1::Confirm other = log_.ConfirmationOf({act()});
  other.mutable_acts(0)->mutable_digest()->front() ^= 1;
  EXPECT_EQ(VoidReason(log_.Append("bert", std::move(other))), Reason::kActDiffers);

  const uint64_t first = log_.Append("carla", Erase({99}));
  const uint64_t second = log_.Append("anna", Erase({99}));
  EXPECT_EQ(VoidReason(second), std::nullopt) << "it holds as long as the first one waits";
  EXPECT_EQ(confirm("bert", {first}), std::nullopt);
  EXPECT_EQ(confirm("bert", {second}), Reason::kAlreadyErased) << "it is checked again";
}

TEST_F(ActsTest, AnActLapsesAfterADay) {
  const uint64_t act = log_.Append("carla", Erase({1}));
  log_.Wait(kActLapse - absl::Seconds(1));  // a record takes the last second
  const uint64_t late = log_.Append("carla", Erase({2}));
  EXPECT_EQ(VoidReason(late), std::nullopt);
  const Envelope in_time = log_.Open("bert", log_.ConfirmationOf({act}));
  EXPECT_OK(program_.fold().Check(in_time, log_.time()));
  EXPECT_EQ(VoidReason(log_.Confirm("bert", {act})), Reason::kActLapsed);
  EXPECT_EQ(VoidReason(log_.Confirm("bert", {late})), std::nullopt);
}

TEST_F(ActsTest, WhoeverLostOfficeOrKeyActsNoMore) {
  const uint64_t act = log_.Append("carla", Erase({1}));
  Withdraw("carla", common::v1::OFFICE_CLERK);
  EXPECT_EQ(VoidReason(log_.Confirm("bert", {act})), Reason::kOfficeMissing);
  Grant("carla", common::v1::OFFICE_CLERK);
  EXPECT_OK(program_.FoldAll());
  EXPECT_OK(program_.fold().Check(log_.Open("bert", log_.ConfirmationOf({act})), log_.time()));
  v1::RevokeKey revoke;
  revoke.set_key_id(log_.KeyOf("carla").public_key().id());
  *revoke.mutable_reason() = testing::About("carla", "stolen").ref;
  log_.Append("anna", std::move(revoke));
  EXPECT_EQ(VoidReason(log_.Confirm("bert", {act})), Reason::kKeyRevoked)
      << "a thief may have signed the act";
}

TEST_F(ActsTest, ARefusalNamesTheRecord) {
  const uint64_t good = log_.Append("carla", Erase({1}));
  const uint64_t bad = log_.Append("anna", Erase({2}));
  ASSERT_OK(program_.FoldAll());
  const absl::Status status =
      program_.fold().Check(log_.Open("anna", log_.ConfirmationOf({good, bad})), log_.time());
  EXPECT_THAT(status, IsRefused(Reason::kSamePerson));
  EXPECT_THAT(std::string(status.message()), HasSubstr(absl::StrCat("record ", bad)));
}

TEST_F(ActsTest, TheVersionIsInForceFromTheNextRecordOn) {
  // The second act is judged by the version in force at the Confirm, and by the state that the
  // first one leaves.
  const uint64_t two = log_.Append("anna", Activate(2));
  const uint64_t three = log_.Append("anna", Activate(3));
  EXPECT_EQ(VoidReason(log_.Confirm("bert", {three, two})), Reason::kBadVersion);
  EXPECT_EQ(directory().version(), 1u);
  EXPECT_EQ(VoidReason(log_.Confirm("bert", {two, three})), std::nullopt);
  EXPECT_EQ(directory().version(), 3u);
}

// Random erasures, and random Confirms of several of them, against sets: a Confirm holds if no
// subject would be erased twice and no act confirmed twice; else nothing at all is changed.
TEST_F(ActsTest, AConfirmCarriesOutAllActsOrNone) {
  std::mt19937 random(20261129);  // NOLINT: the same numbers in every run
  const auto below = [&](size_t n) { return static_cast<size_t>(random() % n); };
  std::vector<std::pair<uint64_t, std::vector<int>>> acts;
  std::set<std::string> erased;
  std::set<uint64_t> confirmed;
  int held = 0;
  int refused = 0;
  for (int step = 0; step < 120; ++step) {
    std::set<int> subjects;
    for (size_t i = 0; i <= below(3); ++i) subjects.insert(static_cast<int>(below(200)));
    const uint64_t act = log_.Append("carla", Erase({subjects.begin(), subjects.end()}));
    if (VoidReason(act) == std::nullopt)
      acts.emplace_back(act, std::vector<int>(subjects.begin(), subjects.end()));

    std::vector<uint64_t> chosen;
    std::set<std::string> erased_then = erased;
    bool holds = true;
    const size_t count = 1 + below(3);
    for (size_t i = 0; i < count; ++i) {
      const auto& [record, named] = acts[below(acts.size())];
      holds &= confirmed.count(record) == 0 &&
               std::find(chosen.begin(), chosen.end(), record) == chosen.end();
      chosen.push_back(record);
      for (const int subject : named) holds &= erased_then.insert(Subject(subject)).second;
    }
    const crypto::Digest before = program_.fold().StateDigest(Domain::kDirectory);
    const std::optional<Reason> reason = VoidReason(log_.Confirm("bert", chosen));
    ASSERT_EQ(reason == std::nullopt, holds) << "step " << step;
    if (holds) {
      erased = erased_then;
      confirmed.insert(chosen.begin(), chosen.end());
    } else {
      EXPECT_EQ(program_.fold().StateDigest(Domain::kDirectory), before);
    }
    ++(holds ? held : refused);
    const std::vector<std::string> now = ErasedSubjects();
    EXPECT_EQ(std::set<std::string>(now.begin(), now.end()), erased);
    EXPECT_EQ(now.size(), erased.size()) << "none twice";
  }
  EXPECT_GT(held, 10);
  EXPECT_GT(refused, 10);
}

TEST_F(ActsTest, AHandleKeepsItsStateAndASnapshotIsTheState) {
  const uint64_t act = log_.Append("carla", Erase({1}));
  ASSERT_EQ(VoidReason(act), std::nullopt);
  const ActsState then = program_.fold().world().acts().state();
  const crypto::Digest digest = DigestOf(then);
  ASSERT_EQ(VoidReason(log_.Confirm("bert", {act})), std::nullopt);
  const ActsState& now = program_.fold().world().acts().state();
  EXPECT_EQ(then.acts.Find(act)->act.state(), v1::ACT_STATE_PENDING);
  EXPECT_EQ(now.acts.Find(act)->act.state(), v1::ACT_STATE_CONFIRMED);
  EXPECT_EQ(DigestOf(then), digest);
  EXPECT_THAT(Differences(then, now), ::testing::StartsWith("acts["));
  ActsState restored;
  ASSERT_TRUE(Decode(Encode(now), restored));
  EXPECT_EQ(Differences(restored, now), "");
  EXPECT_EQ(DigestOf(restored), DigestOf(now));
}

TEST_F(ActsTest, AreListedByRecordAndState) {
  std::vector<uint64_t> records;
  for (int subject = 0; subject < 4; ++subject)
    records.push_back(log_.Append("carla", Erase({subject})));
  log_.Confirm("bert", {records[1]});
  ASSERT_OK(program_.FoldAll());
  const auto list = [&](v1::ActState state, uint64_t from, size_t limit) {
    std::vector<uint64_t> found;
    for (const v1::Act& act : program_.fold().world().acts().List(state, from, limit))
      found.push_back(act.record());
    return found;
  };
  EXPECT_EQ(list(v1::ACT_STATE_UNSPECIFIED, 0, 10), records);
  EXPECT_THAT(list(v1::ACT_STATE_PENDING, 0, 2), ElementsAre(records[0], records[2]));
  EXPECT_THAT(list(v1::ACT_STATE_PENDING, records[2] + 1, 2), ElementsAre(records[3]));
  EXPECT_THAT(list(v1::ACT_STATE_CONFIRMED, 0, 10), ElementsAre(records[1]));
}

TEST_F(ActsTest, NobodyContradictsWhatConcernsThemNot) {
  const uint64_t act = log_.Append("carla", Erase({1}));
  EXPECT_EQ(VoidReason(log_.Append("emil", Contradiction("emil", act))), Reason::kNotConcerned);
  EXPECT_EQ(VoidReason(log_.Append("emil", Contradiction("emil", 0))), Reason::kNoSuchAct);
  EXPECT_EQ(VoidReason(log_.Append("emil", v1::Contradict())), Reason::kBadAttachment);
  EXPECT_EQ(VoidReason(log_.Append("emil", Contradiction("anna", act))), Reason::kBadAttachment)
      << "one's reason is sealed under one's own subject";
}

// No command concerns a person yet; these acts withdraw an office, as a declaration with
// `concerned: "person_id"` would have it.
class ConcernedTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const CommandType* const withdraw =
        FindCommandType("application/vnd.votum.directory.v1.WithdrawOffice+protobuf");
    ASSERT_NE(withdraw, nullptr);
    options_ = *withdraw->options;
    options_.add_second(common::v1::OFFICE_ADMINISTRATOR);
    options_.set_concerned("person_id");
    type_.emplace(*withdraw);
    type_->options = &options_;
    log_.Register("carla");
    v1::GrantOffice grant;
    grant.set_person_id("carla");
    grant.set_office(common::v1::OFFICE_CLERK);
    log_.Append("anna", std::move(grant));
    for (const std::string& record : log_.records()) {
      const auto opened = OpenRecord(record);
      ASSERT_TRUE(opened.has_value() && opened->envelope.ok());
      const Envelope& envelope = *opened->envelope;
      envelope.type->apply(world_, ContextOf(envelope), *envelope.command);
      ++next_;
    }
  }

  CommandContext ContextOf(const Envelope& envelope) const {
    CommandContext context;
    context.index = next_;
    context.time = now_;
    context.actor = envelope.header().actor();
    context.key_id = envelope.signatures[0].key_id();
    return context;
  }

  // Anna withdraws carla's office; the act's record.
  uint64_t Withdraw() {
    v1::WithdrawOffice withdraw;
    withdraw.set_person_id("carla");
    withdraw.set_office(common::v1::OFFICE_CLERK);
    Envelope envelope = log_.Open("anna", std::move(withdraw));
    envelope.type = &*type_;
    world_.mutable_acts().Add(ContextOf(envelope), envelope,
                              CommandDigest(envelope.payload_type(), envelope.payload));
    return next_++;
  }

  template <typename Command>
  absl::Status Do(const std::string& actor, const Command& command) {
    CommandContext context;
    context.index = next_;
    context.time = now_;
    context.actor = actor;
    const absl::Status status = world_.acts().Check(context, command);
    if (!status.ok()) return status;
    world_.mutable_acts().Apply(context, command);
    ++next_;
    return status;
  }
  v1::Confirm ConfirmationOf(uint64_t record) const {
    v1::Confirm confirm;
    confirm.add_acts()->set_record(record);
    confirm.mutable_acts(0)->set_digest(ActAt(world_.acts(), record).digest());
    return confirm;
  }
  bool IsClerk() const { return world_.directory().HasOffice("carla", common::v1::OFFICE_CLERK); }

  std::optional<CommandType> type_;
  common::v1::CommandOptions options_;
  SmallLog log_;
  World world_;
  uint64_t next_ = 0;
  absl::Time now_ = absl::FromUnixSeconds(1793534400);
};

TEST_F(ConcernedTest, AContradictionBlocksAPendingActForGood) {
  const uint64_t act = Withdraw();
  EXPECT_EQ(ActAt(world_.acts(), act).concerned_id(), "carla");
  EXPECT_THAT(Do("anna", Contradiction("anna", act)), IsRefused(Reason::kNotConcerned));
  ASSERT_OK(Do("carla", Contradiction("carla", act)));
  EXPECT_EQ(ActAt(world_.acts(), act).state(), v1::ACT_STATE_BLOCKED);
  EXPECT_EQ(world_.acts().PendingCommand(act), nullptr);
  EXPECT_THAT(Do("bert", ConfirmationOf(act)), IsRefused(Reason::kActBlocked));
  EXPECT_THAT(Do("carla", Contradiction("carla", act)), IsRefused(Reason::kAlreadyContradicted));
  EXPECT_TRUE(IsClerk());
}

TEST_F(ConcernedTest, AContradictionFlagsAnActThatIsInEffect) {
  const uint64_t act = Withdraw();
  ASSERT_OK(Do("bert", ConfirmationOf(act)));
  EXPECT_FALSE(IsClerk());
  now_ += absl::Hours(24 * 365);
  const uint64_t contradiction = next_;
  ASSERT_OK(Do("carla", Contradiction("carla", act)));
  EXPECT_EQ(ActAt(world_.acts(), act).state(), v1::ACT_STATE_CONFIRMED);
  EXPECT_EQ(ActAt(world_.acts(), act).contradict_record(), contradiction);
  EXPECT_FALSE(IsClerk()) << "it stays in effect";
  EXPECT_THAT(Do("carla", Contradiction("carla", act)), IsRefused(Reason::kAlreadyContradicted));
}

TEST_F(ConcernedTest, ALapsedActNeedsNoContradiction) {
  const uint64_t act = Withdraw();
  now_ += kActLapse + absl::Microseconds(1);
  EXPECT_THAT(Do("carla", Contradiction("carla", act)), IsRefused(Reason::kActLapsed));
  EXPECT_THAT(Do("bert", ConfirmationOf(act)), IsRefused(Reason::kActLapsed));
}

}  // namespace
}  // namespace votum
