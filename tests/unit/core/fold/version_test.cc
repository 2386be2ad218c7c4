// A log that knows its version, before old and new programs.
#include "core/fold/version.h"

#include <optional>
#include <string>

#include "base/refusal.h"
#include "base/status_matchers.h"
#include "core/command/payload_type.h"
#include "core/fold/audit_view.h"
#include "core/fold/fold.h"
#include "crypto/random.h"
#include "gtest/gtest.h"
#include "tests/harness/people.h"
#include "tests/unit/core/fold/program.h"
#include "tests/unit/core/fold/small_log.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/projects/v1/attestations.pb.h"

namespace votum {
namespace {

using testing::NewPerson;
using testing::Program;
using testing::SmallLog;

// A command that only a newer program can write: RegisterPerson with a field that nobody knows yet.
std::string PayloadWithUnknownField() {
  directory::v1::RegisterPerson person;
  person.mutable_header()->set_command_id(crypto::NewUuid());
  person.mutable_header()->set_actor("anna");
  person.set_person_id("carla");
  person.GetReflection()->MutableUnknownFields(&person)->AddVarint(999, 1);
  return person.SerializeAsString();
}

TEST(LogVersion, BeginsAtOneAndIsRaisedFromTheNextRecordOn) {
  SmallLog log;
  log.Activate(2);
  Program program(log, 2);
  ASSERT_OK(program.FoldAll());
  EXPECT_TRUE(program.fold().void_records().empty());
  EXPECT_EQ(program.fold().world().directory().version(), 2u);
  EXPECT_EQ(program.fold().world().directory().GetBody().version(), 2u);
  log.Register("carla");
  EXPECT_OK(program.FoldAll());
}

TEST(LogVersion, AnOldProgramFoldsAsFarAsTheActivationAndNoFurther) {
  SmallLog log;
  const uint64_t activation = log.Activate(2);
  Program old(log, 1);
  ASSERT_OK(old.FoldAll()) << "the confirmation itself belongs to the version before it";
  EXPECT_FALSE(old.VoidReason(activation).has_value());
  EXPECT_THAT(old.fold().CheckNotNewer(), IsRefused(Reason::kNewerLog));

  const crypto::Digest before = old.fold().StateDigest(Domain::kDirectory);
  log.Register("carla");
  EXPECT_THAT(old.FoldAll(), IsRefused(Reason::kNewerLog));
  EXPECT_EQ(old.fold().next_index(), activation + 1) << "nothing is judged";
  EXPECT_EQ(old.fold().StateDigest(Domain::kDirectory), before) << "and nothing is changed";
}

TEST(LogVersion, AnOldProgramTakesNoCommandForANewerLog) {
  SmallLog log;
  log.Activate(2);
  Program old(log, 1);
  ASSERT_OK(old.FoldAll());
  EXPECT_THAT(old.fold().Check(log.Open("anna", NewPerson("carla")), log.time()),
              IsRefused(Reason::kNewerLog));
}

TEST(LogVersion, AServiceDoesNotLetInAVersionThatItsProgramDoesNotKnow) {
  SmallLog log;
  directory::v1::ActivateVersion activate;
  activate.set_version(3);
  const Envelope activation = log.Open("anna", directory::v1::ActivateVersion(activate));
  const World empty;
  EXPECT_THAT(CheckIsKnown(empty.acts(), activation, 2), IsRefused(Reason::kVersionUnknown));
  EXPECT_OK(CheckIsKnown(empty.acts(), activation, 3));

  // A newer program may have let it in. The fold does not ask, and the act waits; but no older
  // program lets in what would stop it.
  const uint64_t act = log.Append("anna", std::move(activate));
  Program program(log, 2);
  ASSERT_OK(program.FoldAll());
  const Envelope confirmation = log.Open("bert", log.ConfirmationOf({act}));
  EXPECT_OK(program.fold().Check(confirmation, log.time()));
  const Acts& acts = program.fold().world().acts();
  EXPECT_THAT(CheckIsKnown(acts, confirmation, 2), IsRefused(Reason::kVersionUnknown));
  EXPECT_OK(CheckIsKnown(acts, confirmation, 3));
}

// A program of the layout would find it void, which no race explains, where this one cannot compare.
TEST(LogVersion, AnAttestationInAnotherLayoutIsNotLetIn) {
  SmallLog log;
  projects::v1::AttestState attest;
  attest.set_layout(kStateLayout);
  const World world;
  EXPECT_OK(CheckIsKnown(world.acts(), log.Open("anna", projects::v1::AttestState(attest)), 1));
  attest.set_layout(kStateLayout + 1);
  EXPECT_THAT(CheckIsKnown(world.acts(), log.Open("anna", std::move(attest)), 1),
              IsRefused(Reason::kVersionUnknown));
}

TEST(LogVersion, UnknownThingsAreVoidAndAFaultWhileTheVersionIsKnown) {
  SmallLog log;
  const uint64_t type =
      log.AppendBytes("anna", "application/vnd.votum.directory.v1.Teleport+protobuf", "");
  const std::string known = PayloadType(directory::v1::RegisterPerson::descriptor());
  const uint64_t field = log.AppendBytes("anna", known, PayloadWithUnknownField());
  directory::v1::GrantOffice grant;
  grant.set_person_id("anna");
  grant.set_office(static_cast<common::v1::Office>(99));
  const uint64_t value = log.AppendSigned(log.Sign("anna", &grant));
  Program program(log);
  ASSERT_OK(program.FoldAll());
  EXPECT_EQ(program.VoidReason(type), Reason::kUnknownCommand);
  EXPECT_EQ(program.VoidReason(field), Reason::kUnknownField);
  EXPECT_EQ(program.VoidReason(value), Reason::kUnknownValue);
  for (const auto& [index, reason] : program.fold().void_records())
    EXPECT_TRUE(IsIntegrityFault(program.fold().WhyVoid(index))) << reason;
}

// Whatever else parses as the same record would be a second leaf for it, with room for what no
// reader is shown.
TEST(LogVersion, ARecordHasOneForm) {
  SmallLog log;
  const std::string good = log.records().back();
  ASSERT_OK(OpenRecord(good)->envelope);
  common::v1::Record record;
  ASSERT_TRUE(record.ParseFromString(good));
  common::v1::Record index;
  index.set_index(record.index());
  common::v1::Record without = record;
  without.clear_index();
  const std::string doubled = index.SerializeAsString() + good;
  const std::string moved = without.SerializeAsString() + index.SerializeAsString();
  const std::string overlong = std::string("\x08\x81\x80\x00", 4) + without.SerializeAsString();
  for (const std::string& other : {doubled, moved, overlong}) {
    const auto opened = OpenRecord(other);
    ASSERT_TRUE(opened.has_value());
    EXPECT_THAT(opened->envelope, IsRefused(Reason::kBadCommand));
    EXPECT_TRUE(IsIntegrityFault(opened->envelope.status()));
  }
}

TEST(LogVersion, UnknownThingsOfANewerVersionAreNotJudged) {
  SmallLog log;
  const uint64_t activation = log.Activate(2);
  log.AppendBytes("anna", "application/vnd.votum.directory.v1.Teleport+protobuf", "");
  Program old(log, 1);
  EXPECT_THAT(old.FoldAll(), IsRefused(Reason::kNewerLog));
  EXPECT_EQ(old.fold().next_index(), activation + 1);
  EXPECT_TRUE(old.fold().void_records().empty());
}

TEST(LogVersion, TwoAdministratorsRaiseIt) {
  SmallLog log;
  directory::v1::ActivateVersion activate;
  activate.set_version(1);
  const uint64_t no_later = log.Append("anna", std::move(activate));
  activate.Clear();
  activate.set_version(2);
  const uint64_t act = log.Append("anna", std::move(activate));
  const uint64_t same_person = log.Confirm("anna", {act});
  Program program(log, 3);
  ASSERT_OK(program.FoldAll());
  EXPECT_EQ(program.VoidReason(no_later), Reason::kBadVersion);
  EXPECT_EQ(program.VoidReason(act), std::nullopt);
  EXPECT_EQ(program.VoidReason(same_person), Reason::kSamePerson);
  EXPECT_EQ(program.fold().world().directory().version(), 1u) << "it waits for the second";
  log.Confirm("bert", {act});
  ASSERT_OK(program.FoldAll());
  EXPECT_EQ(program.fold().world().directory().version(), 2u);
}

TEST(LogVersion, ACommandIsGivenFromItsFirstToItsLastVersion) {
  CommandType type = CommandTable().front();
  EXPECT_OK(CheckVersion(type, 1));
  common::v1::CommandOptions options = *type.options;
  options.set_since(2);
  options.set_until(3);
  type.options = &options;
  EXPECT_THAT(CheckVersion(type, 1), IsRefused(Reason::kVersionNotActive));
  EXPECT_OK(CheckVersion(type, 2));
  EXPECT_OK(CheckVersion(type, 3));
  EXPECT_THAT(CheckVersion(type, 4), IsRefused(Reason::kCommandRetired));
  EXPECT_TRUE(IsIntegrityFault(CheckVersion(type, 1))) << "no honest service let it in";
  EXPECT_FALSE(IsIntegrityFault(CheckVersion(type, 4))) << "it may have come a record too late";
}

TEST(LogVersion, NoCommandNeedsAVersionThatThisProgramDoesNotKnow) {
  for (const CommandType& type : CommandTable()) {
    EXPECT_GE(type.Since(), 1u) << type.name;
    EXPECT_LE(type.Since(), kProgramVersion) << type.name;
    EXPECT_LE(type.Since(), type.Until()) << type.name;
  }
}

}  // namespace
}  // namespace votum
