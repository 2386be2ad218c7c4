// The directory's reads.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/directory/service.h"
#include "tests/harness/people.h"
#include "tests/unit/core/fold/small_log.h"
#include "tests/unit/core/meetings/recorded_council.h"
#include "tests/unit/services/runtime/served.h"

namespace votum::directory {
namespace {

using ::testing::ElementsAre;
using Stub = v1::DirectoryService::Stub;

void Create(testing::SmallLog& log, const std::string& id, v1::OrganizationKind kind) {
  v1::CreateOrganization organization;
  organization.set_organization_id(id);
  organization.set_name("Name");
  organization.set_kind(kind);
  organization.set_statutory_number(kind == v1::ORGANIZATION_KIND_FACTION ? 0 : 2);
  log.Append("anna", std::move(organization));
}

void Join(testing::SmallLog& log, const std::string& person, const std::string& organization) {
  v1::AddMembership membership;
  membership.set_membership_id(organization + "-" + person);
  membership.set_person_id(person);
  membership.set_organization_id(organization);
  membership.set_role(v1::MEMBERSHIP_ROLE_MEMBER);
  membership.set_voting_right(true);
  // Bert, who confirms for Anna, does not confirm what concerns him.
  if (person == "bert") {
    log.Confirm("petra", {log.AppendSigned(log.Sign("anna", &membership))});
  } else {
    log.Append("anna", std::move(membership));
  }
}

// Anna and bert, administrators; mia in council and faction; petra, auditor; zoe, who has a key and
// belongs to nothing.
testing::SmallLog& Town(testing::SmallLog& log) {
  Create(log, "rat", v1::ORGANIZATION_KIND_COUNCIL);
  Create(log, "blau", v1::ORGANIZATION_KIND_FACTION);
  for (const char* id : {"mia", "zoe"}) {
    log.Register(id);
    log.GiveKey(id, "bert");
  }
  meetings::AddAuditor(log);
  Join(log, "mia", "rat");
  Join(log, "bert", "rat");
  Join(log, "mia", "blau");
  return log;
}

class DirectoryReads : public ::testing::Test {
 protected:
  testing::SmallLog log_;
  testing::Served<v1::DirectoryService, DirectoryServiceImpl> served_{Domain::kDirectory,
                                                                      Town(log_)};
};

TEST_F(DirectoryReads, WantASoundSessionAndWaitForNothing) {
  served_.ExpectGuarded(&Stub::GetBody, &Stub::GetPerson, &Stub::GetOrganization,
                        &Stub::ListPersons, &Stub::ListOrganizations, &Stub::ListMemberships,
                        &Stub::ListKeys, &Stub::ListErasures, &Stub::ListActs);
}

TEST_F(DirectoryReads, GetPersonShowsEverybodyTheOffices) {
  v1::GetPersonRequest request;
  request.set_person_id("bert");
  for (const char* reader : {"", "zoe", "mia", "petra"}) {
    const auto answer = served_.Ask(&Stub::GetPerson, reader, request);
    ASSERT_OK(answer);
    EXPECT_EQ(answer->person().id(), "bert");
    EXPECT_THAT(answer->person().offices(), ElementsAre(common::v1::OFFICE_ADMINISTRATOR));
  }
  request.set_person_id("niemand");
  EXPECT_THAT(served_.Ask(&Stub::GetPerson, "", request), IsRefused(Reason::kNoSuchPerson));
}

TEST_F(DirectoryReads, NamesAreShownWhereTheLedgerHasThem) {
  served_.Keep(testing::About("mia", "Name").attachment);
  const auto answer = served_.Ask(&Stub::ListPersons, "", v1::ListPersonsRequest());
  ASSERT_OK(answer);
  for (const v1::Person& person : answer->persons()) {
    EXPECT_EQ(person.name(), person.id() == "mia" ? "Name" : "") << person.id();
    EXPECT_TRUE(person.has_sealed_name()) << person.id();
  }
}

TEST_F(DirectoryReads, ANameThatIsErasedDuringTheReadIsShownAsErased) {
  const common::v1::Attachment name = testing::About("mia", "Mia Muster").attachment;
  served_.Keep(name);
  served_.Keep(testing::About("zoe", "Name").attachment);
  served_.EraseMeanwhile(name, [&] {
    v1::EraseSubjects erase;
    erase.set_legal_ground("Art. 17 (1) (a) GDPR");
    erase.add_subjects(name.subject());
    log_.Confirm("bert", {log_.Append("anna", std::move(erase))});
  });
  const auto answer = served_.Ask(&Stub::ListPersons, "", v1::ListPersonsRequest());
  ASSERT_OK(answer);
  ASSERT_EQ(answer->persons_size(), 5) << "each once";
  for (const v1::Person& person : answer->persons()) {
    EXPECT_EQ(person.erased(), person.id() == "mia") << person.id();
    EXPECT_EQ(person.name(), person.id() == "zoe" ? "Name" : "") << person.id();
  }
}

TEST_F(DirectoryReads, AnErasedNameIsNotShownEvenBeforeItIsDestroyed) {
  const common::v1::Attachment name = testing::About("mia", "Name").attachment;
  served_.Keep(name);
  v1::EraseSubjects erase;
  erase.set_legal_ground("Art. 17 (1) (a) GDPR");
  erase.add_subjects(name.subject());
  log_.Confirm("bert", {log_.Append("anna", std::move(erase))});
  served_.Follow();
  v1::GetPersonRequest request;
  request.set_person_id("mia");
  const auto answer = served_.Ask(&Stub::GetPerson, "bert", request);
  ASSERT_OK(answer);
  EXPECT_TRUE(answer->person().erased());
  EXPECT_EQ(answer->person().name(), "");
}

TEST_F(DirectoryReads, ListActsShowsEverybodyWhatWaitsAndWhatIsConfirmed) {
  std::vector<uint64_t> acts;
  for (const char* person : {"mia", "zoe", "bert"}) {
    v1::EraseSubjects erase;
    erase.set_legal_ground("Art. 17 (1) (a) GDPR");
    erase.add_subjects(testing::SubjectOf(person));
    acts.push_back(log_.Append("anna", std::move(erase)));
  }
  log_.Confirm("bert", {acts[1]});
  served_.Follow();
  const auto list = [&](v1::ActState state, int size) {
    std::vector<uint64_t> records;
    v1::ListActsRequest request;
    request.set_state(state);
    request.set_page_size(size);
    request.set_first_record(acts[0]);  // others founded the town
    do {
      const auto page = served_.Ask(&Stub::ListActs, "", request);
      EXPECT_OK(page);
      if (!page.ok()) break;
      for (const v1::Act& act : page->acts()) records.push_back(act.record());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return records;
  };
  EXPECT_EQ(list(v1::ACT_STATE_UNSPECIFIED, 1), acts);
  EXPECT_EQ(list(v1::ACT_STATE_UNSPECIFIED, 0), acts);
  EXPECT_THAT(list(v1::ACT_STATE_PENDING, 1), ElementsAre(acts[0], acts[2]));
  EXPECT_THAT(list(v1::ACT_STATE_CONFIRMED, 1), ElementsAre(acts[1]));
  v1::ListActsRequest request;
  request.set_page_token("x");
  EXPECT_THAT(served_.Ask(&Stub::ListActs, "", request), IsRefused(Reason::kBadPage));
}

TEST_F(DirectoryReads, GetOrganizationShowsTheBaseOfTheQuorum) {
  v1::GetOrganizationRequest request;
  request.set_organization_id("rat");
  const auto answer = served_.Ask(&Stub::GetOrganization, "", request);
  ASSERT_OK(answer);
  EXPECT_EQ(answer->organization().kind(), v1::ORGANIZATION_KIND_COUNCIL);
  EXPECT_EQ(answer->organization().statutory_number(), 2u);
  EXPECT_FALSE(answer->organization().has_profile()) << "no rules are adopted yet";
  request.set_organization_id("x");
  EXPECT_THAT(served_.Ask(&Stub::GetOrganization, "", request),
              IsRefused(Reason::kNoSuchOrganization));
}

TEST_F(DirectoryReads, ListPersonsAndListOrganizationsGoByIdInPages) {
  const auto persons = [](const v1::ListPersonsResponse& page) { return page.persons(); };
  const auto organizations = [](const v1::ListOrganizationsResponse& page) {
    return page.organizations();
  };
  for (const int size : {1, 2, 5, 0}) {
    EXPECT_THAT(served_.IdsOf(&Stub::ListPersons, "", v1::ListPersonsRequest(), size, persons),
                ElementsAre("anna", "bert", "mia", "petra", "zoe"));
    EXPECT_THAT(served_.IdsOf(&Stub::ListOrganizations, "", v1::ListOrganizationsRequest(), size,
                              organizations),
                ElementsAre("blau", "rat"));
  }
  v1::ListPersonsRequest request;
  request.set_page_size(-1);
  EXPECT_THAT(served_.Ask(&Stub::ListPersons, "", request), IsRefused(Reason::kBadPage));
  request.set_page_size(1);
  request.set_page_token("mia");
  EXPECT_THAT(served_.Ask(&Stub::ListPersons, "", request), IsRefused(Reason::kBadPage));
}

TEST_F(DirectoryReads, ListMembershipsIsOfOneOrganizationOrOfAll) {
  const auto items = [](const v1::ListMembershipsResponse& page) { return page.memberships(); };
  v1::ListMembershipsRequest request;
  EXPECT_THAT(served_.IdsOf(&Stub::ListMemberships, "", request, 2, items),
              ElementsAre("blau-mia", "rat-bert", "rat-mia"));
  request.set_organization_id("rat");
  EXPECT_THAT(served_.IdsOf(&Stub::ListMemberships, "", request, 1, items),
              ElementsAre("rat-bert", "rat-mia"));
  request.set_organization_id("x");
  EXPECT_THAT(served_.IdsOf(&Stub::ListMemberships, "", request, 1, items), ElementsAre());

  v1::EndMembership end;
  end.set_membership_id("rat-mia");
  log_.Append("anna", std::move(end));
  served_.Follow();
  request.set_organization_id("rat");
  const auto answer = served_.Ask(&Stub::ListMemberships, "", request);
  ASSERT_OK(answer);
  ASSERT_EQ(answer->memberships_size(), 2) << "a membership that has ended stays in the list";
  EXPECT_FALSE(answer->memberships(0).has_end_time());
  EXPECT_TRUE(answer->memberships(1).has_end_time());
}

TEST_F(DirectoryReads, ListKeysIsNotForThePublic) {
  v1::ListKeysRequest request;
  EXPECT_THAT(served_.Ask(&Stub::ListKeys, "", request), IsRefused(Reason::kNotPublic));
  EXPECT_THAT(served_.Ask(&Stub::ListKeys, "zoe", request), IsRefused(Reason::kNotPublic))
      << "zoe has a key, but belongs to nothing";
  const auto items = [](const v1::ListKeysResponse& page) { return page.keys(); };
  for (const char* reader : {"mia", "anna", "petra"}) {
    EXPECT_EQ(served_.IdsOf(&Stub::ListKeys, reader, request, 2, items).size(), 5u) << reader;
  }
  request.set_person_id("zoe");
  const auto answer = served_.Ask(&Stub::ListKeys, "mia", request);
  ASSERT_OK(answer);
  ASSERT_EQ(answer->keys_size(), 1);
  EXPECT_EQ(answer->keys(0).id(), log_.KeyOf("zoe").public_key().id());
  EXPECT_EQ(answer->keys(0).state(), v1::KEY_STATE_ACTIVE);
  EXPECT_EQ(answer->keys(0).issued_by(), "anna");
  EXPECT_EQ(answer->keys(0).confirmed_by(), "bert");
}

}  // namespace
}  // namespace votum::directory
