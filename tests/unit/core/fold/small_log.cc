#include "tests/unit/core/fold/small_log.h"

#include <utility>

#include "absl/strings/str_format.h"
#include "core/command/payload_type.h"
#include "core/command/timestamps.h"
#include "core/fold/command_table.h"
#include "core/fold/fold.h"
#include "crypto/dsse.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "tests/harness/people.h"
#include "votum/common/v1/office.pb.h"
#include "votum/directory/v1/directory.pb.h"

namespace votum::testing {
namespace {

namespace dv1 = directory::v1;
using google::protobuf::Message;

// Less than the longest validity of any command, and more than a record takes.
constexpr absl::Duration kValidity = absl::Minutes(10);

// A UUID of version 4 by its form.
std::string CommandId(uint64_t number) {
  return absl::StrFormat("00000000-0000-4000-8000-%012x", number);
}

common::v1::CommandHeader& MutableHeader(Message& command) {
  return static_cast<common::v1::CommandHeader&>(*command.GetReflection()->MutableMessage(
      &command, command.GetDescriptor()->FindFieldByName("header")));
}

void AddSignature(const crypto::PrivateKey& key, common::v1::SignedCommand& command) {
  common::v1::Signature& signature = *command.add_signatures();
  signature.set_key_id(key.public_key().id());
  signature.set_signature(*crypto::SignDsse(key, command.payload_type(), command.payload()));
}

}  // namespace

crypto::PrivateKey SmallLog::KeyNamed(const std::string& name) {
  const crypto::Digest seed = crypto::Sha256("votum/tests/small-log/" + name);
  std::string bytes(crypto::AsBytes(seed));
  return *crypto::PrivateKey::FromEd25519Seed(crypto::SecretBytes::TakeFrom(&bytes));
}

SmallLog::SmallLog() : log_key_(KeyNamed("log")) {
  Found();
  Register("bert");
  dv1::GrantOffice grant;
  grant.set_person_id("bert");
  grant.set_office(common::v1::OFFICE_ADMINISTRATOR);
  Append("anna", std::move(grant));
  GiveKey("bert", "anna");
  founded_ = true;
}

void SmallLog::AppointAttester(const std::string& id) {
  dv1::AppointMachine appoint;
  appoint.set_person_id(id);
  appoint.set_office(common::v1::OFFICE_ATTESTER);
  Confirm("bert", {Append("anna", std::move(appoint))});
}

void SmallLog::GiveKey(const std::string& person, const std::string& confirmer) {
  const crypto::PrivateKey code = KeyNamed("code of " + person);
  dv1::IssueEnrolmentCode issue;
  issue.set_person_id(person);
  issue.set_code_public_key(code.public_key().spki_der());
  *issue.mutable_expire_time() = ToTimestamp(time_ + absl::Hours(1));
  Append("anna", std::move(issue));
  Enrol(person, code);
  dv1::ConfirmKey confirm;
  confirm.set_key_id(KeyOf(person).public_key().id());
  Append(confirmer, std::move(confirm));
}

common::v1::SignedCommand SmallLog::SignBytes(const std::string& person,
                                              const std::string& payload_type,
                                              const std::string& payload) const {
  common::v1::SignedCommand command;
  command.set_payload_type(payload_type);
  command.set_payload(payload);
  AddSignature(KeyOf(person), command);
  return command;
}

common::v1::SignedCommand SmallLog::Sign(const std::string& person, Message* command) {
  MutableHeader(*command).set_actor(person);
  return SignWith({&KeyOf(person)}, command);
}

common::v1::SignedCommand SmallLog::SignWith(const std::vector<const crypto::PrivateKey*>& keys,
                                             Message* command) {
  common::v1::CommandHeader& header = MutableHeader(*command);
  header.set_command_id(CommandId(++ids_));
  header.set_deployment(kSmallDeployment);
  *header.mutable_not_after() = ToTimestamp(device_time_.value_or(time_) + kValidity);
  common::v1::SignedCommand signed_command;
  signed_command.set_payload_type(PayloadType(command->GetDescriptor()));
  signed_command.set_payload(command->SerializeAsString());
  for (const crypto::PrivateKey* key : keys) AddSignature(*key, signed_command);
  return signed_command;
}

Envelope SmallLog::Open(const std::string& person, Message&& command) {
  const common::v1::SignedCommand sent = Sign(person, &command);
  return *OpenEnvelope(sent.payload_type(), sent.payload(), sent.signatures());
}

uint64_t SmallLog::Append(const std::string& person, Message&& command,
                          const std::string& service) {
  const uint64_t index = AppendSigned(Sign(person, &command), service);
  if (TakesTwo(person, command)) Confirm(person == "anna" ? "bert" : "anna", {index});
  return index;
}

bool SmallLog::TakesTwo(const std::string& person, const Message& command) const {
  const CommandType& type = *FindCommandType(PayloadType(command.GetDescriptor()));
  if (!founded_ || !type.options->founder_alone()) return false;
  if (!type.options->self_alone()) return true;
  const std::string concerned = command.GetReflection()->GetString(
      command, command.GetDescriptor()->FindFieldByName(type.options->concerned()));
  return concerned != person && concerned != KeyOf(person).public_key().id();
}

uint64_t SmallLog::AppendBytes(const std::string& person, const std::string& payload_type,
                               const std::string& payload) {
  return AppendSigned(SignBytes(person, payload_type, payload));
}

uint64_t SmallLog::Register(const std::string& id) { return Append("anna", NewPerson(id)); }

void SmallLog::StartClock(absl::Time time) {
  time_ = time;
  device_time_.reset();
}

uint64_t SmallLog::Activate(uint32_t version) {
  dv1::ActivateVersion activate;
  activate.set_version(version);
  return Confirm("bert", {Append("anna", std::move(activate))});
}

dv1::Confirm SmallLog::ConfirmationOf(const std::vector<uint64_t>& acts) const {
  dv1::Confirm confirm;
  for (const uint64_t index : acts) {
    common::v1::Record record;
    record.ParseFromString(records_.at(index));
    dv1::ActReference& act = *confirm.add_acts();
    act.set_record(index);
    const crypto::Digest digest = CommandDigest(record.payload_type(), record.payload());
    act.set_digest(std::string(crypto::AsBytes(digest)));
  }
  return confirm;
}

uint64_t SmallLog::Confirm(const std::string& person, const std::vector<uint64_t>& acts) {
  return Append(person, ConfirmationOf(acts));
}

uint64_t SmallLog::AppendSigned(const common::v1::SignedCommand& command,
                                const std::string& service, std::optional<uint64_t> judged_at) {
  if (!device_time_.has_value()) time_ += absl::Seconds(1);
  common::v1::Record record;
  record.set_index(records_.size());
  *record.mutable_time() = ToTimestamp(time_);
  record.set_service(service);
  record.set_payload_type(command.payload_type());
  record.set_payload(command.payload());
  record.set_judged_at(judged_at.value_or(records_.size()));
  *record.mutable_signatures() = command.signatures();
  records_.push_back(record.SerializeAsString());
  return record.index();
}

void SmallLog::Found() {
  const crypto::PrivateKey code = KeyNamed("code of anna");
  dv1::FoundDeployment found;
  found.mutable_header()->set_command_id(CommandId(++ids_));
  found.mutable_header()->set_deployment(kSmallDeployment);
  found.mutable_header()->set_public_key(log_key().spki_der());
  *found.mutable_header()->mutable_not_after() = ToTimestamp(time_ + kValidity);
  found.set_deployment(kSmallDeployment);
  found.set_body_name("Kleinstadt");
  found.set_administrator_id("anna");
  *found.mutable_administrator_name() = About("anna", "Anna").ref;
  found.set_code_public_key(code.public_key().spki_der());
  common::v1::SignedCommand command;
  command.set_payload_type(PayloadType(dv1::FoundDeployment::descriptor()));
  command.set_payload(found.SerializeAsString());
  AddSignature(log_key_, command);
  AppendSigned(command);
  Enrol("anna", code);
}

void SmallLog::Enrol(const std::string& person, const crypto::PrivateKey& code) {
  keys_.emplace(person, KeyNamed(person));
  dv1::EnrolKey enrol;
  enrol.mutable_header()->set_public_key(KeyOf(person).public_key().spki_der());
  enrol.set_code_key_id(code.public_key().id());
  *enrol.mutable_label() = About(person, "tablet").ref;
  common::v1::SignedCommand command = Sign(person, &enrol);
  AddSignature(code, command);
  AppendSigned(command);
}

}  // namespace votum::testing
