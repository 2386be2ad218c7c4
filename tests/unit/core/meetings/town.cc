#include "tests/unit/core/meetings/town.h"

#include <chrono>
#include <utility>

#include "absl/time/clock.h"
#include "base/status_matchers.h"
#include "core/command/payload_type.h"
#include "core/command/timestamps.h"
#include "crypto/dsse.h"
#include "crypto/random.h"
#include "crypto/sealed_box.h"
#include "rules/profile.h"
#include "tests/harness/people.h"
#include "votum/directory/v1/directory.pb.h"
#include "votum/papers/v1/papers.pb.h"

namespace votum::meetings {
namespace {

namespace dv1 = directory::v1;
using google::protobuf::Message;

constexpr char kDeployment[] = "votum.kleinstadt.example/log";

common::v1::CommandHeader& MutableHeader(Message& command) {
  const auto* field = command.GetDescriptor()->FindFieldByName("header");
  return static_cast<common::v1::CommandHeader&>(
      *command.GetReflection()->MutableMessage(&command, field));
}

void AddSignature(const crypto::PrivateKey& key, common::v1::SignedCommand& command) {
  common::v1::Signature& signature = *command.add_signatures();
  signature.set_key_id(key.public_key().id());
  signature.set_signature(*crypto::SignDsse(key, command.payload_type(), command.payload()));
}

}  // namespace

uint64_t RecordStream::Add(common::v1::Record record) {
  const std::lock_guard<std::mutex> lock(mutex_);
  record.set_index(records_.size());
  records_.push_back(record.SerializeAsString());
  added_.notify_all();
  return record.index();
}

grpc::Status RecordStream::Subscribe(grpc::ServerContext* context,
                                     const ledger::v1::SubscribeRequest* request,
                                     grpc::ServerWriter<ledger::v1::SubscribeResponse>* writer) {
  for (size_t next = request->start_index();;) {
    ledger::v1::SubscribeResponse response;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      while (next == records_.size()) {
        if (context->IsCancelled()) return grpc::Status::CANCELLED;
        added_.wait_for(lock, std::chrono::milliseconds(10));
      }
      for (; next < records_.size(); ++next) {
        response.add_entries()->set_index(next);
        response.mutable_entries()->rbegin()->set_record(records_[next]);
      }
    }
    if (!writer->Write(response)) return grpc::Status::CANCELLED;
  }
}

Town::Town()
    : log_key_(*crypto::PrivateKey::Generate(crypto::KeyType::kEd25519)),
      key_(*crypto::PrivateKey::Generate(crypto::KeyType::kEd25519)) {
  ledger_host_ = *Host::Start({}, nullptr, {{"votum.ledger.v1.LedgerService", &records_}});
  ledger_ = std::make_unique<LedgerClient>(ledger_host_->InProcessChannel(), "meetings");
  replica_ = std::make_unique<Replica>(
      DomainSet::Closure(Domain::kMeetings), log_key_.public_key(), ledger_.get(), &cache_,
      [](const absl::Status& why) { ADD_FAILURE() << "the log is broken: " << why; });
  access_ = std::make_unique<ReadAccess>(replica_.get(), &cache_, &metrics_, "meetings");
  service_ =
      std::make_unique<MeetingsServiceImpl>(access_.get(), ledger_.get(), crypto::NewSealingKey());
  host_ = *Host::Start({}, nullptr, {{"votum.meetings.v1.MeetingsService", service_.get()}});
  stub_ = v1::MeetingsService::NewStub(host_->InProcessChannel());
  replica_->Start();
  Found();
  Convene();
}

Town::~Town() {
  host_->Stop(absl::Seconds(1));
  replica_->Stop();
  ledger_host_->Stop(absl::Seconds(1));
}

common::v1::SignedCommand Town::Sign(Message* command, const crypto::PrivateKey& key) const {
  common::v1::CommandHeader& header = MutableHeader(*command);
  header.set_command_id(crypto::NewUuid());
  header.set_deployment(kDeployment);
  *header.mutable_not_after() = ToTimestamp(time_ + absl::Minutes(10));
  common::v1::SignedCommand envelope;
  envelope.set_payload_type(PayloadType(command->GetDescriptor()));
  envelope.set_payload(command->SerializeAsString());
  AddSignature(key, envelope);
  return envelope;
}

