// Whom a process shows digests of its states: auditors, and machines that attest the state.
#include "services/runtime/runtime_service.h"

#include <string>
#include <utility>

#include "base/status_matchers.h"
#include "core/fold/audit_view.h"
#include "gtest/gtest.h"
#include "tests/unit/core/fold/program.h"
#include "tests/unit/core/fold/small_log.h"
#include "tests/unit/services/runtime/served.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/runtime/v1/runtime_service.grpc.pb.h"

namespace votum {
namespace {

using runtime::v1::GetProjectionRequest;
using runtime::v1::GetProjectionResponse;
using testing::SmallLog;
namespace dv1 = directory::v1;

// petra is auditor, zeuge a machine that attests the state; mia has a key.
class RuntimeServiceTest : public ::testing::Test {
 protected:
  RuntimeServiceTest() {
    for (const char* id : {"petra", "zeuge", "mia"}) {
      log_.Register(id);
      log_.GiveKey(id, "bert");
    }
    dv1::GrantOffice grant;
    grant.set_person_id("petra");
    grant.set_office(common::v1::OFFICE_AUDITOR);
    log_.Append("anna", std::move(grant));
    log_.AppointAttester("zeuge");
  }

  SmallLog log_;
};

TEST_F(RuntimeServiceTest, DigestsAreForAuditorsAndAttesters) {
  testing::Served<runtime::v1::RuntimeService, RuntimeServiceImpl> served(Domain::kProjects, log_);
  const auto projection = [&](const std::string& person) {
    const auto answer = served.Ask(&runtime::v1::RuntimeService::Stub::GetProjection, person,
                                   GetProjectionRequest());
    EXPECT_OK(answer);
    return answer.value_or(GetProjectionResponse());
  };
  testing::Program program(log_);
  ASSERT_OK(program.FoldAll());
  const AuditView view = AuditViewOf(program.fold().world().state());
  for (const char* person : {"petra", "zeuge"}) {
    const GetProjectionResponse shown = projection(person);
    EXPECT_EQ(shown.next_index(), log_.records().size());
    EXPECT_EQ(shown.layout(), kStateLayout);
    const crypto::Digest objects = program.fold().world().attestations().state().objects.Digest();
    EXPECT_EQ(shown.objects_sha256(), crypto::AsBytes(objects));
    ASSERT_EQ(static_cast<size_t>(shown.domains_size()), kAllDomains.size()) << person;
    for (const Domain domain : kAllDomains) {
      const auto& state = shown.domains(static_cast<int>(domain));
      const crypto::Digest digest = view.Digest(domain);
      EXPECT_EQ(state.domain(), DomainName(domain));
      EXPECT_EQ(state.state_sha256(), crypto::AsBytes(digest)) << person;
    }
  }
  for (const char* person : {"", "mia", "anna"}) {
    const GetProjectionResponse shown = projection(person);
    EXPECT_EQ(shown.next_index(), log_.records().size());
    EXPECT_EQ(shown.domains_size(), 0) << person;
  }
}

}  // namespace
}  // namespace votum
