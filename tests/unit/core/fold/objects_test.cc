// Which objects a command concerns, and their histories.
#include "core/fold/objects.h"

#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "base/status_matchers.h"
#include "core/fold/command_table.h"
#include "core/fold/envelope.h"
#include "core/table_proof.h"
#include "crypto/hash.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/harness/people.h"
#include "tests/unit/core/fold/program.h"
#include "tests/unit/core/fold/small_log.h"
#include "votum/decisions/v1/decisions.pb.h"
#include "votum/ideas/v1/ideas.pb.h"
#include "votum/meetings/v1/agenda.pb.h"
#include "votum/meetings/v1/proceedings.pb.h"
#include "votum/projects/v1/projects.pb.h"

namespace votum {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Program;
using testing::SmallLog;
namespace dv1 = directory::v1;

void AddIds(const Descriptor* type, std::set<const Descriptor*>* seen, std::set<std::string>* ids) {
  if (type == nullptr || type == common::v1::CommandHeader::descriptor() ||
      !seen->insert(type).second)
    return;
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    AddIds(field->message_type(), seen, ids);
    const bool id = absl::EndsWith(field->name(), "_id") || absl::EndsWith(field->name(), "_ids");
    if (id && field->type() == FieldDescriptor::TYPE_STRING) ids->insert(field->name());
  }
}

TEST(Objects, EachIdOfACommandHasARow) {
  std::set<const Descriptor*> seen;
  std::set<std::string> ids;
  for (const CommandType& type : CommandTable())
    AddIds(type.prototype->GetDescriptor(), &seen, &ids);
  EXPECT_GT(ids.size(), 30u);
  for (const std::string& id : ids)
    EXPECT_NE(KindNamedBy(id), std::nullopt) << id << ": give it a row in core/fold/objects.cc";
}

TEST(Objects, AHistoryIsAChainOfItsRecords) {
  const ObjectHistory none = HistoryOf({});
  EXPECT_EQ(none.last, 0u);
  EXPECT_THAT(none.records, IsEmpty());
  const std::string nothing(32, '\0');
  const crypto::Digest first = crypto::Sha256({nothing, absl::string_view("\0\0\0\0\0\0\0\5", 8)});
  const crypto::Digest second =
      crypto::Sha256({crypto::AsBytes(first), absl::string_view("\0\0\0\0\0\0\1\0", 8)});
  EXPECT_EQ(HistoryOf({5, 256}).records, crypto::AsBytes(second));
  EXPECT_EQ(HistoryOf({5, 256}).last, 256u);
  EXPECT_NE(HistoryOf({256, 5}).records, HistoryOf({5, 256}).records);
}

template <typename Command>
std::vector<std::string> NamedBy(Command command) {
  return ObjectsNamedBy(SmallLog().Open("anna", std::move(command)));
}

TEST(Objects, AreNamedByFieldsAtAnyDepth) {
  decisions::v1::DraftDecision draft;
  draft.set_decision_id("d-2");
  draft.set_vote_event_id("v");
  EXPECT_THAT(NamedBy(draft), ElementsAre("decision/d-2", "vote/v"));
  draft.set_decides_anew_id("d-1");
  EXPECT_THAT(NamedBy(draft), ElementsAre("decision/d-1", "decision/d-2", "vote/v"));

  meetings::v1::CallItemAgain again;
  again.set_meeting_id("m");
  again.set_item_id("i");
  again.set_postponed_meeting_id("earlier");
  again.set_postponed_item_id("i");
  EXPECT_THAT(NamedBy(again), ElementsAre("item/i", "meeting/earlier", "meeting/m"));

  meetings::v1::PublishAgenda agenda;
  agenda.set_meeting_id("m");
  agenda.add_items()->set_item_id("i-2");
  agenda.add_items()->set_item_id("i-1");
  agenda.mutable_items(1)->set_proposal_id("p");
  EXPECT_THAT(NamedBy(agenda), ElementsAre("item/i-1", "item/i-2", "meeting/m", "proposal/p"));

  projects::v1::StartProject start;
  start.set_project_id("p");
  start.set_decision_id("d");
  start.set_template_id("no object");
  start.mutable_charter()->set_lead_id("lea");
  start.add_roles()->set_person_id("rolf");
  EXPECT_THAT(NamedBy(start), ElementsAre("decision/d", "person/lea", "person/rolf", "project/p"));
}

