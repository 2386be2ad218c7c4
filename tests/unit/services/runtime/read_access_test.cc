// Checks how readers are identified, for which purpose they may read, and how a read is answered that
// cannot be served yet.
#include "services/runtime/read_access.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status_matchers.h"
#include "core/command/payload_type.h"
#include "core/command/timestamps.h"
#include "crypto/dsse.h"
#include "grpcpp/test/server_context_test_spouse.h"
#include "gtest/gtest.h"
#include "platform/grpc/status.h"
#include "services/runtime/read_gate.h"
#include "tests/harness/people.h"
#include "tests/unit/core/fold/small_log.h"
#include "tests/unit/services/runtime/fake_ledger.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum {
namespace {

namespace dv1 = directory::v1;
using testing::FakeLedger;
using testing::SmallLog;

using Metadata = std::vector<std::pair<const char*, std::string>>;

// Anna and bert are administrators; mia and otto have a key, too.
class ReadAccessTest : public ::testing::Test {
 protected:
  ReadAccessTest() {
    for (const char* id : {"mia", "otto"}) {
      log_.Register(id);
      log_.GiveKey(id, "bert");
    }
    replica_.Start();
    Follow();
  }
  ~ReadAccessTest() override { replica_.Stop(); }

  void Follow() {
    ledger_.Show(log_.records());
    ASSERT_OK(replica_.WaitFor(log_.records().size() - 1, absl::Now() + absl::Seconds(60)));
  }

  // The answer to a read with this metadata; reader_ is whom it was made for.
  absl::Status Read(const Metadata& metadata) {
    grpc::ServerContext context;
    grpc::testing::ServerContextTestSpouse spouse(&context);
    for (const auto& [key, value] : metadata) spouse.AddClientMetadata(key, value);
    reader_ = Reader{Audience::kPublic, Audience::kPublic, "nobody"};
    return FromGrpc(
        access_.Read(context, "Test", [this](const World&, const Reader& reader) -> absl::Status {
          reader_ = reader;
          return absl::OkStatus();
        }));
  }

  static dv1::ReadSession Until(absl::Time end) {
    dv1::ReadSession session;
    *session.mutable_expire_time() = ToTimestamp(end);
    session.set_service("directory");
    return session;
  }
  common::v1::SignedCommand SessionOf(const std::string& person) {
    dv1::ReadSession session = Until(absl::Now() + absl::Minutes(10));
    return log_.Sign(person, &session);
  }
  absl::Status ReadWith(const common::v1::SignedCommand& session) {
    return Read({{kSessionMetadata, session.SerializeAsString()}});
  }

  void Create(const std::string& id, dv1::OrganizationKind kind) {
    dv1::CreateOrganization organization;
    organization.set_organization_id(id);
    organization.set_name("Name");
    organization.set_kind(kind);
    const bool votes =
        kind == dv1::ORGANIZATION_KIND_COUNCIL || kind == dv1::ORGANIZATION_KIND_COMMITTEE;
    organization.set_statutory_number(votes ? 3 : 0);
    log_.Append("anna", std::move(organization));
  }
  void Join(const std::string& person, const std::string& organization) {
    dv1::AddMembership membership;
    membership.set_membership_id(absl::StrCat(organization, "-", person));
    membership.set_person_id(person);
    membership.set_organization_id(organization);
    membership.set_role(dv1::MEMBERSHIP_ROLE_MEMBER);
    log_.Append("anna", std::move(membership));
  }
  void Grant(const std::string& person, common::v1::Office office) {
    dv1::GrantOffice grant;
    grant.set_person_id(person);
    grant.set_office(office);
    log_.Append("anna", std::move(grant));
  }
  Audience AudienceOfMia() {
    Follow();
    EXPECT_OK(ReadWith(SessionOf("mia")));
    EXPECT_EQ(reader_.person_id, "mia");
    return reader_.audience;
  }

