// Logs of a few records, signed by one administrator: at which size and time each is judged.

#include "clients/audit/race_check.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_matchers.h"
#include "clients/audit/auditor.h"
#include "clients/lib/signer.h"
#include "core/command/timestamps.h"
#include "crypto/checkpoint.h"
#include "crypto/hash.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/harness/people.h"
#include "tests/unit/core/fold/small_log.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum::audit {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace v1 = directory::v1;

constexpr char kOrigin[] = "votum.test.example/log";

class SmallLog {
 public:
  SmallLog() {
    v1::FoundDeployment found;
    found.set_deployment(kOrigin);
    found.set_body_name("Kleinstadt");
    found.set_administrator_id("anna");
    *found.mutable_administrator_name() = testing::About("anna", "Anna").ref;
    found.set_code_public_key(code_.public_key().spki_der());
    Add(&found, "", {&log_key_}, true);
    v1::EnrolKey enrol;
    enrol.set_code_key_id(code_.public_key().id());
    Add(&enrol, "anna", {&key_, &code_}, true);
  }

  // A record of anna that makes the organization `id`, judged at `judged_at`.
  void AddOrganization(const std::string& id, uint64_t judged_at) {
    v1::CreateOrganization create;
    create.set_organization_id(id);
    create.set_name(id);
    create.set_kind(v1::ORGANIZATION_KIND_COUNCIL);
    create.set_statutory_number(7);
    Add(&create, "anna", {&key_}, false);
    records_.back().set_judged_at(judged_at);
  }
  void Pass(absl::Duration duration) { time_ += duration; }
  // Sets the signer's view in all later commands.
  void See(uint64_t size) { seen_ = CheckpointOf(size); }
  void SeeAnotherLog(uint64_t size) {
    seen_ = CheckpointOf(size);
    seen_->root[0] ^= 1;
  }
  // Signed now, and recorded after `duration`.
  void AddLate(const std::string& id, absl::Duration duration) {
    AddOrganization(id, size());
    time_ += duration;
    *records_.back().mutable_time() = ToTimestamp(time_);
  }
  uint64_t size() const { return records_.size(); }

  // The faults that an audit finds.
  std::string Faults() const {
    std::string faults;
    Auditor auditor(log_key_verifier(), [&faults](const Finding& finding) {
      if (finding.kind == Finding::Kind::kFault) absl::StrAppend(&faults, finding.text, "\n");
    });
    for (size_t i = 0; i < records_.size(); ++i) auditor.AddEntry(i + 1, EntryOf(i));
    auditor.LeaveSealed();
    const uint64_t again = auditor.again();
    for (uint64_t i = 0; i < again; ++i) auditor.AddAgain(EntryOf(i).record);
    const auto signer = crypto::NoteSigner::Create(
        kOrigin,
        *crypto::PrivateKey::FromEd25519Seed(crypto::SecretBytes::CopyOf(std::string(32, 'l'))));
    auditor.Finish(*crypto::SignCheckpoint(CheckpointOf(size()), *signer));
    return faults;
  }

 private:
  void Add(google::protobuf::Message* command, const std::string& actor,
           std::vector<const crypto::Signer*> keys, bool public_key) {
    time_ += absl::Seconds(1);
    const auto signed_command =
        client::SignCommand({kOrigin, actor, std::move(keys), public_key, seen_}, time_, command);
    ASSERT_OK(signed_command);
    common::v1::Record record;
    record.set_index(size());
    *record.mutable_time() = ToTimestamp(time_);
    record.set_service("directory");
    record.set_payload_type(signed_command->payload_type());
    record.set_payload(signed_command->payload());
    *record.mutable_signatures() = signed_command->signatures();
    record.set_judged_at(size());
    records_.push_back(std::move(record));
  }

  ArchivedEntry EntryOf(size_t i) const {
    ArchivedEntry entry;
    entry.index = i;
    entry.salt = std::string(32, 's');
    entry.record = records_[i].SerializeAsString();
    const crypto::Digest leaf = crypto::Sha256({entry.salt, entry.record});
    entry.leaf = std::string(crypto::AsBytes(leaf));
    return entry;
  }
  crypto::Checkpoint CheckpointOf(uint64_t size) const {
    crypto::CompactTree tree;
    for (size_t i = 0; i < size; ++i) tree.Append(EntryOf(i).leaf);
    return {kOrigin, size, tree.Root(), {}};
  }
  crypto::NoteVerifier log_key_verifier() const {
    return *crypto::NoteVerifier::Create(kOrigin, log_key_.public_key());
  }
  static crypto::PrivateKey Key(char seed) {
    return *crypto::PrivateKey::FromEd25519Seed(crypto::SecretBytes::CopyOf(std::string(32, seed)));
  }

