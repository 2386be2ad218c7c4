// The public asks for the histories that a machine has attested, and gets what everybody gets.
#include <string>
#include <utility>
#include <vector>

#include "base/status_matchers.h"
#include "core/describe.h"
#include "core/fold/attestations.h"
#include "core/fold/objects.h"
#include "core/table_proof.h"
#include "crypto/hash.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/publication/log_service.h"
#include "tests/unit/core/fold/program.h"
#include "tests/unit/core/fold/small_log.h"
#include "tests/unit/services/runtime/served.h"
#include "votum/projects/v1/attestations.pb.h"

namespace votum::publication {
namespace {

class ProveObjectsTest : public ::testing::Test {
 protected:
  ProveObjectsTest() {
    log_.Register("zeuge");
    log_.GiveKey("zeuge", "bert");
    log_.AppointAttester("zeuge");
  }

  uint64_t Attest() {
    testing::Program program(log_);
    EXPECT_OK(program.FoldAll());
    projects::v1::AttestObjects attest;
    attest.mutable_header()->set_seen_size(log_.records().size());
    attest.mutable_header()->set_seen_root(std::string(32, 'r'));
    const crypto::Digest digest = program.fold().world().attestations().state().objects.Digest();
    attest.set_sha256(std::string(crypto::AsBytes(digest)));
    return log_.Append("zeuge", std::move(attest), "projects");
  }

  testing::SmallLog log_;
};

TEST_F(ProveObjectsTest, AnswersByTheNewestAttestation) {
  testing::Served<v1::LogService, LogServiceImpl> served(Domain::kProjects, log_);
  const auto prove = [&](const std::vector<std::string>& objects, const std::string& person = "") {
    v1::ProveObjectsRequest request;
    for (const std::string& object : objects) request.add_objects(object);
    return served.Ask(&v1::LogService::Stub::ProveObjects, person, request);
  };
  const auto before = prove({"person/mia"});
  ASSERT_OK(before);
  EXPECT_EQ(before->record(), 0u) << "nothing is attested yet";
  EXPECT_EQ(before->proofs_size(), 0);

  const uint64_t mia = log_.Register("mia");
  const uint64_t attested = Attest();
  log_.Register("zoe");
  served.Follow();
  const auto answer = prove({"person/mia", "person/zoe"});
  ASSERT_OK(answer);
  EXPECT_EQ(answer->record(), attested);
  const auto root = crypto::DigestFromBytes(answer->root());
  ASSERT_OK(root);
  ASSERT_EQ(answer->proofs_size(), 2);
  const auto shown = VerifyTableProof(answer->proofs(0), "person/mia", *root);
  ASSERT_TRUE(shown.has_value() && shown->present);
  EXPECT_EQ(shown->value, Encode(HistoryOf({mia})));
  const auto later = VerifyTableProof(answer->proofs(1), "person/zoe", *root);
  ASSERT_TRUE(later.has_value());
  EXPECT_FALSE(later->present) << "she came after it";

  const auto to_anna = prove({"person/mia", "person/zoe"}, "anna");
  ASSERT_OK(to_anna);
  EXPECT_EQ(to_anna->SerializeAsString(), answer->SerializeAsString());
  const auto most = prove(std::vector<std::string>(256, "key/none"));
  ASSERT_OK(most);
  EXPECT_EQ(most->proofs_size(), 256);
  EXPECT_THAT(prove(std::vector<std::string>(257, "key/none")), IsRefused(Reason::kTooMany));
  served.ExpectGuarded(&v1::LogService::Stub::ProveObjects);
}

}  // namespace
}  // namespace votum::publication
