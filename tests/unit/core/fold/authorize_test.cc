// Authority to give a command: the key and the one-time code that sign it, and how long it is good.
#include "core/fold/authorize.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "base/status_matchers.h"
#include "core/command/payload_type.h"
#include "core/command/timestamps.h"
#include "core/fold/command_table.h"
#include "crypto/dsse.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/harness/people.h"
#include "tests/unit/core/fold/program.h"
#include "tests/unit/core/fold/small_log.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum {
namespace {

using testing::NewPerson;
using testing::Program;
using testing::SmallLog;
namespace dv1 = directory::v1;

// A small town in which carla and dora have a code each, and no key yet.
class AuthorizeTest : public ::testing::Test {
 protected:
  AuthorizeTest() {
    for (const char* person : {"carla", "dora"}) {
      log_.Register(person);
      dv1::IssueEnrolmentCode issue;
      issue.set_person_id(person);
      issue.set_code_public_key(CodeOf(person).public_key().spki_der());
      *issue.mutable_expire_time() = ToTimestamp(kCodesExpire);
      log_.Append("anna", std::move(issue));
    }
  }

  static crypto::PrivateKey CodeOf(const std::string& person) {
    return SmallLog::KeyNamed("code of " + person);
  }

  std::optional<Reason> VoidReason(uint64_t index) {
    EXPECT_OK(program_.FoldAll());
    return program_.VoidReason(index);
  }
  // The reason why `person` cannot enrol the key of this name with the code.
  std::optional<Reason> Enrol(const std::string& person, const std::string& device,
                              const crypto::PrivateKey& code) {
    return EnrolSigned(person, device, code, &code);
  }
  // The same with the second signature by `signer`, or without one.
  std::optional<Reason> EnrolSigned(const std::string& person, const std::string& device,
                                    const crypto::PrivateKey& code,
                                    const crypto::PrivateKey* signer) {
    const crypto::PrivateKey key = SmallLog::KeyNamed(device);
    dv1::EnrolKey enrol;
    enrol.mutable_header()->set_actor(person);
    enrol.mutable_header()->set_public_key(key.public_key().spki_der());
    enrol.set_code_key_id(code.public_key().id());
    *enrol.mutable_label() = testing::About(person, device).ref;
    std::vector<const crypto::PrivateKey*> signers = {&key};
    if (signer != nullptr) signers.push_back(signer);
    return VoidReason(log_.AppendSigned(log_.SignWith(signers, &enrol)));
  }
  // A RegisterPerson whose header names `actor`, signed with `key`.
  std::optional<Reason> Register(const std::string& actor, const crypto::PrivateKey& key,
                                 const std::string& id) {
    dv1::RegisterPerson command = NewPerson(id);
    command.mutable_header()->set_actor(actor);
    return VoidReason(log_.AppendSigned(log_.SignWith({&key}, &command)));
  }
  // A RegisterPerson of anna that is good for so long after its record.
  std::optional<Reason> RegisterGoodFor(absl::Duration validity, const std::string& id) {
    dv1::RegisterPerson command = NewPerson(id);
    common::v1::SignedCommand sent = log_.Sign("anna", &command);
    *command.mutable_header()->mutable_not_after() =
        ToTimestamp(log_.time() + absl::Seconds(1) + validity);
    sent.set_payload(command.SerializeAsString());
    sent.mutable_signatures(0)->set_signature(
        *crypto::SignDsse(log_.KeyOf("anna"), sent.payload_type(), sent.payload()));
    return VoidReason(log_.AppendSigned(sent));
  }

  SmallLog log_;
  Program program_{log_};
  const absl::Time kCodesExpire = log_.time() + absl::Hours(1);
};

TEST_F(AuthorizeTest, ACodeEnrolsOneKeyOfOnePersonInTime) {
  EXPECT_EQ(Enrol("bert", "bert's second", CodeOf("bert")), Reason::kCodeUsed)
      << "whoever finds a code on paper later has no key by it";
  EXPECT_EQ(Enrol("dora", "stolen", CodeOf("carla")), Reason::kUnknownCode);
  EXPECT_EQ(Enrol("carla", "guessed", SmallLog::KeyNamed("no code")), Reason::kUnknownCode);
  const crypto::PrivateKey carlas = CodeOf("carla");
  const crypto::PrivateKey doras = CodeOf("dora");
  EXPECT_EQ(EnrolSigned("carla", "unsigned", carlas, nullptr), Reason::kBadSignature);
  EXPECT_EQ(EnrolSigned("carla", "other code", carlas, &doras), Reason::kBadSignature);

  log_.PassTo(kCodesExpire - absl::Seconds(2));
  EXPECT_EQ(Enrol("carla", "carla's", carlas), std::nullopt) << "a second before it expires";
  EXPECT_EQ(Enrol("dora", "dora's", doras), Reason::kCodeExpired) << "in the second when it does";
}

TEST_F(AuthorizeTest, AKeySignsForItsOwnerOnceItIsConfirmed) {
  EXPECT_EQ(Register("anna", log_.KeyOf("bert"), "dieter"), Reason::kNotTheKeysOwner);
  EXPECT_EQ(Register("bert", log_.KeyOf("bert"), "emil"), std::nullopt);
  EXPECT_EQ(Register("anna", SmallLog::KeyNamed("nobody"), "franz"), Reason::kUnknownKey);
  ASSERT_EQ(Enrol("carla", "carla's", CodeOf("carla")), std::nullopt);
  const crypto::PrivateKey carlas = SmallLog::KeyNamed("carla's");
  EXPECT_EQ(Register("carla", carlas, "fred"), Reason::kKeyNotConfirmed);
  dv1::ConfirmKey confirm;
  confirm.set_key_id(carlas.public_key().id());
  ASSERT_EQ(VoidReason(log_.Append("bert", std::move(confirm))), std::nullopt);
  EXPECT_EQ(Register("carla", carlas, "fritz"), Reason::kOfficeMissing);
}

TEST_F(AuthorizeTest, ACommandIsGoodForAWhile) {
  const absl::Duration longest =
      FindCommandType(PayloadType(dv1::RegisterPerson::descriptor()))->LongestValidity();
  EXPECT_EQ(RegisterGoodFor(longest, "emil"), std::nullopt);
  EXPECT_EQ(RegisterGoodFor(longest + absl::Microseconds(1), "franz"), Reason::kValidTooLong);
  EXPECT_EQ(RegisterGoodFor(absl::ZeroDuration(), "fritz"), std::nullopt);
  EXPECT_EQ(RegisterGoodFor(-absl::Microseconds(1), "gerda"), Reason::kExpired);
}

}  // namespace
}  // namespace votum