  const crypto::PrivateKey log_key_ = Key('l');
  const crypto::PrivateKey key_ = Key('a');
  const crypto::PrivateKey code_ = Key('c');
  absl::Time time_ = absl::FromUnixSeconds(1793534400);  // 2026-11-01T12:00:00Z
  std::optional<crypto::Checkpoint> seen_;
  std::vector<common::v1::Record> records_;
};

TEST(RaceCheckTest, WhoWasTooSlowIsNoFault) {
  SmallLog log;
  log.AddOrganization("rat", 2);
  log.AddOrganization("rat", 2);  // judged before the first one existed
  log.AddOrganization("ausschuss", 4);
  EXPECT_THAT(log.Faults(), IsEmpty());
}

TEST(RaceCheckTest, ARecordThatItsServiceSawWasVoidIsAFault) {
  SmallLog log;
  log.AddOrganization("rat", 2);
  log.AddOrganization("ausschuss", 3);
  log.AddOrganization("rat", 3);
  EXPECT_THAT(log.Faults(), HasSubstr("record 4 (CreateOrganization): its service found it good at "
                                      "size 3, where it was not"));
}

TEST(RaceCheckTest, ASizeThatTheLogDidNotHaveIsAFault) {
  SmallLog log;
  log.AddOrganization("rat", 2);
  log.AddOrganization("rat", 9);
  EXPECT_THAT(log.Faults(), HasSubstr("found it good at size 9, where it was not"));
}

TEST(RaceCheckTest, ACommandThatExpiredOnItsWayIsNoFault) {
  SmallLog log;
  log.AddLate("rat", absl::Hours(2));
  log.AddOrganization("ausschuss", 3);
  EXPECT_THAT(log.Faults(), IsEmpty());
  // It had no effect: the same organization can still be founded.
  log.AddOrganization("rat", 4);
  EXPECT_THAT(log.Faults(), IsEmpty());
}

TEST(RaceCheckTest, WhatASignerHasSeenMustBeTheBeginningOfTheLog) {
  SmallLog log;
  log.AddOrganization("rat", 2);
  log.See(2);
  log.AddOrganization("ausschuss", 3);
  EXPECT_THAT(log.Faults(), IsEmpty());
  log.SeeAnotherLog(3);
  log.AddOrganization("fraktion", 4);
  EXPECT_THAT(log.Faults(),
              HasSubstr("record 4: VIEW_FORKED: its signer, anna, has seen a log of 3"));
}

// An old program stops before a newer version, and still says what was wrong ahead of it.
TEST(RaceCheckTest, WhatIsVoidAheadOfANewerVersionIsJudgedAllTheSame) {
  votum::testing::SmallLog log;
  log.Register("carla");
  const uint64_t twice = log.Register("carla");  // its service saw the first
  const uint64_t activation = log.Activate(kProgramVersion + 1);
  log.Register("dora");
  std::string faults;
  Auditor auditor(
      *crypto::NoteVerifier::Create(votum::testing::kSmallDeployment, log.log_key()),
      [&faults](const Finding& finding) {
        if (finding.kind == Finding::Kind::kFault && absl::StartsWith(finding.text, "record"))
          absl::StrAppend(&faults, finding.text, "\n");
      });
  const auto entry_of = [&log](uint64_t index) {
    ArchivedEntry entry;
    entry.index = index;
    entry.salt = std::string(32, 's');
    entry.record = log.records()[index];
    const crypto::Digest leaf = crypto::Sha256({entry.salt, entry.record});
    entry.leaf = std::string(crypto::AsBytes(leaf));
    return entry;
  };
  for (uint64_t i = 0; i < log.records().size(); ++i) auditor.AddEntry(i + 1, entry_of(i));
  EXPECT_EQ(auditor.not_checkable_from(), activation + 1);
  const uint64_t again = auditor.again();
  EXPECT_EQ(again, twice);
  for (uint64_t i = 0; i < again; ++i) auditor.AddAgain(log.records()[i]);
  auditor.Finish("");
  EXPECT_EQ(faults,
            absl::StrCat("record ", twice, " (RegisterPerson): its service found it good at ",
                         "size ", twice, ", where it was not: PERSON_EXISTS: ",
                         "person carla exists; choose another id\n"));
}

}  // namespace
}  // namespace votum::audit