TEST(Objects, IdeasAndRoundsAreLeftOut) {
  ideas::v1::OpenRound open;
  open.set_round_id("r");
  open.add_idea_ids("i");
  open.add_groups()->set_organization_id("rat");
  EXPECT_THAT(NamedBy(open), ElementsAre("organization/rat"));
}

// The log of the town, and its histories.
class HistoriesTest : public ::testing::Test {
 protected:
  ObjectHistory Of(const std::string& object) {
    EXPECT_OK(program_.FoldAll());
    const ObjectHistory* found =
        program_.fold().world().attestations().state().objects.Find(object);
    return found == nullptr ? ObjectHistory() : *found;
  }
  // That of `object` is what it was in `before`, and these records.
  void ExpectMore(const std::string& object, ObjectHistory before,
                  const std::vector<uint64_t>& records) {
    for (const uint64_t record : records) before.Add(record);
    EXPECT_TRUE(Equal(Of(object), before)) << object;
  }

  SmallLog log_;
  Program program_{log_};
};

TEST_F(HistoriesTest, AnEnrolledKeyIsAnObject) {
  const std::string key = "key/" + log_.KeyOf("bert").public_key().id();
  ASSERT_NE(Of(key).last, 0u) << "enrolled and confirmed";
  log_.Register("mia");
  const ObjectHistory before = Of("person/mia");
  EXPECT_EQ(before.last, log_.records().size() - 1);
  const uint64_t code = log_.records().size();
  log_.GiveKey("mia", "bert");
  ExpectMore("person/mia", before, {code, code + 1});
  ExpectMore("key/" + log_.KeyOf("mia").public_key().id(), {}, {code + 1, code + 2});
}

TEST_F(HistoriesTest, AnActConcernsItsObjectsAgainWhenItIsConfirmedAndContradicted) {
  log_.Register("mia");
  log_.GiveKey("mia", "bert");
  log_.Wait(directory::kKeySettles);
  const ObjectHistory before = Of("person/mia");
  dv1::GrantOffice grant;
  grant.set_person_id("mia");
  grant.set_office(common::v1::OFFICE_CLERK);
  const uint64_t act = log_.AppendSigned(log_.Sign("anna", &grant));
  ExpectMore("person/mia", before, {act});
  const uint64_t confirmed = log_.Confirm("bert", {act});
  ExpectMore("person/mia", before, {act, confirmed});
  dv1::Contradict contradict;
  contradict.set_record(act);
  *contradict.mutable_reason() = testing::About("mia", "I never asked for it").ref;
  const uint64_t contradicted = log_.Append("mia", std::move(contradict));
  ExpectMore("person/mia", before, {act, confirmed, contradicted});
  EXPECT_EQ(program_.VoidReason(contradicted), std::nullopt);
}

TEST_F(HistoriesTest, VoidRecordsAndThoseThatNotEverybodySeesHaveNoPart) {
  log_.Register("mia");
  const crypto::Digest before = [&] {
    EXPECT_OK(program_.FoldAll());
    return program_.fold().world().attestations().state().objects.Digest();
  }();
  const uint64_t again = log_.Register("mia");
  ideas::v1::RecordIdea idea;  // of an office
  const uint64_t office = log_.Append("anna", std::move(idea), "ideas");
  EXPECT_OK(program_.FoldAll());
  EXPECT_NE(program_.VoidReason(again), std::nullopt);
  EXPECT_FALSE(program_.fold().reach_log().OwnReach(office).is_public());
  EXPECT_EQ(program_.fold().world().attestations().state().objects.Digest(), before);
}

}  // namespace
}  // namespace votum