  SmallLog log_;
  FakeLedger ledger_;
  SignatureCache cache_{1000};
  Replica replica_{DomainSet::Closure(Domain::kDirectory), log_.log_key(), &ledger_, &cache_,
                   [](const absl::Status& why) { ADD_FAILURE() << why; }};
  Metrics metrics_;
  ReadAccess access_{&replica_, &cache_, &metrics_, "directory"};
  Reader reader_;
};

TEST_F(ReadAccessTest, WithoutASessionThePublicReads) {
  EXPECT_OK(Read({}));
  EXPECT_EQ(reader_.person_id, "");
  EXPECT_EQ(reader_.audience, Audience::kPublic);
}

TEST_F(ReadAccessTest, OfficesAndMembershipsMakeTheAudienceFromTheNextReadOn) {
  EXPECT_EQ(AudienceOfMia(), Audience::kPublic) << "a key alone gives nothing";
  Create("blau", dv1::ORGANIZATION_KIND_FACTION);
  Create("rat", dv1::ORGANIZATION_KIND_COUNCIL);
  Create("aulp", dv1::ORGANIZATION_KIND_COMMITTEE);
  Join("mia", "blau");
  EXPECT_EQ(AudienceOfMia(), Audience::kPublic) << "a faction is no body of the city";
  Join("mia", "aulp");
  EXPECT_EQ(AudienceOfMia(), Audience::kCouncil);
  dv1::EndMembership end;
  end.set_membership_id("aulp-mia");
  log_.Append("anna", std::move(end));
  EXPECT_EQ(AudienceOfMia(), Audience::kPublic);
  Join("mia", "rat");
  EXPECT_EQ(AudienceOfMia(), Audience::kCouncil);
  Grant("mia", common::v1::OFFICE_AUDITOR);
  EXPECT_EQ(AudienceOfMia(), Audience::kAuditor) << "the widest counts";
  dv1::WithdrawOffice withdraw;
  withdraw.set_person_id("mia");
  withdraw.set_office(common::v1::OFFICE_AUDITOR);
  log_.Append("anna", std::move(withdraw));
  EXPECT_EQ(AudienceOfMia(), Audience::kCouncil);
}

TEST_F(ReadAccessTest, EachOfficeReadsAsTheCouncilAndAuditorsMore) {
  for (const common::v1::Office office :
       {common::v1::OFFICE_ADMINISTRATOR, common::v1::OFFICE_CLERK, common::v1::OFFICE_SECRETARY}) {
    Grant("mia", office);
    EXPECT_EQ(AudienceOfMia(), Audience::kCouncil) << office;
    dv1::WithdrawOffice withdraw;
    withdraw.set_person_id("mia");
    withdraw.set_office(office);
    log_.Append("anna", std::move(withdraw));
    EXPECT_EQ(AudienceOfMia(), Audience::kPublic) << office;
  }
  Grant("mia", common::v1::OFFICE_AUDITOR);
  EXPECT_EQ(AudienceOfMia(), Audience::kAuditor);
}

TEST_F(ReadAccessTest, RefusesWhatIsNoSessionAndReadsNothing) {
  const auto signed_by_anna = [this](const std::function<void(dv1::ReadSession&)>& change) {
    dv1::ReadSession session = Until(absl::Now() + absl::Minutes(10));
    change(session);
    return log_.Sign("anna", &session);
  };
  const auto altered = [&](const std::function<void(common::v1::SignedCommand&)>& change) {
    common::v1::SignedCommand session = SessionOf("anna");
    change(session);
    return session;
  };
  // Signs anew, so that the signature fits what was changed.
  const auto with_header = [&](const std::function<void(common::v1::CommandHeader&)>& change) {
    return altered([&](common::v1::SignedCommand& sent) {
      dv1::ReadSession session;
      session.ParseFromString(sent.payload());
      change(*session.mutable_header());
      sent.set_payload(session.SerializeAsString());
      sent.mutable_signatures(0)->set_signature(
          *crypto::SignDsse(log_.KeyOf("anna"), sent.payload_type(), sent.payload()));
    });
  };
  const struct {
    const char* name;
    common::v1::SignedCommand session;
    Reason reason;
  } cases[] = {
      {"expired", signed_by_anna([](auto& s) {
         *s.mutable_expire_time() = ToTimestamp(absl::Now() - absl::Seconds(1));
       }),
       Reason::kSessionExpired},
      {"no end", signed_by_anna([](auto& s) { s.clear_expire_time(); }), Reason::kSessionExpired},
      {"too long", signed_by_anna([](auto& s) {
         *s.mutable_expire_time() = ToTimestamp(absl::Now() + kLongestSession + absl::Minutes(1));
       }),
       Reason::kBadSession},
      {"for another service", signed_by_anna([](auto& s) { s.set_service("meetings"); }),
       Reason::kBadSession},
      {"for no service", signed_by_anna([](auto& s) { s.clear_service(); }), Reason::kBadSession},
      {"another type",
       altered([](auto& s) { s.set_payload_type(PayloadType(dv1::RegisterPerson::descriptor())); }),
       Reason::kBadSession},
      {"no signature", altered([](auto& s) { s.clear_signatures(); }), Reason::kBadSession},
      {"two signatures", altered([](auto& s) { *s.add_signatures() = s.signatures(0); }),
       Reason::kBadSession},
      {"for another deployment", with_header([](auto& h) { h.set_deployment("another/log"); }),
       Reason::kBadSession},
      {"in another's name", with_header([](auto& h) { h.set_actor("bert"); }),
       Reason::kNotTheKeysOwner},
      {"a flipped bit",
       altered([](auto& s) { (*s.mutable_signatures(0)->mutable_signature())[7] ^= 1; }),
       Reason::kBadSignature},
      {"an unknown key",
       altered([](auto& s) { s.mutable_signatures(0)->set_key_id(std::string(64, 'a')); }),
       Reason::kUnknownKey},
  };
  for (const auto& one : cases) {
    EXPECT_THAT(ReadWith(one.session), IsRefused(one.reason)) << one.name;
    EXPECT_EQ(reader_.person_id, "nobody") << one.name << " was read";
  }
  EXPECT_THAT(Read({{kSessionMetadata, "junk"}}), IsRefused(Reason::kBadSession));
}

TEST_F(ReadAccessTest, ARevokedKeyReadsNoMore) {
  const common::v1::SignedCommand session = SessionOf("otto");
  EXPECT_OK(ReadWith(session));
  dv1::RevokeKey revoke;
  revoke.set_key_id(log_.KeyOf("otto").public_key().id());
  *revoke.mutable_reason() = testing::About("otto", "verloren").ref;
  log_.Append("otto", std::move(revoke));
  Follow();
  EXPECT_THAT(ReadWith(session), IsRefused(Reason::kKeyRevoked))
      << "the same session, which was good before";
}

TEST_F(ReadAccessTest, ANeverFoldedIndexIsAnsweredAtOnceAndAfterTheCallerIsKnown) {
  const std::string newest = absl::StrCat(log_.records().size() - 1);
  const std::string next = absl::StrCat(log_.records().size());
  EXPECT_OK(Read({{kMinIndexMetadata, "0"}}));
  EXPECT_OK(Read({{kMinIndexMetadata, newest}}));
  for (const char* bad : {"-1", "", "1x", "+1", "18446744073709551616"}) {
    EXPECT_THAT(Read({{kMinIndexMetadata, bad}}), IsRefused(Reason::kBadMinIndex)) << bad;
  }
  const absl::Time start = absl::Now();
  EXPECT_THAT(Read({{kMinIndexMetadata, next}}), IsRefused(Reason::kNotFoldedYet));
  EXPECT_LT(absl::Now() - start, kLongestWait) << "a method holds its thread: it must not wait";
  EXPECT_THAT(Read({{kMinIndexMetadata, next}, {kSessionMetadata, "junk"}}),
              IsRefused(Reason::kBadSession));
  log_.Register("paula");
  Follow();
  EXPECT_OK(Read({{kMinIndexMetadata, next}}));
}

TEST_F(ReadAccessTest, SaysWhyTheGateDidNotWait) {
  grpc::ServerContext context;
  grpc::testing::ServerContextTestSpouse spouse(&context);
  spouse.AddClientMetadata(kMinIndexMetadata, "1000000");
  const auto read = [](const World&, const Reader&) { return absl::OkStatus(); };
  access_.RememberUnmet(context, absl::ResourceExhaustedError("too many"));
  EXPECT_EQ(access_.Read(context, "Test", read).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  access_.ForgetUnmet(context);
  EXPECT_EQ(access_.Read(context, "Test", read).error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
}

}  // namespace
}  // namespace votum