uint64_t Town::Append(const common::v1::SignedCommand& command, const std::string& service) {
  common::v1::Record record;
  time_ += absl::Seconds(1);
  *record.mutable_time() = ToTimestamp(time_);
  record.set_service(service);
  record.set_payload_type(command.payload_type());
  record.set_payload(command.payload());
  *record.mutable_signatures() = command.signatures();
  return records_.Add(std::move(record));
}

uint64_t Town::Send(Message&& command, const std::string& service) {
  MutableHeader(command).set_actor("anna");
  return Append(Sign(&command, key_), service);
}

uint64_t Town::Record(Message&& command, const std::string& service) {
  const std::string name = command.GetDescriptor()->name();
  const uint64_t index = Send(std::move(command), service);
  EXPECT_OK(replica_->WaitFor(index, absl::Now() + absl::Seconds(20)));
  replica_->WithState([&](const Fold& fold) {
    EXPECT_OK(fold.WhyVoid(index)) << name;
    return 0;
  });
  return index;
}

std::string Town::SessionUntil(absl::Time expire_time) const {
  dv1::ReadSession session;
  session.mutable_header()->set_actor("anna");
  *session.mutable_expire_time() = ToTimestamp(expire_time);
  session.set_service("meetings");
  return Sign(&session, key_).SerializeAsString();
}

void Town::Found() {
  const crypto::PrivateKey code = *crypto::PrivateKey::Generate(crypto::KeyType::kEd25519);
  dv1::FoundDeployment found;
  found.mutable_header()->set_public_key(log_key_.public_key().spki_der());
  found.set_deployment(kDeployment);
  found.set_body_name("Kleinstadt");
  found.set_administrator_id("anna");
  *found.mutable_administrator_name() = testing::About("anna", "Anna").ref;
  found.set_code_public_key(code.public_key().spki_der());
  Append(Sign(&found, log_key_), "directory");

  dv1::EnrolKey enrol;
  enrol.mutable_header()->set_public_key(key_.public_key().spki_der());
  enrol.mutable_header()->set_actor("anna");
  enrol.set_code_key_id(code.public_key().id());
  common::v1::SignedCommand command = Sign(&enrol, key_);
  AddSignature(code, command);
  Append(command, "directory");

  dv1::GrantOffice grant;
  grant.set_person_id("anna");
  grant.set_office(common::v1::OFFICE_CLERK);
  Record(std::move(grant), "directory");
  dv1::CreateOrganization council;
  council.set_organization_id("rat");
  council.set_name("Rat");
  council.set_kind(dv1::ORGANIZATION_KIND_COUNCIL);
  council.set_statutory_number(1);
  Record(std::move(council), "directory");
  dv1::AddMembership chair;
  chair.set_membership_id("rat-anna");
  chair.set_person_id("anna");
  chair.set_organization_id("rat");
  chair.set_role(dv1::MEMBERSHIP_ROLE_CHAIR);
  chair.set_voting_right(true);
  Record(std::move(chair), "directory");
  dv1::AdoptRuleProfile adopt;
  adopt.set_organization_id("rat");
  *adopt.mutable_profile() = *rules::BuiltInProfile("de-nw-rat", "2026-11-01");
  Record(std::move(adopt), "directory");
}

void Town::Convene() {
  meetings::v1::ConveneMeeting convene;
  convene.set_meeting_id("sitzung");
  convene.set_organization_id("rat");
  convene.set_title("1. Sitzung");
  convene.set_place("Rathaus");
  const absl::Time start = time_ + absl::Hours(24 * 20);
  *convene.mutable_start_time() = ToTimestamp(start);
  Record(std::move(convene), "meetings");
  meetings::v1::PublishAgenda agenda;
  agenda.set_meeting_id("sitzung");
  for (const char* id : {"top-1", "top-2"}) {
    meetings::v1::AgendaItemContent& item = *agenda.add_items();
    item.set_item_id(id);
    item.set_number(id);
    item.set_title(id);
    item.set_public_(item.item_id() == "top-1");
    if (!item.public_()) item.set_public_title("Grundstücksangelegenheit");
  }
  Record(std::move(agenda), "meetings");
  time_ = start;
  v1::OpenMeeting open;
  open.set_meeting_id("sitzung");
  Record(std::move(open));
}

}  // namespace votum::meetings
